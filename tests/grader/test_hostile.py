"""Hostile and broken submissions: no trick pays, none stops the rest, each gets a flag."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from grader.assignment import SOURCE, Assignment, load
from grader.grading import BESIDE, OURS, Result, grade
from grader.judge import LARGEST_RESULT
from grader.sandbox import Kit, Limits, Place, Sandbox, Stem, walls
from grader.submissions import arrange
from tests.grader.students import LIBRARY, WRONG, answer, cells_of, entry, handed_in, keys, lost, short_source
from tools.command import ROOT, RefusedError

# Only what never ends reaches these limits, however busy the machine is.
PLACE = Place(Limits(cell=60, call=30, total=6000))
WALLED = pytest.mark.skipif(walls() == "limits", reason="there are no walls here, only limits")
SEARCH = """
import os
seen = [name for name in os.listdir(PROJECT) if name not in (".venv", "lecture9_utils", "grader")]
seen += [name for name in os.listdir(f"{PROJECT}/grader") if name != "student.py"]
for path in [*PLACES, *(f"/proc/1/root{path}" for path in PLACES)]:
    try:
        open(path).close()
        seen.append(path)
    except OSError:
        pass
raise LookupError(f"seen: {seen}")
"""
WRITES = """
import pathlib, shutil
for target in TARGETS:
    for harm in (lambda path: path.write_text("mine"), pathlib.Path.unlink):
        try:
            harm(pathlib.Path(target))
        except OSError:
            pass
shutil.rmtree(pathlib.Path(TARGETS[0]).parent, ignore_errors=True)
shutil.rmtree(pathlib.Path(TARGETS[1]).parent, ignore_errors=True)
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return short_source(tmp_path_factory.mktemp("source") / "lecture9.ipynb", "123")


@pytest.fixture(scope="module")
def short(path) -> Assignment:
    return load(path)


@pytest.fixture
def graded(path, short):
    """Grade a student with these answers and this cell, after a change of the notebook."""

    def it(answers: dict[str, str] | None = None, cell: str = "", change: Any = lambda _: None) -> Result:
        notebook = handed_in(answers, path, cell)
        change(notebook)
        return grade(short, arrange(short, notebook), PLACE)

    return it


CASES = [
    pytest.param(entry, marks=pytest.mark.slow if entry.get("slow") else (), id=entry["about"])
    for entry in LIBRARY["hostile"]
]


@pytest.mark.parametrize("entry", CASES)
def test_a_hostile_submission_earns_nothing_it_did_not_earn(graded, entry):
    result = graded(answer(entry), entry.get("cell", ""))
    assert lost(result) == entry["loses"]
    assert re.search(entry["flag"], "; ".join(result.flags)), result.flags


@WALLED
def test_the_hidden_tests_cannot_be_read(graded):
    places = [str(SOURCE), str(ROOT / "tests" / "grader" / "submissions.toml"), str(ROOT / ".git")]
    result = graded({"1a": f"PROJECT, PLACES = {str(ROOT)!r}, {places}\n{SEARCH}"})
    assert lost(result) == cells_of("1a")
    assert any("seen: []" in error for error in result.errors), result.errors
    assert "look: looks for the tests" in result.flags


@WALLED
@pytest.mark.parametrize("place", [ROOT, ROOT.parent])
def test_nothing_is_graded_where_a_student_could_read_the_hidden_tests(monkeypatch, place):
    monkeypatch.setattr(sys, "prefix", str(place))
    with pytest.raises(RefusedError, match=f"{place} holds Python, so students' code can read all of it"):
        Stem(Kit())


@WALLED
def test_an_instructor_is_not_warned_of_what_students_cannot_write_to(capfd):
    Sandbox(PLACE, Kit(modules=("matplotlib.pyplot", "sklearn.linear_model"))).close()
    assert capfd.readouterr() == ("", "")


