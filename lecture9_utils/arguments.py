"""What is said of a wrong argument, in one place: what it must be, and what was given instead."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from reprlib import Repr
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

T = TypeVar("T")

_short = Repr()
_short.maxstring = _short.maxother = 60


def shown(value: object) -> str:
    """Write a value in one line that is not long, whatever it is."""
    try:
        return " ".join(_short.repr(value).split())
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return f"a {type(value).__name__} that is too long to be shown"


def of_type(kind: Any, name: str, value: T) -> T:
    """Give a value of one type back; TypeError for any other."""
    if not isinstance(value, kind):
        what = {"str": "string"}.get(kind.__name__, kind.__name__)
        raise TypeError(f"{name} must be a {what}, got {type(value).__name__}: {shown(value)}")
    return value


def path_of(name: str, value: object) -> Path:
    """Give a path with the home folder in the place of ~; TypeError for what is none, or ValueError."""
    if not isinstance(value, (str, PathLike)) or not str(value) or "\0" in str(value):
        raise TypeError(f"{name} must be a path, got {shown(value)}")
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError(f"{name} begins with the home folder of nobody here: {shown(value)}") from None


def whole(name: str, value: object, least: int = 0, most: int = 2**63 - 1) -> int:
    """Give a whole number back as Python's own; TypeError for what is none, ValueError outside the bounds."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, got {shown(value)}")
    if not least <= value <= most:
        bound = f"at least {least}" if value < least else f"at most {most}"
        raise ValueError(f"{name} must be {bound}, got {shown(value)}")
    return int(value)


def seeded(seed: object) -> int:
    """Give a seed back, which NumPy's old and new generators take; errors as of `whole`."""
    return whole("seed", seed, 0, 2**32 - 1)


def positive(name: str, value: object, below: float = math.inf, or_zero: bool = False) -> float:
    """Give a number above 0 and `below` a bound back; TypeError for what is none, else ValueError."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} must be a number, got {shown(value)}")
    is_huge = isinstance(value, int) and value > 10**308  # it fits into no float
    if not (0 < value < below or (or_zero and value == 0)) or is_huge:
        least = "at least" if or_zero else "above"
        raise ValueError(f"{name} must be {least} 0 and below {below:g}, got {shown(value)}")
    return float(value)


def numbers(name: str, value: ArrayLike, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """Make an array of numbers; ValueError for anything else, and for what is too large for its type."""
    if np.ma.is_masked(value):
        raise ValueError(f"{name} must be numbers, got masked ones among them: drop them, or fill them")
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} must be numbers in rows of one length, got {shown(value)}") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be numbers, got {array.dtype}: {shown(value)}")
    if dtype is None:
        return array
    try:
        with np.errstate(over="raise"):
            return array.astype(dtype, copy=False)
    except FloatingPointError:
        raise ValueError(f"{name} must be numbers that fit into {np.dtype(dtype)}, got larger ones") from None


def sparse(name: str, value: Any) -> Any:
    """Copy a matrix of numbers, sparse or not, as a csr_array of float64; ValueError for anything else."""
    from scipy.sparse import csr_array, issparse

    matrix = value if issparse(value) and value.dtype.kind in "biuf" else numbers(name, value)
    if matrix.ndim != 2:
        raise ValueError(f"{name} must be a matrix, got shape {matrix.shape}")
    return csr_array(matrix, dtype=np.float64, copy=True)


def ids_of(ids: ArrayLike, ndim: int | None = None) -> NDArray[np.int64]:
    """Make an array of ids; ValueError if one is not a whole number, or they are nested in another way."""
    array = numbers("ids", ids)
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"ids must be whole numbers, got {array.dtype}")
    if ndim not in (None, array.ndim):
        raise ValueError(f"ids must be in one list, got shape {array.shape}")
    return array


def ids_below(depth: int, ids: ArrayLike, ndim: int | None = None) -> NDArray[np.int64]:
    """Make an array of ids; ValueError as `ids_of`, and if one is outside 0 … `depth` - 1."""
    array = ids_of(ids, ndim)
    if array.size and not 0 <= array.min() <= array.max() < depth:
        raise ValueError(f"ids must be from 0 to {depth - 1}, got {array.min()} to {array.max()}")
    return array.astype(np.int64, copy=False)


def each(name: str, value: Iterable[T]) -> Iterable[T]:
    """Give a list, or what is like one, back; TypeError for one string, through whose letters Python goes."""
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name} must be a list, got the string {shown(value)}: split it, or wrap it in []")
    if not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0:
        raise TypeError(f"{name} must be a list, got {shown(value)}")
    return value


def in_order(name: str, value: Iterable[T]) -> Iterable[T]:
    """Do as `each`; TypeError also for a set, and for a mapping or table, of which Python gives the keys."""
    if isinstance(value, (set, frozenset, Mapping)) or hasattr(value, "columns"):
        is_set = isinstance(value, (set, frozenset))
        what = "has no order: sort it" if is_set else "has several parts: give one of them"
        raise TypeError(f"{name} must be a list, got a {type(value).__name__}, which {what}")
    return each(name, value)


def strings(name: str, value: Iterable[str]) -> list[str]:
    """Give a list of strings back; TypeError for anything else."""
    found = list(in_order(name, value))
    for item in found:
        if not isinstance(item, str):
            raise TypeError(f"{name} must be a list of strings, got {shown(item)} as one of them")
    return found


def tuples(name: str, value: Iterable[Iterable[str]], width: int) -> list[Any]:
    """Give a list of lists of so many strings back; ValueError if one has more or fewer, else TypeError."""
    rows = [strings(f"each of {name}", row) for row in in_order(name, value)]
    for row in rows:
        if len(row) != width:
            raise ValueError(f"each of {name} must be {width} strings, got {shown(row)}")
    return rows


def each_sequence(sequences: Iterable[Any]) -> Iterator[Any]:
    """Go through sequences of ids; TypeError if it is one sequence, not several."""
    for sequence in in_order("sequences", sequences):
        is_one = isinstance(sequence, Sequence) or hasattr(sequence, "__array__")
        if not is_one or isinstance(sequence, (str, bytes)) or getattr(sequence, "ndim", 1) != 1:
            raise TypeError(f"sequences must be a list of lists of ids, got {shown(sequence)} as one of them")
        can_be_cut = isinstance(sequence, list) or hasattr(sequence, "__array__")  # a deque cannot
        yield sequence if can_be_cut else list(sequence)


def chosen(name: str, value: T, known: tuple[object, ...]) -> T:
    """Give one of the known values back; ValueError for any other."""
    if any(type(value) is type(one) and value == one for one in known):
        return value
    raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}; got {shown(value)}")
