"""The small data sets are found, read in place, checked; what is wrong is said; the sample's are as meant."""

import csv
import gzip
import hashlib
import io
import os
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lecture9_utils as l9
from lecture9_utils import read_fasta, sentences, tokenize
from lecture9_utils.datasets import archives
from lecture9_utils.datasets import reviews as data
from lecture9_utils.datasets import small as corpora

DATA = Path(__file__).resolve().parents[2] / "data"
sys.path.insert(0, str(DATA))

import make_sample  # noqa: E402

BOOK = "# Title: Low Water\n\n## Author: Ann Roe\n\n## Year: 1900\n\n-------\n\n## One\n\n{}\n"
BOOKS = {
    "books/Ann_Roe/Low_Water.md": BOOK.format("Mr. Roe came. He\nsat down.\n\nWho is it?"),
    "books/Ann_Roe/High_Water.md": "No header. Here -------\n\nEnd.",
    "books/Al_Poe/Mud.md": "Mud!",
    "books/README.txt": "not a book",
}
PAIRS = "Hi.\tSelam.\nGo!\tGit!\tCC-BY (someone)\n\nGo!\tGidin!\n"
WEATHER = (
    "date,precipitation,temp_max,temp_min,wind,weather\n"
    "2012-02-28,0.0,12.8,-5.0,4.7,sun\n2012-02-29,10.9,1,2.8,4.5,rain\n"
)
WORDS = "# The test collection\n# Word 1\tWord 2\tHuman (mean)\nlove\tsex\t6.77\nMexico\tcity\t10.00\n"
GENOME = ">tiny genome\nACGT\nACGA\nC\n"


