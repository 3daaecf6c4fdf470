"""Synthetic patients with known relations, to learn vectors of medical concepts from.

Nobody's records are here, as real ones cannot be given away: a script makes up patients with diseases that
come in company, and visits at which some of it is written down, and all kinds of other things too.
"""

from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np

from ..arguments import chosen, seeded, whole
from ..files import table_of


class Patients(NamedTuple):
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
        n, relation = whole("n", n), chosen("relation", relation, tuple(self.relations))
        known = {frozenset(pair) for pairs in self.relations.values() for pair in pairs}
        kinds = [self.kind_of[concept] for concept in self.relations[relation][0]]
        of_kinds = [[concept for concept in self.concepts if self.kind_of[concept] == kind] for kind in kinds]
        pairs = [(a, b) for a, b in product(*of_kinds) if a != b and {a, b} not in known]
        return [pairs[i] for i in np.random.default_rng(seeded(seed)).integers(len(pairs), size=n)]


def synthetic_records(n_patients: int, seed: int = 0) -> Patients:
    """Make up patients, their diseases and their visits, three on average.

    A patient has some of 21 diseases, rare or common, which bring companions along. At each visit some of a
    disease's diagnoses, of its procedures and the patient's own one of its two drugs are written down, with
    everyday things and a few mistakes. How much is written down differs from visit to visit: common things
    come together at long visits although nothing relates them.

    The same seed makes the same records on every machine. Slide "cui2vec"; Beam et al. (2018), "Clinical
    concept embeddings learned from massive sources of multimodal medical data".

    Examples
    --------
    >>> synthetic_records(n_patients=100).relations["same purpose"][1]
    ('metformin', 'gliclazide')
    """
    from scipy.sparse import csr_array

    n_patients, seed = whole("n_patients", n_patients, 1), seeded(seed)
    tables = table_of(__file__)
    diseases, everyday, rate = tables["disease"], tables["everyday"], tables["rate"]
    kind_of = {name: kind for names in (*diseases, everyday) for kind, some in names.items() for name in some}
    concepts = np.array(list(kind_of))
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients), 1 + random.poisson(rate["visits"], n_patients))
    alone = random.random((n_patients, len(diseases))) < np.geomspace(**rate["prevalence"], num=len(diseases))
    ill = alone.copy()
    main = [disease["diagnosis"][0] for disease in diseases]
    for companions in tables["companions"]:
        pair = [main.index(name) for name in companions]
        ill[:, pair] |= alone[:, pair[::-1]] & (random.random((n_patients, 1)) < rate["company"])
    chance = np.full((len(patient), len(concepts)), rate["stray"], dtype=np.float32)
    for has, disease in zip(ill[patient].T, diseases, strict=True):
        takes = random.integers(2, size=n_patients)[patient]
        for kind, names in disease.items():
            for i, name in enumerate(names):
                chance[has & (takes == i) if kind == "drug" else has, concepts == name] = rate["written"][i]
    for names in everyday.values():
        chance[:, np.isin(concepts, names)] = np.geomspace(**rate["everyday"], num=len(names))
    chance *= np.exp(random.normal(0, rate["thoroughness"], (len(patient), 1)))
    visits = csr_array(random.random(chance.shape, dtype=np.float32) < chance, dtype=np.float64)
    within = [pair for disease in diseases for pair in combinations(disease["diagnosis"], 2)]
    relations = {
        "comorbidity": [*within, *map(tuple, tables["companions"])],
        "drug for": [(drug, d["diagnosis"][0]) for d in diseases for drug in d["drug"]],
        "procedure for": [(test, d["diagnosis"][0]) for d in diseases for test in d["procedure"]],
        "same purpose": [tuple(disease["drug"]) for disease in diseases],
    }
    return Patients(list(kind_of), kind_of, visits, relations)
