"""Keras, imported without the messages that TensorFlow writes to the terminal when it starts.

Use it as ``from lecture9_utils.quiet import keras``. It takes seconds, and a bar says so, where
somebody looks. Errors and warnings of Python are not touched: only TensorFlow's native log lines (which
optimisations are on, that there is no GPU) are dropped.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from .progress_bar import in_notebook, progress

__all__ = ["keras"]


@contextmanager
def _without_native_messages() -> Iterator[None]:
    """Send file descriptor 2, where native code writes, to nowhere for a moment."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for what is logged later, while it computes
_seen = in_notebook() or sys.stderr.isatty()
for _name in progress(["tensorflow", "keras"], desc="loading TensorFlow", unit="library", disable=not _seen):
    with _without_native_messages():
        import_module(_name)

import keras  # noqa: E402
