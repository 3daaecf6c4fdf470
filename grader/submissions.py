"""What students handed in: found in the folders that Canvas, Moodle, nbgrader or a person make; arranged."""

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from grader.assignment import (
    CODE_STUB,
    SOURCE,
    Assignment,
    UnreadableError,
    mapping,
    normal,
    read,
    shown,
    tag,
)

CANVAS = re.compile(r"([^_]+)_(?:LATE_)?(\d+)_(\d+)_(.+)", re.S)
MOODLE = re.compile(r"(.+_\d+)_assignsubmission_(?:file|onlinetext)_?(.*)", re.S)
NOISE = re.compile(r"\.|__MACOSX|Thumbs\.db$|desktop\.ini$")
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$", re.I)
PACKED = re.compile(r"\.(zip|rar|7z|tar|t?gz)$", re.I)
DEEPEST, MOST_FILES = 10, 1000  # folders in each other, and files of a student, that are looked at
LONGEST, MOST_LINES = 400, 20_000  # characters of a line, and lines, that patterns look at
MOST_PROSE = 20_000  # characters of an answer in words
PICTURE = re.compile(r"data:image/[\w+]{1,20};base64,[\w+/=]+")  # as Colab writes it in the text
LATE = "handed in late, as Canvas says"
FEW_WORDS = 20  # as many can be a remark
SUSPICIONS = {
    "ends the program or ignores signals": r"\bos\._exit|\bos\.abort|\bsys\.exit|\bsignal\.",
    "starts processes": r"\bos\.fork|\bsubprocess\b|\bmultiprocessing\b|\bos\.system|^[ \t]*!",
    "takes memory that belongs to no process": r"memfd|shared_memory|shmget|/dev/shm|MAP_SHARED|mmap\(-1",
    "writes or deletes files": r"rmtree\b|\bos\.remove|\bunlink\(|\.write_|\bopen\([^)]*,\s?[\"'][wax]",
    "looks for the tests": r"HIDDEN|\.ipynb|/proc\b|\bgc\.|_getframe|\binspect\.",
    "changes the checker or the package": r"\b(?:l9|np|lecture9_utils)\.[\w.]+ *=[^=]|setattr\(|\bbuiltins",
    "takes the package's own solution": r"(?:from|import) +lecture9_utils\.|__wrapped__|\breload\(",
    "claims to equal everything": r"def +__(?:eq|ne|array|lt|le|gt|ge)__",
}


@dataclass(frozen=True)
class Handed:
    """A file of a student, and the name under which it was handed in ("" if that is not known)."""

    path: Path
    name: str
    number: int = 0  # the later file has the larger one
    late: bool = False


def find(folder: Path, say: Callable[[str], Any] = lambda _: None) -> dict[str, list[Handed]]:
    """Find the students of a folder, by name, and each one's files; say what is left out.

    A folder belongs to one student, whatever is in it; a file to the student in its name, as Canvas and
    Moodle write it, or else to the student whose name it is, if it can be a notebook: a roster is no student.
    """
    students: dict[str, list[Handed]] = {}
    for entry in sorted(folder.iterdir(), key=os.fsencode):
        if NOISE.match(entry.name):
            continue
        known, *names = owner(entry)
        if entry.is_dir() and not entry.is_symlink():
            files = [Handed(path, path.name) for path in below(entry)]
        elif known or NOTEBOOK.search(entry.name) or PACKED.search(entry.name):
            files = [Handed(entry, *names[1:])]
        else:
            say(f"{readable(entry.name)} is no submission: left out")
            continue
        students.setdefault(names[0], []).extend(files)
    return {name: students[raw] for name, raw in named(students)}


