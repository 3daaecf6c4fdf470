"""Small pictures, films and epidemic curves, drawn with NumPy: data that a student can see through."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

COLOURS = {"red": (240, 80, 60), "green": (40, 190, 110), "blue": (70, 130, 255)}
SHAPES = ("circle", "triangle")
SIZES = {"small": 3.2, "large": 5.2}  # radius in pixels
ACTIONS = ("rests", "left", "right", "grows", "shrinks")
SIDE = 24  # pixels


class Scene(NamedTuple):
    """A picture and everything that may be said of it.

    Attributes
    ----------
    image : ndarray of float32, shape (24, 24, 3)
        Red, green and blue, from 0 to 1, on black.
    captions : tuple of str
        All captions that are true: one for a single object, two for two, as either may be named first.
    """

    image: NDArray[np.float32]
    captions: tuple[str, ...]


def draw_scenes(n: int, seed: int, objects: int | None = None) -> list[Scene]:
    """Draw pictures of one or two objects: red, green or blue circles and triangles of two sizes.

    Parameters
    ----------
    n : int
        How many, at least 1.
    seed : int
        The same seed draws the same pictures on every machine.
    objects : {1, 2}, optional
        How many objects are in each; by default two in three out of four pictures, else one.

    Returns
    -------
    list of Scene

    Raises
    ------
    ValueError
        If `n` is below 1, or `objects` is neither 1 nor 2.

    Examples
    --------
    >>> scene = draw_scenes(1, seed=0)[0]
    >>> scene.image.shape
    (24, 24, 3)
    >>> scene.captions[0]
    'a large red circle left of a small green triangle'
    >>> scene.captions[1]
    'a small green triangle right of a large red circle'

    References
    ----------
    Lecture 9, slide "one to many" ("image captioning").
    """
    _check_count("n", n)
    if objects not in (None, 1, 2):
        raise ValueError(f"objects must be 1, 2 or None, got {objects!r}")
    rng = np.random.default_rng(seed)
    return [_scene(rng, objects or 1 + int(rng.random() < 0.75)) for _ in range(n)]


def _scene(rng: np.random.Generator, objects: int) -> Scene:
    image = np.zeros((SIDE, SIDE, 3), dtype=np.float32)
    names = []
    for i in range(objects):
        size, colour, shape = (str(rng.choice(list(of))) for of in (SIZES, COLOURS, SHAPES))
        x, y = rng.uniform(-0.5, 0.5), rng.uniform(-2, 2)
        x += 0 if objects == 1 else (2 * i - 1) * SIDE / 4
        image[_inside(shape, x, y, SIZES[size])] = np.divide(COLOURS[colour], 255)
        names.append(f"a {size} {colour} {shape}")
    if objects == 1:
        return Scene(image, (names[0],))
    return Scene(image, (f"{names[0]} left of {names[1]}", f"{names[1]} right of {names[0]}"))


def _inside(shape: str, x: float, y: float, radius: float) -> NDArray[np.bool_]:
    """Mark the pixels of a shape; x goes right and y goes down from the middle of the picture."""
    down, right = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    right, down = right - x, down - y
    if shape == "circle":
        return np.asarray(np.hypot(right, down) <= radius)
    return np.asarray((down <= 0.8 * radius) & (abs(right) <= (down + radius) * 0.6))


def draw_films(n: int, seed: int, frames: int = 12) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw films of a disc that rests, moves or changes its size, and say for each frame what it does.

    The disc changes its mind every few frames. What it does is the change since the frame before, so one
    frame alone does not show it; in the first frame it rests.

    Parameters
    ----------
    n, frames : int
        How many films, and how many frames each has, at least 1.
    seed : int
        The same seed draws the same films on every machine.

    Returns
    -------
    films : ndarray of float32, shape (n, frames, 16, 16)
        Grey values from 0 (the ground) to 1 (the disc).
    actions : ndarray of int64, shape (n, frames)
        Places in `ACTIONS`.

    Raises
    ------
    ValueError
        If `n` or `frames` is below 1.

    Examples
    --------
    >>> films, actions = draw_films(1, seed=2, frames=6)
    >>> films.shape, [ACTIONS[action] for action in actions[0]]
    ((1, 6, 16, 16), ['rests', 'left', 'right', 'shrinks', 'right', 'right'])

    References
    ----------
    Lecture 9, slide "many to many" ("frame by frame image captioning").
    """
    _check_count("n", n)
    _check_count("frames", frames)
    rng = np.random.default_rng(seed)
    films = np.zeros((n, frames, 16, 16), dtype=np.float32)
    actions = np.zeros((n, frames), dtype=np.int64)
    for film, labels in zip(films, actions, strict=True):
        x, y, radius, action = rng.uniform(-2.5, 2.5), rng.uniform(-2.5, 2.5), rng.uniform(2.5, 4), 0
        for t in range(frames):
            action = int(rng.integers(len(ACTIONS))) if t and rng.random() < 0.4 else action
            action = _turned(action, x, radius)
            x += {"left": -1, "right": 1}.get(ACTIONS[action], 0)
            radius += {"grows": 0.5, "shrinks": -0.5}.get(ACTIONS[action], 0)
            film[t], labels[t] = _disc(x, y, radius), action
    return films, actions


