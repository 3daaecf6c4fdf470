"""Files that are there as a whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO


def write_atomically(path: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """Write a file under a temporary name and rename it: it is there as a whole or not at all.

    Parameters
    ----------
    path : Path
        The final name; its folder is made where missing.
    fill : callable
        Gets the open binary file and writes to it.

    Raises
    ------
    OSError
        If there is no room or no permission. Nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file)
        Path(temporary).chmod(0o644)  # a class may share a folder
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