@WALLED
def test_files_outside_its_folder_are_out_of_reach(graded, tmp_path):
    canary = tmp_path / "precious" / "canary"
    canary.parent.mkdir()
    canary.write_text("alive")
    new = [ROOT / "lecture9_utils" / "canary", Path("/etc/canary"), Path("/usr/canary")]
    targets = list(map(str, [canary, *new]))
    result = graded(cell=f"TARGETS = {targets}\n{WRITES}")
    assert canary.read_text() == "alive"
    assert not any(path.exists() for path in new)
    assert (ROOT / "lecture9_utils" / "text.py").exists()
    assert "look: writes or deletes files" in result.flags
    assert lost(result) == []


@WALLED
def test_there_is_no_network(graded):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        result = graded(cell=f"import socket\nsocket.create_connection({address}, timeout=30)")
    assert any("OSError" in error or "ConnectionRefused" in error for error in result.errors)


# Structure: cells that are not the student's to change.


TESTS = ["test_1a", "test_1a_hidden"]


def cell_of(notebook, key):
    return notebook.cells[keys(notebook).index(key)]


def delete(notebook):
    for key in TESTS:
        notebook.cells.remove(cell_of(notebook, key))


def edit(notebook):
    for key in TESTS:
        cell_of(notebook, key).source = "assert True"


def duplicate(notebook):
    notebook.cells += [cell_of(notebook, key) for key in TESTS]


def strip(notebook):
    for cell in notebook.cells:
        cell.metadata = {}


def change_data(notebook):
    cell_of(notebook, "parameters").source = 'DATA = "full"\nSEED = 7'
    cell_of(notebook, "imports").source = "zlib = np = None"


STRUCTURE = {
    delete: "missing, put back: test_1a, test_1a_hidden",
    edit: "edited, restored: test_1a, test_1a_hidden",
    duplicate: "there more than once: test_1a, test_1a_hidden",
    strip: "the notebook has lost its metadata: cells were recognised by their text",
    change_data: "edited, restored: imports, parameters",
}


@pytest.mark.parametrize("change", STRUCTURE, ids=lambda change: change.__name__)
@pytest.mark.parametrize("answers", [{}, WRONG], ids=["right", "wrong"])
def test_tests_are_restored_so_that_only_the_answer_counts(graded, change, answers):
    result = graded(answers, change=change)
    assert (lost(result), STRUCTURE[change] in result.flags) == (cells_of(*answers), True)
    assert result.written["10"].startswith("I expected the last words")


def test_an_untouched_notebook_has_no_flag(graded):
    result = graded()
    assert (result.flags, result.errors, lost(result)) == ([], [], [])


# What students are asked to write is not in the package, however it is reached.

WAYS = """
    l9.tokenize(text)
    l9.tokenize.__wrapped__(text)
    kept(text)
    l9.text.tokenize(text)
    eval("l9.tokenize(text)", {"__name__": "student", "l9": l9, "text": text})
    np.vectorize(l9.tokenize, otypes=[object])(text).item()
    __import__("multiprocessing.pool").pool.ThreadPool(1).apply(l9.tokenize, (text,))
    __import__("importlib").reload(l9.text).tokenize(text)
    __import__("types").FunctionType(l9.text.tokenize.__code__, vars(l9.text))(text)
    l9.Vocabulary.from_texts([text]).decode(l9.Vocabulary.from_texts([text]).encode([text])[0]).split()
    (names := {"__name__": "student"}, exec(open(l9.text.__file__).read(), names))[0]["tokenize"](text)
"""
TRIES = f"""
WAYS = {WAYS.split(chr(10))}
def tokens(text):
    for way in filter(None, map(str.strip, WAYS)):
        try:
            return eval(way, globals() | {{"text": text}})
        except Exception as error:
            print(way, error)
    raise LookupError("there is no way")
"""


