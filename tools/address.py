"""Change the repository's address, which pyproject.toml names, everywhere it is written.

Usage::

    address.py owner/name
"""

import re
import sys
import tomllib
from pathlib import Path

from tools.command import ROOT

BADGE = (
    "[![Open In Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{repository}/blob/main/notebooks/{name})"
)
SET_UP = """\
# @title Set-up: on Colab, this adds the lecture's helpers
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules and not find_spec("{needed}"):
    # Colab has TensorFlow, Keras and NumPy: add this lecture's helpers, and touch nothing else.
    %pip install --quiet --no-deps "lecture9-utils @ git+https://github.com/{repository}@v{version}"{more}
    if not find_spec("{needed}"):
        raise ImportError("the helpers could not be installed: pip says why, above. Run this cell again.")

import lecture9_utils as l9"""

FILES = ("pyproject.toml", "*.md", "data/*.md", "notebooks/*.ipynb", "notebooks/*/*.ipynb")  # may name it


def project(root: Path = ROOT) -> dict[str, str]:
    """Return the configured repository ("owner/name") and the package's version."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address = table["urls"]["Repository"]
    return {"repository": address.removeprefix("https://github.com/"), "version": table["version"]}


def badge(name: str) -> str:
    """Return the badge, in Markdown, that opens a notebook in Colab."""
    return BADGE.format(name=name, **project())


def set_up(gensim: bool = False) -> str:
    """Return what every notebook's first code cell begins with; some need gensim, which Colab lacks."""
    needed, more = ("gensim", " gensim smart_open") if gensim else ("lecture9_utils", "")
    return SET_UP.format(needed=needed, more=more, **project())


def change(repository: str, root: Path = ROOT) -> list[Path]:
    """Write another address into all files that name the present one; return those that changed."""
    old = re.compile(rf"(?<=github[./])(com/)?{re.escape(project(root)['repository'])}(?![\w-])")
    changed = []
    for path in sorted(path for pattern in FILES for path in root.glob(pattern)):
        before = path.read_bytes().decode("utf-8")
        after = old.sub(lambda match: (match[1] or "") + repository, before)
        if after != before:
            path.write_bytes(after.encode("utf-8"))
            changed.append(path)
    return changed


def main() -> int:
    """Run the command; see the module."""
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    if not re.fullmatch(r"[\w-]+/[\w.-]*\w", wanted):
        now = project()["repository"]
        print(f"REPO must be owner/name, as in: make address REPO={now} (the present one)", file=sys.stderr)
        return 2
    for path in change(wanted):
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
