"""The project around the package: its files agree, and what is built from it works alone."""

import inspect
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import lecture9_utils
from tools import address
from tools.command import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pins(lock: str) -> dict[str, Requirement]:
    """Read the pins of a lock, line by line; another line is an error."""
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    return {line: Requirement(line) for line in lines if not line.lstrip().startswith("#")}


LOCK = pins("requirements.lock")


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_each_dependency_is_pinned_once_within_its_range(python):
    machine = {"python_version": python, "python_full_version": f"{python}.9"}
    here = [pin for pin in LOCK.values() if pin.marker is None or pin.marker.evaluate(machine)]
    for wanted in map(Requirement, PROJECT["dependencies"] + EXTRAS["work"]):
        [version] = [str(pin.specifier).removeprefix("==") for pin in here if pin.name == wanted.name]
        assert wanted.specifier.contains(version), wanted


def test_the_lock_of_the_site_is_the_lock_and_more():
    site = pins("requirements-site.lock")
    known, more = ({(pin.name, str(pin.specifier)) for pin in lock.values()} for lock in (LOCK, site))
    assert known <= more  # on more machines, perhaps
    assert {Requirement(line).name for line in EXTRAS["site"]} <= {pin.name for pin in site.values()}


def test_the_locks_name_no_host_and_no_path():
    assert [line for line in pins("requirements-site.lock") if re.search(r"[/\\@]|--", line)] == []


def test_environment_yml_and_the_version_agree_with_pyproject_toml():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, *_, pip = environment["dependencies"]
    assert SpecifierSet(python.removeprefix("python")) == SpecifierSet(PROJECT["requires-python"])
    assert pip == {"pip": ["-r requirements.lock", "-e ."]}
    assert PROJECT["version"] == lecture9_utils.__version__


@pytest.fixture
def project(tmp_path):
    """A copy of this project's documents, in a git repository of its own whose origin is told to it."""
    left_out = shutil.ignore_patterns(".*", "build", "dist", "__pycache__", "tests", "sample")
    root = Path(shutil.copytree(ROOT, tmp_path / "project", ignore=left_out))
    for words in (["init", "-q"], ["add", "README.md"], ["commit", "-qm", "first"]):
        address.git("-c", "user.name=test", "-c", "user.email=test@example.org", *words, root=root)
    return root


ORIGINS = ["https://github.com/a-b/c.d", "git@github.com:a-b/c.d.git", "ssh://git@github.com/a-b/c.d.git"]


@pytest.mark.parametrize("origin", ORIGINS)
def test_the_address_is_that_of_origin_and_is_written_and_taken_out_everywhere(project, origin):
    before = {path: path.read_bytes() for path in project.rglob("*.*") if path.is_file()}
    address.git("remote", "add", "origin", origin, root=project)
    where = address.wanted([], project)
    assert where == ("a-b/c.d", address.git("rev-parse", "HEAD", root=project))
    address.change(where, project)
    assert address.place(project) == where
    assert "git clone https://github.com/a-b/c.d lecture9\n" in (project / "README.md").read_text("utf-8")
    for notebook in project.glob("notebooks/*.ipynb"):
        text = notebook.read_text("utf-8")
        assert f"github/a-b/c.d/blob/main/notebooks/{notebook.name})" in text
        assert f"git+https://github.com/a-b/c.d@{where.revision}" in text
    address.change(address.wanted(["none"], project), project)
    assert {path: path.read_bytes() for path in before} == before


def test_a_tag_is_named_by_its_name(project):
    address.git("tag", "v7", root=project)
    assert address.wanted(["some/one"], project) == ("some/one", "v7")


def test_another_repository_has_no_commit_of_this_one(project):
    address.git("remote", "add", "origin", "https://github.com/a/b", root=project)
    assert address.wanted(["students/copy"], project) == ("students/copy", "main")
    assert address.wanted(["a/b"], project) == ("a/b", address.git("rev-parse", "HEAD", root=project))


@pytest.mark.parametrize("wrong", [[], ["a"], ["https://github.com/a/b"], ["a/b/c"], ["a/"], ["a/b", "c/d"]])
def test_a_wrong_address_is_refused_in_a_sentence(project, wrong):
    with pytest.raises(address.RefusedError, match="no repository on GitHub"):
        address.wanted(wrong, project)


def test_no_address_is_named_that_is_not_ours():
    for path in [ROOT / "README.md", ROOT / "pyproject.toml", *ROOT.glob("notebooks/**/*.ipynb")]:
        assert "harvard-bst261/" not in path.read_text("utf-8")


HEAVY = {"tensorflow", "keras", "matplotlib", "gensim", "scipy", "sklearn", "requests"}


def python(*arguments: str | Path, **options) -> str:
    """Run Python and return what it prints."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_is_light():
    loaded = python("-c", "import sys, lecture9_utils; print(*sys.modules)", cwd=ROOT)
    assert not HEAVY & set(loaded.split())


def test_every_public_name_is_shown_in_an_example():
    public = {name: getattr(lecture9_utils, name) for name in lecture9_utils.__all__}
    public |= dict(inspect.getmembers(public.pop("plots"), inspect.isfunction))
    ours = {name: value for name, value in public.items() if "lecture9" in getattr(value, "__module__", "")}
    shown = "\n".join(inspect.getdoc(value) or "" for value in ours.values())
    names = [name for name in ours if name[0] != "_"]
    assert [
        name for name in names if not re.search(rf"^ *(>>>|\.\.\.) .*\b{name}\b", shown, re.MULTILINE)
    ] == []


def test_no_public_name_is_hidden_by_a_module():
    modules = {module.name for module in pkgutil.iter_modules(lecture9_utils.__path__)}
    assert modules & set(lecture9_utils.__all__) == {"plots"}  # which is meant as a module


@pytest.mark.slow
def test_the_wheel_works_alone_and_holds_the_sample(tmp_path):
    python("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    [wheel] = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = "import lecture9_utils as l; print(l.__file__, len(l.load_imdb().test.texts), len(l.load_glove()))"
    own = {"PYTHONPATH": str(tmp_path / "installed"), "LECTURE9_CACHE": str(tmp_path / "cache")}
    file, reviews, words = python("-c", code, cwd=tmp_path, env=os.environ | own).split()
    assert Path(file).is_relative_to(tmp_path / "installed")
    assert min(int(reviews), int(words)) > 100


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_pictures_of_included_files_are_found_from_the_site(page: Path) -> None:
    for name, options in re.findall(r"```\{include\} (\S+)\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        begin, end = (re.search(rf':{option}: "(.+)"', options) for option in ("start-after", "end-before"))
        text = (page.parent / name).read_text("utf-8")
        text = text.split(begin[1], 1)[1] if begin else text
        text = text.split(end[1], 1)[0] if end else text
        assert ":relative-images:" in options or not re.search(r"!\[[^]]*\]\((?!http)", text), name
