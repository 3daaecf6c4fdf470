"""The simple recurrent layer, step by step, and its backpropagation through time, in NumPy."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]

_ACTIVATIONS: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    # name: the function f(a), and its slope f'(a) written in terms of h = f(a)
    "tanh": (np.tanh, lambda h: 1 - h**2),
    "relu": (lambda a: np.maximum(a, 0), lambda h: (h > 0).astype(h.dtype)),
    "linear": (lambda a: a, np.ones_like),
}


class Gradients(NamedTuple):
    """The loss's gradient for each of a recurrent layer's inputs, each in the shape of that input."""

    x: Floats
    W: Floats
    U: Floats
    b: Floats
    h0: Floats


def simple_rnn(
    x: ArrayLike,
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike,
    h0: ArrayLike | None = None,
    activation: str = "tanh",
) -> Floats:
    """Run a simple recurrent layer over a batch of sequences: ``h_t = f(x_t W + h_{t-1} U + b)``.

    Parameters
    ----------
    x : array_like, shape (batch, time, inputs)
        The sequences, with at least one time step.
    W : array_like, shape (inputs, units)
        The weights of the input; ``kernel`` in Keras.
    U : array_like, shape (units, units)
        The weights of the state; ``recurrent_kernel`` in Keras.
    b : array_like, shape (units,)
        The bias.
    h0 : array_like, shape (batch, units), optional
        The state before the first step; zeros if not given.
    activation : {"tanh", "relu", "linear"}
        The function f.

    Returns
    -------
    ndarray, shape (batch, time, units)
        The states ``h_1`` to ``h_time``; of float32 if all that is given is float32.

    Raises
    ------
    ValueError
        If shapes do not fit, or the activation has another name.

    Examples
    --------
    A network that adds up what it has seen:

    >>> simple_rnn([[[1.0], [2.0], [3.0]]], W=[[1.0]], U=[[1.0]], b=[0.0], activation="linear").ravel()
    array([1., 3., 6.])

    References
    ----------
    Lecture 9, slides "MLPs → RNNs"; Elman (1990), "Finding structure in time"; ``keras.layers.SimpleRNN``.
    """
    x, W, U, b, h = _checked(x, W, U, b, h0)
    f, _ = _activation(activation)
    states = []
    for t in range(x.shape[1]):
        h = f(x[:, t] @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1)


def simple_rnn_gradients(
    x: ArrayLike,
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike,
    d_states: ArrayLike,
    h0: ArrayLike | None = None,
    activation: str = "tanh",
) -> Gradients:
    """Backpropagate a loss through depth and time, from the last step to the first.

    Parameters
    ----------
    x, W, U, b, h0, activation
        As for `simple_rnn`.
    d_states : array_like, shape (batch, time, units)
        The loss's gradient for each state as an *output*: what the layer above says of ``h_t``, leaving out
        what later steps will add. If only the last state is used, all but ``d_states[:, -1]`` is 0.

    Returns
    -------
    Gradients
        ``.x``, ``.W``, ``.U``, ``.b`` and ``.h0``, each in the shape of what it is the gradient for.

    Raises
    ------
    ValueError
        If shapes do not fit, or the activation has another name.

    Examples
    --------
    In a network that adds up, each of three inputs moves the last state by as much as it moves itself:

    >>> last_only = [[[0.0], [0.0], [1.0]]]
    >>> x = [[[1.0], [2.0], [3.0]]]
    >>> simple_rnn_gradients(x, [[1.0]], [[1.0]], [0.0], last_only, activation="linear").x.ravel()
    array([1., 1., 1.])

    References
    ----------
    Lecture 9, slide "RNN Backprop"; Werbos (1990), "Backpropagation through time: what it does and how to
    do it"; Goodfellow, Bengio, Courville (2016), *Deep Learning*, section 10.2.2.
    """
    states = simple_rnn(x, W, U, b, h0, activation)
    x, W, U, b, h0 = _checked(x, W, U, b, h0)
    d_states = np.asarray(d_states, dtype=states.dtype)
    _must("d_states", d_states, states.shape, "(batch, time, units), that of the states")
    _, slope = _activation(activation)
    before = np.concatenate([h0[:, None], states[:, :-1]], axis=1)  # the state that each step began with
    dx, dW, dU, db, dh = (np.zeros_like(array) for array in (x, W, U, b, h0))
    for t in reversed(range(x.shape[1])):
        dh = dh + d_states[:, t]  # what later steps say of h_t, and what the layer above says
        da = dh * slope(states[:, t])  # back through f
        dW += x[:, t].T @ da
        dU += before[:, t].T @ da
        db += da.sum(axis=0)
        dx[:, t] = da @ W.T  # down, through depth
        dh = da @ U.T  # and to the step before, through time
    return Gradients(dx, dW, dU, db, dh)


def _checked(
    x: ArrayLike, W: ArrayLike, U: ArrayLike, b: ArrayLike, h0: ArrayLike | None
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Make arrays of one floating type, and say which shape does not fit."""
    given = [np.asarray(array) for array in (x, W, U, b)] + ([] if h0 is None else [np.asarray(h0)])
    dtype = np.result_type(*given, np.float32)
    x, W, U, b = (array.astype(dtype) for array in given[:4])
    if x.ndim != 3 or 0 in x.shape[:2]:
        raise ValueError(
            "x must have shape (batch, time, inputs), with at least one sequence and one step, "
            f"got {x.shape}: a sequence alone is x[None]"
        )
    if W.ndim != 2:
        raise ValueError(f"W must have shape (inputs, units), got {W.shape}")
    batch, _, inputs = x.shape
    units = W.shape[1]
    _must("W", W, (inputs, units), "(inputs, units), with as many inputs as x has")
    _must("U", U, (units, units), "(units, units), with as many units as W has")
    _must("b", b, (units,), "(units,)")
    h = np.zeros((batch, units), dtype) if h0 is None else given[4].astype(dtype)
    _must("h0", h, (batch, units), "(batch, units)")
    return x, W, U, b, h


def _must(name: str, array: Floats, shape: tuple[int, ...], meaning: str) -> None:
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}: {meaning}; got {array.shape}")


def _activation(name: str) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    if name not in _ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(_ACTIVATIONS)}; got {name!r}")
    return _ACTIVATIONS[name]
