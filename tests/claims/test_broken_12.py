"""The claim of notebook 12 refuses broken models: coins, majorities, the rivals themselves.

The notebook's own cells do the scoring; only in the network's place stands a broken model.
"""

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from gensim.test.utils import datapath
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score

import lecture9_utils as l9
from tests.claims.lesson import NOTEBOOKS, refused

(NOTEBOOK,) = NOTEBOOKS.glob("12_*.ipynb")
CELLS = {cell["id"]: "".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]}
KNOWN = {
    "l9": l9,
    "np": np,
    "Path": Path,
    "datapath": datapath,
    "DATA": "sample",
    "SEED": 0,
    "full": False,
    "shipped": "sample",
    "n_words": 60,
    "CountVectorizer": CountVectorizer,
    "TfidfVectorizer": TfidfVectorizer,
    "LogisticRegression": LogisticRegression,
    "Ridge": Ridge,
    "roc_auc_score": roc_auc_score,
}
NEWS = {  # SHA-256 of what is read from gensim's package
    "lee_background.cor": "5d78d6dafd953bbf65797bef09a9ffb9ec430583381be705f8fd460000f370fb",
    "lee.cor": "a878f9a58f6743c32985c56c2f2f75988386216b38a4023a01fd3bcf7884d93e",
    "similarities0-1.txt": "23762bc6b728897144dda3d324a2c032dc1e059e1009806226d64b6dd123ed79",
}
AS_GIVEN: Any = {"tokenizer": lambda tokens: tokens, "lowercase": False, "token_pattern": None}


def cells(numbers: str) -> list[str]:
    """Give the ids of cells."""
    return [f"l12-{number}" for number in numbers.split()]


def run(*ids: str, **names: Any) -> dict[str, Any]:
    """Run cells of the notebook, with these names known."""
    space = KNOWN | names
    for id in ids:
        exec(CELLS[id], space)
    return space


def saying(answer: Any) -> Any:
    """Make a model that learns nothing and always gives this answer."""
    model = Mock(return_value=answer)
    model.predict.return_value = answer
    return model


@cache
def written(broken: str) -> dict[str, Any]:
    """Score the majority, or a coin, in place of the network that names authors."""
    space = run(*cells("10 12 13 15 23 27"))
    author_of = space["author_of"]
    majority = np.eye(2)[np.full(len(author_of), np.bincount(author_of).argmax())]
    coin = np.random.default_rng(1).dirichlet([1, 1], len(author_of))
    words, bag = CountVectorizer(binary=True, max_features=1_000), np.empty_like(coin)
    for k in range(3):
        bag[space["parts"](k)[2]] = space["rival_chances"](words, *space["parts"](k))
    chances = {"network": {"majority": majority, "coin": coin}[broken], "bag of words": bag}
    return run(*cells("31 33"), **(space | {"chances": chances}))


@cache
def told() -> dict[str, Any]:
    """Score the majority in place of the network that names topics."""
    space = run(*cells("08a 08b 39 40 41 42 42a 47 48 48a"))
    most = np.eye(5)[np.full(len(space["test_on"]), np.bincount(space["topics"]).argmax())]
    return run(*cells("49 51"), **(space | {"reader": saying(most)}))


@cache
def near() -> dict[str, Any]:
    """Score random vectors in place of the network's states."""
    vectors = np.random.default_rng(0).normal(size=(50, 64))
    ids = cells("08a 39 60 61 63 64 65a 66 66a 75 77 78 79 79a")
    return run(*ids, as_given=AS_GIVEN, states=vectors)


@cache
def compared(broken: str) -> dict[str, Any]:
    """Score random numbers of waves, or the correlation itself, in place of the network's counts."""
    space = run(*cells("77 90 91 93 97 97a 99 100 102 103 103a 104"))
    correlation = space["by_day"](space["a"], space["b"])
    same_count = {"random": np.random.default_rng(0).normal(size=200), "correlation": correlation}[broken]
    return run(*cells("110 111 112 112a"), **(space | {"same_count": same_count}))


