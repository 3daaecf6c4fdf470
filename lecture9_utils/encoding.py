"""From integers to vectors without learning: one-hot, multi-hot and the hashing trick."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arguments import each_sequence, ids_below, strings, whole


def one_hot(ids: ArrayLike, depth: int) -> NDArray[np.float32]:
    """Turn each id into a vector of zeros with a single 1 at that index (slide "One-hot Encoding").

    Parameters
    ----------
    ids : array_like of int, any shape
        From 0 to `depth` - 1, else ValueError.
    depth : int
        The length of each vector.

    Returns
    -------
    ndarray of float32, shape ``ids.shape + (depth,)``

    Examples
    --------
    >>> one_hot([2, 0], depth=4)
    array([[0., 0., 1., 0.],
           [1., 0., 0., 0.]], dtype=float32)
    """
    depth = whole("depth", depth, 1)
    return np.equal(ids_below(depth, ids)[..., None], np.arange(depth)).astype(np.float32)


def multi_hot(sequences: Sequence[ArrayLike], depth: int, sparse: bool = False) -> Any:
    """Turn each sequence of ids into one vector with a 1 at every id that occurs in it: a bag of words.

    Parameters
    ----------
    sequences : sequence of array_like of int
        An empty one gives a vector of zeros.
    depth : int
        As for `one_hot`.
    sparse : bool
        Whether to store only the ones: 25,000 reviews over 10,000 words take 30 MB instead of 1 GB.

    Returns
    -------
    ndarray or scipy.sparse.csr_matrix, of float32, shape (len(sequences), depth)

    Examples
    --------
    >>> multi_hot([[1, 3, 3], []], depth=4)
    array([[0., 1., 0., 1.],
           [0., 0., 0., 0.]], dtype=float32)
    """
    from scipy.sparse import csr_matrix

    depth = whole("depth", depth, 1)
    distinct = [np.unique(ids_below(depth, ids, ndim=1)) for ids in each_sequence(sequences)]
    starts = np.cumsum([0, *map(len, distinct)])
    columns = np.concatenate([np.zeros(0, int), *distinct])
    bags = csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(distinct), depth))
    return bags if sparse else bags.toarray()


def hash_words(words: Iterable[str], buckets: int) -> NDArray[np.int64]:
    """Give each word a number from 0 to `buckets` - 1 by hashing, without a dictionary.

    The hash is MurmurHash3, as in scikit-learn's ``HashingVectorizer``: the same in every process and on
    every platform, where Python's own ``hash`` changes from one process to the next. Add 1 where 0 has to
    stay free for padding. TypeError if `words` is a single string, ValueError if `buckets` is below 1.

    Slides "One-hot Hashing"; Weinberger et al. (2009), "Feature hashing for large scale multitask learning".

    Examples
    --------
    >>> hash_words(["frog", "toad", "frog"], 1000)
    array([948, 134, 948])
    """
    from sklearn.utils import murmurhash3_32

    buckets = whole("buckets", buckets, 1)
    as_bytes = (word.encode("utf-8", "surrogatepass") for word in strings("words", words))
    return np.array([abs(murmurhash3_32(word)) % buckets for word in as_bytes], dtype=np.int64)


def collisions(words: Iterable[str], buckets: int) -> int:
    """Count the distinct words that `hash_words` puts in a bucket that an earlier one has taken.

    Examples
    --------
    >>> collisions(["frog", "toad", "newt", "frog"], 4)
    1
    """
    distinct = _distinct(words)
    return len(distinct) - len(np.unique(hash_words(distinct, buckets)))


def _distinct(words: Iterable[str]) -> list[str]:
    """List each word once, in any order."""
    return [*{*strings("words", [*words] if isinstance(words, (set, frozenset)) else words)}]


def expected_collisions(words: int | Iterable[str], buckets: int) -> float:
    r"""Say how many `collisions` a perfectly random hash gives on average: the birthday formula.

    Of :math:`n` words in :math:`m` buckets, :math:`n - m\,(1 - (1 - 1/m)^n)` find their bucket taken; see
    W. Feller (1968), "An introduction to probability theory", I.IV. `words` may be their number, too.

    Examples
    --------
    >>> round(expected_collisions(23, 365), 2)
    0.68
    """
    buckets = whole("buckets", buckets, 1)
    n = len(_distinct(words)) if isinstance(words, Iterable) else whole("words", words)
    # The formula, but exact for many buckets too; one bucket has no logarithm.
    return n + buckets * float(np.expm1(n * np.log1p(-1 / buckets))) if buckets > 1 else max(n - 1.0, 0.0)
