"""Scenes, films and epidemic curves: what is drawn is what is said of it."""

import re
from collections.abc import Callable
from typing import Any

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
        colour = ("red", "green", "blue")[scene.image[rows[0], columns[0]].argmax()]
        height = rows.max() - rows.min() + 1
        widest = rows[columns == columns.min()].mean()  # a triangle is widest at its foot
        shape = "triangle" if widest > (rows.min() + rows.max()) / 2 + height / 4 else "circle"
        objects.append((columns.mean(), ("large" if height > 7 else "small", colour, shape)))
    return [what for _, what in sorted(objects)]


def test_captions_say_what_the_pixels_show() -> None:
    scenes = draw_scenes(400, seed=5)
    for image, captions in scenes:
        assert (image.dtype, image.shape, image.min()) == (np.float32, (24, 24, 3), 0)
        objects = seen(Scene(image, captions))
        named = [re.findall(OBJECT, caption) for caption in captions]
        assert named == ([objects, objects[::-1]] if len(objects) == 2 else [objects])
        words = [re.sub(OBJECT, "x", caption) for caption in captions]
        assert words == (["x left of x", "x right of x"] if len(objects) == 2 else ["x"])
    assert 0.68 < np.mean([len(captions) == 2 for _, captions in scenes]) < 0.82
    assert {len(captions) for _, captions in draw_scenes(40, seed=1, objects=2)} == {2}
    assert len({captions for _, captions in draw_scenes(400, seed=1, objects=1)}) == 12


def test_actions_are_what_changes_from_frame_to_frame() -> None:
    films, actions = draw_films(60, seed=3)
    assert (films.shape, films.dtype, actions.shape) == ((60, 12, 16, 16), np.float32, (60, 12))
    assert not actions[:, 0].any()
    mass = films.sum(axis=(2, 3))
    step = np.diff((films.sum(axis=2) * np.arange(16)).sum(axis=2) / mass, axis=1)
    growth = np.diff(mass, axis=1)
    still = (abs(step) < 0.5) & (abs(growth) < 1)
    names = ["rests", "left", "right", "grows"]
    shown = np.select([still, step < -0.5, step > 0.5, growth > 0], names, "shrinks")
    np.testing.assert_array_equal(shown, np.array(ACTIONS)[actions[:, 1:]])
    assert set(shown.ravel()) == set(ACTIONS)
    assert not films[..., [0, -1]].any()  # it never leaves the picture


def test_epidemics_have_as_many_waves_as_is_said() -> None:
    curves, waves = draw_epidemics(300, seed=2)
    assert (curves.shape, curves.dtype, set(waves)) == ((300, 60), np.float32, {1, 2, 3})
    np.testing.assert_allclose(curves.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(curves.std(axis=1), 1, atol=1e-5)
    smooth = np.apply_along_axis(np.convolve, 1, curves, np.ones(5) / 5, "same")
    peaks = [len(find_peaks(curve, prominence=1.1 * curve.std(), distance=5)[0]) for curve in smooth]
    assert np.mean(peaks == waves) > 0.9


@pytest.mark.parametrize("draw", [lambda *of: draw_scenes(*of)[0], draw_films, draw_epidemics])
def test_the_seed_decides(draw: Callable[[int, int], tuple[Any, ...]]) -> None:
    assert np.array_equal(draw(9, 0)[0], draw(9, 0)[0])
    assert not np.array_equal(draw(9, 0)[0], draw(9, 1)[0])


def test_a_seed_draws_the_same_on_every_machine() -> None:
    def where(drawn: Any) -> float:
        values = np.asarray(drawn, dtype=float).ravel()
        return float(values @ np.linspace(0, 1, values.size))

    assert where([image for image, _ in draw_scenes(20, seed=4)]) == pytest.approx(1022.16742)
    assert list(map(where, draw_films(20, seed=4))) == pytest.approx([3510.2359, 211.690377])
    assert list(map(where, draw_epidemics(20, seed=4))) == pytest.approx([1.4826035, 20.7368421])