def _disc(x: float, y: float, radius: float) -> NDArray[np.float64]:
    """Draw a white disc on black, 16 pixels a side, with soft edges."""
    down, right = np.mgrid[:16, :16] - 7.5
    return np.asarray(np.clip(radius - np.hypot(right - x, down - y) + 0.5, 0, 1))


def _turned(action: int, x: float, radius: float) -> int:
    """Turn round at the edges, and at the largest and smallest size."""
    turn = {"left": x < -2, "right": x > 2, "grows": radius > 3.5, "shrinks": radius < 2}
    name = ACTIONS[action]
    if not turn.get(name, False):
        return action
    return ACTIONS.index({"left": "right", "right": "left", "grows": "shrinks", "shrinks": "grows"}[name])


def draw_epidemics(n: int, seed: int, days: int = 60) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw epidemic curves with one, two or three waves, which begin at any time.

    Parameters
    ----------
    n, days : int
        How many curves, and how many days each has, at least 1.
    seed : int
        The same seed draws the same curves on every machine.

    Returns
    -------
    curves : ndarray of float32, shape (n, days)
        Cases a day, each curve with mean 0 and standard deviation 1.
    waves : ndarray of int64, shape (n,)
        How many waves each curve has, from 1 to 3.

    Raises
    ------
    ValueError
        If `n` or `days` is below 1.

    Examples
    --------
    >>> curves, waves = draw_epidemics(4, seed=0)
    >>> curves.shape, waves.tolist()
    ((4, 60), [3, 2, 2, 1])

    References
    ----------
    Lecture 9, slide "Applications" ("time series comparisons").
    """
    _check_count("n", n)
    _check_count("days", days)
    rng = np.random.default_rng(seed)
    waves = rng.integers(1, 4, size=n)
    curves = np.zeros((n, days), dtype=np.float32)
    for curve, count in zip(curves, waves, strict=True):
        peak = days * rng.uniform(0.1, 0.9 - 0.22 * (count - 1))
        for _ in range(count):
            height, width = rng.uniform(0.6, 1), days * rng.uniform(0.03, 0.05)
            curve += height * np.exp(-(((np.arange(days) - peak) / width) ** 2) / 2)
            peak += days * rng.uniform(0.18, 0.26)
        curve += rng.normal(scale=0.08, size=days)
    spread = np.maximum(curves.std(axis=1, keepdims=True), 1e-12)
    return (curves - curves.mean(axis=1, keepdims=True)) / spread, waves


def _check_count(name: str, value: int) -> None:
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
