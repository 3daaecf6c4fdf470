"""Where the data comes from, and the one way to it: found or downloaded, read, verified, parsed, kept.

`sources.toml` lists the files. What is verified is the *contents*, not the file: an archive that was packed
anew is as good as the original. The bundled sample takes the same way; of it, no digest is expected.
"""

import csv
import errno
import importlib.util
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import file_digest, sha256
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any, TypeVar

from ..arguments import of_type
from ..files import alone, table_of, write_atomically
from ..notebook import progress
from .cache import cache_folder, folder_in, kept

Check = Callable[[Path], object]
Contents = str | bytes | Mapping[str, bytes]
Raw = TypeVar("Raw", bound=Contents)
Parsed = TypeVar("Parsed")
DAMAGE = (  # what reading a damaged file raises
    *(OSError, EOFError, ValueError, LookupError, ArithmeticError, RuntimeError),
    *(csv.Error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, zlib.error),
)
_TIMEOUT = 10, 60  # seconds to connect, and for any bytes to come; so long may it take for _DRIP of them
_DRIP = 60_000
_TRIES, _LITTLE = 5, 1_000_000  # an address is given up after so many tries in a row that bring fewer bytes


@dataclass(frozen=True)
class Source:
    """A file on the web that holds a data set; `sources.toml` says what the fields mean."""

    name: str
    size: int
    sha256: str | None = None
    contents: Mapping[str, str] = field(default_factory=dict)
    urls: Sequence[str] = ()
    instead: str = ""
    package: str = ""
    md5: str | None = None
    note: str = ""
    unpacked: Sequence[str] = ()


Sources = Mapping[str, Source]


@lru_cache
def known_sources() -> Sources:
    """Read `sources.toml`."""
    return {key: Source(**facts) for key, facts in table_of(__file__).items()}


def data_folder() -> Path:
    """Name the folder of the real files: ``LECTURE9_DATA``, or the folder of the cache."""
    return folder_in("LECTURE9_DATA") or cache_folder()


def load(
    key: str,
    data: str,
    sources: Sources | None,
    read: Callable[[Path], Raw],
    parse: Callable[[Raw], Parsed],
    part: str = "all",
    kept_as: str = "",
) -> Parsed:
    """Take the one way to the data: find or download, `read`, verify the digest, `parse`.

    `read` gives a file's raw contents, or the `part` of them that is wanted. `kept_as` is the name in the
    cache of what `parse` makes of them, if these are arrays and to be kept. The `sources` are by default
    those of `sources.toml`.

    Raises
    ------
    ValueError
        If `data` is neither ``"sample"`` nor ``"full"``, or the file is damaged or not the original.
    OSError
        If the file is not there and cannot be downloaded.
    """
    source = (sources or known_sources())[key]
    of_type(str, "data", data)
    is_sure = data == "full" or source.package
    expected = source.contents.get(part, source.sha256 or source.md5) if is_sure else None

    def fresh(path: Path) -> Parsed:
        try:
            raw = read(path)
            if expected:
                # Where no digest of the contents is known, the whole file's vouches for them
                digest = digest_of(raw) if part in source.contents else _digest_of_file(path, source)
                if digest != expected:
                    raise ValueError(f"the digest is {digest}, expected {expected}")
            return parse(raw)
        except DAMAGE as error:
            is_trouble_of_the_disk = isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)
            if is_trouble_of_the_disk or str(error).startswith(str(path)):  # or a sentence of its own
                raise
            advice = source.instead or "delete it and put the original there, or load again to download it"
            raise ValueError(f"{path} is damaged or not the original ({error}): {advice}") from error

    path = find(source, data, fresh)
    made: Parsed = kept(path, kept_as, expected, fresh) if kept_as else fresh(path)
    return made


def digest_of(contents: Contents) -> str:
    r"""Give the SHA-256 of contents; of files: over path, ``\0``, decimal size, ``\0``, bytes, by path."""
    if isinstance(contents, Mapping):
        named = ((k.encode(errors="surrogatepass"), v) for k, v in sorted(contents.items()))  # of any bytes
        contents = b"".join(b"%s\0%d\0%s" % (k, len(v), v) for k, v in named)
    return sha256(contents.encode() if isinstance(contents, str) else contents).hexdigest()


