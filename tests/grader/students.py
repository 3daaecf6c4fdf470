"""Students' notebooks for the tests of the grader: made from the source, with some answers replaced."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from grader.assignment import SOURCE, read, shown, tag
from grader.grading import Result

LIBRARY: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("submissions.toml").read_text("utf-8")
)
WRONG = {"1a": "def tokens(text):\n    return []"}


def entry(kind: str, about: str) -> dict[str, Any]:
    """Return an entry of the library."""
    return next(entry for entry in LIBRARY[kind] if entry["about"] == about)


def answer(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the answer of an entry of the library, if it has one, by its name."""
    return {entry["answer"]: entry["code"]} if "answer" in entry else {}


def handed_in(answers: Mapping[str, str] | None = None, source: Path = SOURCE, cell: str = "") -> Any:
    """Make the notebook of a student who has all right, but for some answers and a cell before them."""
    notebook = read(source)
    for one in notebook.cells:
        key = tag(one).get("grade_id", "").removeprefix("answer_")
        one.source = (answers or {}).get(key, shown(one.source))
    if cell:
        notebook.cells.insert(keys(notebook).index("begin") + 1, nbformat.v4.new_code_cell(cell))
    return notebook


def keys(notebook: Any) -> list[str]:
    """List the ids of a notebook's cells, "" for those that have none."""
    return [tag(cell).get("grade_id", "") for cell in notebook.cells]


def short_source(path: Path, questions: str) -> Path:
    """Write a source with some of the questions and the last, which is marked by hand."""
    notebook, question = read(SOURCE), ""
    kept = []
    for cell in notebook.cells:
        if heading := re.match(r"## (\d+) ·", cell.source):
            question = heading[1]
        if question in ["", *questions, "10"]:
            kept.append(cell)
    notebook.cells = kept
    return put(path, notebook)


def put(path: Path, notebook: Any) -> Path:
    """Write a notebook, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def lost(result: Result) -> list[str]:
    """Name the parts that do not have all points."""
    return [key.removeprefix("test_") for key, outcome in result.outcomes.items() if outcome.message]


def cells_of(*parts: str) -> list[str]:
    """Name the cells of tests of these parts: what is shown, and what is hidden."""
    return [name for part in parts for name in (part, f"{part}_hidden")]
