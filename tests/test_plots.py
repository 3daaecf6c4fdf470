"""Every picture is a closed figure with something on it that can be read, and prints its one line."""

import warnings
from collections.abc import Callable
from io import BytesIO
from itertools import combinations
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from lecture9_utils import plots

RUN = {"accuracy": [0.5, 0.8, 0.9], "loss": [0.7, 0.5, 0.3]}
HISTORY = RUN | {"val_accuracy": [0.5, 0.7, 0.6], "val_loss": [0.7, 0.6, 0.8]}
SAYS = "what it shows."
PICTURES: dict[str, Callable[[], Figure]] = {
    "grid": lambda: plots.grid([[0, 1, -2.5], [3, 0, 0]], ["Rome", "Paris"], ["0", "1", "2"], SAYS, "Title"),
    "grid of zeros": lambda: plots.grid(np.zeros((1, 2)), ["a"], ["b", "c"], SAYS),
    "tokens_to_vectors": lambda: plots.tokens_to_vectors(
        "A frog and a newt.", ["a", "frog", "and", "a", "newt"], np.arange(15).reshape(5, 3) - 7, SAYS
    ),
    "cube": lambda: plots.cube(np.arange(90).reshape(3, 10, 3) - 45, ["review", "words", "numbers"], SAYS),
    "curves": lambda: plots.curves([HISTORY], SAYS, "One seed"),
    "curves of two seeds": lambda: plots.curves([HISTORY, {k: v[::-1] for k, v in HISTORY.items()}], SAYS),
    "bars": lambda: plots.bars({"bag of words": 0.88, "SimpleRNN": [0.81, 0.84]}, SAYS),
    "lines": lambda: plots.lines([1, 2, 3], {"squares": [1, 4, 9], "cubes": [1, 8, 27]}, SAYS, "n", "value"),
    "lines of seeds": lambda: plots.lines([1, 10, 99], {"s": [[1, 2, 3], [2, 3, 4]]}, SAYS, "n", "y", "xy"),
    "predicts": lambda: plots.predicts({"A": (["x"], "h", ["y", "z"]), "B": (["u", "v"], "h", ["w"])}, SAYS),
    "neighbours": lambda: plots.neighbours({"frog": [("toad", 0.9), ("t" * 200, -0.2)], "king": []}, SAYS),
    "mapping": lambda: plots.mapping(["picture", "", ""], ["a", "red", "circle"], SAYS, fed_back=True),
    "mapping of one step": lambda: plots.mapping(["x"], ["y"], SAYS),
    "pictures": lambda: plots.pictures(np.zeros((6, 9, 9, 3)), 6 * ["a large red circle"], SAYS),
    "picture": lambda: plots.pictures([np.eye(9)], ["a slope"], SAYS),
    "table": lambda: plots.table(
        [["a cat", "✓ bir kedi"], ["ü" * 40, "✗ ığdır"]], ["English", "Turkish"], SAYS
    ),
    "offsets": lambda: plots.offsets(
        {"A": ([("king", "queen"), ("man", "woman")], [[[0, 0], [2, 1]], [[1, 3], [0, 4]]])}, SAYS
    ),
    "dots": lambda: plots.dots({"own": {"u": 0.5, "v": -0.1}, "shuffled": {"v": 0.2}}, SAYS, "cosine"),
    "dots and a band": lambda: plots.dots({"own": {"u": 0.5}}, SAYS, "cosine", ("random", -0.2, 0.2)),
    "scatter": lambda: plots.scatter([0, 1, 2], [0.1, 0.9, 2.5], SAYS, "counted", "learned"),
    "unrolled": lambda: plots.unrolled(4, SAYS),
    "unrolled stack": lambda: plots.unrolled(5, SAYS, layers=3, outputs="all"),
    "unrolled with shapes": lambda: plots.unrolled(
        4, SAYS, weights={"in": "W: 8 × 5", "state": "U: 5 × 5", "out": "V: 5 × 1"}
    ),
    "feedforward_and_recurrent": lambda: plots.feedforward_and_recurrent(SAYS),
    "state_map": lambda: plots.state_map(
        [(["dog", "bites", "man"], np.arange(12).reshape(3, 4) - 6), (["man"], [[0, 1, 2, 3]])], SAYS
    ),
}


