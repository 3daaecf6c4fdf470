"""Make the students' version of the assignment, and refuse to make a bad one.

Usage::

    python -m grader release [OUT=dist]

nbgrader takes the solutions and hidden tests out of the source; the result is searched for what must not be
in it. The source is graded, which must give all points, and the result, which must give nothing. Then it is
packed with a README.

Exit code: 0 if it was made; 1 if something is wrong with the source.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from grader.assignment import CODE_STUB, HIDDEN, SOLUTION, TEXT_STUB, UnreadableError, load, read, tag
from grader.grading import grade
from grader.output import write
from grader.sandbox import Limits, Place
from grader.submissions import arrange
from lecture9_utils.files import write_atomically
from tools.command import ROOT, RefusedError, options, whole_path

MARKERS = re.compile(r"(?:BEGIN|END) (?:SOLUTION|HIDDEN)")
PLACE = Place(Limits(cell=600, call=600, total=3600))  # the source is no student's: it may take its time
PACKED = (1980, 1, 1, 0, 0, 0)  # the time of all files in the archive, so that it is the same each time


class SourceError(RefusedError):
    """The source, or what came out of it, must not be handed out; the message says why."""

    code = 1


def main(words: Sequence[str], source: Path) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    out = whole_path("OUT", options(words, {"OUT": str(ROOT / "dist")})["OUT"])
    print("Making the students' version with nbgrader, and grading it and the source …", flush=True)
    archive = pack(checked(source), source, out)
    print(f"Released: {archive}, with {source.name} and a README for students.")
    return 0


def checked(source: Path) -> Any:
    """Make the students' version; raise SourceError if it or the source is not as it must be."""
    try:
        released = generate(source)
        check_nothing_left(source, released)
        check_points(source, released)
    except (UnreadableError, RuntimeError, OSError) as error:  # of the source, nbgrader, the disk
        raise SourceError(str(error)) from error
    return released


def generate(source: Path) -> Any:
    """Let nbgrader make the students' version, in the order of its own command."""
    from nbgrader import preprocessors as steps
    from traitlets.config import Config

    config = Config(ClearSolutions={"code_stub": {"python": CODE_STUB}, "text_stub": TEXT_STUB})
    released = read(source)
    order = "LockCells ClearSolutions ClearOutput CheckCellMetadata ClearHiddenTests ComputeChecksums"
    for step in order.split():
        released, _ = getattr(steps, step)(config=config).preprocess(released, {})
    return released


def lines(text: str) -> set[str]:
    """Return the lines of a text, without the blanks around them."""
    return {line.strip() for line in text.splitlines()}


def public_lines(source: Path) -> set[str]:
    """Return the lines of the source that students may see; an answer in words is theirs alone."""
    public = set()
    for cell in read(source).cells:
        if SOLUTION.search(cell.source) or not tag(cell).get("solution"):
            public |= lines(HIDDEN.sub("", SOLUTION.sub("", cell.source)))
    return public


def check_nothing_left(source: Path, released: Any) -> None:
    """Make sure that no solution, hidden test or output is in the students' version, and no cell is gone."""
    every = {line for cell in read(source).cells for line in lines(cell.source)}
    secrets = {line for line in every - public_lines(source) if len(line) > 3}
    text = "\n".join(cell.source for cell in released.cells)
    if left := sorted(secrets & lines(text)) or MARKERS.findall(text):
        raise SourceError(f"the students' version still holds {left[0]!r}")
    if any(cell.get("outputs") for cell in released.cells):
        raise SourceError("the students' version still holds outputs")
    if len(released.cells) != len(read(source).cells):
        raise SourceError("the students' version does not have the cells of the source")


def check_points(source: Path, released: Any) -> None:
    """Make sure that there are 100 points, that the solutions earn them, and the students' version none."""
    assignment = load(source)
    possible = sum(part.points for part in assignment.parts.values()) + sum(assignment.written.values())
    if possible != 100:
        raise SourceError(f"the questions have {possible:g} points together, not 100")
    solved, unsolved = (grade(assignment, arrange(assignment, it), PLACE) for it in (read(source), released))
    if solved.errors:
        raise SourceError(f"a cell of {source.name} fails: {solved.errors[0]}")
    for key, part in assignment.parts.items():
        if solved.outcomes[key].points < part.points:
            raise SourceError(f"the solution fails {key}: {solved.outcomes[key].message}")
        if unsolved.outcomes[key].points or not unsolved.outcomes[key].message:
            raise SourceError(f"{key} passes without an answer")


def pack(released: Any, source: Path, out: Path) -> Path:
    """Write the notebook and the README to a folder, and pack it."""
    readme = source.with_name("FOR_STUDENTS.md").read_text("utf-8")
    texts = {"README.md": readme, source.name: nbformat.writes(released) + "\n"}
    archive, packed = out / f"{source.stem}.zip", io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in texts.items():
            write(out / source.stem / name, text)
            zipped.writestr(zipfile.ZipInfo(f"{source.stem}/{name}", PACKED), text)
    write_atomically(archive, lambda file: file.write(packed.getvalue()))
    return archive
