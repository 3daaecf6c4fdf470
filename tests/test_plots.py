"""Every picture is a closed figure with something on it that can be read, and prints its one line."""

import warnings
from collections.abc import Callable
from io import BytesIO
from itertools import combinations, pairwise

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from lecture9_utils import Interval, plots

RUN = {"accuracy": [0.5, 0.8, 0.9], "loss": [0.7, 0.5, 0.3]}
HISTORY = RUN | {"val_accuracy": [0.5, 0.7, 0.6], "val_loss": [0.7, 0.6, 0.8]}
SAYS = "what it shows."
TOKENS = ["a", "frog", "and", "a", "newt"]
SHAPES = {"in": "W: 8 × 5", "state": "U: 5 × 5", "out": "V: 5 × 1"}
PAIRS = [("king", "queen"), ("man", "woman")]
STATES = [(["dog", "bites", "man"], np.arange(12).reshape(3, 4) - 6), (["man"], [[0, 1, 2, 3]])]
WAYS = [[[0, 0], [0, 0.1]], [[1, 1], [-1, 1]], [[4, 4], [-2, 3]]]
PICTURES: dict[str, Callable[[], Figure]] = {
    "grid": lambda: plots.grid([[0, 1, -2.5], [3, 0, 0]], ["Rome", "Paris"], ["0", "1", "2"], SAYS, "Title"),
    "grid of zeros": lambda: plots.grid(np.zeros((1, 2)), ["a"], ["b", "c"], SAYS),
    "grid of words": lambda: plots.grid(np.eye(3), 3 * ["a" * 20], 3 * ["a long name"], SAYS),
    "tokens": lambda: plots.tokens_to_vectors("A frog.", TOKENS, np.arange(15).reshape(5, 3) - 7, SAYS),
    "grid of names": lambda: plots.grid([[0, 5, 66]], ["review"], ["1", "2", "3"], SAYS, names=True),
    "sheets": lambda: plots.sheets(
        np.arange(12).reshape(2, 3, 2) - 6, ["one", "two"], [["so"], TOKENS[:3]], SAYS
    ),
    "curves": lambda: plots.curves([RUN], SAYS, "One seed"),
    "bars": lambda: plots.bars({"bag of words": 0.88, "SimpleRNN": [0.81, 0.84]}, SAYS),
    "lines": lambda: plots.lines([1, 2, 3], {"squares": [1, 4, 9], "cubes": [1, 8, 27]}, SAYS, "n", "value"),
    "lines of seeds": lambda: plots.lines([1, 10, 99], {"s": [[1, 2, 3], [2, 3, 4]]}, SAYS, "n", "y", "xy"),
    "predicts": lambda: plots.predicts({"A": (["x"], "h", ["y", "z"]), "B": (["u", "v"], "h", ["w"])}, SAYS),
    "neighbours": lambda: plots.neighbours({"frog": [("toad", 0.9), ("toad " * 50, -0.2)], "king": []}, SAYS),
    "mapping": lambda: plots.mapping(["picture", "", ""], ["a", "red", "circle"], SAYS, fed_back=True),
    "pictures": lambda: plots.pictures(np.zeros((6, 9, 9, 3)), 6 * ["a large red circle"], SAYS),
    "picture": lambda: plots.pictures([np.eye(9)], ["one\ntwo"], SAYS),
    "table": lambda: plots.table([["a", "✓ bir"], ["ü ı" * 12, "✗ ığdır"]], ["English", "Turkish"], SAYS),
    "offsets": lambda: plots.offsets({"A": (PAIRS, [[[0, 0], [2, 1]], [[1, 3], [0, 4]]])}, SAYS),
    "paths": lambda: plots.paths({"A": WAYS, "B": WAYS}, ["frog", "frogs"], [0, 1], SAYS, step=1),
    "clouds": lambda: plots.clouds(range(40), {"A": range(40), "B": 20 * [1, 2]}, SAYS, "n"),
    "dots": lambda: plots.dots({"own": {"u": 0.5, "v": -0.1}, "shuffled": {"v": 0.2}}, SAYS, "cosine"),
    "dots and a band": lambda: plots.dots({"own": {"u": 0.5}}, SAYS, "cosine", ("random", -0.2, 0.2)),
    "unrolled": lambda: plots.unrolled(4, SAYS, weights=SHAPES),
    "unrolled stack": lambda: plots.unrolled(5, SAYS, layers=3, outputs="all"),
    "feedforward_and_recurrent": lambda: plots.feedforward_and_recurrent(SAYS),
    "state_map": lambda: plots.state_map(STATES, SAYS),
    "gates": lambda: plots.gates(
        TOKENS, {"forget": np.eye(5), "input": np.ones((5, 3))}, {"P": range(5)}, SAYS
    ),
    "unrolled from the start": lambda: plots.unrolled(3, SAYS, layers=2, start=True),
    "calculation": lambda: plots.calculation(TOKENS, 2, {"x W": [1, -0.001], "= a": [-2, 0.25]}, SAYS),
    "named_lines": lambda: plots.named_lines(
        [2, 4, 9], {"s": [[1, 2, 3], [2, 3, 4]], "c": [0, 0, 3]}, SAYS, "n", "y"
    ),
    "named_lines of words": lambda: plots.named_lines(TOKENS, {"a": range(5), "b": range(5)}, SAYS, "w", "y"),
}


