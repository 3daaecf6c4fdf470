"""The pictures of the notebooks: each function draws one, prints what it shows, and returns the figure.

All pictures have a light ground of their own, so they read well in a light and in a dark JupyterLab.
"""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

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
    results: Mapping[str, ArrayLike],
    says: str,
    chance: float | None = 0.5,
    xlabel: str = "accuracy",
    shown: str = ".1%",
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
    shown : str
        How a mean is written, as a format of Python: ".1%" for a share, ".2f" for a correlation.

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
        axes.text(max(every.max(), every.mean()) + 0.012, y, f"{every.mean():{shown}}", va="center")
    if chance is not None:
        axes.axvline(chance, color=GREY, ls="--", lw=1)
        axes.text(chance, -0.75, " guessing", color=GREY, va="center", size=9)
    axes.set(xlim=(0, 1.08), ylim=(len(results) - 0.4, -1.1), xlabel=xlabel)
    axes.set_yticks(range(len(results)), list(results))
    axes.xaxis.set_major_formatter("{x:.0%}" if "%" in shown else "{x:.1f}")
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
    if points.dtype.kind in "iu" and "x" not in log:
        axes.locator_params("x", integer=True)  # there is no word 4.5
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


def predicts(panels: Mapping[str, tuple[Sequence[str], str, Sequence[str]]], says: str) -> "Figure":
    """Draw who predicts whom: boxes on the left, the vector that they make, and the boxes it has to guess.

    Parameters
    ----------
    panels : mapping of str to (sequence of str, str, sequence of str)
        For each panel, by its title: what goes in, what the vector is called, and what is predicted.
    says : str
        One line that tells what the picture shows; it is printed.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no panel, or a panel has nothing to one side.

    Examples
    --------
    >>> figure = predicts({"skip-gram": (["frog"], "vector", ["green", "pond"])}, says="A word guesses two.")
    Figure: A word guesses two.

    References
    ----------
    Lecture 9, slides "Word2vec" (figure 1) and ``*2vec``.
    """
    if not panels or not all(inputs and outputs for inputs, _, outputs in panels.values()):
        raise ValueError("predicts needs at least one panel, with something on both sides of each")
    most = max(max(len(inputs), len(outputs)) for inputs, _, outputs in panels.values())
    figure, both = _canvas(
        says, width=min(5.2 * len(panels), 10), height=0.8 + 0.5 * most, panels=len(panels)
    )
    for axes, (title, (inputs, vector, outputs)) in zip(np.atleast_1d(both), panels.items(), strict=True):
        axes.set(xlim=(-0.5, 2.5), ylim=(-most / 2, most / 2))
        axes.axis("off")
        axes.set_title(title, loc="left", weight="bold")
        axes.text(1, 0, vector, ha="center", va="center", bbox=_box(ORANGE))
        for x, names, colour in ((0, inputs, BLUE), (2, outputs, GREEN)):
            for i, name in enumerate(names):
                y = (len(names) - 1) / 2 - i
                axes.text(x, y, name, ha="center", va="center", bbox=_box(colour))
                ends = ((0.42, y), (0.68, y * 0.15)) if x == 0 else ((1.32, y * 0.15), (1.58, y))
                _arrow(axes, *ends)
    return figure


def neighbours(lists: Mapping[str, Sequence[tuple[str, float]]], says: str) -> "Figure":
    """Draw the nearest of one or several things as a list, with the cosines.

    Parameters
    ----------
    lists : mapping of str to sequence of (str, float)
        For each thing its nearest ones and their cosines, as `WordVectors.nearest` returns them.
    says : str
        One line that tells what the picture shows; it is printed.

    Returns
    -------
    matplotlib.figure.Figure
        Names longer than a line are cut.

    Raises
    ------
    ValueError
        If there is no list.

    Examples
    --------
    >>> figure = neighbours({"frog": [("toad", 0.96)]}, says="The toad is near.")
    Figure: The toad is near.

    References
    ----------
    Lecture 9, slide "GloVe" (the neighbours of "frog").
    """
    if not lists:
        raise ValueError("neighbours needs at least one list")
    n_lines = sum(1.4 + len(found) for found in lists.values())
    figure, axes = _canvas(says, width=10, height=0.3 + 0.27 * n_lines)
    y = 0.0
    for thing, found in lists.items():
        axes.text(0, y, _cut(thing), weight="bold", va="center")
        for i, (name, cosine) in enumerate(found, start=1):
            axes.barh(y - i, max(cosine, 0) * 0.09, left=0.01, color=BLUE, alpha=0.3, height=0.8)
            axes.text(0.015, y - i, f"{cosine:.2f}", va="center", size=9)
            axes.text(0.12, y - i, _cut(name), va="center")
        y -= len(found) + 1.4
    axes.set(xlim=(0, 1), ylim=(y + 0.7, 0.7))
    axes.axis("off")
    return figure


