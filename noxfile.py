"""Run the notebooks elsewhere than in the lock's environment: with Colab's versions, on other Pythons.

``make test-colab`` and ``make test-matrix`` call this. PYTHONS names the Pythons, such as ``3.12`` or a path;
other NAME=VALUE go to the runs of the notebooks, such as JOBS=2 or NOTEBOOKS=03,04. Executed notebooks and
logs are left in ``build/colab`` and ``build/matrix``.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import nox
from nbformat.v4 import new_code_cell, new_notebook

from grader.assignment import SOURCE
from tools import address, run_notebooks
from tools.command import ROOT
from tools.jobs import PACKAGES

GIVEN = [name for name in os.environ.get("PYTHONS", "").split(",") if name]
PYENV = map(str, Path.home().glob(".pyenv/versions/3.*/bin"))  # whose own commands find only the chosen one
os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *PYENV])
if shutil.which("uv") is None:
    sys.exit("Nothing was run: this needs uv, which pip installs: pip install uv")
nox.needs_version = ">=2025.2.9"
nox.options.envdir = "build/nox"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = bool(GIVEN)
ADDED = ["gensim", "lecture9-utils", "smart-open"]
WHERE = "import sysconfig; print(sysconfig.get_path('purelib'))"
FAKE = "import sys, types\nsys.modules['google.colab'] = types.ModuleType('google.colab')\n"


@nox.session(python=GIVEN or ["3.13"])
def colab(session: nox.Session) -> None:
    """Run all notebooks and the answered assignment as on Colab; their set-up cells may add, not change."""
    build = prepare(session, ROOT / "build" / "colab", "-r", "tools/colab.txt")
    site_packages = session.run("python", "-c", WHERE, silent=True)
    Path(str(site_packages).strip(), "sitecustomize.py").write_text(FAKE, encoding="utf-8")
    before = versions(session)
    try_set_up(session, build)
    notebooks = shutil.copytree(ROOT / "notebooks", build / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copy(SOURCE, notebooks / "13_assignment.ipynb")  # with its solutions and hidden tests
    run(session, build, session.posargs, notebooks)
    after = versions(session)
    changed = {name for name in before if before[name] != after.get(name)}
    if changed or sorted(after.keys() - before.keys()) != ADDED:
        session.error(f"changed: {changed or 'nothing'}; added: {sorted(after.keys() - before.keys())}")


@nox.session(python=GIVEN or ["3.11", "3.12", "3.13"])
@nox.parametrize("resolution", ["lowest-direct", "highest"], ids=["oldest", "newest"])
def matrix(session: nox.Session, resolution: str) -> None:
    """Run the notebooks with the oldest versions that pyproject.toml allows, and with the newest."""
    build = ROOT / "build" / "matrix" / f"{Path(str(session.python)).name}-{resolution}"
    requirements = ["-r", "pyproject.toml", "ipykernel>=6.29"]
    prepare(session, build, "--resolution", resolution, "--only-binary", ":all:", *requirements)
    session.install("--no-deps", ".")
    session.log(", ".join(f"{name} {there}" for name, there in versions(session).items() if name in PACKAGES))
    run(session, build, session.posargs, ROOT / "notebooks")


def prepare(session: nox.Session, build: Path, *requirements: str) -> Path:
    """Empty a folder, install, and make the session's Python the kernel of what runs in that folder."""
    shutil.rmtree(build, ignore_errors=True)
    session.install(*requirements)
    session.run("python", "-m", "ipykernel", "install", "--name=python3", f"--prefix={build}")
    return build


def versions(session: nox.Session) -> dict[str, str]:
    """Return the version of each package of a session's environment."""
    listed = session.run("uv", "pip", "list", "--quiet", "--format=json", silent=True)
    return {package["name"]: package["version"] for package in json.loads(str(listed))}


def run(session: nox.Session, build: Path, words: list[str], folder: Path) -> None:
    """Run the notebooks of a folder."""
    if run_notebooks.main(words, folder, build):
        session.error(f"the notebooks of {folder} did not end as they should: see above, and logs in {build}")


def try_set_up(session: nox.Session, build: Path) -> None:
    """Run the set-up cells alone, from a repository of this folder; a second time they install nothing."""
    here = address.Place("someone/lecture9", "as-it-stands")
    plain, with_gensim = (address.set_up(gensim, here) for gensim in (False, True))
    again = f"%%capture again\n{plain}\n{with_gensim}"  # pip says something each time it runs
    cells = [new_code_cell(source) for source in (plain, with_gensim, again, "assert not again.stdout")]
    folder = build / "set-up"
    folder.mkdir()
    nbformat.write(new_notebook(cells=cells), folder / "97_set_up.ipynb")
    publish(build / "repository", here)
    run(session, build, [], folder)


def publish(repository: Path, place: address.Place) -> None:
    """Make a git repository of this folder as it stands, with the tag of a place.

    From now on git reads it where that place's address is named.
    """
    git = ["git", f"--git-dir={repository}/.git", f"--work-tree={ROOT}"]
    me = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", "init", "-q", repository], check=True)
    subprocess.run([*git, "add", "."], cwd=ROOT, check=True)
    subprocess.run([*git, *me, "commit", "-q", "-m", "as it stands"], check=True)
    subprocess.run([*git, "tag", place.revision], check=True)
    os.environ["GIT_CONFIG_COUNT"] = "1"
    os.environ["GIT_CONFIG_KEY_0"] = f"url.{repository.as_uri()}.insteadOf"
    os.environ["GIT_CONFIG_VALUE_0"] = place.url
