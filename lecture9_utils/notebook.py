"""What stands around a lesson: a progress bar, a slider, TensorFlow's quiet start."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from io import StringIO
from logging import getLogger
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from .arguments import each, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class _NotebookBar(tqdm):  # type: ignore[misc]
    """A bar in a cell's output that begins and ends as an empty line: a stored notebook stays the same."""

    def __init__(self, *args: Any, **kwargs: Any):
        from IPython.display import display

        self._output: Any = display({"text/plain": ""}, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        super().__init__(*args, **{**kwargs, "file": StringIO(), "ncols": 100})

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
        It is gone when the loop ends or ``.close()`` is called.

    Examples
    --------
    >>> sum(progress([1, 2, 3], desc="adding", disable=True))
    6
    """
    if iterable is not None:
        each("iterable", iterable)
    bar = _NotebookBar if in_notebook() and not options.get("disable") else tqdm
    return bar(iterable, **{"leave": False, **options})


def in_notebook() -> bool:
    """Tell whether this runs in the kernel of a notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel")


def slider(draw: Callable[[Any], "Figure"], name: str, values: Sequence[Any], start: Any) -> "Figure | None":
    """Show a picture that is drawn anew for each value a reader chooses.

    Parameters
    ----------
    draw : callable
        Takes one of `values` and returns a figure, in less than a second; it depends on nothing that changes.
    name : str
        What stands beside the slider.
    values : sequence
        What can be chosen, from left to right: numbers or words.
    start : object
        The value shown first.

    Returns
    -------
    matplotlib.figure.Figure or None
        The first picture where no slider can be moved: if the environment variable ``LECTURE9_STATIC`` is
        set, or no notebook is running. Otherwise None; slider and picture are the cell's output.

    Examples
    --------
    >>> from lecture9_utils import plots
    >>> def squares(n):
    ...     return plots.lines(range(n), {"squares": [k**2 for k in range(n)]}, "It curves up.", "k", "k²")
    >>> figure = slider(squares, "how many", [2, 4, 8], start=4)
    Figure: It curves up.
    """
    known = [value for value in each("values", values) if not getattr(value, "ndim", 0)]
    if getattr(start, "ndim", 0) or start not in known:
        raise ValueError(f"start must be one of the values, got {shown(start)}")
    if os.environ.get("LECTURE9_STATIC") or not in_notebook():
        return draw(start)
    from IPython.core.pylabtools import print_figure
    from IPython.display import display
    from ipywidgets import SelectionSlider, interactive

    knob = SelectionSlider(options=list(values), value=start, description=name, continuous_update=False)
    knob.style.description_width, knob.layout.width = "initial", "32em"
    box = interactive(lambda value: draw(value), {"auto_display": True}, value=knob)  # it goes by the name
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    data = {"application/vnd.jupyter.widget-view+json": view, "text/plain": f"A slider: {name}"}
    if "google.colab" not in sys.modules:  # which might prefer the picture to the widget
        data["image/png"] = print_figure(box.result, base64=True)  # type: ignore[no-untyped-call]
    display(data, raw=True)  # type: ignore[no-untyped-call]
    return None


class _QuietTensorFlow(SourceFileLoader):
    """Finds TensorFlow when it is imported, and loads it with file descriptor 2 sent to nowhere.

    Its native code writes there as it starts, whatever TF_CPP_MIN_LOG_LEVEL says: noise in a terminal, and
    red boxes in a notebook. What the import raises goes through.
    """

    @classmethod
    def find_spec(cls, name: str, *_: Any) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name) if name == "tensorflow" else None
        if spec and spec.origin:
            spec.loader = cls(name, spec.origin)
        return spec

    def exec_module(self, module: ModuleType) -> None:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            super().exec_module(module)
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


if "tensorflow" not in sys.modules:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for what is logged later, while it computes
    sys.meta_path.insert(0, _QuietTensorFlow)
    # A lesson trains many small models in one kernel; Keras compiles each, and TensorFlow warns of a loop.
    getLogger("tensorflow").addFilter(lambda record: "function retracing" not in record.getMessage())
