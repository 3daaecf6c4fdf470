"""The simple recurrent layer, step by step, in NumPy."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike as Array
from numpy.typing import NDArray

from .arguments import chosen, numbers

Floats = NDArray[np.floating[Any]]

_ACTIVATIONS: dict[str, Any] = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0), "linear": lambda a: a}


def simple_rnn(
    x: Array, W: Array, U: Array, b: Array, h0: Array | None = None, activation: str = "tanh"
) -> Floats:
    """Run a simple recurrent layer over a batch of sequences: ``h_t = f(x_t W + h_{t-1} U + b)``.

    Parameters
    ----------
    x : array_like, shape (batch, time, inputs)
    W, U : array_like, shapes (inputs, units) and (units, units)
        The weights of the input and of the state; ``kernel`` and ``recurrent_kernel`` in Keras.
    b : array_like, shape (units,)
        The bias.
    h0 : ndarray, shape (batch, units), optional
        The state before the first step; zeros if not given.
    activation : {"tanh", "relu", "linear"}
        The function f. ValueError if it has another name, or if a shape does not fit.

    Returns
    -------
    ndarray, shape (batch, time, units)
        The states ``h_1`` to ``h_time``; of float32 if all that is given is float32. As in Keras, one that
        has grown too large for it is infinite, and what comes of that may be no number.

    Examples
    --------
    A network that adds up what it has seen:

    >>> simple_rnn([[[1.0], [2.0], [3.0]]], W=[[1.0]], U=[[1.0]], b=[0.0], activation="linear").ravel()
    array([1., 3., 6.])

    References
    ----------
    Slides "MLPs → RNNs"; Elman (1990), "Finding structure in time"; ``keras.layers.SimpleRNN``.
    """
    x, W, U, b, h = _fitting(x, W, U, b, h0, activation)
    f = _ACTIVATIONS[activation]
    states = np.empty((*x.shape[:2], len(b)), x.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(x.shape[1]):
            h = states[:, t] = f(x[:, t] @ W + h @ U + b)
    return states


def _fitting(x: Any, W: Any, U: Any, b: Any, h0: Any, activation: str) -> list[Floats]:
    """Make arrays of one floating type; ValueError if a shape does not fit, or the activation is none."""
    chosen("activation", activation, tuple(_ACTIVATIONS))
    x, W = numbers("x", x), numbers("W", W)
    if x.ndim != 3 or W.ndim != 2:
        wanted = "x must have shape (batch, time, inputs) and W (inputs, units)"
        raise ValueError(f"{wanted}; got {x.shape} and {W.shape}. One sequence alone is x[None]")
    (batch, _, inputs), units = x.shape, W.shape[1]
    h0 = np.zeros((batch, units), np.float32) if h0 is None else h0
    given = [x, W, numbers("U", U), numbers("b", b), numbers("h0", h0)]
    shapes = {"W": (inputs, units), "U": (units, units), "b": (units,), "h0": (batch, units)}
    for (name, shape), array in zip(shapes.items(), given[1:], strict=True):
        if array.shape != shape:
            raise ValueError(f"{name} must have shape {shape} to fit x and W, got {array.shape}")
    dtype = np.result_type(*given, np.float32)
    return [array.astype(dtype) for array in given]
