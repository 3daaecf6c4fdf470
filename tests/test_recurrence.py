"""The recurrence, held against Keras."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lecture9_utils as l9

# isort: split
import keras  # after the package, which starts TensorFlow without messages

SIZES = st.tuples(*(st.integers(1, most) for most in (4, 12, 5, 6)))  # batch, time, inputs, units


@settings(max_examples=40)
@given(SIZES, st.sampled_from(["tanh", "relu", "linear"]), st.booleans(), st.integers(0, 2**16))
def test_states_are_those_of_keras(sizes: tuple[int, ...], activation: str, fresh: bool, seed: int) -> None:
    batch, time, inputs, units = sizes
    keras.utils.set_random_seed(seed)
    layer = keras.layers.SimpleRNN(units, activation, bias_initializer="normal", return_sequences=True)
    x, h0 = (keras.random.normal(shape, dtype="float32") for shape in ((batch, time, inputs), (batch, units)))
    h0 *= 1 - fresh
    theirs = np.asarray(layer(x, initial_state=h0))
    options = {"h0": None if fresh else np.asarray(h0), "activation": activation}
    ours = l9.simple_rnn(np.asarray(x), *layer.get_weights(), **options)
    assert (ours.shape, ours.dtype) == (theirs.shape, np.float32)
    assert np.abs(ours - theirs).max() <= 1e-5 * max(1, np.abs(theirs).max())


def test_lists_and_integers_are_taken_and_nothing_given_is_changed() -> None:
    x, U = np.ones((1, 3, 1), dtype=int), np.eye(1)
    assert l9.simple_rnn(x, [[1]], U, [0], activation="linear").ravel().tolist() == [1, 2, 3]
    assert (x.tolist(), U.tolist()) == ([[[1]] * 3], [[1]])


@pytest.mark.filterwarnings("error")
def test_what_grows_too_large_is_infinite_and_then_no_number_without_a_warning() -> None:
    states = l9.simple_rnn(np.full((1, 2, 1), 1e200), [[1e150]], [[-1]], [0], activation="linear")
    np.testing.assert_array_equal(states.ravel(), [np.inf, np.nan])


@pytest.mark.parametrize(
    ("name", "shape", "says"),
    [
        ("x", (5, 3), r"x must have shape \(batch, time, inputs\).*got \(5, 3\).*x\[None\]"),
        ("W", (4,), r"W \(inputs, units\); got .* and \(4,\)"),
        ("W", (4, 3), r"W must have shape \(3, 3\) .*got \(4, 3\)"),
        ("U", (4, 3), r"U must have shape \(4, 4\) .*got \(4, 3\)"),
        ("b", (1, 4), r"b must have shape \(4,\)"),
        ("h0", (4,), r"h0 must have shape \(2, 4\) .*got \(4,\)"),
    ],
)
def test_a_wrong_shape_is_named(name: str, shape: tuple[int, ...], says: str) -> None:
    good = {"x": (2, 5, 3), "W": (3, 4), "U": (4, 4), "b": (4,), "h0": (2, 4)}
    with pytest.raises(ValueError, match=says):
        l9.simple_rnn(**{key: np.zeros(size) for key, size in {**good, name: shape}.items()})


@pytest.mark.parametrize("name", ["x", "W", "U", "b", "h0"])
def test_what_is_no_numbers_is_named(name: str) -> None:
    good = {"x": np.ones((1, 1, 1)), "W": [[1]], "U": [[1]], "b": [0], "h0": [[0]]}
    with pytest.raises(ValueError, match=f"^{name} must be numbers, got .*frog"):
        l9.simple_rnn(**{**good, name: ["frog"]})


def test_a_wrong_activation_is_named() -> None:
    with pytest.raises(ValueError, match="activation must be one of 'tanh', 'relu', 'linear'; got 'sigmoid'"):
        l9.simple_rnn(np.ones((1, 1, 1)), [[1]], [[1]], [0], activation="sigmoid")
