"""Small files that stand in for the real ones, and a server that has them."""

import gzip
import io
import os
import resource
import socket
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import lecture9_utils as l9
from lecture9_utils.datasets.sources import Source

REVIEWS = {
    "train/neg/0_2.txt": "Bad. Bad!<br /><br />Bad acting",
    "train/neg/10_1.txt": "bad film",
    "train/neg/2_3.txt": "",
    "train/pos/1_10.txt": "A good film, très good",
    "test/neg/7_4.txt": "Bad, unheard-of film \r\n",
    "test/pos/7_9.txt": "good",
}
VECTORS = f"film 0.5 1.5{' 0' * 98}\ngood 1 -0.25{' 0' * 98}\n. . 1 2{' 0' * 98}\n"
HEADER = "# Title: Low Water\n\n## Author: Ann Roe\n\n-------\n\n"
TEXTS = {
    "books": {
        "books/Ann_Roe/Low_Water.md": f"{HEADER}## One\n\nMr. Roe came. He\nsat down.\n\nWho is it?\n",
        "books/Ann_Roe/High_Water.md": "No header. Here -------\n\nEnd.",
        "books/Al_Poe/Mud.md": "Mud!",
        "books/README.txt": "not a book",
    },
    "translations": {
        "_about.txt": "about", "tur.txt": "Hi.\tSelam.\nGo!\tGit!\tCC-BY (someone)\n\nGo!\tGidin!\n",
    },
    "weather": "date,precipitation,temp_max,temp_min,wind,weather\n"
    "2012-02-28,0.0,12.8,-5.0,4.7,sun\n2012-02-29,10.9,1,2.8,4.5,rain\n",
    "genome": ">tiny genome\nACGT\nACGA\nC\n",
    "wordsim353": "# The test collection\n# Word 1\tWord 2\tMean\nlove\tsex\t6.77\nMexico\tcity\t10.00\n",
    "simlex999": "# The test data\n# Word 1\tWord 2\tMean\nold\tnew\t1.58\n",
    "questions": ": family\nboy girl son daughter\nKing Queen son daughter\n"
    ": gram1-good-well\ngood well bad badly\n",
}  # fmt: skip
KEPT = "imdb", "imdb_sequences", "glove"  # in the cache
LOADERS = *KEPT, "books", "translations", "weather", "genome", "similarity", "questions"


PAIRS = "wordsim353", "simlex999"