def offsets(panels: Mapping[str, tuple[Sequence[tuple[str, str]], ArrayLike]], says: str) -> "Figure":
    """Draw pairs of words on a plane, with an arrow from the first word of each pair to the second.

    Words that would cover each other are moved up or down; their dots stay.

    Parameters
    ----------
    panels : mapping of str to (sequence of (str, str), array_like of shape (pairs, 2, 2))
        For each panel, by its title: the pairs, and where the two words of each are, as x and y.
    says : str
        One line that tells what the picture shows; it is printed.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no panel, or a panel's points have not the shape (pairs, 2, 2).

    Examples
    --------
    >>> figure = offsets({"plural": ([("frog", "frogs")], [[[0, 0], [1, 1]]])}, says="One arrow.")
    Figure: One arrow.

    References
    ----------
    Lecture 9, slides "Learning Word Embeddings" (male–female, …) and "GloVe" (linear substructures).
    """
    if not panels:
        raise ValueError("offsets needs at least one panel")
    figure, all_axes = _canvas(says, width=min(5 * len(panels), 10), height=4.2, panels=len(panels))
    for axes, (title, (pairs, points)) in zip(np.atleast_1d(all_axes), panels.items(), strict=True):
        places = np.asarray(points, dtype=float)
        if places.shape != (len(pairs), 2, 2):
            raise ValueError(f"points of {title!r} must have shape ({len(pairs)}, 2, 2), got {places.shape}")
        for pair, ends in zip(pairs, places.tolist(), strict=True):
            _arrow(axes, tuple(ends[0]), tuple(ends[1]))
            sides = ("right", "left") if ends[0][0] <= ends[1][0] else ("left", "right")  # off the arrow
            for word, (x, y), colour, side in zip(pair, ends, (BLUE, ORANGE), sides, strict=True):
                axes.plot(x, y, "o", color=colour, ms=4)
                axes.text(x, y, f" {word} ", color=colour, size=9, va="center", ha=side)
        axes.margins(x=0.35, y=0.08)
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, loc="left", weight="bold")
    figure.draw_without_rendering()  # only now is it known how wide the words are
    for axes in figure.axes:
        if labels := [text for text in axes.texts if text.get_text()]:
            _keep_apart(axes, labels)
    return figure


def mapping(inputs: Sequence[str], outputs: Sequence[str], says: str, fed_back: bool = False) -> "Figure":
    """Draw which inputs and outputs a recurrent network has: inputs below, states, outputs above.

    Parameters
    ----------
    inputs, outputs : sequence of str
        For each step what goes in and what comes out; an empty string where there is nothing.
    says : str
        One line that tells what the picture shows; it is printed.
    fed_back : bool
        Whether each output is also what the next step reads, as when a sentence is written word by word.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no step, or there are not as many outputs as inputs.

    Examples
    --------
    >>> figure = mapping(["not", "a", "bore"], ["", "", "good"], says="Three words in, one verdict out.")
    Figure: Three words in, one verdict out.

    References
    ----------
    Lecture 9, slides "RNNs" ("one to one" to "many to many").
    """
    steps = len(inputs)
    if not steps or len(outputs) != steps:
        raise ValueError(f"inputs and outputs must be as many, at least 1, got {steps} and {len(outputs)}")
    figure, axes = _canvas(says, width=min(2.2 + 1.1 * steps, 9.8), height=2.6)
    axes.set(xlim=(-0.2, steps + 0.6), ylim=(-0.4, 2.4))
    axes.axis("off")
    for y, name in enumerate(("inputs", "states", "outputs")):
        axes.text(-0.15, y, name, va="center", weight="bold", color=GREY)
    for t, (below, above) in enumerate(zip(inputs, outputs, strict=True), start=1):
        axes.text(t, 1, f"$h_{{{t}}}$", ha="center", va="center", bbox=_box(BLUE))
        if t > 1:
            _arrow(axes, (t - 0.75, 1), (t - 0.25, 1))
        if t > 1 and fed_back and outputs[t - 2]:
            _arrow(axes, (t - 0.8, 1.72), (t - 0.22, 1.28))
        for y, token, colour in ((0, below, GREY), (2, above, ORANGE)):
            if token:
                axes.text(t, y, token, ha="center", va="center", bbox=_box(colour))
                _arrow(axes, (t, 0.28 + y / 2), (t, 0.72 + y / 2))
    return figure


