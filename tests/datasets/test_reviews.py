"""Reviews and vectors come as in the archives, ids as Keras makes them; the real ones are right."""

import json
from pathlib import Path

import numpy as np
import pytest

from lecture9_utils import Vocabulary, load_glove, load_imdb, load_imdb_sequences, pad, tokenize
from lecture9_utils.datasets.sources import digest_of
from tests.datasets.stand_ins import REAL, REVIEWS, World, imdb_archive, needs, zipped


def test_the_reviews_come_as_they_are_in_the_files_neg_before_pos_and_by_number(world: World) -> None:
    for _ in "parsed", "cached":
        imdb = load_imdb("full", sources=world.sources)
        assert imdb.train.texts == [
            REVIEWS[f"train/{name}.txt"] for name in ("neg/0_2", "neg/2_3", "neg/10_1", "pos/1_10")
        ]
        assert imdb.train.labels.tolist() == [0, 0, 0, 1]
        assert imdb.test.texts == [REVIEWS["test/neg/7_4.txt"], REVIEWS["test/pos/7_9.txt"]]
        assert imdb.test.labels.tolist() == [0, 1]
        assert np.issubdtype(imdb.train.labels.dtype, np.integer)


def test_the_sequences_follow_the_conventions_of_keras(world: World) -> None:
    (x_train, y_train), (x_test, y_test) = load_imdb_sequences(7, "full", sources=world.sources)
    train = {(tuple(x.tolist()), int(y)) for x, y in zip(x_train, y_train, strict=True)}
    # bad 4, br 5, film 6; everything from 7 on, as "good", is 2; the empty review is its beginning only
    assert train == {((1, 4, 4, 5, 5, 4, 2), 0), ((1,), 0), ((1, 4, 6), 0), ((1, 2, 2, 6, 2, 2), 1)}
    test = {(tuple(x.tolist()), int(y)) for x, y in zip(x_test, y_test, strict=True)}
    assert test == {((1, 4, 2, 2, 6, 2), 0), ((1, 2), 1)}  # the last 2 is the carriage return
    assert x_train.dtype == object
    assert {x.dtype for x in x_train} == {np.dtype(np.int32)}


