"""The lecture's data, IMDb reviews and GloVe vectors: a bundled sample or the real ones, by the same calls.

``python -m lecture9_utils.data`` fetches all of the real data.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..embeddings.word_vectors import WordVectors
from ..notebook import progress
from ..text import tokenize
from . import archives, cache
from . import small as corpora

START, UNKNOWN, INDEX_FROM = (
    1,
    2,
    3,
)  # of keras.datasets.imdb: word 1, the most frequent one, has the id 1 + 3
_BYTES_A_MINUTE = 20e6 / 8 * 60
Sequences = NDArray[np.object_]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Reviews:
    """Half of the data set: texts and, for each, 0 (negative) or 1 (positive)."""

    texts: list[str]
    labels: Labels


@dataclass(frozen=True, eq=False)
class Imdb:
    """The labelled reviews, in the halves that their authors made."""

    train: Reviews
    test: Reviews


def load_imdb(data: str = "sample") -> Imdb:
    """Load the labelled movie reviews as texts.

    Parameters
    ----------
    data : {"sample", "full"}
        The bundled synthetic sample, or the real data set: 25,000 + 25,000 reviews.

    Returns
    -------
    Imdb
        ``.train`` and ``.test``, each with ``.texts`` (list of str, as they are in the files, ``<br />``
        included; an empty file is an empty text) and ``.labels`` (ndarray of int64, 0 negative, 1 positive).
        First the negative ones, then the positive ones, both by number: shuffle before you split.

    Raises
    ------
    ValueError
        If `data` is something else, or the archive is damaged or not the original.
    OSError
        If the real archive is not there and cannot be downloaded.

    Examples
    --------
    >>> imdb = load_imdb()
    >>> len(imdb.train.texts) == len(imdb.train.labels)
    True

    References
    ----------
    Lecture 9, slide "IMDb Example"; Maas et al. (2011), "Learning word vectors for sentiment analysis".
    """
    parsed = _parsed(archives.find(archives.IMDB, data), "imdb-texts", _join_texts, _check_reviews(data))
    text, ends = bytes(parsed["text"]), parsed["ends"].tolist()
    texts = [text[i:j].decode() for i, j in zip([0, *ends], ends, strict=False)]
    halves = zip(_halves(texts, parsed["sizes"]), _labels(parsed["sizes"]), strict=True)
    return Imdb(*(Reviews(half, labels) for half, labels in halves))


def load_imdb_sequences(
    num_words: int | None = 10_000, data: str = "sample", seed: int = 113
) -> tuple[tuple[Sequences, Labels], tuple[Sequences, Labels]]:
    """Load the reviews as integers, in the conventions of ``keras.datasets.imdb.load_data``.

    Words are numbered by falling frequency in the training reviews, as `Vocabulary` does. In the sequences,
    0 is left for padding, 1 starts each review, 2 stands for every word left out, 3 is not used, and the word
    with number i of `Vocabulary` is i + 3: the most frequent word is 4.

    Parameters
    ----------
    num_words : int, optional
        Ids from this on become 2, so that ``Embedding(num_words, ...)`` has a row for each one that is left;
        at least 3. ``None`` keeps all words of the training reviews; other words of the test reviews are 2.
    data : {"sample", "full"}
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
    ValueError
        If `num_words` is below 3, and as for `load_imdb`.
    OSError
        As for `load_imdb`.

    Examples
    --------
    >>> (x_train, y_train), (x_test, y_test) = load_imdb_sequences(num_words=1000)
    >>> {int(review[0]) for review in x_train}, max(int(review.max()) for review in x_train)
    ({1}, 999)

    References
    ----------
    Lecture 9, slide "IMDb Example - Word Embeddings" (``imdb.load_data``); ``keras.datasets.imdb``.
    """
    if num_words is not None and num_words < UNKNOWN + 1:
        raise ValueError(f"num_words must be at least {UNKNOWN + 1} (0 to 2 have meanings), got {num_words}")
    parsed = _parsed(archives.find(archives.IMDB, data), "imdb-ids", _number_words, _check_reviews(data))
    ids = parsed["ids"]
    ids = ids.copy() if num_words is None else np.where(ids < num_words, ids, np.int32(UNKNOWN))
    ends = parsed["ends"].tolist()
    sequences = [ids[i:j] for i, j in zip([0, *ends], ends, strict=False)]
    shuffle = np.random.RandomState(seed)  # its numbers are the same in every version of NumPy
    halves = zip(_halves(sequences, parsed["sizes"]), _labels(parsed["sizes"]), strict=True)
    train, test = (_shuffled(half, labels, shuffle) for half, labels in halves)
    return train, test


def load_glove(data: str = "sample", dim: int = 100) -> WordVectors:
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
    ValueError
        If `data` is something else, the archive has no vectors of `dim` dimensions (those it has are named),
        or is damaged or not the original.
    OSError
        As for `load_imdb`.

    Examples
    --------
    >>> load_glove(dim=50).dim
    50

    References
    ----------
    Lecture 9, slides "GloVe" and "IMDb Example - Word Embeddings"; Pennington, Socher, Manning (2014),
    "GloVe: Global vectors for word representation".
    """
    path = archives.find(archives.GLOVE, data)

    def check(digest: str) -> None:
        if data == "full":
            archives.check_member(path, f"glove.6B.{dim}d.txt", digest)

    parsed = _parsed(path, f"glove-{dim}d", lambda path: _glove_arrays(path, dim), check)
    return WordVectors(bytes(parsed["words"]).decode().split("\n"), parsed["vectors"])


