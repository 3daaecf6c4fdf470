"""Analogies: pairs of words in one relation, how parallel their offsets are, and how often b - a + c is d."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..notebook import progress
from .vector_text import Floats
from .word_vectors import WordVectors

Pair = tuple[str, str]
Question = tuple[str, str, str, str]

_BOTH = {
    "male–female": "man woman king queen prince princess boy girl father mother son daughter brother sister "
    "uncle aunt nephew niece husband wife actor actress waiter waitress duke duchess",
    "country–capital": "france paris italy rome germany berlin spain madrid portugal lisbon england london "
    "ireland dublin austria vienna hungary budapest poland warsaw russia moscow greece athens japan tokyo "
    "egypt cairo norway oslo sweden stockholm",
    "verb tense": "walk walked swim swam sing sang dance danced run ran fly flew write wrote paint painted "
    "cook cooked drink drank sleep slept ride rode climb climbed work worked play played jump jumped",
    "comparative–superlative": "stronger strongest slower slowest shorter shortest louder loudest clearer "
    "clearest softer softest darker darkest taller tallest faster fastest colder coldest deeper deepest "
    "richer richest better best worse worst smaller smallest brighter brightest",
    "plural": "elephant elephants horse horses cow cows dog dogs cat cats tiger tigers lion lions monkey "
    "monkeys bird birds whale whales rabbit rabbits snake snakes bear bears wolf wolves book books ship "
    "ships",
}
_OWN = {
    "sample": {  # these companies and the people who lead them are invented
        "company–chief executive": "acmetron brindlewick zorbex ottokar plumco marrowby nordkite lindqvar "
        "gigaspoon harpwell tubalux sorrento velvetine thistlewood quackers mulligrew hexabolt vandermoor",
        "city–zip code": "boston 02201 chicago 60602 honolulu 96813 denver 80202 seattle 98104 miami 33130 "
        "houston 77002 phoenix 85003 memphis 38103 detroit 48226",
    },
    "full": {  # of the years that GloVe's texts are from
        "company–chief executive": "microsoft ballmer google schmidt yahoo yang oracle ellison intel "
        "otellini cisco chambers boeing mcnerney exxon tillerson citigroup pandit ford mulally chrysler "
        "marchionne disney iger viacom dauman starbucks schultz facebook zuckerberg amazon bezos",
        "city–zip code": "chicago 60611 houston 77210 phoenix 85002 atlanta 30303 austin 78767 dallas 75221 "
        "washington 20001 baltimore 21278 dayton 45402 cambridge 02138 boulder 80301 newport 02840 "
        "alexandria 22314 aspen 81611 berkeley 94710",
    },
}


def load_relations(data: str = "sample") -> dict[str, list[Pair]]:
    """Give seven relations with pairs of words that are in them, written for this lecture.

    Parameters
    ----------
    data : {"sample", "full"}
        Whose companies and zip codes: those of the synthetic sample's vectors, or of the real GloVe's.

    Returns
    -------
    dict of str to list of (str, str)
        Five relations of the slides' pictures that are the same for both, then these two.

    Raises
    ------
    ValueError
        If `data` is neither.

    Examples
    --------
    >>> relations = load_relations()
    >>> relations["male–female"][:2]
    [('man', 'woman'), ('king', 'queen')]

    References
    ----------
    Lecture 9, slides "Learning Word Embeddings" (male–female, verb tense, country–capital) and "GloVe"
    (linear substructures).
    """
    if data not in _OWN:
        raise ValueError(f'data must be "sample" or "full", got {data!r}')
    return {name: _pairs(line.split()) for name, line in (_BOTH | _OWN[data]).items()}


def parallelism(vectors: WordVectors, pairs: Sequence[Pair]) -> float:
    """Say how parallel the offsets from the first to the second word are: the mean cosine of any two.

    Parameters
    ----------
    vectors : WordVectors
    pairs : sequence of (str, str)
        At least two, all with vectors. An offset is between vectors made one long.

    Returns
    -------
    float
        1 if all offsets have one direction, about 0 if they point anywhere.

    Raises
    ------
    ValueError
        If there are fewer than two pairs, or a pair's two vectors have the same direction.
    UnknownWordError
        If a word has no vector.

    Examples
    --------
    >>> vectors = WordVectors(["man", "woman", "king", "queen"], [[1, 0], [0, 1], [1, 0.1], [0.1, 1]])
    >>> round(parallelism(vectors, [("man", "woman"), ("king", "queen")]), 3)
    1.0

    References
    ----------
    Lecture 9, slide "GloVe" (linear substructures); Levy, Goldberg (2014), "Linguistic regularities in sparse
    and explicit word representations".
    """
    if len(pairs) < 2:
        raise ValueError(f"pairs must be at least two, got {len(pairs)}")
    first, second = (_unit(np.array([vectors[pair[i]] for pair in pairs], dtype=np.float64)) for i in (0, 1))
    lengths = np.linalg.norm(second - first, axis=1, keepdims=True)
    if not lengths.all():
        raise ValueError(f"the vectors of {pairs[int(lengths.argmin())]} have the same direction")
    offsets = (second - first) / lengths
    cosines = offsets @ offsets.T
    return float(cosines[~np.eye(len(pairs), dtype=bool)].mean())


def analogy_questions(relations: Mapping[str, Sequence[Pair]]) -> dict[str, list[Question]]:
    """Make a question of every two pairs of a relation: a is to b as c is to … d.

    Examples
    --------
    >>> analogy_questions({"plural": [("frog", "frogs"), ("toad", "toads")]})
    {'plural': [('frog', 'frogs', 'toad', 'toads'), ('toad', 'toads', 'frog', 'frogs')]}

    References
    ----------
    Mikolov et al. (2013), "Efficient estimation of word representations in vector space", section 4.1.
    """
    return {name: [(*p, *q) for p, q in permutations(pairs, 2)] for name, pairs in relations.items()}


def analogy_accuracy(
    vectors: WordVectors, questions: Mapping[str, Sequence[Question]], restrict: int = 300_000
) -> dict[str, tuple[int, int]]:
    """Count how many analogies are answered rightly: the word nearest to b - a + c must be d.

    The conventions are those of gensim's ``KeyedVectors.evaluate_word_analogies``: only the first `restrict`
    words may be asked for or be answers; a question with any other word is not counted; letters' case does
    not matter (of words that differ in nothing else the first counts); a, b and c are no answers. Right is
    what is right at the first place.

    Parameters
    ----------
    vectors : WordVectors
        The most frequent words first.
    questions : mapping of str to sequence of (str, str, str, str)
        For each relation its questions a, b, c and their answers d.
    restrict : int
        How many words count, at least 1.

    Returns
    -------
    dict of str to (int, int)
        For each relation how many were right, and how many were counted.

    Raises
    ------
    ValueError
        If `restrict` is below 1.

    Examples
    --------
    >>> vectors = WordVectors(["man", "woman", "king", "queen"], [[3, 1], [1, 3], [4, 1], [1.2, 4]])
    >>> analogy_accuracy(vectors, {"royal": [("man", "woman", "king", "queen"), ("man", "woman", "a", "b")]})
    {'royal': (1, 1)}

    References
    ----------
    gensim, ``KeyedVectors.evaluate_word_analogies``; Mikolov et al. (2013), as above.
    """
    if restrict < 1:
        raise ValueError(f"restrict must be at least 1, got {restrict}")
    known = vectors.words[:restrict]
    unit = _unit(vectors.vectors[:restrict])
    row_of: dict[str, int] = {}
    for row, word in enumerate(known):
        row_of.setdefault(word.upper(), row)
    results = {}
    for name, asked in progress(questions.items(), desc="analogies", unit="relation"):
        counted = [
            q for q in ([word.upper() for word in question] for question in asked) if row_of.keys() >= set(q)
        ]
        rows = np.array(
            [[row_of[word] for word in question] for question in counted], dtype=np.int64
        ).reshape(-1, 4)
        answers = _answers(unit, known, rows)
        right = sum(answer == d for answer, (_, _, _, d) in zip(answers, counted, strict=True))
        results[name] = (right, len(counted))
    return results


def _answers(unit: Floats, words: Sequence[str], rows: NDArray[np.int64]) -> Iterator[str]:
    """Answer questions given as rows of a, b, c (and d), some at a time."""
    for start in range(0, len(rows), 64):
        a, b, c, _ = rows[start : start + 64].T
        cosines = (unit[b] - unit[a] + unit[c]) @ unit.T
        for nearness, q in zip(cosines, rows[start : start + 64, :3], strict=True):
            asked = {words[row].upper() for row in q}
            best = int(nearness.argmax())
            while words[best].upper() in asked and np.isfinite(nearness[best]):
                nearness[best] = -np.inf
                best = int(nearness.argmax())
            yield words[best].upper()


def _unit(rows: NDArray[Any]) -> NDArray[Any]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[Any] = rows / np.where(lengths, lengths, 1)
    return unit


def _pairs(words: Sequence[str]) -> list[Pair]:
    return list(zip(words[::2], words[1::2], strict=True))
