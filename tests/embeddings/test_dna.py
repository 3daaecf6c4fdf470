"""K-mers against what they must be letter by letter, alignments against Biopython."""

from collections import Counter

import numpy as np
from Bio.Align import PairwiseAligner
from Bio.Seq import reverse_complement
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture9_utils import kmer_sentences, needleman_wunsch

GENOME = "".join(np.random.default_rng(0).choice(list("ACGT"), 400_000))
DNA = st.text("ACGT", min_size=1, max_size=9)


@settings(max_examples=200)
@given(DNA, DNA)
def test_the_score_is_biopythons(a: str, b: str) -> None:
    aligner = PairwiseAligner(
        mode="global", match_score=1, mismatch_score=-1, open_gap_score=-1, extend_gap_score=-1
    )
    assert needleman_wunsch(a, b) == needleman_wunsch(b, a) == aligner.score(a, b)


@given(st.text("ACGT", min_size=8, max_size=60), st.integers(0, 5))
def test_kmers_stand_where_they_begin_on_one_strand(genome: str, seed: int) -> None:
    [sentence] = kmer_sentences(genome, seed)
    assert len(sentence) == len(genome) - 7
    strands = (genome, reverse_complement(genome))
    assert any(all(strand.startswith(kmer, i) for i, kmer in enumerate(sentence)) for strand in strands)


def test_all_lengths_and_both_strands_are_equally_likely() -> None:
    sentences = kmer_sentences(GENOME, seed=3)
    assert sentences == kmer_sentences(GENOME, seed=3) != kmer_sentences(GENOME, seed=4)
    assert [len(sentence) for sentence in sentences] == [1993] * 200
    lengths = Counter(len(kmer) for sentence in sentences for kmer in sentence)
    assert sorted(lengths) == [3, 4, 5, 6, 7, 8]
    assert max(lengths.values()) < 1.05 * min(lengths.values())
    forward = sum(
        all(GENOME.startswith(kmer, 2000 * n + i) for i, kmer in enumerate(sentence))
        for n, sentence in enumerate(sentences)
    )
    assert 70 < forward < 130


def test_a_last_fragment_too_short_for_a_kmer_is_left_out() -> None:
    assert [len(s) for s in kmer_sentences(GENOME[:4007])] == [1993, 1993]
    assert kmer_sentences(GENOME[:7]) == []
    assert [len(s) for s in kmer_sentences(GENOME[:4008])] == [1993, 1993, 1]
