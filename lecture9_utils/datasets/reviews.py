"""The lecture's movie reviews, as texts and as integers: a bundled sample or the real ones."""

import gzip
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from io import BufferedReader
from itertools import count, pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ..arguments import path_of, seeded, whole
from ..notebook import progress
from ..text import tokenize
from .cache import Arrays
from .own import HALVES, own_arrays
from .sources import Sources, load

START, UNKNOWN, INDEX_FROM = 1, 2, 3  # of keras.datasets.imdb: word 1, the most frequent one, is 1 + 3
_REVIEW = re.compile(r"(?:\./)?(aclImdb/(?:train|test)/(?:neg|pos)/\d+_\d+\.txt)")
_LONG = 10_000_000  # bytes, whose words take seconds to number
_BLOCK = 512  # a tar archive is made of blocks of this many bytes
Sequences = NDArray[np.object_]
Labels = NDArray[np.int64]


class Reviews(NamedTuple):
    """Half of the data set: texts and, for each, 0 (negative) or 1 (positive)."""

    texts: list[str]
    labels: Labels


class Imdb(NamedTuple):
    """The labelled reviews, in the halves that their authors made."""

    train: Reviews
    test: Reviews


def load_imdb(data: str = "sample", *, sources: Sources | None = None) -> Imdb:
    """Load the labelled movie reviews (Maas et al., 2011; Lecture 9, "IMDb Example") as texts.

    Parameters
    ----------
    data : {"sample", "full"} or str
        The bundled synthetic sample, the real data set of 25,000 + 25,000 reviews, or the path of texts of
        your own: at least 240 in each half, 20 of each label. That is

        - a CSV or TSV file in UTF-8 with the columns ``text`` and ``label`` (0 or 1; or neg and pos, negative
          and positive, no and yes), whose other columns are left out. A column ``split`` (train or test) says
          in which half a text is; without one, half of each label is drawn for training, always the same;
        - or a folder or archive (.zip, .tar.gz) with texts as ``train/neg/*.txt``, ``train/pos/*.txt``,
          ``test/neg/*.txt``, ``test/pos/*.txt``, all in one folder more if you like.

        Your texts go nowhere but into the cache folder (``LECTURE9_CACHE``, or the user's), in files that
        only you can read; delete those that begin with ``own-`` when you are done.
    sources : mapping of str to Source, optional
        Files that take the place of the real ones.

    Returns
    -------
    Imdb
        ``.train`` and ``.test``, each with ``.texts`` (list of str, ``<br />`` included) and ``.labels``
        (ndarray of int64, 0 negative, 1 positive): first the negative ones, so shuffle before you split.

    Raises
    ------
    ValueError
        If the archive is damaged or not the original, or something is wrong with your own texts.
    OSError
        If there is nothing at a path, or the real archive is not there and cannot be downloaded.

    Examples
    --------
    >>> imdb = load_imdb()
    >>> len(imdb.train.texts) == len(imdb.train.labels)
    True
    """
    arrays = _load(data, sources, _join, "texts")
    return Imdb(*(Reviews(_texts(arrays, half), arrays[f"{half}-labels"].copy()) for half in HALVES))


def load_imdb_sequences(
    num_words: int | None = 10_000, data: str = "sample", seed: int = 113, *, sources: Sources | None = None
) -> tuple[tuple[Sequences, Labels], tuple[Sequences, Labels]]:
    """Load the reviews as integers, in the conventions of ``keras.datasets.imdb.load_data`` on the slides.

    Words are numbered by falling frequency in the training reviews, as `Vocabulary` does. In the sequences,
    0 is left for padding, 1 starts each review, 2 stands for every word left out, 3 is not used, and the word
    with number i of `Vocabulary` is i + 3: the most frequent word is 4.

    Parameters
    ----------
    num_words : int, optional
        Ids from this on become 2, so that ``Embedding(num_words, ...)`` has a row for each one that is left;
        at least 3. ``None`` keeps all words of the training reviews; other words of the test reviews are 2.
    data, sources
        As for `load_imdb`.
    seed : int
        Shuffles both halves (as a split for validation takes the last reviews); the same on all machines.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        x: ndarray of object, shape (reviews,), of ndarrays of int32; y: ndarray of int64, 0 negative and
        1 positive. An empty review is the sequence [1].

    Raises
    ------
    ValueError, OSError
        As for `load_imdb`, and if `num_words` is below 3.

    Examples
    --------
    >>> (x_train, y_train), (x_test, y_test) = load_imdb_sequences(num_words=1000)
    >>> {int(review[0]) for review in x_train}, max(int(review.max()) for review in x_train)
    ({1}, 999)
    """
    if num_words is not None:
        num_words = whole("num_words", num_words, UNKNOWN + 1)  # 0 to 2 have meanings
    seed = seeded(seed)
    arrays = _load(data, sources, _number_words, "ids")
    shuffle = np.random.RandomState(seed)  # its numbers are the same in every version of NumPy
    halves = []
    for half in HALVES:
        ids = arrays[half].copy()
        ids[ids >= (num_words or np.inf)] = UNKNOWN
        order = shuffle.permutation(len(arrays[f"{half}-labels"]))
        sequences = np.empty(len(order), dtype=object)
        for i, sequence in enumerate(_cut(ids, arrays[f"{half}-ends"])):  # which may all be of one length
            sequences[i] = sequence
        halves.append((sequences[order], arrays[f"{half}-labels"][order]))
    train, test = halves
    return train, test


