"""Training a Keras model with a progress bar, and its accuracy."""

from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from .progress_bar import progress

if TYPE_CHECKING:
    import keras


def fit(
    model: "keras.Model",
    x: ArrayLike | list[Any],
    y: ArrayLike | list[Any],
    epochs: int = 10,
    **options: Any,
) -> dict[str, list[float]]:
    """Train a compiled model, as ``model.fit`` does, with one progress bar that is gone at the end.

    Parameters
    ----------
    model : keras.Model
        A compiled model, as a rule with one metric, ``"accuracy"``.
    x, y : array_like
        What to learn from; a list of arrays for a model of several inputs or outputs.
    epochs : int
        How many times to go through the data.
    **options
        As for ``model.fit``: ``batch_size``, ``validation_split``, ``validation_data``, …

    Returns
    -------
    dict of str to list of float
        For each epoch: ``"loss"`` and, if it is a metric, ``"accuracy"``, and with validation data
        ``"val_loss"`` and ``"val_accuracy"``.

    Raises
    ------
    ValueError
        If the model is not compiled, or the shapes do not fit (Keras's own words).

    Examples
    --------
    >>> import numpy as np
    >>> from lecture9_utils.quiet import keras
    >>> model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    >>> model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    >>> sorted(fit(model, np.zeros((8, 2)), np.zeros(8), epochs=2))
    ['accuracy', 'loss']

    References
    ----------
    ``keras.Model.fit``.
    """
    import keras

    with progress(total=epochs, desc="training", unit="epoch") as bar:

        def advance(_: int, logs: dict[str, float]) -> None:
            shown = next(name for name in ("val_accuracy", "accuracy", "loss") if name in logs)
            bar.set_postfix_str(f"{shown} {logs[shown]:.3f}", refresh=False)
            bar.update()

        callback = keras.callbacks.LambdaCallback(on_epoch_end=advance)
        callbacks = [callback, *options.pop("callbacks", [])]
        history = model.fit(x, y, epochs=epochs, verbose=0, callbacks=callbacks, **options)
    return dict(history.history)


def accuracy(model: "keras.Model", x: ArrayLike, y: ArrayLike) -> float:
    """Measure the share of examples that a compiled model classifies rightly.

    Parameters
    ----------
    model : keras.Model
        A compiled model with one metric, ``"accuracy"``.
    x, y : array_like
        Examples and their labels.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the model is not compiled, or the shapes do not fit (Keras's own words).

    Examples
    --------
    >>> import numpy as np
    >>> from lecture9_utils.quiet import keras
    >>> model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")])
    >>> model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    >>> accuracy(model, np.ones((4, 2)), np.array([0, 0, 0, 1]))
    0.75

    References
    ----------
    ``keras.Model.evaluate``.
    """
    # 200 divides the lecture's test sets: with jit_compile a smaller last batch would be compiled for itself
    return float(model.evaluate(x, y, batch_size=200, verbose=0, return_dict=True)["accuracy"])
