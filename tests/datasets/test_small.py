"""Books, translations, weather, DNA and judged pairs come as in the files; the sample's are as meant."""

import gzip
import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lecture9_utils as l9
from lecture9_utils import sentences
from lecture9_utils.datasets.sources import digest_of, known_sources
from tests.datasets.stand_ins import TEXTS, World, needs, zipped

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "lecture9_utils" / "datasets" / "sample"


def test_books_come_by_author_and_title_without_the_header_that_tells_them(world: World) -> None:
    books = l9.load_books("full", sources=world.sources)
    assert [(author, list(titles)) for author, titles in books.items()] == [
        ("Al Poe", ["Mud"]),
        ("Ann Roe", ["High Water", "Low Water"]),
    ]
    assert books["Ann Roe"]["Low Water"] == "## One\n\nMr. Roe came. He\nsat down.\n\nWho is it?"
    assert books["Ann Roe"]["High Water"] == "No header. Here -------\n\nEnd."


def test_the_corpus_is_the_books_sentences_in_order_or_an_encyclopaedia_told_many_times(world: World) -> None:
    assert l9.load_corpus("full", sources=world.sources) == [
        "Mud!", "No header.", "Here -------", "End.", "Mr. Roe came.", "He sat down.", "Who is it?",
    ]  # fmt: skip
    facts = {f"fact {i} is told": 1 + i % 3 for i in range(60)}
    text = "".join(f"{n}\t{fact}\n" for fact, n in facts.items())
    world.path("books").write_bytes(zipped({"encyclopaedia.txt": text}))
    corpus = l9.load_corpus("full", sources=world.sources)
    assert Counter(corpus) == facts
    assert l9.load_corpus()[1] == "yesterday they jumped at the trampoline with their socks"
    assert corpus == l9.load_corpus("full", sources=world.sources) != sorted(corpus, key=list(facts).index)


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


def test_a_long_row_of_stops_is_split_at_once() -> None:
    assert sentences("." * 200_000 + " End. " + "?!" * 100_000) == ["." * 200_000, "End. " + "?!" * 100_000]


def test_translations_are_pairs_whatever_comes_after_them_and_however_lines_end(world: World) -> None:
    text = TEXTS["translations"]["tur.txt"]  # type: ignore[index]
    for same in (text, "\ufeff" + text.replace("\n", "\r\n")):
        world.path("translations").write_bytes(zipped({"tur.txt": same}))
        pairs = l9.load_translations("full", sources=world.sources)
        assert pairs == [("Hi.", "Selam."), ("Go!", "Git!"), ("Go!", "Gidin!")]


def test_weather_is_arrays_of_one_entry_a_day(world: World) -> None:
    weather = l9.load_weather("full", sources=world.sources)
    assert weather.dates.dtype == np.dtype("datetime64[D]")
    assert weather.dates.astype(str).tolist() == ["2012-02-28", "2012-02-29"]
    assert weather.precipitation.tolist() == [0.0, 10.9]
    assert weather.temp_max.tolist() == [12.8, 1.0]
    assert weather.temp_min.tolist() == [-5.0, 2.8]
    assert weather.wind.tolist() == [4.7, 4.5]


def test_judged_pairs_keep_their_words_as_they_are(world: World) -> None:
    pairs = l9.load_similarity("full", sources=world.sources)
    assert pairs == [("love", "sex", 6.77), ("Mexico", "city", 10.0)]
    assert l9.load_similarity("full", "simlex999", sources=world.sources) == [("old", "new", 1.58)]
    with pytest.raises(ValueError, match='name must be "wordsim353" or "simlex999", got \'simlex\''):
        l9.load_similarity("full", "simlex", sources=world.sources)


def test_questions_come_by_relation(world: World) -> None:
    assert l9.load_questions("full", sources=world.sources) == {
        "family": [("boy", "girl", "son", "daughter"), ("King", "Queen", "son", "daughter")],
        "gram1-good-well": [("good", "well", "bad", "badly")],
    }