def _parsed(
    path: Path, what: str, parse: Callable[[Path], tuple[str, cache.Arrays]], check: Callable[[str], None]
) -> cache.Arrays:
    """Parse a file, or take what was parsed before; either way its digest is checked."""
    identity = cache.identity(path, what)
    if digest := cache.digest_of(identity):
        check(digest)
        if arrays := cache.load(f"{what}-{digest[:20]}"):
            return arrays
    digest, arrays = parse(path)
    check(digest)
    cache.store(f"{what}-{digest[:20]}", arrays)
    cache.remember(identity, digest)
    return arrays


def _check_reviews(data: str) -> Callable[[str], None]:
    def check(digest: str) -> None:
        if data == "full" and digest != archives.REVIEWS_SHA256:
            raise ValueError(
                f"{archives.find(archives.IMDB, data)} does not hold the original reviews (their digest is "
                f"{digest}, expected {archives.REVIEWS_SHA256}): {archives.REPLACE}"
            )

    return check


def _read_texts(path: Path) -> tuple[str, list[str], NDArray[np.int64]]:
    """Read the digest and the reviews, and how many there are of train neg, train pos, test neg, test pos."""
    digest, reviews = archives.read_reviews(path)
    texts = []
    for name, body in reviews.items():
        try:
            texts.append(body.decode())
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}, {name}: the review is not UTF-8 text ({error})") from error
    folders = [name.rsplit("/", 1)[0] for name in reviews]
    sizes = [folders.count(folder) for folder in dict.fromkeys(folders)]
    return digest, texts, np.array(sizes, dtype=np.int64)


def _join_texts(path: Path) -> tuple[str, cache.Arrays]:
    digest, texts, sizes = _read_texts(path)
    bodies = [text.encode() for text in texts]
    ends = np.cumsum([len(body) for body in bodies])
    return digest, {"text": np.frombuffer(b"".join(bodies), dtype=np.uint8), "ends": ends, "sizes": sizes}


def _number_words(path: Path) -> tuple[str, cache.Arrays]:
    """Turn words into ids, as `Vocabulary.from_texts` and `.encode` do, but splitting each text only once."""
    digest, texts, sizes = _read_texts(path)
    train, test = _halves(texts, sizes)
    number: defaultdict[str, int] = defaultdict(count().__next__)  # in the order of first appearance
    numbered = [
        np.array([*map(number.__getitem__, tokenize(text))], dtype=np.int32) for text in _watched(train)
    ]
    frequencies = np.bincount(np.concatenate(numbered))
    known = dict(number)
    numbered += [
        np.array([known.get(word, -1) for word in tokenize(text)], dtype=np.int32) for text in _watched(test)
    ]
    id_of = np.full(len(known) + 1, UNKNOWN, dtype=np.int32)  # the last one is for -1
    id_of[np.argsort(-frequencies, kind="stable")] = INDEX_FROM + 1 + np.arange(len(known))
    lengths = np.array([1 + len(numbers) for numbers in numbered])
    ends = np.cumsum(lengths)
    ids = np.full(int(ends[-1]), START, dtype=np.int32)
    is_word = np.ones(len(ids), dtype=bool)
    is_word[ends - lengths] = False
    ids[is_word] = id_of[np.concatenate(numbered)]
    return digest, {"ids": ids, "ends": ends, "sizes": sizes}