def texts(figure: Figure) -> list[Text]:
    """Give all text that can be seen."""
    figure.draw_without_rendering()
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def words(figure: Figure) -> list[str]:
    return [t.get_text().strip() for t in texts(figure)]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_prints_its_line_and_leaves_no_figure_open(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before, settings = plt.get_fignums(), dict(plt.rcParams)
    assert isinstance(PICTURES[name](), Figure)
    assert plt.get_fignums() == before
    assert dict(plt.rcParams) == settings
    assert capsys.readouterr() == ("Figure: what it shows.\n", "")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_can_be_seen_and_read(name: str) -> None:
    figure, png = PICTURES[name](), BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph, a layout that does not fit
        figure.savefig(png)
    png.seek(0)
    pixels = plt.imread(png)
    height, width = pixels.shape[:2]
    assert width <= 1000, "no wider than a notebook"
    assert height >= 90
    assert len(np.unique(pixels.reshape(height * width, -1), axis=0)) > 20
    np.testing.assert_array_equal(pixels[[0, 0, -1, -1], [0, -1, 0, -1], :3], 1)  # a light ground
    assert min(t.get_fontsize() for t in texts(figure)) >= 9
    renderer = FigureCanvasAgg(figure).get_renderer()
    scales = [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
    ticks = {label for axis in scales for label in axis.get_ticklabels(which="both")}
    for text in set(texts(figure)) - ticks:  # ticks beyond the limits are there, but not drawn
        box = text.get_window_extent(renderer)
        assert (box.x0 > -2, box.y0 > -2, box.x1 < width + 2, box.y1 < height + 2) == (True,) * 4, text


def test_a_grid_shows_its_numbers_and_labels() -> None:
    assert sorted(words(PICTURES["grid"]())) == sorted(
        ["0", "1", "-2.5", "3", "0", "0", "Rome", "Paris", "0", "1", "2", "Title"]
    )
    figure = plots.grid([[0.123]], ["a"], ["b"], SAYS, shown=".1f")
    assert "0.1" in words(figure)


def test_tokens_stand_under_their_text_and_above_their_vectors() -> None:
    figure = plots.tokens_to_vectors("So good!", ["so", "good"], [[0.5, -3], [7, 2]], SAYS)
    place = {t.get_text(): t.get_position() for t in texts(figure)}
    assert place["So good!"][1] > place["so"][1] == place["good"][1] > place["0.5"][1] > place["-3"][1]
    assert place["so"][0] == place["0.5"][0] == place["-3"][0] < place["good"][0] == place["7"][0]


def test_a_cube_has_its_sheets_and_tells_its_sizes() -> None:
    figure = PICTURES["cube"]()
    first, *_, last = sorted(figure.axes[0].images, key=lambda image: -image.get_zorder())
    assert len(figure.axes[0].images) == 3
    np.testing.assert_array_equal(first.get_array(), np.arange(30).reshape(10, 3).T - 45)
    np.testing.assert_array_equal(last.get_array(), np.arange(60, 90).reshape(10, 3).T - 45)
    assert {"review 1", "review 3", "10 words", "3 numbers"} <= set(words(figure))


def test_curves_are_means_with_a_band_from_lowest_to_highest() -> None:
    one = plots.curves([HISTORY], SAYS)
    assert [axes.get_ylabel() for axes in one.axes] == ["accuracy", "loss"]
    assert not any(axes.collections for axes in one.axes)
    two = plots.curves([HISTORY, {k: [v + 0.1 for v in values] for k, values in HISTORY.items()}], SAYS)
    training, validation = two.axes[0].lines
    np.testing.assert_allclose(training.get_xydata(), [[1, 0.55], [2, 0.85], [3, 0.95]])
    np.testing.assert_allclose(validation.get_ydata(), [0.55, 0.75, 0.65])
    low, high = two.axes[0].collections[1].get_paths()[0].get_extents().intervaly
    assert (low, high) == pytest.approx((0.5, 0.8))


def test_bars_are_means_with_a_dot_for_each_seed() -> None:
    figure = plots.bars({"bag of words": 0.88, "SimpleRNN": [0.81, 0.84]}, SAYS, chance=None)
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([0.88, 0.825])
    assert sorted(x for line in axes.lines for x in line.get_xdata()) == pytest.approx([0.81, 0.84, 0.88])
    assert {"88.0%", "82.5%", "bag of words", "SimpleRNN"} <= set(words(figure))
    assert "guessing" not in words(figure)
    assert "guessing" in words(plots.bars({"one": 0.6}, SAYS))
    assert {"0.35", "0.8"} <= set(words(plots.bars({"one": 0.35}, SAYS, shown=".2f")))


def test_lines_have_their_own_colours_scales_and_names() -> None:
    figure = PICTURES["lines"]()
    assert len({to_hex(line.get_color()) for line in figure.axes[0].lines}) == 2
    assert {"squares", "cubes", "n", "value"} <= set(words(figure))
    (axes,) = PICTURES["lines of seeds"]().axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1.5, 2.5, 3.5])
    (axes,) = plots.lines(range(4, 9), {"share": [1, 2, 3, 4, 5]}, SAYS, "words", "share").axes
    assert all(tick == int(tick) for tick in axes.get_xticks())


