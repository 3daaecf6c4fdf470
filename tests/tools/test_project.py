"""The project around the package: its files agree, and its commands do what they say."""

import inspect
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import lecture9_utils
from lecture9_utils.claims import REGISTRY
from tools import address, results, run_notebooks
from tools.command import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
LOCK = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
PINS = [Requirement(line) for line in LOCK if not line.lstrip().startswith("#")]
WANTED = [Requirement(line) for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["work"]]]


# The files agree.


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: wanted.name)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_each_dependency_is_pinned_once_within_its_range(wanted, python):
    machine = {"python_version": python, "python_full_version": f"{python}.9"}
    pins = [p for p in PINS if p.name == wanted.name and (p.marker is None or p.marker.evaluate(machine))]
    versions = [str(pin.specifier).removeprefix("==") for pin in pins]
    assert len(versions) == 1
    assert wanted.specifier.contains(versions[0])


def pins(lines: list[str]) -> set[str]:
    return {line for line in lines if not line.lstrip().startswith("#")}


def test_the_lock_of_the_site_is_the_lock_and_more():
    site = (ROOT / "requirements-site.lock").read_text("utf-8").splitlines()
    assert pins(LOCK) <= pins(site)
    pinned = {Requirement(line).name for line in pins(site)}
    assert {Requirement(line).name for line in PROJECT["optional-dependencies"]["site"]} <= pinned


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-site.lock"])
def test_the_lock_names_no_host_and_no_path(lock):
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    assert [line for line in lines if re.search(r"[/\\@]|--", line)] == []


def test_environment_yml_uses_the_lock_and_the_same_python():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, *_, pip = environment["dependencies"]
    assert SpecifierSet(python.removeprefix("python")) == SpecifierSet(PROJECT["requires-python"])
    assert pip == {"pip": ["-r requirements.lock", "-e ."]}


def test_versions_agree():
    assert PROJECT["version"] == lecture9_utils.__version__


def test_the_licence_is_the_one_that_is_named():
    assert PROJECT["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")


def copy_of_the_project(folder: Path) -> Path:
    left_out = shutil.ignore_patterns(
        ".git", ".venv", "build", "dist", "*_cache", "__pycache__", ".hypothesis"
    )
    return Path(shutil.copytree(ROOT, folder / "project", ignore=left_out))


def test_the_address_changes_everywhere(tmp_path):
    root = copy_of_the_project(tmp_path)
    old = address.project(root)["repository"]
    assert root / "pyproject.toml" in address.change("someone/else", root)
    assert address.project(root)["repository"] == "someone/else"
    stragglers = [path for path in root.rglob("*") if path.is_file() and old.encode() in path.read_bytes()]
    assert stragglers == []


def test_the_address_changes_only_itself(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nversion = "1"\nurls.Repository = "https://github.com/a/b"', "utf-8"
    )
    readme = tmp_path / "README.md"
    readme.write_text(
        "github.com/a/b.git github.com/a/b-c gitlab.com/a/b google.com/github/a/b/blob", "utf-8"
    )
    address.change("x/y", tmp_path)
    assert (
        readme.read_text("utf-8")
        == "github.com/x/y.git github.com/a/b-c gitlab.com/a/b google.com/github/x/y/blob"
    )


@pytest.mark.parametrize("wrong", ["", "name", "https://github.com/a/b", "a/b/c", "a/"])
def test_a_wrong_address_is_refused(wrong, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["address.py", wrong])
    assert address.main() == 2
    assert "REPO must be owner/name" in capsys.readouterr().err


# The package, as it is imported and as it is built.

IMPORT = """\
import sys, time
start = time.perf_counter()
import lecture9_utils
print(time.perf_counter() - start)
print(*{"tensorflow", "keras", "matplotlib", "gensim", "sklearn"} & set(sys.modules))
"""


