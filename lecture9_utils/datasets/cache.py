"""Parsed data, kept in a compact binary form (NumPy's .npy, never a pickle) so that it is parsed once.

Everything lives in the folder that ``LECTURE9_CACHE`` names, or else in the user's cache folder. Files are
written under a temporary name and renamed, so two processes may fill the cache at once, and an entry is only
used if its checksums are right. Losing the cache costs time, never results: a folder that cannot be written
to gives one warning, and work goes on without it.
"""

import json
import os
import warnings
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..files import write_atomically

FORMAT = 2  # a new number makes every older entry unused
Arrays = dict[str, NDArray[Any]]


def cache_folder() -> Path:
    """Name the folder of the cache: ``LECTURE9_CACHE``, or the platform's cache folder for "lecture9"."""
    if named := os.environ.get("LECTURE9_CACHE"):
        return Path(named).expanduser().resolve()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("lecture9"))


@dataclass(frozen=True)
class Entry:
    """What was made from a file as it was at one time.

    A zip of arrays would need no list of checksums, but cannot be memory-mapped: GloVe's vectors would take
    2.4 times their size in memory instead of 1.4.
    """

    stem: str
    stamp: str

    @classmethod
    def of(cls, path: Path, what: str) -> "Entry":
        """Name what is made from a file; before it is read, as it may change meanwhile.

        Another size or time of change of the file makes its older entry unused.
        """
        facts = path.stat()
        place = sha256(str(path.resolve()).encode()).hexdigest()[:16]
        return cls(f"{what}-{place}", f"{FORMAT} {facts.st_size} {facts.st_mtime_ns}")

    def load(self) -> tuple[str, Arrays] | None:
        """Open the arrays, memory-mapped and read-only, and the digest that was stored with them.

        None if there are none, or they are damaged in any way: they have to be made again.
        """
        try:
            facts = json.loads(self._path("json").read_bytes())
            if facts["stamp"] == self.stamp:
                names = facts["checksums"].items()
                return facts["digest"], {name: self._open(name, checksum) for name, checksum in names}
        except (OSError, ValueError, LookupError, AttributeError, TypeError):
            pass
        return None

    def store(self, digest: str, arrays: Arrays) -> None:
        """Keep arrays (without Python objects), or warn that this is not possible."""
        try:
            checksums = {name: self._save(name, array) for name, array in arrays.items()}
            facts = json.dumps({"stamp": self.stamp, "digest": digest, "checksums": checksums})
            write_atomically(self._path("json"), lambda file: file.write(facts.encode()))
        except OSError as error:
            warnings.warn(  # which Python shows once, if it is the same each time
                f"the cache folder {cache_folder()} cannot be written to ({error.strerror}): all works, "
                "but data is parsed again each time; set LECTURE9_CACHE to a folder with room to write to",
                stacklevel=1,
            )

    def _path(self, suffix: str) -> Path:
        return cache_folder() / f"{self.stem}.{suffix}"

    def _save(self, name: str, array: NDArray[Any]) -> int:
        path = self._path(f"{name}.npy")
        write_atomically(path, lambda file: np.save(file, array, allow_pickle=False))
        return _checksum(path)

    def _open(self, name: str, checksum: int) -> NDArray[Any]:
        path = self._path(f"{name}.npy")
        if _checksum(path) != checksum:
            raise ValueError(f"{path} is damaged")
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _checksum(path: Path) -> int:
    return zlib.crc32(np.memmap(path, mode="r").data)