def test_what_is_to_be_written_is_not_in_the_package(graded):
    early = nbformat.v4.new_code_cell("import lecture9_utils as l9\nkept, __name__ = l9.tokenize, 'student'")
    result = graded({"1a": TRIES}, change=lambda notebook: notebook.cells.insert(0, early))
    assert lost(result) == cells_of("1a")
    assert "raised LookupError: there is no way" in result.outcomes["test_1a"].message
    assert "look: uses tokenize of the package, which is what is asked for" in result.flags


@WALLED
def test_the_answers_are_in_no_file_that_a_student_can_read(graded):
    search = """
import pathlib, sys
places = {pathlib.Path(place) for place in [*sys.path, "/tmp", "/student", "/behind", l9.__path__[0]]}
files = (file for place in places for file in place.rglob("*.py*") if "lecture9" in str(file))
found = [str(file) for file in files if b"translate(_TO_SPACE)" in file.read_bytes()]
raise LookupError(f"found: {found}")
"""
    result = graded(cell=search)
    assert any("found: []" in error for error in result.errors), result.errors


@pytest.fixture(scope="module")
def seventh(tmp_path_factory):
    return short_source(tmp_path_factory.mktemp("seventh") / "lecture9.ipynb", "7")


@pytest.mark.parametrize(
    "harm",
    [
        "def states_of(x, h0, keep):\n    return right(x, h0, keep)",
        "globals()['states_of'] = right",
        "states_of.__code__ = right.__code__",
    ],
)
def test_locked_definitions_rule(seventh, harm):
    right = """
def right(x, h0, keep):
    states = [h0]
    for row in x:
        states.append(row + keep * states[-1])
    return np.array(states[1:])
"""
    notebook = handed_in({"7c": "def unroll(step, x, h0):\n    return []"}, seventh)
    notebook.cells.insert(keys(notebook).index("states_of") + 1, nbformat.v4.new_code_cell(right + harm))
    assignment = load(seventh)
    result = grade(assignment, arrange(assignment, notebook), PLACE)
    assert lost(result) == cells_of("7c", "7d")
    assert "look: replaces a function that is locked" in result.flags


# What is the grader's is never charged to a student.


def test_a_locked_cell_that_fails_is_the_graders(graded):
    early = nbformat.v4.new_code_cell("import lecture9_utils as l9\nl9.begin = None")
    result = graded(WRONG, change=lambda notebook: notebook.cells.insert(0, early))
    assert (result.failed, lost(result)) == (True, cells_of("1a"))
    assert all(result.outcomes[key].message.startswith(OURS) for key in TESTS)
    assert any("THE GRADER FAILED in its own cell" in flag for flag in result.flags)


ODD = {
    "1a": "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n",
    "1b": "!ls\nthere = !ls\n",
    "2a": "%pip install numpy\n!pip install numpy\n!{sys.executable} -m pip install numpy\n",
    "2b": "import asyncio\ntask = asyncio.create_task(asyncio.sleep(0))\nawait task\n",
    "2c": "%matplotlib notebook\n%no_such_magic\nl9.check?\n",
    "3": "%pylab inline\n",
}


def test_what_works_in_a_kernel_costs_nothing(graded, path):
    solved = handed_in(source=path)
    answers = {
        key: odd + solved.cells[keys(solved).index(f"answer_{key}")].source for key, odd in ODD.items()
    }
    result = graded(answers, cell=f"data = '{'x' * 3 * 2**20}'")
    assert (lost(result), result.errors) == ([], [])
    assert len(json.dumps(asdict(result))) < LARGEST_RESULT


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_the_type_of_a_cell_comes_from_the_source(graded, kind):
    def turn(notebook):
        for cell in notebook.cells:
            cell.cell_type = kind

    result = graded(change=turn)
    assert (lost(result), result.errors) == ([], [])
    assert re.search("no code cell any more: test_1a.* setup.* answer_1a", str(result.flags))


def test_no_outcome_is_without_a_reason(short):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Nothing.")])
    result = grade(short, arrange(short, notebook), PLACE)
    assert all(outcome.message for outcome in result.outcomes.values())


