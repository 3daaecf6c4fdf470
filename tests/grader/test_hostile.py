"""Hostile and broken submissions: no trick pays, none stops the rest, each gets a flag."""

import re
import socket
from pathlib import Path

import nbformat
import pytest

from grader import assignment as model
from grader import marking
from tests.grader.students import (
    ALL,
    EXIT,
    SHORT,
    WALLED,
    WRONG,
    cell_of,
    delete,
    in_function,
    lost,
    short_assignment,
    short_notebook,
)
from tools.command import ROOT


@pytest.fixture(scope="module")
def short() -> model.Assignment:
    return short_assignment()


def graded(short, notebook, limits=SHORT) -> marking.Result:
    return marking.grade(short, model.arrange(short, notebook), limits)


# Hostile and broken submissions: each loses what it did not earn, nothing more, and gets a flag.
# Their questions are cut to three, so that TensorFlow is not needed; the stand-ins are bounded.


ENDLESS = "while True:\n    pass"
STUBBORN = """
import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
GLUTTON = "kept = []\nfor _ in range(8):\n    kept.append(bytearray(500 * 2**20))"  # 4 GB
FORKS = """
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(3)
        os._exit(0)
"""
EQUAL = """
class Yes(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __array__(self, *a, **k): return self
    def __len__(self): return 6
def tokens(text): return Yes("yes")
"""
EQUAL_LIST = """
class Yes(list):
    def __eq__(self, other): return True
    shape = (2, 4)
def one_hot(ids, depth): return Yes([[1]])
"""
PATCHED = """
import lecture9_utils.checks
l9.check = lecture9_utils.checks.check = lecture9_utils.checks.compare = lambda *a, **k: "right"
lecture9_utils.checks._difference = lambda *a: ""
lecture9_utils.checks.plain = lambda value: True
np.isclose = lambda a, b, **k: np.ones_like(a, dtype=bool)
"""
FORGED = """
import os, json, time
for fd in range(3, 30):
    try:
        os.write(fd, (json.dumps({"value": True}) + "\\n").encode())
    except OSError:
        pass
time.sleep(0.3)  # so that the true reply comes later, and is not taken for the reply to the next question
"""
SEARCH = """
import pathlib, re
found = []
for folder in ("/", PROJECT, "/proc"):
    for path in list(pathlib.Path(folder).glob("**/*.ipynb" if folder != "/proc" else "*/environ"))[:2000]:
        try:
            found += re.findall("def tokens.*?END SOLUTION", path.read_text(), re.S)
        except OSError:
            pass
exec(found[0])
"""
WRITES = """
import pathlib, shutil
for target in TARGETS:
    try:
        pathlib.Path(target).write_text("mine")
    except OSError:
        pass
    try:
        pathlib.Path(target).unlink()
    except OSError:
        pass
    shutil.rmtree(pathlib.Path(target).parent, ignore_errors=True)
"""
LOOP = "took longer than"

HOSTILE = {
    "endless loop in a cell": ({"part_2b": ENDLESS}, [], ["2b"], LOOP),
    "endless loop in a function": ({"part_1a": in_function("tokens", ENDLESS)}, [], ["1a"], LOOP),
    "stubborn endless loop": ({"part_1b": in_function("ngrams", STUBBORN)}, [], ["1b"], LOOP),
    "endless output": ({"part_2a": "while True:\n    print('x' * 10000)"}, [], ["2a"], "printed more than"),
    "memory eater": ({"part_2c": in_function("collisions", GLUTTON)}, [], ["2c"], "GB of memory"),
    "many processes": ({"part_3": FORKS}, [], ["3a", "3b"], "processes|Resource temporarily"),
    "os._exit": ({"part_1a": in_function("tokens", EXIT)}, [], ["1a"], "ended its own program"),
    "os._exit in a cell of its own": ({}, [EXIT], [], "ended its own program"),
    "sys.exit": ({"part_2b": "import sys\nsys.exit(0)"}, [], ["2b"], "SystemExit"),
    "sys.exit in a function": ({"part_2b": in_function("bucket", "raise SystemExit(0)")}, [], ["2b"], ""),
    "syntax error": ({"part_2c": "def collisions(b)\n    return 0"}, [], ["2c"], "SyntaxError"),
    "equal to everything": ({"part_1a": EQUAL}, [], ["1a"], "claims to equal everything"),
    "a list equal to everything": ({"part_2a": EQUAL_LIST}, [], ["2a"], "claims to equal everything"),
    "patched checker": ({"part_1a": WRONG}, [PATCHED], None, "changes the checker"),
    "forged replies": ({"part_1a": in_function("tokens", FORGED)}, [], ["1a"], "broke the line|no data"),
    "left-over NotImplementedError": (
        {"part_2c": in_function("collisions", "n = 1\nraise NotImplementedError")},
        [],
        ["2c"],
        "left-over NotImplementedError: 2c",
    ),
    "too deep": ({"part_2c": "def collisions(b):\n    return collisions(b)"}, [], ["2c"], ""),
    "a value without end": (
        {"part_1a": "def tokens(text):\n    a = []\n    a.append(a)\n    return a"},
        [],
        ["1a"],
        "",
    ),
    "a very large value": (
        {"part_2a": "def one_hot(ids, depth):\n    return np.zeros((3000, 9000))"},
        [],
        ["2a"],
        "returned more than|GB of memory|took longer",
    ),
    "the package's own": (
        {"part_1a": "def tokens(text):\n    return l9.tokenize(text)"},
        [],
        ["1a"],
        "",
    ),
    "the package's own, imported": (
        {"part_1a": "from lecture9_utils.text import tokenize as tokens"},
        [],
        ["1a"],
        "takes the package's own solution",
    ),
}
FAST = ["os._exit", "equal to everything", "a list equal to everything", "patched checker", "forged replies"]


HOSTILE_NAMES = [name if name in FAST else pytest.param(name, marks=ALL) for name in HOSTILE]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_submission_earns_nothing_it_did_not_earn(short, name):
    answers, extra, loses, flag = HOSTILE[name]
    result = graded(short, short_notebook(*extra, **answers))
    assert lost(result) == loses or (loses is None and "1a" in lost(result))
    assert re.search(flag, "; ".join(result.flags)), result.flags


@WALLED
def test_the_hidden_tests_cannot_be_read(short):
    search = SEARCH.replace("PROJECT", repr(str(ROOT)))
    result = graded(short, short_notebook(part_1a=search))
    assert lost(result) == ["1a"]
    assert any("IndexError" in error for error in result.errors)  # it has found nothing
    assert "look: looks for the tests" in result.flags


@WALLED
def test_files_outside_its_folder_are_out_of_reach(short, tmp_path):
    (tmp_path / "precious").mkdir()
    canary = tmp_path / "precious" / "canary"
    canary.write_text("alive")
    targets = [str(canary), str(ROOT / "lecture9_utils" / "canary"), "/etc/canary", "/usr/canary"]
    result = graded(short, short_notebook(WRITES.replace("TARGETS", repr(targets))))
    assert canary.read_text() == "alive"
    assert not any(Path(target).exists() for target in targets[1:])
    assert (ROOT / "lecture9_utils" / "text.py").exists()
    assert "look: writes or deletes files" in result.flags
    assert lost(result) == []


@WALLED
def test_there_is_no_network(short):
    code = 'import socket\nsocket.create_connection(("127.0.0.1", PORT), timeout=2)'
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = graded(short, short_notebook(code.replace("PORT", str(port))))
    assert any("OSError" in error or "ConnectionRefused" in error for error in result.errors)


# Structure: cells that are not the student's to change.


def edit(notebook):
    cell_of(notebook, "test_1a").source = "assert True"


def duplicate(notebook):
    notebook.cells.append(nbformat.from_dict(cell_of(notebook, "test_1a")))


def strip(notebook):
    for cell in notebook.cells:
        cell.metadata = {}


def change_data(notebook):
    cell_of(notebook, "parameters").source = 'DATA = "full"\nSEED = 7'
    cell_of(notebook, "imports").source = "zlib = np = None"


STRUCTURE = {
    delete: "missing, put back: test_1a",
    edit: "edited, restored: test_1a",
    duplicate: "there more than once: test_1a",
    strip: "lost its metadata",
    change_data: "edited, restored: imports, parameters",
}


@pytest.mark.parametrize("change", STRUCTURE, ids=lambda change: change.__name__)
@pytest.mark.parametrize("wrong", [False, True], ids=["right", "wrong"])
def test_tests_are_restored_so_that_only_the_answer_counts(short, change, wrong):
    notebook = short_notebook(**({"part_1a": WRONG} if wrong else {}))
    change(notebook)
    result = graded(short, notebook)
    assert lost(result) == (["1a"] if wrong else [])
    assert any(STRUCTURE[change] in flag for flag in result.flags)
    assert result.written["written_10"].startswith("I expected the last words")


def test_an_untouched_notebook_has_no_flag(short):
    result = graded(short, short_notebook())
    assert (result.flags, result.errors, lost(result)) == ([], [], [])
