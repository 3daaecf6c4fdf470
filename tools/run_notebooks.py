"""Execute the notebooks, a few at a time, and hold the lecture's claims against what they measured.

Usage::

    python -m tools.run_notebooks [--store] [NAME=VALUE …]

NAME=VALUE is a parameter of the notebooks (``DATA=full``, ``SEED=1``, ``GLOVE_DIM=50``) or a setting of this
command: ``NOTEBOOKS=07,08`` runs only these, ``JOBS=2`` so many at a time, ``CELL_TIMEOUT=600`` ends a cell
after so many seconds. Executed notebooks, logs and records go to ``build/run-<data>/``; a complete run on the
full data writes ``RESULTS.md``. With ``--store`` the outputs of a run on the sample go into the notebooks.

Exit code: 0 if all is well; 1 if a notebook failed or a claim does not hold; 2 if the command was refused.
"""

import ast
import json
import logging
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from textwrap import indent
from typing import Any

import nbformat
import papermill
import psutil

from lecture9_utils.files import write_atomically
from tools import results
from tools.command import ROOT, RefusedError, isolated, options

SETTINGS = {"NOTEBOOKS": "", "JOBS": "2", "CELL_TIMEOUT": "1800"}
PAPERMILL = {"kernel_name": "python3", "start_timeout": 120, "progress_bar": False, "log_output": True}
PAPERMILL |= {"coalesce_streams": True}  # so that stored outputs are the same each time
HEARTBEAT = 30.0  # seconds between two signs of life


@dataclass(frozen=True)
class Job:
    """A notebook to execute: with which parameters and variables, into which folder."""

    notebook: Path
    values: dict[str, Any]
    folder: Path
    timeout: int
    variables: dict[str, str]

    def file(self, ending: str) -> Path:
        """Return the place of something that the notebook leaves behind."""
        return self.folder / f"{self.notebook.stem}.{ending}"


@dataclass
class Result:
    """What became of a notebook."""

    job: Job
    seconds: float = 0.0
    peak_bytes: int = 0
    error: str = ""
    cells: list[Any] = field(default_factory=list)
    records: list[results.Record] = field(default_factory=list)


def main(words: Sequence[str], folder: Path = ROOT / "notebooks", build: Path = ROOT / "build") -> int:
    """Run the command; see the module for its arguments and exit codes."""
    given = [word for word in words if word != "--store"]
    storing = len(given) < len(words)
    try:
        wanted = dict(word.partition("=")[::2] for word in given).get("NOTEBOOKS", "")
        notebooks = select(folder.resolve(), wanted)
        own = {path: parameters_of(path) for path in notebooks}
        defaults = {name: value for values in own.values() for name, value in values.items()}
        chosen = options(given, SETTINGS | dict.fromkeys(defaults, ""))
        values = {name: convert(name, chosen[name], defaults[name]) for name in defaults if chosen[name]}
        if values.get("DATA", "sample") not in ("sample", "full"):
            raise RefusedError(f"DATA must be sample or full, got {values['DATA']!r}")
        if storing and values:
            raise RefusedError(
                f"outputs are stored of notebooks as they stand: leave out {', '.join(values)}"
            )
        at_a_time, timeout = (convert(name, chosen[name], 1) for name in ("JOBS", "CELL_TIMEOUT"))
        if min(at_a_time, timeout) < 1:
            raise RefusedError("JOBS and CELL_TIMEOUT must be at least 1")
    except RefusedError as refusal:
        print(f"Nothing was run: {refusal}", file=sys.stderr)
        return 2
    build = build.resolve()
    out = build / f"run-{values.get('DATA', 'sample')}"
    variables = isolated(build / "state") | {
        "JUPYTER_PATH": str(build / "share" / "jupyter")
    }  # a kernel there
    jobs = [
        Job(path, {n: values[n] for n in own[path] if n in values}, out, timeout, variables) for path in own
    ]
    runs = run_all(jobs, at_a_time)
    outcome = results.hold({number(run): run.records for run in runs}, everything=not wanted)
    report(runs, outcome)
    failed = any(run.error for run in runs)
    if values.get("DATA") == "full" and not (wanted or failed or outcome.missing):
        titles = {number(run): title(run) for run in runs}
        results.write(folder.parent / "RESULTS.md", outcome, titles, defaults | values)
    if storing and not (failed or outcome.problems):
        for run in runs:
            store(run)
    return int(bool(failed or outcome.problems))


def select(folder: Path, wanted: str) -> list[Path]:
    """Find the numbered notebooks of a folder, in order; of these only the ones named in ``07,08`` if any."""
    there = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not there:
        raise RefusedError(f"there is no notebook named NN_*.ipynb in {folder}")
    names = set(re.findall(r"[^,\s]+", wanted)) or {path.stem for path in there}
    if unknown := names - {name for path in there for name in (path.stem, path.stem[:2])}:
        known = ", ".join(path.stem for path in there)
        raise RefusedError(f"NOTEBOOKS names {min(unknown)!r}, which is none of {known}")
    return [path for path in there if {path.stem, path.stem[:2]} & names]


def parameters_of(notebook: Path) -> dict[str, Any]:
    """Read the names and values of a notebook's parameters cell; none without such a cell."""
    found = papermill.inspect_notebook(notebook)
    try:
        return {name: ast.literal_eval(parameter["default"]) for name, parameter in found.items()}
    except (SyntaxError, ValueError):
        raise RefusedError(
            f"the parameters cell of {notebook.name} must hold nothing but lines like SEED = 0"
        ) from None