def named(students: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give each name that is no text a readable form that no other student has."""
    taken = set(students)
    for raw in sorted(students):
        name = readable(raw)
        while name != raw and name in taken:
            name += "'"
        taken.add(name)
        yield name, raw


def readable(name: str) -> str:
    """Return the name of a file whose bytes may not be UTF-8."""
    try:
        name.encode()
        return name
    except UnicodeEncodeError:
        return os.fsencode(name).decode("latin-1")


def below(folder: Path) -> list[Path]:
    """List the files and links in a folder and those in it, but none of those that systems leave behind.

    A folder that cannot be read stands for itself, and so do those that are too deep.
    """
    found: list[Path] = []
    folders = [(folder, 0)]
    while folders and len(found) < MOST_FILES:
        here, depth = folders.pop()
        try:
            with os.scandir(here) as entries:
                paths = [Path(entry.path) for entry in islice(entries, MOST_FILES)]
        except OSError:
            paths, depth = [here], DEEPEST
        for path in sorted(paths, key=os.fsencode):
            if NOISE.match(path.name):
                continue
            if path.is_dir() and not path.is_symlink() and depth < DEEPEST:
                folders.append((path, depth + 1))
            else:
                found.append(path)
    return found[:MOST_FILES]


def owner(entry: Path) -> tuple[Any, ...]:
    """Return whether a system wrote the name, the student, and what `Handed` notes of a file."""
    if match := MOODLE.fullmatch(entry.name):
        return True, match[1], match[2]
    if entry.is_dir():
        return False, entry.name, ""
    if match := CANVAS.fullmatch(entry.name):
        name = re.sub(r"-\d+(?=\.\w+$)", "", match[4])
        late = entry.name.startswith(f"{match[1]}_LATE_")
        return True, f"{match[1]}_{match[2]}", name, int(match[3][:18]), late
    return False, NOTEBOOK.sub("", entry.name) if NOTEBOOK.search(entry.name) else entry.stem, ""


def choose(assignment: Assignment, files: list[Handed]) -> tuple[Any, list[str]]:
    """Read the notebook to grade, and say what is odd about the files.

    Of several it is that with the right name, or else the most known cells, or else the latest.
    UnreadableError: there is none, with advice. OSError: the only one cannot be read by the grader.
    """
    plain = [file for file in files if not file.path.is_symlink()]
    notebooks = [file for file in plain if NOTEBOOK.search(file.path.name)]
    if not notebooks:
        raise UnreadableError(missing(files))
    best: Any = None
    trouble: Exception = UnreadableError("")
    for file in notebooks:
        try:
            notebook = read(file.path)
        except (UnreadableError, OSError) as error:
            trouble = error
            continue
        known = sum(bool(identity(assignment, cell)) for cell in notebook.cells)
        order = file.name in ("", SOURCE.name), known, file.number, file.path.name
        if best is None or order > best[0]:
            best = order, file, notebook
    if best is None:
        raise trouble
    (right, *_), file, notebook = best
    flags = [f"several notebooks: graded {file.path.name}"] if len(notebooks) > 1 else []
    flags += [] if right else [f"renamed: {file.name}"]
    flags += [LATE] if file.late else []
    return notebook, flags


def missing(files: list[Handed]) -> str:
    """Say that there is no notebook, what there is, and what to do."""
    if not files:
        return "nothing was handed in"
    there = ", ".join(file.path.name for file in files[:5])
    if all(file.path.is_symlink() for file in files):
        return f"{there} is a link to another file: not read"
    if packed := [file.path.name for file in files if PACKED.search(file.path.name)]:
        return f"there is no notebook, only {there}: unpack {packed[0]} in its place, and grade again"
    return f"there is no notebook, only {there}: {SOURCE.name} is needed"


# What to do next: run a student's or a locked cell, or, where there is no source, a cell of tests.
Step = tuple[str, str | None]


@dataclass
class Submission:
    """A student's notebook, taken apart."""

    steps: list[Step]  # in order
    written: dict[str, str]  # the answers to mark by hand, by question
    flags: list[str]  # what a person should know
    python: str = ""  # the version that the student used, if the notebook says it


def arrange(assignment: Assignment, notebook: Any, flags: Sequence[str] = ()) -> Submission:
    """Hold a notebook against the assignment: restore what is locked, keep all else as it is."""
    cells = [(identity(assignment, cell), cell) for cell in notebook.cells]
    found: dict[str, list[Any]] = {}
    for key, cell in cells:
        found.setdefault(key, []).append(cell)
    order: list[Step] = [(key, code) for key, code in assignment.locked.items() if key not in found]
    order += [*steps(assignment, cells), *((key, None) for key in assignment.parts if key not in found)]
    own = "\n".join(code for key, code in order if code and key not in assignment.locked)
    written = {question: words(assignment, cells, question) for question in assignment.written}
    odd = [*flags, *structure(assignment, found), *suspicions(assignment, own)]
    python = mapping(mapping(notebook.get("metadata")).get("language_info")).get("version")
    return Submission(order, written, odd, str(python or "")[:20])


def identity(assignment: Assignment, cell: Any) -> str:
    """Return the id of the source's cell that this is, by its metadata or else by its text; "" for others."""
    key = str(tag(cell).get("grade_id", ""))
    if (
        key in assignment.kept
        or key in assignment.answers
        or key.removeprefix("written_") in assignment.written
    ):
        return key
    return assignment.by_text.get(normal(cell.source), "")


def steps(assignment: Assignment, cells: list[tuple[str, Any]]) -> Iterator[Step]:
    """Go through a notebook's code: of a cell of tests that is there twice, the last one counts."""
    last = {key: i for i, (key, _) in enumerate(cells)}
    given = [cell.source for _, cell in cells if cell.cell_type == "code"]
    written = [defined(source) for source in given if "NotImplementedError" not in source]
    missing = set(assignment.functions).difference(*written)
    code = [(i, key, cell) for i, (key, cell) in enumerate(cells) if is_code(assignment, key, cell, missing)]
    for number, (i, key, cell) in enumerate(code, start=1):
        if key in assignment.locked:
            yield key, assignment.locked[key]
        elif key in assignment.parts:
            if last[key] == i:
                yield key, None
        elif cell.source.strip():
            yield key or f"code cell {number}", cell.source


def is_code(assignment: Assignment, key: str, cell: Any, missing: set[str]) -> bool:
    """Tell whether a cell is to be run: by the source, whatever its type has become, if it is known there.

    An answer that is no code cell was laid aside by the student if a code cell answers, too.
    """
    if key.removeprefix("written_") in assignment.written:
        return False
    if cell.cell_type == "code" or key in assignment.kept:
        return True
    names = defined(cell.source) & set(assignment.functions)
    return bool(names & missing) if names else bool(key)


def parsed(code: str) -> ast.Module | None:
    """Read Python, without lines that only IPython knows; None if it is none."""
    try:
        return ast.parse(re.sub(r"^([ \t]*)[%!].*", r"\1pass", code, flags=re.M))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def defined(code: str) -> set[str]:
    """Name the functions that code defines at its top; none if it is no Python."""
    tree = parsed(code) if "def " in code else None
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} if tree else set()


