"""The set-up cell as on Colab: what it installs, and when."""

import importlib.util
import sys
import types

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from tools.address import Place, set_up

SOMEWHERE = Place("someone/lecture9", "v1")


@pytest.fixture
def told(monkeypatch):
    """Run a set-up cell where some modules are there and pip brings some; return what pip was told."""

    def run(there: set[str], brings: set[str], gensim: bool = False, where: Place = SOMEWHERE) -> list[str]:
        lines, there = [], set(there)

        def pip(magic: str, line: str) -> None:
            lines.append(f"{magic} {line}")
            there.update(brings)

        shell = types.SimpleNamespace(run_line_magic=pip)
        monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in there else None)
        cell = TransformerManager().transform_cell(set_up(gensim, where))
        exec(cell, {"get_ipython": lambda: shell})
        return lines

    return run


def test_the_set_up_cell_installs_one_revision_once_and_nothing_else(told):
    assert told(set(), {"lecture9_utils"}) == [
        'pip install --quiet --no-deps "lecture9-utils @ git+https://github.com/someone/lecture9@v1"'
    ]
    assert told({"lecture9_utils"}, set()) == []


def test_where_gensim_is_needed_it_is_installed_also_after_the_helpers(told):
    (line,) = told({"lecture9_utils"}, {"gensim"}, gensim=True)
    assert line.endswith(" gensim smart_open")
    assert told({"lecture9_utils", "gensim"}, set(), gensim=True) == []


def test_the_set_up_cell_says_that_it_failed(told):
    with pytest.raises(ImportError, match="the helpers could not be installed"):
        told(set(), set())


@pytest.mark.parametrize("gensim", [False, True])
def test_without_an_address_the_set_up_cell_says_what_to_do_and_installs_nothing(told, gensim):
    more = " gensim smart_open" if gensim else ""
    with pytest.raises(ImportError, match=rf"%pip install --no-deps{more} git\+ADDRESS"):
        told(set(), {"lecture9_utils", "gensim"}, gensim, Place())
    assert told({"lecture9_utils", "gensim"}, set(), gensim, Place()) == []
