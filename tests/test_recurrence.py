"""The recurrence and its backpropagation through time, held against Keras and automatic differentiation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lecture9_utils as l9
from lecture9_utils.quiet import keras

tf = pytest.importorskip("tensorflow")

layer = st.fixed_dictionaries(
    {
        "batch": st.integers(1, 4),
        "time": st.integers(1, 12),
        "inputs": st.integers(1, 5),
        "units": st.integers(1, 6),
        "activation": st.sampled_from(["tanh", "relu", "linear"]),
        "with_h0": st.booleans(),
        "seed": st.integers(0, 2**16),
    }
)


def drawn(batch, time, inputs, units, activation, with_h0, seed):
    """Draw float32 sequences and weights, and what the layer above says of the states."""
    rng = np.random.default_rng(seed)
    U = np.linalg.qr(rng.normal(size=(units, units)))[0]  # orthogonal, as Keras starts
    arrays = {
        "x": rng.normal(size=(batch, time, inputs)),
        "W": rng.normal(size=(inputs, units)) / np.sqrt(inputs),
        "U": U,
        "b": rng.normal(size=units) / 4,
        "h0": rng.normal(size=(batch, units)) if with_h0 else None,
    }
    d_states = rng.normal(size=(batch, time, units)).astype("float32")
    arrays = {name: None if a is None else a.astype("float32") for name, a in arrays.items()}
    return arrays, d_states, activation


def keras_layer(W, U, b, activation):
    rnn = keras.layers.SimpleRNN(len(b), activation=activation, return_sequences=True)
    rnn.build((None, None, len(W)))
    rnn.set_weights([W, U, b])
    return rnn


def close(ours, theirs):
    """Agree to 1e-5, relative to the size of what is compared where it is above 1."""
    theirs = np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert ours.dtype == np.float32
    assert np.abs(ours - theirs).max() <= 1e-5 * max(1, np.abs(theirs).max())


@settings(max_examples=40, deadline=None)
@given(layer)
def test_states_and_gradients_are_those_of_keras(shape):
    arrays, d_states, activation = drawn(**shape)
    x, W, U, b, h0 = arrays.values()
    rnn = keras_layer(W, U, b, activation)
    inputs, start = tf.constant(x), tf.constant(np.zeros((len(x), len(b)), "f4") if h0 is None else h0)
    with tf.GradientTape() as tape:
        tape.watch([inputs, start])
        states = rnn(inputs, initial_state=start)
        loss = tf.reduce_sum(states * d_states)
    kernel, recurrent, bias = (v.value for v in rnn.trainable_variables)
    theirs = tape.gradient(loss, [inputs, kernel, recurrent, bias, start])

    close(l9.simple_rnn(x, W, U, b, h0, activation), states)
    ours = l9.simple_rnn_gradients(x, W, U, b, d_states, h0, activation)
    for mine, keras_s in zip(ours, theirs, strict=True):
        close(mine, keras_s)


@settings(max_examples=25, deadline=None)
@given(layer, st.data())
def test_a_sequence_can_be_cut_anywhere_and_go_on_from_its_state(shape, data):
    arrays, _, activation = drawn(**shape)
    x, W, U, b, h0 = arrays.values()
    cut = data.draw(st.integers(0, x.shape[1] - 1))
    whole = l9.simple_rnn(x, W, U, b, h0, activation)
    if cut:
        first = l9.simple_rnn(x[:, :cut], W, U, b, h0, activation)
        assert np.array_equal(first, whole[:, :cut])
        h0 = first[:, -1]
    rest = l9.simple_rnn(x[:, cut:], W, U, b, h0, activation)
    assert np.array_equal(rest, whole[:, cut:])


def test_gradients_are_finite_differences():
    arrays, d_states, _ = drawn(2, 4, 3, 2, "tanh", True, 5)
    arrays = {name: a.astype(float) for name, a in arrays.items()}
    gradients = l9.simple_rnn_gradients(**arrays, d_states=d_states)
    for name, array in arrays.items():
        for at in np.ndindex(array.shape):
            step = np.zeros_like(array)
            step[at] = 1e-6
            up, down = (l9.simple_rnn(**{**arrays, name: array + sign * step}) for sign in (1, -1))
            slope = ((up - down) * d_states).sum() / 2e-6
            assert getattr(gradients, name)[at] == pytest.approx(slope, abs=1e-6)


def test_lists_and_integers_are_taken_and_nothing_given_is_changed():
    x, U = np.ones((1, 3, 1), dtype=int), np.eye(1)
    states = l9.simple_rnn(x, [[1]], U, [0], activation="linear")
    assert states.ravel().tolist() == [1, 2, 3]
    l9.simple_rnn_gradients(x, [[1]], U, [0], np.ones((1, 3, 1)), activation="linear")
    assert x.tolist() == [[[1]] * 3]
    assert U.tolist() == [[1]]


GOOD = {"x": (2, 5, 3), "W": (3, 4), "U": (4, 4), "b": (4,), "h0": (2, 4)}


@pytest.mark.parametrize(
    ("name", "shape", "says"),
    [
        ("x", (5, 3), r"x must have shape \(batch, time, inputs\).*got \(5, 3\).*x\[None\]"),
        ("x", (2, 0, 3), r"x must have shape .* got \(2, 0, 3\)"),
        ("W", (4,), r"W must have shape \(inputs, units\), got \(4,\)"),
        ("W", (4, 3), r"W must have shape \(3, 3\): .*as many inputs as x has; got \(4, 3\)"),
        ("U", (4, 3), r"U must have shape \(4, 4\): .*; got \(4, 3\)"),
        ("b", (1, 4), r"b must have shape \(4,\)"),
        ("h0", (4,), r"h0 must have shape \(2, 4\): \(batch, units\); got \(4,\)"),
    ],
)
def test_a_wrong_shape_is_named(name, shape, says):
    arrays = {key: np.zeros(size) for key, size in {**GOOD, name: shape}.items()}
    with pytest.raises(ValueError, match=says):
        l9.simple_rnn(**arrays)
    with pytest.raises(ValueError, match=says):
        l9.simple_rnn_gradients(**arrays, d_states=np.zeros((2, 5, 4)))


def test_a_wrong_gradient_or_activation_is_named():
    arrays = {key: np.zeros(size) for key, size in GOOD.items()}
    with pytest.raises(ValueError, match=r"d_states must have shape \(2, 5, 4\): .*; got \(2, 4\)"):
        l9.simple_rnn_gradients(**arrays, d_states=np.zeros((2, 4)))
    with pytest.raises(ValueError, match="activation must be one of tanh, relu, linear; got 'sigmoid'"):
        l9.simple_rnn(**arrays, activation="sigmoid")