def _watched(texts: list[str]) -> Iterable[str]:
    """Show a bar for what takes seconds."""
    return texts if len(texts) < 10_000 else progress(texts, desc="numbering words", unit=" reviews")


def _glove_arrays(path: Path, dim: int) -> tuple[str, cache.Arrays]:
    digest, (words, vectors) = archives.read_glove(path, dim)
    return digest, {"words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8), "vectors": vectors}


def _halves(items: list[Any], sizes: NDArray[np.int64]) -> tuple[list[Any], list[Any]]:
    n_train = int(sizes[:2].sum())
    return items[:n_train], items[n_train:]


def _labels(sizes: NDArray[np.int64]) -> tuple[Labels, Labels]:
    return np.repeat([0, 1], sizes[:2]), np.repeat([0, 1], sizes[2:])


def _shuffled(
    sequences: Sequence[NDArray[np.int32]], labels: Labels, shuffle: np.random.RandomState
) -> tuple[Sequences, Labels]:
    order = shuffle.permutation(len(sequences))
    x = np.empty(len(sequences), dtype=object)
    for i, j in enumerate(order.tolist()):
        x[i] = sequences[j]
    return x, labels[order]


def main() -> int:
    """Fetch, verify and parse all of the real data, and say before how much that is.

    Returns
    -------
    int
        0 if all is there, 1 if not; the reason is then on standard error.
    """
    folder = archives.data_folder()
    for archive in (archives.IMDB, archives.GLOVE, *(archive for archive, _, _ in corpora.ALL)):
        print(f"{archive.name} {_whence(archive, folder)}", flush=True)
    print(f"Then all is read and kept in {cache.folder()}: up to 0.4 GB, about 1 min", flush=True)
    complete = [_told(_read_imdb), _told(_read_glove)]
    for archive, load, what in corpora.ALL:
        if archive.urls or (folder / archive.name).is_file():
            complete.append(_told(partial(_read_small, archive, load, what)))
    print("All is there." if all(complete) else "Not all is there.")
    return 0 if all(complete) else 1


def _whence(archive: archives.Archive, folder: Path) -> str:
    """Say where an archive is, or comes from and how much that is."""
    if (folder / archive.name).is_file():
        return f"is in {folder} already"
    if not archive.urls:
        return f"is not in {folder}, and not needed for the others: {archive.instead}"
    size, minutes = archive.size / 1e6, archive.size / _BYTES_A_MINUTE
    much = f"{size:,.0f} MB, about {minutes:.0f} min at 20 Mbit/s" if minutes > 0.5 else f"{size:.2g} MB"
    return f"is downloaded to {folder}: {much}"


def _read_imdb() -> Iterable[str]:
    yield f"IMDb: {len(load_imdb('full').train.texts):,} reviews to train with"
    load_imdb_sequences(data="full")


def _read_glove() -> Iterable[str]:
    dims = archives.glove_dims(archives.find(archives.GLOVE, "full"))
    for dim in sorted({50, 100} & set(dims)):
        yield f"GloVe: {len(load_glove('full', dim)):,} words in {dim} dimensions"


def _read_small(archive: archives.Archive, load: Callable[[str], Sized], what: str) -> Iterable[str]:
    yield f"{archive.name}: {len(load('full')):,} {what}"


def _told(read: Callable[[], Iterable[str]]) -> bool:
    """Read something, print what was found, and say whether that went well."""
    try:
        for line in read():
            print(line, flush=True)
    except (OSError, ValueError) as error:
        print(getattr(error, "strerror", None) or error, file=sys.stderr, flush=True)
        return False
    return True
