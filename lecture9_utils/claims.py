"""What the lecture says, what is measured of it, and within which bounds that must be."""

import json
import os
import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from .arguments import of_type, path_of, shown
from .claim_table import show
from .evidence import Interval, Value, measured, measurement, over_seeds, written
from .files import table_of

Bounds = tuple[float, float]
_REAL = Path(__file__).parent / "real"  # what `make run DATA=full` keeps of the last full run
_ROUNDING = 1e-9  # the mean of three times 0.2 is a little more than 0.2
_data = ""  # what `begin` was told last


class Measure(NamedTuple):
    """One measured quantity of a claim, and the bounds (both included) within which its mean must be.

    A bound is given in the unit: 0.75 for a share (printed as 75%), 1 for "yes".
    """

    key: str
    name: str
    sample: Bounds
    full: Bounds
    refuses: str  # the broken model whose value is outside the bounds
    unit: Literal["", "%", "yes"] = ""
    is_difference: bool = False
    is_fresh: bool = False  # each seed draws it anew
    deterministic: bool = False  # the same on every machine, although its bounds are a range

    def bounds(self, data: str) -> Bounds:
        """Give the bounds on the sample or the full data."""
        return self.full if data == "full" else self.sample

    def expected(self, data: str) -> str:
        """Put the bounds in words, with the data where they differ."""
        where = " on the sample" if data == "sample" and self.sample != self.full else ""
        low, high = (f"{100 * b:.4g}%" if self.unit == "%" else f"{b:,.10g}" for b in self.bounds(data))
        if self.unit == "yes":
            return "yes"
        if low == high:
            return low + where
        if "-inf" in low:
            return f"at most {high}{where}"
        return (f"at least {low}" if "inf" in high else f"{low} to {high}") + where

    def failure(self, value: Value, data: str) -> str:
        """Say in which way a value's mean is outside the bounds; nothing if it is within them."""
        low, high = self.bounds(data)
        mean = value.estimate if isinstance(value, Interval) else float(np.mean(value))
        if low - _ROUNDING <= mean <= high + _ROUNDING:
            return ""
        return f"{self.name}: {written(mean, self.unit)}, expected {self.expected(data)}"

    def over_seeds(self, values: Sequence[Any]) -> Value:
        """Bring together what runs with different seeds recorded."""
        return over_seeds(values, self.is_difference, self.is_fresh)

    def written(self, value: Value, data: str) -> str:
        """Write a value: behind the mark ≈, if it may differ from one machine to the next."""
        low, high = self.bounds(data)
        write = written if self.deterministic or low == high else measured
        return write(value, self.unit)


class Claim(NamedTuple):
    """A statement of the lecture that software can check; its fields are told at the head of claims.toml."""

    id: str
    notebook: str
    slide_is: Literal["right", "partly right", "wrong", "open"]
    slide: str
    verdict: str
    measures: tuple[Measure, ...]

    def measure(self, key: str) -> Measure:
        """Give the measure with a key."""
        return next(measure for measure in self.measures if measure.key == key)


def begin(data: str, seed: int) -> None:
    """Begin a notebook: choose `claim`'s bounds, seed Python and NumPy.

    `data` is ``"sample"``, ``"full"``, or the path of a person's own reviews (see `load_imdb`), for which
    there are no bounds. Keras has its own seed: call ``keras.utils.set_random_seed`` before each model.

    Examples
    --------
    >>> begin("sample", seed=0)
    """
    place, known = path_of("DATA", data), ("sample", "full")
    if data not in known and (str(place) in known or not place.exists()):  # as load_imdb: not "./sample"
        raise ValueError(f'DATA must be "sample", "full" or the path of your own reviews, got {shown(data)}')
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise ValueError(f"SEED must be a whole number from 0 to 2**32 - 1, got {shown(seed)}")
    global _data
    _data = data if data in ("sample", "full") else "own"
    random.seed(seed)
    np.random.seed(seed)


