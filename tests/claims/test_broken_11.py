"""The claims of notebook 10 refuse broken models: coins, majorities, the rivals themselves.

The notebook's own cells do the scoring; only in the network's place stands a broken model.
"""

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import BernoulliNB

import lecture9_utils as l9
from lecture9_utils.datasets.scenes import ACTIONS, COLOURS
from tests.claims.lesson import NOTEBOOKS, lesson, refused

(NOTEBOOK,) = NOTEBOOKS.glob("10_*.ipynb")
CELLS = {cell["id"]: "".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]}
KNOWN = {
    "l9": l9,
    "np": np,
    "Counter": Counter,
    "DATA": "sample",
    "SEED": 0,
    "full": False,
    "LogisticRegression": LogisticRegression,
    "Ridge": Ridge,
    "roc_auc_score": roc_auc_score,
}


def run(*ids: str, **names: Any) -> dict[str, Any]:
    """Run cells of the notebook, with these names known."""
    space = KNOWN | {"mappings": {}, "applications": {}} | names
    for id in ids:
        exec(CELLS[id], space)
    return space


def coin(n: int, sides: int = 2) -> Any:
    """Whether a coin, or a die, is right, n times."""
    return np.random.default_rng(1).integers(sides, size=n) == 0


def chosen_apart(scene: Any) -> str:
    """Choose each word of a caption without hearing the others."""
    rng, captions = (
        np.random.default_rng(len(scene.captions[0])),
        [caption.split() for caption in scene.captions],
    )
    return " ".join(str(rng.choice(words)) for words in zip(*captions, strict=True))


@cache
def apart() -> Any:
    scenes = [scene for scene in l9.draw_scenes(400, 0) if len(scene.captions) == 2]
    return np.array([chosen_apart(scene) in scene.captions for scene in scenes])


@cache
def one_colour() -> Any:
    scenes = l9.draw_scenes(500, 0, objects=1)
    colours = np.array([list(COLOURS).index(scene.captions[0].split()[2]) for scene in scenes])
    return l9.compare(coin(500, 3), colours == np.bincount(colours).argmax())


@cache
def judged(broken: str) -> dict[str, Any]:
    """Score a coin, or a bag of the words in order and shuffled, in place of the network."""
    space = run("l10-31", "l10-31a")
    y, n = space["y_test"], space["some"]
    if broken == "coin":
        ordered = shuffled = coin(len(y))
    else:
        model = BernoulliNB().fit(l9.multi_hot(space["x_all"][:n], 10_000, sparse=True), space["y_train"])
        texts = space["x_test"], space["shuffle"](space["x_test"])
        ordered, shuffled = (model.predict(l9.multi_hot(x, 10_000, sparse=True)) == y for x in texts)
    return run("l10-32b", **(space | {"ordered": ordered, "shuffled": shuffled}))


@cache
def filmed() -> dict[str, Any]:
    """Label all frames as most are, of films, of shuffled ones and one by one; a rival sees single frames."""
    films, actions = l9.draw_films(900, 0)
    most = (actions[700:] == np.bincount(actions.ravel()).argmax()).ravel()
    frames = films.reshape(-1, 256)
    single = LogisticRegression(C=0.01).fit(frames[:1200], actions[:100].ravel())
    right = single.predict(frames[700 * 12 :]) == actions[700:].ravel()
    labelled = {"in order": most, "shuffled": most, "single": right}
    return run("l10-42a", labelled=labelled, actions=actions, ACTIONS=ACTIONS)


@cache
def translated(broken: str) -> dict[str, Any]:
    """Score the dictionary, or the nearest sentence, in place of the network."""
    space = run("l10-46", "l10-48", "l10-50b", "l10-50c")
    said = space["look_up"](space["held_out"], space["least"])
    if broken == "nearest":
        shared = (space["ours"] @ space["theirs"].T).toarray()
        shared /= np.sqrt(np.asarray(space["theirs"].sum(axis=1)).ravel())
        said = [space["learned"][i][1] for i in shared.argmax(axis=1)]
    return run("l10-51", **(space | {"translated": said}))


@cache
def written() -> dict[str, Any]:
    """Score a coin in place of the network that names authors, and random vectors in place of its states."""
    space, rng = run("l10-58"), np.random.default_rng(0)
    cut, author, half = (space[name] for name in ("cut", "author", "half"))
    halves = []
    for sides in ((1, 0), (0, 1)):
        known, new = ([passage for i in np.flatnonzero(half == side) for passage in cut[i]] for side in sides)
        y, y_new = (np.repeat(author[half == side], 50) for side in sides)
        vocabulary = l9.Vocabulary.from_texts(known, 1000)
        x, x_new = (l9.multi_hot(vocabulary.encode(part), 1000) for part in (known, new))
        bag = BernoulliNB().fit(x, y).predict_proba(x_new)
        chances = {"recurrent network": rng.dirichlet([1, 1], len(y_new)), "bag of words": bag}
        weighted = TfidfTransformer().fit(x).transform(x_new).toarray()
        halves.append(
            (y_new, chances, [rng.normal(size=(len(y_new), 32)), x_new, weighted, np.log(bag + 1e-9)])
        )
    return run("l10-63", "l10-65", "l10-65a", **(space | {"halves": halves}))


