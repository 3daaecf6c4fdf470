"""How Sphinx makes the site and the slides from what tools/web.py lays out: no network, no MathJax."""

import html
from typing import Any

import latex2mathml.converter
from docutils import nodes
from sphinx.application import Sphinx

project = "Lecture 9, run"
author = "BST 261"
html_title = "Lecture 9, run"
html_show_copyright = False
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_revealjs"]
exclude_patterns = ["slides/*"]
suppress_warnings = ["myst.header"]  # a notebook may go from a title to a small heading

nb_execution_mode = "off"  # the outputs are the notebooks' own
nb_merge_streams = True
nb_mime_priority_overrides = [
    ("revealjs", mime, priority)
    for priority, mime in enumerate(("image/png", "text/html", "text/markdown", "text/plain"), start=1)
]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_typehints = "none"  # the docstrings say more
html_math_renderer = "mathml"

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

revealjs_static_path = ["static"]
revealjs_css_files = ["slides.css"]
revealjs_style_theme = "white"
revealjs_script_conf = {"hash": True, "slideNumber": True, "center": False, "width": 1180, "height": 720}


def _mathml(writer: Any, node: nodes.Element, display: str) -> None:
    """Write a formula as MathML, which browsers show and screen readers read without a script."""
    formula = latex2mathml.converter.convert(node.astext(), display=display)
    label = f' aria-label="{html.escape(node.astext(), quote=True)}"'
    writer.body.append(formula.replace("<math", f"<math{label}", 1))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Let formulas be written as MathML."""
    app.add_html_math_renderer(
        "mathml",
        (lambda writer, node: _mathml(writer, node, "inline"), None),
        (lambda writer, node: _mathml(writer, node, "block"), None),
    )
