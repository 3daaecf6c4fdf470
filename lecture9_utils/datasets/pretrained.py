"""Word vectors that others have trained: GloVe's."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np

from ..embeddings.reading import read_rows
from ..embeddings.word_vectors import WordVectors
from ..notebook import progress
from .cache import Arrays
from .sources import Sources, load

_MANY = 50_000  # words, which take about a second


def load_glove(data: str = "sample", dim: int = 100, *, sources: Sources | None = None) -> WordVectors:
    """Load GloVe's word vectors (Pennington, Socher, Manning, 2014; Lecture 9, slide "GloVe").

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
        As for `load_imdb`, as `sources` are; and if the archive has no vectors of `dim` dimensions.

    Examples
    --------
    >>> load_glove().dim
    100
    """
    member = f"glove.6B.{dim}d.txt"

    def read(path: Path) -> bytes:
        with zipfile.ZipFile(path) as archive:
            if member in archive.namelist():
                return archive.read(member)
            dims = sorted(map(int, re.findall(r"glove\.6B\.(\d+)d\.txt", " ".join(archive.namelist()))))
        there = " and ".join(map(str, dims)) or "no"
        raise ValueError(f"{path} has vectors of {there} dimensions, not of {dim}: give one of these as dim")

    arrays = load("glove", data, sources, read, _parse, part=member, kept_as=member)
    return WordVectors(str(arrays["words"].data, "utf-8").split("\n"), arrays["vectors"])


def _parse(text: bytes) -> Arrays:
    size = text.count(b"\n")
    lines = progress(BytesIO(text), desc="reading vectors", unit="word", total=size, disable=size < _MANY)
    words, vectors = read_rows(lines, "the text")
    return {"words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8), "vectors": vectors}
