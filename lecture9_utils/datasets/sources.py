"""Where the data comes from, and the one way to it: found or downloaded, read, verified, parsed, kept.

`sources.toml` lists the files. What is verified is the *contents*, not the file: an archive that was packed
anew is as good as the original. The bundled sample takes the same way; of it, no digest is expected.
"""

import errno
import importlib.util
import lzma
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TypeVar

from ..arguments import of_type, path_of
from ..files import table_of
from ..notebook import progress
from .cache import cache_folder, kept

Check = Callable[[Path], object]
Contents = str | bytes | Mapping[str, bytes]
Raw = TypeVar("Raw", bound=Contents)
Parsed = TypeVar("Parsed")
_DAMAGE = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)


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
    named = os.environ.get("LECTURE9_DATA")
    return path_of("LECTURE9_DATA", named).resolve() if named else cache_folder()


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
        except _DAMAGE as error:
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
        contents = b"".join(b"%s\0%d\0%s" % (k.encode(), len(v), v) for k, v in sorted(contents.items()))
    return sha256(contents.encode() if isinstance(contents, str) else contents).hexdigest()


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
    """Download a file, from the first of its addresses that has it.

    It arrives under a temporary name and gets its own only if it is right: by its `sha256` or `md5`, or else
    if `check`, which reads it, raises no ValueError.

    Raises
    ------
    OSError
        If there is no room, no permission to write, or no address that has it. Nothing half-written is left.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    known = source.sha256 or (source.md5 and f"md5:{source.md5}")
    fetch = partial(_fetch, source=source, check=bool if known else check)
    reason = "no address has it:"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < source.size:
            raise OSError("there is too little room")
        for url in source.urls:
            try:
                path = Path(pooch.retrieve(url, known, source.name, folder, downloader=fetch))
                path.chmod(0o644)  # a class may share a folder
                return path
            except (requests.RequestException, ValueError) as error:
                what = "another file" if isinstance(error, ValueError) else type(error).__name__
                reason += f" {url} ({what})"
    except OSError as error:
        reason = str(error)
    raise OSError(
        f"{source.name} ({source.size / 1e6:,.0f} MB) could not be downloaded to {folder}: {reason}; try "
        "again later, or bring the file there or to another folder with room, and name that in LECTURE9_DATA"
    )


def _fetch(url: str, output: str, _: object, source: Source, check: Check) -> None:
    """Download to a file for pooch; go on where the connection broke, while each time brings something."""
    import requests

    headers = {"Accept-Encoding": "identity", "User-Agent": "lecture9_utils"}  # some refuse Python's own name
    with (
        Path(output).open("wb") as file,
        progress(total=source.size, desc=source.name, unit="B", unit_scale=True) as bar,
    ):
        while True:
            have = file.tell()
            wanted = headers | ({"Range": f"bytes={have}-"} if have else {})
            try:
                with requests.get(url, headers=wanted, stream=True, timeout=(10, 60)) as response:
                    response.raise_for_status()
                    file.seek(have if response.status_code == 206 else 0)
                    file.truncate()
                    for block in response.iter_content(1 << 16):
                        file.write(block)
                        bar.update(file.tell() - bar.n)
                        if file.tell() > 4 * source.size:
                            raise ValueError("it does not end")
                break
            except requests.RequestException:
                if file.tell() <= have:
                    raise
    check(Path(output))
