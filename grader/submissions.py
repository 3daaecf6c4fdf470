"""What students handed in: found in the folders that Canvas, Moodle, nbgrader or a person make; arranged."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignment import SOURCE, Assignment, UnreadableError, normal, read, shown, tag

CANVAS = re.compile(r"([^_]+)_(?:LATE_)?(\d+)_(\d+)_(.+)")
MOODLE = re.compile(r"(.+_\d+)_assignsubmission_(?:file|onlinetext)_?(.*)")
NOISE = re.compile(r"\.|__MACOSX|Thumbs\.db$|desktop\.ini$")
SUSPICIONS = {
    "ends the program or ignores signals": r"\bos\._exit|\bos\.abort|\bsys\.exit|\bsignal\.",
    "starts processes": r"\bos\.fork|\bsubprocess\b|\bmultiprocessing\b|\bos\.system|^\s*!",
    "writes or deletes files": r"rmtree\b|\bos\.remove|\bunlink\(|\.write_\w+\(|open\([^)\n]*,\s*[\"'][wax]",
    "looks for the tests": r"HIDDEN|\.ipynb|/proc\b|\bgc\.|_getframe|\binspect\.",
    "changes the checker or the package": r"\b(?:l9|np|lecture9_utils)\.[\w.]+\s*=[^=]|setattr\(|\bbuiltins",
    "takes the package's own solution": r"(?:from|import)\s+lecture9_utils\.",
    "claims to equal everything": r"def\s+__(?:eq|ne|array|lt|le|gt|ge)__",
}


@dataclass(frozen=True)
class Handed:
    """A file of a student, and the name under which it was handed in ("" if that is not known)."""

    path: Path
    name: str


def find(folder: Path) -> dict[str, list[Handed]]:
    """Find the students of a folder, by name, and each one's files.

    A folder belongs to one student, whatever is in it; a file to the student in its name, as Canvas and
    Moodle write it, or else to the student whose name it is.
    """
    students: dict[str, list[Handed]] = {}
    for entry in sorted(folder.iterdir()):
        student, name = owner(entry)
        files = [Handed(entry, name)]
        if entry.is_dir() and not entry.is_symlink():
            paths = sorted(path for path in entry.rglob("*") if path.is_symlink() or path.is_file())
            files = [Handed(path, path.name) for path in paths if tidy(path.relative_to(entry))]
        if tidy(Path(entry.name)):
            students.setdefault(student, []).extend(files)
    return students


def tidy(path: Path) -> bool:
    """Tell whether a file is none of those that systems leave behind."""
    return not any(map(NOISE.match, path.parts))


def owner(entry: Path) -> tuple[str, str]:
    """Return the student to whom a file or folder belongs, and the file's name when it was handed in."""
    if match := MOODLE.fullmatch(entry.name):
        return match[1], match[2]
    if entry.is_dir():
        return entry.name, ""
    if match := CANVAS.fullmatch(entry.name):
        return f"{match[1]}_{match[2]}", re.sub(r"-\d+(?=\.\w+$)", "", match[4])
    return entry.stem, ""


def choose(assignment: Assignment, files: list[Handed]) -> tuple[Any, list[str]]:
    """Read the notebook to grade, and say what is odd about the files.

    Of several it is that with the right name, or else the most known cells. UnreadableError: there is none.
    """
    notebooks = [file for file in files if file.path.suffix.lower() == ".ipynb"]
    if links := [file.path.name for file in notebooks if file.path.is_symlink()]:
        raise UnreadableError(f"{links[0]} is a link to another file: not read")
    if not notebooks:
        there = ", ".join(file.path.name for file in files)
        raise UnreadableError(f"there is no notebook, only {there}" if there else "nothing was handed in")
    readable, reason = [], ""
    for file in notebooks:
        try:
            notebook = read(file.path)
            known = sum(bool(identity(assignment, cell)) for cell in notebook.cells)
            readable.append((file.name in ("", SOURCE.name), known, file.path.name, file.name, notebook))
        except UnreadableError as error:
            reason = reason or str(error)
    if not readable:
        raise UnreadableError(reason)
    right, _, graded, name, notebook = max(readable, key=lambda one: one[:3])
    flags = [f"several notebooks: graded {graded}"] if len(notebooks) > 1 else []
    return notebook, flags + ([] if right else [f"renamed: {name}"])


# What to do next: run a student's or a locked cell, or, where there is no source, a cell of tests.
Step = tuple[str, str | None]


@dataclass
class Submission:
    """A student's notebook, taken apart."""

    steps: list[Step]  # in order
    written: dict[str, str]  # the answers to mark by hand, by question
    flags: list[str]  # what a person should know


def arrange(assignment: Assignment, notebook: Any, flags: Sequence[str] = ()) -> Submission:
    """Hold a notebook against the assignment: restore what is locked, keep all else as it is."""
    cells = [(identity(assignment, cell), cell) for cell in notebook.cells]
    found: dict[str, list[Any]] = {}
    for key, cell in cells:
        found.setdefault(key, []).append(cell)
    order: list[Step] = [(key, code) for key, code in assignment.locked.items() if key not in found]
    order += [*steps(assignment, cells), *((key, None) for key in assignment.parts if key not in found)]
    own = "\n".join(code for key, code in order if code and key not in assignment.locked)
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
    code = [(i, key, cell) for i, (key, cell) in enumerate(cells) if cell.cell_type == "code"]
    for number, (i, key, cell) in enumerate(code, start=1):
        if key in assignment.locked:
            yield key, assignment.locked[key]
        elif key in assignment.parts and last[key] == i:
            yield key, None
        elif key not in assignment.parts and cell.source.strip():
            yield tag(cell).get("grade_id") or f"code cell {number}", cell.source


def words(assignment: Assignment, cells: list[Any], question: str) -> str:
    """Return what a student wrote after the heading of a question, in whichever cells."""
    texts, begun = [], False
    for cell in cells:
        heading = cell.source.lstrip().startswith(f"## {question} ·")
        begun = begun or heading or tag(cell).get("grade_id") == f"written_{question}"
        if begun and cell.cell_type == "markdown" and normal(cell.source) not in [*assignment.prose, ""]:
            texts.append(cell.source)
    return "\n\n".join(texts)


def structure(assignment: Assignment, found: dict[str, list[Any]]) -> list[str]:
    """Say what was done to the cells that are not the student's to change."""
    kept, written = assignment.kept, [f"written_{question}" for question in assignment.written]
    texts = {key: {normal(shown(cell.source)) for cell in found.get(key, [])} for key in kept}
    changed = {
        "missing, put back": [key for key in [*kept, *written] if key not in found],
        "edited, restored": [key for key in kept if texts[key] - {normal(kept[key])}],
        "there more than once": [key for key in kept if len(found.get(key, [])) > 1],
    }
    flags = [f"{what}: {', '.join(keys)}" for what, keys in changed.items() if keys]
    if not any(tag(cell) for cells in found.values() for cell in cells):
        flags.insert(0, "the notebook has lost its metadata: cells were recognised by their text")
    return flags


def suspicions(code: str) -> list[str]:
    """Say what a person should look at in a student's code."""
    return [f"look: {what}" for what, pattern in SUSPICIONS.items() if re.search(pattern, code, re.M)]
