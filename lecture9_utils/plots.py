"""The pictures of the notebooks: each function draws one, prints what it shows, and returns the figure.

All pictures have a light ground of their own, so they read well in a light and in a dark JupyterLab.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5F6368"
_COLOURS = (BLUE, ORANGE, GREEN, PINK, GREY)  # told apart by colour-blind readers too
_STYLE: Any = {
    "font.size": 11,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def grid(
    values: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    says: str,
    title: str = "",
    shown: str = "g",
) -> "Figure":
    """Draw a small matrix as coloured cells with their numbers.

    Parameters
    ----------
    values : array_like, shape (len(rows), len(columns))
        The numbers; the larger in size, the deeper the colour.
    rows, columns : sequence of str
        What stands beside each row and above each column.
    says : str
        One line that tells what the picture shows; it is printed.
    title : str
        What stands above the picture.
    shown : str
        How a number is written, as in ``format(number, shown)``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the shape is not that of the labels.

    Examples
    --------
    >>> figure = grid([[0, 1]], ["Rome"], ["0", "1"], says="Rome is a 1 at place 1.")
    Figure: Rome is a 1 at place 1.

    References
    ----------
    Lecture 9, slides "One-hot Encoding" and "IMDb Example" (padding).
    """
    matrix = np.asarray(values, dtype=float)
    if matrix.shape != (len(rows), len(columns)):
        raise ValueError(f"values must have shape ({len(rows)}, {len(columns)}), got {matrix.shape}")
    figure, axes = _canvas(says, width=1.6 + 0.62 * len(columns), height=0.9 + 0.42 * len(rows))
    strength = np.abs(matrix) / max(np.abs(matrix).max(), 1e-12)
    axes.imshow(strength, cmap="Blues", vmin=0, vmax=1.6, aspect="auto")
    for (i, j), number in np.ndenumerate(matrix):
        axes.text(j, i, format(number, shown), ha="center", va="center", color="black" if number else GREY)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.set_title(title, loc="left", weight="bold")
    return figure


def tokens_to_vectors(text: str, tokens: Sequence[str], vectors: ArrayLike, says: str) -> "Figure":
    """Draw the way from a text through its tokens to one vector a token.

    Parameters
    ----------
    text : str
        The text.
    tokens : sequence of str
        Its tokens, in order.
    vectors : array_like, shape (len(tokens), dimensions)
        One vector a token.
    says : str
        One line that tells what the picture shows; it is printed.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is not one vector a token.

    Examples
    --------
    >>> figure = tokens_to_vectors("A frog.", ["a", "frog"], [[1, 0], [0, 1]], says="Two words, two vectors.")
    Figure: Two words, two vectors.

    References
    ----------
    Lecture 9, slide "Tokenization".
    """
    matrix = np.asarray(vectors, dtype=float)
    if matrix.ndim != 2 or len(matrix) != len(tokens):
        raise ValueError(
            f"vectors must have one row for each of the {len(tokens)} tokens, got shape {matrix.shape}"
        )
    figure, axes = _canvas(says, width=9, height=2.6 + 0.28 * matrix.shape[1])
    bottom, middle = -1.2 - 0.45 * matrix.shape[1], (len(tokens) - 1) / 2
    axes.set(xlim=(-1.35, len(tokens) - 0.4), ylim=(bottom, 2.6))
    axes.axis("off")
    for y, name in ((2.2, "text"), (0.7, "tokens"), (-1.0, "vectors")):
        axes.text(-1.3, y, name, va="center", weight="bold", color=GREY)
    axes.text(middle, 2.2, text, ha="center", va="center", bbox=_box(GREY))
    for x, (token, vector) in enumerate(zip(tokens, matrix, strict=True)):
        _arrow(axes, (middle + 0.6 * (x - middle), 1.85), (x, 1.05))
        axes.text(x, 0.7, token, ha="center", va="center", bbox=_box(BLUE))
        _arrow(axes, (x, 0.35), (x, -0.6))
        for k, number in enumerate(vector):
            shade = ORANGE if number > 0 else BLUE
            weight = min(abs(number) / max(np.abs(matrix).max(), 1e-12), 1) * 0.75
            axes.text(
                x, -1.0 - 0.45 * k, f"{number:g}", ha="center", va="center", size=9,
                bbox={"facecolor": (*_rgb(shade), weight), "edgecolor": GREY, "lw": 0.5, "pad": 2.5},
            )  # fmt: skip
    return figure


def cube(tensor: ArrayLike, names: Sequence[str], says: str) -> "Figure":
    """Draw a 3-D tensor as sheets that lie behind one another.

    Parameters
    ----------
    tensor : array_like, shape (sheets, rows, columns)
        The numbers, coloured by sign and size.
    names : sequence of 3 str
        What each of the three axes counts.
    says : str
        One line that tells what the picture shows; it is printed.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the tensor does not have three axes.

    Examples
    --------
    >>> figure = cube(np.zeros((2, 3, 4)), ["reviews", "words", "numbers"], says="2 sheets of 3 by 4.")
    Figure: 2 sheets of 3 by 4.

    References
    ----------
    Lecture 9, slide "IMDb Example" ("a 3D tensor of shape (3, 10, 3)").
    """
    array = np.asarray(tensor, dtype=float)
    if array.ndim != 3:
        raise ValueError(f"tensor must have three axes, got shape {array.shape}")
    sheets, rows, columns = array.shape
    figure, axes = _canvas(says, width=9, height=3.4)
    limit, shift = max(np.abs(array).max(), 1e-12), 0.75
    for k in reversed(range(sheets)):
        left, low = k * shift, k * shift
        extent = (left, left + rows, low, low + columns)
        axes.imshow(array[k].T, cmap="PuOr_r", vmin=-limit, vmax=limit, extent=extent, zorder=sheets - k)
        for x in range(rows + 1):
            axes.plot([left + x] * 2, [low, low + columns], color="white", lw=1.5, zorder=sheets - k)
        for y in range(columns + 1):
            axes.plot([left, left + rows], [low + y] * 2, color="white", lw=1.5, zorder=sheets - k)
        axes.text(
            left - 0.15, low + columns - 0.35, f"{names[0]} {k + 1}", ha="right", va="center", color=GREY
        )
    axes.text(rows / 2, -0.5, f"{rows} {names[1]}", ha="center", va="center")
    axes.text(-0.15, columns / 2 - 0.4, f"{columns} {names[2]}", ha="right", va="center")
    axes.set(xlim=(-2.6, rows + sheets * shift + 1.6), ylim=(-0.9, columns + (sheets - 1) * shift + 0.2))
    axes.set_aspect("equal")
    axes.axis("off")
    return figure


def curves(histories: Sequence[Mapping[str, Sequence[float]]], says: str, title: str = "") -> "Figure":
    """Draw accuracy and loss against the epochs, for training and validation.

    Parameters
    ----------
    histories : sequence of mappings
        What `fit` returned, one for each seed, with or without validation; lines are means, bands go
        from the lowest to the highest.
    says : str
        One line that tells what the picture shows; it is printed.
    title : str
        What stands above the left panel.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no history.

    Examples
    --------
    >>> accuracies = {"accuracy": [0.5, 0.9], "val_accuracy": [0.5, 0.6]}
    >>> history = {**accuracies, "loss": [0.7, 0.2], "val_loss": [0.7, 0.8]}
    >>> figure = curves([history], says="Training goes up, validation stays.")
    Figure: Training goes up, validation stays.

    References
    ----------
    Lecture 9, the training curves of the slides on GloVe and on SimpleRNN.
    """
    if not histories:
        raise ValueError("curves needs at least one history")
    figure, both = _canvas(says, width=9, height=3.2, panels=2)
    for axes, what in zip(both, ("accuracy", "loss"), strict=True):
        for key, name, colour in ((what, "training", BLUE), (f"val_{what}", "validation", ORANGE)):
            if key not in histories[0]:
                continue  # trained without validation data
            values = np.array([history[key] for history in histories])
            _line(axes, np.arange(1, values.shape[1] + 1), values, name, colour)
        axes.set(xlabel="epoch", ylabel=what)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False)
    both[0].set_title(title, loc="left", weight="bold")
    return figure


def bars(
    results: Mapping[str, ArrayLike], says: str, chance: float | None = 0.5, xlabel: str = "accuracy"
) -> "Figure":
    """Draw one bar a model: its mean over the seeds, with a dot for each.

    Parameters
    ----------
    results : mapping of str to array_like
        For each model one value a seed.
    says : str
        One line that tells what the picture shows; it is printed.
    chance : float, optional
        Where to draw a line for guessing.
    xlabel : str
        What the values are.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no result.

    Examples
    --------
    >>> figure = bars({"bag of words": [0.88], "SimpleRNN": [0.82, 0.83]}, says="The bag is ahead.")
    Figure: The bag is ahead.

    References
    ----------
    Lecture 9, the accuracies on the slides on IMDb.
    """
    if not results:
        raise ValueError("bars needs at least one result")
    figure, axes = _canvas(says, width=8, height=1.1 + 0.45 * len(results))
    for y, (colour, values) in enumerate(zip(_cycle(len(results)), results.values(), strict=True)):
        every = np.atleast_1d(np.asarray(values, dtype=float))
        axes.barh(y, every.mean(), color=colour, alpha=0.75, height=0.65)
        axes.plot(every, np.full(every.size, y), "o", color="black", ms=4, alpha=0.7)
        axes.text(max(every.max(), every.mean()) + 0.012, y, f"{every.mean():.1%}", va="center")
    if chance is not None:
        axes.axvline(chance, color=GREY, ls="--", lw=1)
        axes.text(chance, -0.75, " guessing", color=GREY, va="center", size=9)
    axes.set(xlim=(0, 1.08), ylim=(len(results) - 0.4, -1.1), xlabel=xlabel)
    axes.set_yticks(range(len(results)), list(results))
    axes.xaxis.set_major_formatter("{x:.0%}")
    return figure


def lines(
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    says: str,
    xlabel: str,
    ylabel: str,
    log: Literal["", "x", "y", "xy"] = "",
) -> "Figure":
    """Draw one line for each series, with a band where there are several seeds.

    Parameters
    ----------
    x : array_like, shape (n,)
        Where the points are.
    series : mapping of str to array_like, shape (n,) or (seeds, n)
        The values; of several seeds the mean is the line, and the band goes from the lowest to the highest.
    says : str
        One line that tells what the picture shows; it is printed.
    xlabel, ylabel : str
        What the axes count, with the unit.
    log : {"", "x", "y", "xy"}
        Which axes are logarithmic.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a series is not as long as `x`.

    Examples
    --------
    >>> figure = lines([1, 2, 3], {"squares": [1, 4, 9]}, says="It curves up.", xlabel="n", ylabel="n²")
    Figure: It curves up.

    References
    ----------
    Lecture 9, slides on hashing, on the long tail of words and on long sequences.
    """
    points = np.asarray(x)
    figure, axes = _canvas(says, width=8, height=3.6)
    for colour, (name, values) in zip(_cycle(len(series)), series.items(), strict=True):
        rows = np.atleast_2d(np.asarray(values, dtype=float))
        if rows.shape[1] != points.size:
            raise ValueError(f"series {name!r} has {rows.shape[1]} values for {points.size} points")
        _line(axes, points, rows, name, colour)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    for axis in log:
        getattr(axes, f"set_{axis}scale")("log")
    if "x" in log and points.size <= 8:  # few points: name them, rather than powers of ten
        axes.set_xticks(points, [f"{point:,}" for point in points.tolist()])
        axes.set_xticks([], minor=True)
    if len(series) > 1:
        axes.legend(frameon=False)
    return figure


def feedforward_and_recurrent(says: str) -> "Figure":
    """Draw a network with one hidden layer, and beside it the same with its state fed back: the loop.

    Parameters
    ----------
    says : str
        One line that tells what the picture shows; it is printed.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> figure = feedforward_and_recurrent(says="The loop is all that is new.")
    Figure: The loop is all that is new.

    References
    ----------
    Lecture 9, slides "MLPs → RNNs", with one letter for each matrix: W in, U around, V out.
    """
    figure, axes = _canvas(says, width=6.4, height=3.4)
    axes.set(xlim=(-0.9, 4.4), ylim=(-0.5, 3.0))
    axes.axis("off")
    for x, name, time in ((0.3, "MLP", ""), (2.7, "RNN", "_t")):
        axes.text(x, 2.8, name, ha="center", weight="bold")
        for y, (letter, colour) in enumerate((("x", GREY), ("h", BLUE), ("y", ORANGE))):
            axes.text(x, y, f"${letter}{time}$", ha="center", va="center", bbox=_box(colour))
        for y, weights in ((0, "$W$"), (1, "$V$")):
            _arrow(axes, (x, y + 0.28), (x, y + 0.72))
            axes.text(x - 0.14, y + 0.5, weights, ha="right", va="center")
    loop = {"arrowstyle": "-|>", "color": ORANGE, "lw": 1.8, "connectionstyle": "arc3,rad=-2.6"}
    axes.annotate("", xy=(2.84, 0.83), xytext=(2.84, 1.17), arrowprops=loop)
    axes.text(3.55, 1, "$U$: the state $h_{t-1}$\ncomes back", ha="left", va="center", color=ORANGE)
    return figure


def state_map(sentences: Sequence[tuple[Sequence[str], ArrayLike]], says: str) -> "Figure":
    """Draw how the state of a recurrent layer changes from word to word, one panel a sentence.

    Parameters
    ----------
    sentences : sequence of (tokens, states)
        For each sentence its tokens and an array_like of shape (len(tokens), units), the state after each.
    says : str
        One line that tells what the picture shows; it is printed.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no sentence, or not one state for each token.

    Examples
    --------
    >>> figure = state_map([(["man", "bites"], [[0.5, -1.0], [0.0, 0.2]])], says="Two words, two states.")
    Figure: Two words, two states.

    References
    ----------
    Lecture 9, slide "RNNs", high-level takeaways: the state "reflects current configuration of the world".
    """
    panels = [(list(tokens), np.asarray(states, dtype=float)) for tokens, states in sentences]
    if not panels:
        raise ValueError("state_map needs at least one sentence")
    for tokens, states in panels:
        if states.ndim != 2 or len(states) != len(tokens):
            raise ValueError(f"states must have one row for each of {tokens}, got shape {states.shape}")
    most = max(len(tokens) for tokens, _ in panels)
    width = min(1.5 + len(panels) * (0.8 + 0.62 * most), 9.8)
    figure, all_axes = _canvas(says, width=width, height=3.2, panels=len(panels))
    limit = max(np.abs(states).max() for _, states in panels)
    for axes, (tokens, states) in zip(np.atleast_1d(all_axes), panels, strict=True):
        image = axes.imshow(states.T, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto")
        axes.set_xticks(range(len(tokens)), tokens, rotation=30)
        axes.set_yticks(range(states.shape[1]), [f"{i + 1}" for i in range(states.shape[1])], size=9)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    np.atleast_1d(all_axes)[0].set_ylabel("unit of the state")
    figure.colorbar(image, ax=all_axes, label="state")
    return figure


def unrolled(
    steps: int,
    says: str,
    layers: int = 1,
    outputs: Literal["last", "all"] = "last",
    weights: Mapping[str, str] | None = None,
) -> "Figure":
    """Draw a recurrent network unrolled in time, its states handed on from left to right.

    Parameters
    ----------
    steps : int
        How many time steps, at least 1.
    says : str
        One line that tells what the picture shows; it is printed.
    layers : int
        How many recurrent layers are stacked, at least 1.
    outputs : {"last", "all"}
        Which outputs of the top layer leave the network.
    weights : mapping of {"in", "state", "out"} to str, optional
        What to write on the arrows into a state, from state to state and out: names and shapes. Each
        step has the same.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `steps` or `layers` is below 1, `outputs` is neither, or `weights` names another arrow.

    Examples
    --------
    >>> figure = unrolled(4, says="Only the last output leaves.", layers=2)
    Figure: Only the last output leaves.

    References
    ----------
    Lecture 9, slides "“Unrolled” RNN" and "IMDb Example - Simple RNN".
    """
    if steps < 1 or layers < 1:
        raise ValueError(f"steps and layers must be at least 1, got {steps} and {layers}")
    if outputs not in ("last", "all"):
        raise ValueError(f"outputs must be 'last' or 'all', got {outputs!r}")
    on_arrow = {"in": "", "state": "", "out": ""} | dict(weights or {})
    if len(on_arrow) > 3:
        raise ValueError(f"weights may name the arrows 'in', 'state' and 'out', got {list(weights or {})}")
    wide = 1.25 if weights is None else 1.75
    figure, axes = _canvas(says, width=min(1.6 + wide * steps, 9.8), height=1.7 + 0.85 * layers * wide / 1.25)
    axes.set(xlim=(0.2, steps + 0.6), ylim=(-0.4, layers + 1.5))
    axes.axis("off")
    for t in range(1, steps + 1):
        axes.text(t, 0, f"$x_{{{t}}}$", ha="center", va="center", bbox=_box(GREY))
        for layer in range(1, layers + 1):
            label = f"$h_{{{t}}}$" if layers == 1 else f"$h^{{({layer})}}_{{{t}}}$"
            axes.text(t, layer, label, ha="center", va="center", bbox=_box(BLUE))
            _arrow(axes, (t, layer - 0.72), (t, layer - 0.28), on_arrow["in"])
            if t > 1:
                gap = 0.35 / wide
                _arrow(axes, (t - 1 + gap, layer), (t - gap, layer), on_arrow["state"])
        if outputs == "all" or t == steps:
            _arrow(axes, (t, layers + 0.28), (t, layers + 0.72), on_arrow["out"])
            axes.text(t, layers + 1, f"$y_{{{t}}}$", ha="center", va="center", bbox=_box(ORANGE))
    return figure


def _canvas(says: str, width: float, height: float, panels: int = 1) -> tuple["Figure", Any]:
    """Make a figure that the notebook shows once, as the value of its cell, and print what it says."""
    import matplotlib.pyplot as plt

    print(f"Figure: {says}")
    with plt.rc_context(_STYLE):
        figure, axes = plt.subplots(1, panels, figsize=(width, height))
    plt.close(figure)  # else the notebook would show it twice
    return figure, axes


def _line(axes: "Axes", x: ArrayLike, rows: ArrayLike, name: str, colour: str) -> None:
    values = np.asarray(rows)
    marker = "o" if values.shape[1] <= 25 else None
    axes.plot(x, values.mean(axis=0), marker=marker, ms=4, color=colour, label=name)
    if len(values) > 1:
        axes.fill_between(
            np.asarray(x), values.min(axis=0), values.max(axis=0), color=colour, alpha=0.18, lw=0
        )


def _cycle(n: int) -> list[str]:
    return [_COLOURS[i % len(_COLOURS)] for i in range(n)]


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def _box(colour: str) -> dict[str, Any]:
    return {"boxstyle": "round,pad=0.35", "facecolor": (*_rgb(colour), 0.12), "edgecolor": colour}


def _arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float], text: str = "") -> None:
    """Draw an arrow, with text beside it if it goes up and above it if it goes to the right."""
    axes.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.2})
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    if text and start[0] == end[0]:
        axes.text(x + 0.05, y, text, ha="left", va="center", size=9)
    elif text:
        axes.text(x, y + 0.09, text, ha="center", va="bottom", size=9)
