"""What `make` is told reaches the commands as it was typed; a broken environment is made anew."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.command import ROOT

PYTHON = """\
#!/bin/sh
if [ "$1" = -c ]; then echo runs; else printf '<%s>\\n' "$@"; fi
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose Python only says what it was called with; its environment is complete."""
    folder = tmp_path / "a (1) & 'b'"
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    (folder / ".venv" / ".complete").write_text(f"{folder.resolve()}\n")
    return folder


def make(folder: Path, *words: str) -> tuple[int, str]:
    # As a person's, also where these tests are run by make itself, which hands its own options on.
    theirs = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "ALL", "JOBS", "PYTHON", "CELL_TIMEOUT"}
    environ = {name: value for name, value in os.environ.items() if name not in theirs}
    done = subprocess.run(
        ["make", *words], cwd=folder, capture_output=True, text=True, check=False, env=environ
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "value",
    [
        "submissions (1)",
        "a&b",
        "it's",
        'say "hi"',
        "a$b",
        "a$(b)$$c",
        "a`touch x`b",
        "a;b",
        "a|b>c",
        "a\\b",
        "*",
        "#a",
        "été 中",
        "a=b",
        "%",
        "-n",
        "a  b",
        "{a,b}",
        "!a",
        "~",
    ],
)
def test_a_folder_of_any_name_is_handed_on_as_it_is(checkout: Path, value: str) -> None:
    before = {*checkout.rglob("*")}
    assert make(checkout, "grade", f"SUBMISSIONS={value}") == (
        0, f"<-m>\n<grader>\n<grade>\n<SUBMISSIONS={value}>\n<JOBS=2>\n",
    )  # fmt: skip
    assert {*checkout.rglob("*")} == before


def test_options_go_where_they_belong(checkout: Path) -> None:
    _, said = make(checkout, "run", "DATA=my notes.csv", "JOBS=3", "PYTHON=python9")
    assert said == "<-m>\n<tools.run_notebooks>\n<DATA=my notes.csv>\n<JOBS=3>\n"
    _, said = make(checkout, "slides", "DATA=a b")
    assert "<-D>\n<DATA=a b>\n" in said or "requirements-site" in said


def test_a_name_in_two_lines_is_refused(checkout: Path) -> None:
    code, said = make(checkout, "grade", "SUBMISSIONS=a\nb")
    assert code and "SUBMISSIONS must be in one line" in said


def test_nobodys_folder_becomes_the_environment(checkout: Path) -> None:
    thesis = checkout / "mine" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    make(checkout, "setup", "VENV=mine", "BIN=mine", "STAMP=mine/x")
    assert thesis.read_text() == "years of work"


def test_an_environment_that_was_moved_or_lost_its_python_is_made_anew(checkout: Path) -> None:
    assert "Making" not in make(checkout, "-n", "setup")[1]
    moved = checkout.rename(checkout.with_name("moved"))
    assert "Making the environment" in make(moved, "-n", "setup")[1]
    (moved / ".venv" / ".complete").write_text(f"{moved.resolve()}\n")
    assert "Making" not in make(moved, "-n", "setup")[1]
    (moved / ".venv" / "bin" / "python").unlink()
    assert "Making the environment" in make(moved, "-n", "run")[1]


def test_a_persons_own_settings_of_pip_play_no_part(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / ".venv" / "bin" / "python").write_text('#!/bin/sh\n[ "$1" = -c ] && echo runs || env\n')
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    said = make(checkout, "run")[1].splitlines()
    assert "PIP_USER=0" in said and not [line for line in said if line.startswith("PIP_TARGET")]
