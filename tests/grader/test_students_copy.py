"""The students' copy of the repository: complete, at work, and without anything of the answers."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader import students_copy
from grader.__main__ import main
from grader.assignment import SOURCE, load, read, tag
from grader.release import SourceError, generate, lines
from tests.grader.students import LIBRARY, handed_in, keys, put
from tools import address
from tools.command import ROOT


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("students")
    students_copy.make(generate(SOURCE), SOURCE, folder)
    return folder


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy, where only the copy's own modules are found."""
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def texts(folder: Path) -> dict[str, set[str]]:
    """Return the lines of each file that is text, and of each notebook's cells."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in (".png", ".zip", ".gz", ".pyc"):
            text = path.read_text("utf-8")
            if path.suffix == ".ipynb":
                text = "\n".join(cell.source for cell in read(path).cells)
            found[str(path.relative_to(folder))] = {line.strip() for line in text.splitlines()}
    return found


def lessons(files: dict[str, set[str]]) -> set[str]:
    """Return the lines that students may read: the lessons' and the package's."""
    return set().union(
        *(text for name, text in files.items() if re.match(r"notebooks/\d|lecture9_utils/", name))
    )


def test_no_file_holds_a_line_of_the_solutions_or_hidden_tests(copy):
    files, answers, public = texts(copy), [], []
    for cell in read(SOURCE).cells:
        pieces = re.split(r"### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS)\n?", cell.source)
        if tag(cell).get("grade_id", "").startswith("written_"):
            pieces = ["", cell.source]
        answers += pieces[1::2]
        public += pieces[::2]
    secret, shown = (
        {line.strip() for text in some for line in text.splitlines()} for some in (answers, public)
    )
    secret = {line for line in secret - shown - lessons(files) if len(line) > 3}
    assert len(secret) > 100
    telling = {line for line in secret if len(line) > 20}  # "total = 0" may stand in any code
    assert len(telling) > 80
    sought = {name: telling if name.endswith(".py") else secret for name in files}
    assert {name: found for name, text in files.items() if (found := sought[name] & text)} == {}


def test_nothing_of_the_graders_own_tests_is_there(copy):
    files = texts(copy)
    codes = [entry["code"] for kind in ("wrong", "right") for entry in LIBRARY[kind]]
    long = {line.strip() for code in codes for line in code.splitlines() if len(line) > 30}
    public = lessons(files).union(*map(lines, load(SOURCE).kept.values()))
    answers = {line for line in long - public if not line.startswith(("def ", "from ", "import "))}
    assert len(answers) > 30
    assert {name: found for name, text in files.items() if (found := answers & text)} == {}
    assert not {"tests", ".ci", ".git", "docs"} & {path.name for path in copy.iterdir()}
    grader = {path.name for path in (copy / "grader").iterdir()}
    assert not {"classroom.py", "release.py", "marking.py", "reports.py", "students_copy.py"} & grader


def test_a_line_that_leaks_is_found(copy, tmp_path):
    shutil.copytree(copy, tmp_path / "copy")
    for name, text in {
        "README.md": "x\n  return zlib.crc32(word.encode('utf-8')) % buckets\n",
        "new.txt": "ok\n",
    }.items():
        (tmp_path / "copy" / name).write_text(text.replace("'", '"'))
    assert [leak.rpartition(" in ")[2] for leak in students_copy.leaks(tmp_path / "copy", SOURCE)] == [
        "README.md"
    ]
    released = generate(SOURCE)
    released.cells[0].source += (
        "\n" + next(cell for cell in read(SOURCE).cells if tag(cell).get("grade_id") == "answer_2b").source
    )
    (tmp_path / "other").mkdir()
    with pytest.raises(SourceError, match="the copy still holds"):
        students_copy.make(released, SOURCE, tmp_path / "other")


def test_lessons_package_and_sample_are_there_as_they_are(copy):
    kept = [*ROOT.glob("notebooks/*.ipynb"), *(ROOT / "lecture9_utils").rglob("*"), *ROOT.glob("data/*.*")]
    kept = [path for path in kept if path.is_file() and "__pycache__" not in path.parts]
    assert len(kept) > 80
    for path in kept:
        assert (copy / path.relative_to(ROOT)).read_bytes() == path.read_bytes(), path
    exercises = [name for name, text in texts(copy).items() if any("<summary>" in line for line in text)]
    assert len(exercises) >= 12  # the lessons' own solutions stay, folded
    assert (copy / "grader" / "lecture9.ipynb").read_bytes() == (
        copy / "notebooks/assignment/lecture9.ipynb"
    ).read_bytes()


def test_links_lead_somewhere(copy):
    pages = [
        copy / "README.md",
        copy / "RESULTS.md",
        *copy.glob("notebooks/**/*.md"),
        *copy.glob("notebooks/**/*.ipynb"),
    ]
    for page in pages:
        text = page.read_text("utf-8")
        if page.suffix == ".ipynb":
            text = "\n".join(cell.source for cell in read(page).cells if cell.cell_type == "markdown")
        links = [link for link in re.findall(r"\]\(([^)\s#]+)", text) if ":" not in link]
        assert [link for link in links if not (page.parent / link).exists()] == [], page
    readme = (copy / "README.md").read_text("utf-8")
    assert "## Assignment: from text to recurrence" in readme
    assert not re.search(
        r"make (grade|release|students|test|outputs|site|worker|address|lint)\b|hidden", readme
    )


def test_each_command_of_the_copy_has_what_it_needs(copy, tmp_path):
    shutil.copytree(copy, tmp_path / "copy")  # what is run leaves something behind
    copy = tmp_path / "copy"
    makefile = (copy / "Makefile").read_text("utf-8")
    targets = re.findall(r"^([a-z-]+):.*## ", makefile, re.M)
    assert sorted(targets) == sorted(students_copy.TARGETS)
    for target in targets:
        done = subprocess.run(["make", "-n", target], cwd=copy, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    for module in ("tools.run_notebooks", "grader", "lecture9_utils.datasets"):
        done = python(copy, "-c", f"import importlib; print(importlib.import_module({module!r}).__file__)")
        assert done.stdout.startswith(str(copy)), done.stderr
    refused = python(copy, "-m", "grader", "grade")
    assert (refused.returncode, refused.stderr) == (
        2,
        "'grade' is no command of the grader; there is validate\n",
    )
    wrong = python(copy, "-m", "tools.run_notebooks", "NOTEBOOKS=99")
    assert wrong.returncode == 2


REFUSED = {
    "no folder": ([], "name the folder for the copy"),
    "not empty": (["OUT={}"], "is not empty: name a new folder"),
    "another option": (["TO=x"], "'TO=x' is no option"),
}


@pytest.mark.parametrize(("words", "says"), REFUSED.values(), ids=REFUSED)
def test_a_copy_over_something_is_refused(words, says, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["students", *(word.format(tmp_path) for word in words)]) == 2
    assert f"Nothing was written: {says}" in capsys.readouterr().err.replace(f"{tmp_path} ", "")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_copy_whose_set_up_cells_lead_to_the_solutions_is_refused(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(address, "place", lambda: address.Place("me/private", "v1"))
    monkeypatch.setattr(address, "git", lambda *_: "git@github.com:me/private.git")
    assert main(["students", f"OUT={tmp_path / 'new'}"]) == 2
    assert "this repository, which holds the solutions" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_clone_of_the_copy_sets_itself_up_and_validates(copy, tmp_path):
    """Publish the copy, clone it, and check a notebook with the solution's answers, and then a wrong one."""
    if shutil.which("uv") is None:
        pytest.skip("needs uv, which sets up without a network")
    published = shutil.copytree(copy, tmp_path / "published", ignore=shutil.ignore_patterns("__pycache__"))
    me = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for words in (["init", "-q"], ["add", "."], [*me, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=published, check=True)
    subprocess.run(["git", "clone", "-q", published, tmp_path / "clone"], check=True)
    released = read(copy / "grader" / "lecture9.ipynb")
    solved = {key: cell.source for key, cell in zip(keys(handed_in()), handed_in().cells, strict=True) if key}
    for cell in released.cells:
        if (key := tag(cell).get("grade_id", "")).startswith("answer_"):
            cell.source = solved[key]
    notebook = put(tmp_path / "clone" / "notebooks" / "assignment" / "lecture9.ipynb", released)

    def make(*words: str) -> subprocess.CompletedProcess[str]:
        command, variables = ["make", f"PYTHON={sys.executable}", *words], os.environ | {"UV_OFFLINE": "1"}
        place = tmp_path / "clone"
        return subprocess.run(command, cwd=place, env=variables, capture_output=True, text=True, check=False)

    done = make("validate", f"NOTEBOOK={notebook}")
    assert (done.returncode, "All checks pass" in done.stdout) == (0, True), done.stdout + done.stderr
    released.cells[keys(released).index("answer_1a")].source = "def tokens(text):\n    return []"
    put(notebook, released)
    done = make("validate", f"NOTEBOOK={notebook}")
    assert "These checks fail: 1a." in done.stdout, done.stdout + done.stderr
    done = make("run", "NOTEBOOKS=04")
    assert (done.returncode, "C" in done.stdout) == (0, True), done.stdout + done.stderr
