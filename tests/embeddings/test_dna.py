"""K-mers against what they must be letter by letter, alignments against Biopython."""

from collections import Counter

import numpy as np
import pytest
from Bio.Align import PairwiseAligner
from Bio.Seq import reverse_complement as biopython_reverse_complement
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture9_utils import kmer_sentences, needleman_wunsch, reverse_complement

DNA = st.text("ACGT", min_size=1, max_size=9)
SCORES = st.tuples(st.integers(0, 3), st.integers(-3, 0), st.integers(-3, 0))
GENOME = "".join(np.random.default_rng(0).choice(list("ACGT"), 20_000))


@settings(max_examples=200, deadline=None)
@given(DNA, DNA, SCORES)
def test_the_score_is_biopythons(a: str, b: str, scores: tuple[int, int, int]) -> None:
    match, mismatch, gap = scores
    aligner = PairwiseAligner(
        mode="global", match_score=match, mismatch_score=mismatch, open_gap_score=gap, extend_gap_score=gap
    )
    assert needleman_wunsch(a, b, match, mismatch, gap) == aligner.score(a, b)
    assert needleman_wunsch(b, a, match, mismatch, gap) == aligner.score(a, b)


@given(DNA)
def test_the_other_strand_is_biopythons(sequence: str) -> None:
    assert reverse_complement(sequence) == biopython_reverse_complement(sequence)


@settings(deadline=None)
@given(st.text("ACGT", min_size=8, max_size=60), st.integers(0, 5), st.integers(1, 4), st.integers(0, 4))
def test_kmers_stand_where_they_begin(genome: str, seed: int, low: int, more: int) -> None:
    high = low + more
    [sentence] = kmer_sentences(genome, seed, low, high)
    assert len(sentence) == len(genome) - high + 1
    strands = (genome, reverse_complement(genome))
    assert any(all(s.startswith(kmer, i) for i, kmer in enumerate(sentence)) for s in strands)
    assert {len(kmer) for kmer in sentence} <= set(range(low, high + 1))


def test_all_lengths_and_both_strands_are_equally_likely() -> None:
    sentences = kmer_sentences(GENOME, seed=3, length=100)
    assert [len(sentence) for sentence in sentences] == [93] * 200
    lengths = Counter(len(kmer) for sentence in sentences for kmer in sentence)
    assert sorted(lengths) == [3, 4, 5, 6, 7, 8]
    assert max(lengths.values()) < 1.1 * min(lengths.values())
    forward = sum(
        all(GENOME.startswith(kmer, 100 * n + i) for i, kmer in enumerate(sentence))
        for n, sentence in enumerate(sentences)
    )
    assert 70 < forward < 130


def test_a_last_fragment_too_short_for_a_kmer_is_left_out() -> None:
    assert [len(s) for s in kmer_sentences(GENOME[:207], length=100)] == [93, 93]
    assert [len(s) for s in kmer_sentences(GENOME[:208], length=100)] == [93, 93, 1]


def test_the_seed_decides() -> None:
    assert kmer_sentences(GENOME, seed=1) == kmer_sentences(GENOME, seed=1)
    assert kmer_sentences(GENOME, seed=1) != kmer_sentences(GENOME, seed=2)


@pytest.mark.parametrize(("low", "high", "length"), [(0, 3, 10), (5, 4, 10), (3, 11, 10)])
def test_a_k_out_of_range_is_refused(low: int, high: int, length: int) -> None:
    with pytest.raises(ValueError, match=f"k must be from 1 to length.* got {low}, {high} and {length}"):
        kmer_sentences(GENOME, low=low, high=high, length=length)


def test_a_genome_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="the genome has 7 letters, too few for a k-mer of 8"):
        kmer_sentences("GATTACA")


@pytest.mark.parametrize(
    ("sequence", "message"),
    [
        ("", "the sequence is empty"),
        ("ACGNT", r"holds 'N' at place 3 \(from 0\), which is none of A, C, G, T in capitals"),
        ("ACgt", "holds 'g' at place 2"),
    ],
)
def test_what_is_no_dna_is_refused(sequence: str, message: str) -> None:
    for call in (
        lambda: reverse_complement(sequence),
        lambda: kmer_sentences(sequence, low=1, high=2),
        lambda: needleman_wunsch(sequence, "A"),
        lambda: needleman_wunsch("A", sequence),
    ):
        with pytest.raises(ValueError, match=message):
            call()
