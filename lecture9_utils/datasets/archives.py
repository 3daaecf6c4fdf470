"""The archives the lecture's data comes in: found, downloaded, verified, and read in place."""

import errno
import gzip
import hashlib
import os
import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from ..embeddings.vector_text import Rows, read_rows
from ..notebook import progress
from . import cache

if TYPE_CHECKING:
    from tqdm import tqdm


@dataclass(frozen=True)
class Archive:
    """A file on the web: its name, size in bytes, SHA-256, and addresses in the order they are tried.

    Where an address gives other bytes at times, `sha256` is None, `size` is about right, and `check` reads
    a file and raises a ValueError if it is not right. Without an address, `instead` says what to do.
    """

    name: str
    size: int
    sha256: str | None
    urls: tuple[str, ...]
    check: Callable[[Path], object] | None = None
    instead: str = ""


IMDB = Archive(
    name="aclImdb_v1.tar.gz",
    size=84_125_825,
    sha256="c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
    urls=("https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",),
)
GLOVE = Archive(
    name="glove.6B.zip",
    size=862_182_613,
    sha256="617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
    urls=(
        "https://nlp.stanford.edu/data/glove.6B.zip",
        "https://downloads.cs.stanford.edu/nlp/data/glove.6B.zip",
    ),
)
REVIEWS_SHA256 = (
    "2f7a3d1aad2cf5ce9dd4699e85e7bb337637c618d2315e0585921ae932728c56"  # as reviews_digest makes it
)
MEMBER_SHA256 = {
    "glove.6B.50d.txt": "d8f717f8dd4b545cb7f418ef9f3d0c3e6e68a6f48b97d32f8b7aae40cb31f96f",
    "glove.6B.100d.txt": "95dde4dfd627ab26608d33e76d1195ec059734bd29089ea52cadb08d07c64544",
}
_REVIEW = re.compile(r"(?:\./)?(aclImdb/(?:train|test)/(?:neg|pos)/(\d+)_(\d+)\.txt)")
REPLACE = "delete it and put the original there, or load again to download it"
_ATTEMPTS = 20  # at one address
_LONG = 50_000_000  # bytes, which take about a second to parse
_BLOCK = 512  # a tar archive is made of blocks of this many bytes


def data_folder() -> Path:
    """Name the folder of the real archives: ``LECTURE9_DATA``, or the folder of the cache."""
    named = os.environ.get("LECTURE9_DATA")
    return Path(named).expanduser().resolve() if named else cache.folder()


def sample_folder() -> Path:
    """Name the folder of the bundled sample."""
    return Path(__file__).resolve().parent / "sample"


def find(archive: Archive, data: str) -> Path:
    """Find an archive of the sample or the full data; download the full one where it is not there yet.

    Raises
    ------
    ValueError
        If `data` is neither ``"sample"`` nor ``"full"``.
    OSError
        If the archive is not there and cannot be downloaded, or has no address.
    """
    if data not in ("sample", "full"):
        raise ValueError(f'data must be "sample" or "full", got {data!r}')
    path = (sample_folder() if data == "sample" else data_folder()) / archive.name
    if path.is_file():
        return path
    if data == "sample":
        raise FileNotFoundError(f"the bundled sample {path} is missing: install the package again")
    if not archive.urls:
        raise FileNotFoundError(f"{archive.name} is not in {path.parent}: {archive.instead}")
    return download(archive, path.parent)


def download(archive: Archive, folder: Path) -> Path:
    """Download an archive, from the first of its addresses that has it.

    It arrives under a temporary name in the same folder and gets its own name only if its digest is right.

    Parameters
    ----------
    archive : Archive
    folder : Path
        Made where missing.

    Returns
    -------
    Path
        The archive.

    Raises
    ------
    OSError
        If there is no room, no permission to write, or no address that has it (then a ConnectionError).
        Nothing half-written is left.
    """
    import pooch
    import requests

    failures = []
    with _full_disk_named(archive, folder):
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < archive.size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        for url in archive.urls:
            try:
                pooch.get_logger().setLevel("WARNING")
                fetch = partial(_fetch, archive=archive)
                pooch.retrieve(url, archive.sha256, archive.name, folder, downloader=fetch)
                (folder / archive.name).chmod(0o644)
                return folder / archive.name
            except (requests.RequestException, ValueError) as error:  # ValueError: the digest is wrong
                failures.append(f"{url} ({_reason(error)})")
    raise ConnectionError(
        f"{archive.name} could not be downloaded from {' or '.join(failures)}: try again later, or get the "
        f"file in another way and put it in {folder}, or in a folder that LECTURE9_DATA names"
    )


