"""Checks for exercises: call a student's function, compare what it returns, say what to try next."""

import sys
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any

import numpy as np

from .arguments import of_type, positive

Function = Callable[..., Any]
_SCALARS = (bool, int, float, str, type(None))


class CheckFailedError(AssertionError):
    """A check found something else than it expected.

    `about` says what it tests, and what to try next, without giving the check itself away.
    """

    def __init__(self, message: str, about: str = ""):
        super().__init__(message)
        self.about = about

    def _render_traceback_(self) -> list[str]:
        """Return what Jupyter shows: what is said, without the lines of code that led here."""
        return f"✗ {self}".splitlines()


class NoData:
    """Stands for a value that is neither text, number, list, set, dict nor array; nothing equals it."""

    def __init__(self, kind: str):
        self.kind = kind

    def __repr__(self) -> str:
        return f"an object of type {self.kind}"


def plain(value: Any) -> Any:
    """Turn what a function returned into plain data, so that no object can decide what it equals.

    That is None, bool, int, float, str, and list, set, dict or array of these; `NoData` stands for all else.
    Tuples become lists, but for keys and what is in a set; what NumPy can read (tensors, series) becomes an
    array.

    Examples
    --------
    >>> plain((np.int64(3), "frog", {1: np.float32(0.5)}))
    [3, 'frog', {1: 0.5}]
    >>> plain(object())
    an object of type object
    """
    if type(value) in _SCALARS or isinstance(value, NoData):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset, Mapping)):
        items = [*value.items()] if isinstance(value, Mapping) else [(key, None) for key in value]
        keys = [tuple(key) if isinstance(key := plain(one), list) else key for one, _ in items]
        if any(type(part) not in _SCALARS for key in keys for part in (key if type(key) is tuple else [key])):
            return NoData(f"{type(value).__name__}, with what cannot be compared as a key or member")
        pairs = dict(zip(keys, (plain(item) for _, item in items), strict=True))
        return pairs if isinstance(value, Mapping) else {*pairs}
    array = np.array(value) if hasattr(value, "__array__") else np.array(None)
    if array.dtype == np.longdouble:
        array = array.astype(float)  # whose items are Python's own
    if array.dtype.kind in "biufU":
        return array if array.ndim else array.item()
    return plain(array.tolist()) if array.dtype == object and array.ndim else NoData(type(value).__name__)


def check(function: Function, *arguments: Any, **wanted: Any) -> None:
    """Call a function and compare what it returns with what is expected; print one line if it is right.

    Parameters
    ----------
    function, *arguments
        The student's function, and what it is called with.
    expect : object
        The right answer, read by `plain`. Lists and arrays stand for each other.
    hint : str, optional
        The next thing to try when the answer is wrong.
    about : str, optional
        What the check is about, for a report that must not show the check itself, but for its hint.
    tolerance : float, optional
        How far off a number may be, absolutely or as a share. By default whole numbers must be exact (3.0 is
        3), and others may be off by 0.001, so that half precision passes; an honest mistake is off by far
        more.

    Raises
    ------
    CheckFailedError
        If the answer is wrong or not written yet. An exception of the function itself comes through, with the
        call and the hint as a note.

    Examples
    --------
    >>> def double(x):
    ...     return x + x
    >>> check(double, 2, expect=4)
    ✓ double(2) is right
    >>> check(double, "so", expect="so", hint="numbers only")
    Traceback (most recent call last):
    lecture9_utils.checks.CheckFailedError: double('so')
      expected: 'so'
      received: 'soso'
      To try next: numbers only
    """
    __tracebackhide__ = True
    print(f"✓ {judged(function, *arguments, **wanted)} is right")


def your_turn(function: Function, *arguments: Any, **wanted: Any) -> None:
    """Do what `check` does, in a lesson: what is wrong or not written yet is said, and the lesson goes on.

    Several checks in a cell say the same thing once; the cell says it again when it is run again.

    Examples
    --------
    >>> def double(x):
    ...     raise NotImplementedError
    >>> your_turn(double, 2, expect=4)
    ○ double is not written yet, or a line `raise NotImplementedError` is left over in it.
      To try next: write your code in its place, and take that line out.
    """
    __tracebackhide__ = True
    try:
        check(function, *arguments, **wanted)
    except CheckFailedError as failed:
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        said = _said_in(shell.execution_count) if shell else set()
        if str(failed) not in said:
            print(f"○ {failed}")
        said.add(str(failed))


@lru_cache(maxsize=1)
def _said_in(_run: int) -> set[str]:
    """Return what was said so far in this run of a cell; it is forgotten when another one runs."""
    return set()