def texts(figure: Figure) -> list[Text]:
    """Give all text that can be seen."""
    figure.draw_without_rendering()
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def words(figure: Figure) -> list[str]:
    return [t.get_text().strip() for t in texts(figure)]


def arrows(figure: Figure) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    found = [a for axes in figure.axes for a in axes.texts if isinstance(a, Annotation) and a.arrow_patch]
    return [(tuple(a.xyann), tuple(a.xy)) for a in found]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_can_be_seen_and_read(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    before, settings = plt.get_fignums(), dict(plt.rcParams)
    figure, png = PICTURES[name](), BytesIO()
    assert (plt.get_fignums(), dict(plt.rcParams)) == (before, settings)
    assert capsys.readouterr() == ("Figure: what it shows.\n", "")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph, a layout that does not fit
        figure.savefig(png)
    png.seek(0)
    pixels = plt.imread(png)
    height, width = pixels.shape[:2]
    assert width <= 1000, "no wider than a notebook"
    colours = np.unique((255 * pixels).astype(np.uint8).view(np.uint32))
    assert len(colours) > 20
    np.testing.assert_array_equal(pixels[[0, 0, -1, -1], [0, -1, 0, -1], :3], 1)  # a light ground
    seen = texts(figure)
    assert min(text.get_fontsize() for text in seen) >= 9
    renderer = FigureCanvasAgg(figure).get_renderer()
    scales = [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
    ticks = {label for axis in scales for label in axis.get_ticklabels(which="both")}
    for axis in scales:  # ticks beyond the limits are there, but not drawn
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if axis.axes.axison and low <= tick.get_loc() <= high:
                ticks -= {tick.label1, tick.label2}
    boxes = {text: text.get_window_extent(renderer) for text in seen if text not in ticks}
    for text, box in boxes.items():
        assert (box.x0 > -2, box.y0 > -2, box.x1 < width + 2, box.y1 < height + 2) == (True,) * 4, text
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        shared = Bbox.intersection(a, b)
        assert not shared or shared.width < 1 or shared.height < a.height / 4, (one, other)


def test_a_grid_shows_its_numbers_and_labels_side_by_side() -> None:
    assert " ".join(sorted(words(PICTURES["grid"]()))) == "-2.5 0 0 0 0 1 1 2 3 Paris Rome Title"
    assert "0.1" in words(plots.grid([[0.123]], ["a"], ["b"], SAYS, shown=".1f"))
    figure = PICTURES["grid of words"]()
    boxes = [t.get_window_extent() for t in texts(figure) if t.get_text() == "a long name"]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_tokens_stand_under_their_text_and_above_their_vectors() -> None:
    figure = plots.tokens_to_vectors("So good!", ["so", "good"], [[0.5, -3], [7, 2]], SAYS)
    place = {t.get_text(): t.get_position() for t in texts(figure)}
    assert place["So good!"][1] > place["so"][1] == place["good"][1] > place["0.5"][1] > place["-3"][1]
    assert place["so"][0] == place["0.5"][0] == place["-3"][0] < place["good"][0] == place["7"][0]


def test_a_grid_of_names_has_one_colour_and_none_for_0() -> None:
    nothing, five, sixty_six = PICTURES["grid of names"]().axes[0].images[0].get_array()[0]
    assert nothing == 0 < five == sixty_six


def test_sheets_have_words_above_their_numbers_and_no_colour_where_there_is_none() -> None:
    figure = PICTURES["sheets"]()
    one, two = figure.axes[0].images
    np.testing.assert_array_equal(one.get_array(), [[-6], [-5]])
    np.testing.assert_array_equal(two.get_array(), [[0, 2, 4], [1, 3, 5]])
    place = {t.get_text(): t.get_position() for t in texts(figure)}
    assert place["one"][1] < place["two"][1]
    assert place["frog"][0] == place["3"][0] == place["-4"][0]
    assert place["so"][1] < place["-6"][1] < place["-5"][1] < place["frog"][1] < place["2"][1]
    assert words(figure).count("(nothing)") == 2
    box = {t.get_text(): t.get_window_extent() for t in texts(figure)}
    assert box["so"].y0 > box["-6"].y1 and box["-6"].y0 > box["-5"].y1  # none covers another


def test_curves_are_means_with_a_band_from_lowest_to_highest() -> None:
    one = plots.curves([HISTORY], SAYS)
    assert [axes.get_ylabel() for axes in one.axes] == ["accuracy", "loss"]
    assert not any(axes.collections for axes in one.axes)
    two = plots.curves([HISTORY, {k: [v + 0.1 for v in values] for k, values in HISTORY.items()}], SAYS)
    training, validation = two.axes[0].lines
    np.testing.assert_allclose(training.get_xydata(), [[1, 0.55], [2, 0.85], [3, 0.95]])
    np.testing.assert_allclose(validation.get_ydata(), [0.55, 0.75, 0.65])
    band = two.axes[0].collections[1]
    assert tuple(band.get_paths()[0].get_extents().intervaly) == pytest.approx((0.5, 0.8))
    assert to_hex(band.get_facecolor()[0]) == to_hex(validation.get_color()) != to_hex(training.get_color())


def test_bars_are_means_with_a_dot_for_each_seed() -> None:
    (axes,) = PICTURES["bars"]().axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([0.88, 0.825])
    assert sorted(x for line in axes.lines[:2] for x in line.get_xdata()) == pytest.approx([0.81, 0.84, 0.88])
    assert {"88.0%", "82.5%", "bag of words", "guessing"} <= set(words(PICTURES["bars"]()))
    correlation = words(plots.bars({"one": 0.35}, SAYS, chance=None, shown=".2f"))
    assert {"0.35", "0.8"} <= set(correlation) and "guessing" not in correlation


def test_lines_have_their_own_colours_scales_and_names() -> None:
    figure = PICTURES["lines"]()
    assert len({to_hex(line.get_color()) for line in figure.axes[0].lines}) == 2
    assert {"squares", "cubes", "n", "value"} <= set(words(figure))
    (axes,) = PICTURES["lines of seeds"]().axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1.5, 2.5, 3.5])
    (axes,) = plots.lines(range(4, 9), {"share": [1, 2, 3, 4, 5]}, SAYS, "words", "share").axes
    assert all(tick == int(tick) for tick in axes.get_xticks())
    (axes,) = plots.lines([1, 30, 1000], {"share": [1, 2, 3]}, SAYS, "words", "share", log="x").axes
    assert [t.get_text() for t in axes.get_xticklabels(which="both")] == ["1", "30", "1,000"]