def _load(
    data: str, sources: Sources | None, parse: Callable[[dict[str, bytes]], Arrays], what: str
) -> Arrays:
    if str(path_of("data", data)) in ("sample", "full"):
        return load("imdb", data, sources, _read_reviews, parse, kept_as=f"imdb-{what}")
    return own_arrays(data, parse, f"own-{what}")


def _read_reviews(path: Path) -> dict[str, bytes]:
    """Read all labelled reviews of an archive, by path; all else is left out."""
    matches = ((_REVIEW.fullmatch(name), body) for name, body in _members(path))
    return {match[1]: body for match, body in matches if match}


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Read the files of a gzipped tar archive in one go; Python's own tarfile takes four times as long."""
    with gzip.open(path) as unzipped:
        stream = BufferedReader(cast(Any, unzipped), 1 << 20)
        while any(header := stream.read(_BLOCK)):
            if header[257:262] != b"ustar":
                raise ValueError("it is no tar archive")
            size = int(header[124:136].strip(b"\0 "), 8)
            body = stream.read(size)
            stream.read(-size % _BLOCK)
            if header[156:157] in (b"0", b"\0"):  # a file, not a folder or a link
                prefix = header[345:500].rstrip(b"\0") if header[257:263] == b"ustar\0" else b""
                yield b"/".join(filter(None, (prefix, header[:100].rstrip(b"\0")))).decode(), body
        if len(header) < _BLOCK:
            raise EOFError("it ends too early")
        while stream.read(1 << 20):  # to the end, where gzip keeps the checksum
            pass


def _join(reviews: dict[str, bytes]) -> Arrays:
    """Put each half's reviews one after another: first neg, then pos, in both by number."""
    arrays = {}
    for half in HALVES:
        paths = [path for path in reviews if f"/{half}/" in path]
        paths.sort(key=lambda path: (path.split("/")[2], int(path.split("/")[3].split("_")[0])))
        bodies = [reviews[path] for path in paths]
        b"\n".join(bodies).decode()  # refuses what is not UTF-8
        arrays[half] = np.frombuffer(b"".join(bodies), dtype=np.uint8)
        arrays[f"{half}-ends"] = np.cumsum([len(body) for body in bodies])
        arrays[f"{half}-labels"] = np.array([int("/pos/" in path) for path in paths])
    return arrays


def _number_words(reviews: dict[str, bytes]) -> Arrays:
    """Turn words into ids, as `Vocabulary.from_texts` and `.encode` do, but splitting each text only once."""
    arrays = _join(reviews)
    number: defaultdict[str, int] = defaultdict(count().__next__)  # in the order of first appearance

    def numbered(half: str) -> list[NDArray[np.int32]]:
        texts = progress(
            _texts(arrays, half), desc="numbering words", unit=" reviews", disable=len(arrays[half]) < _LONG
        )
        return [np.array([*map(number.__getitem__, tokenize(text))], dtype=np.int32) for text in texts]

    train = numbered("train")
    frequencies = np.bincount(np.concatenate(train))
    test = numbered("test")
    id_of = np.full(len(number), UNKNOWN, dtype=np.int32)  # as are words of the test reviews alone
    id_of[np.argsort(-frequencies, kind="stable")] = INDEX_FROM + 1 + np.arange(len(frequencies))
    for half, numbers in ("train", train), ("test", test):
        arrays[half] = np.concatenate([a for n in numbers for a in ([START], id_of[n])], dtype=np.int32)
        arrays[f"{half}-ends"] = np.cumsum([1 + len(n) for n in numbers])
    return arrays


def _texts(arrays: Arrays, half: str) -> list[str]:
    return [str(body.data, "utf-8") for body in _cut(arrays[half], arrays[f"{half}-ends"])]


def _cut(flat: NDArray[Any], ends: NDArray[np.int64]) -> list[NDArray[Any]]:
    return [flat[i:j] for i, j in pairwise([0, *ends.tolist()])]
