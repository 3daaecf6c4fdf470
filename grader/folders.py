"""Find what students handed in, in the folders that Canvas, Moodle, nbgrader or a person make."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignment import SOURCE, Assignment, UnreadableError, read
from grader.submission import identity

CANVAS = re.compile(r"([^_]+)_(?:LATE_)?(\d+)_(\d+)_(.+)")
MOODLE = re.compile(r"(.+_\d+)_assignsubmission_(?:file|onlinetext)_?(.*)")
NOISE = re.compile(r"\.|__MACOSX|Thumbs\.db$|desktop\.ini$")


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
        if NOISE.match(entry.name):
            continue
        student, name = owner(entry)
        files = [Handed(entry, name)]
        if entry.is_dir() and not entry.is_symlink():
            files = [Handed(path, path.name) for path in inside(entry)]
        students.setdefault(student, []).extend(files)
    return students


def owner(entry: Path) -> tuple[str, str]:
    """Return the student to whom a file or folder belongs, and the file's name when it was handed in."""
    if match := MOODLE.fullmatch(entry.name):
        return match[1], match[2]
    if entry.is_dir():
        return entry.name, ""
    if match := CANVAS.fullmatch(entry.name):
        return f"{match[1]}_{match[2]}", re.sub(r"-\d+(?=\.\w+$)", "", match[4])
    return entry.stem, ""


def inside(folder: Path) -> list[Path]:
    """List the files of a student's folder, links included, without what systems leave behind."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_symlink() or path.is_file()]
    return [path for path in files if not any(NOISE.match(p) for p in path.relative_to(folder).parts)]


def choose(assignment: Assignment, files: list[Handed]) -> tuple[Any, list[str]]:
    """Read the notebook to grade, and say what is odd about the files.

    Of several readable ones it is that with the right name, or else the most known cells.

    Raises
    ------
    UnreadableError
        If there is none.
    """
    notebooks = [file for file in files if file.path.suffix.lower() == ".ipynb"]
    if links := [file.path.name for file in notebooks if file.path.is_symlink()]:
        raise UnreadableError(f"{links[0]} is a link to another file: not read")
    if not notebooks:
        there = ", ".join(file.path.name for file in files)
        raise UnreadableError(f"there is no notebook, only {there}" if there else "nothing was handed in")
    readable, reasons = [], []
    for file in notebooks:
        try:
            readable.append((read(file.path), file))
        except UnreadableError as error:
            reasons.append(str(error))
        except OSError as error:
            reasons.append(f"the file cannot be read ({type(error).__name__})")
    if not readable:
        raise UnreadableError(reasons[0])

    def worth(pair: tuple[Any, Handed]) -> tuple[bool, int, str]:
        known = sum(bool(identity(assignment, cell)) for cell in pair[0].cells)
        return pair[1].name in ("", SOURCE.name), known, pair[1].path.name

    notebook, best = max(readable, key=worth)
    flags = [f"several notebooks: graded {best.path.name}"] if len(notebooks) > 1 else []
    return notebook, flags + ([f"renamed: {best.name}"] if best.name not in ("", SOURCE.name) else [])