def _fetch(url: str, output_file: str, _: object, archive: Archive) -> None:
    """Download to a file for pooch; go on where the connection broke, while each time brings something."""
    import requests

    path = Path(output_file)
    with progress(total=archive.size, desc=archive.name, unit="B", unit_scale=True) as bar:
        for _attempt in range(_ATTEMPTS):
            have = path.stat().st_size
            try:
                _fetch_rest(url, path, archive, bar)
                return _check(path, archive)
            except requests.RequestException:
                if path.stat().st_size <= have:
                    raise
    raise requests.ConnectionError


def _check(path: Path, archive: Archive) -> None:
    """Read what came, where no digest tells whether it is right."""
    try:
        if archive.check:
            archive.check(path)
    except ValueError as error:
        raise ValueError("sent another file") from error


def _fetch_rest(url: str, path: Path, archive: Archive, bar: "tqdm[Any]") -> None:
    """Ask for what is missing of a file; begin again where the server only gives all of it."""
    import requests

    have = path.stat().st_size
    headers = {"Accept-Encoding": "identity", "User-Agent": "lecture9_utils"}  # some refuse Python's own name
    headers |= {"Range": f"bytes={have}-"} if have else {}
    with requests.get(url, headers=headers, stream=True, timeout=(10, 60)) as response:
        response.raise_for_status()
        if response.status_code != 206:
            have = 0
        size = have + int(response.headers.get("Content-Length", archive.size - have))
        if archive.sha256 and size != archive.size:
            raise ValueError(f"it offers {size:,} bytes of {response.headers.get('Content-Type')}")
        with path.open("r+b") as file:
            file.truncate(have)
            file.seek(have)
            bar.update(have - bar.n)
            for block in response.iter_content(1 << 16):
                file.write(block)
                bar.update(len(block))


def _reason(error: Exception) -> str:
    """Put into a few words why an address did not work."""
    import requests

    if isinstance(error, requests.HTTPError):
        return f"answered {getattr(error.response, 'status_code', 'nothing')}"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not valid"
    if isinstance(error, requests.ConnectionError | requests.Timeout):
        return "no connection"
    if isinstance(error, requests.RequestException):
        return "the connection broke"
    return "sent another file" if "hash" in str(error) else str(error)


@contextmanager
def _full_disk_named(archive: Archive, folder: Path) -> Iterator[None]:
    """Say of a folder that cannot be written to what it is for and what to do."""
    try:
        yield
    except ConnectionError:
        raise
    except OSError as error:
        raise OSError(
            error.errno,
            f"{archive.name} ({archive.size / 1e6:,.0f} MB) cannot be kept in {folder} ({error.strerror}): "
            "set LECTURE9_DATA to a folder that has the file, or room for it",
        ) from error


def read_reviews(path: Path) -> tuple[str, dict[str, bytes]]:
    """Read all labelled reviews of an archive, without unpacking it.

    Parameters
    ----------
    path : Path
        A gzipped tar archive with members ``aclImdb/{train,test}/{neg,pos}/<id>_<rating>.txt``; all
        other members are left out.

    Returns
    -------
    digest : str
        The SHA-256 of all reviews' paths, sizes and bytes, in the order of the paths; see `reviews_digest`.
    reviews : dict of str to bytes
        By path: first train, then test; in each first neg, then pos; in each by number.

    Raises
    ------
    ValueError
        If the archive is truncated or damaged, or one of the four folders has no reviews.
    """
    with damage_named(path):
        found = {}
        for name, body in _members(path):
            if match := _REVIEW.fullmatch(name):
                found[match[1]] = body
    for folder in ("train/neg", "train/pos", "test/neg", "test/pos"):
        if not any(name.startswith(f"aclImdb/{folder}/") for name in found):
            raise ValueError(f"{path} has no reviews in aclImdb/{folder}: {REPLACE}")
    return reviews_digest(found), {name: found[name] for name in sorted(found, key=_order)}


def reviews_digest(reviews: dict[str, bytes]) -> str:
    r"""Digest reviews: SHA-256 over path, ``\0``, decimal size, ``\0``, bytes, in the order of the paths."""
    digest = sha256()
    for name in sorted(reviews):
        digest.update(f"{name}\0{len(reviews[name])}\0".encode())
        digest.update(reviews[name])
    return digest.hexdigest()


