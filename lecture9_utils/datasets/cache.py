"""Parsed data, kept in a compact binary form (NumPy's .npy, never a pickle) so that it is parsed once.

Everything lives in the folder that ``LECTURE9_CACHE`` names, or else in the user's cache folder. An entry is
named after the digest of what it was made from. Files are written under a temporary name and renamed, so two
processes may fill the cache at once, and an entry is only used if its checksums are right. Losing the cache
costs time, never results: a folder that cannot be written to gives one warning, and work goes on without it.
"""

import functools
import json
import os
import re
import warnings
import zlib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..files import write_atomically

FORMAT = 1  # a new number makes every older entry unused
Arrays = dict[str, NDArray[Any]]


def folder() -> Path:
    """Name the folder of the cache: ``LECTURE9_CACHE``, or the platform's cache folder for "lecture9"."""
    if named := os.environ.get("LECTURE9_CACHE"):
        return Path(named).expanduser().resolve()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("lecture9"))


def load(key: str) -> Arrays | None:
    """Open the arrays of an entry, memory-mapped and read-only.

    Parameters
    ----------
    key : str
        The entry's name, as given to `store`.

    Returns
    -------
    dict of str to ndarray, or None
        None if there is no such entry, or it is damaged in any way: it has to be made again.

    Examples
    --------
    >>> load("never-stored") is None
    True
    """
    try:
        checksums = json.loads(_path(key, "json").read_bytes())
        return {name: _open(_path(key, f"{name}.npy"), crc) for name, crc in checksums.items()}
    except (OSError, ValueError, AttributeError):  # what is not there or not right is made again
        return None


def store(key: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Keep arrays under a name, or warn (once in a process) that this is not possible.

    Parameters
    ----------
    key : str
        A name that holds the digest of what the arrays were made from.
    arrays : mapping of str to ndarray
        Arrays without Python objects.
    """
    with _Unwritable():
        checksums = {name: _save(_path(key, f"{name}.npy"), array) for name, array in arrays.items()}
        write_atomically(_path(key, "json"), lambda file: file.write(json.dumps(checksums).encode()))


def identity(path: Path, what: str) -> str:
    """Name a part of a file as it is now: another size or time of change makes it another one.

    Parameters
    ----------
    path : Path
        A file that exists.
    what : str
        The part.

    Returns
    -------
    str
        For `digest_of` and `remember`. Ask for it before the file is read: it may change meanwhile.
    """
    facts = path.stat()
    name = f"{path.resolve()}\0{facts.st_size}\0{facts.st_mtime_ns}\0{what}"
    return f"seen-{sha256(name.encode()).hexdigest()[:32]}"


def digest_of(identity: str) -> str | None:
    """Recall the digest that `remember` noted, or None."""
    try:
        digest = _path(identity, "txt").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    return digest if re.fullmatch("[0-9a-f]{64}", digest) else None


def remember(identity: str, digest: str) -> None:
    """Note the digest of what `identity` named."""
    with _Unwritable():
        write_atomically(_path(identity, "txt"), lambda file: file.write(digest.encode("ascii")))


class _Unwritable:
    """Turn a failure to write into one warning."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, OSError):
            _warn_once(str(folder()), error.strerror or str(error))
        return isinstance(error, OSError)


@functools.cache
def _warn_once(where: str, why: str) -> None:
    warnings.warn(
        f"the cache folder {where} cannot be written to ({why}): everything works, but data is parsed again "
        "each time; set LECTURE9_CACHE to a folder with room that you may write to",
        stacklevel=5,
    )


def _path(key: str, suffix: str) -> Path:
    return folder() / f"{key}-v{FORMAT}.{suffix}"


def _save(path: Path, array: NDArray[Any]) -> int:
    write_atomically(path, lambda file: np.save(file, array, allow_pickle=False))
    return _checksum(path)


def _open(path: Path, crc: int) -> NDArray[Any]:
    if _checksum(path) != crc:
        raise ValueError(f"{path} is damaged")
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    return np.asarray(array)


def _checksum(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            crc = zlib.crc32(block, crc)
    return crc