def zipped(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def imdb_archive(
    reviews: Mapping[str, str | bytes], folder: str = "aclImdb", format: int = tarfile.PAX_FORMAT
) -> bytes:
    """Pack reviews as the real ones are, with files that are no labelled reviews."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=format) as archive:
        for name, text in {"README": "read me", "train/unsup/0_0.txt": "?", **reviews}.items():
            body = text if isinstance(text, bytes) else text.encode()
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return packed.getvalue()


CONTENTS: dict[str, bytes] = {
    "imdb": imdb_archive(REVIEWS),
    "glove": zipped({"glove.6B.100d.txt": VECTORS, "glove.6B.50d.txt": f"film{' 1' * 50}\n"}),
    "books": zipped(TEXTS["books"]),
    "translations": zipped(TEXTS["translations"]),
    "weather": TEXTS["weather"].encode(),
    "genome": gzip.compress(TEXTS["genome"].encode(), mtime=0),
    "wordsim353": TEXTS["wordsim353"].encode(),
    "simlex999": TEXTS["simlex999"].encode(),
    "questions": TEXTS["questions"].encode(),
}


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file become larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def comparable(value: Any) -> Any:
    """Turn what a loader gives into lists, whose equality is plain."""
    if hasattr(value, "__dict__"):
        value = {k: v for k, v in vars(value).items() if not k.startswith("_")}
    if isinstance(value, dict):
        return [(k, comparable(v)) for k, v in value.items()]
    if hasattr(value, "tolist"):
        value = value.tolist()
    return [comparable(part) for part in value] if isinstance(value, list | tuple) else value


@dataclass
class World:
    """A folder of data and the sources that describe it."""

    folder: Path
    sources: dict[str, Source] = field(default_factory=dict)

    def path(self, key: str) -> Path:
        return self.folder / self.sources[key.removesuffix("_sequences")].name

    def load(self, key: str, data: str = "full") -> Any:
        loader = partial(l9.load_similarity, name=key) if key in PAIRS else getattr(l9, f"load_{key}")
        return comparable(loader(data=data, sources=self.sources))

    def change(self, key: str, **facts: Any) -> None:
        self.sources[key] = replace(self.sources[key], **facts)


@dataclass(frozen=True)
class Way:
    """How a server answers the first so many `times`; after that it does it well."""

    times: int = 1000
    status: int = 200  # 0 is none
    body: Callable[[bytes], bytes] = bytes
    sent: float = 1  # the part of the body that comes before the connection breaks
    more: int | None = 0  # so many bytes more than there are it announces, or none at all
    headers: Mapping[str, str] = field(default_factory=dict)
    ranges: str = ""  # "right", or "wrong" ones, or it has none
    then: str = "close"  # or "reset", or "hold" the connection
    is_chunked: bool = False


WAYS = {
    "ok": Way(),
    "unmeasured": Way(more=None),
    "chunked": Way(is_chunked=True),
    "encoded": Way(headers={"Content-Encoding": "gzip"}),
    "moved": Way(status=302, headers={"Location": "/ok"}),
    "breaks-once": Way(1, sent=0.5),
    "breaks-at-once": Way(2, sent=0, ranges="right"),
    "breaks-often": Way(6, sent=0.5, ranges="right"),
    "resumes": Way(2, sent=0.5, ranges="right"),
    "resets-once": Way(1, sent=0.5, ranges="right", then="reset"),
    "chunks-break-once": Way(1, sent=0.5, ranges="right", is_chunked=True),
    "says-nothing-once": Way(1, status=0, then="reset"),
    "has-all-but-the-end": Way(more=5, ranges="right"),
    "wrong-ranges": Way(1, sent=0.5, ranges="wrong"),
    "changes-meanwhile": Way(1, body=lambda body: body[::-1], sent=0.5, ranges="right"),
    "busy-once": Way(1, status=503),
    "slow-once": Way(1, status=408),
    "too-early-once": Way(1, status=425),
    "too-many-once": Way(1, status=429, headers={"Retry-After": "86400"}),
    "missing": Way(status=404),
    "forbidden": Way(status=403),
    "error": Way(status=500),
    "cut": Way(body=lambda body: body[:-5]),
    "short": Way(more=-5),
    "long": Way(more=5),
    "other": Way(body=lambda body: body[::-1]),
    "page": Way(body=lambda _: b"<html>We moved</html>"),
    "empty": Way(body=lambda _: b""),
    "no-content": Way(status=204, body=lambda _: b""),
    "endless": Way(body=lambda body: body * 9, more=None),
    "always-breaks": Way(sent=0.5),
    "loop": Way(status=302, headers={"Location": "/loop"}),
    "to-nowhere": Way(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    "to-a-file": Way(status=302, headers={"Location": "file:///etc/hosts"}),
    "no-http": Way(status=0, then="talk"),
    "silent": Way(status=0, then="hold"),
    "drips": Way(sent=0.01, then="hold"),
}


class Server(BaseHTTPRequestHandler):
    """Serves `body` in the ways that servers do, each under its own address; notes what it is asked for."""

    body: bytes
    asked: list[tuple[str, str | None]]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        start = self.headers.get("Range")
        way = WAYS[self.path[1:]]
        earlier = [path for path, _ in self.asked].count(self.path)
        self.asked.append((self.path, start))
        if earlier >= way.times:
            way = Way(ranges=way.ranges)
        begin = int(start[len("bytes=") : -1]) if start and way.ranges else 0
        if way.ranges == "wrong":
            begin = begin and 1
        body = way.body(self.body)[begin:]
        self.close_connection = True  # also where no header says so
        if way.status:
            self.send_response(416 if begin and not body else 206 if begin else way.status)
            headers = {"Connection": "close", **way.headers} | (
                {"Content-Range": f"bytes {begin}-"} if begin else {}
            )
            if way.is_chunked:
                headers["Transfer-Encoding"] = "chunked"
            elif way.more is not None:
                headers["Content-Length"] = str(len(body) + way.more)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            part = body[: int(way.sent * len(body))]
            end = b"0\r\n\r\n" if way.sent == 1 else b""
            self.wfile.write(b"%x\r\n%b\r\n%b" % (len(part), part, end) if way.is_chunked else part)
        if way.then == "talk":
            self.wfile.write(b"220 ready\r\n")
        if way.then == "hold":
            self.rfile.read(1)  # until the other side has enough
        if way.then == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, *_: object) -> None:
        pass


class Http(ThreadingHTTPServer):
    shutdown_request = ThreadingHTTPServer.close_request  # so that a reset is one


REAL = Path(os.environ.get("LECTURE9_DATA", "nowhere"))


def needs(*names: str) -> pytest.MarkDecorator:
    """Skip a test of the real data where they are not."""
    missing = [name for name in names if not (REAL / name).is_file()]
    return pytest.mark.skipif(bool(missing), reason=f"{missing} not in the folder LECTURE9_DATA")