def zipped(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of small files that take the place of the real ones: ``data="full"`` reads them."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("LECTURE9_DATA", str(folder))
    monkeypatch.setenv("LECTURE9_CACHE", str(tmp_path / "cache"))
    contents = {
        "BOOKS": zipped(BOOKS),
        "TRANSLATIONS": zipped({"_about.txt": "about", "tur.txt": PAIRS}),
        "WEATHER": WEATHER.encode(),
        "SIMILARITY": WORDS.encode(),
        "GENOME": gzip.compress(GENOME.encode()),
    }
    for name, content in contents.items():
        archive = getattr(corpora, name)
        (folder / archive.name).write_bytes(content)
        if archive.sha256:
            monkeypatch.setattr(corpora, name, replace(archive, sha256=hashlib.sha256(content).hexdigest()))
    monkeypatch.setattr(corpora, "_GENOME_SHA256", hashlib.sha256(b"ACGTACGAC").hexdigest())
    return folder


LOADERS: dict[str, Callable[[str], object]] = {
    "books.zip": l9.load_books,
    "tur-eng.zip": l9.load_translations,
    "seattle-weather.csv": l9.load_weather,
    "ecoli.fa.gz": l9.load_genome,
    "wordsim353.tsv": l9.load_similarity,
}


def refusal(folder: Path, name: str, content: bytes | str) -> str:
    """Give what is said of a file's content, from the file's name on."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError) as caught:
        LOADERS[name]("full")
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(str(path))
    return said.removeprefix(str(path))


# Books


@pytest.mark.usefixtures("folder")
def test_books_come_by_author_and_title_without_the_header_that_tells_them() -> None:
    books = l9.load_books("full")
    assert [(author, list(titles)) for author, titles in books.items()] == [
        ("Al Poe", ["Mud"]),
        ("Ann Roe", ["High Water", "Low Water"]),
    ]
    assert books["Ann Roe"]["Low Water"] == "## One\n\nMr. Roe came. He\nsat down.\n\nWho is it?"
    assert books["Ann Roe"]["High Water"] == "No header. Here -------\n\nEnd."


@pytest.mark.usefixtures("folder")
def test_the_corpus_of_books_is_their_sentences_in_order() -> None:
    assert l9.load_corpus("full") == [
        "Mud!", "No header.", "Here -------", "End.", "Mr. Roe came.", "He sat down.", "Who is it?",
    ]  # fmt: skip


def test_the_corpus_of_an_encyclopaedia_tells_each_fact_so_often_in_one_shuffled_order(folder: Path) -> None:
    facts = {f"fact {i} is told": 1 + i % 3 for i in range(60)}
    text = "".join(f"{n}\t{fact}\n" for fact, n in facts.items())
    (folder / "books.zip").write_bytes(zipped(BOOKS | {"encyclopaedia.txt": text}))
    corpus = l9.load_corpus("full")
    assert Counter(corpus) == facts
    assert corpus == l9.load_corpus("full")
    assert corpus != sorted(corpus, key=list(facts).index)
    (folder / "books.zip").write_bytes(zipped({"encyclopaedia.txt": text + "often\ta fact\n"}))
    with pytest.raises(ValueError, match=r"books\.zip, encyclopaedia\.txt, line 61: 'often' is not a number"):
        l9.load_corpus("full")


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ('"Why?" she asked. "No."', ['"Why?" she asked.', '"No."']),
        (
            "Dr. No and Mrs. Day met J. Smith. St. Paul's!",
            ["Dr. No and Mrs. Day met J. Smith.", "St. Paul's!"],
        ),
        ("Wait... for it. 3 men came", ["Wait... for it.", "3 men came"]),
        ("# Title\nOne\ntwo.\n\n\nThree", ["One two.", "Three"]),
        ("“Oh!” “Ah!”", ["“Oh!”", "“Ah!”"]),
        (" \n\n ", []),
    ],
)
def test_sentences_end_at_stops_before_capitals_and_at_paragraphs(text: str, split: list[str]) -> None:
    assert sentences(text) == split


@given(st.text(st.sampled_from('Aa.!?"” \n1')))
def test_splitting_into_sentences_loses_no_word(text: str) -> None:
    found = sentences(text)
    assert " ".join(found).split() == text.split()
    assert all(sentence == " ".join(sentence.split()) != "" for sentence in found)


def test_what_is_wrong_with_books_is_said(folder: Path) -> None:
    said = refusal(folder, "books.zip", zipped({"novels/Emma.txt": "Emma"}))
    assert said.startswith(" has no member books/<Author>/<Title>.md: no address has it, so make a zip")
    for empty in (" \n", BOOK.partition("## One")[0]):
        said = refusal(folder, "books.zip", zipped({"books/A/B.md": empty}))
        assert said == ", books/A/B.md: the book is empty"
    assert ", books/A/B.md is not UTF-8 text" in refusal(
        folder, "books.zip", zipped({"books/A/B.md": b"caf\xe9"})
    )


def test_without_the_books_it_is_said_what_to_put_where(folder: Path) -> None:
    (folder / "books.zip").unlink()
    with pytest.raises(FileNotFoundError) as caught:
        l9.load_books("full")
    said = str(caught.value)
    assert said.startswith(
        f"books.zip is not in {folder}: no address has it, so make a zip archive of novels"
    )
    assert "books/<Author>/<Title>.md, for instance books/Jane_Austen/Emma.md" in said


# Translations


@pytest.mark.usefixtures("folder")
def test_translations_are_pairs_whatever_comes_after_them() -> None:
    assert l9.load_translations("full") == [("Hi.", "Selam."), ("Go!", "Git!"), ("Go!", "Gidin!")]


def test_translations_may_have_windows_line_ends_and_a_mark_at_the_beginning(folder: Path) -> None:
    content = zipped({"tur.txt": "\ufeff" + PAIRS.replace("\n", "\r\n")})
    (folder / "tur-eng.zip").write_bytes(content)
    assert l9.load_translations("full")[0] == ("Hi.", "Selam.")
    assert len(l9.load_translations("full")) == 3


def test_what_is_wrong_with_translations_is_said(folder: Path) -> None:
    for wrong in ("Hi. Selam.", "Hi.\t", "\tSelam."):
        said = refusal(folder, "tur-eng.zip", zipped({"tur.txt": f"{PAIRS}\n{wrong}\n"}))
        assert said == f", tur.txt, line 6: {wrong!r} where English, a tab and Turkish were expected"
    for files in ({"deu.txt": PAIRS}, {"tur.txt": "\n"}):
        assert " has no member tur.txt with sentences: delete it" in refusal(
            folder, "tur-eng.zip", zipped(files)
        )


# Weather


@pytest.mark.usefixtures("folder")
def test_weather_is_arrays_of_one_entry_a_day() -> None:
    weather = l9.load_weather("full")
    assert weather.dates.dtype == np.dtype("datetime64[D]")
    assert weather.dates.tolist() == np.array(["2012-02-28", "2012-02-29"], dtype="datetime64[D]").tolist()
    assert weather.precipitation.tolist() == [0.0, 10.9]
    assert weather.temp_max.tolist() == [12.8, 1.0]
    assert weather.temp_min.tolist() == [-5.0, 2.8]
    assert weather.wind.tolist() == [4.7, 4.5]
    assert weather.weather == ["sun", "rain"]
    assert len(weather) == 2


def test_line_ends_do_not_make_another_weather(folder: Path) -> None:
    (folder / "seattle-weather.csv").write_bytes(WEATHER.replace("\n", "\r\n").encode())
    assert l9.load_weather("full").weather == ["sun", "rain"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "date,prec",
            "day,prec",
            ", line 1: the header is day,precipitation,temp_max,temp_min,wind,weather, expected date",
        ),
        (WEATHER, "", ", line 1: the header is empty, expected date,precipitation,"),
        ("2012-02-28,0.0,12.8,-5.0,4.7,sun\n2012-02-29,10.9,1,2.8,4.5,rain\n", "", " has no days: delete it"),
        (",4.5,rain", ",4.5", ", line 3: 5 fields, expected 6 as in the header"),
        ("10.9", "much", ", line 3: 'much' is not a number"),
        ("12.8", "nan", ", line 2: 'nan' is not a number"),
        ("2012-02-28", "28/02/2012", ", line 2: '28/02/2012' is not a date like 2012-01-31"),
        (
            "2012-02-29",
            "2012-03-01",
            ", line 3: 2012-03-01 does not follow 2012-02-28, expected each day in order",
        ),
        ("12.8", "12.9", " is not the original (digest "),
    ],
)
def test_what_is_wrong_with_weather_is_said(folder: Path, old: str, new: str, said: str) -> None:
    assert refusal(folder, "seattle-weather.csv", WEATHER.replace(old, new)).startswith(said)


# DNA


@given(
    st.lists(st.text("ACGTNacgtn", min_size=1, max_size=40), min_size=1, max_size=4),
    st.integers(1, 9),
    st.booleans(),
)
def test_fasta_is_read_as_biopython_does(
    tmp_path_factory: pytest.TempPathFactory, records: list[str], width: int, packed: bool
) -> None:
    from Bio import SeqIO

    lines = [
        line
        for i, bases in enumerate(records)
        for line in (f">r{i} of some", *(bases[j : j + width] for j in range(0, len(bases), width)), "")
    ]
    text = "\n".join(lines)
    path = tmp_path_factory.mktemp("fasta") / "some.fa.gz"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    expected = {
        record.description: str(record.seq).upper() for record in SeqIO.parse(io.StringIO(text), "fasta")
    }
    assert read_fasta(path) == expected


@pytest.mark.parametrize("packed", [True, False])
def test_the_genome_is_its_bases_however_they_are_packed_and_broken_into_lines(
    folder: Path, packed: bool
) -> None:
    assert l9.load_genome("full") == "ACGTACGAC"
    other = b">the same\r\nacgtac\r\nGAC\r\n"
    (folder / "ecoli.fa.gz").write_bytes(gzip.compress(other) if packed else other)
    assert l9.load_genome("full") == "ACGTACGAC"


@pytest.mark.parametrize(
    ("fasta", "said"),
    [
        ("\nACGT\n", ", line 2: bases before a header, expected a line that begins with >"),
        (">a\nACGT\nACRGT\n", ", line 3: 'R' is no base, expected A, C, G, T, or N for one not known"),
        (">a\nAC GT\n", ", line 2: ' ' is no base, expected A, C, G, T, or N for one not known"),
        (">a\n>b\nA\n", ": the record 'a' has no bases"),
        (">a\nA\n>a\nC\n", ", line 3: there is a record 'a' before this one"),
        ("", " is empty, expected a line >name and lines of bases"),
        (">a\nACG\n>b\nTT\n", " has 2 records, expected one: delete it"),
        (">a\nACG\n", " has 3 bases, not the 4,639,675 of E. coli K-12 (U00096.2): delete it"),
    ],
)
def test_what_is_wrong_with_dna_is_said(folder: Path, fasta: str, said: str) -> None:
    assert refusal(folder, "ecoli.fa.gz", fasta).startswith(said)
    assert refusal(folder, "ecoli.fa.gz", gzip.compress(fasta.encode())).startswith(said)


# Pairs of words


@pytest.mark.usefixtures("folder")
def test_judged_pairs_keep_their_words_as_they_are() -> None:
    assert l9.load_similarity("full") == [("love", "sex", 6.77), ("Mexico", "city", 10.0)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\t6.77", "", ", line 3: 'love\\tsex' where two words and a score with tabs between were expected"),
        ("6.77", "much", ", line 3: 'much' is not a number"),
        ("love\tsex\t6.77\nMexico\tcity\t10.00\n", "", " has no pairs of words: delete it"),
        ("6.77", "6.78", " is not the original (digest "),
    ],
)
def test_what_is_wrong_with_judged_pairs_is_said(folder: Path, old: str, new: str, said: str) -> None:
    assert refusal(folder, "wordsim353.tsv", WORDS.replace(old, new)).startswith(said)


# All of them


@pytest.mark.parametrize("name", ["books.zip", "tur-eng.zip", "ecoli.fa.gz"])
@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_archive_is_named(folder: Path, name: str, damage: str) -> None:
    content = bytearray((folder / name).read_bytes())
    middle = (
        content.index(b"\0" if name.endswith("gz") else b"md" if name == "books.zip" else b"tur.txt") + 12
    )
    content[middle] ^= 255
    broken = bytes(content) if damage == "flipped" else (folder / name).read_bytes()[:-9]
    assert " is damaged or incomplete (" in refusal(folder, name, broken)


@pytest.mark.parametrize("name", LOADERS)
def test_other_sizes_of_data_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"data must be .*, got 'fulll'"):
        LOADERS[name]("fulll")


class Server(BaseHTTPRequestHandler):
    """Serves what is in `bodies`, 404 for all else; tells the length of what is right only."""

    bodies: dict[str, bytes]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.bodies.get(self.path, b"")
        self.send_response(200 if body else 404)
        if self.path == "/right":
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in [*filter(None, (body[:1000], body[1000:])), b""]:
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Server.bodies = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as http:
        threading.Thread(target=http.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.mark.parametrize("name", ["tur-eng.zip", "ecoli.fa.gz"])
def test_a_download_without_a_known_digest_is_kept_only_if_it_is_what_was_asked_for(
    folder: Path, server: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    attribute = "TRANSLATIONS" if name == "tur-eng.zip" else "GENOME"
    right = (folder / name).read_bytes()
    expected = LOADERS[name]("full")
    (folder / name).unlink()
    archive = replace(
        getattr(corpora, attribute), urls=(f"{server}/moved", f"{server}/cut", f"{server}/gone")
    )
    monkeypatch.setattr(corpora, attribute, archive)
    Server.bodies = {"/moved": b"<html>We moved</html>", "/cut": right[:-5], "/right": right}
    with pytest.raises(ConnectionError) as caught:
        LOADERS[name]("full")
    for reason in ("moved (sent another file)", "cut (sent another file)", "gone (answered 404)"):
        assert f"{server}/{reason}" in str(caught.value)
    assert not (folder / name).exists()
    assert not list(folder.glob("tmp*"))
    monkeypatch.setattr(corpora, attribute, replace(archive, urls=(*archive.urls, f"{server}/right")))
    assert LOADERS[name]("full") == expected
    assert (folder / name).read_bytes() == right


def test_the_command_reads_them_all_and_says_what_it_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(data, "_read_imdb", list)
    monkeypatch.setattr(data, "_read_glove", list)
    assert data.main() == 0
    out, err = capsys.readouterr()
    for line in ("books.zip: 2 authors", "tur-eng.zip: 3 pairs of sentences", "seattle-weather.csv: 2 days",
                 "ecoli.fa.gz: 9 bases", "wordsim353.tsv: 2 pairs of words"):  # fmt: skip
        assert line in out.splitlines()
    assert f"books.zip is in {folder} already" in out
    assert not err


def test_the_command_goes_on_without_the_books_but_says_what_could_not_be_had(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(data, "_read_imdb", list)
    monkeypatch.setattr(data, "_read_glove", list)
    (folder / "books.zip").unlink()
    assert data.main() == 0
    out, err = capsys.readouterr()
    assert f"books.zip is not in {folder}, and not needed for the others: no address has it" in out
    assert "tur-eng.zip: 3 pairs of sentences" in out
    assert not err
    (folder / "tur-eng.zip").unlink()
    assert data.main() == 1
    out, err = capsys.readouterr()
    assert f"tur-eng.zip is downloaded to {folder}: 25 MB\n" in out
    assert "ecoli.fa.gz: 9 bases" in out
    assert out.endswith("Not all is there.\n")
    assert "tur-eng.zip could not be downloaded from https://www.manythings.org/anki/tur-eng.zip (" in err


# The sample


def test_the_sample_is_written_alike_whatever_python_s_hashes_are() -> None:
    code = (
        "import hashlib, make_sample as m\n"
        "for name in sorted(m.ARCHIVES):\n"
        "    if name[:4] not in ('aclI', 'glov'):\n"
        "        print(name, hashlib.sha256(m.ARCHIVES[name]()).hexdigest())"
    )
    path = os.pathsep.join([str(DATA), str(DATA.parent)])
    written = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        written.append(done.stdout.decode())
    assert written[0] == written[1]
    assert len(written[0].splitlines()) == len(corpora.ALL)
    assert set(make_sample.ARCHIVES) == {
        archives.IMDB.name,
        archives.GLOVE.name,
        *(a.name for a, _, _ in corpora.ALL),
    }


def test_each_says_that_it_is_synthetic() -> None:
    for name in ("books.zip", "tur-eng.zip"):
        with zipfile.ZipFile(DATA / name) as archive:
            told = [archive.read(member).decode() for member in archive.namelist()]
        texts = [text for text in told if text.startswith("# Title")] or [told[-1]]
        assert all("synthetic" in text[:200].lower() for text in texts)
    assert b"synthetic" in gzip.decompress((DATA / "ecoli.fa.gz").read_bytes())[:20]
    assert (DATA / "wordsim353.tsv").read_text().startswith("# Synthetic")


def test_the_two_authors_are_told_apart_by_words_and_better_by_their_order() -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    books = l9.load_books()
    assert len(books) == 2
    passages: dict[bool, list[tuple[str, int]]] = {True: [], False: []}
    for label, texts in enumerate(books.values()):
        assert len(texts) == 6
        for i, text in enumerate(texts.values()):
            words = tokenize(text)
            passages[i < 4] += [(" ".join(words[j : j + 40]), label) for j in range(0, len(words) - 40, 40)]

    def accuracy(n: int) -> float:
        bag = CountVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, n), binary=True)
        (train, y), (test, y_test) = (zip(*passages[split], strict=True) for split in (True, False))
        return float(
            LogisticRegression(max_iter=500)
            .fit(bag.fit_transform(train), y)
            .score(bag.transform(test), y_test)
        )

    assert 0.75 < accuracy(1) < accuracy(2) - 0.04 < 0.93


def test_the_authors_styles_differ_in_length_stops_and_small_words() -> None:
    flintwick, quillfeather = (" ".join(texts.values()) for texts in l9.load_books().values())
    short, long = (np.mean([len(tokenize(s)) for s in sentences(text)]) for text in (flintwick, quillfeather))
    assert long > 1.4 * short
    assert quillfeather.count(";") > 200 > flintwick.count(";")
    assert quillfeather.count("upon") > 5 * flintwick.count("upon")


def test_a_sentence_of_the_books_tells_something_of_the_next_one() -> None:
    rng = np.random.default_rng(0)
    stopped = {
        "the",
        "a",
        "of",
        "in",
        "to",
        "and",
        "at",
        "with",
        "on",
        "upon",
        "she",
        "he",
        "her",
        "his",
        "it",
        "you",
        "i",
    }
    told = [
        [set(tokenize(s)) - stopped for s in sentences(text)]
        for texts in l9.load_books().values()
        for text in texts.values()
    ]
    shared = [bool(a & b) for book in told for a, b in pairwise(book)]
    random = [bool(book[i] & book[j]) for book in told for i, j in rng.integers(0, len(book), (200, 2))]
    assert np.mean(shared) > np.mean(random) + 0.1


def test_the_sample_s_corpus_is_the_encyclopaedia_many_times() -> None:
    import encyclopedia

    assert Counter(l9.load_corpus()) == Counter(list(encyclopedia.facts()) * encyclopedia.REPEATS)


def test_the_sample_s_translations_are_distinct_and_put_the_verb_last() -> None:
    pairs = l9.load_translations()
    assert 2_000 <= len(pairs) <= 4_000
    assert len({english for english, _ in pairs}) == len(pairs)
    assert [len(english) for english, _ in pairs] == sorted(len(english) for english, _ in pairs)
    for english, turkish in pairs:
        assert english[-1] == turkish[-1] in ".?"
        assert english[0].isupper() and turkish[0].isupper()
        assert set(turkish.lower()) <= set("abcçdefgğhıijklmnoöprsştuüvyz'. ?" + "\u0307")
    by_hand = {
        "I found my bag.": "Çantamı buldum.",
        "You washed a shirt.": "Bir gömlek yıkadın.",
        "Will you find the key?": "Anahtarı bulacak mısın?",
        "I did not walk to Izmir.": "İzmir'e yürümedim.",
        "Will they eat the apple?": "Elmayı yiyecekler mi?",
        "We have a bicycle.": "Bir bisikletimiz var.",
        "There is no dog at school.": "Okulda köpek yok.",
        "The tea was cold.": "Çay soğuktu.",
        "The child came from Izmir.": "Çocuk İzmir'den geldi.",
        "We gave the letter to my friend.": "Mektubu arkadaşıma verdik.",
        "My father bought the shirt yesterday.": "Babam dün gömleği aldı.",
        "There is an expensive bag in Izmir.": "İzmir'de pahalı bir çanta var.",
    }
    assert {english: dict(pairs)[english] for english in by_hand} == by_hand


def test_the_sample_s_weather_is_like_the_real_one_and_can_be_foretold_for_some_days() -> None:
    weather = l9.load_weather()
    assert len(weather) == 1461
    assert set(weather.weather) == {"drizzle", "fog", "rain", "snow", "sun"}
    assert 0.35 < np.mean(weather.precipitation > 0) < 0.6
    assert all(
        (rain > 0) == (kind in ("rain", "drizzle", "snow"))
        for rain, kind in zip(weather.precipitation, weather.weather, strict=True)
    )
    year = 2 * np.pi * np.arange(1461) / 365.25
    season = np.c_[np.ones(1461), np.cos(year), np.sin(year)]
    warmth = weather.temp_max - season @ np.linalg.lstsq(season, weather.temp_max, rcond=None)[0]
    assert 0.5 < 1 - warmth.var() / weather.temp_max.var() < 0.9  # of the variance is the year's
    days, last = 10, 1461 - 365
    for ahead, share in ((1, 0.9), (3, 0.75), (7, 0.8)):
        past = np.array([warmth[i - days : i] for i in range(days, 1462 - ahead)])
        future = warmth[days + ahead - 1 :]
        known = slice(None, last - days - ahead)
        weights = np.linalg.lstsq(past[known], future[known], rcond=None)[0]
        test = slice(last - days, None)
        error = np.abs(past[test] @ weights - future[test]).mean()
        assert error < share * np.abs(past[test, -1] - future[test]).mean()  # than persistence
        assert error < 0.95 * np.abs(future[test]).mean()  # than the season alone


def test_the_sample_s_genome_has_mutated_repeats_and_words_that_are_more_frequent_than_others() -> None:
    genome = l9.load_genome()
    assert 60_000 <= len(genome) <= 100_000
    assert set(genome) == set("ACGT")
    words = Counter(genome[i : i + 12] for i in range(len(genome) - 11))
    chance = len(genome) / 4**12
    repeated = [word for word, _ in words.most_common(200)]
    assert words[repeated[-1]] >= 5 > 100 * chance
    near = [
        w
        for word in repeated
        for i in range(12)
        for b in "ACGT"
        if b != word[i]
        for w in [word[:i] + b + word[i + 1 :]]
    ]
    assert np.mean([words[w] for w in near]) > 10 * chance
    triplets = np.array([genome[i : i + 300].count("AAA") for i in range(0, len(genome), 300)])
    assert triplets.var() > 2 * triplets.mean()  # uneven over the regions


def test_the_sample_s_judged_pairs_are_of_words_with_vectors_that_follow_the_scores() -> None:
    from scipy.stats import spearmanr

    pairs = l9.load_similarity()
    assert 60 <= len(pairs) <= 110
    assert len({frozenset(pair[:2]) for pair in pairs}) == len(pairs)
    told = {word for sentence in set(l9.load_corpus()) for word in tokenize(sentence)}
    for dim in (50, 100):
        vectors = l9.load_glove("sample", dim)
        assert all(word in vectors and word in told for a, b, _ in pairs for word in (a, b))
        cosines = [
            vectors[a] @ vectors[b] / np.linalg.norm(vectors[a]) / np.linalg.norm(vectors[b])
            for a, b, _ in pairs
        ]
        assert spearmanr([score for *_, score in pairs], cosines).statistic > 0.4


# The real data

REAL = Path(os.environ.get("LECTURE9_DATA", "nowhere"))


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not (REAL / name).is_file(), reason=f"{name} is not in the folder LECTURE9_DATA"
    )


@needs("books.zip")
def test_the_real_books() -> None:
    books = l9.load_books("full")
    assert {"Jane Austen", "Charles Dickens", "Mark Twain", "Joseph Conrad"} <= set(books)
    emma = books["Jane Austen"]["Emma"]
    assert "Author:" not in emma[:500]
    assert "Emma Woodhouse, handsome, clever, and rich" in emma[:200]
    corpus = l9.load_corpus("full")
    assert sum(map(len, map(str.split, corpus))) > 1_700_000
    assert 10 < np.mean([len(s.split()) for s in corpus]) < 30


@needs("tur-eng.zip")
def test_the_real_translations() -> None:
    pairs = l9.load_translations("full")
    assert len(pairs) > 40_000
    assert ("Hi.", "Merhaba.") in pairs


@needs("seattle-weather.csv")
def test_the_real_weather() -> None:
    weather = l9.load_weather("full")
    with (REAL / "seattle-weather.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert weather.dates.astype(str).tolist() == [row["date"] for row in rows]
    for name in ("precipitation", "temp_max", "temp_min", "wind"):
        assert getattr(weather, name).tolist() == [float(row[name]) for row in rows]
    assert weather.weather == [row["weather"] for row in rows]


@needs("ecoli.fa.gz")
def test_the_real_genome() -> None:
    genome = l9.load_genome("full")
    assert len(genome) == 4_639_675
    assert genome.startswith("AGCTTTTCATTCTGACTGCAACGGGCAATATGTCTCTGTGTGG")


@needs("wordsim353.tsv")
def test_the_real_judged_pairs() -> None:
    pairs = l9.load_similarity("full")
    assert len(pairs) == 353
    assert ("tiger", "cat", 7.35) in pairs