@pytest.mark.parametrize("data", ["sample", "full"])
def test_gensims_pairs_and_questions_are_those_that_gensim_reads(data: str) -> None:
    from gensim.test.utils import datapath

    pairs = l9.load_similarity(data)
    assert len(pairs) == 353
    assert ("tiger", "cat", 7.35) in pairs
    similar = l9.load_similarity(data, "simlex999")
    assert (len(similar), similar[0]) == (999, ("old", "new", 1.58))
    questions = l9.load_questions(data)
    assert [len(asked) for asked in questions.values()] == [
        506, 4524, 866, 2467, 506, 992, 812, 1332, 1122, 1056, 1599, 1560, 1332, 870,
    ]  # fmt: skip
    lines = "\n".join(f": {n}\n" + "\n".join(map(" ".join, asked)) for n, asked in questions.items())
    assert lines.split() == Path(datapath("questions-words.txt")).read_text().split()


def test_gensims_files_are_verified_and_missed_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "__init__.py").touch()
    sources = {"questions": replace(known_sources()["questions"], package="other")}
    with pytest.raises(
        FileNotFoundError, match=r"questions-words\.txt is not in .*other: it comes with gensim"
    ):
        l9.load_questions(sources=sources)
    (tmp_path / "other" / "questions-words.txt").write_text(": family\nboy girl son sister\n")
    with pytest.raises(ValueError, match=r"is damaged or not the original .*: it comes with gensim"):
        l9.load_questions(sources=sources)


@given(st.text("ACGTNacgtn", min_size=1, max_size=40), st.integers(1, 9), st.booleans())
def test_the_genome_is_read_as_biopython_does(world: World, bases: str, width: int, packed: bool) -> None:
    from Bio import SeqIO

    lines = [">r of some", *(bases[i : i + width] for i in range(0, len(bases), width)), ""]
    text = "\n".join(lines)
    expected = str(SeqIO.read(io.StringIO(text), "fasta").seq).upper()
    world.change("genome", contents={"all": digest_of(expected)})
    world.path("genome").write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    assert l9.load_genome("full", sources=world.sources) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_bases_may_stand_in_groups_and_lines_may_end_in_any_way(world: World, end: str) -> None:
    world.path("genome").write_bytes(end.join([">a genome", "acgt acg", "RYN", ""]).encode())
    world.change("genome", contents={}, sha256=None)
    assert l9.load_genome("full", sources=world.sources) == "ACGTACGRYN"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("wind", "gale", "it has no column wind"),
        ("10.9,1,2.8,4.5,rain", "10.9,1", "could not convert string to float"),
        ("10.9", "nan", "not every day has its date and numbers"),
        ("10.9", "9" * 200_000, r"weather.csv is damaged .*\(field larger than field limit"),
    ],
)
def test_a_series_of_ones_own_that_lacks_something(world: World, old: str, new: str, what: str) -> None:
    path = world.path("weather")
    path.write_text(path.read_text().replace(old, new))
    world.change("weather", contents={}, sha256=None)
    with pytest.raises(ValueError, match=what):
        l9.load_weather("full", sources=world.sources)


@pytest.mark.parametrize("books", [{"Emma.md": "Emma."}, {"books/Jane_Austen/Emma.md": "# Emma\n---\n"}])
def test_an_archive_without_a_book_or_with_an_empty_one_is_refused(
    world: World, books: dict[str, str]
) -> None:
    world.path("books").write_bytes(zipped(books))
    with pytest.raises(ValueError, match=r"it has no member books/.*, or one without a text"):
        l9.load_books("full", sources=world.sources)


# The real data


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


@needs("tur-eng.zip", "seattle-weather.csv", "ecoli.fa.gz")
def test_the_other_real_ones() -> None:
    pairs = l9.load_translations("full")
    assert len(pairs) > 40_000
    assert ("Hi.", "Merhaba.") in pairs
    weather = l9.load_weather("full")
    assert (np.diff(weather.dates).astype(int) == 1).all()
    assert (len(weather.dates), weather.temp_max[0]) == (1461, 12.8)
    genome = l9.load_genome("full")
    assert len(genome) == 4_639_675
    assert genome.startswith("AGCTTTTCATTCTGACTGCAACGGGCAATATGTCTCTGTGTGG")
