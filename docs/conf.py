"""How Sphinx makes the site and the slides of all notebooks with their outputs: no network, no MathJax.

``-D DATA=sample`` shows the outputs that are stored in the notebooks, ``-D DATA=full`` those of the last
``make run DATA=full``.
"""

import html
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import latex2mathml.converter
import nbformat
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

from tools.address import place

project = html_title = "Lecture 9, run"
html_show_copyright = False
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_revealjs"]
suppress_warnings = ["myst.header"]  # a notebook may go from a title to a small heading

nb_execution_mode = "off"  # the outputs are the notebooks' own
nb_mime_priority_overrides = [
    ("revealjs", mime, priority)
    for priority, mime in enumerate(("image/png", "text/html", "text/markdown", "text/plain"), start=1)
]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_typehints = "none"  # the docstrings say more
napoleon_use_ivar = True  # else an attribute that is a property too is described twice
html_math_renderer = "mathml"

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

revealjs_static_path = ["static"]
revealjs_css_files = ["slides.css"]
revealjs_style_theme = "white"
revealjs_script_conf = {"hash": True, "slideNumber": True, "center": False, "width": 1180, "height": 720}

ROOT = Path(__file__).resolve().parent.parent
SHOWN = {"sample": "the bundled, synthetic sample", "full": "the real data"}
HANDED_OUT = re.compile(r"\[([^\]]+)\]\(assignment/[^)]*\)")  # the assignment is not on the site
BADGE = re.compile(r"\[!\[Open In Colab\]\([^)]*\)\]\(([^)]*)\)")
SCROLLS = re.compile(r'<pre|<div class="table-wrapper[^"]*"|<math(?=[^>]* display="block")')
LINES_ON_A_SLIDE, LINES_OF_A_PICTURE = 30, 13


def bring_notebooks(app: Sphinx) -> None:
    """Put the notebooks whose outputs are shown where Sphinx reads."""
    if app.config.DATA not in SHOWN:
        sys.exit(f"DATA must be sample or full, got {app.config.DATA!r}")
    folder = Path(app.srcdir) / "notebooks"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns("assignment", ".*"))
    for path in folder.glob("*.ipynb") if app.config.DATA == "full" else ():
        ran = ROOT / "build" / "run-full" / path.name
        if not ran.is_file():
            sys.exit(f"there was no run on the full data of {path.name}: first make run DATA=full")
        shutil.copy(ran, path)


def prepare(app: Sphinx, name: str, source: list[str]) -> None:
    """Give pictures the line printed with them as alternative text, badges no picture, slides an end."""
    if not name.startswith("notebooks/"):
        source[0] = source[0].replace("SHOWN", SHOWN[app.config.DATA])
        return
    notebook = nbformat.reads(source[0], as_version=4)
    for cell in notebook.cells:
        cell.source = HANDED_OUT.sub(r"\1", BADGE.sub(r"[Open in Colab](\1)", cell.source))
        printed = "".join(output.get("text", "") for output in cell.get("outputs", []))
        if says := re.search(r"^Figure: (.+)$", printed, flags=re.MULTILINE):
            cell.metadata["mystnb"] = {"image": {"alt": says[1]}}
    if app.builder.name == "revealjs":
        notebook.cells = in_slides(notebook.cells)
    source[0] = nbformat.writes(notebook)


def in_slides(cells: list[Any]) -> list[Any]:
    """Leave out the set-up cell, and begin a new slide where the next cell would not fit on this one."""
    shown, used = [], 0
    cells.remove(next(cell for cell in cells if cell.cell_type == "code"))
    for cell in cells:
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
    lines = 1 + sum(1 + len(line) // 105 for line in cell.source.splitlines() if line)
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        lines += LINES_OF_A_PICTURE if "image/png" in data else 1
        lines += len((output.get("text", "") or "".join(data.get("text/plain", ""))).splitlines())
    return lines


def link_to_repository(_app: Sphinx, page: nodes.document) -> None:
    """Let a link to a file that is no page lead to the repository."""
    for link in list(page.findall(pending_xref)):
        if link["reftype"] == "myst" and (ROOT / link["reftarget"]).is_file():
            file, text = f"{place().url}/blob/main/{link['reftarget']}", link.children
            link.replace_self(nodes.reference("", "", *text, refuri=file) if place().url else text)


def reach(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Let who has only a keyboard scroll what is wide."""
    context["body"] = SCROLLS.sub(r'\g<0> tabindex="0"', context.get("body", ""))


def write_formula(writer: Any, node: nodes.Element) -> None:
    """Write a formula as MathML, which browsers show and screen readers read without a script."""
    display = "block" if isinstance(node, nodes.math_block) else "inline"
    formula = latex2mathml.converter.convert(node.astext(), display=display)
    writer.body.append(formula.replace("<math", f'<math aria-label="{html.escape(node.astext())}"', 1))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Add all this to Sphinx."""
    app.add_config_value("DATA", "sample", "env")
    app.connect("builder-inited", bring_notebooks)
    app.connect("source-read", prepare)
    app.connect("doctree-read", link_to_repository)
    app.connect("html-page-context", reach)
    app.add_html_math_renderer("mathml", (write_formula, None), (write_formula, None))