def pictures(images: Sequence[ArrayLike], captions: Sequence[str], says: str) -> "Figure":
    """Draw small pictures in a row, each with its caption below.

    Parameters
    ----------
    images : sequence of array_like, each of shape (height, width) or (height, width, 3)
        Grey values or red, green and blue, from 0 to 1.
    captions : sequence of str
        One caption an image; long ones are broken into lines.
    says : str
        One line that tells what the picture shows; it is printed.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no image, or not one caption for each.

    Examples
    --------
    >>> figure = pictures([np.zeros((8, 8)), np.ones((8, 8))], ["night", "day"], says="Night and day.")
    Figure: Night and day.

    References
    ----------
    Lecture 9, slides "RNNs" ("image captioning", "frame by frame image captioning").
    """
    if not len(images) or len(captions) != len(images):
        raise ValueError(f"one caption an image is needed, got {len(captions)} for {len(images)} images")
    width = 9.6 / len(images)
    letters = max(8, int(9 * width))
    lines = ["\n".join(fill(line, letters) for line in caption.split("\n")) for caption in captions]
    height = width + 0.25 * (1 + max(line.count("\n") for line in lines))
    figure, panels = _canvas(says, width=9.6, height=max(height, 1.2), panels=len(images))
    for axes, image, line in zip(np.atleast_1d(panels), images, lines, strict=True):
        axes.imshow(np.asarray(image), cmap="gray", vmin=0, vmax=1)
        axes.set_xlabel(line, size=9.5)
        axes.set(xticks=[], yticks=[])
    return figure


def table(rows: Sequence[Sequence[str]], columns: Sequence[str], says: str) -> "Figure":
    """Draw a table of texts: for what differs from one machine to the next and so is not printed.

    Parameters
    ----------
    rows : sequence of sequences of str
        The cells; those that begin with ✓ are green, those with ✗ orange.
    columns : sequence of str
        What stands above each column.
    says : str
        One line that tells what the picture shows; it is printed.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no row, or a row does not have one cell for each column.

    Examples
    --------
    >>> figure = table([["a cat", "✓ bir kedi"]], ["English", "Turkish"], says="One translation.")
    Figure: One translation.

    References
    ----------
    Lecture 9, slide "Applications" ("decoding an English sentence into Turkish").
    """
    if not rows or any(len(row) != len(columns) for row in rows):
        raise ValueError(f"each row must have {len(columns)} cells, and there must be one")
    figure, axes = _canvas(says, width=9.6, height=0.5 + 0.3 * len(rows))
    widths = [max(map(len, column)) + 4 for column in zip(columns, *rows, strict=True)]
    starts = np.cumsum([0, *widths])
    axes.set(xlim=(0, max(starts[-1], 120)), ylim=(len(rows) + 0.6, -0.6))
    axes.axis("off")
    for y, row in enumerate([columns, *rows]):
        for x, cell in zip(starts, row, strict=False):
            colour = {"✓": GREEN, "✗": ORANGE}.get(cell[:1], "black")
            weight = "normal" if y else "bold"
            axes.text(x, y, cell, va="center", size=10, color=colour, weight=weight)
    axes.axhline(0.5, color=GREY, lw=0.8)
    return figure


