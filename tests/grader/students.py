"""Students' notebooks for the tests of the assignment: made from the source, with some answers replaced."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader import assignment as model
from grader import marking, release, sandbox
from grader.sandbox import Limits
from tools.command import ROOT

LIBRARY: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (ROOT / "tests" / "grader" / "submissions.toml").read_text("utf-8")
)
ALL = pytest.mark.slow
WALLED = pytest.mark.skipif(sandbox.walls() == "limits", reason="there are no walls here, only limits")
SHORT = Limits(cell=10, call=6, total=100)
WRONG = "def tokens(text):\n    return []"
EXIT = "import os\nos._exit(0)"


def handed_in(**answers: str) -> nbformat.NotebookNode:
    """Make the notebook of a student who has all answers right, but for those given (by part, as in "1a")."""
    notebook = release.answered(model.SOURCE)
    for cell in notebook.cells:
        key = model.tag(cell).get("grade_id", "").removeprefix("answer_")
        cell.source = answers.get(f"part_{key}", cell.source)
    return notebook


def answer(entry: dict[str, str]) -> dict[str, str]:
    return {f"part_{entry['answer']}": entry["code"]}


def lost(result: marking.Result) -> list[str]:
    return [key.removeprefix("test_") for key, o in result.outcomes.items() if o.points < o.possible]


def short_assignment() -> model.Assignment:
    """Return the first three questions and the reflection, which need no TensorFlow."""
    source = model.load()
    parts = {key: part for key, part in source.parts.items() if part.question in "123"}
    locked = {key: source.locked[key] for key in ("setup", "imports", "parameters", "begin")}
    return replace(source, parts=parts, locked=locked)


def short_notebook(*extra: str, **answers: str) -> nbformat.NotebookNode:
    """Make a right notebook of the first three questions; cells of the student's own come first."""
    notebook = handed_in(**answers)
    noted = [model.tag(cell).get("grade_id", "") for cell in notebook.cells]
    end, last = noted.index("answer_4a"), noted.index("written_10") - 1  # with the heading before it
    own = [nbformat.v4.new_code_cell(code) for code in extra]
    first = noted.index("begin") + 1
    notebook.cells = [*notebook.cells[:first], *own, *notebook.cells[first:end], *notebook.cells[last:]]
    return notebook


def small_notebook(**answers: str) -> nbformat.NotebookNode:
    """Make a right notebook of the first question and the reflection."""
    notebook = short_notebook(**answers)
    noted = [model.tag(cell).get("grade_id", "") for cell in notebook.cells]
    del notebook.cells[noted.index("answer_2a") : noted.index("written_10") - 1]
    return notebook


def put(path: Path, notebook: nbformat.NotebookNode) -> Path:
    """Write a notebook, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def in_function(name: str, code: str) -> str:
    lines = "\n".join(f"    {line}" for line in code.strip().splitlines())
    return f"def {name}(*arguments):\n{lines}"


def cell_of(notebook, key):
    return next(cell for cell in notebook.cells if model.tag(cell).get("grade_id") == key)


def delete(notebook):
    notebook.cells.remove(cell_of(notebook, "test_1a"))
