"""Make the students' copy of this repository: lessons, package, sample and assignment, without its answers.

Usage::

    python -m grader students OUT=folder

The folder is new, with no history of git in it. Of the grader it has what ``make validate`` needs; solutions,
hidden tests and the grader's own tests are left out, and the copy is searched for any line of them. Publish
it where the notebooks' set-up cells lead (``make address REPO=owner/name``, before).

Exit code: 0 if it was made; 1 if something is wrong with the source.
"""

import ast
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

from grader.assignment import HIDDEN, SOLUTION, read, tag
from grader.output import write
from grader.release import SourceError, checked, lines, public_lines
from tools import address
from tools.command import ROOT, RefusedError, options, whole_path

FILES = (".gitignore", "LICENSE", "RESULTS.md", "environment.yml", "pyproject.toml", "requirements.lock")
FOLDERS = ("lecture9_utils", "data")
COMMANDS = ("grader/__main__.py", "grader/validate.py", "tools/run_notebooks.py")
LESSONS = "notebooks/[0-9][0-9]_*.ipynb"
TARGETS = ("help", "setup", "run", "lab", "data", "validate", "clean")
BINARY = (".png", ".gz", ".zip")
COMMON = 20  # characters: a shorter line, such as "total = 0", may stand in any code


def main(words: Sequence[str], source: Path) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    given = options(words, {"OUT": ""})["OUT"]
    if not given:
        raise RefusedError("name the folder for the copy, as in: make students OUT=../lecture9-students")
    out = whole_path("OUT", given)
    if out.exists() and (not out.is_dir() or any(path.name != ".git" for path in out.iterdir())):
        raise RefusedError(f"{out} is not empty: name a new folder, or one with nothing but .git in it")
    where, origin = address.place(), address.git("remote", "get-url", "origin")
    if where.repository and (here := re.fullmatch(address.GITHUB, origin)) and here[1] == where.repository:
        raise RefusedError(
            f"the notebooks' set-up cells lead to {where.url}, this repository, which holds the solutions: "
            "first write the address of the students' repository, as in: make address REPO=owner/name"
        )
    print("Making the students' version, and grading it and the source …", flush=True)
    released = checked(source)
    with tempfile.TemporaryDirectory() as folder:
        make(released, source, Path(folder))
        shutil.copytree(folder, out, dirs_exist_ok=True)
    print(f"Made: {out}. Commit it there, and publish it as a repository of its own.")
    if where.repository:
        print(f"The set-up cells install the helpers from {where.url} at {where.revision}: publish it there.")
    else:
        print("The set-up cells name no address: for Colab, run make address REPO=owner/name before this.")
    return 0


def make(released: Any, source: Path, folder: Path) -> None:
    """Write the copy, with the students' version of the assignment, to an empty folder; raise SourceError."""
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for path in [*needed(), *ROOT.glob(LESSONS)]:
        place = folder / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    assignment = folder / "notebooks" / "assignment"
    assignment.mkdir()
    shutil.copy(source.with_name("FOR_STUDENTS.md"), assignment)
    text = nbformat.writes(released) + "\n"
    write(assignment / source.name, text)  # to write in
    write(folder / "grader" / source.name, text)  # where `python -m grader` looks for its checks
    write(folder / "README.md", readme(source))
    write(folder / "Makefile", makefile((ROOT / "Makefile").read_text("utf-8")))
    if left := leaks(folder, source):
        raise SourceError(f"the copy still holds {left[0]}")


def needed() -> set[Path]:
    """Return the modules of the commands, those that they import, and the files that one of them names."""
    todo, found = [ROOT / name for name in COMMANDS], set()
    while todo:
        path = todo.pop()
        if path in found or not path.is_file():
            continue
        found |= {path, path.with_name("__init__.py")}
        for node in ast.walk(ast.parse(path.read_text("utf-8"))) if path.suffix == ".py" else ():
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
                ours = [name for name in names if name.startswith(("grader.", "tools."))]
                todo += [ROOT / f"{name.replace('.', '/')}.py" for name in ours]
            elif isinstance(node, ast.Constant) and re.fullmatch(r"\w+\.\w+", str(node.value)):
                todo.append(path.with_name(str(node.value)))
    return found


def readme(source: Path) -> str:
    """Return the README without what is for instructors and maintainers, with the assignment's."""
    text = (ROOT / "README.md").read_text("utf-8")
    title, _, assignment = source.with_name("FOR_STUDENTS.md").read_text("utf-8").partition("\n")
    head, sources = text.partition("## For the instructor")[0], text.partition("## Sources")[2]
    return f"{head}#{title}\n{assignment}\n## Sources{sources}"


def makefile(text: str) -> str:
    """Return the Makefile with the targets that work in the copy, and what they need."""
    text = re.sub(r"^\.PHONY: help .*", f".PHONY: {' '.join(TARGETS)}", text, flags=re.M)
    text = re.sub(r"^(SITE|COMPILE) .*\n|^\t@echo \"  CLUSTER.*\n", "", text, flags=re.M)

    def kept(paragraph: str) -> bool:
        target = re.search(r"^([a-z-]+):.*##", paragraph, re.M)
        return target[1] in TARGETS if target else "SPHINX" not in paragraph and "$(SITE)" not in paragraph

    return "\n\n".join(filter(kept, text.split("\n\n")))


def secrets(source: Path) -> set[str]:
    """Return the lines of the solutions and hidden tests that stand nowhere in what students may read."""
    hidden: set[str] = set()
    for cell in read(source).cells:
        hidden.update(*map(lines, [*HIDDEN.findall(cell.source), *SOLUTION.findall(cell.source)]))
        if tag(cell).get("solution") and tag(cell).get("grade"):  # an answer in words
            hidden |= lines(cell.source)
    lessons = [*ROOT.glob(LESSONS), *(ROOT / "lecture9_utils").rglob("*.py")]
    known = public_lines(source) | {line for path in lessons for line in contents(path)}
    return {line for line in hidden - known if len(line) > 3}


def contents(path: Path) -> Iterator[str]:
    """Go through the lines of a text, or of a notebook's cells and outputs."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = read(path).cells
        outputs = (output.get("text", "") for cell in cells for output in cell.get("outputs", ()))
        text = "\n".join([*(cell.source for cell in cells), *outputs])
    yield from lines(text)


def leaks(folder: Path, source: Path) -> list[str]:
    """Name the secret lines that stand in a folder, and where."""
    secret, found = secrets(source), []
    telling = {line for line in secret if len(line) > COMMON}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in BINARY):
        sought = telling if path.suffix == ".py" else secret
        found += [f"{line!r} in {path.relative_to(folder)}" for line in contents(path) if line in sought]
    return found
