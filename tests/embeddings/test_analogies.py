"""Analogies counted as gensim does, and offsets against a slow computation."""

import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st

import lecture9_utils as l9

REAL = Path(os.environ.get("LECTURE9_DATA", "")) / "glove.6B.zip"
Questions = dict[str, list[tuple[str, str, str, str]]]


def gensims_counts(vectors: l9.WordVectors, questions: Questions, folder: Path) -> dict[str, tuple[int, int]]:
    path = folder / "questions.txt"
    lines = [f": {name}\n" + "\n".join(map(" ".join, asked)) for name, asked in questions.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    keyed = KeyedVectors(vectors.dim)
    keyed.add_vectors(vectors.words, vectors.vectors)
    _, sections = keyed.evaluate_word_analogies(str(path))
    counts = {s["section"]: (len(s["correct"]), len(s["correct"]) + len(s["incorrect"])) for s in sections}
    del counts["Total accuracy"]
    return counts


@pytest.mark.parametrize(
    "data",
    [
        "sample",
        pytest.param("full", marks=pytest.mark.skipif(not REAL.is_file(), reason="needs the real GloVe")),
    ],
)
def test_analogies_are_counted_as_gensim_counts_them(data: str, tmp_path: Path) -> None:
    vectors = l9.load_glove(data, 100 if data == "sample" else 50)
    relations = l9.load_relations(vectors)
    assert len(relations) == (6 if data == "sample" else 7)  # GloVe's numbers are not in the sample
    for pairs in relations.values():
        words = [word for pair in pairs for word in pair]
        assert len(set(words)) == len(words) >= 18
        assert all(word in vectors for word in words)
    questions = l9.analogy_questions(relations)
    assert l9.analogy_accuracy(vectors, questions) == gensims_counts(vectors, questions, tmp_path)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_case_and_unknown_words_are_treated_as_gensim_does(tmp_path_factory, seed: int) -> None:  # type: ignore[no-untyped-def]
    random = np.random.default_rng(seed)
    words = [*"aBbCcDAdeEfgFH"]  # of a letter in both cases the first counts
    vectors = l9.WordVectors(words, random.normal(size=(14, 3)))
    asked = [random.permutation([*"abcdefgh"])[:4] for _ in range(60)]
    cased = [[str(random.choice([w, w.upper()])) for w in question] for question in asked]
    questions = {"some": [(a, b, c, d) for a, b, c, d in cased], "unknown": [("a", "b", "c", "x")]}
    expected = gensims_counts(vectors, questions, tmp_path_factory.mktemp("questions"))
    assert l9.analogy_accuracy(vectors, questions) == expected


def test_parallelism_is_the_mean_cosine_of_any_two_offsets() -> None:
    words = [f"{side}{i}" for i in range(5) for side in "ab"]
    vectors = l9.WordVectors(words, np.random.default_rng(0).normal(size=(10, 4)))
    unit = {word: vectors[word] / np.linalg.norm(vectors[word]) for word in words}
    offsets = [unit[f"b{i}"] - unit[f"a{i}"] for i in range(5)]
    cosines = [p @ q / np.linalg.norm(p) / np.linalg.norm(q) for p, q in combinations(offsets, 2)]
    found = l9.parallelism(vectors, [(f"a{i}", f"b{i}") for i in range(5)])
    assert found == pytest.approx(np.mean(cosines), abs=1e-6)
