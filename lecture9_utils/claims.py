"""What the lecture says, what is measured of it, and within which bounds it holds."""

import json
import os
import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import numpy as np

Value = bool | float | Sequence[float]
_SIZES = ("sample", "full")
_ROUNDING = 1e-9  # the mean of three times 0.2 is a little more than 0.2
_run: dict[str, str | int] = {}  # what `begin` was told


@dataclass(frozen=True)
class Measure:
    """One measured quantity of a claim, and the bounds (both included) within which its mean must be.

    A bound is given in the unit: 0.75 for a share (printed as 75%), 1 for "yes".
    """

    name: str
    sample: tuple[float, float]
    full: tuple[float, float]
    unit: Literal["", "%", "yes"] = ""

    def bounds(self, data: str) -> tuple[float, float]:
        """Give the bounds for ``"sample"`` or ``"full"``."""
        return self.full if data == "full" else self.sample

    def expected(self, data: str) -> str:
        """Put the bounds in words, the same on every machine."""
        low, high = self.bounds(data)
        if self.unit == "yes":
            return self.name
        shown = [f"{100 * b:.3g}%" if self.unit == "%" else f"{b:,.10g}" for b in (low, high)]
        if low == high:
            return f"{self.name} {shown[0]}"
        if high == np.inf:
            return f"{self.name} at least {shown[0]}"
        return f"{self.name} between {shown[0]} and {shown[1]}"


@dataclass(frozen=True)
class Claim:
    """A statement of the lecture that software can check.

    Attributes
    ----------
    id : str
        "C25", as the notebooks name it.
    notebook : str
        The two digits of the notebook in which it is taught and checked.
    kind : {"exact", "shape", "number", "wrong"}
        Holds to the digit; a direction or an ordering; a measured number; the slide is wrong or misleading,
        and what is measured is the truth.
    slide : str
        What the slide says.
    verdict : str
        What there is to say about it once the measures are within their bounds.
    measures : tuple of Measure
    """

    id: str
    notebook: str
    kind: Literal["exact", "shape", "number", "wrong"]
    slide: str
    verdict: str
    measures: tuple[Measure, ...]


def begin(data: str, seed: int) -> None:
    """Begin a notebook: seed Python and NumPy, and choose the bounds that `claim` applies.

    Parameters
    ----------
    data : {"sample", "full"}
        Which data the notebook runs on.
    seed : int
        From 0 to 2**32 - 1. Keras has its own seed: call ``keras.utils.set_random_seed`` before each model.

    Raises
    ------
    ValueError
        If `data` or `seed` is none of these.

    Examples
    --------
    >>> begin("sample", seed=0)

    References
    ----------
    DATA and SEED of every notebook's parameters cell.
    """
    if data not in _SIZES:
        raise ValueError(f'DATA must be "sample" or "full", got {data!r}')
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"SEED must be a whole number from 0 to 2**32 - 1, got {seed!r}")
    random.seed(seed)
    np.random.seed(seed)
    _run.update(data=data, seed=seed)


def claim(id: str, value: Value | Mapping[str, Value]) -> None:
    """Hold what was measured against a claim of the lecture, and print whether it holds.

    The verdict tells the bounds, not the digits, so it is the same wherever the claim holds. What was
    measured is appended to the file that the environment variable ``LECTURE9_RECORDS`` names, if it does.

    Parameters
    ----------
    id : str
        A key of `REGISTRY`.
    value : bool, number, sequence of numbers, or mapping of these
        What was measured. Of a sequence (a value for each seed) the mean counts. A claim with several
        measures takes a mapping from their names.

    Raises
    ------
    KeyError
        If there is no such claim.
    ValueError
        If the measures' names are not the claim's.
    RuntimeError
        If `begin` was not called.

    Examples
    --------
    >>> begin("sample", seed=0)
    >>> claim("C09", {"n-grams in the bag": 15, "the slide's set": True})
    ✓ C09 holds: n-grams in the bag 15; the slide's set
    >>> claim("C09", {"n-grams in the bag": 14, "the slide's set": False})
    ✗ C09 does not hold: n-grams in the bag is 14, expected 15; the slide's set is not so

    References
    ----------
    The lecture's slides, statement by statement: `REGISTRY`.
    """
    if id not in REGISTRY:
        raise KeyError(f"there is no claim {id!r}: see lecture9_utils.claims.REGISTRY")
    if not _run:
        raise RuntimeError("call l9.begin(DATA, SEED) before the first claim")
    measures = REGISTRY[id].measures
    values = dict(value) if isinstance(value, Mapping) else {measures[0].name: value}
    if sorted(values) != sorted(m.name for m in measures):
        expected = ", ".join(repr(m.name) for m in measures)
        raise ValueError(f"claim {id} measures {expected}; got {', '.join(map(repr, values))}")
    data = str(_run["data"])
    failures = [_failure(m, values[m.name], data) for m in measures]
    _record(
        id, data, [(m, values[m.name], not failure) for m, failure in zip(measures, failures, strict=True)]
    )
    if any(failures):
        print(_listed(f"✗ {id} does not hold:", list(filter(None, failures))))
    else:
        print(_listed(f"✓ {id} holds:", [m.expected(data) for m in measures]))


def _listed(start: str, parts: list[str]) -> str:
    """Put everything on one line; what is too wide for a notebook, on a line for each part."""
    line = f"{start} {'; '.join(parts)}"
    return line if len(line) <= 100 or len(parts) == 1 else "\n    ".join([start, *parts])


def _failure(measure: Measure, value: Value, data: str) -> str:
    """Say in which way a value is outside its bounds; nothing when it is within."""
    low, high = measure.bounds(data)
    mean = float(np.mean(value))
    if low - _ROUNDING <= mean <= high + _ROUNDING:
        return ""
    if measure.unit == "yes":
        return f"{measure.name} is not so"
    shown = f"{100 * mean:.1f}%" if measure.unit == "%" else f"{mean:,.6g}"
    return f"{measure.name} is {shown}, expected {measure.expected(data).removeprefix(measure.name).strip()}"


def _record(id: str, data: str, results: list[tuple[Measure, Value, bool]]) -> None:
    if not (path := os.environ.get("LECTURE9_RECORDS")):
        return
    with Path(path).open("a", encoding="utf-8") as file:
        for measure, value, holds in results:
            entry = {
                "id": id,
                "data": data,
                "seed": _run["seed"],
                "measure": measure.name,
                "value": np.asarray(value, dtype=float).tolist(),
                "bounds": measure.bounds(data),
                "holds": holds,
            }
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _measure(name: str, entry: Any) -> Measure:
    """Read one line of a claim's measures; see the head of claims.toml."""
    if entry is True:
        return Measure(name, (1, 1), (1, 1), "yes")
    if not isinstance(entry, dict):
        entry = {"sample": entry, "full": entry}
    low_high = {size: tuple(np.broadcast_to(entry[size], 2).tolist()) for size in _SIZES}
    return Measure(name, low_high["sample"], low_high["full"], entry.get("unit", ""))


def _read_registry() -> dict[str, Claim]:
    entries = tomllib.loads(files(__package__).joinpath("claims.toml").read_text(encoding="utf-8"))
    return {
        id: Claim(id, **{**entry, "measures": tuple(_measure(*m) for m in entry["measures"].items())})
        for id, entry in entries.items()
    }


REGISTRY: dict[str, Claim] = _read_registry()