def python(*arguments: str | Path, **options) -> str:
    """Run Python and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_is_quick_and_light():
    runs = [python("-c", IMPORT, cwd=ROOT).split("\n", 1) for _ in range(5)]
    assert {loaded.strip() for _, loaded in runs} == {""}
    assert min(float(seconds) for seconds, _ in runs) < 0.3


def public_names() -> list[tuple[str, object]]:
    """List the package's public functions and classes, those of its public modules included."""
    names = [(name, getattr(lecture9_utils, name)) for name in lecture9_utils.__all__]
    for name, value in list(names):
        if isinstance(value, ModuleType):
            names.remove((name, value))
            inside = inspect.getmembers(value, inspect.isfunction)
            names += [(f"{name}.{n}", f) for n, f in inside if f.__module__ == value.__name__ and n[0] != "_"]
    return names


def test_public_names_have_documentation_with_examples():
    assert [name for name, value in public_names() if ">>> " not in (inspect.getdoc(value) or "")] == []


def test_no_public_name_is_hidden_by_a_module():
    modules = {module.name for module in pkgutil.iter_modules(lecture9_utils.__path__)}
    assert modules & set(lecture9_utils.__all__) == {"plots"}  # which is meant as a module


def test_the_wheel_works_alone_and_holds_the_sample(tmp_path):
    python("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    [wheel] = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = "import lecture9_utils as l; print(l.__file__, len(l.load_imdb().test.texts), len(l.load_glove()))"
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path / "installed"),
        "LECTURE9_CACHE": str(tmp_path / "cache"),
    }
    file, reviews, words = python("-c", code, cwd=tmp_path, env=environment).split()
    assert Path(file).is_relative_to(tmp_path / "installed")
    assert int(reviews) > 100
    assert int(words) > 100


# The commands.


def make(*arguments: str) -> str:
    # Without what a make above hands down, such as the JOBS of `make test JOBS=4`.
    env = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "JOBS", "PYTHON"}}
    ran = subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True, env=env)
    return ran.stdout


def test_help_lists_all_targets_in_one_screen():
    targets = set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())
    shown = make("help").splitlines()
    assert targets == {line.split()[1] for line in shown if re.match(r"  make [\w-]+  +\S", line)} - {"full"}
    assert targets == set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert len(shown) <= 31
    assert max(map(len, shown)) <= 100


ASKED = [
    (("test-lab", "JOBS=3"), "release.py"),
    (("test-site", "JOBS=3", "PYTHON=python3"), "web.py", "web.py --slides"),
    (("site", "DATA=full", "JOBS=3"), "web.py DATA=full"),
    (("grade", "SUBMISSIONS=a class"), "grade.py SUBMISSIONS=a\\ class JOBS=2"),
    (("grade", "SUBMISSIONS=class", "JOBS=3", "OUT=marks"), "grade.py OUT=marks SUBMISSIONS=class JOBS=3"),
    (("run", "DATA=full", "JOBS=3"), "run_notebooks.py JOBS=3 DATA=full"),
]


@pytest.mark.parametrize(("arguments", "tools"), [(first, rest) for first, *rest in ASKED])
def test_a_tool_is_given_what_it_knows_and_not_the_options_of_make(arguments, tools):
    run = [
        line.split("tools/")[1].split()
        for line in make("--dry-run", *arguments).splitlines()
        if "tools/" in line
    ]
    assert [sorted(words) for words in run] == [sorted(tool.split()) for tool in tools]


def test_plain_make_is_help():
    assert make() == make("help")


def test_ci_calls_the_commands_of_the_readme():
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert [
        line for line in ("make lint", "make test", "make run DATA=full GLOVE_DIM=50") if line not in ci
    ] == []


def notebook(path: Path, *sources: str) -> None:
    """Write a notebook: a cell with parameters and some more."""
    parameters = 'DATA = "sample"\nSEED = 0\nRATE = 0.5\nFAST = True'
    cells = [nbformat.v4.new_code_cell(source) for source in (parameters, *sources)]
    cells[0].metadata["tags"] = ["parameters"]
    cells.insert(0, nbformat.v4.new_markdown_cell(f"# {path.stem}"))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@pytest.fixture
def run(tmp_path, capfd):
    """Run the command on the notebooks of a temporary folder; return its exit code and what it printed."""

    def command(*arguments: str) -> tuple[int, str]:
        folders = ["--folder", str(tmp_path), "--build", str(tmp_path / "build")]
        code = run_notebooks.main([*folders, "--results", str(tmp_path / "RESULTS.md"), *arguments])
        return code, "".join(capfd.readouterr())

    return command


