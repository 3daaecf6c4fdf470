"""The synthetic records: what is related keeps company in them, and nothing else does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from lecture9_utils import synthetic_records

RECORDS = synthetic_records(4000, seed=1)
VISITS = RECORDS.visits.toarray()
COLUMN = {concept: j for j, concept in enumerate(RECORDS.concepts)}


def lift(pairs: list[tuple[str, str]], visits: NDArray[np.float64] = VISITS) -> NDArray[np.float64]:
    """Say how often each pair is written down together, against what chance would do."""
    shares = visits.mean(axis=0)
    both = [(COLUMN[a], COLUMN[b]) for a, b in pairs]
    return np.array([(visits[:, i] * visits[:, j]).mean() / (shares[i] * shares[j]) for i, j in both])


def test_visits_hold_ones_and_zeros_of_every_concept() -> None:
    assert len(set(RECORDS.concepts)) == len(RECORDS.concepts) == VISITS.shape[1]
    assert set(np.unique(VISITS)) == {0.0, 1.0}
    assert (VISITS.sum(axis=0) > 0).all()
    assert VISITS.shape[0] / 4000 == pytest.approx(3, abs=0.1)
    assert not any(name != name.strip() or "\n" in name or not name for name in RECORDS.concepts)


def test_each_relation_joins_concepts_of_its_kinds() -> None:
    kinds = {
        relation: {(RECORDS.kind(a), RECORDS.kind(b)) for a, b in pairs}
        for relation, pairs in RECORDS.relations.items()
    }
    assert kinds == {
        "comorbidity": {("diagnosis", "diagnosis")},
        "drug for": {("drug", "diagnosis")},
        "procedure for": {("procedure", "diagnosis")},
        "same purpose": {("drug", "drug")},
    }
    assert {len(set(pairs)) for pairs in RECORDS.relations.values()} == {75, 42, 21}


def test_related_concepts_come_together_and_alternatives_do_not() -> None:
    for relation in ("comorbidity", "drug for", "procedure for"):
        assert np.median(lift(RECORDS.relations[relation])) > 3
    assert np.median(lift(RECORDS.relations["same purpose"])) < 1


def test_common_things_come_together_at_long_visits_only() -> None:
    everyday = [
        ("hypertension", "blood pressure reading"),
        ("back pain", "paracetamol"),
        ("common cold", "urinalysis"),
    ]
    lengths = VISITS.sum(axis=1)
    assert (lift(everyday) > 1.2).all()
    middling = VISITS[(lengths >= 4) & (lengths <= 6)]
    assert (lift(everyday, middling) < 1.1).all()
    assert lengths.max() > 5 * np.median(lengths)


def test_concepts_are_rare_and_common() -> None:
    shares = VISITS.mean(axis=0)
    assert shares.min() < 0.01
    assert shares.max() > 0.3


def test_random_pairs_are_of_the_right_kinds_and_not_known() -> None:
    known = {frozenset(pair) for pairs in RECORDS.relations.values() for pair in pairs}
    for relation, pairs in RECORDS.relations.items():
        drawn = RECORDS.random_pairs(relation, n=500, seed=2)
        assert len(drawn) == 500
        assert len(set(drawn)) > 250
        assert {tuple(map(RECORDS.kind, pair)) for pair in drawn} == {tuple(map(RECORDS.kind, pairs[0]))}
        assert not known & {frozenset(pair) for pair in drawn}
        assert all(a != b for a, b in drawn)
        assert drawn == RECORDS.random_pairs(relation, n=500, seed=2)


def test_the_seed_decides() -> None:
    again, other = synthetic_records(50, seed=1), synthetic_records(50, seed=2)
    assert (again.visits != synthetic_records(50, seed=1).visits).nnz == 0
    assert again.visits.shape != other.visits.shape or (again.visits != other.visits).nnz > 0


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="n_patients must be at least 1, got 0"):
        synthetic_records(0)
    with pytest.raises(ValueError, match=r"relation must be one of 'comorbidity', .* got 'cousins' and 5"):
        RECORDS.random_pairs("cousins", 5)
    with pytest.raises(ValueError, match="n at least 1; got 'comorbidity' and 0"):
        RECORDS.random_pairs("comorbidity", 0)
    with pytest.raises(KeyError, match="there is no concept 'boredom'"):
        RECORDS.kind("boredom")