def dots(
    series: Mapping[str, Mapping[str, float]],
    says: str,
    xlabel: str,
    band: tuple[str, float, float] | None = None,
) -> "Figure":
    """Draw one row for each name, with a dot for its value in each series.

    Parameters
    ----------
    series : mapping of str to mapping of str to float
        For each series the values of names; a name need not be in all of them.
    says : str
        One line that tells what the picture shows; it is printed.
    xlabel : str
        What the values are.
    band : tuple of (str, float, float), optional
        What is shaded, from which value to which.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no value.

    Examples
    --------
    >>> figure = dots({"own": {"plural": 0.5}, "shuffled": {"plural": 0.2}}, "Own is ahead.", "cosine")
    Figure: Own is ahead.

    References
    ----------
    Lecture 9, slide "GloVe" (linear substructures).
    """
    rows = list(dict.fromkeys(name for values in series.values() for name in values))
    if not rows:
        raise ValueError("dots needs at least one value")
    figure, axes = _canvas(says, width=8, height=1.3 + 0.3 * len(rows))
    if band:
        axes.axvspan(*band[1:], color=GREY, alpha=0.18, lw=0, label=band[0])
    for colour, (i, (label, values)) in zip(_cycle(len(series)), enumerate(series.items()), strict=True):
        places = [rows.index(name) for name in values]
        axes.plot(list(values.values()), places, "osXD^"[i % 5], color=colour, ms=8, label=label)
    axes.set_yticks(range(len(rows)), rows)
    axes.set(xlabel=xlabel, ylim=(len(rows) - 0.5, -0.5))
    axes.grid(axis="y", alpha=0.3)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def scatter(x: ArrayLike, y: ArrayLike, says: str, xlabel: str, ylabel: str) -> "Figure":
    """Draw many points, and the line on which x and y are equal.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        The points, at least one.
    says : str
        One line that tells what the picture shows; it is printed.
    xlabel, ylabel : str
        What the axes count.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `x` and `y` are not two rows of the same length, at least 1.

    Examples
    --------
    >>> figure = scatter([1, 2], [1.1, 1.9], says="Near the line.", xlabel="counted", ylabel="learned")
    Figure: Near the line.

    References
    ----------
    Lecture 9, slide "GloVe" (predictive and count-based).
    """
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if first.ndim != 1 or first.shape != second.shape or not first.size:
        raise ValueError(
            f"x and y must be equally long rows of numbers, got shapes {first.shape} and {second.shape}"
        )
    figure, axes = _canvas(says, width=6, height=4.5)
    axes.plot(first, second, ".", ms=3, alpha=0.25, color=BLUE, rasterized=True)
    ends = [max(first.min(), second.min()), min(first.max(), second.max())]
    axes.plot(ends, ends, color=ORANGE, lw=1.5, label="equal")
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend(frameon=False)
    return figure


def _cut(text: str, length: int = 110) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _canvas(says: str, width: float, height: float, panels: int = 1) -> tuple["Figure", Any]:
    """Make a figure that the notebook shows once, as the value of its cell, and print what it says."""
    import matplotlib.pyplot as plt

    print(f"Figure: {says}")
    with plt.rc_context(_STYLE):
        figure, axes = plt.subplots(1, panels, figsize=(width, height))
    plt.close(figure)  # else the notebook would show it twice
    return figure, axes


def _keep_apart(axes: "Axes", labels: Sequence["Text"]) -> None:
    """Move texts that cover each other up and down, each pair by half of what they cover, until none do."""
    boxes = [label.get_window_extent() for label in labels]
    left, right = np.array([(box.x0, box.x1) for box in boxes]).T
    start = np.array([(box.y0 + box.y1) / 2 for box in boxes])
    middle = start.copy()
    height = 0.8 * max(box.height for box in boxes)  # the letters, without the space between lines
    side_by_side = (left[:, None] >= right) | (right[:, None] <= left)
    order = np.sign(np.arange(len(labels))[:, None] - np.arange(len(labels)))  # for two at the same height
    for _ in range(200):
        apart = middle[:, None] - middle
        covered = np.where(side_by_side, 0, np.maximum(height - np.abs(apart), 0))
        if np.triu(covered, 1).max() < 0.5:  # of a pixel
            break
        middle += (covered * np.where(apart == 0, order, np.sign(apart))).sum(axis=1) / 2
    to_data = axes.transData.inverted()
    for i in np.flatnonzero(middle != start).tolist():
        labels[i].set_y(to_data.transform((left[i], middle[i]))[1])


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