def test_an_unrolled_network_has_a_state_for_each_step_and_layer() -> None:
    assert [w for w in words(plots.unrolled(4, SAYS)) if w.startswith("$y")] == ["$y_{4}$"]
    shown = words(plots.unrolled(5, SAYS, layers=3, outputs="all"))
    assert [sum(w.startswith(f"${letter}") for w in shown) for letter in "xhy"] == [5, 15, 5]
    shown = words(PICTURES["unrolled with shapes"]())
    assert [shown.count(text) for text in ("W: 8 × 5", "U: 5 × 5", "V: 5 × 1")] == [4, 3, 1]


def test_a_state_map_has_a_panel_for_each_sentence_and_one_scale_for_all() -> None:
    figure = PICTURES["state_map"]()
    (first,), (second,) = (axes.images for axes in figure.axes[:2])
    np.testing.assert_array_equal(first.get_array(), np.arange(12).reshape(3, 4).T - 6)
    np.testing.assert_array_equal(second.get_array(), [[0], [1], [2], [3]])
    assert first.get_clim() == second.get_clim() == (-6, 6)


def test_who_predicts_whom_is_read_from_left_to_right() -> None:
    figure = PICTURES["predicts"]()
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["A", "B"]
    places = [{t.get_text(): t.get_position()[0] for t in axes.texts if t.get_text()} for axes in figure.axes]
    assert [sorted(place, key=place.__getitem__) for place in places] == [
        ["x", "h", "y", "z"],
        ["u", "v", "h", "w"],
    ]
    assert [sum(not t.get_text() for t in axes.texts) for axes in figure.axes] == [3, 3]  # the arrows


def test_an_arrow_goes_from_the_first_word_of_a_pair_to_the_second() -> None:
    axes = PICTURES["offsets"]().axes[0]
    places = {t.get_text().strip(): t.get_position() for t in axes.texts if t.get_text().strip()}
    assert places == {"king": (0, 0), "queen": (2, 1), "man": (1, 3), "woman": (0, 4)}
    ends = [(arrow.xyann, arrow.xy) for arrow in axes.texts if isinstance(arrow, Annotation)]
    assert ends == [((0, 0), (2, 1)), ((1, 3), (0, 4))]
    sides = {t.get_text().strip(): t.get_horizontalalignment() for t in axes.texts if t.get_text().strip()}
    assert sides == {"king": "right", "queen": "left", "man": "left", "woman": "right"}


def test_words_at_the_same_place_are_written_below_each_other() -> None:
    pairs = [(f"word{i}", f"words{i}") for i in range(5)]
    figure = plots.offsets({"A": (pairs, [[[0, i % 2 / 100], [1, 0]] for i in range(5)])}, SAYS)
    figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in figure.axes[0].texts if t.get_text()]
    assert len(boxes) == 10
    assert words(plots.offsets({"nothing": ([], np.zeros((0, 2, 2)))}, SAYS)) == ["nothing"]
    for one, other in combinations(boxes, 2):
        side_by_side = one.x1 <= other.x0 or other.x1 <= one.x0
        assert side_by_side or abs(one.y0 - other.y0) > 0.7 * one.height


def test_a_dot_is_in_the_row_of_its_name() -> None:
    axes = PICTURES["dots"]().axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["u", "v"]
    drawn = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert drawn == {"own": [[0.5, 0], [-0.1, 1]], "shuffled": [[0.2, 1]]}
    assert "random" in words(PICTURES["dots and a band"]())


def test_a_scatter_has_its_points_and_the_line_of_equality() -> None:
    points, equal = PICTURES["scatter"]().axes[0].lines
    assert points.get_xydata().tolist() == [[0, 0.1], [1, 0.9], [2, 2.5]]
    assert (equal.get_xdata() == equal.get_ydata()).all()


def test_neighbours_stand_under_their_word_with_their_cosines() -> None:
    figure = PICTURES["neighbours"]()
    height = {t.get_text(): t.get_position()[1] for t in texts(figure)}
    assert height["frog"] > height["toad"] == height["0.90"] > height["-0.20"] > height["king"]
    assert height[f"{'t' * 109}…"] == height["-0.20"]
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([0.081, 0])


def test_a_mapping_has_a_state_a_step_and_only_the_inputs_and_outputs_there_are() -> None:
    figure = plots.mapping(["not", "a", "bore"], ["", "", "good"], SAYS)
    place = {t.get_text(): t.get_position() for t in texts(figure)}
    assert set(place) == {
        "inputs",
        "states",
        "outputs",
        "not",
        "a",
        "bore",
        "good",
        *(f"$h_{{{t}}}$" for t in (1, 2, 3)),
    }
    assert place["bore"][0] == place["$h_{3}$"][0] == place["good"][0] > place["a"][0]
    assert place["bore"][1] < place["$h_{3}$"][1] < place["good"][1]


