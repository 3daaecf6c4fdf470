"""Run the notebooks elsewhere than in the lock's environment: Colab's, other Pythons, other TensorFlows.

Usage::

    elsewhere.py colab [PYTHONS=3.13] [NAME=VALUE …]
    elsewhere.py matrix [PYTHONS=3.11,3.12,3.13] [NAME=VALUE …]

``colab`` makes an environment of the versions in ``tools/colab.txt`` and runs all notebooks and the answered
assignment in it. A module ``google.colab`` is there. First both kinds of set-up cell are run alone: they
install the package, from a repository made of this folder in place of the one at its address. Then the
notebooks find it there. Nothing else may change.

``matrix`` runs the notebooks on each Python that is here, with the oldest versions that ``pyproject.toml``
allows and with the newest. Both print a summary, and leave notebooks and logs in ``build/colab`` and
``build/matrix``.
NAME=VALUE goes to the runs of the notebooks, such as JOBS=2 or NOTEBOOKS=03,04. Both need uv.

Exit code: 0 if all is well; 1 if something failed or changed; 2 if the command was refused.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from grader.assignment import SOURCE
from grader.release import answered
from tools import address, run_notebooks
from tools.command import ROOT, RefusedError, isolated

COLAB = ROOT / "tools" / "colab.txt"
ADDED = ["gensim", "lecture9-utils", "smart-open"]
FAKE = "import sys, types\nsys.modules['google.colab'] = types.ModuleType('google.colab')\n"


def main(words: Sequence[str]) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    commands = {"colab": colab, "matrix": matrix}
    try:
        if not words or words[0] not in commands:
            raise RefusedError(f"say {' or '.join(commands)}")
        if shutil.which("uv") is None:
            raise RefusedError("this needs uv, which pip installs: pip install uv")
        given = run_notebooks.split(words[1:])[0]
        rest = [word for word in words[1:] if not word.startswith("PYTHONS=")]
        return commands[words[0]](given, rest)
    except RefusedError as refusal:
        print(f"Nothing was run: {refusal}", file=sys.stderr)
        return 2


def find_python(wanted: str) -> Path | None:
    """Return a Python that runs, by its version or its path; None if there is none."""
    installed = sorted(Path.home().glob(f".pyenv/versions/{wanted}.*/bin/python"))
    for place in filter(None, map(shutil.which, [wanted, f"python{wanted}", *map(str, installed)])):
        code = "import sys; print(sys.executable)"
        ran = subprocess.run([place, "-c", code], capture_output=True, text=True, check=False)
        if ran.returncode == 0:
            return Path(ran.stdout.strip())
    return None


def make(build: Path, python: Path, *requirements: str) -> Path:
    """Make an environment in an empty folder, and make its Python the kernel of what runs there."""
    shutil.rmtree(build, ignore_errors=True)
    folder = build / "environment"
    uv("venv", "--quiet", "--python", str(python), str(folder))
    uv("pip", "install", "--quiet", "--python", str(folder), *requirements)
    inside = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    kernel = build / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    words = [str(inside), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": words, "display_name": "Python 3", "language": "python"}
    kernel.write_text(json.dumps(spec), encoding="utf-8")
    return inside


def uv(*words: str) -> str:
    """Run uv, which must use the Python it is given; return what it prints."""
    variables = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    ran = subprocess.run(["uv", *words], env=variables, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode:
        raise RefusedError(f"uv {' '.join(words[:2])} failed, as it says above")
    return ran.stdout


def versions(python: Path) -> dict[str, str]:
    """Return the version of each package of an environment."""
    listed = json.loads(uv("pip", "list", "--quiet", "--format=json", "--python", str(python)))
    return {package["name"]: package["version"] for package in listed}


def colab(given: dict[str, str], rest: list[str]) -> int:
    """Run the notebooks and the answered assignment as on Colab."""
    python = find_python(given.get("PYTHONS", "3.13"))
    if python is None:
        raise RefusedError(
            "Colab has Python 3.13, which is not here: name one, as in PYTHONS=/path/of/python3.13"
        )
    build = ROOT / "build" / "colab"
    inside = make(build, python, "-r", str(COLAB))
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([inside, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    Path(packages, "sitecustomize.py").write_text(FAKE, encoding="utf-8")
    notebooks = build / "notebooks"
    shutil.copytree(ROOT / "notebooks", notebooks, ignore=shutil.ignore_patterns(".*"))
    nbformat.write(answered(SOURCE), notebooks / "11_assignment.ipynb")
    before = versions(inside)
    code_of_run = try_set_up(build, inside)
    code_of_run |= run_notebooks.main(["--folder", str(notebooks), "--build", str(build), *rest])
    after = versions(inside)
    changed = [
        f"{name} {old} → {after.get(name, 'gone')}" for name, old in before.items() if after.get(name) != old
    ]
    added = sorted(set(after) - set(before))
    print(f"\nOf {len(before)} packages changed: {', '.join(changed) or 'none'}. Added: {', '.join(added)}.")
    return int(bool(code_of_run or changed or added != ADDED))


def try_set_up(build: Path, inside: Path) -> int:
    """Run the set-up cells alone: without a repository, with it, again, and where gensim is needed."""
    plain, with_gensim = address.set_up(), address.set_up(gensim=True)
    tries = [
        ("without the repository", False, [plain], "the helpers could not be installed", []),
        ("with it, twice", True, [plain, plain], "", ["lecture9-utils"]),
        ("where gensim is needed, twice", True, [with_gensim, with_gensim], "", ADDED),
    ]
    repository = build / "repository"
    publish(repository)
    before, wrong = set(versions(inside)), 0
    for number, (name, there, cells, error, added) in enumerate(tries, start=1):
        path = build / "set-up" / f"{number:02}_set_up.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(new_notebook(cells=[new_code_cell(source) for source in cells]), path)
        variables = isolated(build / "state") | {"JUPYTER_PATH": str(build)}
        variables |= in_place_of_github(repository if there else build / "nowhere")
        (run,) = run_notebooks.run_all([path], {}, build / "set-up" / "run", 1, 300, variables)
        last = nbformat.read(run.executed, as_version=4).cells[-1]
        again = len(cells) == 2 and bool(last.outputs)  # pip says something each time it runs
        fine = error in run.error and bool(error) == bool(run.error) and not again
        fine &= sorted(set(versions(inside)) - before) == added
        seen = run.error.splitlines()[-1].strip() if run.error else f"added {', '.join(added)}"
        print(f"{'✓' if fine else '✗'} set-up cell {name}: {seen}")
        wrong |= not fine
    return int(wrong)


def publish(folder: Path) -> None:
    """Make a git repository of this folder as it stands, with the tag that the set-up cells name."""

    def git(*words: str, cwd: Path = folder) -> str:
        command = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org", *words]
        return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout

    for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\0"):
        if name and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "as it stands")
    git("tag", f"v{address.project()['version']}")


def in_place_of_github(folder: Path) -> dict[str, str]:
    """Return the variables with which git reads a folder where the repository's address is named."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{folder.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": f"https://github.com/{address.project()['repository']}",
    }


