"""Whatever a server, a disk or another process does: the data are right, or one sentence says what is not."""

import itertools
import re

import pytest

from lecture9_utils.datasets import sources
from tests.datasets.stand_ins import Server, World

RIGHT = {  # how a server behaves, and how often it is asked
    "ok": 1, "unmeasured": 1, "chunked": 1, "encoded": 1, "moved": 1, "breaks-once": 2, "breaks-at-once": 3,
    "resumes": 3, "resets-once": 2, "chunks-break-once": 2, "says-nothing-once": 2, "has-all-but-the-end": 2,
    "wrong-ranges": 3, "changes-meanwhile": 3, "busy-once": 2, "too-many-once": 2,
}  # fmt: skip
REFUSED = {
    "missing": "status 404", "forbidden": "status 403", "error": "status 500", "cut": "another file",
    "short": "another file", "long": "ProtocolError", "other": "another file", "page": "another file",
    "empty": "another file", "no-content": "another file", "endless": "another file",
    "always-breaks": "ProtocolError", "loop": "status 302", "to-nowhere": "ConnectionError",
    "to-a-file": "InvalidSchema", "no-http": "ConnectionError", "silent": "ReadTimeout",
    "drips": "TimeoutError",
}  # fmt: skip
AGAIN = {"error", "long", "always-breaks", "no-http", "silent", "drips"}  # which may pass


@pytest.fixture(params=["imdb", "translations"])  # whose digest is known, and is not
def missing(world: World, request: pytest.FixtureRequest) -> tuple[World, str, object]:
    """A data set that is not there yet, and what it should be."""
    key: str = request.param
    expected = world.load(key)
    Server.body = world.path(key).read_bytes()
    world.path(key).unlink()
    return world, key, expected


def names(world: World) -> set[str]:
    return {path.name for path in world.folder.iterdir()}


@pytest.mark.parametrize("way", RIGHT)
def test_a_server_s_weakness_is_got_over(
    missing: tuple[World, str, object], server: str, waits: list[float], way: str
) -> None:
    world, key, expected = missing
    world.change(key, urls=(f"{server}/{way}",))
    before = names(world)
    assert world.load(key) == expected
    assert world.path(key).read_bytes() == Server.body
    assert [path for path, _ in Server.asked].count(f"/{way}") == RIGHT[way]
    assert names(world) == before | {world.path(key).name, f".{world.path(key).name}.lock"}
    assert sum(waits) <= 30


@pytest.mark.parametrize("way", REFUSED)
def test_a_bad_server_is_told_of_leaves_nothing_and_the_next_run_is_right(
    missing: tuple[World, str, object], server: str, waits: list[float],
    way: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    world, key, expected = missing
    world.change(key, urls=(f"{server}/{way}",))
    before = names(world) | {f".{world.path(key).name}.lock"}
    with monkeypatch.context() as patch:
        if way == "silent":
            patch.setattr(sources, "_TIMEOUT", (10, 0.01))
        if way == "drips":
            patch.setattr(sources, "monotonic", itertools.count(0, 61).__next__)
        for _ in "first", "second":
            Server.asked = []
            with pytest.raises(OSError) as caught:
                world.load(key)
            said = rf"{world.path(key).name} .* to {world.folder}: no address has it: {server}/{way} "
            assert re.fullmatch(rf"{said}\({REFUSED[way]}\); .*LECTURE9_DATA", str(caught.value))
            assert names(world) == before
            if way not in ("loop", "silent"):  # many times; before the server notices
                assert len(Server.asked) == (5 if way in AGAIN else 1)
    assert sum(waits) == (60 if way in AGAIN else 0)
    world.change(key, urls=(f"{server}/ok",))
    assert world.load(key) == expected
    assert world.path(key).read_bytes() == Server.body
