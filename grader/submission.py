"""A student's notebook held against the assignment, and put in the order in which it is graded."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from grader.assignment import Assignment, normal, shown, tag

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


class Step(NamedTuple):
    """What to do next: run a student's or a locked cell, or, where there is no source, a cell of tests."""

    where: str
    source: str | None


@dataclass
class Submission:
    """A student's notebook, taken apart.

    Attributes
    ----------
    steps : list of Step
        In order.
    written : dict of str to str
        The answers to mark by hand, by question.
    flags : list of str
        What a person should know, in words.
    """

    steps: list[Step]
    written: dict[str, str]
    flags: list[str]


def arrange(assignment: Assignment, notebook: Any, flags: Sequence[str] = ()) -> Submission:
    """Hold a notebook against the assignment: restore what is locked, keep all else as it is."""
    cells = [(identity(assignment, cell), cell) for cell in notebook.cells]
    found: dict[str, list[Any]] = {}
    for key, cell in cells:
        found.setdefault(key, []).append(cell)
    order = [
        *(Step(key, source) for key, source in assignment.locked.items() if key not in found),
        *steps(assignment, cells),
        *(Step(key, None) for key in assignment.parts if key not in found),
    ]
    own = [step.source for step in order if step.source and step.where not in assignment.locked]
    written = {question: words(assignment, notebook.cells, question) for question in assignment.written}
    return Submission(order, written, [*flags, *structure(assignment, found), *suspicions(own)])


def identity(assignment: Assignment, cell: Any) -> str:
    """Return the id of the source's cell that this is, by its metadata or else by its text; "" for others."""
    key = str(tag(cell).get("grade_id", ""))
    if key in assignment.kept or key.removeprefix("written_") in assignment.written:
        return key
    text = normal(cell.source)
    return next((key for key, source in assignment.kept.items() if normal(source) == text), "")


def steps(assignment: Assignment, cells: list[tuple[str, Any]]) -> Iterator[Step]:
    """Go through a notebook's code: of a cell of tests that is there twice, the last one counts."""
    last = {key: i for i, (key, _) in enumerate(cells)}
    number = 0
    for i, (key, cell) in enumerate(cells):
        if cell.cell_type != "code":
            continue
        number += 1
        if key in assignment.parts:
            if last[key] == i:
                yield Step(key, None)
        elif key in assignment.locked:
            yield Step(key, assignment.locked[key])
        elif cell.source.strip():
            yield Step(tag(cell).get("grade_id") or f"code cell {number}", cell.source)


def words(assignment: Assignment, cells: list[Any], question: str) -> str:
    """Return what a student wrote after the heading of a question, in whichever cells."""
    begins = [
        cell.source.lstrip().startswith(f"## {question} ·")
        or tag(cell).get("grade_id") == f"written_{question}"
        for cell in cells
    ]
    first = begins.index(True) if True in begins else len(cells)
    texts = [cell.source for cell in cells[first:] if cell.cell_type == "markdown"]
    return "\n\n".join(text for text in texts if normal(text) not in assignment.prose and text.strip())


def structure(assignment: Assignment, found: dict[str, list[Any]]) -> list[str]:
    """Say what was done to the cells that are not the student's to change."""
    kept = assignment.kept
    written = [f"written_{question}" for question in assignment.written]
    edited = [
        key
        for key, source in kept.items()
        if any(normal(shown(cell.source)) != normal(source) for cell in found.get(key, []))
    ]
    changed = {
        "missing, put back": [key for key in [*kept, *written] if key not in found],
        "edited, restored": edited,
        "there more than once": [key for key in kept if len(found.get(key, [])) > 1],
    }
    flags = [f"{what}: {', '.join(keys)}" for what, keys in changed.items() if keys]
    if not any(tag(cell) for cells in found.values() for cell in cells):
        flags.insert(0, "the notebook has lost its metadata: cells were recognised by their text")
    return flags


def suspicions(sources: list[str]) -> list[str]:
    """Say what a person should look at in a student's code."""
    code = "\n".join(sources)
    return [f"look: {what}" for what, pattern in SUSPICIONS.items() if re.search(pattern, code, re.M)]
