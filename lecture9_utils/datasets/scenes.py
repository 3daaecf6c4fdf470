"""Small pictures, films and epidemic curves, drawn with NumPy: data that a student can see through."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arguments import chosen, seeded, whole

COLOURS = {"red": (240, 80, 60), "green": (40, 190, 110), "blue": (70, 130, 255)}
SHAPES = ("circle", "triangle")
SIZES = {"small": 3.2, "large": 5.2}  # radius in pixels
SIDE = 24  # pixels of a scene
ACTIONS = ("rests", "left", "right", "grows", "shrinks")
_MOVES = (0, -1, 1, 0, 0)  # pixels a frame that each action adds to x
_GROWS = (0, 0, 0, 0.5, -0.5)  # and to the radius
_TURNED = (0, 2, 1, 4, 3)  # the action to the other side
FRAMES, DAYS = 12, 60  # of a film, of an epidemic


class Scene(NamedTuple):
    """A picture, 24 × 24 pixels of red, green and blue from 0 to 1, and all captions that are true of it."""

    image: NDArray[np.float32]
    captions: tuple[str, ...]


def draw_scenes(n: int, seed: int, objects: int | None = None) -> list[Scene]:
    """Draw pictures of one or two circles and triangles to say something of (slide "image captioning").

    Parameters
    ----------
    n, seed : int
        How many; the same seed draws the same on every machine, here and below.
    objects : {1, 2}, optional
        How many objects are in each; by default two in three out of four pictures, else one.

    Examples
    --------
    >>> [scene] = draw_scenes(1, seed=0)
    >>> scene.image.shape, scene.captions[0]
    ((24, 24, 3), 'a large red circle left of a small green triangle')
    >>> scene.captions[1]  # as either may be named first
    'a small green triangle right of a large red circle'
    """
    n, rng = whole("n", n), np.random.default_rng(seeded(seed))
    objects = None if objects is None else chosen("objects", objects, (1, 2))
    down, right = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2  # from the middle of the picture
    scenes = []
    for _ in range(n):
        count = objects or 1 + int(rng.random() < 0.75)
        image, names = np.zeros((SIDE, SIDE, 3), dtype=np.float32), []
        for i in range(count):
            size, colour, shape = (str(rng.choice(list(of))) for of in (SIZES, COLOURS, SHAPES))
            x = right - (rng.uniform(-0.5, 0.5) + (2 * i + 1 - count) * SIDE / 4)
            y = down - rng.uniform(-2, 2)
            triangle = (y <= 0.8 * SIZES[size]) & (abs(x) <= (y + SIZES[size]) * 0.6)
            inside = triangle if shape == "triangle" else np.hypot(x, y) <= SIZES[size]
            image[inside] = np.divide(COLOURS[colour], 255)
            names.append(f"a {size} {colour} {shape}")
        captions = f"{names[0]} left of {names[-1]}", f"{names[-1]} right of {names[0]}"
        scenes.append(Scene(image, captions if count == 2 else (names[0],)))
    return scenes


def draw_films(n: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw films of a disc that rests, moves or changes its size, and say for each frame what it does.

    The disc changes its mind every few frames. What it does is the change since the frame before, so one
    frame alone does not show it (slide "frame by frame image captioning"); in the first frame it rests.

    Returns
    -------
    films : ndarray of float32, shape (n, 12, 16, 16)
        12 frames of grey values from 0 (the ground) to 1 (the disc).
    actions : ndarray of int64, shape (n, 12)
        Places in `ACTIONS`.

    Examples
    --------
    >>> films, actions = draw_films(1, seed=2)
    >>> films.shape, [ACTIONS[action] for action in actions[0, :5]]
    ((1, 12, 16, 16), ['rests', 'left', 'right', 'shrinks', 'right'])
    """
    n, rng = whole("n", n), np.random.default_rng(seeded(seed))
    films, actions = np.zeros((n, FRAMES, 16, 16), np.float32), np.zeros((n, FRAMES), np.int64)
    down, right = np.mgrid[:16, :16] - 7.5
    for film, labels in zip(films, actions, strict=True):
        x, y, radius, action = rng.uniform(-2.5, 2.5), rng.uniform(-2.5, 2.5), rng.uniform(2.5, 4), 0
        for t in range(FRAMES):
            action = int(rng.integers(len(ACTIONS))) if t and rng.random() < 0.4 else action
            if abs(x + _MOVES[action]) > 3 or not 1.5 <= radius + _GROWS[action] <= 4:
                action = _TURNED[action]
            x, radius = x + _MOVES[action], radius + _GROWS[action]
            film[t] = np.clip(radius - np.hypot(right - x, down - y) + 0.5, 0, 1)  # a disc with soft edges
            labels[t] = action
    return films, actions


def draw_epidemics(n: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw epidemic curves with one, two or three waves, which begin at any time ("time series comparisons").

    Returns
    -------
    curves : ndarray of float32, shape (n, 60)
        Cases a day for 60 days, each curve with mean 0 and standard deviation 1.
    waves : ndarray of int64, shape (n,)
        How many waves each curve has, from 1 to 3.

    Examples
    --------
    >>> curves, waves = draw_epidemics(4, seed=0)
    >>> curves.shape, waves.tolist()
    ((4, 60), [3, 2, 2, 1])
    """
    n, rng = whole("n", n), np.random.default_rng(seeded(seed))
    waves = rng.integers(1, 4, size=n)
    curves = np.zeros((n, DAYS), dtype=np.float32)
    for curve, count in zip(curves, waves, strict=True):
        peak = DAYS * rng.uniform(0.1, 0.9 - 0.22 * (count - 1))
        for _ in range(count):
            height, width = rng.uniform(0.6, 1), DAYS * rng.uniform(0.03, 0.05)
            curve += height * np.exp(-(((np.arange(DAYS) - peak) / width) ** 2) / 2)
            peak += DAYS * rng.uniform(0.18, 0.26)
        curve += rng.normal(scale=0.08, size=DAYS)
    return (curves - curves.mean(axis=1, keepdims=True)) / curves.std(axis=1, keepdims=True), waves
