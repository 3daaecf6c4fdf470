"""Say where this repository is published: in the README, the notebooks' badges and their set-up cells.

Usage::

    python -m tools.address [owner/name | none]

Without an argument the place is what git knows as ``origin``. On Colab the notebooks then install the helpers
from there, at the tag or commit that is checked out now: push it first, and call this again when the package
has changed. For another repository than ``origin``, such as the students' copy, that is its tag of the same
name, or else its branch ``main``. Name only what is yours: who owns that address decides what runs on the
students' machines.
``none`` takes it out again; then there is no badge, and the set-up cells say what to do on Colab.

Exit code: 0 if all is well; 2 if the command was refused.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools.command import ROOT, RefusedError, write

BADGE = (
    "[![Open In Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{repository}/blob/main/notebooks/{name})"
)
BEGIN = """\
# @title Set-up: on Colab, this adds the lecture's helpers
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules and not find_spec("{needed}"):
"""
INSTALL = """\
    # Colab has TensorFlow, Keras and NumPy: add this lecture's helpers, and touch nothing else.
    %pip install --quiet --no-deps "lecture9-utils @ git+https://github.com/{repository}@{revision}"{more}
    if not find_spec("{needed}"):
        raise ImportError("the helpers could not be installed: pip says why, above. Run this cell again.")
"""
ASK = """\
    raise ImportError(
        "the lecture's helpers are missing: ask who gave you this notebook where its repository is, then run "
        "%pip install --no-deps{more} git+ADDRESS with that address in a cell of its own, and this one again"
    )
"""
END = "\nimport lecture9_utils as l9"
NO_ADDRESS = "ADDRESS-OF-THIS-REPOSITORY"  # stands in the README as long as there is none
GITHUB = r"(?:https://|ssh://git@|git@)github\.com[:/]([\w-]+/[\w.-]*?\w)(?:\.git)?/?"


class Place(NamedTuple):
    """A repository on GitHub (owner/name) and a tag or commit of it; both are empty where there is none."""

    repository: str = ""
    revision: str = ""

    @property
    def url(self) -> str:
        """The address for git and for readers."""
        return f"https://github.com/{self.repository}" if self.repository else ""


def place(root: Path = ROOT) -> Place:
    """Return where the repository is published, as pyproject.toml says."""
    return Place(**tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["lecture9"])


def badge(name: str, where: Place) -> str:
    """Return the badge, in Markdown, that opens a notebook in Colab; nothing where there is no address."""
    return BADGE.format(name=name, repository=where.repository) if where.repository else ""


def set_up(gensim: bool, where: Place) -> str:
    """Return what a notebook's first code cell begins with; some need gensim, which Colab lacks."""
    needed, more = ("gensim", " gensim smart_open") if gensim else ("lecture9_utils", "")
    text = BEGIN + (INSTALL if where.repository else ASK) + END
    return text.format(needed=needed, more=more, **where._asdict())


def write_into(notebook: Path, where: Place) -> None:
    """Write the badge and the set-up cell of one notebook; the assignment has no badge."""
    content = nbformat.read(notebook, as_version=4)
    head, code = (next(c for c in content.cells if c.cell_type == kind) for kind in ("markdown", "code"))
    title, _, rest = re.sub(r"\n\n\[!\[Open In Colab\]\(.*?\)\]\(.*?\)", "", head.source).partition("\n")
    shown = badge(notebook.name, where) if notebook.parent.name == "notebooks" else ""
    head.source = "\n".join([title, *(["", shown] if shown else []), rest])
    before, _, after = code.source.partition(END)
    code.source = set_up('find_spec("gensim")' in before, where) + after
    write(notebook, (nbformat.writes(content).rstrip("\n") + "\n").encode())


def change(where: Place, root: Path = ROOT) -> None:
    """Write a place wherever the present one is named."""
    for notebook in sorted([*root.glob("notebooks/*.ipynb"), *root.glob("notebooks/assignment/*.ipynb")]):
        write_into(notebook, where)
    settings, readme = root / "pyproject.toml", root / "README.md"
    text = readme.read_text("utf-8")
    clone = f"git clone {place(root).url or NO_ADDRESS} "
    write(readme, text.replace(clone, f"git clone {where.url or NO_ADDRESS} ").encode())
    text = settings.read_text("utf-8")
    for name, value in where._asdict().items():
        text = re.sub(rf'(?m)^{name} = ".*?"', f'{name} = "{value}"', text)
    write(settings, text.encode())


def git(*words: str, root: Path = ROOT) -> str:
    """Return what git says; nothing if it refuses."""
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def wanted(words: list[str], root: Path = ROOT) -> Place:
    """Return the place that the command was given, or that of git's ``origin``.

    Raises
    ------
    RefusedError
        If there is none on GitHub, or nothing is checked out.
    """
    if words == ["none"]:
        return Place()
    given = f"https://github.com/{words[0]}" if words else git("remote", "get-url", "origin", root=root)
    address = re.fullmatch(GITHUB, given)
    if len(words) > 1 or not address:
        raise RefusedError(
            f"{given or 'no origin'!r} is no repository on GitHub, from which Colab could open notebooks: "
            "give your own, as in: make address REPO=owner/name"
        )
    here = re.fullmatch(GITHUB, git("remote", "get-url", "origin", root=root))
    elsewhere = words and not (here and here[1] == address[1])  # where the commits of this one are not known
    revision = git("describe", "--exact-match", "--tags", root=root)
    revision = revision or ("main" if elsewhere else git("rev-parse", "HEAD", root=root))
    if not revision:
        raise RefusedError("nothing is committed here that Colab could install: commit and push it first")
    return Place(address[1], revision)


def main(words: list[str]) -> int:
    """Run the command; see the module."""
    try:
        where = wanted(words)
    except RefusedError as refusal:
        print(f"Nothing was changed: {refusal}", file=sys.stderr)
        return 2
    change(where)
    print(f"The address is {where.url}, at {where.revision}." if where.url else "There is no address now.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
