"""Texts of students, made safe for a terminal, a page and a spreadsheet, and files written as a whole."""

import csv
import io
import re
from html import escape
from pathlib import Path

from tools import command

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "pre{white-space:pre-wrap;background:#f4f4f4;padding:.5em}td,th{text-align:left;padding:.2em 1em .2em 0}"
)
FORMULA = re.compile(r"^[=+\-@\t\r]")


def printable(text: str) -> str:
    """Return a text without what would move the terminal's cursor or is no character."""
    kept = "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
    return kept.encode("utf-8", "replace").decode("utf-8")


def html(text: str) -> str:
    """Return a text as it stands in a page."""
    return escape(printable(text))


def cell(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula."""
    text = printable(text)
    return f"'{text}" if FORMULA.match(text) else text


def from_cell(text: str) -> str:
    """Undo `cell`."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def number(value: float | None) -> str:
    """Write a number of points; nothing for None."""
    return "" if value is None else f"{value:g}"


def write(path: Path, text: str) -> None:
    """Write a text file as a whole or not at all."""
    command.write(path, text.encode("utf-8"))


def write_csv(path: Path, rows: list[list[str]]) -> None:
    """Write a CSV."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    write(path, buffer.getvalue())


def write_page(path: Path, title: str, body: list[str]) -> None:
    """Write a page without scripts."""
    head = f'<meta charset="utf-8"><title>{html(title)}</title><style>{STYLE}</style>'
    inside = "\n".join(body)
    write(path, f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{inside}\n</body></html>\n')