def test_a_newer_python_is_no_fault(graded):
    def modern(notebook):
        notebook.metadata["language_info"] = {"version": "3.99.1"}

    result = graded({"1a": "def tokens(text): return text if"}, change=modern)
    assert (lost(result), result.failed) == (cells_of("1a"), True)
    assert "this notebook was written with 3.99.1" in result.errors[0]


def test_a_hidden_test_that_raises_keeps_its_description(graded):
    code = """
def tokens(text):
    text[0]
    return "".join(c if c.isalnum() or c == "'" else " " for c in text.lower()).split()
"""
    result = graded({"1a": code})
    assert lost(result) == ["1a_hidden"]
    assert "a hidden test fails: an empty text" in result.outcomes["test_1a_hidden"].message


def test_nothing_that_is_shown_tells_what_a_hidden_test_asks(graded, path):
    solved = handed_in(source=path)
    tokens = solved.cells[keys(solved).index("answer_1a")].source
    answers = {
        "1a": "SEEN = []\n" + tokens.replace("cleaned =", "SEEN.append(text)\n    cleaned =", 1),
        "2a": "assert not SEEN, SEEN",
        "2c": "def collisions(buckets):\n    raise LookupError(SEEN)",
        "3": "def pad(*_):\n    return SEEN",
    }
    result = graded(answers)
    shown = [outcome.message for outcome in result.outcomes.values()] + result.errors + result.flags
    assert lost(result) == cells_of("2a", "2c", "3a", "3b")
    assert "raised LookupError: ['Data science" in result.outcomes["test_2c"].message
    assert not [text for text in shown if "'Tis" in text]


def test_what_is_right_alone_and_wrong_beside_others_has_a_reason(graded, path):
    solved = handed_in(source=path)
    ngrams = solved.cells[keys(solved).index("answer_1b")].source
    answers = {
        "1b": "CALLS = []\n" + ngrams.replace("runs = []", "runs = []\n    CALLS.append(n)", 1),
        "2b": "def bucket(word, buckets):\n    return zlib.crc32(word.encode()) % buckets * (len(CALLS) < 3)",
    }
    result = graded(answers)
    assert lost(result) == cells_of("2b")
    assert result.outcomes["test_2b"].message == BESIDE


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_attempt_that_was_laid_aside_is_not_run(short, path, kind):
    below, instead = handed_in(source=path), handed_in(source=path)
    answer = cell_of(below, "answer_1a")
    aside = {"cell_type": kind, "source": WRONG["1a"]}
    below.cells.insert(below.cells.index(answer) + 1, nbformat.from_dict(aside | {"metadata": {}}))
    instead.cells.insert(instead.cells.index(answer), nbformat.v4.new_code_cell(answer.source))
    cell_of(instead, "answer_1a").update(aside)
    for notebook in (below, instead):
        assert WRONG["1a"] not in dict(arrange(short, notebook).steps).values()


def test_a_result_that_a_test_cannot_read_has_a_hint(seventh):
    assignment = load(seventh)
    notebook = handed_in({"7c": "def unroll(step, x, h0):\n    return ['so', 'la']"}, seventh)
    result = grade(assignment, arrange(assignment, notebook), PLACE)
    form = "what the function returns has the wrong form (ValueError)"
    message = result.outcomes["test_7c"].message
    assert message.startswith(form)
    assert "To try next: collect every state" in message
    assert result.outcomes["test_7c_hidden"].message.startswith(f"a hidden test fails: {form}: five steps")


# Values and resources.

UNWIELDY = {
    "1a": "def tokens(text):\n    return ['x' * 10**6] + [''] * 250",
    "1b": "def ngrams(words, n):\n    yield 1",
    "2a": "def one_hot(ids, depth):\n    return np.eye(depth, dtype=np.longdouble)[ids]",
    "2b": "class Mute(Exception):\n    __str__ = None\ndef bucket(word, buckets):\n    raise Mute",
    "2c": "def collisions(buckets):\n    return 1 << 20_000",
}


