"""The assignment as its source says it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from tools.command import ROOT, RefusedError

SOURCE = ROOT / "notebooks" / "assignment" / "lecture9.ipynb"
LARGEST = 20 * 2**20  # bytes; a notebook beyond is not read
HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS\n(.*?)^[ \t]*### END HIDDEN TESTS[ \t]*$\n?", re.M | re.S)
SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION[ \t]*$\n?", re.M | re.S)
TEXT_STUB = "*Write here.*"
CODE_STUB = """# Write your code here, and take out the next line.
raise NotImplementedError("This answer is not written yet, or this line is left over: take it out.")"""


@dataclass(frozen=True)
class Part:
    """A part of a question with points of its own: a cell of tests."""

    name: str
    points: float
    visible: str
    hidden: str

    @property
    def question(self) -> str:
        """The number of the question: "3" of "3a"."""
        return self.name.rstrip("abcdefghi")


@dataclass(frozen=True)
class Assignment:
    """The source, taken apart."""

    parts: dict[str, Part]  # by the id of their cell, in order
    locked: dict[str, str]  # the other code cells that a student must not change, by id
    written: dict[str, float]  # the questions marked by hand, and their points; the cell's id is written_10
    functions: list[str]  # what the students write and the tests call
    titles: dict[str, str]  # of the questions
    prose: list[str]  # the text cells

    @property
    def kept(self) -> dict[str, str]:
        """What students see of the cells that they must not change, by id."""
        return {key: part.visible for key, part in self.parts.items()} | self.locked


class UnreadableError(RefusedError):
    """A file is no notebook; the message says what it is instead."""


def read(path: Path) -> Any:
    """Read a notebook of any version 4; raise UnreadableError if it is none."""
    if not (size := path.stat().st_size):
        raise UnreadableError("the file is empty")
    if size > LARGEST:
        raise UnreadableError(f"the file is larger than {LARGEST / 2**20:.0f} MB")
    try:
        notebook = nbformat.reads(path.read_text("utf-8-sig"), as_version=4)
        sound = all(isinstance(c.source, str) and isinstance(c.cell_type, str) for c in notebook.cells)
    except Exception as error:  # nbformat raises whatever a damaged file makes it stumble over
        raise UnreadableError(f"the file is not a notebook ({type(error).__name__})") from None
    if not sound or not notebook.cells:
        raise UnreadableError("the file is not a notebook (it has no cells)")
    return notebook


def tag(cell: Any) -> dict[str, Any]:
    """Return what nbgrader noted on a cell; an empty dict for all else."""
    metadata = cell.get("metadata", {})
    noted = metadata.get("nbgrader", {}) if isinstance(metadata, dict) else {}
    return noted if isinstance(noted, dict) and isinstance(noted.get("grade_id"), str) else {}


def load(path: Path) -> Assignment:
    """Take the source, or the students' version of it, apart."""
    cells = read(path).cells
    parts, locked, written, functions = {}, {}, {}, []
    for cell in cells:
        noted = tag(cell)
        key = noted.get("grade_id", "")
        if noted.get("grade") and noted.get("solution"):
            written[key.removeprefix("written_")] = float(noted["points"])
        elif noted.get("grade"):
            hidden = "\n".join(HIDDEN.findall(cell.source))
            parts[key] = Part(key.removeprefix("test_"), float(noted["points"]), shown(cell.source), hidden)
        elif noted.get("locked") and cell.cell_type == "code":
            locked[key] = cell.source
        if cell.cell_type == "code" and not noted.get("grade"):
            functions += re.findall(r"^def (\w+)", cell.source, re.M)
    text = [cell.source for cell in cells if cell.cell_type == "markdown" and not tag(cell)]
    titles = dict(re.findall(r"^## (\d+) · (.+?)(?: \(|$)", "\n".join(text), re.M))
    return Assignment(parts, locked, written, functions, titles, [*map(normal, text), TEXT_STUB])


def shown(source: str) -> str:
    """Return what the students see of a cell of tests."""
    return HIDDEN.sub("", source).rstrip()


def normal(source: str) -> str:
    """Return a text without the blanks that editors add and remove."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
