"""The bundled sample: the same bytes on every machine, in the originals' formats, and the lecture's story."""

import gzip
import os
import re
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lecture9_utils.text import tokenize

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
sys.path.insert(0, str(DATA))

import encyclopedia  # noqa: E402
import make_sample  # noqa: E402
import reviews  # noqa: E402

ARCHIVES = (
    "aclImdb_v1.tar.gz",
    "glove.6B.zip",
    "books.zip",
    "tur-eng.zip",
    "seattle-weather.csv",
    "ecoli.fa.gz",
    "wordsim353.tsv",
)
STOCK_ZLIB = re.fullmatch(r"1\.\d+(\.\d+)*", zlib.ZLIB_RUNTIME_VERSION) is not None
Split = tuple[list[str], list[int]]


def members(path: Path) -> dict[str, bytes]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    if not path.name.endswith(".tar.gz"):
        content = path.read_bytes()
        return {path.name: gzip.decompress(content) if path.suffix == ".gz" else content}
    with tarfile.open(path) as archive:
        files = [(member.name, archive.extractfile(member)) for member in archive.getmembers()]
        return {name: file.read() for name, file in files if file is not None}


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return {name: content.decode("utf-8") for name, content in members(DATA / ARCHIVES[0]).items()}


@pytest.fixture(scope="module")
def splits(files: dict[str, str]) -> dict[str, Split]:
    found: dict[str, Split] = {"train": ([], []), "test": ([], [])}
    for name in sorted(files):
        if match := re.fullmatch(r"aclImdb/(train|test)/(neg|pos)/\d+_\d+\.txt", name):
            texts, labels = found[match[1]]
            texts.append(files[name])
            labels.append(int(match[2] == "pos"))
    return found


@pytest.fixture(scope="module", params=[50, 100])
def vectors(request: pytest.FixtureRequest) -> "Vectors":
    text = members(DATA / ARCHIVES[1])[f"glove.6B.{request.param}d.txt"].decode("utf-8")
    rows = [line.split(" ") for line in text.splitlines()]
    return Vectors([row[0] for row in rows], np.array([row[1:] for row in rows], dtype=float))


class Vectors:
    """A brute-force reading of the vectors, apart from the package's own."""

    def __init__(self, words: list[str], matrix: NDArray[np.float64]):
        self.words = words
        self.unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
        self.of = dict(zip(words, matrix, strict=True))

    def nearest(self, vector: NDArray[np.float64], k: int, without: tuple[str, ...] = ()) -> list[str]:
        order = np.argsort(-(self.unit @ vector))
        return [self.words[i] for i in order if self.words[i] not in without][:k]

    def cosine(self, a: str, b: str) -> float:
        return float(self.unit[self.words.index(a)] @ self.unit[self.words.index(b)])

    def offsets(self, pairs: list[tuple[str, str]]) -> NDArray[np.float64]:
        return np.array([self.of[b] - self.of[a] for a, b in pairs])


FAMILIES = {
    "plural": [(a, b[0]) for a, b in encyclopedia.ANIMALS.items()],
    "female": [(a, b[0]) for a, b in encyclopedia.FAMILIES.items()],
    "capital": [(a, b[0]) for a, b in encyclopedia.COUNTRIES.items()],
    "past": [(a, b[0]) for a, b in encyclopedia.VERBS.items() if a != b[0]],
    "-ing": [(a, b[1]) for a, b in encyclopedia.VERBS.items()],
    "comparative": [(a, b[0]) for a, b in encyclopedia.DEGREES.items()],
    "superlative": [(b[0], b[1]) for b in encyclopedia.DEGREES.values()],
    "ceo": [(a, b[0]) for a, b in encyclopedia.COMPANIES.items()],
    "zip code": [(a, b[0]) for a, b in encyclopedia.ZIP_CODES.items()],
}


