"""Synthetic patients with known relations, to learn vectors of medical concepts from.

Nobody's records are here, as real ones cannot be given away: a script makes up patients with diseases that
come in company, and visits at which some of it is written down, and all kinds of other things too.
"""

import tomllib
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PREVALENCE = (0.12, 0.006)  # of the first and of the last disease
_COMPANY = 0.4  # how often a companion comes along
_WRITTEN = (0.45, 0.3, 0.15)  # how often a disease's first, second, third concept of a kind is written down
_EVERYDAY_RATE = (0.3, 0.01)  # of the first and of the last everyday concept
_STRAY = 0.002  # how often any concept is written down by mistake
_THOROUGHNESS = 0.8  # the spread of the logarithm of how much is written down at a visit
_VISITS = 2.0  # mean number of visits after the first


@dataclass(frozen=True, eq=False)
class Patients:
    """Visits of patients who do not exist.

    Attributes
    ----------
    concepts : list of str
        Names of diagnoses, drugs and procedures.
    kind_of : dict of str to str
        For each concept "diagnosis", "drug" or "procedure".
    visits : scipy.sparse.csr_array of float64, shape (n_visits, n_concepts)
        1 where a concept is written down at a visit.
    relations : dict of str to list of (str, str)
        The known pairs: "comorbidity" (two diagnoses), "drug for", "procedure for" (and a diagnosis), and
        "same purpose" (two drugs, of which a patient takes one).
    """

    concepts: list[str]
    kind_of: dict[str, str]
    visits: Any
    relations: dict[str, list[tuple[str, str]]]

    def random_pairs(self, relation: str, n: int, seed: int = 0) -> list[tuple[str, str]]:
        """Draw `n` pairs of the kinds that a relation joins, with replacement, none of them known.

        They show what chance does: the null distributions of Beam et al. (2018), section 3.4.
        """
        known = {frozenset(pair) for pairs in self.relations.values() for pair in pairs}
        kinds = [self.kind_of[concept] for concept in self.relations[relation][0]]
        of_kinds = [[concept for concept in self.concepts if self.kind_of[concept] == kind] for kind in kinds]
        pairs = [(a, b) for a, b in product(*of_kinds) if a != b and {a, b} not in known]
        return [pairs[i] for i in np.random.default_rng(seed).integers(len(pairs), size=n)]


def synthetic_records(n_patients: int, seed: int = 0) -> Patients:
    """Make up patients, their diseases and their visits, three on average.

    A patient has some of 21 diseases, rare or common, which bring companions along. At each visit some of a
    disease's diagnoses, of its procedures and the patient's own one of its two drugs are written down, with
    everyday things and a few mistakes. How much is written down differs from visit to visit: common things
    come together at long visits although nothing relates them.

    The same seed makes the same records on every machine.

    Examples
    --------
    >>> synthetic_records(n_patients=100).relations["same purpose"][1]
    ('metformin', 'gliclazide')

    References
    ----------
    Slide "cui2vec"; Beam et al. (2018), "Clinical concept embeddings learned from massive sources of
    multimodal medical data", which learned from 60 million patients.
    """
    from scipy.sparse import csr_array

    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    diseases, everyday, companions = tables["disease"], tables["everyday"], tables["companions"]
    kind_of = {name: kind for names in (*diseases, everyday) for kind, some in names.items() for name in some}
    concepts = np.array(list(kind_of))
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients), 1 + random.poisson(_VISITS, n_patients))
    rates = np.full((len(patient), len(concepts)), _STRAY, dtype=np.float32)
    first = [disease["diagnosis"][0] for disease in diseases]
    pairs = [(first.index(one), first.index(other)) for one, other in companions]
    for ill, disease in zip(_ill(n_patients, len(diseases), pairs, random).T, diseases, strict=True):
        takes = random.integers(2, size=n_patients)[patient]
        for kind, names in disease.items():
            for i, name in enumerate(names):
                meant = ill[patient] & (takes == i) if kind == "drug" else ill[patient]
                rates[meant, concepts == name] = _WRITTEN[i]
    for names in everyday.values():
        for name, rate in zip(names, np.geomspace(*_EVERYDAY_RATE, len(names)), strict=True):
            rates[:, concepts == name] = rate
    rates *= np.exp(random.normal(0, _THOROUGHNESS, (len(patient), 1)))
    visits = csr_array(random.random(rates.shape, dtype=np.float32) < rates, dtype=np.float64)
    within = [pair for disease in diseases for pair in combinations(disease["diagnosis"], 2)]
    relations = {
        "comorbidity": [*within, *map(tuple, companions)],
        "drug for": [(drug, d["diagnosis"][0]) for d in diseases for drug in d["drug"]],
        "procedure for": [(test, d["diagnosis"][0]) for d in diseases for test in d["procedure"]],
        "same purpose": [tuple(disease["drug"]) for disease in diseases],
    }
    return Patients(list(kind_of), kind_of, visits, relations)


def _ill(
    n: int, diseases: int, companions: list[tuple[int, int]], random: np.random.Generator
) -> NDArray[np.bool_]:
    """Draw who has which disease, first alone, then those that come along; shape (n, diseases)."""
    alone = random.random((n, diseases)) < np.geomspace(*_PREVALENCE, diseases)
    ill = alone.copy()
    for one, other in companions:
        comes = random.random(n) < _COMPANY
        ill[:, other] |= alone[:, one] & comes
        ill[:, one] |= alone[:, other] & comes
    return ill
