"""Training as model.fit does it; the progress bar in a real terminal and in a real notebook; quiet Keras."""

import os
import pty
import subprocess
import sys
import termios
from typing import Any

import numpy as np
import pytest

from lecture9_utils import progress

X = np.random.RandomState(0).normal(size=(700, 4)).astype("float32")  # more than one batch of `accuracy`
Y = (X[:, 0] + X[:, 1] > 0.3).astype("float32")


def model_with(seed: int) -> Any:
    from lecture9_utils.quiet import keras

    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(3, activation="tanh"), keras.layers.Dense(1, activation="sigmoid")]
    model = keras.Sequential(layers)
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


def in_terminal(code: str) -> tuple[str, str]:
    """Run Python in a terminal of 80 columns; give what was written, and what one then sees."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (24, 80))
    process = subprocess.Popen([sys.executable, "-c", code], stdin=its, stdout=its, stderr=its)
    os.close(its)
    written = b""
    try:
        while block := os.read(ours, 65536):
            written += block
    except OSError:  # this is how Linux tells that the other side is closed
        pass
    os.close(ours)
    assert process.wait() == 0, written.decode()
    screen, row, column = {}, 0, 0
    for letter in written.decode():
        if letter == "\r":
            column = 0
        elif letter == "\n":
            row += 1
        else:
            assert letter >= " ", "nothing but a plain line may be drawn"
            screen[row, column] = letter
            column += 1
    lines = ["".join(screen.get((r, c), " ") for c in range(200)).rstrip() for r in range(row + 1)]
    return written.decode(), "\n".join(lines)


def in_notebook(source: str) -> tuple[list[str], list[Any]]:
    """Run one cell in a kernel; give the texts it displayed one after another, and what is stored."""
    import nbformat
    from nbclient import NotebookClient

    shown: list[str] = []

    class Listener(NotebookClient):
        def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
            if msg["msg_type"] in ("display_data", "update_display_data"):
                shown.append(msg["content"]["data"]["text/plain"])
            return super().process_message(msg, cell, cell_index)

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    Listener(notebook, timeout=120, kernel_name="python3").execute()
    return shown, notebook.cells[0].outputs


def test_the_history_is_that_of_keras() -> None:
    options = {"epochs": 3, "batch_size": 64, "validation_split": 0.2}
    from lecture9_utils.training import fit

    theirs = model_with(1).fit(X, Y, verbose=0, **options).history
    ours = fit(model_with(1), X, Y, **options)
    assert type(ours) is dict
    assert list(ours) == list(theirs) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    for name, values in ours.items():
        assert len(values) == 3
        np.testing.assert_allclose(values, theirs[name], rtol=1e-5)


def test_a_model_without_accuracy_and_with_two_outputs_shows_its_loss() -> None:
    from lecture9_utils.quiet import keras
    from lecture9_utils.training import fit

    def train(how: Any) -> Any:
        keras.utils.set_random_seed(0)
        entry = keras.Input((4,))
        model = keras.Model(entry, [keras.layers.Dense(1)(entry), keras.layers.Dense(1)(entry)])
        model.compile("rmsprop", ["mse", "mse"])
        return how(model)

    shown: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(progress(total=1)), "set_postfix_str", lambda _, text, **__: shown.append(text))
        ours = train(lambda model: fit(model, X, [Y, Y], epochs=2))
    theirs = train(lambda model: model.fit(X, [Y, Y], epochs=2, verbose=0).history)
    np.testing.assert_allclose(ours["loss"], theirs["loss"], rtol=1e-5)
    assert shown == [f"loss {loss:.3f}" for loss in ours["loss"]]


def test_a_seed_fixes_the_weights() -> None:
    from lecture9_utils.training import fit

    first, again, other = (model_with(seed) for seed in (1, 1, 2))
    for model in (first, again, other):
        fit(model, X, Y, epochs=2)
    for a, b in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.allclose(first.get_weights()[0], other.get_weights()[0])


def test_accuracy_is_the_share_of_right_answers() -> None:
    from lecture9_utils.training import accuracy

    model = model_with(1)
    right = (model.predict(X, verbose=0)[:, 0] > 0.5) == Y
    assert 0 < right[:512].mean() != right.mean() < 1
    measured = accuracy(model, X, Y)
    assert type(measured) is float
    assert measured == pytest.approx(right.mean(), abs=1e-6)


def test_what_keras_refuses_is_refused() -> None:
    from lecture9_utils.quiet import keras
    from lecture9_utils.training import accuracy, fit

    bare = keras.Sequential([keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="compile"):
        fit(bare, X, Y)
    with pytest.raises(ValueError, match="compile"):
        accuracy(bare, X, Y)
    with pytest.raises(ValueError, match="cardinality"):
        fit(model_with(1), X, Y[:-1], epochs=1)


def test_in_a_terminal_a_loop_shows_a_bar_and_leaves_nothing() -> None:
    written, seen = in_terminal(
        "import time, lecture9_utils as l9\n"
        "print('before')\n"
        "assert [time.sleep(0.05) or i for i in l9.progress(range(8), desc='reading')] == [*range(8)]\n"
        "bar = l9.progress(total=3, unit='epoch'); bar.update(2); bar.close()\n"
        "print('after')"
    )
    assert "reading: 100%" in written or "reading:  88%" in written
    assert "0/3" in written
    assert seen == "before\nafter\n"


def test_in_a_terminal_training_leaves_nothing_and_keras_is_quiet() -> None:
    written, seen = in_terminal(
        "import os, numpy as np, lecture9_utils as l9\n"
        "from lecture9_utils.quiet import keras\n"
        "model = keras.Sequential([keras.layers.Dense(1, activation='sigmoid')])\n"
        "model.compile('rmsprop', 'binary_crossentropy', metrics=['accuracy'])\n"
        "l9.fit(model, np.zeros((8, 2)), np.zeros(8), epochs=2)\n"
        "os.write(2, b'errors are still seen')"
    )
    assert "loading TensorFlow: " in written
    assert "training: " in written
    assert "0/2" in written
    assert seen == "errors are still seen"


def test_in_a_notebook_the_bar_begins_and_ends_with_the_same_empty_text() -> None:
    shown, stored = in_notebook(
        "import time, lecture9_utils as l9\n"
        "for _ in l9.progress(range(8), desc='reading'): time.sleep(0.05)\n"
        "bar = l9.progress(total=3); bar.update(2); bar.close()"
    )
    assert any("reading: " in text and "/8" in text for text in shown)
    assert shown[0] == shown[-1] == ""
    assert [output.output_type for output in stored] == ["display_data"] * 2
    assert [output.data for output in stored] == [{"text/plain": ""}] * 2


def test_in_a_notebook_the_import_of_keras_shows_a_bar_and_no_message() -> None:
    shown, stored = in_notebook("from lecture9_utils.quiet import keras")
    assert any("loading TensorFlow: " in text and "0/2" in text for text in shown)
    assert [output.data for output in stored] == [{"text/plain": ""}]


def test_a_bar_needs_an_end() -> None:
    with pytest.raises(TypeError, match="something to loop over, or total="):
        progress(desc="for ever")
    assert list(progress([], disable=True)) == []
    assert progress(total=0, disable=True).total == 0
