"""The claims of notebook 11 refuse broken models: coins, majorities, the rivals themselves.

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
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB

import lecture9_utils as l9
from lecture9_utils.datasets.scenes import COLOURS
from tests.claims.lesson import NOTEBOOKS, refused

(NOTEBOOK,) = NOTEBOOKS.glob("11_*.ipynb")
CELLS = {cell["id"]: "".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]}
KNOWN = {
    "l9": l9,
    "np": np,
    "Counter": Counter,
    "COLOURS": COLOURS,
    "DATA": "sample",
    "SEED": 0,
    "full": False,
}


def run(*ids: str, **names: Any) -> dict[str, Any]:
    """Run cells of the notebook, with these names known."""
    space: dict[str, Any] = KNOWN | {"mappings": {}} | names
    for id in ids:
        exec(CELLS[f"l11-{id}"], space)
    return space


@cache
def one_colour() -> Any:
    """Score the network that names the most frequent colour of what it learned."""
    space = run("13", "14")
    most = np.bincount(space["colours"][:800]).argmax()
    mlp = SimpleNamespace(predict=lambda x, **_: np.tile(np.eye(3)[most], (len(x), 1)))
    return run("20", **(space | {"mlp": mlp}))["mappings"]["one_one"]


@cache
def by_coins() -> Any:
    """Tell of each new picture with two captions whether words chosen apart make one of them."""
    drawn = np.reshape(run("33", "36", "39")["by_chance"], (-1, 5))
    return drawn[:, 0], drawn[:, 1]


@cache
def judged(broken: str) -> dict[str, Any]:
    """Score a coin, or a bag of the words in order and shuffled, in place of the network."""
    space = run("73", "74", "78", "78a")
    y, n = space["new_verdicts"], space["n_known"]
    if broken == "coin":
        in_order = shuffled = np.random.default_rng(1).integers(2, size=len(y)) == y
    else:
        learned, *texts = (l9.multi_hot(space[name], 10_000, sparse=True) for name in NAMES_OF_REVIEWS)
        model = BernoulliNB().fit(learned[:n], space["verdicts"][:n])
        in_order, shuffled = (model.predict(x) == y for x in texts)
    return run("82", **(space | {"in_order": in_order, "shuffled": shuffled, "bag": shuffled}))


NAMES_OF_REVIEWS = ("ids_of_words", "padded_new", "mixed_new")


@cache
def filmed() -> dict[str, Any]:
    """Label all frames as most are, of films and of shuffled ones; a rival sees single frames."""
    films, actions = l9.draw_films(900, 0)
    most = (actions[700:] == np.bincount(actions.ravel()).argmax()).ravel()
    frames = films.reshape(-1, 256)
    single = LogisticRegression(C=0.01).fit(frames[:1200], actions[:100].ravel())
    right = single.predict(frames[700 * 12 :]) == actions[700:].ravel()
    return run("101", with_state=most, frames_shuffled=most, without_state=right)


PAIRS = ("113", "113a", "115", "115a", "117", "117a", "118", "118a", "119", "119a")
SCORING, DICTIONARY = ("127", "129", "131"), ("133", "133a", "134", "136", "136a", "138")


@cache
def translated(broken: str) -> dict[str, Any]:
    """Score the dictionary, or the nearest sentence, in place of the network."""
    space = run(*PAIRS, *SCORING, *DICTIONARY)
    said = space["look_up"](space["held_out"], space["least"])
    if broken == "nearest":
        said = [space["learned"][i][1] for i in space["nearest"]]
    return run("139", "139a", "140", **(space | {"translated": said}))


BROKEN: dict[tuple[str, str], Callable[[], Any]] = {
    ("C06", "one_one"): one_colour,
    ("C06", "one_many"): lambda: l9.compare(*by_coins()),
    ("C06", "one_way"): lambda: by_coins()[0].mean(),
    ("C06", "many_one"): lambda: judged("coin")["mappings"]["many_one"],
    ("C06", "in_order"): lambda: judged("bag")["mappings"]["in_order"],
    ("C06", "aligned"): lambda: filmed()["mappings"]["aligned"],
    ("C06", "frames"): lambda: filmed()["mappings"]["frames"],
    ("C06", "unaligned"): lambda: translated("dictionary")["mappings"]["unaligned"],
    ("C06", "letters"): lambda: translated("dictionary")["mappings"]["letters"],
    ("C06", "nearest"): lambda: translated("nearest")["mappings"]["nearest"],
}
# On the real data order and no order may be a tie.
OF_THE_SAMPLE = {("C06", "in_order")}


@pytest.mark.parametrize(("id", "key"), BROKEN)
def test_the_broken_model_is_refused(id: str, key: str) -> None:
    value = BROKEN[id, key]()
    assert refused(id, key, value)
    assert (id, key) in OF_THE_SAMPLE or refused(id, key, value, "full")


@cache
def chrf() -> Callable[..., float]:
    function: Callable[..., float] = run("127", "129")["chrf"]
    return function


def test_chrf_by_hand() -> None:
    # "abc" against "abd": 2 of 3 letters, 1 of 2 pairs, 0 of 1 three, on both sides.
    assert chrf()("abc", "abd") == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    # "ab" against "abcd": precision 1 and 1; recall 2 of 4 and 1 of 3; F = 5 p r / (4 p + r).
    recall = (2 / 4 + 1 / 3) / 2
    assert chrf()("ab", "ab cd", longest=2) == pytest.approx(5 * recall / (4 + recall))
    assert chrf()("o üzgün", "o üzgün") == 1
    assert chrf()("", "a") == chrf()("x", "y") == 0


@pytest.mark.parametrize(
    ("said", "wanted", "score"),
    [
        ("kediyi seviyorum", "kediyi severim", 0.6233708722418292),
        ("o evde", "ev orada", 0.1569431051108968),
        ("orada mı", "o orada mı", 0.8307482317905449),
        ("ben geldim", "geldim", 0.8345423371142179),
        ("evet", "hayır", 0.0),
    ],
)
def test_chrf_is_sacrebleu_s(said: str, wanted: str, score: float) -> None:
    """The scores are those of sacrebleu 2.6.0: CHRF().sentence_score(said, [wanted]).score / 100."""
    assert chrf()(said, wanted) == pytest.approx(score)
