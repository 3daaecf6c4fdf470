"""A picture with a slider, for the places where turning a knob teaches more than reading."""

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDGET = "application/vnd.jupyter.widget-view+json"


def slider(draw: Callable[[Any], "Figure"], name: str, values: Sequence[Any], start: Any) -> "Figure | None":
    """Show a picture that is drawn anew for each value a reader chooses.

    Parameters
    ----------
    draw : callable
        Takes one of `values` and returns a figure, as the functions of ``l9.plots`` do. It must depend on
        nothing else that changes, and take less than a second.
    name : str
        What stands beside the slider.
    values : sequence
        What can be chosen, from left to right: numbers or words.
    start : object
        The value shown first. Where no slider can be moved (in stored outputs, on the web site, under the
        tests), its picture is all there is.

    Returns
    -------
    matplotlib.figure.Figure or None
        The first picture if the environment variable ``LECTURE9_STATIC`` is set or no notebook is running;
        otherwise None: the slider and the picture are shown as the cell's output.

    Raises
    ------
    ValueError
        If `start` is not among `values`.

    Examples
    --------
    >>> from lecture9_utils import plots
    >>> def squares(n):
    ...     return plots.lines(range(n), {"squares": [k**2 for k in range(n)]}, "It curves up.", "k", "k²")
    >>> figure = slider(squares, "how many", [2, 4, 8], start=4)
    Figure: It curves up.

    References
    ----------
    The widgets are those of ipywidgets, which JupyterLab and Colab both have.
    """
    if start not in values:
        raise ValueError(f"start must be one of {', '.join(map(str, values))}, got {start!r}")
    from .progress_bar import in_notebook

    if os.environ.get("LECTURE9_STATIC") or not in_notebook():
        return draw(start)
    _show(draw, name, values, start)
    return None


def _show(draw: Callable[[Any], "Figure"], name: str, values: Sequence[Any], start: Any) -> None:
    """Display a slider above its picture; what cannot show widgets shows the first picture."""
    from IPython.display import clear_output, display
    from ipywidgets import Layout, Output, SelectionSlider, VBox

    knob = SelectionSlider(
        options=list(values),
        value=start,
        description=name,
        continuous_update=False,
        style={"description_width": "initial"},
        layout=Layout(width="32em"),
    )
    output = Output()

    def update(_: Any = None) -> "Figure":
        with output:
            clear_output(wait=True)  # type: ignore[no-untyped-call]
            figure = draw(knob.value)
            display(figure)  # type: ignore[no-untyped-call]
        return figure

    first = update()
    knob.observe(update, names="value")
    box = VBox([knob, output])
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    data: dict[str, Any] = {WIDGET: view, "text/plain": f"A slider: {name}"}
    if "google.colab" not in sys.modules:  # which might prefer the picture to the widget
        png = io.BytesIO()
        first.savefig(png, format="png")
        data["image/png"] = png.getvalue()
    display(data, raw=True)  # type: ignore[no-untyped-call]