def test_sequences_are_those_of_keras_tokenizer_in_the_order_of_the_seed() -> None:
    from keras.src.legacy.preprocessing.text import Tokenizer

    imdb = load_imdb()
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(imdb.train.texts)
    shuffle = np.random.RandomState(113)
    for half, (x, y) in zip((imdb.train, imdb.test), load_imdb_sequences(None), strict=True):
        order = shuffle.permutation(len(half.texts))
        assert (y == half.labels[order]).all()
        for sequence, i in zip(x, order, strict=True):
            ids = [tokenizer.word_index.get(word, -1) + 3 for word in tokenize(half.texts[i])]
            assert sequence.tolist() == [1, *ids]  # -1 + 3 is 2, an unknown word
    assert 0.4 < y[: len(y) // 5].mean() < 0.6
    assert (load_imdb_sequences(seed=1)[1][1] != y).any()


def test_sequences_can_be_padded_and_changed_without_changing_others() -> None:
    for _ in "parsed", "cached":
        (x, _), _ = load_imdb_sequences(num_words=None)
        x[0][:] = 0
    (again, _), _ = load_imdb_sequences(num_words=None)
    assert again[0][0] == 1
    assert pad(again, 20).shape == (len(x), 20)


def test_sequences_may_all_be_of_one_length(world: World) -> None:
    reviews = dict.fromkeys(REVIEWS, "good film")
    world.path("imdb").write_bytes(imdb_archive(reviews))
    world.change("imdb", contents={}, sha256=None)
    for x, _ in load_imdb_sequences(data="full", sources=world.sources):
        assert {tuple(sequence.tolist()) for sequence in x} == {(1, 4, 5)}


def test_too_few_words_are_refused() -> None:
    with pytest.raises(ValueError, match=r"num_words must be at least 3, got 2"):
        load_imdb_sequences(2)


def test_the_digest_of_reviews_tells_paths_and_sizes_apart() -> None:
    reviews = {"a": b"3", "b": b"12"}
    assert digest_of(dict(reversed(reviews.items()))) == digest_of(reviews)
    assert digest_of({"a": b"31", "b": b"2"}) != digest_of(reviews) != digest_of({"a": b"3", "c": b"12"})


# The vectors


def test_the_vectors_are_read_from_the_archive(world: World) -> None:
    for _ in "parsed", "cached":
        vectors = load_glove("full", sources=world.sources)
        assert vectors.words == ["film", "good", ". ."]
        assert vectors.vectors.tolist() == [[*row, *[0] * 98] for row in ([0.5, 1.5], [1, -0.25], [1, 2])]
    assert not vectors.vectors.flags.writeable


def test_a_dimension_that_is_not_to_be_had_is_refused_and_those_at_hand_are_named(world: World) -> None:
    with pytest.raises(ValueError, match="dim must be 50, 100, 200 or 300, got 60"):
        load_glove("full", 60, sources=world.sources)
    with pytest.raises(ValueError, match=r"glove.6B.zip has vectors of 50 and 100 dimensions, not of 300"):
        load_glove("full", 300, sources=world.sources)


def test_vectors_of_unknown_digest_are_vouched_for_by_the_archive_s(world: World) -> None:
    for _ in "parsed", "cached":
        assert load_glove("full", 50, sources=world.sources).words == ["film"]
    world.path("glove").write_bytes(zipped({"glove.6B.50d.txt": f"film{' 1' * 50}\n"}))
    with pytest.raises(ValueError, match="is damaged or not the original"):
        load_glove("full", 50, sources=world.sources)


# The real data


@pytest.fixture(scope="module")
def real_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def real(real_cache: str, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setenv("LECTURE9_CACHE", real_cache)


@needs("aclImdb_v1.tar.gz")
@pytest.mark.usefixtures("real")
def test_the_real_reviews(capfd: pytest.CaptureFixture[str]) -> None:
    imdb = load_imdb("full")
    for half in (imdb.train, imdb.test):
        assert len(half.texts) == 25_000
        assert half.labels.tolist() == [0] * 12_500 + [1] * 12_500
    vocabulary = Vocabulary.from_texts(imdb.train.texts)
    assert len(vocabulary) == 88_582
    (x_train, y_train), (x_test, _) = load_imdb_sequences(data="full")
    assert "numbering words" in capfd.readouterr().err
    assert len(x_train) == len(x_test) == 25_000
    assert {int(x[0]) for x in x_train} == {1}
    assert max(int(x.max()) for x in x_train) == 9_999
    order = np.random.RandomState(113).permutation(25_000)
    assert (y_train == imdb.train.labels[order]).all()
    ids = [vocabulary.word_index[word] + 3 for word in tokenize(imdb.train.texts[order[0]])]
    assert x_train[0].tolist() == [1, *(i if i < 10_000 else 2 for i in ids)]


@needs("aclImdb_v1.tar.gz", "imdb_word_index.json")
@pytest.mark.usefixtures("real")
def test_the_vocabulary_is_that_of_keras_but_for_python_2_s_accents() -> None:
    ours = Vocabulary.from_texts(load_imdb("full").train.texts).word_index
    theirs: dict[str, int] = json.loads((REAL / "imdb_word_index.json").read_bytes())
    top_ours, top_theirs = ({w for w, i in index.items() if i <= 10_000} for index in (ours, theirs))
    assert len(top_ours & top_theirs) > 9_900
    # Words as frequent as the last ones of the top are numbered in another order; otherwise they agree.
    assert all(abs(theirs[word] - 10_000) < 250 for word in top_ours - top_theirs)
    # Python 2 left accented capitals as they were, so Keras has two entries for one of our words.
    only_theirs, only_ours = theirs.keys() - ours.keys(), ours.keys() - theirs.keys()
    assert 0 < len(only_theirs) < 30
    assert all(word != word.lower() and not word.isascii() for word in only_theirs)
    assert only_ours <= {word.lower() for word in only_theirs}


@needs("aclImdb_v1.tar.gz", "glove.6B.zip")
@pytest.mark.usefixtures("real")
def test_the_real_vectors() -> None:
    vectors = load_glove("full", 50)
    assert (len(vectors), vectors.dim) == (400_000, 50)
    vocabulary = Vocabulary.from_texts(load_imdb("full").train.texts)
    # One more or less in another order of reading: many words are as frequent as the last of the top 10,000
    assert len(vectors.missing(vocabulary, 10_000)) == 200
    near = [word for word, _ in vectors.nearest("frog", 7)]
    assert near == ["snake", "ape", "toad", "monkey", "spider", "lizard", "spiny"]
    assert vectors.analogy("man", "woman", "king")[0][0] == "queen"
