"""How a claim is shown: a table in a notebook, the same as plain text elsewhere."""

from collections.abc import Sequence
from html import escape

from .claims import Claim, Row
from .notebook import in_notebook

_SLIDE_IS = {
    "right": "The slide is right.",
    "partly right": "The slide is right in part.",
    "wrong": "The slide is wrong.",
    "open": "The slides leave it open.",
}
_MARKS = {True: "✓", False: "✗", None: "·"}
_LINE = "border-top: 1px solid rgba(128, 128, 128, 0.4); padding: 0.3em 0.8em 0.3em 0; text-align: left;"


def show(claim: Claim, rows: Sequence[Row]) -> None:
    """Display a claim with what was measured of it, or print it where no notebook runs."""
    if not in_notebook():
        print(as_text(claim, rows))
        return
    from IPython.display import display

    both = {"text/html": as_html(claim, rows), "text/plain": as_text(claim, rows)}
    display(both, raw=True)  # type: ignore[no-untyped-call]


def conclusion(claim: Claim, rows: Sequence[Row]) -> str:
    """Say in words what follows: the verdict, or that something is not as expected."""
    if any(row.holds is None for row in rows):
        return "On your own texts this is measured, and not judged."
    if wrong := [row.measure.name for row in rows if not row.holds]:
        return f"Not as expected here: {'; '.join(wrong)}."
    return f"{_SLIDE_IS[claim.slide_is]} {claim.verdict}"


def as_text(claim: Claim, rows: Sequence[Row]) -> str:
    """Write a claim as plain text, a measure a line, with what differs between machines at its end."""
    lines = [f"{claim.id} · The slide: {claim.slide}"]
    for row in rows:
        expected = "" if row.holds is None else f"expected {row.measure.expected(row.data)} · "
        real = f"real data {row.real(claim.id)}"
        lines.append(f"  {_MARKS[row.holds]} {row.measure.name}: {expected}{real} · here {row.here}")
    return "\n".join([*lines, f"  {conclusion(claim, rows)}"])


def as_html(claim: Claim, rows: Sequence[Row]) -> str:
    """Write a claim as a table that reads well on light and dark ground and on a narrow screen."""
    titles = ["", "here", "on the real data", "expected"]
    head = "".join(f'<th style="{_LINE}">{title}</th>' for title in titles)
    body = ""
    for row in rows:
        expected = "" if row.holds is None else f"{_MARKS[row.holds]} {row.measure.expected(row.data)}"
        cells = [row.measure.name, row.here, row.real(claim.id), expected]
        body += "<tr>" + "".join(f'<td style="{_LINE}">{escape(cell)}</td>' for cell in cells) + "</tr>"
    return (
        f'<div style="overflow-x: auto"><p><b>{claim.id}</b> · The slide: {escape(claim.slide)}</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{escape(conclusion(claim, rows))}</p></div>"
    )
