"""Word vectors that others have trained: GloVe's."""

import gzip
import re
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np

from ..arguments import of_type, whole
from ..embeddings.reading import read_rows
from ..embeddings.word_vectors import WordVectors
from ..notebook import progress
from .cache import Arrays
from .sources import Sources, data_folder, known_sources, load

_MANY = 50_000  # words, which take about a second


def load_glove(data: str = "sample", dim: int = 100, *, sources: Sources | None = None) -> WordVectors:
    """Load GloVe's word vectors (Pennington, Socher, Manning, 2014; Lecture 9, slide "GloVe").

    Parameters
    ----------
    data : {"sample", "full"}
        11,836 words, the frequent ones and those that the lessons name, or all 400,000. The vectors are the
        same. The sample lacks `a`, `i`, numbers, and words with accents or apostrophes.
    dim : int
        Of how many dimensions: 50, 100, 200 or 300; the sample has 100 only.

    Returns
    -------
    WordVectors
        Memory-mapped from the second time on, and then read-only.

    Raises
    ------
    ValueError, OSError
        As for `load_imdb`, as `sources` are; and if there are no vectors of `dim` dimensions.

    Notes
    -----
    For "full" a file in the data folder is taken: the original archive, gensim-data's file of this dimension,
    or the known subset in 100 dimensions, which is announced. Otherwise gensim-data's file is downloaded (66
    MB for 50, 128 MB for 100 dimensions), or else the archive (862 MB).

    Examples
    --------
    >>> load_glove().dim
    100
    """
    sources, data, dim = sources or known_sources(), of_type(str, "data", data), whole("dim", dim, 1)
    key = glove_source(data, dim, sources)
    try:
        return _load_from(key, data, dim, sources)
    except OSError as error:
        if key == "glove":
            raise
        try:
            return _load_from("glove", data, dim, sources)
        except (OSError, ValueError) as second:
            raise type(second)(f"{second}; {error}") from error


def glove_source(data: str, dim: int, sources: Sources) -> str:
    """Name the source with vectors of `dim` dimensions: one that is at hand, or else that to download."""
    if data != "full":
        return "glove"
    if f"glove_{dim}" not in sources:
        raise ValueError(f"dim must be 50, 100, 200 or 300, got {dim!r}")
    keys = ["glove", f"glove_{dim}", f"glove_{dim}_subset"]
    return next((key for key in keys if key in sources and _is_at_hand(key, dim, sources)), f"glove_{dim}")


def dims_at_hand(sources: Sources) -> list[int]:
    """List the dimensions of which there are vectors in the data folder, the lecture's 100 first."""
    dims = (100, 50, 200, 300)
    return [dim for dim in dims if _is_at_hand(glove_source("full", dim, sources), dim, sources)]


def _is_at_hand(key: str, dim: int, sources: Sources) -> bool:
    """Tell whether a file is there; an archive has to have the member, unless it cannot be read."""
    path = data_folder() / sources[key].name
    if key != "glove" or not path.is_file():
        return path.is_file()
    try:
        with zipfile.ZipFile(path) as archive:
            return _member(dim) in archive.namelist()
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile):
        return True


def _member(dim: int) -> str:
    return f"glove.6B.{dim}d.txt"


def _load_from(key: str, data: str, dim: int, sources: Sources) -> WordVectors:
    """Load from one source: the archive, gensim-data's file, or the subset's."""

    def read(path: Path) -> Mapping[str, bytes] | bytes:
        if key == f"glove_{dim}":
            with gzip.open(path) as lines:  # its contents are words and numbers, however these are written
                return {name: array.tobytes() for name, array in _arrays(lines, 400_000).items()}
        return _read_member(path, dim) if key == "glove" else path.read_bytes()

    def parse(raw: Mapping[str, bytes] | bytes) -> Arrays:
        if isinstance(raw, bytes):
            return _arrays(BytesIO(raw), raw.count(b"\n"))
        vectors = np.frombuffer(raw["vectors"], np.float32).reshape(-1, dim)
        return {"words": np.frombuffer(raw["words"], np.uint8), "vectors": vectors}

    arrays = load(key, data, sources, read, parse, part=_member(dim), kept_as=_member(dim))
    if sources[key].note:
        print(f"{sources[key].name}: {sources[key].note}")
    return WordVectors(str(arrays["words"].data, "utf-8").split("\n"), arrays["vectors"])


def _read_member(path: Path, dim: int) -> bytes:
    with zipfile.ZipFile(path) as archive:
        if _member(dim) in archive.namelist():
            return archive.read(_member(dim))
        dims = sorted(map(int, re.findall(r"glove\.6B\.(\d+)d\.txt", " ".join(archive.namelist()))))
    there = " and ".join(map(str, dims)) or "no"
    raise ValueError(f"{path} has vectors of {there} dimensions, not of {dim}: give one of these as dim")


def _arrays(lines: Iterable[bytes], size: int) -> Arrays:
    shown = progress(lines, desc="reading vectors", unit="word", total=size, disable=size < _MANY)
    words, vectors = read_rows(shown, "the text")
    return {"words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8), "vectors": vectors}
