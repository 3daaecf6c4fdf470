"""The assignment's checks: call a student's function, compare what it returns, say what to try next."""

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import numpy as np

TOLERANCE = 1e-3  # lets half precision pass; an honest mistake is off by far more
_SCALARS = (bool, int, float, str, type(None))


class CheckFailedError(AssertionError):
    """A check found something else than it expected.

    Attributes
    ----------
    about : str
        What the check is about, in words that do not give the test away.
    """

    def __init__(self, message: str, about: str = ""):
        super().__init__(message)
        self.about = about


class NoData:
    """Stands for a value that is neither text, number, list, dict nor array; nothing equals it."""

    def __init__(self, kind: str):
        self.kind = kind

    def __repr__(self) -> str:
        return f"an object of type {self.kind}"


def plain(value: Any) -> Any:
    """Turn what a function returned into plain data, so that no object can decide what it equals.

    Parameters
    ----------
    value : object
        Numbers, text, lists, tuples, dicts, NumPy arrays and whatever NumPy can read (tensors, series).

    Returns
    -------
    object
        None, bool, int, float, str, list, dict or ndarray of numbers, booleans or text; `NoData` for others.

    Examples
    --------
    >>> plain((np.int64(3), "frog", {1: np.float32(0.5)}))
    [3, 'frog', {1: 0.5}]
    >>> plain(object())
    an object of type object

    References
    ----------
    The assignment, "How the checks work".
    """
    if type(value) in _SCALARS:
        return value
    if isinstance(value, np.generic):
        return plain(value.item()) if type(value.item()) in _SCALARS else NoData(type(value).__name__)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items() if type(plain(key)) in _SCALARS}
    if isinstance(value, np.ndarray) or hasattr(value, "__array__"):
        array = np.asarray(value)
        return plain(array.tolist()) if array.dtype == object else _plain_array(array)
    return NoData(type(value).__name__)


def _plain_array(array: Any) -> Any:
    if array.dtype.kind not in "biufU":
        return NoData(f"array of {array.dtype}")
    return plain(array.item()) if array.ndim == 0 else np.array(array)


def check(
    function: Callable[..., Any],
    *arguments: Any,
    expect: Any,
    hint: str = "",
    about: str = "",
    tolerance: float = TOLERANCE,
) -> None:
    """Call a function and compare what it returns with what is expected; print one line if it is right.

    Parameters
    ----------
    function : callable
        The student's function.
    *arguments
        What it is called with.
    expect : object
        The right answer: plain data as of `plain`, or an array. Lists and arrays stand for each other.
    hint : str
        The next thing to try when the answer is wrong.
    about : str
        What the check is about, for a report that must not show the check itself.
    tolerance : float
        How far off a number may be, absolutely or as a share.

    Raises
    ------
    CheckFailedError
        If the answer is wrong or the function is not written yet: what was called, what was expected, what
        was received, and the hint. An exception of the function itself comes through.

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

    References
    ----------
    The assignment, "How the checks work".
    """
    call = compare(function, *arguments, expect=expect, hint=hint, about=about, tolerance=tolerance)
    print(f"✓ {call} is right")


def compare(
    function: Callable[..., Any],
    *arguments: Any,
    expect: Any,
    hint: str = "",
    about: str = "",
    tolerance: float = TOLERANCE,
) -> str:
    """Do what `check` does without printing, and return the call in words.

    Parameters
    ----------
    function, *arguments, expect, hint, about, tolerance
        As for `check`.

    Returns
    -------
    str

    Raises
    ------
    CheckFailedError
        As for `check`.

    Examples
    --------
    >>> compare(abs, -2, expect=2)
    'abs(-2)'

    References
    ----------
    The assignment, "How the checks work".
    """
    name = getattr(function, "__name__", "your function")
    call = f"{name}({', '.join(_shown(argument, 60) for argument in arguments)})"
    try:
        received = plain(function(*arguments))
    except NotImplementedError:
        raise CheckFailedError(
            f"{name} is not written yet, or a line `raise NotImplementedError` is left over in it.\n"
            "  To try next: write your code in its place, and take that line out.",
            about="the function is not written yet, or a line `raise NotImplementedError` is left over in it",
        ) from None
    if difference := _difference(expect, received, tolerance):
        next_step = f"\n  To try next: {hint}" if hint else ""
        raise CheckFailedError(f"{call}\n{difference}{next_step}", about) from None
    return call


