"""Hold the records of a run against the registry of claims: as a table, and as the page ``RESULTS.md``.

Usage::

    results.py OLD.md NEW.md

compares two pages but for the numbers, which differ from machine to machine: the claims, their order and
their verdicts must be the same. Exit code 1 if they are not.
"""

import difflib
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from lecture9_utils.claims import REGISTRY, Claim, Measure
from lecture9_utils.datasets import archives

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")
Record = dict[str, Any]  # a line that `lecture9_utils.claims.claim` wrote


@dataclass
class Outcome:
    """What a run says of the claims: records by claim and measure, and what is wrong."""

    claims: dict[str, Claim]
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def holds(self, claim_id: str) -> bool:
        """Say whether all measures of a claim were recorded and hold."""
        records = [self.records.get((claim_id, measure.name)) for measure in self.claims[claim_id].measures]
        return all(record is not None and record["holds"] for record in records)


def registry(notebooks: Iterable[str] | None) -> dict[str, Claim]:
    """Return the registry's claims by id, in order; only those of some notebooks (``"07"``) if given."""
    wanted = None if notebooks is None else set(notebooks)
    return {
        key: claim for key, claim in sorted(REGISTRY.items()) if wanted is None or claim.notebook in wanted
    }


def hold(records: Mapping[str, list[Record]], claims: Mapping[str, Claim]) -> Outcome:
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


def _take(outcome: Outcome, number: str, record: Record) -> None:
    key, name = record["id"], record["measure"]
    claim = outcome.claims.get(key)
    if claim is None or claim.notebook != number:
        outcome.problems.append(f"notebook {number} recorded {key}, which does not belong to it")
    elif name not in [measure.name for measure in claim.measures]:
        outcome.problems.append(f"{key} has no measure {name!r}, but notebook {number} recorded one")
    elif (key, name) in outcome.records:
        outcome.problems.append(f"{key} was checked twice: notebook {number} recorded {name!r} again")
    else:
        outcome.records[key, name] = record


def table(outcome: Outcome) -> str:
    """Lay the claims out for the terminal, one measure a line."""
    rows = [("claim", "the lecture says", "measured", "expected", "holds")]
    for key, claim in outcome.claims.items():
        for i, measure in enumerate(claim.measures):
            head = ("", "") if i else (key, shortened(claim.slide, 48))
            rows.append((*head, *_measured(measure, outcome.records.get((key, measure.name)))))
    if len(rows) == 1:
        return "These notebooks check no claim."
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _measured(measure: Measure, record: Record | None) -> tuple[str, str, str]:
    """Write a measure as three cells: what was measured, what was expected, whether it holds."""
    if record is None:
        return f"{measure.name}: never checked", "", "NO"
    expected = "yes" if measure.unit == "yes" else measure.expected(record["data"]).removeprefix(measure.name)
    return (
        f"{measure.name}: {value_text(record, measure)}",
        expected.strip(),
        "yes" if record["holds"] else "NO",
    )


def shortened(text: str, length: int) -> str:
    """Cut a text at a word, with an ellipsis, to at most `length` characters."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def value_text(record: Record, measure: Measure) -> str:
    """Write what was measured: yes or no, a number, or mean ± standard deviation of n values."""
    values = np.atleast_1d(record["value"])
    if measure.unit == "yes":
        return "yes" if values.min() == 1 else "no"
    mean = number_text(values.mean(), measure.unit)
    if len(values) == 1:
        return mean
    return f"{mean} ± {number_text(values.std(ddof=1), measure.unit, digits=2)} (n = {len(values)})"


def number_text(value: float, unit: str, digits: int = 4) -> str:
    """Write a share in percent, a whole number with separators, any other with so many significant digits."""
    if unit == "%":
        return f"{100 * value:.1f}%"
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:.{digits}g}"


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
    confirmed = [claim for key, claim in outcome.claims.items() if outcome.holds(key)]
    wrong = sum(claim.kind == "wrong" for claim in confirmed)
    failed = len(outcome.claims) - len(confirmed)
    sentence = f"Of {len(outcome.claims)} statements, {len(confirmed) - wrong} hold and {wrong} are wrong or"
    sentence += " misleading as the slide has them: their verdict says what is true."
    return sentence + (f" {failed} could not be confirmed." if failed else "")


def row(outcome: Outcome, key: str) -> str:
    """Write a claim as a line of a table."""
    claim = outcome.claims[key]
    measured = [f"{m.name}: {value_text(outcome.records[key, m.name], m)}" for m in claim.measures]
    verdict = claim.verdict if outcome.holds(key) else "**Not confirmed:** a measure is outside its bounds."
    label = "**The slide is wrong or misleading.** " if claim.kind == "wrong" else ""
    cells = [key, claim.slide, "<br>".join(measured), label + verdict]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def made_with(parameters: Mapping[str, Any]) -> list[str]:
    """Say what a run was made with, and how to make it again."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    given = " ".join(f"{name}={value}" for name, value in parameters.items())
    return [
        "## What this was made with\n",
        f"- Python {platform.python_version()}, {versions}",
        f"- {platform.system()} on {platform.machine()}, {os.cpu_count()} cores",
        *(f"- {line}" for line in data(parameters)),
        f"- the notebooks' parameters {given}\n",
        f"To make it again: `make run {given}`. ± is the standard deviation over n values, one for each seed",
        "(or, in C12, each number of buckets). The last digits change from one machine to another; the",
        "verdicts should not.",
    ]


def data(parameters: Mapping[str, Any]) -> list[str]:
    """Say which data a full run was on. Loading it has checked these digests."""
    member = f"glove.6B.{parameters.get('GLOVE_DIM', 100)}d.txt"
    of = member if member in archives.MEMBER_SHA256 else archives.GLOVE.name
    vectors = archives.MEMBER_SHA256.get(member, archives.GLOVE.sha256)
    return [
        f"the 50,000 labelled reviews of {archives.IMDB.name} (Maas et al., 2011); SHA-256 over their paths "
        f"and bytes: `{archives.REVIEWS_SHA256}`",
        f"{member} of {archives.GLOVE.name} (Pennington et al., 2014); SHA-256 of {of}: `{vectors}`",
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
    """Return the headings and claims of such a page with a # for each number: the same on every machine."""
    lines = [line for line in text.splitlines() if line.startswith(("#", "| C"))]
    return [re.sub(r"(?<!\w)-?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?%?", "#", line) for line in lines]


def main() -> int:
    """Compare two pages of results; see the module."""
    old, new = (structure(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    differences = list(difflib.unified_diff(old, new, "old", "new", lineterm="", n=0))
    print("\n".join(differences) or "The two pages have the same claims and verdicts.")
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