def claim(id: str, /, **values: Value) -> None:
    """Show what the lecture says beside what was measured, here and on the real data, and the verdict.

    The table is displayed in a notebook, and printed as text elsewhere. What was measured is appended to the
    file that the environment variable ``LECTURE9_RECORDS`` names, if it does.

    Parameters
    ----------
    id : str
        A key of `registry`, else KeyError.
    **values : bool, number, sequence of numbers, or Interval
        What was measured, by the keys of the claim's measures, else ValueError. Of a sequence (a value for
        each draw) the mean counts, and ± is the standard deviation; of an `Interval` the estimate counts.

    Examples
    --------
    >>> begin("sample", seed=0)
    >>> claim("C28", reviews=6000, words=100)
    C28 · The slide: Shape of data tensor: (25030, 100).
      ✓ reviews: expected 6,000 on the sample · on the real data ... · here 6,000
      ✓ words of each: expected 100 · on the real data ... · here 100
      The slide is wrong. There are 25,000 training reviews: 30 stray files must have been in the folder.
    """
    if not _data:
        raise RuntimeError("call l9.begin(DATA, SEED) before the first claim")
    if of_type(str, "id", id) not in registry():
        raise KeyError(f"there is no claim {shown(id)}: they are {', '.join(registry())}")
    entry = registry()[id]
    keys = [measure.key for measure in entry.measures]
    if set(values) != set(keys):
        raise ValueError(f"claim {id} measures {', '.join(keys)}; got {', '.join(values) or 'nothing'}")
    values = {key: measurement(key, value) for key, value in values.items()}
    rows = [Row(measure, values[measure.key], _data) for measure in entry.measures]
    if path := os.environ.get("LECTURE9_RECORDS"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row.record(id), ensure_ascii=False) + "\n" for row in rows)
    show(entry, rows, real_setting())


class Row(NamedTuple):
    """A measure of a claim, and what was measured of it here."""

    measure: Measure
    value: Value
    data: str

    @property
    def holds(self) -> bool | None:
        """Whether the value is within the bounds; None for a person's own data, which have none."""
        return None if self.data == "own" else not self.measure.failure(self.value, self.data)

    @property
    def here(self) -> str:
        """What was measured, in words."""
        return self.measure.written(self.value, self.data)

    def ran(self, id: str) -> list[Any]:
        """Give what the last full run recorded of it, a value for each seed."""
        return real_measures().get(id, {}).get(self.measure.key, [])

    def real(self, id: str) -> str:
        """Say in words what was measured on the real data, in the last full run."""
        if not (found := self.ran(id)):
            return "not run yet"
        return written(self.measure.over_seeds(found), self.measure.unit)

    def record(self, id: str) -> dict[str, Any]:
        """Give what a run keeps."""
        is_interval = isinstance(self.value, Interval)
        value = self.value._asdict() if is_interval else np.asarray(self.value, dtype=float).tolist()  # type: ignore[union-attr]
        head = {"id": id, "data": self.data, "measure": self.measure.key}
        return head | {"value": value, "holds": self.holds}


def real(name: str) -> None:
    """Show a notebook's picture as the last run on the real data drew it.

    Examples
    --------
    >>> real("00_none")
    No run on the real data has kept the picture 00_none yet: make run DATA=full
    """
    path = _REAL / f"{of_type(str, 'name', name)}.png"
    if not path.is_file():
        print(f"No run on the real data has kept the picture {name} yet: make run DATA=full")
        return
    from IPython.display import Image, display

    one = re.sub(r"SEEDS=(\d+)\S*", r"SEED=\1", real_setting())  # the first seed's pictures are kept
    print(f"Figure: the picture above, on the real data, in one run ({one}).")
    display(Image(filename=str(path)))  # type: ignore[no-untyped-call]


@cache
def _of_last_full_run() -> dict[str, Any]:
    path = _REAL / "measures.json"
    found: dict[str, Any] = json.loads(path.read_bytes()) if path.is_file() else {"setting": "", "claims": {}}
    return found


def real_measures() -> Mapping[str, Mapping[str, list[Any]]]:
    """Give what the last full run recorded: by claim and measure, a value for each seed."""
    claims: Mapping[str, Mapping[str, list[Any]]] = _of_last_full_run()["claims"]
    return claims


def real_setting() -> str:
    """Say with which settings and seeds the last full run ran."""
    return str(_of_last_full_run()["setting"])


def _measure(key: str, entry: dict[str, Any]) -> Measure:
    """Read one line of a claim's measures; see the head of claims.toml."""
    either: Any = entry.get("bounds")
    sample, full = (np.broadcast_to(entry.get(size, either), 2).tolist() for size in ("sample", "full"))
    unit = entry.get("unit", "yes" if either is True else "")
    is_so = (entry.get(field, False) for field in ("difference", "fresh", "deterministic"))
    return Measure(key, entry["name"], tuple(sample), tuple(full), entry["refuses"], unit, *is_so)


@cache
def registry() -> dict[str, Claim]:
    """Give all claims by their ids; they are read when they are first wanted."""
    entries = table_of(__file__)
    for entry in entries.values():
        entry["measures"] = tuple(_measure(*line) for line in entry["measures"].items())
    return {id: Claim(id, **entry) for id, entry in entries.items()}