@cache
def judged() -> dict[str, Any]:
    """Score a coin in place of the network that judges reviews."""
    space = run(*cells("80a 80b 82 82a"), as_given=AS_GIVEN)
    coin = np.random.default_rng(1).random(len(space["new_verdicts"])) < 0.5
    return run(*cells("83b"), **(space | {"by_network": coin}))


@cache
def forecast(broken: str) -> dict[str, Any]:
    """Score as today, as a year ago, or what is usual, in place of the network."""
    space = run(*cells("77 130 132 132a 137 138 139"))
    today, coming, year, highest = (space[name] for name in ("today", "coming", "year", "weather"))
    tested, usual = (year[coming] == 2015).all(axis=1), space["usual_for"](2015)[coming]
    days = {"today": highest.temp_max[today][:, None], "year": highest.temp_max[coming - 364], "usual": usual}
    chosen = dict(zip(("x_past", "y_past", "x_2014", "y_2014"), space["split"](2014), strict=True))
    model = saying((days[broken] - usual)[tested])
    given = space | chosen | {"gru": model, "gru_before": [], "start_again": list, "epochs": 1}
    return run(*cells("143 143a 143b 145 146 146a 152 153 153a 153b"), **given)


BROKEN: dict[tuple[str, str], Callable[[], Any]] = {
    ("C07", "author"): lambda: written("majority")["author"],
    ("C07", "author_bag"): lambda: written("coin")["author_bag"],
    ("C07", "topic"): lambda: told()["topic"],
    ("C07", "topic_bag"): lambda: told()["topic_bag"],
    ("C07", "documents"): lambda: near()["documents"],
    ("C07", "weighted"): lambda: near()["weighted"],
    ("C07", "by_glove"): lambda: near()["by_glove"],
    ("C07", "correlation"): lambda: compared("correlation")["leads"]["correlation, day by day"],
    ("C07", "series"): lambda: compared("random")["leads"]["peaks, counted"],
    ("C07", "sentiment"): lambda: judged()["sentiment"],
    ("C07", "climatology"): lambda: forecast("today")["skills"]["climatology"],
    ("C07", "tomorrow"): lambda: forecast("usual")["tomorrow"],
    ("C07", "ridge"): lambda: forecast("today")["skills"]["ridge regression"],
    ("C07", "persistence"): lambda: forecast("year")["skills"]["persistence"],
    ("C07", "seasonal"): lambda: forecast("today")["skills"]["seasonal naive"],
}


@pytest.mark.parametrize(("id", "key"), BROKEN)
def test_the_broken_model_is_refused(id: str, key: str) -> None:
    value = BROKEN[id, key]()
    assert refused(id, key, value)
    assert refused(id, key, value, "full")


def test_the_news_are_those_that_were_judged() -> None:
    assert {name: sha256(Path(datapath(name)).read_bytes()).hexdigest() for name in NEWS} == NEWS


def test_time_warping_and_peaks_by_hand() -> None:
    space = run("l12-99")
    late, early = np.array([[0, 0, 1, 0.0]]), np.array([[0, 1, 0, 0.0]])
    assert space["time_warping"](late, early) == [0]
    # 0 0 1 0 against 1 2 1 1: each of the three 0 costs 1 at least, and so does the 2.
    assert space["time_warping"](late, early + 1) == [4]
    assert compared("random")["peaks"](np.array([0, 3, 0, 0, 2, 0, 0.1, 0]), 1, 0.5) == 2


def test_the_weighted_auc_is_scikit_learn_s() -> None:
    rng, space = np.random.default_rng(0), compared("random")
    scores, times = rng.integers(5, size=200).astype(float), rng.integers(3, size=200)
    found = space["auc"](scores, times)
    assert found == pytest.approx(roc_auc_score(space["alike"], scores, sample_weight=times))
