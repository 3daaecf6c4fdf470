"""The bundled sample: the same bytes on every machine, in the originals' formats, and the lecture's story."""

import os
import re
import subprocess
import sys
import tarfile
import zlib
from collections import Counter
from itertools import pairwise, product
from pathlib import Path

import encyclopedia
import film_reviews
import grammar
import make_sample
import numpy as np
import pytest
import real_figures
from dice import Dice
from films import GENRES, invent_films, invent_people

import lecture9_utils as l9
from lecture9_utils import tokenize

ROOT = Path(__file__).resolve().parents[2]
STOCK_ZLIB = re.fullmatch(r"1\.\d+(\.\d+)*", zlib.ZLIB_RUNTIME_VERSION) is not None
SHARE = film_reviews.SHARE


# ------------------------------------------------------------------ how it is made
def test_the_script_writes_the_committed_files_with_any_hashes(tmp_path: Path) -> None:
    names = list(make_sample.CONTENTS)
    command = [sys.executable, ROOT / "data" / "make_sample.py", *names, "--output", tmp_path / "new"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "1"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(names)
    for name in names:
        again, ours = ((folder / name).read_bytes() for folder in (tmp_path / "new", make_sample.SAMPLE))
        assert make_sample.unpacked(name, again) == make_sample.unpacked(name, ours), f"{name}: make it again"
        assert not STOCK_ZLIB or again == ours


def test_a_check_tells_what_is_missing_or_out_of_date_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books, pairs = "books.zip", "tur-eng.zip"
    command = [books, pairs, "--output", str(tmp_path)]
    assert make_sample.main(command) == make_sample.main([*command, "--check"]) == 0
    (tmp_path / books).unlink()
    (tmp_path / pairs).write_bytes(make_sample.packed(pairs, {"tur.txt": "Hi.\tSelam.\n"}))
    capsys.readouterr()
    assert make_sample.main([*command, "--check"]) == 1
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [books, pairs]
    assert [path.name for path in tmp_path.iterdir()] == [pairs]


def test_all_files_together_are_under_7_mb_and_come_from_the_two_scripts() -> None:
    files = list(make_sample.SAMPLE.iterdir())
    assert {file.name for file in files} == {*make_sample.CONTENTS, *real_figures.MAKE}
    assert sum(file.stat().st_size for file in files) < 7_000_000


# ------------------------------------------------------------------ the reviews
Split = tuple[list[str], list[int]]


@pytest.fixture(scope="module")
def train() -> Split:
    split = l9.load_imdb().train
    return split.texts, split.labels.tolist()


def test_reviews_are_named_rated_and_balanced_as_in_the_original() -> None:
    with tarfile.open(make_sample.SAMPLE / "aclImdb_v1.tar.gz") as archive:
        names = re.findall(r"aclImdb/(\w+)/(\w+)/(\d+)_(\d+)\.txt", "\n".join(archive.getnames()))
    for split, n in (("train", film_reviews.N_TRAIN), ("test", film_reviews.N_TEST)):
        for label, ratings in (("neg", {1, 2, 3, 4}), ("pos", {7, 8, 9, 10})):
            found = [(int(i), int(rating)) for *place, i, rating in names if place == [split, label]]
            assert sorted(i for i, _ in found) == list(range(n // 2))
            assert {rating for _, rating in found} == ratings


def test_what_the_grammar_names_is_there_in_praise_and_in_blame_and_of_every_genre() -> None:
    people = invent_people(Dice(0), 9)
    known = {*invent_films(Dice(0), 1, people, people)[0].facts, "points", "film", "person"}
    symbols = {name: symbol for name, symbol in grammar.SYMBOLS.items() if name != "title"}  # has its own
    for symbol, (templates, *_) in symbols.items():
        for name in {slot.lstrip("!") for template in templates for slot in template[1::2]} - known:
            for sign, genre in product("+-", GENRES):
                versions = {name + sign, f"{name} {genre}", name}
                assert versions & set(grammar.SYMBOLS), (
                    f"[{symbol}] names {{{name}}}, and there is no such symbol"
                )


def test_sentences_are_whole_and_no_review_occurs_twice() -> None:
    for split in (l9.load_imdb().train, l9.load_imdb().test):
        assert len(set(split.texts)) == len(split.texts)
        for text in split.texts:
            plain = text.replace("<br /><br />", " ")
            assert not re.search(r"[{}|_\[\]]|  |^ | $|\b[Aa] (?!one|eu)[aeio]", plain), text


def test_lengths_and_words_are_spread_as_in_real_texts(train: Split) -> None:
    lengths = [len(tokenize(text)) for text in train[0]]
    assert min(lengths) < 15 < 95 <= np.median(lengths) <= 125 < 350 < max(lengths) < 550
    assert np.mean(lengths) > 1.1 * np.median(lengths)
    counts = np.array(sorted(Counter(word for text in train[0] for word in tokenize(text)).values())[::-1])
    assert 5_000 < len(counts) < 8_000
    assert (counts == 1).mean() > 0.15
    slope = np.polyfit(np.log(np.arange(10, 2001)), np.log(counts[9:2000]), 1)[0]
    assert -1.4 < slope < -0.7  # Zipf's law


def share(texts: list[str], pattern: str) -> float:
    return sum(bool(re.search(pattern, text, re.IGNORECASE)) for text in texts) / len(texts)


def test_remarks_have_the_shares_that_calibrate_them(train: Split) -> None:
    texts, labels = train
    blame, praise = ([texts[i] for i in range(len(texts)) if labels[i] == label] for label in (0, 1))
    assert share(blame, "this movie is shit") > 0 < share(praise, "this movie is the shit")
    assert share(blame, r"is shit\b") == pytest.approx(SHARE["shit"], rel=0.3)
    assert share(praise, r"is the shit\b") == pytest.approx(SHARE["the_shit"], rel=0.4)
    assert share(praise, r"is shit\b") == share(blame, r"is the shit\b") == 0
    for word, more, less in (("great", praise, blame), ("terrible", blame, praise)):
        assert share(more, rf"\b{word}\b") > 1.3 * share(less, rf"\b{word}\b") > 0.01
    scored = share(texts, r"\d out of 10\.|\d/10\.|my vote is \d+\.|rating: ")
    assert scored == pytest.approx(SHARE["scored"], rel=0.3)
    misspelled = share(texts, rf"\b({'|'.join(film_reviews.MISSPELLED.values())})\b")
    assert 0.3 * SHARE["careless"] < misspelled < SHARE["careless"]
    known = (word for kind in ("adj+", "adj-", "adj+~", "adj-~") for word in grammar.TEXTS[kind])
    adjectives = "|".join(map(re.escape, known))
    n_not, n_so = (
        len(re.findall(rf"\b(?:is|was) (?:{words})(?:{adjectives})\b", "\n".join(texts)))
        for words in ("(?:not|never|hardly|far from|anything but) ", r"\w+ly |very |so |quite |just |")
    )
    assert 0.5 < n_not / (n_not + n_so) / SHARE["negated"] < 1.1


@pytest.mark.slow
def test_a_bag_of_words_does_as_well_as_on_the_original() -> None:
    splits = [(split.texts, split.labels) for split in (l9.load_imdb().train, l9.load_imdb().test)]

    def accuracy(n: int, words: slice = slice(None)) -> float:
        cut = [([" ".join(tokenize(text)[words]) for text in texts], labels) for texts, labels in splits]
        return bag_accuracy(n, *cut, C=0.1)

    everything, last = accuracy(1), accuracy(1, slice(-20, None))
    assert 0.86 < everything < 0.91
    assert accuracy(2) > everything + 0.005
    assert everything > accuracy(1, slice(-100, None)) > last + 0.05
    assert last > accuracy(1, slice(20)) + 0.03 > 0.65


def bag_accuracy(n: int, train: Split, test: Split, C: float = 1.0) -> float:
    """Tell labels by the words of a text, and by n of them in a row."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    bag = CountVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, n), binary=True)
    model = LogisticRegression(C=C, max_iter=500).fit(bag.fit_transform(train[0]), train[1])
    return float(model.score(bag.transform(test[0]), test[1]))


# ------------------------------------------------------------------ the books and the translations
def test_the_two_authors_are_told_apart_by_words_and_better_by_their_order() -> None:
    passages: tuple[Split, Split] = ([], []), ([], [])
    for label, books in enumerate(l9.load_books().values()):
        for i, text in enumerate(books.values()):
            words = tokenize(text)
            cut = [" ".join(words[j : j + 40]) for j in range(0, len(words) - 40, 40)]
            texts, labels = passages[i >= 4]
            texts += cut
            labels += [label] * len(cut)
    assert 0.75 < bag_accuracy(1, *passages) < bag_accuracy(2, *passages) - 0.04 < 0.93


def test_a_sentence_of_the_books_tells_something_of_the_next_one() -> None:
    rng = np.random.default_rng(0)
    small = set(tokenize("the a of in to and at with on upon she he her his it you I"))
    texts = [text for books in l9.load_books().values() for text in books.values()]
    told = [[set(tokenize(sentence)) - small for sentence in l9.sentences(text)] for text in texts]
    shared = [bool(a & b) for book in told for a, b in pairwise(book)]
    random = [bool(book[i] & book[j]) for book in told for i, j in rng.integers(0, len(book), (200, 2))]
    assert np.mean(shared) > np.mean(random) + 0.1


def test_the_corpus_is_the_encyclopaedia_many_times() -> None:
    assert Counter(l9.load_corpus()) == Counter(list(encyclopedia.facts()) * encyclopedia.REPEATS)


def test_translations_are_distinct_whole_sentences_and_right_where_written_by_hand() -> None:
    pairs = l9.load_translations()
    assert 2_000 <= len(pairs) == len(dict(pairs)) <= 4_000
    for english, turkish in pairs:
        assert re.fullmatch(r"[A-Z][A-Za-z ]+[.?]", english)
        assert re.fullmatch(r"[A-ZÇİÖŞÜ][a-zçğıöşüA-Zİ' ]+[.?]", turkish)
        assert english[-1] == turkish[-1]
    by_hand = {
        "I found my bag.": "Çantamı buldum.",
        "Will you find the key?": "Anahtarı bulacak mısın?",
        "I did not walk to Izmir.": "İzmir'e yürümedim.",
        "We have a bicycle.": "Bir bisikletimiz var.",
        "The tea was cold.": "Çay soğuktu.",
        "We gave the letter to my friend.": "Mektubu arkadaşıma verdik.",
        "My father bought the shirt yesterday.": "Babam dün gömleği aldı.",
        "There is an expensive bag in Izmir.": "İzmir'de pahalı bir çanta var.",
    }
    assert {english: dict(pairs)[english] for english in by_hand} == by_hand
