"""Hold the records of a run against the registry of claims: as a table, and as the page ``RESULTS.md``."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from textwrap import shorten
from typing import Any

from lecture9_utils.claims import Claim, Measure, registry
from lecture9_utils.datasets.sources import known_sources
from lecture9_utils.evidence import over_seeds, written
from lecture9_utils.files import write_atomically

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")
HEAD = ("| claim | the lecture said | we measured | verdict |", "|---|---|---|---|")
Record = dict[str, Any]  # a line that `lecture9_utils.claims.claim` wrote


@dataclass(frozen=True)
class Outcome:
    """What a run says of the claims: a record for each claim and measure."""

    claims: Sequence[Claim]
    records: Mapping[tuple[str, str], Record]

    def of(self, claim: Claim) -> list[tuple[Measure, Record]]:
        """Return the measures of a claim that were recorded, each with its record."""
        measures = {(claim.id, measure.key): measure for measure in claim.measures}
        return [(measure, self.records[key]) for key, measure in measures.items() if key in self.records]

    def holds(self, claim: Claim) -> bool:
        """Say whether all measures of a claim were recorded and hold."""
        return [record["holds"] for _, record in self.of(claim)] == [True] * len(claim.measures)

    @property
    def problems(self) -> list[str]:
        """A line for each claim that does not hold, or was not checked with all its measures."""
        lines = []
        for claim in self.claims:
            if len(self.of(claim)) < len(claim.measures):
                lines.append(f"{claim.id} was never checked in notebook {claim.notebook}, or not all of it")
            elif not self.holds(claim):
                lines.append(f"{claim.id} does not hold: {claim.slide}")
        return lines


def hold(records: Mapping[str, Sequence[Record]]) -> Outcome:
    """Hold the records of each notebook (by its number) against its claims."""
    claims = [claim for _, claim in sorted(registry().items()) if claim.notebook in records]
    return Outcome(claims, {(r["id"], r["measure"]): r for lines in records.values() for r in lines})


def table(outcome: Outcome) -> str:
    """Lay the claims out for the terminal, one measure a line."""
    rows = [("claim", "the lecture says", "measured", "expected", "holds")]
    for claim in outcome.claims:
        head = claim.id, shorten(claim.slide, 48, placeholder="…")
        for measure, record in outcome.of(claim):
            is_own = record["data"] == "own"  # which is not judged
            expected = "" if is_own else measure.expected(record["data"])
            verdict = "" if is_own else "yes" if record["holds"] else "NO"
            rows.append((*head, said(measure, record), expected, verdict))
            head = "", ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def said(measure: Measure, record: Record) -> str:
    """Write what was measured, with its wording."""
    return f"{measure.name}: {written(over_seeds([record['value']]), measure.unit)}"


def write(path: Path, outcome: Outcome, titles: Mapping[str, str], parameters: Mapping[str, Any]) -> None:
    """Write what was measured as a page: a table for each notebook, then what the run was made with.

    Loading the data has checked the digests that it names.
    """
    confirmed = [claim for claim in outcome.claims if outcome.holds(claim)]
    wrong = sum(claim.slide_is == "wrong" for claim in confirmed)
    failed = len(outcome.claims) - len(confirmed)
    tables = ""
    for notebook, title in titles.items():
        rows = [row(outcome, claim) for claim in outcome.claims if claim.notebook == notebook]
        tables += "\n".join([f"## {notebook} {title}\n", *HEAD, *rows, "\n"])
    member = f"glove.6B.{parameters.get('GLOVE_DIM', 100)}d.txt"
    imdb, glove = (known_sources()[key] for key in ("imdb", "glove"))
    page = Path(__file__).with_name("results_page.md").read_text("utf-8")
    page = page.format(
        all=len(outcome.claims),
        hold=len(confirmed) - wrong,
        wrong=wrong,
        failed=f" {failed} could not be confirmed." if failed else "",
        tables=tables[:-1],
        python=platform.python_version(),
        versions=", ".join(f"{name} {version(name)}" for name in PACKAGES),
        machine=f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores",
        imdb=imdb,
        member=member,
        glove=glove,
        of=member if member in glove.contents else glove.name,
        digest=glove.contents.get(member, glove.sha256),
        given=" ".join(f"{name}={value}" for name, value in parameters.items()),
    )
    write_atomically(path, lambda file: file.write(page.encode()))
    print(f"\nWritten: {path}")


def row(outcome: Outcome, claim: Claim) -> str:
    """Write a claim as a line of a table."""
    measures = "<br>".join(said(measure, record) for measure, record in outcome.of(claim))
    label = "**The slide is wrong or misleading.** " if claim.slide_is == "wrong" else ""
    failed = "**Not confirmed:** a measure is outside its bounds."
    verdict = claim.verdict if outcome.holds(claim) else failed
    cells = [claim.id, claim.slide, measures, label + verdict]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