def _difference(expected: Any, received: Any, tolerance: float) -> str:
    """Say how two values differ, in two lines; nothing if they are equal."""
    if isinstance(received, NoData) or received is None:
        return _two_lines(_shown(expected), f"{received!r}; does the function return its result?")
    wanted, got = _array(expected), _array(received)
    if wanted is None or got is None:
        same = got is None and wanted is None and _same(expected, received, tolerance)
        return "" if same else _two_lines(_shown(expected), _shown(received))
    if wanted.shape != got.shape:
        return _two_lines(f"shape {wanted.shape}", f"shape {got.shape}")
    with np.errstate(invalid="ignore"):
        wrong = ~np.isclose(got, wanted, rtol=tolerance, atol=tolerance, equal_nan=True)
    if not wrong.any():
        return ""
    where = tuple(int(i) for i in np.argwhere(wrong)[0]) if wrong.ndim else ()
    place = f" at {list(where)}" if where else ""
    return _two_lines(f"{wanted[where]:.6g}{place}", f"{got[where]:.6g}{place}")


def _array(value: Any) -> Any:
    """Return numbers, alone or in a rectangle, as an array of float; None for all else."""
    if isinstance(value, (str, dict, NoData)) or value is None:
        return None
    try:
        array = np.asarray(value)
    except ValueError:
        return None  # lists of different lengths
    return array.astype(float) if array.dtype.kind in "biuf" and array.size else None


def _same(expected: Any, received: Any, tolerance: float) -> bool:
    if isinstance(expected, dict):
        if not isinstance(received, dict) or sorted(expected, key=repr) != sorted(received, key=repr):
            return False
        return all(not _difference(expected[key], received[key], tolerance) for key in expected)
    if isinstance(expected, str):
        return isinstance(received, str) and expected == received
    if isinstance(expected, (list, tuple, np.ndarray)):
        if not isinstance(received, (list, np.ndarray)) or len(expected) != len(received):
            return False
        return all(
            not _difference(e, r, tolerance) for e, r in zip(list(expected), list(received), strict=True)
        )
    return expected is received


def _two_lines(expected: str, received: str) -> str:
    return f"  expected: {expected}\n  received: {received}"


def _shown(value: Any, width: int = 300) -> str:
    if isinstance(value, np.ndarray):
        return f"array of shape {value.shape}" if value.size > 12 else f"array({value.tolist()})"
    text = repr(value)
    return text if len(text) <= width else text[: width - 1] + "…"


def write_it_yourself(*names: str) -> None:
    """Switch off functions of this package in a notebook that asks for them to be written.

    They stay in use inside the package; only a call from a notebook is refused.

    Parameters
    ----------
    *names : str
        Public names of the package, or methods of its classes as ``"Class.method"``.

    Raises
    ------
    AttributeError
        If there is no such function.

    Examples
    --------
    >>> write_it_yourself("characters")
    >>> cell = "import lecture9_utils as l9; l9.characters('Hi')"
    >>> exec(cell, {"__name__": "__main__"})  # as in a notebook
    Traceback (most recent call last):
    RuntimeError: characters of lecture9_utils is switched off here: it is what you are asked to write

    References
    ----------
    The assignment, its first page.
    """
    package = sys.modules[__package__]
    for name in names:
        owner, _, attribute = name.rpartition(".")
        function = getattr(getattr(package, owner) if owner else package, attribute)
        places = [getattr(package, owner)] if owner else [package, sys.modules[function.__module__]]
        for place in places:
            setattr(place, attribute, _refusing(function))


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def guarded(*arguments: Any, **options: Any) -> Any:
        if sys._getframe(1).f_globals.get("__name__") == "__main__":
            raise RuntimeError(
                f"{function.__name__} of lecture9_utils is switched off here: "
                "it is what you are asked to write"
            )
        return function(*arguments, **options)

    return guarded
