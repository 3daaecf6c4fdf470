"""How a claim is shown: a table in a notebook, the same as plain text elsewhere."""

from collections.abc import Sequence
from html import escape
from textwrap import fill
from typing import TYPE_CHECKING

from .notebook import in_notebook

if TYPE_CHECKING:
    from .claims import Claim, Row

_SLIDE_IS = {
    "right": "The slide is right.",
    "partly right": "The slide is right in part.",
    "wrong": "The slide is wrong.",
    "open": "The slides leave it open.",
}
_MARKS = {True: "✓", False: "✗", None: "·"}
_WIDTH, _ONE_LINE = 108, 72  # of plain text: of a line, and of the start of a measure that has one line
# JupyterLab sets a table's text to the right, so each cell says that it is not. No colours: light or dark.
_CELL = 'style="text-align:left;vertical-align:top;padding:.3em .9em .3em 0"'
_NAME = f'scope="row" {_CELL[:-1]};font-weight:normal"'


def show(claim: "Claim", rows: "Sequence[Row]", setting: str) -> None:
    """Display a claim with what was measured of it, or print it where no notebook runs.

    `setting` is that of the run on the real data, or empty if there was none.
    """
    if not in_notebook():
        print(as_text(claim, rows))
        return
    from IPython.display import display

    both = {"text/html": as_html(claim, rows, setting), "text/plain": as_text(claim, rows)}
    display(both, raw=True)  # type: ignore[no-untyped-call]


def conclusion(claim: "Claim", rows: "Sequence[Row]") -> tuple[str, str]:
    """Say in words what follows, and why: what the slide is, or that something is not as expected."""
    if any(row.holds is None for row in rows):
        return "Your own texts:", "what was measured on them is recorded, and not judged."
    if outside := [row.measure.name for row in rows if not row.holds]:
        return "Not as expected:", f"{'; '.join(outside)}."
    return _SLIDE_IS[claim.slide_is], claim.verdict


def as_text(claim: "Claim", rows: "Sequence[Row]") -> str:
    """Write a claim as plain text; what was measured here, of which the length differs, ends its line."""
    lines = [_wrapped(f"{claim.id} · The slide: {claim.slide}", "", "  ")]
    for row in rows:
        expected = "" if row.holds is None else f"expected {row.measure.expected(row.data)} · "
        real = f"on the real data {row.real(claim.id)}"
        line = _wrapped(f"{_MARKS[row.holds]} {row.measure.name}: {expected}{real}", "  ", "      ")
        lines += [f"{line} · here {row.here}"] if len(line) <= _ONE_LINE else [line, f"      here {row.here}"]
    return "\n".join([*lines, _wrapped(" ".join(conclusion(claim, rows)), "  ", "  ")])


def _wrapped(text: str, first: str, later: str) -> str:
    return fill(text, _WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)


def as_html(claim: "Claim", rows: "Sequence[Row]", setting: str) -> str:
    """Write a claim as a table that reads well on light and dark ground and on a narrow screen.

    The bounds stand below a measure's name, not beside it: three columns fit on a phone.
    """
    head = "".join(
        f'<th scope="col" {_CELL}>{title}</th>' for title in ("measured", "here", "on the real data")
    )
    body = "".join(f"<tr>{_cells(row, row.real(claim.id))}</tr>\n" for row in rows)
    first, why = map(escape, conclusion(claim, rows))
    ran = setting and any(row.ran(claim.id) for row in rows)
    over = "; ± and [ ] cover other seeds, too" if "SEEDS" in setting else ""
    note = f"<br><small>On the real data: {escape(setting)}{over}.</small>" if ran else ""
    return (
        f'<div class="claim"><p><b>{claim.id}</b> · The slide: {escape(claim.slide)}</p>\n'
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>\n"
        f"<p><b>{first}</b> {why}{note}</p></div>"
    )


def _cells(row: "Row", real: str) -> str:
    name = f"{_MARKS[row.holds]} {escape(row.measure.name)}"
    if row.holds is not None:
        expected = f"expected {escape(row.measure.expected(row.data))}"
        name = (
            f"{name}<br><small>{expected}</small>" if row.holds else f"<b>{name}<br>outside: {expected}</b>"
        )
    texts = (
        escape(text).replace("n = ", "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}") for text in (row.here, real)
    )
    return f"<th {_NAME}>{name}</th>" + "".join(f"<td {_CELL}>{text}</td>" for text in texts)
