"""Running the notebooks: what is refused, what is run, what is left behind, and what the results say."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest

from lecture9_utils.claims import registry
from tests.tools.notebooks import claiming, notebook
from tools import run_notebooks
from tools.command import ROOT, RefusedError, alone


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "notebooks").mkdir()
    return tmp_path / "notebooks"


@pytest.fixture
def run(folder, capfd):
    """Run the command on the notebooks of a temporary folder; return its exit code and what it printed."""

    def command(*words: str) -> tuple[int, str]:
        code = run_notebooks.main(words, folder, folder.parent / "build")
        return code, "".join(capfd.readouterr())

    return command


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("GLOVE_DMI=50", "'GLOVE_DMI=50' is no option of this command; there is .*DATA=…, SEED=…, RATE=…"),
        ("sample", "'sample' is no option"),
        ("DATA=whole", "DATA must be sample, full or the path of your own texts, got 'whole'"),
        ("DATA=~nobody0/a.csv", "DATA begins with the home folder of nobody here: '~nobody0/a.csv'"),
        ("DATA=", "DATA= is empty: give it a value, or leave it out"),
        ("NOTEBOOKS=,", "NOTEBOOKS must be like 07,08, got ','"),
        ("SEED=-1", "SEED must be from 0 to 4294967295, got -1"),
        ("SEED={[]:1}", "SEED must be of type int"),
        ("SEED=one", "SEED must be of type int, got 'one'"),
        ("FAST=1", "FAST must be of type bool, got '1'"),
        ("NOTEBOOKS=97,99", "NOTEBOOKS names '99', which is none of 97_a, 98_b"),
        *(
            (f"SEEDS={x}", f"SEEDS must be like 0-4 or 0,2, got {x!r}")
            for x in ("-1", "1-", "0;2", "a", "0,")
        ),
        ("SEEDS=4-0", "SEEDS must go from low to high, got '4-0'"),
        ("SEEDS=0-9999999", "SEEDS must be at most 100"),
        ("SEEDS=0-4 SEED=1", "SEED and SEEDS exclude each other"),
        ("--store SEEDS=0", "--store is for notebooks as they stand: leave out SEEDS=0"),
        ("CLUSTER=tcp://127.0.0.1:9", "no Dask scheduler answers at tcp://127.0.0.1:9"),
        ("CLUSTER=nowhere", "no Dask scheduler answers at nowhere"),
        ("JOBS=0", "JOBS and CELL_TIMEOUT must be at least 1"),
    ],
)
def test_refused_before_anything_runs(run, folder, word, message):
    notebook(folder / "97_a.ipynb", "1 / 0")
    notebook(folder / "98_b.ipynb", "1 / 0")
    code, printed = run(*word.split())
    assert code == 2
    assert re.search(f"Nothing was run: {message}", printed)
    assert not (folder.parent / "build").exists()


def test_folders_are_named_from_where_the_command_is_given(tmp_path):
    code = "import tools.command, os; print(os.environ['LECTURE9_DATA'], os.environ['LECTURE9_CACHE'])"
    own = os.environ | {"LECTURE9_DATA": "archives", "LECTURE9_CACHE": "~/kept", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=own, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(tmp_path / "archives"), "~/kept"]


def test_the_sample_has_one_size_of_vectors():
    with pytest.raises(RefusedError, match="GLOVE_DIM=50 needs DATA=full: the sample has 100 dimensions"):
        run_notebooks.plan_of(["GLOVE_DIM=50"], ROOT / "notebooks")
    assert run_notebooks.plan_of(["DATA=full", "GLOVE_DIM=50"], ROOT / "notebooks").values["GLOVE_DIM"] == 50


def test_parameters_reach_the_notebooks_and_a_failing_one_does_not_stop_the_others(run, folder):
    write = "import pathlib\npathlib.Path('seen').write_text(f'{SEED} {RATE} {FAST}')"
    notebook(folder / "97_a.ipynb", "'begin'", "1 / 0", "'end'")
    notebook(folder / "98_b.ipynb", write)
    notebook(folder / "99_c.ipynb", "import os", "os._exit(3)")
    code, printed = run("NOTEBOOKS=97,98,99", "SEED=7", "FAST=False")
    assert code == 1
    assert (folder / "seen").read_text() == "7 0.5 False"  # so it ran in the notebook's own folder
    assert re.search(
        r"97_a.ipynb failed in cell \[4\](.*\n)+ +ZeroDivisionError: division by zero\n", printed
    )
    assert re.search(r"99_c.ipynb failed in cell \[4\](.*\n)+.*DeadKernelError", printed)
    assert "All claims hold" not in printed
    assert re.search(r"98_b +7 +\d+\.\d s +\d+\.\d s +\d\d+ MiB", printed)


def test_a_cell_that_takes_too_long_is_ended(run, folder):
    notebook(folder / "97_a.ipynb", "import time\ntime.sleep(60)")
    code, printed = run("NOTEBOOKS=97", "CELL_TIMEOUT=1")
    assert code == 1
    assert re.search(r"97_a.ipynb failed in cell \[2\](.*\n)+.*CellTimeoutError", printed)


def test_claims_of_the_notebooks_that_ran_must_hold(run, folder):
    notebook(folder / "03_a.ipynb", claiming("03", C09=14))
    notebook(folder / "04_b.ipynb", "1 / 0")
    code, printed = run("NOTEBOOKS=03", "DATA=full")
    assert code == 1
    assert "C09 does not hold: " in printed
    assert "C11" not in printed
    notebook(folder / "03_a.ipynb", claiming("03"))
    code, printed = run("NOTEBOOKS=03", "DATA=full")
    assert (code, "All claims hold." in printed) == (0, True)
    assert not (folder.parent / "RESULTS.md").exists()  # not all notebooks ran


@pytest.mark.slow
def test_a_complete_full_run_writes_the_results(run, folder):
    for number in sorted({claim.notebook for claim in registry().values()}):
        notebook(folder / f"{number}_part.ipynb", claiming(number))
    code, printed = run("DATA=full")
    assert code == 0, printed
    page = (folder.parent / "RESULTS.md").read_text("utf-8")
    order = sorted(registry(), key=lambda key: (registry()[key].notebook, key))
    assert re.findall(r"^\| (C\d+) ", page, re.MULTILINE) == order
    assert "make run DATA=full RATE=0.5 FAST=True SEEDS=0`" in page
    assert not re.search(rf"[Nn]ot as expected|✗|nan|{folder.parent}", page)


def test_outputs_are_stored_clean_and_the_same_each_time(run, folder):
    path = notebook(folder / "97_a.ipynb", "print('a', flush=True)\nprint('b', flush=True)", "SEED + 1")
    before = nbformat.read(path, as_version=4)
    folded = {"cellView": "form", "jupyter": {"source_hidden": True}}
    before.cells[2].metadata = {"tags": ["hide"], "collapsed": True}
    before.cells[3].metadata = folded
    nbformat.write(before, path)
    assert run("--store", "NOTEBOOKS=97")[0] == 0
    stored = path.read_text("utf-8")
    after = nbformat.reads(stored, as_version=4)
    assert [(c.id, c.source) for c in after.cells] == [(c.id, c.source) for c in before.cells]
    assert [cell.execution_count for cell in after.cells[1:]] == [1, 2, 3]
    assert after.cells[2].outputs == [{"name": "stdout", "output_type": "stream", "text": "a\nb\n"}]
    assert [cell.metadata for cell in after.cells] == [{}, {"tags": ["parameters"]}, {}, folded]
    assert after.metadata.language_info == {"name": "python"}
    assert run("--store", "NOTEBOOKS=97")[0] == 0
    assert path.read_text("utf-8") == stored


def test_outputs_are_stored_only_of_notebooks_as_they_are_and_only_if_all_run(run, folder):
    good, bad = notebook(folder / "96_a.ipynb", "1"), notebook(folder / "97_b.ipynb", "1 / 0")
    before = good.read_bytes(), bad.read_bytes()
    assert run("--store", "SEED=1", "NOTEBOOKS=96")[0] == 2
    assert run("--store", "NOTEBOOKS=96,97")[0] == 1
    assert (good.read_bytes(), bad.read_bytes()) == before


COMMAND = """\
import sys
from pathlib import Path
from tools import run_notebooks
folder = Path(sys.argv[1])
sys.exit(run_notebooks.main(["NOTEBOOKS=97"], folder, folder.parent / "build"))
"""


@pytest.mark.parametrize(
    "ending",
    [signal.SIGINT, *(pytest.param(s, marks=pytest.mark.slow) for s in (signal.SIGHUP, signal.SIGKILL))],
)
def test_who_interrupts_ends_the_kernels(folder, ending):
    write = "import os, time\nprint(os.getpid(), file=open('pid', 'w'), flush=True)"
    notebook(folder / "97_a.ipynb", write, "time.sleep(600)")
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # else with nohup it would be ignored, as it should
    process = subprocess.Popen([sys.executable, "-c", COMMAND, folder], cwd=ROOT, stderr=subprocess.DEVNULL)
    signal.signal(signal.SIGHUP, before)
    pid = folder / "pid"
    while not (pid.exists() and pid.read_text()):
        assert process.poll() is None
        time.sleep(0.1)
    kernel = psutil.Process(int(pid.read_text()))
    process.send_signal(ending)
    assert process.wait(60) != 0
    kernel.wait(60)


def test_a_second_run_in_the_same_folder_is_refused_in_a_sentence(run, folder):
    notebook(folder / "97_a.ipynb", "1")
    with alone(folder.parent / "build" / "run-sample"):
        code, printed = run("NOTEBOOKS=97")
    assert (code, printed.count("\n")) == (2, 1)
    assert re.search(r"Nothing was run: another run is at work in .*run-sample: wait for it", printed)
    assert run("NOTEBOOKS=97")[0] == 0


def test_a_build_folder_that_cannot_be_written_to_is_refused_in_a_sentence(run, folder):
    notebook(folder / "97_a.ipynb", "1")
    (folder.parent / "build").write_text("a file")
    code, printed = run("NOTEBOOKS=97")
    assert (code, printed.count("\n")) == (2, 1)
    assert re.search(r"Nothing was run: .*Not a directory.*build", printed)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii"])
def test_a_terminal_that_lacks_a_sign_gets_another(encoding):
    code = "from tools.command import ends_with_its_children as begin; begin(); print('done ✓ ≈')"
    variables = os.environ | {"PYTHONIOENCODING": encoding}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, check=True)
    assert done.stdout.startswith(b"done ?")


def test_the_notebooks_use_the_package_of_this_checkout(run, folder, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(folder))
    notebook(
        folder / "97_a.ipynb", "import lecture9_utils, sys\nprint(lecture9_utils.__file__, sys.path[:3])"
    )
    assert run("NOTEBOOKS=97")[0] == 0
    ran = (folder.parent / "build" / "run-sample" / "97_a.ipynb").read_text("utf-8")
    assert re.search(rf"{ROOT}/lecture9_utils/__init__.py \[.*'{ROOT}'", ran)


@pytest.mark.slow
def test_the_user_s_own_kernels_and_settings_play_no_part(folder):
    home = folder.parent / "home"
    spoilt = {"argv": ["false"], "display_name": "x", "language": "python"}
    for name, text in (
        (".local/share/jupyter/kernels/python3/kernel.json", json.dumps(spoilt)),
        (".ipython/profile_default/startup/00.py", "SEED = 'from home'"),
    ):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(text, "utf-8")
    notebook(folder / "97_a.ipynb", "print(SEED)")
    variables = {"HOME": str(home), "PATH": os.environ["PATH"], "MPLBACKEND": "no", "JUPYTER_PATH": "/"}
    before = set(home.rglob("*"))
    subprocess.run([sys.executable, "-c", COMMAND, folder], cwd=ROOT, env=variables, check=True)
    nbval = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "tools",
        "-p",
        "conftest",
    ]
    nbval += ["-p", "no:cacheprovider", "--nbval-cell-timeout=600", "--nbval-kernel-startup-timeout=600"]
    ran = folder.parent / "build" / "run-sample" / "97_a.ipynb"
    subprocess.run([*nbval, ran], cwd=ROOT, env=variables, check=True)
    assert set(home.rglob("*")) == before
    ran.write_text(ran.read_text("utf-8").replace('"0\\n"', '"1\\n"'), "utf-8")
    assert subprocess.run([*nbval, ran], cwd=ROOT, env=variables).returncode == 1  # the output changed
