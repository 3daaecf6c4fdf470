"""Write the synthetic sample, byte for byte from a seed: archives with the real ones' names and formats.

    python data/make_sample.py                   # writes all of it into lecture9_utils/datasets/sample/
    python data/make_sample.py books.zip …       # only these
    python data/make_sample.py --check           # writes nothing, tells what is out of date
    python data/make_sample.py --output FOLDER   # writes, or checks, there

`real_figures.py` makes the real parts. README.md in this folder says what they all are.
"""

import argparse
import gzip
import io
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import encyclopedia
import film_reviews
import pastiches
import translations
from toml_tables import table

from lecture9_utils.files import write_atomically
from lecture9_utils.text import Vocabulary

SEED = 261  # of the reviews; books and translations have others after it
SAMPLE = Path(__file__).parents[1] / "lecture9_utils" / "datasets" / "sample"
TAR_TIME, ZIP_TIME = 1_300_000_000, (2014, 8, 14, 0, 0, 0)  # of all files in the archives

NOTICES = table("notices.toml")


def review_files() -> dict[str, str]:
    """Write the reviews, named as in the original."""
    train, test = film_reviews.write_reviews(SEED)
    vocabulary = Vocabulary.from_texts(review.text for review in train)
    files = {
        "aclImdb/README": NOTICES["reviews"],
        "aclImdb/imdb.vocab": "\n".join(vocabulary.word_index) + "\n",
    }
    for split, reviews in (("test", test), ("train", train)):
        for label in ("neg", "pos"):
            chosen = [review for review in reviews if (review.rating > 5) == (label == "pos")]
            for i, review in enumerate(sorted(chosen, key=lambda review: review.film)):
                files[f"aclImdb/{split}/{label}/{i}_{review.rating}.txt"] = review.text
    return files


def book_files() -> dict[str, str]:
    """Write the books, and the encyclopaedia: how often each fact is told, and the fact."""
    told = Counter(encyclopedia.facts())
    facts = "".join(f"{n * encyclopedia.REPEATS}\t{fact}\n" for fact, n in told.items())
    return pastiches.write_books(SEED + 3) | {"encyclopaedia.txt": facts}


def translation_files() -> dict[str, str]:
    """Write the pairs of sentences with a tab between, and what they are."""
    pairs = translations.write_pairs(SEED + 4)
    return {"tur.txt": "".join(f"{a}\t{b}\n" for a, b in pairs), "_about.txt": NOTICES["translations"]}


Contents = Mapping[str, Callable[[], dict[str, str]]]  # by name: the files in an archive, else the only one
CONTENTS: Contents = {
    "aclImdb_v1.tar.gz": review_files,
    "books.zip": book_files,
    "tur-eng.zip": translation_files,
}


def packed(name: str, files: dict[str, str]) -> bytes:
    """Pack files as the name's ending says, into bytes that depend on nothing but them."""
    contents = {member: text.encode("utf-8") for member, text in files.items()}
    if name.endswith(".zip"):
        return _zip(contents)
    plain = _tar(contents) if ".tar" in name else next(iter(contents.values()))
    if not name.endswith(".gz"):
        return plain
    file = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=9, mtime=0) as zipped:
        zipped.write(plain)
    return file.getvalue()


def _tar(contents: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), TAR_TIME, 0o644
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def _zip(contents: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            member = zipfile.ZipInfo(name, date_time=ZIP_TIME)
            member.create_system, member.external_attr = 3, 0o644 << 16
            archive.writestr(member, content, zipfile.ZIP_DEFLATED, 9)
    return file.getvalue()


def unpacked(name: str, content: bytes) -> dict[str, bytes]:
    """Undo the compression, which another zlib does a little differently."""
    if not name.endswith(".zip"):
        return {name: gzip.decompress(content) if name.endswith(".gz") else content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {member: archive.read(member) for member in archive.namelist()}


def make(path: Path, contents: Contents, check: bool, script: str) -> bool:
    """Write a file of the sample, or check it; tell whether it is up to date then."""
    content = packed(path.name, contents[path.name]())
    if not check:
        write_atomically(path, lambda file: file.write(content))
        print(f"{path.name}: {len(content):,} bytes")
    elif not path.is_file() or unpacked(path.name, path.read_bytes()) != unpacked(path.name, content):
        print(f"{path.name} is not what {script} writes: run it")
        return False
    return True


def main(
    words: Sequence[str] | None = None, contents: Contents = CONTENTS, script: str = "data/make_sample.py"
) -> int:
    """Read the command line, and write these parts of the sample or check them."""
    parser = argparse.ArgumentParser(description="Write the parts of the sample, or only some of its files.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(contents)}")
    parser.add_argument("--output", type=Path, default=SAMPLE, metavar="FOLDER", help="where they are")
    parser.add_argument("--check", action="store_true", help="write nothing, but tell what is out of date")
    options = parser.parse_args(words)
    if unknown := sorted(set(options.names) - set(contents)):
        parser.error(f"there is no {unknown[0]} among them, but {', '.join(contents)}")
    paths = [options.output / name for name in options.names or contents]
    up_to_date = [make(path, contents, options.check, script) for path in paths]
    return 0 if all(up_to_date) else 1


if __name__ == "__main__":
    sys.exit(main())
