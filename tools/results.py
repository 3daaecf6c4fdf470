"""Hold the records of a run against the registry of claims: as a table, and as the page ``RESULTS.md``."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np

from lecture9_utils.claims import REGISTRY, Claim, Measure
from lecture9_utils.datasets.sources import known_sources
from lecture9_utils.files import write_atomically

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")
INTRODUCTION = """\
# What the lecture said, and what we measured

Every statement of the lecture that software can check, measured by the notebooks on the real data
and held against bounds that were set beforehand. Written by `make run DATA=full`; do not edit.

Of {all} statements, {hold} hold and {wrong} are wrong or \
misleading as the slide has them: their verdict says what is true."""
MADE_WITH = """\
## What this was made with

- Python {python}, {versions}
- {machine}
- the 50,000 labelled reviews of {reviews} (Maas et al., 2011); SHA-256 over their paths \
and bytes: `{reviews_digest}`
- {member} of {vectors} (Pennington et al., 2014); SHA-256 of {of}: `{vectors_digest}`
- the notebooks' parameters {given}

To make it again: `make run {given}`. ± is the standard deviation over n values, one for each seed
(or, in C12, each number of buckets). The last digits change from one machine to another; the
verdicts should not.
"""
Record = dict[str, Any]  # a line that `lecture9_utils.claims.claim` wrote


@dataclass(frozen=True)
class Outcome:
    """What a run says of the claims: a record for each claim and measure, and what is wrong."""

    claims: Sequence[Claim]
    records: Mapping[tuple[str, str], Record]
    problems: Sequence[str]

    def of(self, claim: Claim) -> list[tuple[Measure, Record | None]]:
        """Return a claim's measures, each with its record."""
        return [(measure, self.records.get((claim.id, measure.name))) for measure in claim.measures]

    def holds(self, claim: Claim) -> bool:
        """Say whether all measures of a claim were recorded and hold."""
        return all(record is not None and record["holds"] for _, record in self.of(claim))

    @property
    def missing(self) -> list[Claim]:
        """The claims of which a measure was not recorded."""
        return [claim for claim in self.claims if None in [record for _, record in self.of(claim)]]


def hold(records: Mapping[str, Sequence[Record]], everything: bool) -> Outcome:
    """Hold the records of each notebook (by its number) against its claims, or against all that there are."""
    claims = [claim for _, claim in sorted(REGISTRY.items()) if everything or claim.notebook in records]
    taken: dict[tuple[str, str], Record] = {}
    problems = []
    for notebook, record in [(name, record) for name, lines in records.items() for record in lines]:
        key, name = record["id"], record["measure"]
        if notebook != REGISTRY[key].notebook:
            problems.append(f"notebook {notebook} recorded {key}, which does not belong to it")
        elif (key, name) in taken:
            problems.append(f"{key} was checked twice: notebook {notebook} recorded {name!r} again")
        taken[key, name] = record
    outcome = Outcome(claims, taken, problems)
    for claim in claims:
        if claim in outcome.missing:
            problems.append(f"{claim.id} was never checked in notebook {claim.notebook}, or not all of it")
        elif not outcome.holds(claim):
            problems.append(f"{claim.id} does not hold: {claim.slide}")
    return outcome


def table(outcome: Outcome) -> str:
    """Lay the claims out for the terminal, one measure a line."""
    rows = [("claim", "the lecture says", "measured", "expected", "holds")]
    for claim in outcome.claims:
        head = claim.id, shorten(claim.slide, 48, placeholder="…")
        for measure, record in outcome.of(claim):
            if record is None:
                rows.append((*head, f"{measure.name}: never checked", "", "NO"))
            else:
                expected = measure.expected(record["data"]).removeprefix(measure.name).strip() or "yes"
                rows.append((*head, said(measure, record), expected, "yes" if record["holds"] else "NO"))
            head = "", ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def said(measure: Measure, record: Record) -> str:
    """Write what was measured: yes or no, a number, or mean ± standard deviation of n values."""
    values = np.atleast_1d(record["value"])
    if measure.unit == "yes":
        return f"{measure.name}: {'yes' if values.min() == 1 else 'no'}"
    text = f"{measure.name}: {number(values.mean(), measure.unit)}"
    if len(values) == 1:
        return text
    return f"{text} ± {number(values.std(ddof=1), measure.unit, digits=2)} (n = {len(values)})"


def number(value: float, unit: str, digits: int = 4) -> str:
    """Write a share in percent, a whole number with separators, any other with so many significant digits."""
    if unit == "%":
        return f"{100 * value:.1f}%"
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:.{digits}g}"


def write(path: Path, outcome: Outcome, titles: Mapping[str, str], parameters: Mapping[str, Any]) -> None:
    """Write what was measured as a page: a table for each notebook, then what the run was made with."""
    confirmed = [claim for claim in outcome.claims if outcome.holds(claim)]
    wrong = sum(claim.kind == "wrong" for claim in confirmed)
    failed = len(outcome.claims) - len(confirmed)
    page = INTRODUCTION.format(all=len(outcome.claims), hold=len(confirmed) - wrong, wrong=wrong)
    page += f" {failed} could not be confirmed.\n\n" if failed else "\n\n"
    for notebook, title in titles.items():
        page += f"## {notebook} {title}\n\n| claim | the lecture said | we measured | verdict |\n"
        rows = [row(outcome, claim) for claim in outcome.claims if claim.notebook == notebook]
        page += "\n".join(["|---|---|---|---|", *rows, "\n"])
    page += made_with(parameters)
    write_atomically(path, lambda file: file.write(page.encode()))
    print(f"\nWritten: {path}")


def row(outcome: Outcome, claim: Claim) -> str:
    """Write a claim as a line of a table."""
    measures = "<br>".join(said(measure, record) for measure, record in outcome.of(claim) if record)
    label = "**The slide is wrong or misleading.** " if claim.kind == "wrong" else ""
    confirmed = outcome.holds(claim)
    verdict = claim.verdict if confirmed else "**Not confirmed:** a measure is outside its bounds."
    cells = [claim.id, claim.slide, measures, label + verdict]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def made_with(parameters: Mapping[str, Any]) -> str:
    """Say what a full run was made with; loading the data has checked these digests."""
    member = f"glove.6B.{parameters.get('GLOVE_DIM', 100)}d.txt"
    imdb, glove = (known_sources()[key] for key in ("imdb", "glove"))
    return MADE_WITH.format(
        python=platform.python_version(),
        versions=", ".join(f"{name} {version(name)}" for name in PACKAGES),
        machine=f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores",
        reviews=imdb.name,
        reviews_digest=imdb.contents["all"],
        member=member,
        vectors=glove.name,
        of=member if member in glove.contents else glove.name,
        vectors_digest=glove.contents.get(member, glove.sha256),
        given=" ".join(f"{name}={value}" for name, value in parameters.items()),
    )
