"""DNA as text: cut into overlapping words of three to eight letters, and aligned letter by letter."""

from sys import intern

import numpy as np

from ..arguments import of_type, seeded, shown

_LOW, _HIGH = 3, 8  # letters of a k-mer
_FRAGMENT = 2000


def kmer_sentences(genome: str, seed: int = 0) -> list[list[str]]:
    """Cut a genome into sentences whose words are overlapping k-mers, of a random k at each place.

    The genome is cut into fragments of 2,000 letters. Each is read from one strand or the other, as a coin
    falls. At each of its places but the last seven begins a k-mer, with a k from 3 to 8, all equally likely
    (slide "dna2vec"; Ng, 2017, "dna2vec", section 2).

    Parameters
    ----------
    genome : str
        Letters A, C, G and T (ValueError for others); from fewer than eight no sentence is made.
    seed : int
        The strands and the lengths follow from it.

    Returns
    -------
    list of list of str
        One sentence a fragment, as ``gensim.models.Word2Vec`` takes them.

    Examples
    --------
    >>> kmer_sentences("TGTAATCTGATTACA")
    [['TGTAAT', 'GTAATC', 'TAAT', 'AATC', 'ATC', 'TCA', 'CAG', 'AGAT']]
    """
    if set(of_type(str, "genome", genome)) - set("ACGT"):
        raise ValueError(f"a genome has the letters A, C, G and T, got {shown(''.join(sorted(set(genome))))}")
    random = np.random.default_rng(seeded(seed))
    sentences = []
    for start in range(0, len(genome) - _HIGH + 1, _FRAGMENT):
        fragment = genome[start : start + _FRAGMENT]
        if random.integers(2):  # the other strand, which runs the other way
            fragment = fragment.translate(str.maketrans("ACGT", "TGCA"))[::-1]
        ks = random.integers(_LOW, _HIGH + 1, len(fragment) - _HIGH + 1).tolist()
        sentences.append([intern(fragment[i : i + k]) for i, k in enumerate(ks)])  # one copy of each
    return sentences


def needleman_wunsch(a: str, b: str) -> int:
    """Score the best alignment of two whole DNA sequences (Needleman, Wunsch, 1970).

    Each letter stands over a letter of the other sequence or over a gap: 1 for two equal letters, -1 for two
    different ones and for a gap. Of all ways to do so, the one with the highest sum counts.

    Examples
    --------
    >>> needleman_wunsch("GATTACA", "GCATGCT")  # G-ATTACA over GCA-TGCT: 4 matches, 2 mismatches, 2 gaps
    0
    """
    of_type(str, "a", a), of_type(str, "b", b)
    if len(a) * len(b) > 10**9:
        raise ValueError(f"a and b must be shorter: {len(a):,} by {len(b):,} letters would take hours")
    row = [-j for j in range(len(b) + 1)]  # the scores of nothing against the beginnings of b
    for i, x in enumerate(a, start=1):
        above, row = row, [-i]
        for j, y in enumerate(b):
            row.append(max(above[j] + (1 if x == y else -1), above[j + 1] - 1, row[j] - 1))
    return row[-1]