REFUSALS = [
    (
        "GLOVE_DMI=50",
        "no notebook has a parameter GLOVE_DMI; there is DATA (str), FAST (bool), RATE (float), SEED (int)",
    ),
    ("DATA=whole", "DATA must be sample or full, got 'whole'"),
    ("SEED=one", "SEED must be of type int, got 'one'"),
    ("SEED=1.5", "SEED must be of type int, got '1.5'"),
    ("RATE=fast", "RATE must be of type float, got 'fast'"),
    ("FAST=1", "FAST must be of type bool, got '1'"),
    ("NOTEBOOKS=97,99", "NOTEBOOKS names '99', which is none of 97_a, 98_b"),
    ("JOBS=0", "JOBS must be a whole number from 1, got '0'"),
    ("sample", "'sample' is not of the form NAME=VALUE"),
]


@pytest.mark.parametrize(("argument", "message"), REFUSALS)
def test_refused_before_anything_runs(run, tmp_path, argument, message):
    notebook(tmp_path / "97_a.ipynb", "1 / 0")
    notebook(tmp_path / "98_b.ipynb", "1 / 0")
    code, printed = run(argument)
    assert code == 2
    assert f"Nothing was run: {message}" in printed
    assert not (tmp_path / "build").exists()


def test_no_notebook_is_refused(run):
    assert run()[0] == 2


def test_a_parameters_cell_that_computes_is_refused(run, tmp_path):
    notebook(tmp_path / "97_a.ipynb")
    path = tmp_path / "97_a.ipynb"
    path.write_text(path.read_text("utf-8").replace("SEED = 0", "SEED = 2 * 2"), "utf-8")
    code, printed = run()
    assert code == 2
    assert "the parameters cell of 97_a.ipynb must hold nothing but lines like SEED = 0" in printed


def test_parameters_reach_the_notebooks_and_a_failing_one_does_not_stop_the_others(run, tmp_path):
    here = "import os, pathlib"
    notebook(tmp_path / "97_a.ipynb", "'begin'", "1 / 0")
    notebook(
        tmp_path / "98_b.ipynb", f"{here}\npathlib.Path('seen').write_text(f'{{SEED}} {{RATE}} {{FAST}}')"
    )
    notebook(tmp_path / "99_c.ipynb", "import os", "os._exit(3)")
    code, printed = run("NOTEBOOKS=97,98,99", "SEED=7", "FAST=False")
    assert code == 1
    assert (tmp_path / "seen").read_text() == "7 0.5 False"  # so it ran in the notebook's own folder
    assert "97_a  FAILED: 4 cells" in printed
    assert "97_a.ipynb failed; the cell:\n    1 / 0\n" in printed
    assert "ZeroDivisionError: division by zero" in printed
    assert "98_b  finished: 3 cells" in printed
    assert re.search(r"98_b +\d+\.\d s +\d\d+ MiB", printed)
    assert "99_c.ipynb failed; " in printed
    assert "DeadKernelError" in printed


def test_a_cell_that_takes_too_long_fails(run, tmp_path):
    notebook(tmp_path / "97_a.ipynb", "import time\ntime.sleep(60)")
    code, printed = run("NOTEBOOKS=97", "CELL_TIMEOUT=1")
    assert (code, "97_a.ipynb failed; " in printed) == (1, True)


def claiming(number: str, *, leave_out: str = "") -> str:
    """Write a cell that claims all that a notebook has to on the full data, each value within its bounds."""
    lines = ["import lecture9_utils as l9", 'l9.begin("full", 0)']
    for key, claim in REGISTRY.items():
        values = {m.name: m.full[0] for m in claim.measures}
        lines += [f"l9.claim({key!r}, {values!r})"] if claim.notebook == number and key != leave_out else []
    return "\n".join(lines)


def test_a_claim_never_checked_fails(run, tmp_path):
    notebook(tmp_path / "03_a.ipynb", claiming("03", leave_out="C10"))
    code, printed = run("NOTEBOOKS=03")
    assert code == 1
    assert "C10 was never checked: notebook 03" in printed
    assert "C09" in printed
    assert "C09 was never checked" not in printed
    assert not (tmp_path / "RESULTS.md").exists()