def words(assignment: Assignment, cells: list[tuple[str, Any]], question: str) -> str:
    """Return what a student wrote after the heading of a question, in whichever cells; or much elsewhere."""
    given = [*assignment.prose, *assignment.kept.values(), *assignment.answers.values(), CODE_STUB]
    known = {line.strip("# \t") for text in given for line in text.splitlines()}
    here, elsewhere, begun = [], [], False
    for key, cell in cells:
        text, marked = cell.source, key == f"written_{question}"
        if heading := re.search(rf"^[ \t]*#* ?{question} ·", text, re.M):
            begun, text = True, text[heading.start() :]
        begun = begun or marked
        if cell.cell_type == "code" and not marked:
            text = remarks(text, begun)
        own = "\n".join(line for line in text.splitlines() if line.strip("# \t") not in known).strip()
        own = PICTURE.sub("a picture", own)
        if begun and own:
            here.append(own)
        elif len(own.split()) > FEW_WORDS:
            elsewhere.append(own)
    if elsewhere:
        here += ["(Elsewhere in the notebook:)", *elsewhere]
    return "\n\n".join(here)[:MOST_PROSE]


def remarks(code: str, every: bool) -> str:
    """Return the comments and long texts of code, also those in use if it is every one; all of no code."""
    if (tree := parsed(code)) is None:
        return code
    alone = [node.value for node in tree.body if isinstance(node, ast.Expr)]
    found = [node.value for node in (ast.walk(tree) if every else alone) if isinstance(node, ast.Constant)]
    texts = [text for text in found if isinstance(text, str) and len(text.split()) > FEW_WORDS]
    return "\n".join([*texts, *re.findall(r"^[ \t]*#+ ?(.*)", code, re.M)])


def structure(assignment: Assignment, found: dict[str, list[Any]]) -> list[str]:
    """Say what was done to the cells that are not the student's to change."""
    kept, written = assignment.kept, [f"written_{question}" for question in assignment.written]
    texts = {key: {normal(shown(cell.source)) for cell in found.get(key, [])} for key in kept}
    every = [*kept, *assignment.answers]
    changed = {
        "missing, put back": [key for key in [*kept, *written] if key not in found],
        "edited, restored": [key for key in kept if texts[key] - {normal(kept[key])}],
        "there more than once": [key for key in kept if len(found.get(key, [])) > 1],
        "no code cell any more": [
            key for key in every if any(cell.cell_type != "code" for cell in found.get(key, []))
        ],
    }
    flags = [f"{what}: {', '.join(keys)}" for what, keys in changed.items() if keys]
    if not any(tag(cell) for cells in found.values() for cell in cells):
        flags.insert(0, "the notebook has lost its metadata: cells were recognised by their text")
    return flags


def suspicions(assignment: Assignment, code: str) -> list[str]:
    """Say what a person should look at in a student's code; patterns see only the beginning of long lines."""
    lines = [line for line in code.splitlines() if line.strip()]
    patterns = dict(SUSPICIONS)
    for name in (name.rpartition(".")[2] for name in assignment.switched_off):
        patterns[f"uses {name} of the package, which is what is asked for"] = (
            rf"\b(?:l9|lecture9_utils)\b.*\b{name}\b|[\"']{name}[\"']"
        )
    locked = "|".join(assignment.protected) or "(?!)"
    patterns["replaces a function that is locked"] = (
        rf"\b(?:def|class|as|import|global|del|for) +(?:{locked})\b|[\"'](?:{locked})[\"']"
        rf"|^[ \t]*(?:\w+ *[,=] *)*(?:{locked})\b *(?:[,:][^=]*)?=[^=]|\b(?:{locked})\.__\w"
    )
    seen = [line[:LONGEST] for line in lines[:MOST_LINES]]
    flags = [
        f"look: {what}" for what, pattern in patterns.items() if any(map(re.compile(pattern).search, seen))
    ]
    if seen != lines:
        flags.append(f"look: has more than {MOST_LINES} lines, or one of more than {LONGEST} characters")
    return flags