def test_an_unrolled_network_has_a_state_for_each_step_and_layer() -> None:
    figure = PICTURES["unrolled stack"]()
    assert [sum(w.startswith(f"${letter}") for w in words(figure)) for letter in "xhy"] == [5, 15, 5]
    assert len(arrows(figure)) == 5 * 4 + 4 * 3
    shown = words(PICTURES["unrolled"]())
    assert [shown.count(text) for text in SHAPES.values()] == [4, 3, 1]
    assert [w for w in shown if w.startswith("$y")] == ["$y_{4}$"]


def test_an_unrolled_network_can_begin_with_the_state_before_the_first_word() -> None:
    figure = PICTURES["unrolled from the start"]()
    assert words(figure).count("$h_0 = 0$") == 2
    assert {((0, y), (1, y)) for y in (1, 2)} <= set(arrows(figure))


def test_a_calculation_shows_its_numbers_and_the_word_that_is_read() -> None:
    figure = PICTURES["calculation"]()
    numbers = [t.get_text() for t in figure.axes[0].texts[:4]]
    assert numbers == ["1.00", "0.00", "-2.00", "0.25"]
    bold = [t.get_text() for t in texts(figure) if t.get_weight() == "bold"]
    assert bold == ["frog"] and set(TOKENS) <= set(words(figure))
    boxes = {t.get_text(): to_hex(box.get_edgecolor()) for t in texts(figure) if (box := t.get_bbox_patch())}
    assert {word for word, colour in boxes.items() if colour.upper() == plots.BLUE} == {"frog"}
    assert [line.get_ydata()[0] for line in figure.axes[0].lines] == [0.5]  # above the sum


