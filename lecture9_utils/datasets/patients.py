"""Synthetic patient records with known relations, to learn vectors of medical concepts from.

No record here is a person's. Real records cannot be given away, so a script makes some up: patients with
diseases that come in company, visits at which some of it is written down, and all kinds of other things too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

KINDS = ("diagnosis", "drug", "procedure")
# A disease a line, from common to rare: diagnoses | two drugs, of which a patient takes one | procedures.
_DISEASES = """
coronary artery disease, angina, myocardial infarction | clopidogrel, ticagrelor | angiography, troponin test
type 2 diabetes, diabetic neuropathy, diabetic retinopathy | metformin, gliclazide | HbA1c test, foot check
depression, anxiety disorder, insomnia | sertraline, citalopram | psychotherapy, PHQ-9 questionnaire
asthma, COPD, nasal polyps | salbutamol, formoterol | spirometry, peak flow test
reflux disease, gastritis, Barrett's oesophagus | omeprazole, pantoprazole | gastroscopy, breath test
hypothyroidism, goitre, thyroid nodule | levothyroxine, liothyronine | TSH test, thyroid ultrasound
osteoporosis, hip fracture, vertebral fracture | alendronate, denosumab | bone density scan, hip replacement
atrial fibrillation, atrial flutter, embolic stroke | warfarin, apixaban | cardioversion, Holter monitoring
heart failure, cardiomyopathy, pulmonary oedema | furosemide, torasemide | echocardiogram, BNP test
chronic kidney disease, renal anaemia, hyperphosphataemia | sevelamer, lanthanum | dialysis, creatinine test
migraine, tension headache, cluster headache | sumatriptan, rizatriptan | nerve block, headache diary
prostatic hyperplasia, prostate cancer, urine retention | tamsulosin, finasteride | PSA test, prostate biopsy
glaucoma, ocular hypertension, optic neuropathy | latanoprost, timolol | tonometry, visual field test
gout, hyperuricaemia, urate nephropathy | allopurinol, febuxostat | uric acid test, joint aspiration
breast cancer, lymphoedema, breast cyst | tamoxifen, letrozole | mammography, mastectomy
rheumatoid arthritis, bursitis, rheumatoid nodule | methotrexate, adalimumab | rheumatoid factor, joint tap
psoriasis, psoriatic arthritis, nail dystrophy | calcipotriol, ustekinumab | phototherapy, skin biopsy
epilepsy, status epilepticus, febrile seizure | levetiracetam, lamotrigine | EEG, drug level test
cirrhosis, ascites, hepatic encephalopathy | spironolactone, lactulose | paracentesis, liver elastography
Parkinson's disease, Lewy body dementia, dystonia | levodopa, rasagiline | DaT scan, gait analysis
HIV infection, pneumocystis pneumonia, oral candidiasis | dolutegravir, efavirenz | viral load test, CD4 count
"""
# Who keeps company across the lines, by their first diagnoses.
_COMPANIONS = """
type 2 diabetes, chronic kidney disease; type 2 diabetes, coronary artery disease
coronary artery disease, heart failure; heart failure, atrial fibrillation
heart failure, chronic kidney disease; chronic kidney disease, gout
depression, migraine; depression, Parkinson's disease; rheumatoid arthritis, osteoporosis
asthma, reflux disease; psoriasis, depression; type 2 diabetes, glaucoma
"""
# What anybody's visit may hold, from common to rare: diagnoses | drugs | procedures.
_EVERYDAY = """
hypertension, back pain, common cold, high cholesterol, hay fever, urinary infection, sprain, eczema,
constipation, tonsillitis |
paracetamol, ibuprofen, amlodipine, atorvastatin, amoxicillin, cetirizine, vitamin D, hydrocortisone,
codeine, senna |
blood pressure reading, blood count, urinalysis, metabolic panel, influenza vaccination, chest X-ray,
electrocardiogram, wound care, ear irrigation, hearing test
"""
_PREVALENCE = (0.12, 0.006)  # of the first and of the last disease
_COMPANY = 0.4  # how often a companion comes along
_WRITTEN = (
    0.45,
    0.3,
    0.15,
)  # how often the first, second and third of a disease's concepts of a kind are written down
_EVERYDAY_RATE = (0.3, 0.01)  # of the first and of the last everyday concept
_STRAY = 0.002  # how often any concept is written down by mistake
_THOROUGHNESS = 0.8  # the spread of the logarithm of how much is written down at a visit
_VISITS = 2.0  # mean number of visits after the first


@dataclass(frozen=True, eq=False)
class Records:
    """Visits of patients who do not exist.

    Attributes
    ----------
    concepts : list of str
        Names of diagnoses, drugs and procedures.
    kinds : list of str
        For each concept "diagnosis", "drug" or "procedure".
    visits : scipy.sparse.csr_array of float64, shape (n_visits, n_concepts)
        1 where a concept is written down at a visit.
    relations : dict of str to list of (str, str)
        The known pairs: "comorbidity" (two diagnoses), "drug for", "procedure for" (and a diagnosis), and
        "same purpose" (two drugs, of which a patient takes one).
    """

    concepts: list[str]
    kinds: list[str]
    visits: Any
    relations: dict[str, list[tuple[str, str]]]

    @cached_property
    def _kind_of(self) -> dict[str, str]:
        return dict(zip(self.concepts, self.kinds, strict=True))

    @cached_property
    def _related(self) -> set[frozenset[str]]:
        return {frozenset(pair) for pairs in self.relations.values() for pair in pairs}

    def kind(self, concept: str) -> str:
        """Tell whether a concept is a diagnosis, a drug or a procedure; KeyError if there is no such one."""
        if concept not in self._kind_of:
            raise KeyError(f"there is no concept {concept!r} in these records")
        return self._kind_of[concept]

    def random_pairs(self, relation: str, n: int, seed: int = 0) -> list[tuple[str, str]]:
        """Draw pairs of concepts of the kinds that a relation joins, with replacement, none of them known.

        Parameters
        ----------
        relation : str
            A key of ``relations``.
        n : int
            How many pairs, at least 1.
        seed : int
            The pairs follow from it.

        Returns
        -------
        list of (str, str)

        Raises
        ------
        ValueError
            If there is no such relation, or `n` is below 1.

        Examples
        --------
        >>> records = synthetic_records(10)
        >>> [(a, b)] = records.random_pairs("drug for", n=1)
        >>> records.kind(a), records.kind(b)
        ('drug', 'diagnosis')

        References
        ----------
        Beam et al. (2018), section 3.4: the null distribution of each semantic type.
        """
        if relation not in self.relations or n < 1:
            known = ", ".join(map(repr, self.relations))
            raise ValueError(f"relation must be one of {known}, and n at least 1; got {relation!r} and {n}")
        kinds = [self.kind(concept) for concept in self.relations[relation][0]]
        of_kind = [[concept for concept in self.concepts if self.kind(concept) == kind] for kind in kinds]
        pairs = [(a, b) for a, b in product(*of_kind) if a != b and {a, b} not in self._related]
        return [pairs[i] for i in np.random.default_rng(seed).integers(len(pairs), size=n)]


def synthetic_records(n_patients: int, seed: int = 0) -> Records:
    """Make up patients, their diseases and their visits.

    A patient has some of 21 diseases, rare or common, which bring companions along. At each visit some of a
    disease's diagnoses, of its procedures and the patient's own one of its two drugs are written down, with
    everyday things and a few mistakes. How much is written down differs from visit to visit: common things
    come together at long visits although nothing relates them.

    Parameters
    ----------
    n_patients : int
        At least 1; each has three visits on average.
    seed : int
        The same seed gives the same records on every machine.

    Returns
    -------
    Records

    Raises
    ------
    ValueError
        If `n_patients` is below 1.

    Examples
    --------
    >>> records = synthetic_records(n_patients=100)
    >>> records.visits.shape[1] == len(records.concepts) == len(records.kinds)
    True
    >>> records.relations["same purpose"][1]
    ('metformin', 'gliclazide')

    References
    ----------
    Lecture 9, slide "cui2vec"; Beam et al. (2018), "Clinical concept embeddings learned from massive sources
    of multimodal medical data", which learned from 60 million patients.
    """
    from scipy.sparse import csr_array

    if n_patients < 1:
        raise ValueError(f"n_patients must be at least 1, got {n_patients}")
    random = np.random.default_rng(seed)
    diseases, everyday = [_fields(line) for line in _DISEASES.strip().splitlines()], _fields(_EVERYDAY)
    kind_of = {name: kind for names in (*diseases, everyday) for kind, some in names.items() for name in some}
    concepts = np.array(list(kind_of))
    patient = np.repeat(np.arange(n_patients), 1 + random.poisson(_VISITS, n_patients))
    rates = np.full((len(patient), len(concepts)), _STRAY, dtype=np.float32)
    for ill, disease in zip(_ill(n_patients, diseases, random).T, diseases, strict=True):
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
    return Records(list(kind_of), list(kind_of.values()), visits, _relations(diseases))


def _fields(line: str) -> dict[str, list[str]]:
    """Split a line into its diagnoses, drugs and procedures."""
    fields = [[name.strip() for name in field.split(",")] for field in line.split("|")]
    return dict(zip(KINDS, fields, strict=True))


def _companions() -> Iterator[tuple[str, str]]:
    for pair in _COMPANIONS.replace("\n", ";").strip(";").split(";"):
        one, other = pair.split(",")
        yield one.strip(), other.strip()


def _ill(
    n_patients: int, diseases: Sequence[Mapping[str, list[str]]], random: np.random.Generator
) -> NDArray[np.bool_]:
    """Draw who has which disease, first alone, then those that come along; shape (patients, diseases)."""
    number = {disease["diagnosis"][0]: i for i, disease in enumerate(diseases)}
    alone = random.random((n_patients, len(diseases))) < np.geomspace(*_PREVALENCE, len(diseases))
    ill = alone.copy()
    for pair in _companions():
        one, other = number[pair[0]], number[pair[1]]
        comes = random.random(n_patients) < _COMPANY
        ill[:, other] |= alone[:, one] & comes
        ill[:, one] |= alone[:, other] & comes
    return ill


def _relations(diseases: Sequence[Mapping[str, list[str]]]) -> dict[str, list[tuple[str, str]]]:
    """List the known pairs by what relates them."""
    within = [pair for disease in diseases for pair in combinations(disease["diagnosis"], 2)]
    return {
        "comorbidity": [*within, *_companions()],
        "drug for": [(drug, d["diagnosis"][0]) for d in diseases for drug in d["drug"]],
        "procedure for": [(test, d["diagnosis"][0]) for d in diseases for test in d["procedure"]],
        "same purpose": [(d["drug"][0], d["drug"][1]) for d in diseases],
    }