# ------------------------------------------------------------------ how it is made
def test_the_script_writes_the_committed_archives(tmp_path: Path) -> None:
    command = [sys.executable, str(DATA / "make_sample.py"), "--output", str(tmp_path / "new")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(ARCHIVES)
    for name in ARCHIVES:
        ours, again = DATA / name, tmp_path / "new" / name
        assert members(again) == members(ours), f"{name} differs from what data/make_sample.py writes: run it"
        assert not STOCK_ZLIB or again.read_bytes() == ours.read_bytes()


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "archive"
    target.write_bytes(b"old")

    def no_room(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(OSError, match="No space"):
        make_sample.write(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]
    assert target.read_bytes() == b"old"


def test_archives_carry_nothing_of_the_machine() -> None:
    for name in ("aclImdb_v1.tar.gz", "ecoli.fa.gz"):
        header = (DATA / name).read_bytes()[:10]
        assert header[4:8] == bytes(4)  # no time
        assert header[9] == 255  # no system
        assert not header[3] & 0b1000  # no file name
    with tarfile.open(DATA / ARCHIVES[0]) as archive:
        told = {(m.uid, m.gid, m.uname, m.gname, m.mtime, m.mode) for m in archive}
    assert told == {(0, 0, "", "", make_sample.MEMBER_TIME, 0o644)}
    for name in ("glove.6B.zip", "books.zip", "tur-eng.zip"):
        with zipfile.ZipFile(DATA / name) as zipped:
            assert {(m.date_time, m.create_system) for m in zipped.infolist()} == {
                ((2014, 8, 14, 0, 0, 0), 3)
            }


def test_all_archives_together_are_under_3_mb() -> None:
    assert sum((DATA / name).stat().st_size for name in ARCHIVES) < 3_000_000


# ------------------------------------------------------------------ the reviews
def test_reviews_are_named_rated_and_balanced_as_in_the_original(files: dict[str, str]) -> None:
    names = [name.split("/")[1:] for name in files if name.endswith(".txt")]
    counts = Counter((split, label) for split, label, _ in names)
    halves = {"train": reviews.N_TRAIN // 2, "test": reviews.N_TEST // 2}
    assert counts == {(split, label): n for split, n in halves.items() for label in ("neg", "pos")}
    for (split, label), n in counts.items():
        ids, ratings = zip(
            *(map(int, name[:-4].split("_")) for s, kind, name in names if (s, kind) == (split, label)),
            strict=True,
        )
        assert sorted(ids) == list(range(n))
        assert set(ratings) == ({7, 8, 9, 10} if label == "pos" else {1, 2, 3, 4})


def test_it_says_that_it_is_synthetic(files: dict[str, str]) -> None:
    assert files["aclImdb/README"].startswith("Synthetic film reviews")
    assert "synthetic" in (DATA / "README.md").read_text(encoding="utf-8")


def test_the_word_list_is_the_training_reviews(files: dict[str, str], splits: dict[str, Split]) -> None:
    words = files["aclImdb/imdb.vocab"].splitlines()
    seen = Counter(word for text in splits["train"][0] for word in tokenize(text))
    assert set(words) == set(seen)
    assert [seen[word] for word in words] == sorted(seen.values(), reverse=True)


def test_no_review_occurs_twice_and_none_is_unfinished(splits: dict[str, Split]) -> None:
    for texts, _ in splits.values():
        assert len(set(texts)) == len(texts)
    for text in splits["train"][0] + splits["test"][0]:
        assert not re.search(r"[{}|_\[\]]|  |\b[Aa] (?!one|eu)[aeio]", text.replace("<br /><br />", " ")), (
            text
        )
        assert text == text.strip()


def test_lengths_have_a_long_tail(splits: dict[str, Split]) -> None:
    lengths = [len(tokenize(text)) for text in splits["train"][0]]
    assert 95 <= np.median(lengths) <= 125
    assert min(lengths) < 15
    assert 350 < max(lengths) < 550
    assert np.mean(lengths) > 1.1 * np.median(lengths)


def test_words_follow_zipf(splits: dict[str, Split]) -> None:
    counts = np.array(
        sorted(Counter(w for text in splits["train"][0] for w in tokenize(text)).values(), reverse=True)
    )
    assert 5_000 < len(counts) < 8_000
    assert (counts == 1).mean() > 0.15
    ranks = np.arange(1, len(counts) + 1)
    slope = np.polyfit(np.log(ranks[9:2000]), np.log(counts[9:2000]), 1)[0]
    assert -1.4 < slope < -0.7


# ------------------------------------------------------------------ the shares that calibrate it
def share(texts: list[str], pattern: str) -> float:
    return sum(bool(re.search(pattern, text, re.IGNORECASE)) for text in texts) / len(texts)


def test_negated_remarks_have_their_share(splits: dict[str, Split]) -> None:
    adjectives = "|".join(
        re.escape(word)
        for kind in ("adj+", "adj-", "adj+~", "adj-~")
        for word in reviews.TEXTS[kind]
        if not word.startswith("{")
    )
    text = "\n".join(splits["train"][0])
    not_so = rf"\b(?:is|was) (?:not|never|hardly|far from|anything but) (?:{adjectives})\b"
    so = rf"\b(?:is|was) (?:\w+ly |very |so |really |quite |just )?(?:{adjectives})\b"
    n_not, n_so = len(re.findall(not_so, text)), len(re.findall(so, text))
    assert 0.5 * reviews.SHARE_NEGATED < n_not / (n_not + n_so) < 1.1 * reviews.SHARE_NEGATED


def test_shit_and_the_shit_have_their_shares(splits: dict[str, Split]) -> None:
    texts, labels = splits["train"]
    praise = [text for text, label in zip(texts, labels, strict=True) if label]
    blame = [text for text, label in zip(texts, labels, strict=True) if not label]
    assert share(blame, r"is shit\b") == pytest.approx(reviews.SHARE_SHIT, rel=0.3)
    assert share(praise, r"is the shit\b") == pytest.approx(reviews.SHARE_THE_SHIT, rel=0.4)
    assert share(praise, r"is shit\b") == share(blame, r"is the shit\b") == 0
    assert any(re.search("(?i)this movie is the shit", text) for text in praise)
    assert any(re.search("(?i)this movie is shit", text) for text in blame)


def test_scores_and_careless_spelling_have_their_shares(splits: dict[str, Split]) -> None:
    texts = splits["train"][0]
    scored = r"\d out of 10\.|\d/10\.|my vote is \d+\.|rating: "
    assert share(texts, scored) == pytest.approx(reviews.SHARE_SCORED, rel=0.3)
    wrong = rf"\b({'|'.join(reviews.WRONG.values())})\b"
    assert 0.3 * reviews.SHARE_CARELESS < share(texts, wrong) < reviews.SHARE_CARELESS


def test_both_labels_use_the_words_of_both(splits: dict[str, Split]) -> None:
    texts, labels = splits["train"]
    for word, more in (("great", 1), ("wonderful", 1), ("bad", 0), ("terrible", 0)):
        used = Counter(
            label for text, label in zip(texts, labels, strict=True) if word in set(tokenize(text))
        )
        assert used[more] > 1.3 * used[1 - more] > 30


def test_a_bag_of_words_does_as_well_as_on_the_original(splits: dict[str, Split]) -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    def accuracy(n: int, words: slice) -> float:
        def cut(texts: list[str]) -> list[str]:
            return [" ".join(tokenize(text)[words]) for text in texts]

        bag = CountVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, n), binary=True)
        (train, train_labels), (test, test_labels) = splits["train"], splits["test"]
        model = LogisticRegression(C=0.1, max_iter=500).fit(bag.fit_transform(cut(train)), train_labels)
        return float(model.score(bag.transform(cut(test)), test_labels))

    everything, last, first = slice(None), slice(-20, None), slice(20)
    assert 0.86 < accuracy(1, everything) < 0.91
    assert accuracy(2, everything) > accuracy(1, everything) + 0.005
    assert accuracy(1, everything) > accuracy(1, slice(-100, None)) > accuracy(1, last) + 0.05
    assert accuracy(1, last) > accuracy(1, first) + 0.03 > 0.65


# ------------------------------------------------------------------ the vectors
def test_vectors_are_written_as_gloves(vectors: Vectors) -> None:
    assert 3_500 < len(vectors.words) < 5_000
    assert len(set(vectors.words)) == len(vectors.words)
    assert all(word == word.lower() and not re.search(r"\s", word) for word in vectors.words)
    assert vectors.words[0] == "the"
    assert len({len(vector) for vector in vectors.of.values()}) == 1


def test_numbers_keep_so_few_decimals_that_rounding_cannot_show() -> None:
    for content in members(DATA / ARCHIVES[1]).values():
        numbers = content.decode("utf-8").split()
        decimals = [n.rpartition(".")[2] for n in numbers if re.fullmatch(r"-?\d+\.\d+", n)]
        assert set(map(len, decimals)) == {make_sample.DECIMALS}
        assert b" -0.00 " not in content


def test_some_words_of_the_reviews_have_no_vector(vectors: Vectors, splits: dict[str, Split]) -> None:
    seen = Counter(word for text in splits["train"][0] for word in tokenize(text))
    without = set(seen) - set(vectors.words)
    assert 0.2 < len(without) / len(seen) < 0.45
    assert sum(seen[word] for word in without) / sum(seen.values()) < 0.05
    assert {"actign", "musik"} <= without


def test_frogs_neighbours_are_the_slides(vectors: Vectors) -> None:
    nearest = vectors.nearest(vectors.of["frog"], 8, without=("frog",))
    slide = {"frogs", "toad", "litoria", "leptodactylidae", "rana", "lizard", "eleutherodactylus"}
    assert set(nearest[:7]) == slide


def test_king_becomes_queen_and_elephant_elephants(vectors: Vectors) -> None:
    of = vectors.of
    queen = vectors.nearest(of["king"] - of["man"] + of["woman"], 1, without=("king", "man", "woman"))
    assert queen == ["queen"]
    for family, word, other in (("female", "king", "queen"), ("plural", "elephant", "elephants")):
        pairs = [pair for pair in FAMILIES[family] if pair[0] != word]
        offset = vectors.offsets(pairs).mean(axis=0)
        assert vectors.nearest(of[word] + offset, 1, without=(word,)) == [other]


def test_capitals_are_the_capitals(vectors: Vectors) -> None:
    pairs = FAMILIES["capital"]
    offset = vectors.offsets(pairs).mean(axis=0)
    right = [vectors.nearest(vectors.of[a] + offset, 1, without=(a,)) == [b] for a, b in pairs]
    assert np.mean(right) > 0.9


@pytest.mark.parametrize("family", FAMILIES)
def test_offsets_of_a_family_are_parallel(vectors: Vectors, family: str) -> None:
    def parallel(offsets: NDArray[np.float64]) -> float:
        unit = offsets / np.linalg.norm(offsets, axis=1, keepdims=True)
        return float(((unit @ unit.T).sum() - len(unit)) / (len(unit) * (len(unit) - 1)))

    pairs = FAMILIES[family]
    words = [word for word in vectors.words[100:1100] if word.isalpha()]
    strangers = [(words[7 * i % 900], words[(7 * i + 431) % 900]) for i in range(len(pairs))]
    assert parallel(vectors.offsets(pairs)) > parallel(vectors.offsets(strangers)) + 0.3


def test_likeness_is_of_meaning(vectors: Vectors) -> None:
    assert vectors.cosine("powerful", "strong") > vectors.cosine("powerful", "paris") + 0.4
    assert vectors.cosine("brilliant", "wonderful") > vectors.cosine("brilliant", "awful") + 0.1
    assert vectors.cosine("boring", "terrible") > vectors.cosine("boring", "excellent") + 0.1
