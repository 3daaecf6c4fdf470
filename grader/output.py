"""Texts of students, made safe for a terminal, a page and a spreadsheet, and files written as a whole."""

import csv
import io
import re
from html import escape
from pathlib import Path

from tools import command

STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --ground: #fff; --soft: #f3f4f6; --line: #d0d4da;
  --good: #1a7f37; --bad: #b42318; --bar: #4a7ab5 }
@media (prefers-color-scheme: dark) { :root { --text: #e3e5e8; --ground: #16181c; --soft: #23262c;
  --line: #3d434c; --good: #57c878; --bad: #ff8a7a; --bar: #7aa7dc } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76em; margin: 2em auto; padding: 0 1em;
  color: var(--text); background: var(--ground) }
h1 { margin-bottom: .2em } h2 { margin-top: 2em; border-bottom: 1px solid var(--line) }
p, ul { max-width: 50em }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); padding: .5em .7em;
  margin: .3em 0 1em; border-radius: 4px; font-size: 14px }
pre.code { white-space: pre; overflow: auto; overflow-wrap: normal; max-height: 32em }
.table { overflow-x: auto } table { border-collapse: collapse } tr { border-bottom: 1px solid var(--line) }
td, th { text-align: left; vertical-align: top; padding: .3em 1em .3em 0; overflow-wrap: anywhere;
  min-width: 7em }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; min-width: 0 }
.beside { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 1.5em }
@media (max-width: 60em) { .beside { grid-template-columns: minmax(0, 1fr) } }
.beside p { margin: .3em 0 } .beside > div { margin-bottom: .7em }
.good { color: var(--good) } .bad { color: var(--bad) } .quiet { opacity: .75 }
.bar { display: inline-block; height: .8em; background: var(--bar) }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# A sign that begins a formula, also a full-width one, at the start of a cell or of what a spreadsheet that
# splits at other marks takes for a cell; blanks and quotes before it do not hide it.
_BEGINS, _FORMULA = r"(?:^|(?<=[;,|\n]))", r"[ '\"]*[=+\-@＝＋－＠﹦﹢﹣﹫−]"
_UNSAFE = re.compile(f"{_BEGINS}(?={_FORMULA})")
_MADE_SAFE = re.compile(f"{_BEGINS}'(?={_FORMULA})")


def printable(text: str) -> str:
    """Return a text without what would move the terminal's cursor or is no character."""
    kept = "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
    return kept.encode("utf-8", "replace").decode("utf-8")


def line(text: str, most: int = 300) -> str:
    """Return a text in one printable line of at most so many characters."""
    text = " ".join(printable(text[: 4 * most]).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def html(text: str) -> str:
    """Return a text as it stands in a page."""
    return escape(printable(text))


def cell(text: str) -> str:
    """Return a text of which a spreadsheet takes no part for a formula, wherever it splits the line.

    Examples
    --------
    >>> cell("=1+1"), cell("ana;-2"), cell("1+1")
    ("'=1+1", "ana;'-2", '1+1')
    """
    return _UNSAFE.sub("'", printable(text))


def from_cell(text: str) -> str:
    """Undo `cell`."""
    return _MADE_SAFE.sub("", text)


def number(value: float | None) -> str:
    """Write a number of points; nothing for None."""
    return "" if value is None else f"{value:g}"


def write(path: Path, text: str) -> None:
    """Write a text file as a whole or not at all; one that says this already is left as it is."""
    content = text.encode("utf-8")
    if not path.is_file() or path.read_bytes() != content:
        command.write(path, content)


def write_csv(path: Path, rows: list[list[str]]) -> None:
    """Write a CSV."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    write(path, buffer.getvalue())


def write_page(path: Path, title: str, body: list[str]) -> None:
    """Write a page without scripts; it says itself that none may run in it, and nothing be fetched."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head += f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    head += f"<title>{html(title)}</title><style>{STYLE}</style>"
    inside = "\n".join(body)
    write(path, f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{inside}\n</body></html>\n')