@cache
def compared(broken: str) -> dict[str, Any]:
    """Score random states, or the curves themselves, in place of the network's states."""
    curves, waves = l9.draw_epidemics(1200, 0)
    states = {"random": np.random.default_rng(0).normal(size=(200, 24)), "curves": curves[1000:]}
    space = run("l10-65", halves=[]) | {"curves": curves, "waves": waves, "state": states[broken]}
    return run("l10-69", "l10-71c", "l10-71a", "l10-71b", **space)


@cache
def forecast(broken: str) -> dict[str, Any]:
    """Score what is usual, as today or as a year ago, in place of the network."""
    space = run("l10-74", "l10-76")
    new, usual, w, today = (space[name] for name in ("new", "usual", "w", "today"))
    days = {"usual": usual, "today": w.temp_max[today][:, None], "year": w.temp_max[space["ahead_of"] - 364]}
    gru = SimpleNamespace(predict=lambda *_, **__: (days[broken] - usual)[new])
    defined = run("l10-65", halves=[])
    return run("l10-76b", "l10-79a", **(defined | space | {"gru": gru, "alpha": 100}))


BROKEN: dict[tuple[str, str], Callable[[], Any]] = {
    ("C06", "one_one"): one_colour,
    ("C06", "one_many"): lambda: l9.compare(apart(), np.roll(apart(), 1)),
    ("C06", "one_way"): lambda: apart().mean(),
    ("C06", "many_one"): lambda: judged("coin")["mappings"]["many_one"],
    ("C06", "in_order"): lambda: judged("bag")["mappings"]["in_order"],
    ("C06", "aligned"): lambda: filmed()["mappings"]["aligned"],
    ("C06", "frames"): lambda: filmed()["mappings"]["frames"],
    ("C06", "unaligned"): lambda: translated("dictionary")["mappings"]["unaligned"],
    ("C06", "letters"): lambda: translated("dictionary")["mappings"]["letters"],
    ("C07", "sentiment"): lambda: judged("coin")["applications"]["sentiment"],
    ("C07", "translation"): lambda: translated("nearest")["applications"]["translation"],
    ("C07", "author"): lambda: written()["applications"]["author"],
    ("C07", "author_bag"): lambda: written()["applications"]["author_bag"],
    ("C07", "documents"): lambda: written()["applications"]["documents"],
    ("C07", "weighted"): lambda: written()["applications"]["weighted"],
    ("C07", "taught"): lambda: written()["applications"]["taught"],
    ("C07", "correlation"): lambda: compared("curves")["applications"]["correlation"],
    ("C07", "series"): lambda: compared("random")["applications"]["series"],
    ("C07", "climatology"): lambda: forecast("usual")["applications"]["climatology"],
    ("C07", "ridge"): lambda: forecast("today")["applications"]["ridge"],
    ("C07", "persistence"): lambda: forecast("year")["applications"]["persistence"],
    ("C07", "seasonal"): lambda: forecast("today")["applications"]["seasonal"],
}
# On the real data order and no order may be a tie.
OF_THE_SAMPLE = {("C06", "in_order")}


@pytest.mark.parametrize(("id", "key"), BROKEN)
def test_the_broken_model_is_refused(id: str, key: str) -> None:
    value = BROKEN[id, key]()
    assert refused(id, key, value)
    assert (id, key) in OF_THE_SAMPLE or refused(id, key, value, "full")


def test_chrf_by_hand() -> None:
    chrf = lesson("10").chrf
    # "abc" against "abd": 2 of 3 letters, 1 of 2 pairs, 0 of 1 three, on both sides.
    assert chrf("abc", "abd") == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    # "ab" against "abcd": precision 1 and 1; recall 2 of 4 and 1 of 3; F = 5 p r / (4 p + r).
    recall = (2 / 4 + 1 / 3) / 2
    assert chrf("ab", "ab cd", longest=2) == pytest.approx(5 * recall / (4 + recall))
    assert chrf("o üzgün", "o üzgün") == 1
    assert chrf("", "a") == chrf("x", "y") == 0


def test_time_warping_and_peaks_by_hand() -> None:
    warped, peaks = lesson("10").time_warping, lesson("10").peaks
    late, early = np.array([[0, 0, 1, 0.0]]), np.array([[0, 1, 0, 0.0]])
    assert warped(late, early) == [0]
    # 0 0 1 0 against 1 2 1 1: each of the three 0 costs 1 at least, and so does the 2.
    assert warped(late, early + 1) == [4]
    assert peaks(np.array([[0, 3, 0, 0, 2, 0, 0.1, 0]]), 1, 0.5) == [2]


def test_the_weighted_auc_is_scikit_learn_s() -> None:
    rng = np.random.default_rng(0)
    scores, same, times = rng.integers(5, size=60), rng.random(60) < 0.4, rng.integers(3, size=60)
    found = lesson("10").auc(scores, same, times)
    assert found == pytest.approx(roc_auc_score(same, scores, sample_weight=times))
