"""Parsed data, kept in a compact binary form (NumPy's .npy, never a pickle) so that it is parsed once.

Everything lives in the folder that ``LECTURE9_CACHE`` names, or else in the user's cache folder. Files are
written under a temporary name and renamed, so two processes may fill the cache at once, and are only used if
their checksums are right. Losing the cache costs time, never results.
"""

import json
import os
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import path_of, shown
from ..files import alone, write_atomically

FORMAT = 3  # a new number makes every older file unused
Arrays = dict[str, NDArray[Any]]


def cache_folder() -> Path:
    """Name the folder of the cache: ``LECTURE9_CACHE``, or the platform's cache folder for "lecture9".

    FileNotFoundError if there is neither.
    """
    if folder := folder_in("LECTURE9_CACHE"):
        return folder
    from platformdirs import user_cache_dir

    with suppress(RuntimeError):
        if (folder := Path(user_cache_dir("lecture9"))).is_absolute():  # not ~ itself
            return folder
    raise FileNotFoundError("your home folder is unknown: name a folder in LECTURE9_CACHE, by its whole path")


def folder_in(variable: str) -> Path | None:
    """Give the folder that an environment variable names, if it does; ValueError if not by its whole path."""
    if not (named := os.environ.get(variable)):
        return None
    if not (folder := path_of(variable, named)).is_absolute():
        raise ValueError(
            f"{variable} must be a whole path, got {shown(named)}: begin it with / or ~, as a shorter one "
            "means another folder in each working directory"
        )
    return folder


def kept(
    path: Path, what: str, digest: str | None, make: Callable[[Path], Any], private: bool = False
) -> Any:
    """Give the arrays, by name, made from a file: kept ones (memory-mapped, read-only), or else new ones.

    It is made anew if the file has another size or time of change, another `digest` was expected of it, or
    what was kept is damaged. One warning says that a folder cannot be written to. What is `private` only its
    owner may read.
    """
    # A zip of arrays has checksums of its own, but cannot be mapped: GloVe's would take 2.4 times their size.
    facts = path.stat()  # before it is read, as it may change meanwhile
    stamp = [FORMAT, facts.st_size, facts.st_mtime_ns, digest]
    stem = f"{what}-{sha256(str(path.resolve()).encode(errors='surrogatepass')).hexdigest()[:16]}"
    try:
        index = cache_folder() / f"{stem}.json"
    except FileNotFoundError:
        _warn("your home folder is unknown, so nothing is kept")
        return make(path)
    try:
        found = json.loads(index.read_bytes())
        if found["stamp"] == stamp:
            names = found["checksums"].items()
            return {name: _opened(index.with_name(f"{stem}.{name}.npy"), check) for name, check in names}
    except (OSError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        pass  # there is nothing, or it is damaged in any way
    arrays: Arrays = make(path)
    mode = 0o600 if private else 0o644
    try:
        with alone(index.with_suffix("")):
            checksums = {}
            for name, array in arrays.items():
                file = index.with_name(f"{stem}.{name}.npy")
                write_atomically(file, partial(np.save, arr=array, allow_pickle=False), mode)
                checksums[name] = _checksum(file)
            content = json.dumps({"stamp": stamp, "checksums": checksums}).encode()
            write_atomically(index, lambda file: file.write(content), mode)
    except OSError as error:
        _warn(f"the cache folder {index.parent} cannot be written to ({error.strerror or error})")
    return arrays


def _warn(what: str) -> None:
    warnings.warn(  # which Python shows once, if it is the same each time
        f"{what}: all works, but data is parsed again each time; set LECTURE9_CACHE to a folder with room to "
        "write to",
        stacklevel=1,
    )


def _opened(path: Path, checksum: int) -> NDArray[Any]:
    if _checksum(path) != checksum:
        raise ValueError(f"{path} is damaged")
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _checksum(path: Path) -> int:
    return zlib.crc32(np.memmap(path, mode="r").data)