def opened_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip archive; BadZipFile if it has another number of members than it says."""
    archive = zipfile.ZipFile(path)
    tail = path.read_bytes()[-(22 + 0xFFFF) :]
    at = tail.rfind(b"PK\5\6") + 10
    stated = int.from_bytes(tail[at : at + 2], "little")
    if stated not in (len(archive.filelist), 0xFFFF):  # this many, or more
        raise zipfile.BadZipFile(f"it has {len(archive.filelist)} of its {stated} members")
    return archive


def _digest_of_file(path: Path, source: Source) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256" if source.sha256 else "md5").hexdigest()


def find(source: Source, data: str, check: Check = bool) -> Path:
    """Find a file of the sample or the full data; download it where it is missing; raise as `load` does."""
    if data not in ("sample", "full"):
        raise ValueError(f'data must be "sample" or "full", got {data!r}')
    folder = Path(__file__).resolve().parent / "sample" if data == "sample" else data_folder()
    if source.package:
        folder = _installed(source.package)
    if (folder / source.name).is_file():
        return folder / source.name
    if data == "sample" or not source.urls:
        raise FileNotFoundError(f"{source.name} is not in {folder}: {source.instead}")
    if os.environ.get("LECTURE9_DATA") and not folder.is_dir():
        raise FileNotFoundError(
            f"LECTURE9_DATA names {folder}, where no folder is: correct it, or make the folder"
        )
    for name in source.unpacked:
        if (folder / name).exists():
            print(f"{folder / name} is not used, as only {source.name} can be verified: that is downloaded")
    return download(source, folder, check)


def _installed(package: str) -> Path:
    """Find a folder of an installed package, which is not imported: that may take seconds."""
    name, *parts = package.split("/")
    spec = importlib.util.find_spec(name)
    return Path(((spec and spec.submodule_search_locations) or [name])[0], *parts)


def download(source: Source, folder: Path, check: Check = bool) -> Path:
    """Download a file, from the first of its addresses that has it; one process does, others wait for it.

    It arrives under a temporary name and gets its own only if it is right: by its `sha256` or `md5`, or else
    if `check`, which reads it, raises no ValueError.

    Raises
    ------
    OSError
        If there is no room, no permission to write, or no address that has it. Nothing half-written is left.
    """
    import requests
    from urllib3.exceptions import HTTPError

    path = folder / source.name
    reason = "no address has it:"
    try:
        with alone(path), progress(total=source.size, desc=source.name, unit="B", unit_scale=True) as bar:
            if path.is_file():
                return path  # which another process has brought
            if shutil.disk_usage(folder).free < source.size:
                raise OSError("there is too little room")
            for url in source.urls:
                try:
                    write_atomically(path, partial(_fetch, url=url, source=source, check=check, bar=bar))
                    return path
                except (requests.RequestException, HTTPError) as error:
                    status = getattr(getattr(error, "response", None), "status_code", None)
                    reason += f" {url} ({f'status {status}' if status else type(error).__name__})"
                except ValueError:
                    reason += f" {url} (another file)"
    except OSError as error:
        reason = str(error)
    raise OSError(
        f"{source.name} ({source.size / 1e6:,.0f} MB) could not be downloaded to {folder}: {reason}; try "
        "again later, or bring the file there or to another folder with room, and name that in LECTURE9_DATA"
    )


def _fetch(file: IO[bytes], url: str, source: Source, check: Check, bar: Any) -> None:
    """Download and check; go on where the connection broke, or begin again where that gave another file."""
    import requests
    from urllib3.exceptions import HTTPError

    known = source.sha256 or source.md5
    goes_on, most, misses = True, 0, 0
    while True:
        have = file.tell() if goes_on else 0
        try:
            _receive(file, url, have, source, bar)
            file.flush()
            if not known:
                check(Path(file.name))
            elif _digest_of_file(Path(file.name), source) != known:
                raise ValueError("the digest is another one")
            return
        except (requests.RequestException, HTTPError) as error:
            misses = 0 if file.tell() >= most + _LITTLE else misses + 1
            most = max(most, file.tell())
            if misses == _TRIES or not _may_pass(error, bool(most)):
                raise
            sleep(2**misses)
        except ValueError:
            if not have:
                raise
            goes_on = False


def _may_pass(error: Any, has_begun: bool) -> bool:
    """Tell whether it may help to ask again: the server is busy, or the connection broke."""
    import requests
    from urllib3.exceptions import HTTPError, MaxRetryError

    if getattr(error, "response", None) is not None:
        return error.response.status_code in (408, 425, 429) or error.response.status_code >= 500
    if isinstance(error, requests.ConnectionError):  # also if there is none at all: then the next is asked
        return has_begun or not isinstance(error.args[0], MaxRetryError)
    return isinstance(error, requests.Timeout | HTTPError)


def _receive(file: IO[bytes], url: str, have: int, source: Source, bar: Any) -> None:
    """Write what an address gives from a place on, or from the start if the server cannot."""
    import requests
    from urllib3.exceptions import TimeoutError

    headers = {"Accept-Encoding": "identity", "User-Agent": "lecture9_utils"}  # some refuse Python's own name
    if have:
        headers["Range"] = f"bytes={have}-"
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
        if have and response.status_code == 416:
            return  # nothing is lacking
        response.raise_for_status()
        goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        file.seek(have if goes_on else 0)
        file.truncate()
        decode = not source.name.endswith((".gz", ".zip"))  # some servers call that an encoding
        most = source.size if source.sha256 or source.md5 else 4 * source.size
        since, then = monotonic(), file.tell()
        while block := response.raw.read1(1 << 16, decode_content=decode):
            file.write(block)
            bar.update(file.tell() - bar.n)
            if file.tell() > most:
                raise ValueError("it does not end")
            if (now := monotonic()) > since + _TIMEOUT[1]:
                if file.tell() < then + _DRIP:
                    raise TimeoutError("it drips")
                since, then = now, file.tell()
