"""Bring together what runs recorded, and hold it against the registry of claims: as a table and a page."""

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from textwrap import shorten
from typing import Any

from lecture9_utils.claim_table import conclusion
from lecture9_utils.claims import Claim, Row, registry
from lecture9_utils.datasets.pretrained import glove_source
from lecture9_utils.datasets.sources import known_sources
from tools import command
from tools.jobs import PACKAGES
from tools.pictures import keep

HEAD = ("| claim | the lecture said | we measured | verdict |", "|---|---|---|---|")
MARKS = {True: "✓", False: "✗", None: "·"}
Record = dict[str, Any]  # a line that `lecture9_utils.claims.claim` wrote
Values = Mapping[str, Mapping[str, list[Any]]]  # by claim and measure, one for each seed


@dataclass(frozen=True)
class Outcome:
    """What the runs of some notebooks say of their claims."""

    claims: Sequence[Claim]
    values: Values
    data: str
    seeds: int

    def rows(self, claim: Claim) -> list[Row]:
        """Return the measures of a claim that were recorded, each with its values over the seeds."""
        found = self.values[claim.id]
        measures = [measure for measure in claim.measures if measure.key in found]
        return [Row(one, one.over_seeds(found[one.key]), self.data) for one in measures]

    def is_complete(self, claim: Claim) -> bool:
        """Say whether all measures of a claim were recorded with every seed."""
        return all(len(self.values[claim.id].get(one.key, [])) == self.seeds for one in claim.measures)

    def holds(self, claim: Claim) -> bool:
        """Say whether all measures of a claim were recorded and are within their bounds."""
        return self.is_complete(claim) and all(row.holds is not False for row in self.rows(claim))

    @property
    def problems(self) -> list[str]:
        """A line for each claim that does not hold, or was not checked with all its measures."""
        lines = []
        for claim in self.claims if self.data != "own" else []:
            if not self.is_complete(claim):
                lines.append(f"{claim.id} was never checked in notebook {claim.notebook}, or not all of it")
            elif not self.holds(claim):
                lines.append(f"{claim.id} does not hold: {claim.slide}")
        return lines


def gather(records: Mapping[str, Sequence[Sequence[Record]]], data: str) -> Outcome:
    """Bring together what each notebook, by its number, recorded with each seed."""
    claims = [claim for claim in registry().values() if claim.notebook in records]
    values: dict[str, dict[str, list[Any]]] = {claim.id: {} for claim in claims}
    for runs in records.values():
        for lines in runs:
            last = {(line["id"], line["measure"]): line["value"] for line in lines}
            for (claim, key), value in last.items():
                values.setdefault(claim, {}).setdefault(key, []).append(value)
    seeds = max((len(runs) for runs in records.values()), default=0)
    return Outcome(sorted(claims, key=lambda claim: (claim.notebook, claim.id)), values, data, seeds)


def table(outcome: Outcome) -> str:
    """Lay the claims out for the terminal, one measure a line."""
    lines = [("claim", "the lecture says", "measured", "expected", "holds")]
    for claim in outcome.claims:
        head = claim.id, shorten(claim.slide, 48, placeholder="…")
        for row in outcome.rows(claim):
            expected = "" if row.holds is None else row.measure.expected(row.data)
            lines.append((*head, f"{row.measure.name}: {row.here}", expected, MARKS[row.holds]))
            head = "", ""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


@dataclass(frozen=True)
class Setting:
    """With what a run was made: the notebooks' titles by their numbers, the parameters, the seeds."""

    titles: Mapping[str, str]
    parameters: Mapping[str, Any]
    seeds: Sequence[int]

    @property
    def given(self) -> str:
        """The words that make it again."""
        return " ".join(f"{name}={value}" for name, value in self.all.items())

    @property
    def all(self) -> dict[str, Any]:
        """The parameters, with the seeds in the place of one."""
        first, last = self.seeds[0], self.seeds[-1]
        row = list(self.seeds) == list(range(first, last + 1)) and first < last
        text = f"{first}-{last}" if row else ",".join(map(str, self.seeds))
        return {name: value for name, value in self.parameters.items() if name != "SEED"} | {"SEEDS": text}


