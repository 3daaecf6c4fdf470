"""What the tests of data share: files in place of the real ones, a server, a cache of its own each."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lecture9_utils.datasets import sources
from lecture9_utils.datasets.sources import digest_of, known_sources
from tests.datasets.stand_ins import CONTENTS, REVIEWS, VECTORS, Http, Server, World


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LECTURE9_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """``data="full"`` with these sources reads these small files."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("LECTURE9_DATA", str(folder))
    known: dict[str, dict[str, bytes | str | dict[str, bytes]]] = {
        "imdb": {"all": {f"aclImdb/{name}": text.encode() for name, text in REVIEWS.items()}},
        "glove": {"glove.6B.100d.txt": VECTORS},
        "genome": {"all": "ACGTACGAC"},
        "weather": {"all": CONTENTS["weather"]},
        "wordsim353": {"all": CONTENTS["wordsim353"]},
        "simlex999": {"all": CONTENTS["simlex999"]},
        "questions": {"all": CONTENTS["questions"]},
    }
    world = World(folder)
    for key, source in known_sources().items():
        if key not in CONTENTS:  # a further source of GloVe, which is not there
            world.sources[key] = replace(source, urls=())
            continue
        content = CONTENTS[key]
        parts = {part: digest_of(raw) for part, raw in known.get(key, {}).items()}
        sha256 = digest_of(content) if source.sha256 else None
        world.sources[key] = replace(
            source, sha256=sha256, size=len(content), contents=parts, urls=(), package=""
        )
        world.path(key).write_bytes(content)
    return world


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note how many seconds a download waits before it tries again, but do not wait."""
    seconds: list[float] = []
    monkeypatch.setattr(sources, "sleep", seconds.append)
    return seconds


@pytest.fixture
def server(waits: list[float]) -> Iterator[str]:  # noqa: ARG001
    Server.asked = []
    with Http(("127.0.0.1", 0), Server) as http:
        threading.Thread(target=http.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