def test_a_claim_that_does_not_hold_fails(run, tmp_path):
    notebook(
        tmp_path / "03_a.ipynb",
        claiming("03", leave_out="C09"),
        'l9.claim("C09", {"n-grams in the bag": 14, "the slide\'s set": True})',
    )
    notebook(tmp_path / "04_b.ipynb", "1")
    code, printed = run("NOTEBOOKS=03")
    assert code == 1
    assert "C09 does not hold: " in printed


def test_a_good_run_of_some_notebooks_writes_no_results(run, tmp_path):
    notebook(tmp_path / "03_a.ipynb", claiming("03"))
    notebook(tmp_path / "04_b.ipynb", "1 / 0")
    code, printed = run("NOTEBOOKS=03", "DATA=full")
    assert (code, "All claims hold." in printed) == (0, True)
    assert not (tmp_path / "RESULTS.md").exists()


def test_a_complete_full_run_writes_the_results(run, tmp_path):
    numbers = sorted({claim.notebook for claim in REGISTRY.values()})
    for number in numbers:
        path = tmp_path / f"{number}_part.ipynb"
        notebook(path, claiming(number))
        path.write_text(
            path.read_text("utf-8").replace("SEED = 0", 'SEED = 0\\nDATA = \\"sample\\"'), "utf-8"
        )
    code, printed = run("DATA=full")
    assert code == 0, printed
    page = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert re.findall(r"^\| (C\d+) ", page, re.MULTILINE) == sorted(
        REGISTRY, key=lambda k: (REGISTRY[k].notebook, k)
    )
    assert "DATA=full" in page
    assert str(tmp_path) not in page
    assert not re.search(r"Not confirmed|nan", page)


def record(key: str, name: str, value: object, holds: bool = True) -> dict[str, object]:
    return {
        "id": key,
        "data": "full",
        "seed": 0,
        "measure": name,
        "value": value,
        "bounds": [0, 1],
        "holds": holds,
    }


def problems(notebook: str, *records: dict[str, object]) -> str:
    return "\n".join(results.hold({notebook: list(records)}, {"C25": REGISTRY["C25"]}).problems)


def test_records_are_held_against_the_registry():
    [name] = [measure.name for measure in REGISTRY["C25"].measures]
    good = record("C25", name, [0.75, 0.76])
    assert problems("07", good) == ""
    assert "C25 was never checked" in problems("07")
    assert "C25 does not hold" in problems("07", record("C25", name, 0.2, holds=False))
    assert "notebook 08 recorded C25, which does not belong to it" in problems("08", good)
    assert "notebook 07 recorded C99, which does not belong to it" in problems(
        "07", good, {**good, "id": "C99"}
    )
    assert "C25 has no measure 'speed'" in problems("07", good, record("C25", "speed", 1))
    assert "C25 was checked twice" in problems("07", good, good)


def test_values_are_written_for_people():
    [share] = REGISTRY["C25"].measures
    yes = REGISTRY["C10"].measures[0]
    exact = REGISTRY["C27"].measures[0]
    assert results.value_text(record("C25", share.name, [0.75, 0.76]), share) == "75.5% ± 0.7% (n = 2)"
    assert results.value_text(record("C10", yes.name, 1.0), yes) == "yes"
    assert results.value_text(record("C10", yes.name, 0.0), yes) == "no"
    assert results.value_text(record("C27", exact.name, 88582.0), exact) == "88,582"


def test_pages_are_compared_but_for_their_numbers(tmp_path, monkeypatch):
    page = "## 07 Embeddings\n| C25 | about 75% | accuracy: 75.6% ± 0.4% | It is. |\n"
    other = {
        "same": page.replace("75.6%", "74.9%"),
        "verdict": page.replace("It is.", "**Not confirmed**"),
        "claim": page.replace("C25", "C26"),
    }
    old = tmp_path / "old.md"
    old.write_text(page, "utf-8")
    codes = {}
    for name, text in other.items():
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
        monkeypatch.setattr(sys, "argv", ["results.py", str(old), str(tmp_path / f"{name}.md")])
        codes[name] = results.main()
    assert codes == {"same": 0, "verdict": 1, "claim": 1}


