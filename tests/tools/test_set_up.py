"""The set-up cell as on Colab: what it installs, and when."""

import importlib.util
import sys
import types

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from tools import address


@pytest.fixture
def set_up(monkeypatch):
    """Run a set-up cell where some modules are there and pip brings some; return what pip was told."""

    def run(there: set[str], brings: set[str], gensim: bool = False) -> list[str]:
        told, there = [], set(there)

        def pip(magic: str, line: str) -> None:
            told.append(f"{magic} {line}")
            there.update(brings)

        shell = types.SimpleNamespace(run_line_magic=pip)
        monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in there else None)
        cell = TransformerManager().transform_cell(address.set_up(gensim=gensim))
        exec(cell, {"get_ipython": lambda: shell})
        return told

    return run


def test_the_set_up_cell_installs_a_pinned_version_once_and_nothing_else(set_up):
    (told,) = set_up(set(), {"lecture9_utils"})
    project = address.project()
    assert told.startswith("pip install --quiet --no-deps ")
    assert told.endswith(f'github.com/{project["repository"]}@v{project["version"]}"')
    assert set_up({"lecture9_utils"}, set()) == []


def test_where_gensim_is_needed_it_is_installed_also_after_the_helpers(set_up):
    (told,) = set_up({"lecture9_utils"}, {"gensim"}, gensim=True)
    assert told.endswith(" gensim smart_open")
    assert set_up({"lecture9_utils", "gensim"}, set(), gensim=True) == []


def test_the_set_up_cell_says_that_it_failed(set_up):
    with pytest.raises(ImportError, match="the helpers could not be installed"):
        set_up(set(), set())
