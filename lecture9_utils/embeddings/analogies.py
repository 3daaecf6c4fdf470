"""Analogies: pairs of words in one relation, how parallel their offsets are, and how often b - a + c is d."""

import re
from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np

from ..arguments import of_type, tuples
from ..files import table_of
from ..notebook import progress
from .word_vectors import WordVectors

Pair = tuple[str, str]
Question = tuple[str, str, str, str]

_WORDS = 300_000  # the most frequent ones, which count: gensim's restrict_vocab


def load_relations(vectors: WordVectors | None = None) -> dict[str, list[Pair]]:
    """Give seven relations with pairs of words that are in them, written for this lecture.

    They are those of the slides' pictures ("Learning Word Embeddings" and "GloVe").

    Parameters
    ----------
    vectors : WordVectors, optional
        Leave out relations with a word that has no vector here: the sample, and the known subset of GloVe,
        have none of numbers, so zip codes are left out.

    Examples
    --------
    >>> load_relations()["male–female"][:2]
    [('man', 'woman'), ('king', 'queen')]
    """
    relations = {n: re.findall(r"([^\s,]+)\s+([^\s,]+)", text) for n, text in table_of(__file__).items()}
    if vectors is None:
        return relations
    of_type(WordVectors, "vectors", vectors)
    return {n: pairs for n, pairs in relations.items() if all(w in vectors for p in pairs for w in p)}


def parallelism(vectors: WordVectors, pairs: Sequence[Pair]) -> float:
    """Say how parallel the offsets from the first to the second word are: the mean cosine of any two.

    An offset is between vectors that are made 1 long. It is 1 if all offsets have one direction, about 0 if
    they point anywhere (Levy, Goldberg, 2014, "Linguistic regularities …"). ValueError if there are fewer
    than two pairs, or a pair's two vectors have the same direction.

    Examples
    --------
    >>> vectors = WordVectors(["man", "woman", "king", "queen"], [[1, 0], [0, 1], [1, 0.1], [0.1, 1]])
    >>> round(parallelism(vectors, [("man", "woman"), ("king", "queen")]), 3)
    1.0
    """
    unit, pairs = of_type(WordVectors, "vectors", vectors).unit, tuples("pairs", pairs, 2)
    if len(pairs) < 2:
        raise ValueError(f"pairs must be at least two, got {len(pairs)}")
    offsets = np.array([unit[b] - unit[a] for a, b in pairs], dtype=np.float64)
    lengths = np.linalg.norm(offsets, axis=1, keepdims=True)
    if not lengths.all():
        raise ValueError(f"the vectors of {pairs[int(lengths.argmin())]} have the same direction")
    offsets /= lengths
    return float((offsets @ offsets.T)[~np.eye(len(pairs), dtype=bool)].mean())


def analogy_questions(relations: Mapping[str, Sequence[Pair]]) -> dict[str, list[Question]]:
    """Make a question of every two pairs of a relation: a is to b as c is to … d.

    Examples
    --------
    >>> analogy_questions({"plural": [("frog", "frogs"), ("toad", "toads")]})
    {'plural': [('frog', 'frogs', 'toad', 'toads'), ('toad', 'toads', 'frog', 'frogs')]}
    """
    checked = {
        name: tuples("pairs", pairs, 2) for name, pairs in of_type(Mapping, "relations", relations).items()
    }
    return {name: [(*p, *q) for p, q in permutations(pairs, 2)] for name, pairs in checked.items()}


def analogy_accuracy(
    vectors: WordVectors, questions: Mapping[str, Sequence[Question]]
) -> dict[str, tuple[int, int]]:
    """Count how many analogies are answered rightly: the word nearest to b - a + c must be d.

    The conventions are those of gensim's ``KeyedVectors.evaluate_word_analogies``: only the first 300,000
    words may be asked for or be answers; a question with any other word is not counted; letters' case does
    not matter (of words that differ in nothing else the first counts); a, b and c are no answers.

    Parameters
    ----------
    vectors : WordVectors
        The most frequent words first.
    questions : mapping of str to sequence of (str, str, str, str)
        For each relation its questions a, b, c and their answers d, as `analogy_questions` makes them.

    Returns
    -------
    dict of str to (int, int)
        For each relation how many were right, and how many were counted.

    Examples
    --------
    >>> vectors = WordVectors(["man", "woman", "king", "queen"], [[3, 1], [1, 3], [4, 1], [1.2, 4]])
    >>> analogy_accuracy(vectors, {"royal": [("man", "woman", "king", "queen"), ("man", "woman", "a", "b")]})
    {'royal': (1, 1)}
    """
    questions = {n: tuples("questions", q, 4) for n, q in of_type(Mapping, "questions", questions).items()}
    words = [word.upper() for word in of_type(WordVectors, "vectors", vectors).words[:_WORDS]]
    unit = vectors.unit.vectors[:_WORDS]
    row_of = {word: row for row, word in reversed(list(enumerate(words)))}  # the first of equal ones
    results = {}
    for name, asked in progress(questions.items(), desc="analogies", unit="relation"):
        rows = [[row_of.get(word.upper(), -1) for word in question] for question in asked]
        counted = np.array([row for row in rows if min(row) >= 0], dtype=np.int64).reshape(-1, 4)
        n_right = 0
        for start in range(0, len(counted), 64):
            a, b, c, d = counted[start : start + 64].T
            near = (unit[b] - unit[a] + unit[c]) @ unit.T
            for nearness, *known_rows, right in zip(near, a, b, c, d, strict=True):
                known = {words[row] for row in known_rows}
                while words[best := int(nearness.argmax())] in known and np.isfinite(nearness[best]):
                    nearness[best] = -np.inf
                n_right += words[best] == words[right]
        results[name] = n_right, len(counted)
    return results
