"""The set-up cell as on Colab, and what the commands that run the notebooks elsewhere refuse."""

import importlib.util
import shutil
import sys
import types

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from tools import address, elsewhere


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
        exec(
            TransformerManager().transform_cell(address.set_up(gensim=gensim)), {"get_ipython": lambda: shell}
        )
        return told

    return run


def test_the_set_up_cell_installs_a_pinned_version_and_nothing_else(set_up):
    (told,) = set_up(set(), {"lecture9_utils"})
    project = address.project()
    assert told.startswith("pip install --quiet --no-deps ")
    assert f"github.com/{project['repository']}@v{project['version']}" in told


def test_the_set_up_cell_installs_once(set_up):
    assert set_up({"lecture9_utils"}, set()) == []
    assert set_up({"lecture9_utils", "gensim"}, set(), gensim=True) == []
    (told,) = set_up({"lecture9_utils"}, {"gensim"}, gensim=True)  # after a notebook that needs no gensim
    assert told.endswith(" gensim smart_open")


def test_the_set_up_cell_says_that_it_failed(set_up):
    with pytest.raises(ImportError, match="the helpers could not be installed: pip says why, above"):
        set_up(set(), set())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say colab or matrix"),
        (["moon"], "say colab or matrix"),
        (["matrix", "fast"], "'fast' is not of the form NAME=VALUE"),
        (["colab", "PYTHONS=9.9"], "Colab has Python 3.13, which is not here: name one, as in PYTHONS=/path"),
        (["matrix", "PYTHONS=9.8,9.9"], "of Python 9.8, 9.9 none is here: name some"),
    ],
)
def test_what_cannot_be_run_is_refused(words, said, monkeypatch, capsys):
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: "uv" if name == "uv" else which(name))
    assert elsewhere.main(words) == 2
    assert said in capsys.readouterr().err


def test_without_uv_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert elsewhere.main(["matrix"]) == 2
    assert capsys.readouterr().err == "Nothing was run: this needs uv, which pip installs: pip install uv\n"