def matrix(given: dict[str, str], rest: list[str]) -> int:
    """Run the notebooks on each Python with the oldest and the newest versions that are allowed."""
    wanted = given.get("PYTHONS", "3.11,3.12,3.13").split(",")
    here = {version: python for version in wanted if (python := find_python(version))}
    if not here:
        raise RefusedError(
            f"of Python {', '.join(wanted)} none is here: name some, as in PYTHONS=3.12,/path/python3.13"
        )
    rows, wrong = [], 0
    for version, python in here.items():
        for age, resolution in (("oldest", "lowest-direct"), ("newest", "highest")):
            build = ROOT / "build" / "matrix" / f"{Path(version).name}-{age}"
            requirements = ["-r", str(ROOT / "pyproject.toml"), "ipykernel>=6.29"]
            inside = make(build, python, "--resolution", resolution, "--only-binary", ":all:", *requirements)
            uv("pip", "install", "--quiet", "--python", str(inside), "--no-deps", str(ROOT))
            there = versions(inside)
            named = ", ".join(
                f"{name} {there[name]}" for name in ("tensorflow", "keras", "numpy", "scikit-learn")
            )
            print(f"\nPython {version}, {age}: {named}", flush=True)
            code = run_notebooks.main(["--build", str(build), *rest])
            rows.append(f"{'✗' if code else '✓'} Python {version}, {age}: {named}")
            wrong |= code
    rows += [f"– Python {version} is not here" for version in wanted if version not in here]
    print("\n" + "\n".join(rows))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