def test_a_named_line_is_a_mean_with_a_dot_for_each_run_and_its_name_at_its_end() -> None:
    axes = PICTURES["named_lines"]().axes[0]
    mean, *runs = (line.get_ydata().tolist() for line in axes.lines[:3])
    assert (mean, runs) == ([1.5, 2.5, 3.5], [[1, 2, 3], [2, 3, 4]])
    assert [(t.get_text().strip(), *t.get_position()) for t in axes.texts] == [
        ("s", 9, pytest.approx(3.5, abs=0.2)),
        ("c", 9, pytest.approx(3, abs=0.2)),
    ]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["2", "4", "9"]
    one, other = (t.get_position()[1] for t in PICTURES["named_lines of words"]().axes[0].texts)
    assert one != other  # two lines that end at one place


def test_a_state_map_has_a_panel_for_each_sentence_and_one_scale_for_all() -> None:
    (first,), (second,) = (axes.images for axes in PICTURES["state_map"]().axes[:2])
    np.testing.assert_array_equal(first.get_array(), np.arange(12).reshape(3, 4).T - 6)
    np.testing.assert_array_equal(second.get_array(), [[0], [1], [2], [3]])
    assert first.get_clim() == second.get_clim() == (-6, 6)


def test_who_predicts_whom_is_read_from_left_to_right() -> None:
    figure = PICTURES["predicts"]()
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["A", "B"]
    places = [{t.get_text(): t.get_position()[0] for t in axes.texts if t.get_text()} for axes in figure.axes]
    assert [sorted(place, key=place.__getitem__) for place in places] == [[*"xhyz"], [*"uvhw"]]
    assert len(arrows(figure)) == 6 and all(start[0] < end[0] for start, end in arrows(figure))


def test_an_arrow_goes_from_the_first_word_of_a_pair_to_the_second() -> None:
    figure = PICTURES["offsets"]()
    shown = {t.get_text().strip(): t for t in figure.axes[0].texts if t.get_text()}
    places = {"king": (0, 0), "queen": (2, 1), "man": (1, 3), "woman": (0, 4)}
    for word, place in places.items():
        assert shown[word].get_position() == pytest.approx(place, abs=0.01)
    assert arrows(figure) == [((0, 0), (2, 1)), ((1, 3), (0, 4))]
    assert [shown[word].get_ha() for word in places] == ["right", "left", "left", "right"]


def test_words_at_the_same_place_are_written_below_each_other() -> None:
    pairs = [(f"word{i}", f"words{i}") for i in range(5)]
    figure = plots.offsets({"A": (pairs, [[[0, i % 2 / 100], [1, 0]] for i in range(5)])}, SAYS)
    figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in figure.axes[0].texts if t.get_text()]
    assert len(boxes) == 10
    for one, other in combinations(boxes, 2):
        assert one.x1 <= other.x0 or other.x1 <= one.x0 or abs(one.y0 - other.y0) > 0.7 * one.height


def test_paths_end_where_the_step_says_and_keep_room_for_the_rest() -> None:
    axes = PICTURES["paths"]().axes[0]
    assert [line.get_xydata().tolist() for line in axes.lines[:4:2]] == [
        [[0, 0], [1, 1]],
        [[0, 0.1], [-1, 1]],
    ]
    assert axes.lines[1].get_xydata().tolist() == [[1, 1]] and axes.get_aspect() == 1
    assert axes.get_xlim()[0] <= -2 and axes.get_xlim()[1] >= 4
    assert to_hex(axes.lines[0].get_color()) != to_hex(axes.lines[2].get_color())


def test_clouds_have_the_mean_of_each_tenth() -> None:
    first, second = PICTURES["clouds"]().axes
    np.testing.assert_allclose(first.lines[1].get_xydata(), np.arange(1.5, 40, 4)[:, None] * [1, 1])
    assert second.lines[1].get_ydata().tolist() == 10 * [1.5]


def test_a_dot_is_in_the_row_of_its_name() -> None:
    axes = PICTURES["dots"]().axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["u", "v"]
    drawn = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert drawn == {"own": [[0.5, 0], [-0.1, 1]], "shuffled": [[0.2, 1]]}
    assert "random" in words(PICTURES["dots and a band"]())


def test_a_dot_with_an_interval_has_its_line() -> None:
    figure = plots.dots({"ours": {"u": 0.1, "v": Interval(0.5, 0.2, 0.6, 9)}}, SAYS, "rho")
    dots, line = figure.axes[0].lines
    assert dots.get_xydata().tolist() == [[0.1, 0], [0.5, 1]]
    assert line.get_xydata().tolist() == [[0.2, 1], [0.6, 1]]