def test_unwieldy_values_cost_their_own_part_only(graded):
    result = graded(UNWIELDY)
    assert lost(result) == cells_of("1a", "1b", "2b", "2c")
    assert "an object of type generator" in result.outcomes["test_1b"].message
    assert result.flags == ["returns objects instead of data: 1b, 1b_hidden"]


def test_a_function_that_breaks_counts_once(graded):
    ends = "def {}(*arguments):\n    import os\n    os._exit(0)"
    names = {"1a": "tokens", "1b": "ngrams", "2a": "one_hot", "2b": "bucket", "2c": "collisions"}
    result = graded({key: ends.format(name) for key, name in names.items()})
    assert lost(result) == cells_of(*names)


def test_what_ran_before_a_break_is_there_again_after_it(graded):
    own = """
def own(words, n):
    places = range(len(words) + 1)
    return [" ".join(words[i:j]) for i in places for j in places if 0 < j - i <= n]
"""
    ends = answer(entry("hostile", "os._exit"))
    result = graded(ends | {"1b": "ngrams = own"}, f"{own}frog")
    assert lost(result) == cells_of("1a")
    assert [error.rpartition(": ")[2] for error in result.errors] == ["name 'frog' is not defined"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what is shared")
def test_shared_memory_counts(graded):
    code = "def tokens(text):\n    import mmap, time\n    m = mmap.mmap(-1, 3 * 2**30)\n    time.sleep(600)"
    result = graded({"1a": code})
    assert lost(result) == cells_of("1a")
    assert "tokens() used more than 2.0 GB of memory" in result.flags
    assert "look: takes memory that belongs to no process" in result.flags


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses calls")
def test_the_kernel_refuses_memory_and_messages_of_no_process(graded):
    code = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
calls = {"x86_64": (319, 29, 248, 250), "aarch64": (279, 194, 217, 219)}[os.uname().machine]
said = [errno.errorcode[ctypes.get_errno()] for call in calls if libc.syscall(call, 0, 0, 0, 0)]
raise LookupError(str(said))
"""
    result = graded(cell=code)
    assert any(str(["ENOSYS"] * 4) in error for error in result.errors), result.errors


def test_the_time_of_all_processes_is_added_up(short, path):
    code = """
def tokens(text):
    import os
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            while True:
                pass
    os.wait()
"""
    place = Place(Limits(cell=600, call=600, total=6000, processor=2))
    result = grade(short, arrange(short, handed_in({"1a": code}, path)), place)
    assert lost(result) == cells_of("1a")
    assert "tokens() used more than 2 seconds of processor time" in result.flags


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux finds what has left its parents")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_nothing_is_left_when_the_grader_is_gone(path, tmp_path, number):
    code = """
import os
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
while True:
    pass
"""
    notebook = tmp_path / "loop.ipynb"
    words = [f"NOTEBOOK={notebook}"]
    nbformat.write(handed_in(source=path, cell=code), notebook)
    run = (
        f"from pathlib import Path; from grader import validate; validate.main({words}, Path({str(path)!r}))"
    )
    grader = psutil.Popen([sys.executable, "-c", run], cwd=ROOT)
    busy = 0
    while busy < 3:  # the stem, which has imported, and two that are in a loop
        with contextlib.suppress(psutil.NoSuchProcess):
            started = grader.children(recursive=True)
            busy = sum(process.cpu_times().user > 0.2 for process in started)
        assert grader.poll() is None
    grader.send_signal(number)
    grader.wait()
    _, alive = psutil.wait_procs(started, timeout=600)
    assert alive == []


def test_paths_hold_wherever_one_stands(tmp_path):
    relative = os.path.relpath(sys.executable, tmp_path)
    code = "from grader.sandbox import PYTHON; print(PYTHON)"
    done = subprocess.run(
        [relative, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert ".." not in done.stdout
    assert Path(done.stdout.strip()).samefile(sys.executable)
