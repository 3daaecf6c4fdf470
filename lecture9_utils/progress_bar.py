"""One progress bar for terminals and notebooks, which leaves nothing behind."""

import sys
from collections.abc import Iterable
from io import StringIO
from typing import Any

from tqdm import tqdm


class _NotebookBar(tqdm):  # type: ignore[misc]
    """A bar in a cell's output that is replaced in place and ends as an empty line.

    It begins and ends with the same empty text, so a stored notebook is the same after every run.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        from IPython.display import display

        self._output: Any = display({"text/plain": ""}, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        super().__init__(*args, **{**kwargs, "file": StringIO(), "ncols": 88})

    def display(self, msg: str | None = None, pos: int | None = None) -> None:  # noqa: ARG002
        self._output.update({"text/plain": str(self) if msg is None else msg}, raw=True)


def progress(iterable: Iterable[Any] | None = None, **options: Any) -> "tqdm[Any]":
    """Show how far a loop is: on standard error in a terminal, in the cell's output in a notebook.

    Parameters
    ----------
    iterable : iterable, optional
        What to loop over. Without one, give ``total=`` and call ``.update(n)`` yourself.
    **options
        As for ``tqdm.tqdm``: ``total``, ``desc``, ``unit``, …

    Returns
    -------
    tqdm
        The bar; it is gone when the loop ends or ``.close()`` is called.

    Raises
    ------
    TypeError
        If there is nothing to loop over and no total.

    Examples
    --------
    >>> sum(progress([1, 2, 3], desc="adding", disable=True))
    6

    References
    ----------
    C. da Costa-Luis (2019), "tqdm: A fast, extensible progress meter for Python and CLI".
    """
    if iterable is None and options.get("total") is None:
        raise TypeError("progress needs something to loop over, or total=")
    return (_NotebookBar if in_notebook() else tqdm)(iterable, **{"leave": False, **options})


def in_notebook() -> bool:
    """Tell whether this runs in the kernel of a notebook."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")
