"""The assignment as its source says it, and a student's notebook held against it."""

import ast
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from tools.command import ROOT

SOURCE = ROOT / "notebooks" / "assignment" / "lecture9.ipynb"
LARGEST = 20 * 2**20  # bytes; a notebook beyond is not read
HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS\n(.*?)^[ \t]*### END HIDDEN TESTS[ \t]*$\n?", re.M | re.S)
SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION[ \t]*$\n?", re.M | re.S)
TEXT_STUB = "*Write here.*"
CODE_STUB = (
    "# Write your code here, and take out the next line.\n"
    'raise NotImplementedError("This answer is not written yet, or this line is left over: take it out.")'
)
SUSPICIONS = {
    "ends the program or ignores signals": r"\bos\._exit|\bos\.abort|\bsys\.exit|\bsignal\.",
    "starts processes": r"\bos\.fork|\bsubprocess\b|\bmultiprocessing\b|\bos\.system|^\s*!",
    "writes or deletes files": r"\brmtree\b|\bos\.remove|\bunlink\(|\.write_(?:text|bytes)\(|"
    r"open\([^)\n]*,\s*[\"'][wax]",
    "looks for the tests": r"HIDDEN|\.ipynb|/proc\b|\bgc\.|_getframe|\binspect\.",
    "changes the checker or the package": r"\bl9\.\w+\s*=[^=]|lecture9_utils\.[\w.]+\s*=[^=]|setattr\(|"
    r"\bnp\.\w+\s*=[^=]|\bbuiltins\.",
    "takes the package's own solution": r"(?:from|import)\s+lecture9_utils\.(?!quiet)",
    "claims to equal everything": r"def\s+__(?:eq|ne|array|lt|le|gt|ge)__",
}


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
        return re.sub(r"\D", "", self.name)


@dataclass(frozen=True)
class Assignment:
    """The source, taken apart.

    Attributes
    ----------
    parts : dict of str to Part
        By the id of their cell, in order.
    locked : dict of str to str
        The other code cells that a student must not change, by id.
    written : dict of str to float
        The answers marked by hand, by id, and their points.
    functions : frozenset of str
        What the students write and the tests call.
    titles : dict of str to str
        Of the questions, by number.
    prose : frozenset of str
        The text cells.
    digest : str
        Changes with the source.
    """

    path: Path
    parts: dict[str, Part]
    locked: dict[str, str]
    written: dict[str, float]
    functions: frozenset[str]
    titles: dict[str, str]
    prose: frozenset[str]
    digest: str


class UnreadableError(Exception):
    """A file is no notebook; the message says what it is instead."""


def read(path: Path) -> Any:
    """Read a notebook of any version 4.

    Raises
    ------
    UnreadableError
        If it is none.
    """
    size = path.stat().st_size
    if size == 0:
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


def load(path: Path = SOURCE) -> Assignment:
    """Take the source, or the students' version of it, apart."""
    cells = read(path).cells
    parts, locked, written, functions = {}, {}, {}, set()
    for cell in cells:
        noted = tag(cell)
        key = noted.get("grade_id", "")
        if noted.get("grade") and noted.get("solution"):
            written[key] = float(noted["points"])
        elif noted.get("grade"):
            hidden = "\n".join(HIDDEN.findall(cell.source))
            name = key.removeprefix("test_")
            parts[key] = Part(name, float(noted["points"]), shown(cell.source), hidden)
        elif noted.get("locked") and cell.cell_type == "code":
            locked[key] = cell.source
        if cell.cell_type == "code" and not noted.get("grade"):
            functions |= set(defined(cell.source))
    text = [cell.source for cell in cells if cell.cell_type == "markdown" and not tag(cell)]
    titles = dict(re.findall(r"^## (\d+) · (.+?)(?: \(|$)", "\n".join(text), re.M))
    prose = frozenset(normal(source) for source in [*text, TEXT_STUB])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Assignment(path, parts, locked, written, frozenset(functions), titles, prose, digest)


def shown(source: str) -> str:
    """Return what the students see of a cell of tests."""
    return HIDDEN.sub("", source).rstrip()


