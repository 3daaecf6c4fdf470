"""Make the web site, or the slides, of all notebooks with their outputs; neither needs a network.

Usage::

    web.py [--slides] [DATA=sample|full]

``DATA=sample`` shows the outputs that are stored in the notebooks, ``DATA=full`` those of the last
``make run DATA=full``. The result is in ``build/site`` or ``build/slides``.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

import lecture9_utils
from tools.address import project
from tools.command import ROOT

BADGE = re.compile(r"\[!\[Open In Colab\]\([^)]*\)\]\(([^)]*)\)")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
SCROLLS = re.compile(
    r'<pre|<div class="table-wrapper[^"]*"|<math(?=[^>]* display="block")'
)  # for the keyboard
PAGES = {"RESULTS.md": "results", "README.md": "index"}
LINES_ON_A_SLIDE, LINES_OF_A_PICTURE = 30, 13


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module."""
    parser = argparse.ArgumentParser(description="Make the web site, or the slides, of all notebooks.")
    parser.add_argument("--slides", action="store_true", help="make slides instead of the site")
    parser.add_argument("values", nargs="*", metavar="DATA=…", help="sample (the default) or full")
    options = parser.parse_args(arguments)
    data = dict(value.split("=", 1) for value in options.values if "=" in value).get("DATA", "sample")
    if options.values not in ([], [f"DATA={data}"]) or data not in ("sample", "full"):
        print(f"expected DATA=sample or DATA=full, got {' '.join(options.values)}", file=sys.stderr)
        return 2
    try:
        notebooks = find(data)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    name = "slides" if options.slides else "site"
    source = ROOT / "build" / f"{name}-source"
    lay_out(notebooks, data, source, options.slides)
    return build("revealjs" if options.slides else "html", source, ROOT / "build" / name)


def find(data: str) -> list[Path]:
    """Find the notebooks whose outputs are shown."""
    stored = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if data == "sample":
        return stored
    run = [ROOT / "build" / "run-full" / path.name for path in stored]
    if missing := [path.name for path in run if not path.is_file()]:
        raise FileNotFoundError(f"no run on the full data of {', '.join(missing)}: first make run DATA=full")
    return run


def lay_out(notebooks: Sequence[Path], data: str, folder: Path, slides: bool) -> None:
    """Write what Sphinx reads: the notebooks, and pages cut out of README.md and RESULTS.md."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "notebooks").mkdir()
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            prepare(cell)
        if slides:
            notebook.cells = in_slides(notebook.cells)
        nbformat.write(notebook, folder / "notebooks" / path.name)
    head, *sections = re.split(r"^(?=## )", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    part = {section.splitlines()[0].removeprefix("## "): section for section in sections}
    shown = {"sample": "the bundled, synthetic sample", "full": "the real data"}[data]
    note = f"*The outputs on this site are those of a run on {shown}.*\n\n"
    names = "\n".join(f"notebooks/{path.stem}" for path in notebooks)
    index = head + note + part["For the student"] + part["Sources"] + toctree(names)
    index += toctree("results\ninstructors\napi")
    instructors = part["For the instructor"].replace("## ", "# ", 1)
    pages = {
        "index": index,
        "instructors": instructors,
        "api": api(),
        "results": (ROOT / "RESULTS.md").read_text("utf-8"),
    }
    shutil.copytree(ROOT / "notebooks" / "images", folder / "notebooks" / "images")
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(LINK.sub(lambda m: f"]({target(m[1], folder)}", text), "utf-8")


def prepare(cell: Any) -> None:
    """Give pictures the line that is printed with them as alternative text, and badges no picture."""
    if cell.cell_type == "markdown":
        cell.source = BADGE.sub(r"[Open in Colab](\1)", cell.source).replace(
            "](../RESULTS.md)", "](../results.md)"
        )
        return
    printed = "".join(output.get("text", "") for output in cell.outputs)
    if says := re.search(r"^Figure: (.+)$", printed, flags=re.MULTILINE):
        cell.metadata["mystnb"] = {"image": {"alt": says[1]}}


def in_slides(cells: Sequence[Any]) -> list[Any]:
    """Leave out the set-up cell, and begin a new slide where the next cell would not fit on this one."""
    shown, used = [], 0
    set_up = next(cell for cell in cells if cell.cell_type == "code")
    for cell in cells:
        if cell is set_up:
            continue
        if cell.cell_type == "markdown" and re.search(r"^#+ ", cell.source, flags=re.MULTILINE):
            used = 0  # a heading begins a slide of its own
        elif used and used + height(cell) > LINES_ON_A_SLIDE:
            shown.append(nbformat.v4.new_markdown_cell("```{revealjs-break}\n```"))
            used = 0
        shown.append(cell)
        used += height(cell)
    return shown


def height(cell: Any) -> int:
    """Estimate how many lines a cell takes on a slide."""
    if cell.cell_type == "markdown":
        return 1 + sum(1 + len(line) // 105 for line in cell.source.splitlines() if line)
    lines = 1 + len(cell.source.splitlines())
    for output in cell.outputs:
        lines += LINES_OF_A_PICTURE if "image/png" in output.get("data", {}) else 1
        lines += len(output.get("text", "").splitlines())
    return lines


def target(link: str, folder: Path) -> str:
    """Point a link of README.md to the page of the site, or else to the file in the repository."""
    if link in PAGES:
        return f"{PAGES[link]}.md"
    return (
        link
        if (folder / link).is_file()
        else f"https://github.com/{project()['repository']}/blob/main/{link}"
    )


def toctree(names: str) -> str:
    """Write an entry of the navigation."""
    return f"\n```{{toctree}}\n:hidden:\n\n{names}\n```\n"


def api() -> str:
    """Write the page of the package's functions, module by module."""
    modules: dict[str, list[str]] = {}
    for name in lecture9_utils.__all__:
        module = getattr(getattr(lecture9_utils, name), "__module__", "lecture9_utils.plots")
        modules.setdefault(module, []).append(name)
    text = "# The helper package\n\n`import lecture9_utils as l9`, then `l9.tokenize(…)` and so on.\n"
    for module, names in sorted(modules.items()):
        text += f"\n## {module}\n\n```{{eval-rst}}\n"
        if module == "lecture9_utils.plots":
            text += f".. automodule:: {module}\n   :members:\n"
        else:
            text += "".join(directive(name) for name in names)
        text += "```\n"
    return text


def directive(name: str) -> str:
    """Document a function, or a class with its methods."""
    if isinstance(getattr(lecture9_utils, name), type):
        return f".. autoclass:: lecture9_utils.{name}\n   :members:\n\n"
    return f".. autofunction:: lecture9_utils.{name}\n\n"


def build(builder: str, source: Path, output: Path) -> int:
    """Let Sphinx make the pages; a warning is an error."""
    from sphinx.cmd.build import main as sphinx

    shutil.rmtree(output, ignore_errors=True)
    doctrees = source.parent / f"{source.name}-doctrees"
    shutil.rmtree(doctrees, ignore_errors=True)
    code = sphinx(["-q", "--keep-going", "-b", builder, "-d", str(doctrees), str(source), str(output)])
    if code == 0:
        for path in output.rglob("*.html"):
            text = path.read_text("utf-8")
            path.write_text(SCROLLS.sub(r'\g<0> tabindex="0"', text), "utf-8")
        print(f"open {(output / 'index.html').relative_to(ROOT)}")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