def write(root: Path, outcome: Outcome, setting: Setting, found: Mapping[str, tuple[bytes, str]]) -> None:
    """Write what a complete run on the real data says: ``RESULTS.md``, and what the lessons show of it.

    Whatever the order in which the jobs ended, the same is written, so it says nothing of times.
    """
    keep(root / "lecture9_utils" / "real", found)
    words = ", ".join(f"{name}={value}" for name, value in setting.all.items() if name != "DATA")
    kept = {"setting": words, "seeds": list(setting.seeds), "claims": outcome.values}
    text = json.dumps(kept, indent=1, sort_keys=True) + "\n"
    command.write(root / "lecture9_utils/real/measures.json", text.encode())
    command.write(root / "RESULTS.md", page(outcome, setting, found).encode())
    print(f"\nWritten: {root / 'RESULTS.md'} and {root / 'lecture9_utils' / 'real'}")


def page(outcome: Outcome, setting: Setting, found: Mapping[str, tuple[bytes, str]]) -> str:
    """Write what was measured as a page: a table for each notebook with its pictures, then the setting.

    Loading the data has checked the digests that it names.
    """
    tables = ""
    for notebook, title in setting.titles.items():
        rows = [line(outcome, claim) for claim in outcome.claims if claim.notebook == notebook]
        drawn = {name: re.sub(r"[\[\]]", "", says) for name, (_, says) in found.items()}
        shown = [
            f"![{says}](lecture9_utils/real/{name}.png)"
            for name, says in drawn.items()
            if name.startswith(notebook)
        ]
        tables += "\n\n".join([f"## {notebook} {title}", "\n".join([*HEAD, *rows]), *shown]) + "\n\n"
    dim, sources = setting.parameters.get("GLOVE_DIM", 100), known_sources()
    glove = sources[glove_source("full", dim, sources)]
    text = Path(__file__).with_name("results_page.md").read_text("utf-8")
    return text.format(
        headline=headline(outcome),
        tables=tables[:-1],
        python=platform.python_version(),
        versions=", ".join(f"{name} {version(name)}" for name in PACKAGES),
        machine=f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores",
        imdb=sources["imdb"],
        dim=dim,
        glove=f"{glove.name}, {glove.note}" if glove.note else glove.name,
        digest=glove.contents.get(f"glove.6B.{dim}d.txt") or glove.sha256 or f"{glove.md5} (MD5)",
        given=setting.given,
        seeds=len(setting.seeds),
    )


def headline(outcome: Outcome) -> str:
    """Count what became of the slides' statements."""
    as_expected = [claim for claim in outcome.claims if outcome.holds(claim)]
    right, partly, wrong, left = (
        sum(claim.slide_is == kind for claim in as_expected)
        for kind in ("right", "partly right", "wrong", "open")
    )
    text = f"Of {len(outcome.claims)} statements, {right} are right, {partly} partly right and {wrong} wrong"
    text += f"; {left} the slides leave open." if left else "."
    if others := [claim.id for claim in outcome.claims if claim not in as_expected]:
        text += f" Of {len(others)} the measurements are not as expected: {', '.join(others)}."
    return text


def line(outcome: Outcome, claim: Claim) -> str:
    """Write a claim as a line of a table."""
    rows = outcome.rows(claim)
    measures = [f"{MARKS[row.holds]} {row.measure.name}: {row.here}{bounds(row)}" for row in rows]
    label, why = conclusion(claim, rows)
    cells = [claim.id, claim.slide, "<br>".join(measures), f"**{label}** {why}"]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def bounds(row: Row) -> str:
    """Write what was expected, where it is more than "yes"."""
    return "" if row.measure.unit == "yes" else f" (expected {row.measure.expected(row.data)})"
