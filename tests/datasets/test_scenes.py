"""Scenes, films and epidemic curves: what is drawn is what is said of it."""

import re

import numpy as np
import pytest
from scipy.ndimage import label
from scipy.signal import find_peaks

from lecture9_utils import draw_epidemics, draw_films, draw_scenes
from lecture9_utils.datasets.scenes import ACTIONS, COLOURS, SHAPES, SIZES, Scene

OBJECT = rf"a ({'|'.join(SIZES)}) ({'|'.join(COLOURS)}) ({'|'.join(SHAPES)})"


def seen(scene: Scene) -> list[tuple[str, str, str]]:
    """Look at the pixels alone: size, colour and shape of each object, from left to right."""
    parts, n = label(scene.image.any(axis=2))
    objects = []
    for k in range(1, n + 1):
        rows, columns = np.nonzero(parts == k)
        red, green, blue = scene.image[rows[0], columns[0]]
        colour = ("red", "green", "blue")[np.argmax([red, green, blue])]
        height = rows.max() - rows.min() + 1
        widest = rows[columns == columns.min()].mean()  # a triangle is widest at its foot
        shape = "triangle" if widest > (rows.min() + rows.max()) / 2 + height / 4 else "circle"
        objects.append((columns.mean(), ("large" if height > 7 else "small", colour, shape)))
    return [what for _, what in sorted(objects)]


def test_captions_say_what_the_pixels_show() -> None:
    for scene in draw_scenes(200, seed=5):
        objects = seen(scene)
        assert re.findall(OBJECT, scene.captions[0]) == objects
        if len(objects) == 2:
            left_right, right_left = scene.captions
            assert re.fullmatch(f"{OBJECT} left of {OBJECT}", left_right)
            assert re.fullmatch(f"{OBJECT} right of {OBJECT}", right_left)
            assert re.findall(OBJECT, right_left) == objects[::-1]


def test_scenes_have_one_or_two_objects_of_all_kinds() -> None:
    counts = [len(scene.captions) for scene in draw_scenes(400, seed=1)]
    assert 0.68 < counts.count(2) / 400 < 0.82
    assert {len(scene.captions) for scene in draw_scenes(40, seed=1, objects=1)} == {1}
    assert {len(scene.captions) for scene in draw_scenes(40, seed=1, objects=2)} == {2}
    assert len({scene.captions for scene in draw_scenes(400, seed=1, objects=1)}) == 12
    (image, _), *_ = draw_scenes(1, seed=0)
    assert (image.dtype, image.shape, image.min()) == (np.float32, (24, 24, 3), 0)


def test_actions_are_what_changes_from_frame_to_frame() -> None:
    films, actions = draw_films(60, seed=3, frames=10)
    assert (films.shape, films.dtype, actions.shape) == ((60, 10, 16, 16), np.float32, (60, 10))
    assert not actions[:, 0].any()
    mass = films.sum(axis=(2, 3))
    centre = (films.sum(axis=2) * np.arange(16)).sum(axis=2) / mass
    step, growth = np.diff(centre, axis=1), np.diff(mass, axis=1)
    told = np.array(ACTIONS)[actions[:, 1:]]
    still = (abs(step) < 0.5) & (abs(growth) < 1)
    seen = np.select(
        [still, step < -0.5, step > 0.5, growth > 0], ["rests", "left", "right", "grows"], "shrinks"
    )
    np.testing.assert_array_equal(seen, told)
    assert set(told.ravel()) == set(ACTIONS)
    edges = films.any(axis=(0, 1))
    assert not edges[:, 0].any()
    assert not edges[:, -1].any()


def test_epidemics_have_as_many_waves_as_is_said() -> None:
    curves, waves = draw_epidemics(300, seed=2)
    assert (curves.shape, curves.dtype, set(waves)) == ((300, 60), np.float32, {1, 2, 3})
    np.testing.assert_allclose(curves.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(curves.std(axis=1), 1, atol=1e-5)
    smooth = np.apply_along_axis(np.convolve, 1, curves, np.ones(5) / 5, "same")
    peaks = [len(find_peaks(curve, prominence=1.1 * curve.std(), distance=5)[0]) for curve in smooth]
    assert np.mean(peaks == waves) > 0.9


def test_the_seed_decides() -> None:
    np.testing.assert_array_equal(draw_films(3, 0)[0], draw_films(3, 0)[0])
    assert not np.array_equal(draw_films(3, 0)[0], draw_films(3, 1)[0])
    assert [s.captions for s in draw_scenes(9, 0)] == [s.captions for s in draw_scenes(9, 0)]
    assert [s.captions for s in draw_scenes(9, 0)] != [s.captions for s in draw_scenes(9, 1)]
    np.testing.assert_array_equal(draw_epidemics(3, 0)[0], draw_epidemics(3, 0)[0])
    assert not np.array_equal(draw_epidemics(3, 0)[0], draw_epidemics(3, 1)[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_scenes(0, 0), "n must be at least 1, got 0"),
        (lambda: draw_scenes(1, 0, objects=3), "objects must be 1, 2 or None, got 3"),
        (lambda: draw_films(0, 0), "n must be at least 1, got 0"),
        (lambda: draw_films(1, 0, frames=0), "frames must be at least 1, got 0"),
        (lambda: draw_epidemics(-1, 0), "n must be at least 1, got -1"),
        (lambda: draw_epidemics(1, 0, days=0), "days must be at least 1, got 0"),
    ],
)
def test_impossible_numbers_are_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