def test_what_was_said_goes_into_the_next_state() -> None:
    def arrows(fed_back: bool) -> int:
        figure = plots.mapping(["picture", "", ""], ["", "circle", ""], SAYS, fed_back)
        return sum(bool(t.arrow_patch) for t in figure.findobj(Annotation))

    assert (arrows(False), arrows(True)) == (4, 5)


def test_pictures_stand_above_their_captions() -> None:
    figure = plots.pictures([np.zeros((4, 4)), np.ones((4, 4, 3))], ["night", "a day as long as two"], SAYS)
    assert [axes.get_xlabel() for axes in figure.axes] == ["night", "a day as long as two"]
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), np.ones((4, 4, 3)))
    many = plots.pictures(8 * [np.eye(4)], 8 * ["a large red circle"], SAYS)
    assert "\n" in many.axes[0].get_xlabel()
    lines = plots.pictures([np.eye(4)], ["one\ntwo"], SAYS)
    assert lines.axes[0].get_xlabel() == "one\ntwo"


def test_a_table_is_coloured_by_its_marks() -> None:
    colour = {t.get_text(): to_hex(t.get_color()).upper() for t in texts(PICTURES["table"]())}
    assert colour["✓ bir kedi"] == plots.GREEN
    assert colour["✗ ığdır"] == plots.ORANGE
    assert colour["a cat"] == colour["English"] == "#000000"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.grid([[1, 2]], ["a"], ["b"], SAYS), r"shape \(1, 1\), got \(1, 2\)"),
        (lambda: plots.grid([1], ["a"], ["b"], SAYS), r"shape \(1, 1\), got \(1,\)"),
        (
            lambda: plots.tokens_to_vectors("a b", ["a", "b"], [[1]], SAYS),
            r"row for each of the 2 tokens, got shape \(1, 1\)",
        ),
        (lambda: plots.tokens_to_vectors("a", ["a"], [1], SAYS), r"got shape \(1,\)"),
        (lambda: plots.cube([[1]], ["a", "b", "c"], SAYS), r"three axes, got shape \(1, 1\)"),
        (lambda: plots.curves([], SAYS), "at least one history"),
        (lambda: plots.bars({}, SAYS), "at least one result"),
        (
            lambda: plots.lines([1, 2], {"squares": [1, 4, 9]}, SAYS, "n", "y"),
            "series 'squares' has 3 values for 2 points",
        ),
        (lambda: plots.predicts({}, SAYS), "at least one panel"),
        (lambda: plots.predicts({"A": ([], "h", ["y"])}, SAYS), "something on both sides"),
        (lambda: plots.neighbours({}, SAYS), "at least one list"),
        (lambda: plots.mapping([], [], SAYS), "at least 1, got 0 and 0"),
        (lambda: plots.mapping(["a"], ["b", "c"], SAYS), "at least 1, got 1 and 2"),
        (lambda: plots.pictures([], [], SAYS), "got 0 for 0 images"),
        (lambda: plots.pictures([np.eye(2)], ["a", "b"], SAYS), "got 2 for 1 images"),
        (lambda: plots.table([], ["a"], SAYS), "1 cells"),
        (lambda: plots.table([["a", "b"]], ["a"], SAYS), "1 cells"),
        (lambda: plots.offsets({}, SAYS), "at least one panel"),
        (lambda: plots.offsets({"A": ([("a", "b")], [[0, 1]])}, SAYS), r"shape \(1, 2, 2\), got \(1, 2\)"),
        (lambda: plots.dots({"own": {}}, SAYS, "x"), "at least one value"),
        (lambda: plots.scatter([1], [1, 2], SAYS, "x", "y"), r"got shapes \(1,\) and \(2,\)"),
        (lambda: plots.scatter([], [], SAYS, "x", "y"), "equally long rows of numbers"),
        (lambda: plots.unrolled(0, SAYS), "at least 1, got 0 and 1"),
        (lambda: plots.unrolled(1, SAYS, layers=0), "at least 1, got 1 and 0"),
        (lambda: plots.unrolled(1, SAYS, outputs="first"), "'last' or 'all', got 'first'"),
        (lambda: plots.unrolled(1, SAYS, weights={"up": "W"}), r"'in', 'state' and 'out', got \['up'\]"),
        (lambda: plots.state_map([], SAYS), "at least one sentence"),
        (lambda: plots.state_map([(["a", "b"], [[1, 2]])], SAYS), r"row for each of .*, got shape \(1, 2\)"),
    ],
)
def test_wrong_shapes_are_refused(call: Callable[[], Any], message: str) -> None:
    before = plt.get_fignums()
    with pytest.raises(ValueError, match=message):
        call()
    assert plt.get_fignums() == before