def defined(source: str) -> list[str]:
    """List the functions that a cell defines."""
    code = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!")))
    try:
        return [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    except SyntaxError:
        return []


@dataclass
class Submission:
    """A student's notebook, put in the order in which it is graded.

    Attributes
    ----------
    steps : list of (str, str, str)
        What to do: ("run", where, source) for code, ("test", id, "") for a cell of tests.
    written : dict of str to str
        The answers to mark by hand.
    flags : list of str
        What a person should know, in words.
    """

    steps: list[tuple[str, str, str]] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)


def arrange(assignment: Assignment, notebook: Any) -> Submission:
    """Hold a notebook against the assignment: restore what is locked, keep all else as it is."""
    cells = [(identity(assignment, cell), cell) for cell in notebook.cells]
    found: dict[str, list[Any]] = {}
    for key, cell in cells:
        found.setdefault(key, []).append(cell)
    result = Submission()
    result.steps = [
        ("run", key, source) for key, source in assignment.locked.items() if key not in found
    ] + list(steps(assignment, cells))
    result.steps += [("test", key, "") for key in assignment.parts if key not in found]
    for key in assignment.written:
        result.written[key] = own_words(assignment, notebook.cells, re.sub(r"\D", "", key))
    result.flags = structure(assignment, found, cells) + suspicions(
        [step[2] for step in result.steps if step[0] == "run" and step[1] not in assignment.locked]
    )
    return result


def identity(assignment: Assignment, cell: Any) -> str:
    """Return the id of the source's cell that this is, by its metadata or else by its text; "" for others."""
    known = {*assignment.parts, *assignment.locked, *assignment.written}
    if (key := tag(cell).get("grade_id", "")) in known:
        return str(key)
    for key, source in texts(assignment):
        if normal(cell.source) == normal(source):
            return key
    return ""


def texts(assignment: Assignment) -> Iterator[tuple[str, str]]:
    """Go through the cells that a student must not change: their ids and what is seen of them."""
    yield from ((key, part.visible) for key, part in assignment.parts.items())
    yield from assignment.locked.items()


def normal(source: str) -> str:
    """Return a text without the blanks that editors add and remove."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def own_words(assignment: Assignment, cells: list[Any], question: str) -> str:
    """Return what a student wrote after the heading of a question, in whichever cells."""
    headings = [i for i, cell in enumerate(cells) if cell.source.lstrip().startswith(f"## {question} ·")]
    tagged = [i for i, cell in enumerate(cells) if tag(cell).get("grade_id") == f"written_{question}"]
    first = min([*headings, *tagged], default=len(cells))
    texts = [cell.source for cell in cells[first:] if cell.cell_type == "markdown"]
    return "\n\n".join(text for text in texts if normal(text) not in assignment.prose and text.strip())


def steps(assignment: Assignment, cells: list[tuple[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Go through a notebook's code: of a cell of tests that is there twice, the last one counts."""
    last = {key: i for i, (key, _) in enumerate(cells)}
    number = 0
    for i, (key, cell) in enumerate(cells):
        if cell.cell_type != "code":
            continue
        number += 1
        if key in assignment.parts:
            if last[key] == i:
                yield "test", key, ""
        elif key in assignment.locked:
            yield "run", key, assignment.locked[key]
        elif cell.source.strip():
            yield "run", tag(cell).get("grade_id") or f"code cell {number}", cell.source


def structure(assignment: Assignment, found: dict[str, list[Any]], cells: list[tuple[str, Any]]) -> list[str]:
    """Say what was done to the cells that are not the student's to change."""
    seen = dict(texts(assignment))
    several = [key for key in seen if len(found.get(key, [])) > 1]
    edited = [
        key for key in seen if any(normal(shown(c.source)) != normal(seen[key]) for c in found.get(key, []))
    ]
    gone = [key for key in [*seen, *assignment.written] if key not in found]
    if not any(tag(cell) for _, cell in cells):
        flags = ["the notebook has lost its metadata: cells were recognised by their text"]
    else:
        flags = []
    flags += [f"missing, put back: {', '.join(gone)}"] if gone else []
    flags += [f"edited, restored: {', '.join(edited)}"] if edited else []
    return flags + ([f"there more than once: {', '.join(several)}"] if several else [])


def suspicions(sources: list[str]) -> list[str]:
    """Say what a person should look at in a student's code."""
    code = "\n".join(sources)
    return [f"look: {words}" for words, pattern in SUSPICIONS.items() if re.search(pattern, code, re.M)]
