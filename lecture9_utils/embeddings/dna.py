"""DNA as text: cut into overlapping words of three to eight letters, and aligned letter by letter."""

import re
from sys import intern

import numpy as np

_COMPLEMENT = str.maketrans("ACGT", "TGCA")


def reverse_complement(sequence: str) -> str:
    """Read the other strand of the double helix, which runs the other way.

    Parameters
    ----------
    sequence : str
        Letters A, C, G and T.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the sequence is empty or holds another letter.

    Examples
    --------
    >>> reverse_complement("AACG")
    'CGTT'

    References
    ----------
    Biopython, ``Bio.Seq.reverse_complement``.
    """
    return _checked(sequence).translate(_COMPLEMENT)[::-1]


def kmer_sentences(
    genome: str, seed: int = 0, low: int = 3, high: int = 8, length: int = 2000
) -> list[list[str]]:
    """Cut a genome into sentences whose words are overlapping k-mers, of a random k at each place.

    The genome is cut into fragments. Each is read from one strand or the other, as a coin falls. At each of
    its places but the last few begins a k-mer, with a k from `low` to `high`, all equally likely.

    Parameters
    ----------
    genome : str
        Letters A, C, G and T, at least `high` of them.
    seed : int
        The strands and the lengths follow from it.
    low, high : int
        The shortest and the longest k-mer, both included; `low` at least 1.
    length : int
        Of a fragment, at least `high`. A last one that is shorter than `high` is left out.

    Returns
    -------
    list of list of str
        One sentence a fragment, as ``gensim.models.Word2Vec`` takes them.

    Raises
    ------
    ValueError
        If a size is out of range, or the genome is shorter than `high` or holds another letter.

    Examples
    --------
    >>> kmer_sentences("TGTAATCTG", low=3, high=4)
    [['CAGA', 'AGAT', 'GAT', 'ATT', 'TTA', 'TAC']]

    References
    ----------
    Lecture 9, slide "dna2vec"; Ng (2017), "dna2vec: Consistent vector representations of variable-length
    k-mers", section 2 (fragments, strands, and k uniform from 3 to 8).
    """
    if not 1 <= low <= high <= length:
        raise ValueError(f"k must be from 1 to length, and low at most high; got {low}, {high} and {length}")
    if len(_checked(genome)) < high:
        raise ValueError(f"the genome has {len(genome)} letters, too few for a k-mer of {high}")
    random = np.random.default_rng(seed)
    sentences = []
    for start in range(0, len(genome) - high + 1, length):
        fragment = genome[start : start + length]
        if random.integers(2):
            fragment = reverse_complement(fragment)
        ks = random.integers(low, high + 1, max(len(fragment) - high + 1, 0)).tolist()
        sentences.append([intern(fragment[i : i + k]) for i, k in enumerate(ks)])  # one copy of each
    return sentences


def needleman_wunsch(a: str, b: str, match: float = 1, mismatch: float = -1, gap: float = -1) -> float:
    """Score the best alignment of two whole DNA sequences.

    Each letter stands over a letter of the other sequence or over a gap. Of all ways to do so, the one with
    the highest sum counts.

    Parameters
    ----------
    a, b : str
        Letters A, C, G and T.
    match, mismatch, gap : float
        The score of two equal letters, of two different ones, and of a letter over a gap.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a sequence is empty or holds another letter.

    Examples
    --------
    >>> needleman_wunsch("GATTACA", "GCATGCT")  # G-ATTACA over GCA-TGCT: 4 matches, 2 mismatches, 2 gaps
    0

    References
    ----------
    Lecture 9, slide "dna2vec"; Needleman, Wunsch (1970), "A general method applicable to the search for
    similarities in the amino acid sequence of two proteins".
    """
    _checked(a), _checked(b)
    row = [gap * j for j in range(len(b) + 1)]  # the scores of nothing against the beginnings of b
    for i, x in enumerate(a, start=1):
        above, row = row, [gap * i]
        for j, y in enumerate(b):
            pair = above[j] + (match if x == y else mismatch)
            row.append(max(pair, above[j + 1] + gap, row[j] + gap))
    return row[-1]


def _checked(sequence: str) -> str:
    """Return a sequence of A, C, G and T, or say what is wrong with it."""
    if not sequence:
        raise ValueError("the sequence is empty: it must hold at least one of A, C, G and T")
    if wrong := re.search("[^ACGT]", sequence):
        raise ValueError(
            f"the sequence holds {wrong[0]!r} at place {wrong.start()} (from 0), which is none of A, C, G, "
            "T in capitals: cut the sequence there, or leave it out"
        )
    return sequence
