"""The pictures of the notebooks: each function draws one and returns it, a ``matplotlib.figure.Figure``.

All take `says`, one line that tells what the picture shows, which is printed, and raise a ValueError for
numbers and names that do not fit each other. The light ground reads well in a dark JupyterLab, too.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from itertools import cycle
from textwrap import fill, shorten
from typing import Any, ParamSpec
from warnings import catch_warnings, filterwarnings

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from .arguments import whole as _whole
from .evidence import Interval

P = ParamSpec("P")
Words = Sequence[str]
Series = Mapping[str, ArrayLike]
Boxes = dict[Any, tuple[str, str]]  # by its place (x, y): the text and the colour

BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5F6368"
_STYLE: Any = {
    "font.size": 11,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, PINK, GREY]),  # told apart by the colour-blind too
}

_MOST = 100  # steps, or layers: more cannot be seen
_HALO = [withStroke(linewidth=3, foreground="white")]  # around a word that lies on lines

# Now: chosen within an rc_context, it would forget to show a student's own pictures
plt.switch_backend(plt.get_backend())


def _picture(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Raise one ValueError, which names the picture, for whatever cannot be drawn; its cause is kept."""

    @wraps(draw)
    def drawn(*arguments: P.args, **options: P.kwargs) -> Figure:
        try:
            with catch_warnings():
                filterwarnings("error", "Attempting to set identical")  # there is nothing to be seen
                return draw(*arguments, **options)
        except (ArithmeticError, AttributeError, LookupError, TypeError, UserWarning, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(
                f"{drawn.__name__} cannot draw this, as its help says what fits: {reason}"
            ) from error

    return drawn


@_picture
def grid(
    values: ArrayLike,
    rows: Words,
    columns: Words,
    says: str,
    title: str = "",
    shown: str = "g",
    names: bool = False,
) -> Figure:
    """Draw a small matrix as coloured cells with their numbers: the larger in size, the deeper the colour.

    Parameters
    ----------
    values : array_like, shape (len(rows), len(columns))
        The numbers, written by ``format(number, shown)``.
    rows, columns : sequence of str
        What stands beside each row and above each column.
    names : bool
        Whether the numbers are names, such as ids: all have one colour, but for 0, which has none.

    Examples
    --------
    >>> figure = grid([[0, 1]], ["Rome"], ["0", "1"], says="Rome is a 1 at place 1.")
    Figure: Rome is a 1 at place 1.
    """
    matrix = np.asarray(values, dtype=float)
    size = np.sign(np.abs(matrix)) / 2 if names else np.abs(matrix) / (np.abs(matrix).max() or 1)
    column = max(0.62, *(0.1 * len(name) for name in columns))
    figure, (axes,) = _canvas(says, 1.6 + column * len(columns), 0.9 + 0.42 * len(rows), [title])
    axes.imshow(size, cmap="Blues", vmin=0, vmax=1.6, aspect="auto")
    for (i, j), number in np.ndenumerate(matrix):
        axes.text(j, i, format(number, shown), ha="center", va="center", color="black" if number else GREY)
    axes.set_xticks(range(matrix.shape[1]), columns)
    axes.set_yticks(range(len(matrix)), rows)
    axes.set(frame_on=False)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    return figure


@_picture
def tokens_to_vectors(text: str, tokens: Words, vectors: ArrayLike, says: str) -> Figure:
    """Draw the way from a text through its tokens to one vector a token (slide "Tokenization").

    Parameters
    ----------
    text, tokens : str and sequence of str
        The text, and its tokens in order.
    vectors : array_like, shape (len(tokens), dimensions)

    Examples
    --------
    >>> figure = tokens_to_vectors("A frog.", ["a", "frog"], [[1, 0], [0, 1]], says="Two words, two vectors.")
    Figure: Two words, two vectors.
    """
    matrix = np.asarray(vectors, dtype=float)
    figure, (axes,) = _canvas(says, width=9, height=2.6 + 0.28 * matrix.shape[1])
    above = ((len(tokens) - 1) / 2, 2.2)
    boxes: Boxes = {above: (text, GREY)}
    arrows: dict[Any, str] = {}
    for x, (token, vector) in enumerate(zip(tokens, matrix, strict=True)):
        boxes[x, 0.7] = (token, BLUE)
        for k, number in enumerate(vector):
            boxes[x, -1 - 0.45 * k] = (f"{number:g}", ORANGE if number > 0 else BLUE if number < 0 else GREY)
        arrows |= {(above, (x, 0.7)): "", ((x, 0.7), (x, -1)): ""}
    _diagram(axes, boxes, arrows)
    axes.set_yticks([2.2, 0.7, -1], ["text", "tokens", "vectors"], weight="bold", color=GREY)
    axes.set(xlim=(-0.6, len(tokens) - 0.4), ylim=(-1.2 - 0.45 * matrix.shape[1], 2.6))
    return figure


@_picture
def sheets(tensor: ArrayLike, names: Words, tokens: Sequence[Words], says: str) -> Figure:
    """Draw a 3-D tensor as sheets of numbers below one another (slide "IMDb Example").

    Parameters
    ----------
    tensor : array_like, shape (sheets, places, numbers)
        A column for each place, coloured by sign and size.
    names : sequence of str
        What stands beside each sheet.
    tokens : sequence of sequence of str
        What stands above the places of each sheet; the places beyond are padding and have no colour.

    Examples
    --------
    >>> figure = sheets(np.ones((1, 3, 2)), ["review 1"], [["so", "good"]], says="Two words, and padding.")
    Figure: Two words, and padding.
    """
    array = np.asarray(tensor, dtype=float)
    count, places, numbers = array.shape
    figure, (axes,) = _canvas(says, width=9.4, height=(0.6 + 0.28 * numbers) * count + 0.2)
    limit, high = np.abs(array).max() or 1, numbers + 1.6
    for k, (name, words) in enumerate(zip(names, tokens, strict=True)):
        inner = array[k, : len(words)].T
        area = (-0.5, len(words) - 0.5, high * k + numbers - 0.5, high * k - 0.5)
        axes.imshow(inner, cmap="PuOr_r", vmin=-2 * limit, vmax=2 * limit, aspect="auto", extent=area)
        for (place, i), number in np.ndenumerate(array[k]):
            known = {"color": "black"} if place < len(words) else {"color": GREY}
            axes.text(place, high * k + i, f"{number:zg}", ha="center", va="center", **known)
        for place in range(places):
            above = words[place] if place < len(words) else "(nothing)"
            axes.text(place, high * k - 0.95, above, ha="center", va="center", size=9.5, color=GREY)
        axes.text(-0.7, high * k + numbers / 2 - 0.5, name, ha="right", va="center", weight="bold")
    axes.set(xlim=(-1.9, places - 0.4), ylim=(high * count - 1, -1.5))
    axes.axis("off")
    return figure


@_picture
def curves(histories: Sequence[Mapping[str, Sequence[float]]], says: str, title: str = "") -> Figure:
    """Draw accuracy and loss against the epochs, for training and validation.

    Parameters
    ----------
    histories : sequence of mappings
        What `fit` returned, one for each seed, with or without validation; drawn as by `lines`.

    Examples
    --------
    >>> accuracies = {"accuracy": [0.5, 0.9], "val_accuracy": [0.5, 0.6]}
    >>> history = {**accuracies, "loss": [0.7, 0.2], "val_loss": [0.7, 0.8]}
    >>> figure = curves([history], says="Training goes up, validation stays.")
    Figure: Training goes up, validation stays.
    """
    figure, panels = _canvas(says, width=9, height=3.2, titles=[title, ""])
    for axes, what in zip(panels, ("accuracy", "loss"), strict=True):
        keys = {"training": what, "validation": f"val_{what}"}  # the latter only with validation data
        series = {name: [h[key] for h in histories] for name, key in keys.items() if key in histories[0]}
        _lines(axes, range(1, len(histories[0][what]) + 1), series)
        axes.set(xlabel="epoch", ylabel=what)
    return figure


@_picture
def bars(
    results: Series, says: str, chance: float | None = 0.5, xlabel: str = "accuracy", shown: str = ".1%"
) -> Figure:
    """Draw one bar a model: its mean over the seeds, with a dot for each.

    Parameters
    ----------
    results : mapping of str to array_like
        For each model one value a seed, from 0 to 1: what `xlabel` tells.
    chance : float, optional
        Where to draw a line for guessing.
    shown : str
        How a mean is written: ".1%" for a share, ".2f" for a correlation.

    Examples
    --------
    >>> figure = bars({"bag of words": [0.88], "SimpleRNN": [0.82, 0.83]}, says="The bag is ahead.")
    Figure: The bag is ahead.
    """
    figure, (axes,) = _canvas(says, width=8, height=1.1 + 0.45 * len(results))
    for y, values in enumerate(results.values()):
        every = np.atleast_1d(np.asarray(values, dtype=float))
        if not every.size:
            raise ValueError("a model has no value")
        axes.barh(y, every.mean(), alpha=0.75, height=0.65)
        axes.plot(every, np.full(every.size, y), "o", color="black", ms=4, alpha=0.7)
        axes.text(every.max() + 0.012, y, format(every.mean(), shown), va="center")
    if chance is not None:
        axes.axvline(chance, color=GREY, ls="--", lw=1)
        axes.text(chance, -0.75, " guessing", color=GREY, va="center", size=9)
    axes.set(xlim=(0, 1.08), ylim=(len(results) - 0.4, -1.1), xlabel=xlabel)
    axes.set_yticks(range(len(results)), list(results))
    axes.xaxis.set_major_formatter("{x:.0%}" if "%" in shown else "{x:.1f}")
    return figure


@_picture
def lines(x: ArrayLike, series: Series, says: str, xlabel: str, ylabel: str, log: str = "") -> Figure:
    """Draw one line for each series, with a band where there are several seeds.

    Parameters
    ----------
    x : array_like, shape (n,)
    series : mapping of str to array_like, shape (n,) or (seeds, n)
        The values; of several seeds the mean is the line, and the band goes from the lowest to the highest.
    log : {"", "x", "y", "xy"}
        Which axes are logarithmic.

    Examples
    --------
    >>> figure = lines([1, 2, 3], {"squares": [1, 4, 9]}, says="It curves up.", xlabel="n", ylabel="n²")
    Figure: It curves up.
    """
    points = np.asarray(x)
    figure, (axes,) = _canvas(says, width=8, height=3.6)
    _lines(axes, points, series)
    axes.set(xlabel=xlabel, ylabel=ylabel, **{f"{axis}scale": "log" for axis in log})
    if "x" in log and points.size <= 8:  # few points: name them, rather than powers of ten
        axes.set_xticks(points, [f"{point:,}" for point in points.tolist()])
        axes.set_xticks([], minor=True)
    return figure


@_picture
def calculation(words: Words, at: int, rows: Series, says: str) -> Figure:
    """Draw one step of a recurrent network in numbers, below the text that it reads.

    Parameters
    ----------
    words : sequence of str
        The text.
    at : int
        Which word the step is about, counted from 1: it is the one in blue.
    rows : mapping of str to array_like, shape (units,)
        The numbers of the step, a row each, coloured by sign and size. A line is drawn above a row whose
        name begins with ``=``.

    Examples
    --------
    >>> figure = calculation(["a", "dog"], 2, {"before": [1, 0], "after": [0.5, -1]}, says="A dog comes.")
    Figure: A dog comes.
    """
    matrix = np.array(list(rows.values()), dtype=float)
    count, units = matrix.shape
    figure, (axes,) = _canvas(says, width=8.6, height=1.2 + 0.42 * count)
    limit = np.abs(matrix).max() or 1
    axes.imshow(matrix, cmap="PuOr_r", vmin=-2 * limit, vmax=2 * limit, aspect="auto")  # pale
    for (i, j), number in np.ndenumerate(matrix):
        axes.text(j, i, f"{number:z.2f}", ha="center", va="center")
    for i, name in enumerate(rows):
        if name.startswith("="):
            axes.axhline(i - 0.5, color="black", lw=1.5)
    for k, word in enumerate(words, start=1):
        colour = BLUE if k == at else GREY
        box = {"boxstyle": "round,pad=0.35", "facecolor": (colour, 0.12), "edgecolor": colour}
        place = (k - 0.5) * units / len(words) - 0.5
        axes.text(place, -1.35, word, ha="center", va="center", weight="bold" if k == at else None, bbox=box)
    axes.set(frame_on=False, ylim=(count - 0.5, -1.9))
    axes.set_xticks(range(units), [f"unit {j}" for j in range(1, units + 1)], color=GREY)
    axes.set_yticks(range(count), list(rows), size=12)
    axes.tick_params(length=0, labeltop=False, labelbottom=True)
    return figure


@_picture
def named_lines(
    x: Sequence[float] | Words,
    series: Series,
    says: str,
    xlabel: str,
    ylabel: str,
    log: str = "",
    within: tuple[float, float] | None = None,
) -> Figure:
    """Draw lines with their names at their ends, and a dot for each run.

    Parameters
    ----------
    x : sequence of numbers or str, length n
        Where the values are: numbers, or words that stand below them.
    series : mapping of str to array_like, shape (n,) or (runs, n)
        The values; of several runs the mean is the line (on a logarithmic axis the mean of the logarithms).
    log : {"", "y"}
        Whether the upright axis is logarithmic.
    within : (float, float), optional
        Where the upright axis begins and ends.

    Examples
    --------
    >>> figure = named_lines(["so", "what"], {"a": [1, 2], "b": [1, 0]}, "They part.", "word by word", "y")
    Figure: They part.
    """
    figure, (axes,) = _canvas(says, width=9, height=3.8)
    places = np.arange(len(x)) if isinstance(x[0], str) else np.asarray(x)
    for name, values in series.items():
        runs = np.atleast_2d(np.asarray(values, dtype=float))
        mean = np.exp(np.log(runs).mean(axis=0)) if log else runs.mean(axis=0)
        (line,) = axes.plot(places, mean)
        axes.plot(np.broadcast_to(places, runs.shape).T, runs.T, "o", ms=4, color=line.get_color(), alpha=0.6)
        axes.text(places[-1], mean[-1], f"  {name}", color=line.get_color(), va="center")
    axes.set(xlabel=xlabel, ylabel=ylabel, **{f"{axis}scale": "log" for axis in log})
    axes.set_xticks(places, [str(value) for value in x])
    axes.set_xmargin(0.02)
    axes.set_ylim(within)
    figure.draw_without_rendering()  # only now is it known how high the names are
    _keep_apart(axes, axes.texts)
    return figure


@_picture
def feedforward_and_recurrent(says: str) -> Figure:
    """Draw a network with one hidden layer, and beside it the same with its state fed back: the loop.

    It is the slide "MLPs → RNNs", with one letter for each matrix: W in, U around, V out.

    Examples
    --------
    >>> figure = feedforward_and_recurrent(says="The loop is all that is new.")
    Figure: The loop is all that is new.
    """
    figure, (axes,) = _canvas(says, width=6.4, height=3.4)
    for x, name, time in ((0.3, "MLP", ""), (2.7, "RNN", "_t")):
        axes.text(x, 2.8, name, ha="center", weight="bold")
        boxes = {(x, 0): (f"$x{time}$", GREY), (x, 1): (f"$h{time}$", BLUE), (x, 2): (f"$y{time}$", ORANGE)}
        _diagram(axes, boxes, {((x, 0), (x, 1)): "$W$", ((x, 1), (x, 2)): "$V$"})
    _arrow(axes, (2.84, 1.17), (2.84, 0.83), color=ORANGE, lw=1.8, connectionstyle="arc3,rad=-2.6")
    axes.text(3.55, 1, "$U$: the state $h_{t-1}$\ncomes back", ha="left", va="center", color=ORANGE)
    axes.set(xlim=(-0.9, 4.4), ylim=(-0.5, 3.0))
    return figure


@_picture
def state_map(sentences: Sequence[tuple[Words, ArrayLike]], says: str) -> Figure:
    """Draw how the state of a recurrent layer changes from word to word, one panel a sentence.

    Parameters
    ----------
    sentences : sequence of (tokens, states)
        For each sentence its tokens and an array_like of shape (len(tokens), units), the state after each.

    Examples
    --------
    >>> figure = state_map([(["man", "bites"], [[0.5, -1.0], [0.0, 0.2]])], says="Two words, two states.")
    Figure: Two words, two states.
    """
    matrices = [np.asarray(states, dtype=float) for _, states in sentences]
    width = min(1.5 + len(matrices) * (0.8 + 0.62 * max(map(len, matrices))), 9.8)
    figure, panels = _canvas(says, width=width, height=3.2, titles=[""] * len(matrices))
    limit = max(np.abs(states).max() for states in matrices) or 1
    for axes, (tokens, _), states in zip(panels, sentences, matrices, strict=True):
        image = axes.imshow(states.T, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto")
        axes.set_xticks(range(len(states)), tokens, rotation=30)
        axes.set_yticks(range(states.shape[1]), range(1, states.shape[1] + 1), size=9)
        axes.tick_params(length=0)
        axes.set(frame_on=False)
    panels[0].set_ylabel("unit of the state")
    figure.colorbar(image, ax=panels, label="state")
    return figure


@_picture
def gates(words: Words, maps: Series, line: Series, says: str) -> Figure:
    """Draw what the gates of a recurrent layer do at each word of a text, and below it what the network says.

    Parameters
    ----------
    words : sequence of str
        The text.
    maps : mapping of str to array_like, shape (len(words), units)
        For each gate its values, from 0 (white) to 1 (blue): a column a word, a row a unit.
    line : mapping of str to array_like, shape (len(words),)
        One series from 0 to 1, drawn below, with a line at one half.

    Examples
    --------
    >>> figure = gates(["so", "good"], {"forget gate": [[0, 1], [1, 1]]}, {"P": [0.5, 0.9]}, "Two words.")
    Figure: Two words.
    """
    (name, values), count = *line.items(), len(maps)
    figure, _ = _canvas(says, width=min(2 + 0.42 * len(words), 9.8), height=1.4 + 1.5 * (count + 1))
    figure.clear()
    every = figure.subplots(count + 1, 1, sharex=True)
    for axes, (gate, shares) in zip(every, maps.items(), strict=False):
        shares = np.asarray(shares, dtype=float)
        image = axes.imshow(shares.T, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        axes.set_yticks([])
        axes.set_ylabel(f"{gate}\n({shares.shape[1]} units)")
    every[-1].plot(values, "o-", color=ORANGE, ms=5)
    every[-1].axhline(0.5, color=GREY, ls="--", lw=1)
    every[-1].set(ylim=(0, 1), ylabel=name)
    every[-1].set_xticks(range(len(words)), words, rotation=60, ha="right", rotation_mode="anchor")
    figure.colorbar(image, ax=every[:-1], label="open", pad=0.01)
    return figure


@_picture
def unrolled(
    steps: int,
    says: str,
    layers: int = 1,
    outputs: str = "last",
    weights: Mapping[str, str] = {},
    start: bool = False,
) -> Figure:
    """Draw a recurrent network unrolled in time, its states handed on from left to right.

    Parameters
    ----------
    steps, layers : int
        How many time steps, and how many recurrent layers are stacked, from 1 to 100.
    outputs : {"last", "all"}
        Which outputs of the top layer leave the network.
    weights : mapping of {"in", "state", "out"} to str, optional
        What to write on the arrows into a state, from state to state and out: names and shapes.
    start : bool
        Whether the state before the first word is drawn, too.

    Examples
    --------
    >>> figure = unrolled(4, says="Only the last output leaves.", layers=2)
    Figure: Only the last output leaves.
    """
    steps, layers = _whole("steps", steps, 1, _MOST), _whole("layers", layers, 1, _MOST)
    times = range(1, steps + 1)
    above = [f"$y_{{{t}}}$" if outputs == "all" or t == steps else "" for t in times]
    wide, high = (1.75, 1.2) if weights else (1.25, 0.85)
    figure, (axes,) = _canvas(says, width=min(1.6 + wide * (steps + start), 9.8), height=1.7 + high * layers)
    _network(axes, [f"$x_{{{t}}}$" for t in times], above, layers, weights, fed_back=False)
    if start:
        zero = {(0, y): "$h_0 = 0$" for y in range(1, layers + 1)}
        _diagram(axes, {place: (text, GREY) for place, text in zero.items()}, {})
        for place in zero:
            _arrow(axes, place, (1, place[1]), shrinkA=24, shrinkB=15)
        axes.set_xlim(-0.5, steps + 0.7)
    return figure


@_picture
def mapping(inputs: Words, outputs: Words, says: str, fed_back: bool = False) -> Figure:
    """Draw which inputs and outputs a recurrent network has: inputs below, states, outputs above.

    Parameters
    ----------
    inputs, outputs : sequence of str
        For each step what goes in and what comes out; an empty string where there is nothing.
    fed_back : bool
        Whether each output is also what the next step reads, as when a sentence is written word by word.

    Examples
    --------
    >>> figure = mapping(["not", "a", "bore"], ["", "", "good"], says="Three words in, one verdict out.")
    Figure: Three words in, one verdict out.
    """
    figure, (axes,) = _canvas(says, width=min(2.2 + 1.1 * len(inputs), 9.8), height=2.6)
    _network(axes, inputs, outputs, layers=1, weights={}, fed_back=fed_back)
    axes.set_yticks([0, 1, 2], ["inputs", "states", "outputs"], weight="bold", color=GREY)
    return figure


@_picture
def predicts(panels: Mapping[str, tuple[Words, str, Words]], says: str) -> Figure:
    """Draw who predicts whom: boxes on the left, the vector that they make, and the boxes it has to guess.

    Parameters
    ----------
    panels : mapping of str to (sequence of str, str, sequence of str)
        For each panel, by its title: what goes in, what the vector is called, and what is predicted.

    Examples
    --------
    >>> figure = predicts({"skip-gram": (["frog"], "vector", ["green", "pond"])}, says="A word guesses two.")
    Figure: A word guesses two.
    """
    most = max(max(len(inputs), len(outputs)) for inputs, _, outputs in panels.values())
    figure, all_axes = _canvas(says, min(5.2 * len(panels), 10), 0.8 + 0.5 * most, panels)
    for axes, (inputs, vector, outputs) in zip(all_axes, panels.values(), strict=True):
        left = {(0, (len(inputs) - 1) / 2 - i): (name, BLUE) for i, name in enumerate(inputs)}
        right = {(2, (len(outputs) - 1) / 2 - i): (name, GREEN) for i, name in enumerate(outputs)}
        arrows = {(place, (1, 0)): "" for place in left} | {((1, 0), place): "" for place in right}
        _diagram(axes, {**left, **right, (1, 0): (vector, ORANGE)}, arrows)
        axes.set(xlim=(-0.5, 2.5), ylim=(-most / 2, most / 2))
    return figure


@_picture
def neighbours(lists: Mapping[str, Sequence[tuple[str, float]]], says: str) -> Figure:
    """Draw the nearest of one or several things as a list, with the cosines.

    Parameters
    ----------
    lists : mapping of str to sequence of (str, float)
        For each thing its nearest ones and their cosines, as `WordVectors.nearest` returns them.

    Examples
    --------
    >>> figure = neighbours({"frog": [("toad", 0.96)]}, says="The toad is near.")
    Figure: The toad is near.
    """
    figure, (axes,) = _canvas(says, 10, 0.3 + 0.27 * sum(1.4 + len(found) for found in lists.values()))
    y = 0.0
    for thing, found in lists.items():
        axes.text(0, y, shorten(thing, 110, placeholder="…"), weight="bold", va="center")
        for i, (name, cosine) in enumerate(found, start=1):
            axes.barh(y - i, max(cosine, 0) * 0.09, left=0.01, color=BLUE, alpha=0.3, height=0.8)
            axes.text(0.015, y - i, f"{cosine:.2f}", va="center", size=9)
            axes.text(0.12, y - i, shorten(name, 110, placeholder="…"), va="center")
        y -= len(found) + 1.4
    axes.set(xlim=(0, 1), ylim=(y + 0.7, 0.7))
    axes.axis("off")
    return figure


@_picture
def offsets(panels: Mapping[str, tuple[Sequence[tuple[str, str]], ArrayLike]], says: str) -> Figure:
    """Draw pairs of words on a plane, with an arrow from the first word of each pair to the second.

    Words that would cover each other are moved up or down; their dots stay.

    Parameters
    ----------
    panels : mapping of str to (sequence of (str, str), array_like of shape (pairs, 2, 2))
        For each panel, by its title: the pairs, and where the two words of each are, as x and y.

    Examples
    --------
    >>> figure = offsets({"plural": ([("frog", "frogs")], [[[0, 0], [1, 1]]])}, says="One arrow.")
    Figure: One arrow.
    """
    figure, all_axes = _canvas(says, min(5 * len(panels), 10), 4.2, panels)
    for axes, (pairs, points) in zip(all_axes, panels.values(), strict=True):
        for pair, (start, end) in zip(pairs, np.asarray(points, dtype=float), strict=True):
            _arrow(axes, start, end)
            sides = ("right", "left") if start[0] <= end[0] else ("left", "right")  # off the arrow
            for word, place, colour, side in zip(pair, (start, end), (BLUE, ORANGE), sides, strict=True):
                axes.plot(*place, "o", color=colour, ms=4)
                axes.text(*place, f" {word} ", color=colour, size=9, va="center", ha=side)
        axes.set(xticks=[], yticks=[], xmargin=0.35, ymargin=0.08, aspect="equal", adjustable="datalim")
    figure.draw_without_rendering()  # only now is it known how wide the words are
    for axes in all_axes:
        _keep_apart(axes, [text for text in axes.texts if text.get_text()])
    return figure


@_picture
def paths(
    panels: Mapping[str, ArrayLike], names: Words, groups: Sequence[int], says: str, step: int = -1
) -> Figure:
    """Draw the ways of points on a plane, and a dot with its name where each of them has come to.

    Parameters
    ----------
    panels : mapping of str to array_like, shape (steps, points, 2)
        For each panel, by its title: where the points are at each step.
    names, groups : sequences of str and of int
        For each point its name, and its group, from 0 to 4: points of one group have one colour.
    step : int
        How far they have come. The picture is as large as the whole way wants it.

    Examples
    --------
    >>> ways = [[[0, 0], [0, 1]], [[1, 1], [-1, 1]]]
    >>> figure = paths({"two epochs": ways}, ["frog", "king"], [0, 1], says="They part.")
    Figure: They part.
    """
    figure, all_axes = _canvas(says, 5 * len(panels), 4.6, panels)
    for axes, ways in zip(all_axes, panels.values(), strict=True):
        whole = np.asarray(ways, dtype=float)
        come = whole[: np.arange(len(whole))[step] + 1]
        for way, name, group in zip(come.swapaxes(0, 1), names, groups, strict=True):
            colour = (BLUE, ORANGE, GREEN, PINK, GREY)[group]
            axes.plot(*way.T, color=colour, lw=1, alpha=0.5)
            axes.plot(*way[-1], "o", color=colour, ms=5)
            axes.text(*way[-1], f"  {name}", color=colour, size=9, va="center", path_effects=_HALO)
        axes.update_datalim(whole.reshape(-1, 2))
        axes.axhline(0, color=GREY, lw=0.6)
        axes.axvline(0, color=GREY, lw=0.6)
        axes.set(xticks=[0], yticks=[0], xmargin=0.25, aspect="equal", adjustable="datalim")
    figure.draw_without_rendering()
    for axes in all_axes:
        _keep_apart(axes, axes.texts)
    return figure


@_picture
def clouds(x: ArrayLike, panels: Series, says: str, xlabel: str, ylabel: str = "") -> Figure:
    """Draw many points against one quantity, a panel for each series, and the mean of each tenth of them.

    Parameters
    ----------
    x : array_like, shape (n,)
        The quantity, which `xlabel` names; its ten tenths hold the same number of points.
    panels : mapping of str to array_like, shape (n,)
        For each panel, by its title, the other quantity, which `ylabel` names.

    Examples
    --------
    >>> figure = clouds(range(10), {"squares": [n**2 for n in range(10)]}, says="It curves up.", xlabel="n")
    Figure: It curves up.
    """
    figure, all_axes = _canvas(says, min(4.8 * len(panels), 10), 3.6, panels)
    points = np.asarray(x, dtype=float)
    tenths = np.array_split(np.argsort(points), 10)
    for axes, values in zip(all_axes, panels.values(), strict=True):
        other = np.asarray(values, dtype=float)
        axes.plot(points, other, ".", color=BLUE, ms=3, alpha=0.2)
        means = np.array([(points[tenth].mean(), other[tenth].mean()) for tenth in tenths])
        axes.plot(*means.T, "o-", color=ORANGE, ms=5)
        axes.set(xlabel=xlabel)
    all_axes[0].set(ylabel=ylabel)
    return figure


@_picture
def pictures(
    images: Sequence[ArrayLike], captions: Words, says: str, outlines: Sequence[ArrayLike] = ()
) -> Figure:
    """Draw small pictures in a row, each with its caption below.

    Parameters
    ----------
    images : sequence of array_like, each of shape (height, width) or (height, width, 3)
        Grey values or red, green and blue, from 0 to 1.
    captions : sequence of str
        One caption an image; long ones are broken into lines.
    outlines : sequence of array_like, each of shape (height, width), optional
        Grey values, one an image, whose bright part is outlined on it: such as the frame before. Images that
        have none left, or a dark one, stay as they are.

    Examples
    --------
    >>> figure = pictures([np.zeros((8, 8)), np.ones((8, 8))], ["night", "day"], says="Night and day.")
    Figure: Night and day.
    """
    width = 9.6 / len(images)
    below = ["\n".join(fill(line, int(9 * width)) for line in text.split("\n")) for text in captions]
    height = width + 0.25 * (1 + max(caption.count("\n") for caption in below))
    figure, panels = _canvas(says, 9.6, height, [""] * len(images))
    for axes, image, caption in zip(panels, images, below, strict=True):
        axes.imshow(image, cmap="gray", vmin=0, vmax=1)
        axes.set_xlabel(caption, size=9.5)
        axes.set(xticks=[], yticks=[])
    for axes, outline in zip(panels, outlines, strict=False):
        if np.max(outline) > 0.5:
            axes.contour(outline, [0.5], colors=ORANGE, linewidths=1.5)
    return figure


@_picture
def table(rows: Sequence[Words], columns: Words, says: str) -> Figure:
    """Draw a table of texts: for what differs from one machine to the next and so is not printed.

    Parameters
    ----------
    rows : sequence of sequences of str
        The cells; those that begin with ✓ are green, those with ✗ orange.
    columns : sequence of str
        What stands above each column.

    Examples
    --------
    >>> figure = table([["a cat", "✓ bir kedi"]], ["English", "Turkish"], says="One translation.")
    Figure: One translation.
    """
    figure, (axes,) = _canvas(says, width=9.6, height=0.5 + 0.3 * len(rows))
    starts = np.cumsum([0] + [max(map(len, column)) + 4 for column in zip(columns, *rows, strict=True)])
    for y, row in enumerate([columns, *rows]):
        for x, cell in zip(starts, row, strict=False):
            colour = {"✓": GREEN, "✗": ORANGE}.get(cell[:1], "black")
            axes.text(x, y, cell, va="center", size=10, color=colour, weight="normal" if y else "bold")
    axes.axhline(0.5, color=GREY, lw=0.8)
    axes.set(xlim=(0, max(starts[-1], 120)), ylim=(len(rows) + 0.6, -0.6))
    axes.axis("off")
    return figure


@_picture
def dots(
    series: Mapping[str, Mapping[str, float | Interval]], says: str, xlabel: str, band: Sequence[Any] = ()
) -> Figure:
    """Draw one row for each name, with a dot for its value in each series.

    Parameters
    ----------
    series : mapping of str to mapping of str to float or Interval
        For each series the values of names, and a line where there is an interval; a name need not be in all.
    band : (str, float, float), optional
        What is shaded, from which value to which.

    Examples
    --------
    >>> figure = dots({"own": {"plural": 0.5}, "shuffled": {"plural": 0.2}}, "Own is ahead.", "cosine")
    Figure: Own is ahead.
    """
    rows = list(dict.fromkeys(name for values in series.values() for name in values))
    figure, (axes,) = _canvas(says, width=8, height=1.3 + 0.3 * len(rows))
    if band:
        axes.axvspan(*band[1:], color=GREY, alpha=0.18, lw=0, label=band[0])
    for marker, (label, values) in zip(cycle("osXD^"), series.items(), strict=False):
        middle = [value.estimate if isinstance(value, Interval) else value for value in values.values()]
        (dot,) = axes.plot(middle, [rows.index(name) for name in values], marker, ms=8, label=label)
        for name, value in values.items():
            if isinstance(value, Interval):
                axes.plot([value.low, value.high], [rows.index(name)] * 2, color=dot.get_color(), lw=2)
    axes.set(xlabel=xlabel, ylim=(len(rows) - 0.5, -0.5), yticks=range(len(rows)), yticklabels=rows)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _canvas(says: str, width: float, height: float, titles: Collection[str] = ("",)) -> tuple[Figure, Any]:
    """Print what a picture says, and make it, in inches, with one panel a title."""
    print(f"Figure: {says}")
    with plt.rc_context(_STYLE):
        figure, panels = plt.subplots(1, len(titles), figsize=(width, height), squeeze=False)
    plt.close(figure)  # else the notebook, which shows it as the value of its cell, would show it twice
    for axes, title in zip(panels[0], titles, strict=True):
        axes.set_title(title, loc="left", weight="bold")
    return figure, panels[0]


def _lines(axes: Axes, x: ArrayLike, series: Series) -> None:
    for k, (name, values) in enumerate(series.items()):
        rows = np.atleast_2d(np.asarray(values, dtype=float))
        style = ("o" if rows.shape[1] <= 25 else "") + ("-", "--")[k // 5 % 2]  # there are five colours
        (line,) = axes.plot(x, rows.mean(axis=0), style, ms=4, label=name)
        if len(rows) > 1:
            axes.fill_between(x, rows.min(axis=0), rows.max(axis=0), color=line.get_color(), alpha=0.18, lw=0)
    if len(series) > 1:
        axes.legend(frameon=False)
    if np.asarray(x).dtype.kind in "iu":
        axes.locator_params("x", integer=True)  # there is no word 4.5


def _network(
    axes: Axes, inputs: Words, outputs: Words, layers: int, weights: Mapping[str, str], fed_back: bool
) -> None:
    """Draw a recurrent network in time, with the inputs and outputs that are not empty."""
    top, times = layers + 1, range(1, len(inputs) + 1)
    states = [(t, y) for t in times for y in range(1, top)]
    boxes: Boxes = {(t, 0): (text, GREY) for t, text in zip(times, inputs, strict=True) if text}
    boxes |= {(t, y): (f"$h_{{{t}}}^{{({y})}}$" if layers > 1 else f"$h_{{{t}}}$", BLUE) for t, y in states}
    boxes |= {(t, top): (text, ORANGE) for t, text in zip(times, outputs, strict=True) if text}
    arrows = {((t, y - 1), (t, y)): weights.get("out" if y == top else "in", "") for t, y in boxes}
    arrows |= {((t - 1, y), (t, y)): weights.get("state", "") for t, y in states}
    arrows |= {((t - 1, top), (t, layers)): "" for t in times if fed_back}
    _diagram(axes, boxes, {ends: text for ends, text in arrows.items() if boxes.keys() >= {*ends}})
    axes.set(xlim=(0.3, len(inputs) + 0.7), ylim=(-0.4, top + 0.4))


def _diagram(axes: Axes, boxes: Boxes, arrows: Mapping[Any, str]) -> None:
    """Draw boxes, and arrows that go from the border of one to the border of another."""
    axes.set(frame_on=False, xticks=[], yticks=[])
    axes.tick_params(length=0)
    patches = {}
    for place, (text, colour) in boxes.items():
        box = {"boxstyle": "round,pad=0.35", "facecolor": (colour, 0.12), "edgecolor": colour}
        patches[place] = axes.annotate(text, place, ha="center", va="center", bbox=box).get_bbox_patch()
    for (start, end), text in arrows.items():
        _arrow(axes, start, end, patchA=patches[start], patchB=patches[end], shrinkA=4, shrinkB=4)
        side: Any = {"ha": "left", "va": "center"} if start[0] == end[0] else {"ha": "center", "va": "bottom"}
        middle = np.mean([start, end], axis=0)
        axes.annotate(text, middle, (4, 2), textcoords="offset points", size=9, **side)


def _arrow(axes: Axes, start: Any, end: Any, **options: Any) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.2} | options)


def _keep_apart(axes: Axes, labels: Sequence[Any]) -> None:
    """Move texts that cover each other up and down, each pair by half of what they cover, until none do."""
    boxes = [label.get_window_extent() for label in labels]
    left, right, middle = np.array([(box.x0, box.x1, (box.y0 + box.y1) / 2) for box in boxes]).T
    middle += np.arange(len(labels)) / 100  # of a pixel: no two are at quite the same height
    height = 0.8 * max(box.height for box in boxes)  # the letters, without the space between lines
    side_by_side = (left[:, None] >= right) | (right[:, None] <= left)
    for _ in range(200):
        apart = middle[:, None] - middle
        covered = np.where(side_by_side, 0, np.maximum(height - np.abs(apart), 0))
        middle += (covered * np.sign(apart)).sum(axis=1) / 2
    for label, place in zip(labels, np.stack([left, middle], axis=1), strict=True):
        label.set_y(axes.transData.inverted().transform(place)[1])
