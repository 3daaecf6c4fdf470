"""The assignment as its source says it."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from grader.sandbox import Kit
from tools.command import ROOT, RefusedError

SOURCE = ROOT / "notebooks" / "assignment" / "lecture9.ipynb"
LARGEST = 100 * 2**20  # bytes; a notebook beyond is not read
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
        return "".join(takewhile(str.isdigit, self.name))

    @property
    def label(self) -> str:
        """Its name on a page: "3a, hidden" of "3a_hidden"."""
        return self.name.replace("_", ", ")


@dataclass(frozen=True)
class Assignment:
    """The source, taken apart."""

    parts: dict[str, Part]  # by the id of their cell, in order
    locked: dict[str, str]  # the other code cells that a student must not change, by id
    written: dict[str, float]  # the questions marked by hand, and their points; the cell's id is written_10
    functions: list[str]  # what the students write and the tests call
    titles: dict[str, str]  # of the questions
    prose: list[str]  # the text cells
    answers: dict[str, str]  # the code cells that students fill in, by id

    @property
    def kept(self) -> dict[str, str]:
        """What students see of the cells that they must not change, by id."""
        return {key: part.visible for key, part in self.parts.items()} | self.locked

    @cached_property
    def by_text(self) -> dict[str, str]:
        """The ids of the cells that students must not change, by their text."""
        return {normal(source): key for key, source in self.kept.items()}

    @cached_property
    def definitions(self) -> dict[str, str]:
        """What the locked cells import and define, by their id: no student's cell may replace it."""
        kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef)
        found = {}
        for key, code in self.locked.items():
            found[key] = "\n".join(ast.unparse(n) for n in ast.parse(code).body if isinstance(n, kinds))
        return found

    @cached_property
    def protected(self) -> frozenset[str]:
        """The names of the functions that the locked cells define."""
        return frozenset(re.findall(r"^def (\w+)", "\n".join(self.locked.values()), re.M))

    @cached_property
    def kit(self) -> Kit:
        """What the students' processes have: what is imported, and not what is to be written."""
        code = "\n".join([*self.locked.values(), *self.answers.values()])
        modules = dict.fromkeys(imported(code))
        if "plots." in code:
            modules |= dict.fromkeys(["matplotlib.pyplot", "lecture9_utils.plots"])
        return Kit(tuple(modules), self.switched_off, "\n".join(self.locked.values()))

    @cached_property
    def switched_off(self) -> tuple[str, ...]:
        """The names of the package's functions that students are asked to write."""
        nodes = [node for code in self.locked.values() for node in ast.walk(ast.parse(code))]
        calls = [
            n for n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func) == "l9.write_it_yourself"
        ]
        inner = (node for call in calls for node in ast.walk(call) if isinstance(node, ast.Constant))
        return tuple(str(node.value) for node in inner)


def imported(code: str) -> Iterator[str]:
    """Name the modules that code imports when it is run."""
    for node in ast.parse(code).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


class UnreadableError(RefusedError):
    """A file is no notebook; the message says what it is instead."""


class Node(dict[str, Any]):
    """A part of a notebook, whose fields are attributes too, as nbformat has it."""

    __setattr__ = dict.__setitem__
    __delattr__ = dict.__delitem__

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def read(path: Path) -> Any:
    """Read a notebook of any version without its outputs; raise UnreadableError if it is none.

    Cells that have lost a part of what the format asks for are completed: nbformat would refuse them, and
    takes seconds to be imported.
    """
    if not (size := path.stat().st_size):
        raise UnreadableError("the file is empty")
    if size > LARGEST:
        raise UnreadableError(f"the file is larger than {LARGEST / 2**20:.0f} MB")
    try:
        notebook = json.loads(path.read_bytes(), object_hook=Node)
        sheets = notebook.get("worksheets") or [notebook]  # of version 3
        cells = [whole(cell) for sheet in sheets for cell in sheet["cells"]]
    except (ValueError, RecursionError, MemoryError, AttributeError, TypeError, KeyError) as error:
        raise UnreadableError(f"the file is not a notebook ({type(error).__name__})") from None
    if not cells:
        raise UnreadableError("the file is not a notebook (it has no cells)")
    notebook.update(cells=cells, metadata=mapping(notebook.get("metadata")))
    return notebook


def whole(cell: Node) -> Node:
    """Complete a cell, and drop its outputs."""
    source = cell.get("source", cell.pop("input", None))
    lines = source if isinstance(source, list) else [source]
    cell.update(source="".join(line for line in lines if isinstance(line, str)).replace("\0", ""))
    cell.update(metadata=mapping(cell.get("metadata")))
    if not isinstance(cell.setdefault("cell_type", "code"), str):
        raise TypeError("a cell's type must be text")
    if cell.cell_type == "code":
        cell.update(outputs=[], execution_count=cell.get("execution_count"))
    return cell


def mapping(value: Any) -> dict[str, Any]:
    """Return a dict, or an empty one for all else."""
    return value if isinstance(value, dict) else Node()


def tag(cell: Any) -> dict[str, Any]:
    """Return what nbgrader noted on a cell; an empty dict for all else."""
    noted = mapping(cell.get("metadata")).get("nbgrader")
    return noted if isinstance(noted, dict) and isinstance(noted.get("grade_id"), str) else {}


def load(path: Path) -> Assignment:
    """Take the source, or the students' version of it, apart."""
    cells = read(path).cells
    parts, locked, written, functions = {}, {}, {}, []
    answers: dict[str, str] = {}
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
        elif cell.cell_type == "code":
            answers[key or f"cell {len(answers)}"] = cell.source
        if cell.cell_type == "code" and not noted.get("grade"):
            functions += re.findall(r"^def (\w+)", cell.source, re.M)
    text = [cell.source for cell in cells if cell.cell_type == "markdown" and not tag(cell)]
    titles = dict(re.findall(r"^## (\d+) · (.+?)(?: \(|$)", "\n".join(text), re.M))
    return Assignment(parts, locked, written, functions, titles, [*map(normal, text), TEXT_STUB], answers)


def shown(source: str) -> str:
    """Return what the students see of a cell of tests; whoever wrote it, line by line."""
    kept, hidden = [], False
    for line in source.splitlines():
        hidden = hidden or line.strip() == "### BEGIN HIDDEN TESTS"
        kept += [] if hidden else [line]
        hidden = hidden and line.strip() != "### END HIDDEN TESTS"
    return "\n".join(kept).rstrip()


def normal(source: str) -> str:
    """Return a text without the blanks that editors add and remove."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