def test_no_two_lines_look_alike() -> None:
    figure = plots.lines([1, 2], {str(k): [k, k] for k in range(10)}, SAYS, "x", "y")
    looks = {(line.get_color(), line.get_linestyle()) for line in figure.axes[0].lines}
    assert len(looks) == 10


def test_neighbours_stand_under_their_word_with_their_cosines() -> None:
    figure = PICTURES["neighbours"]()
    height = {t.get_text(): t.get_position()[1] for t in texts(figure)}
    assert height["frog"] > height["toad"] == height["0.90"] > height["-0.20"] > height["king"]
    (cut,) = (text for text in height if text.endswith("…"))
    assert height[cut] == height["-0.20"] and len(cut) <= 110
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([0.081, 0])


def test_a_mapping_has_the_inputs_and_outputs_there_are_and_what_was_said_goes_into_the_next_state() -> None:
    one_said = (["picture", "", ""], ["", "circle", ""], SAYS)
    figure = plots.mapping(*one_said)
    without, fed_back = arrows(figure), arrows(plots.mapping(*one_said, fed_back=True))
    assert " ".join(sorted(words(figure))) == "$h_{1}$ $h_{2}$ $h_{3}$ circle inputs outputs picture states"
    assert set(without) == {((1, 0), (1, 1)), ((1, 1), (2, 1)), ((2, 1), (3, 1)), ((2, 1), (2, 2))}
    assert set(fed_back) - set(without) == {((2, 2), (3, 1))}


def test_pictures_stand_above_their_captions() -> None:
    figure = plots.pictures([np.zeros((4, 4)), np.ones((4, 4, 3))], ["night", "a day as long as two"], SAYS)
    assert [axes.get_xlabel() for axes in figure.axes] == ["night", "a day as long as two"]
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), np.ones((4, 4, 3)))
    assert "\n" in PICTURES["pictures"]().axes[0].get_xlabel()
    assert PICTURES["picture"]().axes[0].get_xlabel() == "one\ntwo"


def test_a_picture_has_the_outline_of_what_is_bright_in_another() -> None:
    before = np.zeros((9, 9))
    before[2:5, 3:6] = 1
    figure = plots.pictures(3 * [np.eye(9)], ["a", "b", "c"], SAYS, outlines=[np.zeros((9, 9)), before])
    first, second, third = (axes.collections for axes in figure.axes)
    assert not first and not third
    (line,) = second[0].get_paths()
    assert line.vertices.min(axis=0).tolist() == [2.5, 1.5]  # half way to the dark: columns, then rows
    assert line.vertices.max(axis=0).tolist() == [5.5, 4.5]


def test_a_table_is_coloured_by_its_marks() -> None:
    colour = {t.get_text(): to_hex(t.get_color()).upper() for t in texts(PICTURES["table"]())}
    assert (colour["✓ bir"], colour["✗ ığdır"]) == (plots.GREEN, plots.ORANGE)
    assert colour["a"] == colour["English"] == "#000000"


@pytest.mark.parametrize(
    "call",
    [
        lambda: plots.grid([[1, 2]], ["a"], ["b"], SAYS),
        lambda: plots.grid([[1]], ["a", "b"], ["c"], SAYS),
        lambda: plots.tokens_to_vectors("a b", ["a", "b"], [[1]], SAYS),
        lambda: plots.sheets([[[1]]], ["one"], [["a"], ["b"]], SAYS),
        lambda: plots.table([["a", "b"]], ["a"], SAYS),
        lambda: plots.state_map([(["a", "b"], [[1, 2]])], SAYS),
    ],
)
def test_wrong_shapes_are_refused(call: Callable[[], Figure]) -> None:
    with pytest.raises(ValueError, match=r"shape|argument|labels"):
        call()
    assert not plt.get_fignums()


def test_gates_have_a_column_a_word_and_a_row_a_unit_and_the_verdict_is_below() -> None:
    forget, entering, verdict = PICTURES["gates"]().axes[:3]
    assert [axes.images[0].get_array().shape for axes in (forget, entering)] == [(5, 5), (3, 5)]
    assert forget.images[0].get_clim() == (0, 1)
    assert [list(line.get_ydata()) for line in verdict.lines] == [[0, 1, 2, 3, 4], [0.5, 0.5]]
    assert [label.get_text() for label in verdict.get_xticklabels()] == TOKENS
