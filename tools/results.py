"""Hold the records of a run against the registry of claims: as a table, and as the page ``RESULTS.md``.

Usage::

    results.py OLD.md NEW.md

compares two pages by their structure: the same claims in the same order, with the same verdicts. What was
measured differs from machine to machine and is left out. Exit code 1 if they differ.
"""

import difflib
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")
Records = Mapping[str, list[dict[str, Any]]]


@dataclass
class Outcome:
    """What a run says of the claims: records by claim and measure, and what is wrong."""

    claims: dict[str, Any]
    records: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def holds(self, claim_id: str) -> bool:
        """Say whether all measures of a claim were recorded and hold."""
        records = [self.records.get((claim_id, measure.name)) for measure in self.claims[claim_id].measures]
        return all(record is not None and record["holds"] for record in records)


def registry(notebooks: Iterable[str] | None) -> dict[str, Any]:
    """Return the registry's claims by id, in order; only those of some notebooks (``"07"``) if given."""
    from lecture9_utils.claims import REGISTRY

    wanted = None if notebooks is None else set(notebooks)
    return {
        key: claim for key, claim in sorted(REGISTRY.items()) if wanted is None or claim.notebook in wanted
    }


def hold(records: Records, claims: Mapping[str, Any]) -> Outcome:
    """Hold the records of each notebook (by its number) against the claims that belong to it."""
    outcome = Outcome(dict(claims))
    for number, lines in sorted(records.items()):
        for record in lines:
            _take(outcome, number, record)
    for key, claim in outcome.claims.items():
        absent = [measure.name for measure in claim.measures if (key, measure.name) not in outcome.records]
        if absent:
            outcome.missing.append(key)
            outcome.problems.append(
                f"{key} was never checked: notebook {claim.notebook} recorded no {absent[0]!r}"
            )
        elif not outcome.holds(key):
            outcome.problems.append(f"{key} does not hold: {claim.slide}")
    return outcome


def _take(outcome: Outcome, number: str, record: dict[str, Any]) -> None:
    key, name = record["id"], record["measure"]
    claim = outcome.claims.get(key)
    if claim is None or claim.notebook != number:
        outcome.problems.append(f"notebook {number} recorded {key}, which does not belong to it")
    elif name not in [measure.name for measure in claim.measures]:
        outcome.problems.append(f"{key} has no measure {name!r}, but notebook {number} recorded one")
    else:
        outcome.records[key, name] = record


def table(outcome: Outcome) -> str:
    """Lay the claims out for the terminal, one measure a line."""
    rows = [("claim", "the lecture says", "measured", "bounds", "holds")]
    for key, claim in outcome.claims.items():
        for i, measure in enumerate(claim.measures):
            record = outcome.records.get((key, measure.name))
            said = shortened(claim.slide, 44) if i == 0 else ""
            measured = f"{measure.name}: {value_text(record, measure.unit)}" if record else "never checked"
            bounds = bounds_text(record["bounds"]) if record else ""
            rows.append(
                (key if i == 0 else "", said, measured, bounds, "yes" if record and record["holds"] else "NO")
            )
    if len(rows) == 1:
        return "These notebooks check no claim."
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def shortened(text: str, length: int) -> str:
    """Cut a text at a word, with an ellipsis, to at most `length` characters."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def value_text(record: Mapping[str, Any], unit: str) -> str:
    """Write a measured value: a mean ± standard deviation over seeds, a number or yes / no."""
    value = record["value"]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, list):
        return with_unit(number_text(value), unit)
    mean, spread = statistics.fmean(value), statistics.stdev(value)
    return f"{with_unit(f'{number_text(mean)} ± {number_text(spread)}', unit)} ({len(value)} seeds)"


def number_text(value: float | bool) -> str:
    """Write a number with thousands separators or four significant digits, and a truth as yes or no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def with_unit(text: str, unit: str) -> str:
    """Put a unit after a value."""
    return f"{text} {unit}".rstrip()


def bounds_text(bounds: list[float | None]) -> str:
    """Write bounds as a statement of the measured value."""
    low, high = bounds
    if low == high and low is not None:
        return number_text(low)
    if low is None:
        return f"at most {number_text(high)}" if high is not None else "any"
    return f"at least {number_text(low)}" if high is None else f"{number_text(low)} to {number_text(high)}"


def page(outcome: Outcome, titles: Mapping[str, str], parameters: Mapping[str, Any]) -> str:
    """Write what was measured as a page: a table for each notebook, then what the run was made with."""
    parts = [
        "# What the lecture said, and what we measured\n",
        "Every statement of the lecture that software can check, measured by the notebooks on the real data",
        "and held against bounds that were set beforehand. Written by `make run DATA=full`; do not edit.\n",
        summary(outcome) + "\n",
    ]
    for number, title in titles.items():
        rows = [row(outcome, key) for key, claim in outcome.claims.items() if claim.notebook == number]
        parts += [
            f"## {number} {title}\n",
            "| claim | the lecture said | we measured | verdict |",
            "|---|---|---|---|",
        ]
        parts += [*rows, ""]
    return "\n".join([*parts, *made_with(parameters)]) + "\n"


def summary(outcome: Outcome) -> str:
    """Count the verdicts in a sentence."""
    wrong = sum(claim.kind == "wrong" for claim in outcome.claims.values())
    failed = sum(not outcome.holds(key) for key in outcome.claims)
    sentence = f"Of {len(outcome.claims)} statements, {len(outcome.claims) - wrong - failed} hold"
    sentence += f" and {wrong} are wrong or misleading on the slides: their verdict says what is true."
    return sentence + (f" {failed} could not be confirmed." if failed else "")


def row(outcome: Outcome, key: str) -> str:
    """Write a claim as a line of a table."""
    claim = outcome.claims[key]
    measured = []
    for measure in claim.measures:
        record = outcome.records[key, measure.name]
        measured.append(f"{measure.name}: {value_text(record, measure.unit)}")
    verdict = claim.verdict if outcome.holds(key) else "**Not confirmed:** the value is outside its bounds."
    cells = [
        key,
        claim.slide,
        "<br>".join(measured),
        ("**Slide wrong.** " if claim.kind == "wrong" else "") + verdict,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def made_with(parameters: Mapping[str, Any]) -> list[str]:
    """Say what a run was made with, and how to make it again."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    given = " ".join(f"{name}={value}" for name, value in parameters.items())
    return [
        "## What this was made with\n",
        f"- Python {platform.python_version()}, {versions}",
        f"- {platform.system()} on {platform.machine()}, {os.cpu_count()} cores",
        f"- parameters: {given}\n",
        f"To make it again: `make run {given}`. ± is the standard deviation over the seeds. The last digits",
        "change from one machine to another; the verdicts should not.",
    ]


def replace(path: Path, text: str) -> None:
    """Write a file in one step: it holds the old text or the new, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def structure(text: str) -> list[str]:
    """Return what is the same in such a page on every machine: headings, claims, statements and verdicts."""
    lines = [line for line in text.splitlines() if line.startswith(("#", "| C"))]
    return [" | ".join(cell for i, cell in enumerate(line.split(" | ")) if i != 2) for line in lines]


def main() -> int:
    """Compare two pages of results; see the module."""
    old, new = (structure(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    differences = list(difflib.unified_diff(old, new, *sys.argv[1:3], lineterm="", n=0))
    print("\n".join(differences) or f"{sys.argv[2]} has the claims and verdicts of {sys.argv[1]}.")
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