def _order(name: str) -> tuple[bool, bool, int, int]:
    match = cast("re.Match[str]", _REVIEW.fullmatch(name))
    return "/test/" in name, "/pos/" in name, int(match[2]), int(match[3])


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Read the files of a gzipped tar archive in one go; Python's own tarfile takes four times as long."""
    with gzip.open(path) as unzipped:
        stream = BufferedReader(cast(Any, unzipped), 1 << 20)
        while any(header := stream.read(_BLOCK)):
            if header[257:262] != b"ustar":
                raise tarfile.ReadError("it is no tar archive")
            size = int(header[124:136].strip(b"\0 "), 8)
            body = stream.read(size)
            stream.read(-size % _BLOCK)
            if header[156:157] in (b"0", b"\0"):  # a file, not a folder or a link
                prefix = header[345:500].rstrip(b"\0") if header[257:263] == b"ustar\0" else b""
                yield b"/".join(filter(None, (prefix, header[:100].rstrip(b"\0")))).decode(), body
        if len(header) < _BLOCK or any(header):
            raise EOFError("it ends too early")
        while stream.read(1 << 20):  # to the end, where gzip keeps the checksum
            pass


def read_glove(path: Path, dim: int) -> tuple[str, Rows]:
    """Read the vectors of one dimension from an archive of GloVe vectors, without unpacking it.

    Parameters
    ----------
    path : Path
        A zip archive with members ``glove.6B.<dim>d.txt``.
    dim : int
        The number of dimensions.

    Returns
    -------
    digest : str
        The SHA-256 of the member.
    rows : tuple of list of str and ndarray of float32
        The words and their vectors.

    Raises
    ------
    ValueError
        If the archive is truncated or damaged, does not hold these vectors, or a line of them is wrong.
    """
    member = f"glove.6B.{dim}d.txt"
    with damage_named(path), zipfile.ZipFile(path) as archive:
        if member not in archive.namelist():
            dims = " and ".join(map(str, glove_dims(path))) or "no"
            raise ValueError(
                f"{path} has vectors of {dims} dimensions, not of {dim}: give one of these as dim"
            )
        size = archive.getinfo(member).file_size
        with archive.open(member) as file, _bar_if_long(size, member) as bar:
            hashing = _Hashing(file, bar)
            rows = read_rows(cast(IO[bytes], hashing), f"{path}, {member}", "glove")
        if rows[1].shape[1] != dim:
            raise ValueError(
                f"{path}, {member} has vectors of {rows[1].shape[1]} dimensions, not of {dim}: {REPLACE}"
            )
        return hashing.digest.hexdigest(), rows


def check_member(path: Path, member: str, digest: str) -> None:
    """Make sure that vectors are the original ones: by their own digest, or by that of the whole archive.

    Raises
    ------
    ValueError
        If they are not.
    """
    if expected := MEMBER_SHA256.get(member):
        found = digest
    else:
        expected, found = GLOVE.sha256, file_digest(path)
    if found != expected:
        raise ValueError(
            f"{member} in {path} is not the original (digest {found}, expected {expected}): {REPLACE}"
        )


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file, which is worked out once for as long as the file does not change."""
    identity = cache.identity(path, "file")
    digest = cache.digest_of(identity)
    if digest is None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        cache.remember(identity, digest)
    return digest


def glove_dims(path: Path) -> list[int]:
    """List the dimensions of which an archive has GloVe vectors."""
    with damage_named(path), zipfile.ZipFile(path) as archive:
        matches = [re.fullmatch(r"glove\.6B\.(\d+)d\.txt", name) for name in archive.namelist()]
    return sorted(int(match[1]) for match in matches if match)


class _Hashing:
    """A file that is digested while it is read, and moves a bar."""

    def __init__(self, file: IO[bytes], bar: "tqdm[Any] | None"):
        self._file, self._bar, self.digest = file, bar, sha256()

    def read(self, size: int) -> bytes:
        return self._seen(self._file.read(size))

    def readline(self) -> bytes:
        return self._seen(self._file.readline())

    def _seen(self, data: bytes) -> bytes:
        self.digest.update(data)
        if self._bar is not None:
            self._bar.update(len(data))
        return data


@contextmanager
def _bar_if_long(size: int, what: str) -> Iterator["tqdm[Any] | None"]:
    """Show a bar for what takes seconds; small files are read too fast to see one."""
    if size < _LONG:
        yield None
    else:
        with progress(total=size, desc=what, unit="B", unit_scale=True) as bar:
            yield bar


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """Say of a damaged archive which one it is and what to do."""
    try:
        yield
    except (zipfile.BadZipFile, tarfile.ReadError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path} is damaged or incomplete ({error}): {REPLACE}") from error
