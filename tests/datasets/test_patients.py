"""The synthetic patients: what is related keeps company in their records, and nothing else does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from lecture9_utils import synthetic_records

PATIENTS = synthetic_records(4000, seed=1)
VISITS = PATIENTS.visits.toarray()


def lift(pairs: list[tuple[str, str]], visits: NDArray[np.float64] = VISITS) -> NDArray[np.float64]:
    """Say how often each pair is written down together, against what chance would do."""
    first, second = (
        visits[:, [PATIENTS.concepts.index(name) for name in side]] for side in zip(*pairs, strict=True)
    )
    return np.asarray((first * second).mean(axis=0) / (first.mean(axis=0) * second.mean(axis=0)))


def test_visits_hold_ones_and_zeros_of_rare_and_common_concepts() -> None:
    assert len(set(PATIENTS.concepts)) == len(PATIENTS.concepts) == VISITS.shape[1]
    assert set(np.unique(VISITS)) == {0.0, 1.0}
    assert len(VISITS) / 4000 == pytest.approx(3, abs=0.1)
    shares = VISITS.mean(axis=0)
    assert 0 < shares.min() < 0.01 < 0.3 < shares.max()


def test_related_concepts_come_together_and_alternatives_do_not() -> None:
    for relation in ("comorbidity", "drug for", "procedure for"):
        assert np.median(lift(PATIENTS.relations[relation])) > 3
    assert np.median(lift(PATIENTS.relations["same purpose"])) < 1


def test_a_drug_and_a_procedure_are_for_the_disease_itself_not_for_what_comes_of_it() -> None:
    assert ("metformin", "type 2 diabetes") in PATIENTS.relations["drug for"]
    assert ("HbA1c test", "type 2 diabetes") in PATIENTS.relations["procedure for"]


def test_common_things_come_together_at_long_visits_only() -> None:
    everyday = [("hypertension", "urinalysis"), ("back pain", "paracetamol"), ("common cold", "blood count")]
    lengths = VISITS.sum(axis=1)
    assert (lift(everyday) > 1.2).all()
    assert (lift(everyday, VISITS[(lengths >= 4) & (lengths <= 6)]) < 1.1).all()
    assert lengths.max() > 5 * np.median(lengths)


@pytest.mark.parametrize("relation", PATIENTS.relations)
def test_random_pairs_are_of_a_relations_kinds_and_not_known(relation: str) -> None:
    known = PATIENTS.relations[relation]
    drawn = PATIENTS.random_pairs(relation, n=500, seed=2)
    assert len({(PATIENTS.kind_of[a], PATIENTS.kind_of[b]) for a, b in [*known, *drawn]}) == 1
    assert len(set(known)) == len(known) >= 21
    assert len(drawn) == 500
    assert len(set(drawn)) > 250
    assert not {*known, *((b, a) for a, b in known)} & set(drawn)
    assert all(a != b for a, b in drawn)


def test_the_seed_decides() -> None:
    first, again, other = (synthetic_records(50, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.visits.toarray(), again.visits.toarray())
    assert not np.array_equal(first.visits.toarray(), other.visits.toarray())
    assert first.random_pairs("drug for", 9, seed=2) == again.random_pairs("drug for", 9, seed=2)


def test_a_seed_makes_the_same_records_on_every_machine() -> None:
    records = synthetic_records(200, seed=4)
    places = np.flatnonzero(records.visits.toarray())
    assert (len(places), int(places.sum())) == (4690, 269_044_894)
    pairs = [("latanoprost", "psoriatic arthritis"), ("allopurinol", "nail dystrophy")]
    assert records.random_pairs("drug for", 2, seed=1) == pairs