def judged(
    function: Function,
    *arguments: Any,
    expect: Any,
    hint: str = "",
    about: str = "",
    tolerance: float | None = None,
) -> str:
    """Do what `check` does without printing, and return the call in words, such as ``abs(-2)``."""
    __tracebackhide__ = True  # so that Jupyter shows the student's own lines only
    name = getattr(function, "__name__", "your function")
    call = f"{name}({', '.join(_shown(argument, 60) for argument in arguments)})"
    advice = f"\n  To try next: {hint}" if hint else ""
    tolerance = None if tolerance is None else positive("tolerance", tolerance, or_zero=True)
    try:
        returned = function(*arguments)
    except NotImplementedError:
        unwritten = "is not written yet, or a line `raise NotImplementedError` is left over in it"
        advice = ".\n  To try next: write your code in its place, and take that line out."
        raise CheckFailedError(name + f" {unwritten}{advice}", f"the function {unwritten}{advice}") from None
    except Exception as error:
        error.add_note(f"This came of {call}.{advice}")
        raise
    if isinstance(right := plain(expect), NoData) or right is None:
        raise TypeError(f"expect must be text, numbers, or a list, set, dict or array of them, got {right!r}")
    try:
        received = plain(returned)
    except Exception:  # a list in itself, or an object that does not let itself be read
        received = NoData(type(returned).__name__)
    if difference := _difference(right, received, tolerance):
        expected, came = difference
        raise CheckFailedError(f"{call}\n  expected: {expected}\n  received: {came}{advice}", about + advice)
    return call


def _difference(expected: Any, received: Any, tolerance: float | None) -> tuple[str, str] | None:
    """Say of two plain values what was expected and what was received, if they differ."""
    if isinstance(received, NoData) or received is None:
        return _shown(expected), f"{received!r}; does the function return its result?"
    wanted, got = _numbers(expected), _numbers(received)
    if wanted is None or got is None:
        same = wanted is got and _same(expected, received, tolerance)
        return None if same else (_shown(expected), _shown(received))
    if wanted.shape != got.shape:
        wanted_form, got_form = (f"shape {a.shape}" if a.ndim else "a single number" for a in (wanted, got))
        return wanted_form, got_form
    if exact := tolerance is None and wanted.dtype.kind in "biu":
        wrong = wanted != got
    else:
        limit = 1e-3 if tolerance is None else tolerance
        wrong = ~np.isclose(got.astype(float), wanted.astype(float), rtol=limit, atol=limit, equal_nan=True)
    for where in np.argwhere(wrong):
        place = f" at {where.tolist()}" if len(where) else ""
        e, r = (str(a[tuple(where)].item()) if exact else f"{a[tuple(where)]:.6g}" for a in (wanted, got))
        return e + place, r + place
    return None


def _numbers(value: Any) -> Any:
    """Return numbers, alone or in a rectangle, as an array; None for all else."""
    try:
        array = value if isinstance(value, np.ndarray) else np.asarray(value, dtype=object)
    except ValueError:
        return None  # arrays of different widths
    if array.ndim > 32:
        return None  # through which NumPy does not go
    if array.dtype == object and all(type(item) in (bool, int, float) for item in array.flat):
        array = np.array(array.tolist())  # only now, since of texts it would make a rectangle of letters
    return array if array.dtype.kind in "biuf" and array.size else None


def _same(expected: Any, received: Any, tolerance: float | None) -> bool:
    """Say whether two plain values are equal that are no numbers or not in a rectangle."""
    if isinstance(expected, dict) and isinstance(received, dict) and expected.keys() == received.keys():
        expected, received = list(expected.values()), [received[key] for key in expected]
    if isinstance(expected, (list, np.ndarray)) and isinstance(received, (list, np.ndarray)):
        pairs = zip(expected, received, strict=False)
        return len(expected) == len(received) and not any(_difference(e, r, tolerance) for e, r in pairs)
    are_scalars = isinstance(expected, _SCALARS) and isinstance(received, _SCALARS)
    return (are_scalars or type(expected) is type(received) is set) and expected == received


def _shown(value: Any, width: int = 300) -> str:
    if isinstance(value, np.ndarray):
        return f"array of shape {value.shape}" if value.size > 12 else f"array({value.tolist()})"
    listed = isinstance(value, list)  # perhaps of arrays
    if isinstance(value, set):  # in the same order in every process
        value = sorted(value, key=repr)
        return f"{{{_shown(value, width)[1:-1]}}}" if value else "set()"
    text = f"[{', '.join(_shown(item, width) for item in value)}]" if listed else repr(value)
    return text if len(text) <= width else text[: width - 1] + "…"


def write_it_yourself(*names: str) -> None:
    """Switch off functions of this package in a notebook that asks for them to be written.

    They stay in use inside the package; only a call from a notebook is refused. A method is given as
    ``"Class.method"``.

    Examples
    --------
    >>> write_it_yourself("characters")
    >>> cell = "import lecture9_utils as l9; l9.characters('Hi')"
    >>> exec(cell, {"__name__": "__main__"})  # as in a notebook
    Traceback (most recent call last):
    RuntimeError: characters of lecture9_utils is switched off here: it is what you are asked to write
    """
    package = sys.modules[__package__]
    for name in names:
        owner, _, attribute = of_type(str, "each name", name).rpartition(".")
        place = getattr(package, owner, None) if owner else package
        function = getattr(place, attribute, None)
        if not callable(function):
            raise ValueError(f"there is no function {name} in lecture9_utils that could be switched off")
        for where in (place, sys.modules[function.__module__]):
            if hasattr(where, attribute):
                setattr(where, attribute, _switched_off(function))


def _switched_off(function: Function) -> Function:
    @wraps(function)
    def guarded(*arguments: Any, **options: Any) -> Any:
        if sys._getframe(1).f_globals.get("__name__") == "__main__":
            here = f"{function.__name__} of lecture9_utils is switched off here"
            raise RuntimeError(f"{here}: it is what you are asked to write")
        return function(*arguments, **options)

    return guarded
