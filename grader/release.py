"""Make the students' version of the assignment, and refuse to make a bad one.

Usage::

    release.py [OUT=dist]

The source is run in a kernel and graded; nbgrader takes the solutions and hidden tests out; the result is
searched for what must not be in it, and graded, which must give nothing. Then it is packed with a README.

Exit code: 0 if it was made; 1 if something is wrong with the source; 2 if the command was refused.
"""

import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from grader.assignment import (
    CODE_STUB,
    HIDDEN,
    SOLUTION,
    SOURCE,
    TEXT_STUB,
    UnreadableError,
    arrange,
    load,
    read,
    shown,
    tag,
)
from grader.marking import Result, grade
from tools.command import ROOT, RefusedError, isolated, options

NAME = SOURCE.stem
MARKERS = re.compile(r"(?:BEGIN|END) (?:SOLUTION|HIDDEN)")
PACKED = (1980, 1, 1, 0, 0, 0)  # the time of all files in the archive, so that it is the same each time


class SourceError(Exception):
    """The source, or what came out of it, must not be handed out; the message says why."""


def main(words: Sequence[str], source: Path = SOURCE) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    try:
        out = Path(options(words, {"OUT": str(ROOT / "dist")})["OUT"]).expanduser().resolve()
        print("Running the source …", flush=True)
        run(source)
        check_solutions(source)
        print("Making the students' version with nbgrader …", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            released = generate(source, Path(folder))
            check_nothing_left(source, released)
            check_nothing_passes(source, released)
            archive = pack(released, source.with_name("FOR_STUDENTS.md"), out)
    except RefusedError as refusal:
        print(f"Nothing was released: {refusal}", file=sys.stderr)
        return 2
    except (SourceError, UnreadableError, OSError) as error:
        print(f"Nothing was released: {error}", file=sys.stderr)
        return 1
    print(f"Released: {archive}, with {NAME}.ipynb and a README for students.")
    return 0


def run(source: Path) -> None:
    """Execute the source in a kernel of its own, as a student would."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = read(source)
    kept = dict(os.environ)
    os.environ.update(isolated(ROOT / "build" / "state"))
    try:
        place = {"metadata": {"path": str(source.parent)}}
        quiet = ["--log-level=40"]
        NotebookClient(notebook, timeout=300, resources=place, extra_arguments=quiet).execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise SourceError(f"a cell of {source.name} fails:\n{error}") from None
    finally:
        os.environ.clear()
        os.environ.update(kept)


def graded(source: Path, notebook: Any) -> Result:
    """Grade a notebook against the source."""
    assignment = load(source)
    return grade(assignment, arrange(assignment, notebook))


def check_solutions(source: Path) -> None:
    """Make sure that the solutions earn all points that are not given by hand, and that there are 100."""
    assignment = load(source)
    possible = sum(part.points for part in assignment.parts.values()) + sum(assignment.written.values())
    if possible != 100:
        raise SourceError(f"the questions have {possible:g} points together, not 100")
    for key, outcome in graded(source, read(source)).outcomes.items():
        if outcome.points < outcome.possible:
            raise SourceError(f"the solution fails {key}: {outcome.message}")


def generate(source: Path, root: Path) -> Path:
    """Let nbgrader make the students' version in an empty folder; return its path."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    os.environ["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"  # for alembic
    )
    (root / "source" / NAME).mkdir(parents=True)
    shutil.copy(source, root / "source" / NAME / f"{NAME}.ipynb")
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = NAME
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    outcome = api.generate_assignment(NAME)
    released = root / "release" / NAME / f"{NAME}.ipynb"
    if not outcome["success"] or not released.exists():
        raise SourceError(
            f"nbgrader could not make the students' version:\n{outcome['error'] or outcome['log']}"
        )
    return released


def answered(source: Path) -> Any:
    """Return the notebook of a student who has all answers right."""
    notebook = read(source)
    for cell in notebook.cells:
        lines = shown(cell.source).splitlines()
        cell.source = "\n".join(line for line in lines if not MARKERS.search(line))
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def secrets(source: Path) -> set[str]:
    """List the lines of solutions and hidden tests that stand nowhere else in the source."""
    secret, public = set(), set()
    for cell in read(source).cells:
        whole = tag(cell).get("solution") and not SOLUTION.search(cell.source)
        regions = [cell.source] if whole else [*SOLUTION.findall(cell.source), *HIDDEN.findall(cell.source)]
        secret |= {line.strip() for region in regions for line in region.splitlines()}
        if not whole:
            rest = HIDDEN.sub("", SOLUTION.sub("", cell.source))
            public |= {line.strip() for line in rest.splitlines()}
    return {line for line in secret - public if len(line) > 3}


def check_nothing_left(source: Path, released: Path) -> None:
    """Make sure that no solution, hidden test or output is in the students' version, and no cell is gone."""
    notebook = read(released)
    text = "\n".join(cell.source for cell in notebook.cells)
    lines = {line.strip() for line in text.splitlines()}
    if left := sorted(secrets(source) & lines):
        raise SourceError(f"the students' version still holds {left[0]!r}")
    if found := MARKERS.search(text):
        raise SourceError(f"the students' version still holds the words {found[0]!r}")
    if any(cell.get("outputs") for cell in notebook.cells):
        raise SourceError("the students' version still holds outputs")
    wanted, there = ([tag(c).get("grade_id") for c in nb.cells] for nb in (read(source), notebook))
    if wanted != there:
        raise SourceError("the students' version does not have the cells of the source")


def check_nothing_passes(source: Path, released: Path) -> None:
    """Make sure that the students' version earns nothing as it stands."""
    for key, outcome in graded(source, read(released)).outcomes.items():
        if outcome.points or not outcome.message:
            raise SourceError(f"{key} passes without an answer")


def pack(released: Path, readme: Path, out: Path) -> Path:
    """Write the notebook and the README to a folder, and pack it."""
    folder = out / NAME
    folder.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.read(released, as_version=4)
    nbformat.write(notebook, folder / released.name)
    shutil.copyfile(readme, folder / "README.md")
    archive = out / f"{NAME}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in (folder / "README.md", folder / released.name):
            zipped.writestr(zipfile.ZipInfo(f"{NAME}/{path.name}", PACKED), path.read_bytes())
    return archive


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
