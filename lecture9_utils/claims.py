"""What the lecture says, what is measured of it, and within which bounds it holds."""

import json
import os
import random
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from .files import table_of

Value = bool | float | Sequence[float]
_ROUNDING = 1e-9  # the mean of three times 0.2 is a little more than 0.2
_data = ""  # what `begin` was told last


class Measure(NamedTuple):
    """One measured quantity of a claim, and the bounds (both included) within which its mean must be.

    A bound is given in the unit: 0.75 for a share (printed as 75%), 1 for "yes".
    """

    name: str
    sample: tuple[float, float]
    full: tuple[float, float]
    unit: Literal["", "%", "yes"] = ""

    def expected(self, data: str) -> str:
        """Put the bounds in words, the same on every machine."""
        low, high = (f"{100 * b:.3g}%" if self.unit == "%" else f"{b:,.10g}" for b in getattr(self, data))
        if self.unit == "yes":
            return self.name
        if low == high:
            return f"{self.name} {low}"
        return f"{self.name} at least {low}" if high == "inf" else f"{self.name} between {low} and {high}"

    def failure(self, value: Value, data: str) -> str:
        """Say in which way a value is outside the bounds; nothing when its mean is within."""
        low, high = getattr(self, data)
        mean = float(np.mean(value))
        if low - _ROUNDING <= mean <= high + _ROUNDING:
            return ""
        if self.unit == "yes":
            return f"{self.name} is not so"
        shown = f"{100 * mean:.1f}%" if self.unit == "%" else f"{mean:,.6g}"
        return f"{self.name} is {shown}, expected{self.expected(data).removeprefix(self.name)}"


class Claim(NamedTuple):
    """A statement of the lecture that software can check; its fields are told at the head of claims.toml."""

    id: str
    notebook: str
    kind: Literal["exact", "shape", "number", "wrong"]
    slide: str
    verdict: str
    measures: tuple[Measure, ...]


def begin(data: str, seed: int) -> None:
    """Begin a notebook on ``"sample"`` or ``"full"``: choose `claim`'s bounds, seed Python and NumPy.

    Keras has its own seed: call ``keras.utils.set_random_seed`` before each model.

    Examples
    --------
    >>> begin("sample", seed=0)
    """
    if data not in ("sample", "full"):
        raise ValueError(f'DATA must be "sample" or "full", got {data!r}')
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise ValueError(f"SEED must be a whole number from 0 to 2**32 - 1, got {seed!r}")
    global _data
    _data = data
    random.seed(seed)
    np.random.seed(seed)


def claim(id: str, value: Value | Mapping[str, Value]) -> None:
    """Hold what was measured against a claim of the lecture, and print whether it holds.

    The verdict tells the bounds, not the digits, so it is the same wherever the claim holds. What was
    measured is appended to the file that the environment variable ``LECTURE9_RECORDS`` names, if it does.

    Parameters
    ----------
    id : str
        A key of `registry`, else KeyError.
    value : bool, number, sequence of numbers, or mapping of these
        What was measured. Of a sequence (a value for each seed) the mean counts. A claim with several
        measures takes a mapping from their names; ValueError if these are others.

    Examples
    --------
    >>> begin("sample", seed=0)
    >>> claim("C09", {"n-grams in the bag": 15, "the slide's set": True})
    ✓ C09 holds: n-grams in the bag 15; the slide's set
    >>> claim("C09", {"n-grams in the bag": 14, "the slide's set": False})
    ✗ C09 does not hold: n-grams in the bag is 14, expected 15; the slide's set is not so
    """
    if not _data:
        raise RuntimeError("call l9.begin(DATA, SEED) before the first claim")
    measures = registry()[id].measures
    names = [measure.name for measure in measures]
    values = dict(value) if isinstance(value, Mapping) else {names[0]: value}
    if set(values) != set(names):
        raise ValueError(f"claim {id} measures {names}; got {list(values)}")
    failures = [measure.failure(values[measure.name], _data) for measure in measures]
    if path := os.environ.get("LECTURE9_RECORDS"):
        with Path(path).open("a", encoding="utf-8") as file:
            for name, failure in zip(names, failures, strict=True):
                numbers = np.asarray(values[name], dtype=float).tolist()
                entry = {"id": id, "data": _data, "measure": name, "value": numbers, "holds": not failure}
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
    start = f"✗ {id} does not hold:" if any(failures) else f"✓ {id} holds:"
    parts = list(filter(None, failures)) or [measure.expected(_data) for measure in measures]
    line = f"{start} {'; '.join(parts)}"  # on a line for each part where it is too wide for a notebook
    print(line if len(line) <= 100 or len(parts) == 1 else "\n    ".join([start, *parts]))


def _measure(name: str, entry: Any) -> Measure:
    """Read one line of a claim's measures; see the head of claims.toml."""
    bounds = entry if isinstance(entry, dict) else {"sample": entry, "full": entry}
    sample, full = (tuple(np.broadcast_to(bounds[size], 2).tolist()) for size in ("sample", "full"))
    return Measure(name, sample, full, bounds.get("unit", "yes" if entry is True else ""))


@cache
def registry() -> dict[str, Claim]:
    """Give all claims by their ids; they are read when they are first wanted."""
    entries = table_of(__file__)
    for entry in entries.values():
        entry["measures"] = tuple(_measure(*line) for line in entry["measures"].items())
    return {id: Claim(id, **entry) for id, entry in entries.items()}