def test_outputs_are_stored_clean(run, tmp_path):
    path = tmp_path / "97_a.ipynb"
    notebook(path, "print('a', flush=True)\nprint('b', flush=True)", "SEED + 1")
    before = nbformat.read(path, as_version=4)
    before.cells[2].metadata = {"tags": ["hide"], "collapsed": True}
    nbformat.write(before, path)
    assert run("--store", "NOTEBOOKS=97")[0] == 0
    stored = path.read_text("utf-8")
    after = nbformat.reads(stored, as_version=4)
    assert [cell.id for cell in after.cells] == [cell.id for cell in before.cells]
    assert [cell.source for cell in after.cells] == [cell.source for cell in before.cells]
    assert [cell.execution_count for cell in after.cells[1:]] == [1, 2, 3]
    assert after.cells[2].outputs == [{"name": "stdout", "output_type": "stream", "text": "a\nb\n"}]
    assert [cell.metadata for cell in after.cells] == [{}, {"tags": ["parameters"]}, {}, {}]
    assert after.metadata.language_info == {"name": "python"}
    assert run("--store", "NOTEBOOKS=97")[0] == 0
    assert path.read_text("utf-8") == stored


def test_outputs_are_stored_only_of_notebooks_as_they_are_and_only_if_they_run(run, tmp_path):
    path = tmp_path / "97_a.ipynb"
    notebook(path, "1 / 0")
    before = path.read_bytes()
    assert run("--store", "SEED=1")[0] == 2
    assert run("--store", "NOTEBOOKS=97")[0] == 1
    assert path.read_bytes() == before


def test_a_student_s_first_notebook_shows_no_warning(run, tmp_path, monkeypatch):
    monkeypatch.delenv("LECTURE9_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))  # with an empty cache folder in it
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    load = "imdb = l9.load_imdb()\nglove = l9.load_glove()"
    notebook(
        tmp_path / "97_a.ipynb",
        f"import lecture9_utils as l9\n{load}",
        "from lecture9_utils.quiet import keras",
    )
    code, printed = run("NOTEBOOKS=97")
    assert code == 0, printed
    cells = nbformat.read(tmp_path / "build" / "run-sample" / "97_a.ipynb", as_version=4).cells
    shown = [output.text for cell in cells[1:] for output in cell.outputs if output.output_type == "stream"]
    assert shown == []


@pytest.fixture
def strange_home(tmp_path) -> Path:
    """Make a home whose python3 kernel does not work and whose IPython prints at its start."""
    home = tmp_path / "home"
    kernel = home / ".local" / "share" / "jupyter" / "kernels" / "python3"
    startup = home / ".ipython" / "profile_default" / "startup"
    kernel.mkdir(parents=True)
    startup.mkdir(parents=True)
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": ["false"], "display_name": "x", "language": "python"})
    )
    (startup / "00.py").write_text("SEED = 'from home'")
    return home


def everything_in(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


TOOLS = """\
import sys
sys.path[:0] = ["tools"]
from tools import run_notebooks
sys.exit(run_notebooks.main([*sys.argv[1:], "NOTEBOOKS=97"]))
"""


def test_the_user_s_own_kernels_and_settings_play_no_part(strange_home, tmp_path):
    notebook(tmp_path / "97_a.ipynb", "print(SEED)")
    environment = {
        "HOME": str(strange_home),
        "PATH": os.environ["PATH"],
        "MPLBACKEND": "nonsense",
        "JUPYTER_PATH": "/",
    }
    before = everything_in(strange_home)
    python("-c", TOOLS, "--folder", tmp_path, "--build", tmp_path / "build", cwd=ROOT, env=environment)
    strict = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=60", "-p", "no:cacheprovider"]
    python(
        "-m",
        "pytest",
        "-p",
        "conftest",
        *strict,
        tmp_path / "97_a.ipynb",
        cwd=ROOT / "tests",
        env=environment,
    )
    assert everything_in(strange_home) == before
