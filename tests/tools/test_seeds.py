"""Running with many seeds: nothing is done twice or lost, and the same comes out whatever happens."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_output
from PIL import Image

from lecture9_utils.claims import registry
from lecture9_utils.evidence import compare
from tests.cluster import Cluster, on_loopback
from tests.tools.notebooks import claiming, notebook, stand_in, varied, within
from tools import pictures, results, run_notebooks
from tools.command import ROOT, RefusedError, state_of, workers
from tools.run_notebooks import seeds_of

COMMAND = """\
import sys
from pathlib import Path
from tests.tools import notebooks
from tools import run_notebooks
folder, real = Path(sys.argv[1]), sys.argv[2] == "real"
run_notebooks.execute = run_notebooks.execute if real else notebooks.stand_in
sys.exit(run_notebooks.main(sys.argv[3:], folder, folder.parent / "build"))
"""


def command(folder: Path, how: str, *words: str, **variables: str) -> subprocess.Popen[str]:
    """Start the command in a process of its own; notebooks are executed if `how` is "real"."""
    given = [sys.executable, "-c", COMMAND, str(folder), how, *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "env": os.environ | variables}
    return subprocess.Popen(given, cwd=ROOT, text=True, **pipes)


def wait_until(true: Callable[[], object], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def lessons(root: Path) -> Path:
    """Make a folder with two lessons."""
    (root / "notebooks").mkdir(parents=True)
    for name in ("03_a", "07_b"):
        notebook(root / "notebooks" / f"{name}.ipynb")
    return root / "notebooks"


def written(root: Path) -> dict[str, bytes]:
    """Read all that a complete run on the full data wrote for people and for the package."""
    paths = [root / "RESULTS.md", *(root / "lecture9_utils" / "real").iterdir()]
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def run(monkeypatch, capfd) -> Callable[..., str]:
    """Run the command here, with the stand-in; return what it printed."""
    monkeypatch.setattr(run_notebooks, "execute", stand_in)

    def run(folder: Path, *words: str, code: int = 0) -> str:
        assert run_notebooks.main(words, folder, folder.parent / "build") == code
        return capfd.readouterr().out

    return run


@pytest.fixture
def unbroken(tmp_path_factory, run) -> dict[str, bytes]:
    """Tell what a run writes that nothing stopped."""
    root = tmp_path_factory.mktemp("unbroken")
    printed = run(lessons(root), "DATA=full", "SEEDS=0-4")
    assert sorted((root / "ran07").read_text().split()) == ["0", "1", "2", "3", "4"]
    assert re.search(r"^07_b +2 +1\.0 s +2\.0 s +\d+ MiB$", printed, re.MULTILINE)
    assert re.search(r"^all +10\.0 s +20\.0 s$", printed, re.MULTILINE)
    return written(root)


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("0-4", [0, 1, 2, 3, 4]), ("0,2", [0, 2]), ("7", [7]), ("5-6,0,5", [0, 5, 6]), ("3-3", [3])],
)
def test_seeds_are_read(text, seeds):
    assert seeds_of(text) == seeds


def test_what_is_done_is_not_done_again_until_something_changes(run, tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    path = notebook(folder / "97_a.ipynb", "'as it was'")
    kept = tmp_path / "build" / "run-sample"

    def ran(*words: str, code: int = 0) -> str:
        (tmp_path / "ran97").write_text("")
        run(folder, *words, code=code)
        return "".join(sorted((tmp_path / "ran97").read_text().split()))

    assert ran("SEEDS=0-1", "FAST=False", code=1) == "01"
    assert ran("SEEDS=0-1", "FAST=False", code=1) == "1"  # what failed is done again
    assert ran("SEEDS=0-1") == "01"  # another parameter
    assert ran("SEEDS=0-1") == ""
    assert ran("SEEDS=0-2") == "2"
    stored = nbformat.read(path, as_version=4)
    stored.cells[1].outputs = [new_output("stream", text="x")]
    nbformat.write(stored, path)
    assert ran("SEEDS=0-1") == ""  # stored outputs do not matter
    (kept / "seed-1" / "97_a.json").write_text("{")
    assert ran("SEEDS=0-1") == "1"  # a damaged result is none
    notebook(path, "'changed'")
    assert ran("SEEDS=0-1") == "01"
    assert (kept / "97_a.ipynb").read_bytes() == (kept / "seed-0" / "97_a.ipynb").read_bytes()  # for the site
    assert [ran("SEED=1"), ran("SEED=1")] == ["1", "1"]  # without SEEDS all is done anew
    assert [ran(), ran("SEEDS=0")] == ["0", ""]  # SEED is 0 in the notebook: `make test` takes what was run
    assert ran("--store") == "0"
    assert not (kept / "seed-0" / "97_a.json").exists()  # its outputs would be compared with themselves


def test_the_package_the_claims_and_the_versions_are_in_the_stamp(tmp_path, monkeypatch):
    text = notebook(tmp_path / "07_a.ipynb").read_text("utf-8")
    job = run_notebooks.Job("07_a", 0, text, {"RATE": 0.5}, 60)
    stamps = {job.stamp()}
    entry = registry()["C25"]
    with monkeypatch.context() as patch:
        patch.setitem(registry(), "C25", entry._replace(verdict="another"))
        stamps.add(job.stamp())
    with monkeypatch.context() as patch:
        patch.setattr("tools.jobs.version", lambda name: f"{name} 9")
        stamps.add(job.stamp())
    with monkeypatch.context() as patch:
        patch.setattr("tools.jobs.state_of", lambda *_, **__: "another package")
        stamps.add(job.stamp())
    assert len(stamps) == 4
    with monkeypatch.context() as patch:  # on the sample a notebook shows what a full run has kept
        patch.setattr("tools.jobs.ROOT", tmp_path)
        (kept := tmp_path / "lecture9_utils" / "real" / "measures.json").parent.mkdir(parents=True)
        both = [job, replace(job, values={"DATA": "full"})]
        found = []
        for text in "ab":
            kept.write_text(text)
            state_of.cache_clear()
            found.append([one.stamp() for one in both])
    assert [before == after for before, after in zip(*found, strict=True)] == [False, True]
    with monkeypatch.context() as patch:
        patch.setitem(registry(), "C09", registry()["C09"]._replace(verdict="another"))
        assert job.stamp() in stamps


def test_a_run_of_some_notebooks_changes_nothing_in_the_package(run, tmp_path):
    run(lessons(tmp_path), "DATA=full", "NOTEBOOKS=03", "SEEDS=0-1")
    assert not (tmp_path / "RESULTS.md").exists()
    assert not (tmp_path / "lecture9_utils").exists()


def test_the_results_say_each_seed_and_hold_the_pictures(unbroken):
    page, kept = unbroken["RESULTS.md"].decode(), json.loads(unbroken["measures.json"])
    measure = registry()["C25"].measures[0]
    values = [varied(measure, seed) for seed in range(5)]
    assert (kept["seeds"], kept["claims"]["C25"][measure.key]) == ([0, 1, 2, 3, 4], values)
    assert "SEEDS=0-4" in kept["setting"]
    assert re.search(rf"\| C25 \|.*✓ {measure.name}: ≈ .* ± .* \(n = 5\) \(expected .*\*\*The slide is", page)
    assert "![a red band.](lecture9_utils/real/07_band.png)" in page
    picture = Image.open(BytesIO(unbroken["07_band.png"]))
    assert picture.size == (900, 30)  # and of the first seed
    assert picture.convert("RGB").getpixel((5, 5)) == pytest.approx((255, 127, 127), abs=2)


@pytest.mark.parametrize("chance", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_three_kills_and_a_resumed_run_give_the_same_results(run, tmp_path, unbroken, chance):
    folder, moment = lessons(tmp_path), random.Random(chance)
    words = ("DATA=full", "SEEDS=0-4")
    for _ in range(3):
        process = command(folder, "as if", *words, "JOBS=1", PAUSE="1")
        wait_until(lambda process=process: "started" in process.stdout.readline())
        time.sleep(moment.uniform(0.0, 2.5))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert not (tmp_path / "RESULTS.md").exists()
    left = "".join(path.read_text() for path in tmp_path.glob("ran*")).split()
    there = len(list(tmp_path.glob("build/run-full/seed-*/*.json")))
    run(folder, *words)
    assert written(tmp_path) == unbroken
    after = "".join(path.read_text() for path in tmp_path.glob("ran*")).split()
    assert len(after) - len(left) == 10 - there  # what was done was not done again


def test_whoever_ends_the_kernel_ends_too(tmp_path):
    write = "import os\nprint(os.getpid(), file=open('pid', 'w'), flush=True)"
    notebook(tmp_path / "97_a.ipynb", write, "import time\ntime.sleep(600)")
    process = command(tmp_path, "real")
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    started = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(started, timeout=300)
    assert (len(started) >= 2, alive) == (True, [])


def test_a_difference_has_an_interval_over_the_seeds_and_any_order_gives_the_same():
    claim, measure = next((c, m) for c in registry().values() for m in c.measures if m.is_difference)
    values = [0.1, 0.12, 0.15, 0.11]
    runs = [[{"id": claim.id, "data": "full", "measure": measure.key, "value": v}] for v in values]
    [row] = results.gather({claim.notebook: runs}, "full").rows(claim)
    assert row.value == compare(values)
    mean, half = np.mean(values), 3.182446 * np.std(values, ddof=1) / 2  # Student's t, 3 degrees of freedom
    assert row.value[:3] == pytest.approx((mean, mean - half, mean + half))


def test_a_measure_that_one_seed_did_not_record_is_not_checked():
    measures = registry()["C25"].measures
    records = [{"id": "C25", "data": "full", "measure": m.key, "value": within(m)} for m in measures]

    def problems(*runs: list[results.Record], data: str = "full") -> list[str]:
        return [line for line in results.gather({"07": runs}, data).problems if "C25" in line]

    assert problems(records, records) == []
    assert "was never checked" in problems(records, [])[0]
    assert "does not hold" in problems(records, [records[0] | {"value": -1e9}, *records[1:]])[0]
    assert (
        problems([records[0] | {"value": -1e9}], data="own") == []
    )  # on a person's own data nothing is judged


def test_the_headline_counts_what_the_slides_are():
    def headline(**instead: float) -> str:
        by = {c.id: {m.key: [instead.get(c.id, within(m))] for m in c.measures} for c in claims}
        return results.headline(results.Outcome(claims, by, "full", 1))

    claims = list(registry().values())
    kinds = [claim.slide_is for claim in claims]
    assert f"Of {len(kinds)} statements, {kinds.count('right')} are right, " in headline()
    assert f" and {kinds.count('wrong')} wrong" in headline()
    assert "not as expected" not in headline()
    assert headline(C25=-1e9).endswith("Of 1 the measurements are not as expected: C25.")
    assert f", {kinds.count('right') - 1} are right, " in headline(C09=-1e9)


def test_the_picture_is_the_last_one_above_and_never_an_old_one():
    def drawn(source: str, *pngs: bytes):
        outputs = [new_output("display_data", {"image/png": png.decode()}) for png in pngs]
        return new_code_cell(source, outputs=outputs)

    cells = [drawn("l9.real('01_none')", b"b2xk"), drawn("draw()", b"YQ==", b"Yg=="), drawn("1 + 1")]
    cells += [drawn('l9.real("01_one")', b"b2xk"), drawn("l9.real('01_two')", b"b2xk")]
    assert pictures.pictures(cells) == {"01_one": (b"b", "draw()"), "01_two": (b"b", "draw()")}


def test_pictures_are_small_and_the_same_each_time(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (30, 40, 4), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(noise).resize((1200, 900), Image.Resampling.NEAREST).save(buffer, "png")
    first = pictures.small(buffer.getvalue())
    assert pictures.small(buffer.getvalue()) == first
    assert Image.open(BytesIO(first)).size == (900, 675)
    assert len(first) < 100_000
    (tmp_path / "old.png").touch()
    pictures.keep(tmp_path, {"new": (buffer.getvalue(), "")})
    assert [path.name for path in tmp_path.iterdir()] == ["new.png"]


def test_processor_seconds_count_the_kernel(tmp_path):
    burn = "import time\nwhile time.process_time() < 5: pass"
    notebook(tmp_path / "97_a.ipynb", burn)
    printed, _ = command(tmp_path, "real").communicate()
    [processor] = re.findall(r"^97_a .* s +(\d+\.\d) s", printed, re.MULTILINE)
    assert 5 < float(processor) < 30


# A cluster: a real scheduler and real workers in processes of their own.


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with on_loopback() as started:
        yield started


@pytest.mark.slow
def test_nothing_is_lost_when_a_worker_of_the_cluster_dies(tmp_path, cluster):
    address, [one, other] = cluster
    (tmp_path / "notebooks").mkdir()
    count = f"print(SEED, file=open({str(tmp_path / 'ran')!r}, 'a'), flush=True)"
    sources = [count, "import time\ntime.sleep(5)", claiming("07", C25="0.75 + SEED / 1000")]
    notebook(tmp_path / "notebooks" / "07_b.ipynb", *sources)
    process = command(tmp_path / "notebooks", "real", "DATA=full", "SEEDS=0-3", f"CLUSTER={address}")
    wait_until((tmp_path / "ran").exists)
    wait_until(lambda: psutil.Process(one.pid).children(recursive=True))
    started = psutil.Process(one.pid).children(recursive=True)
    one.kill()
    one.wait()
    _, alive = psutil.wait_procs(started, timeout=300)
    assert alive == []
    printed, _ = process.communicate(timeout=600)
    assert process.returncode == 0, printed
    kept = json.loads(written(tmp_path)["measures.json"])["claims"]["C25"]
    assert kept[registry()["C25"].measures[0].key] == [0.75, 0.751, 0.752, 0.753]
    ran = (tmp_path / "ran").read_text().split()
    assert (set(ran), len(ran) >= 4) == ({"0", "1", "2", "3"}, True)
    assert other.poll() is None


@pytest.mark.slow
def test_a_worker_with_other_code_is_refused(cluster, monkeypatch):
    with workers(1, cluster[0]) as (_, call):
        assert call(os.getpid) in [process.pid for process in cluster[1]]
        monkeypatch.setattr("tools.command.code", lambda: "another")
        with pytest.raises(RefusedError, match="another version of this repository"):
            call(os.getpid)


def test_without_dask_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(RefusedError, match="CLUSTER needs Dask: pip install"),
        workers(1, "tcp://127.0.0.1:9"),
    ):
        pass
