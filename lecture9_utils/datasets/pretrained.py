"""Word vectors that others have trained: GloVe's."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..embeddings.reading import read_rows
from ..embeddings.word_vectors import WordVectors
from ..notebook import progress
from .cache import Arrays
from .sources import Source, Sources, damage_named, find, known_sources, load

Rows = tuple[list[str], Any]


def load_glove(data: str = "sample", dim: int = 100, *, sources: Sources | None = None) -> WordVectors:
    """Load GloVe's word vectors.

    Parameters
    ----------
    data : {"sample", "full"}
        The bundled small vectors, or the real ones: 400,000 words.
    dim : int
        Of how many dimensions. The real archive has 50, 100, 200 and 300.

    Returns
    -------
    WordVectors
        Memory-mapped from the second time on, and then read-only.

    Raises
    ------
    ValueError, OSError
        As for `load_imdb`, as `sources` are; and if the archive has no vectors of `dim` dimensions (those it
        has are named).

    Examples
    --------
    >>> load_glove(dim=50).dim
    50

    References
    ----------
    Lecture 9, slides "GloVe" and "IMDb Example - Word Embeddings"; Pennington, Socher, Manning (2014),
    "GloVe: Global vectors for word representation".
    """
    source = (sources or known_sources())["glove"]
    member, dims = f"glove.6B.{dim}d.txt", glove_dims(source, data)
    if dim not in dims:
        there = " and ".join(map(str, dims)) or "no"
        raise ValueError(
            f"{source.name} has vectors of {there} dimensions, not of {dim}: give one of these as dim"
        )

    def read(path: Path) -> tuple[str, Rows]:
        digest, rows = _read_member(path, member)
        if data == "full" and member not in source.contents:  # the whole archive's is known
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, rows

    _, arrays = load("glove", data, sources, read, _arrays, part=member, kept_as=member)
    return WordVectors(bytes(arrays["words"]).decode().split("\n"), arrays["vectors"])


def glove_dims(source: Source, data: str) -> list[int]:
    """List the dimensions of which an archive has vectors."""
    path = find(source, data)
    with damage_named(path, source), zipfile.ZipFile(path) as archive:
        return sorted(map(int, re.findall(r"glove\.6B\.(\d+)d\.txt", " ".join(archive.namelist()))))


def _read_member(path: Path, member: str) -> tuple[str, Rows]:
    """Parse vectors, and digest their text, while it is unzipped: to do it twice would take a second more."""
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        size = archive.getinfo(member).file_size
        is_long = size >= 50_000_000  # bytes, which take about a second
        with (
            progress(total=size, desc=member, unit="B", unit_scale=True) if is_long else nullcontext() as bar
        ):
            watched = _Watched(file, bar.update if bar else lambda _: None)
            rows = read_rows(io.BufferedReader(watched, 1 << 19), member)
    return watched.digest.hexdigest(), rows


def _arrays(rows: Rows) -> Arrays:
    words, vectors = rows
    return {"words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8), "vectors": vectors}


class _Watched(io.RawIOBase):
    """A file that is digested while it is read."""

    def __init__(self, file: IO[bytes], seen: Callable[[int], object]):
        self._file, self._seen, self.digest = file, seen, sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._file.read(len(buffer))
        buffer[: len(block)] = block
        self.digest.update(block)
        self._seen(len(block))
        return len(block)