def convert(name: str, text: str, default: Any) -> Any:
    """Read a parameter's text as a value of its default's type."""
    kind = type(default)
    if kind is str:
        return text
    with suppress(SyntaxError, ValueError):
        value = ast.literal_eval(text)
        if type(value) is kind or (kind is float and type(value) is int):
            return kind(value)
    raise RefusedError(f"{name} must be of type {kind.__name__}, got {text!r}")


def run_all(jobs: Sequence[Job], at_a_time: int) -> list[Result]:
    """Execute notebooks, some at a time; a failing one does not keep the others from running."""
    with ThreadPoolExecutor(at_a_time) as pool:
        try:
            # The last notebooks take longest: begin with them, so that no processor waits at the end.
            return list(pool.map(watch, reversed(jobs)))[::-1]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            raise


def watch(job: Job) -> Result:
    """Execute a notebook in a process of its own, and say how it goes."""
    say(f"{job.notebook.stem}  started")
    job.folder.mkdir(parents=True, exist_ok=True)
    job.file("log").write_text("")
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        future, seconds = process.submit(execute, job), 0.0
        while wait([future], HEARTBEAT).not_done:
            seconds += HEARTBEAT
            cells = re.findall(r"Executing Cell (\d+)", job.file("log").read_text("utf-8", "replace"))
            say(f"{job.notebook.stem}  running for {seconds:.0f} s, in cell {cells[-1] if cells else 1}")
        try:
            result = future.result()
        except BrokenProcessPool:
            result = Result(job, error="its process was ended from outside")
    how = "FAILED" if result.error else "finished"
    say(f"{job.notebook.stem}  {how}: {len(begun(result))} cells in {result.seconds:.1f} s")
    return result


def execute(job: Job) -> Result:
    """Execute a notebook with papermill; the process is its own, with its variables and its output."""
    executed, records = job.file("ipynb"), job.file("jsonl")
    for old in (executed, records):
        old.unlink(missing_ok=True)
    with job.file("log").open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    os.environ.clear()
    os.environ.update(job.variables, LECTURE9_RECORDS=str(records))
    result, start, error = Result(job), time.monotonic(), None
    given = PAPERMILL | {"cwd": job.notebook.parent, "execution_timeout": job.timeout}
    try:
        papermill.execute_notebook(job.notebook, executed, job.values, **given)
    except Exception as raised:  # in a cell; or no kernel, a dead one, or one that takes too long
        error = raised
    result.seconds, result.peak_bytes = time.monotonic() - start, peak_bytes()
    if executed.exists():
        result.cells = nbformat.read(executed, as_version=4).cells
    if records.exists():
        result.records = [json.loads(line) for line in records.read_text("utf-8").splitlines()]
    if error:
        result.error = located(error, begun(result))
    return result


def begun(run: Result) -> list[Any]:
    """Return the code cells that were begun: the last one is the one that failed, if one did."""
    code = [cell for cell in run.cells if cell.cell_type == "code"]
    return [cell for cell in code if cell.metadata.papermill.start_time]


def located(error: Any, cells: Sequence[Any]) -> str:
    """Say in which cell an error happened, and which."""
    raised = isinstance(error, papermill.PapermillExecutionError)
    what = f"{error.ename}: {error.evalue}" if raised else type(error).__name__
    where = f"in cell [{len(cells)}]" if cells else "before its first cell"
    source = f"{cells[-1].source}\n\n" if cells else ""
    return f"{where}, {what}\n{indent(source + str(error).strip(), '    ')}"


def peak_bytes() -> int:
    """Return the most memory that this process's kernel held; 0 where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def report(runs: Sequence[Result], outcome: results.Outcome) -> None:
    """Print what was measured, what it took, and what is wrong."""
    print(f"\n{results.table(outcome)}\n\n{'notebook':<24} {'time':>10} {'most memory':>13}")
    for run in runs:
        print(f"{run.job.notebook.stem:<24} {run.seconds:8.1f} s {run.peak_bytes / 2**20:9.0f} MiB")
    for run in runs:
        if run.error:
            print(f"\n{run.job.notebook.name} failed {run.error}\nIts log: {run.job.file('log')}")
    print("\n" + ("\n".join(outcome.problems) or "All claims hold."))


def number(run: Result) -> str:
    """Return a notebook's number, such as ``"07"``."""
    return run.job.notebook.name[:2]


def title(run: Result) -> str:
    """Return a notebook's title: its first heading, without a number before it."""
    text = "\n".join(cell.source for cell in run.cells)
    heading = re.search(r"^# (?:\d+\W+)?(.+)$", text, re.MULTILINE)
    return heading[1] if heading else run.job.notebook.stem


def store(run: Result) -> None:
    """Put the outputs of an executed notebook into the notebook itself, without traces of the run."""
    notebook = nbformat.read(run.job.notebook, as_version=4)
    executed = {cell.id: cell for cell in run.cells}
    for cell in notebook.cells:
        tagged = "parameters" in cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": ["parameters"]} if tagged else {})
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = executed[cell.id].outputs, executed[cell.id].execution_count
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    text = nbformat.writes(notebook) + "\n"
    write_atomically(run.job.notebook, lambda file: file.write(text.encode()))
    say(f"{run.job.notebook.stem}  outputs stored")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends this ends the kernels too
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Interrupted: no outputs and no results were written.")
