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
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
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
PAPERMILL = {"kernel_name": "python3", "start_timeout": 600, "progress_bar": False, "log_output": True}
PAPERMILL |= {"coalesce_streams": True}  # so that stored outputs are the same each time
EXECUTE = """\
import json, logging, sys, papermill
logging.basicConfig(level=logging.INFO, format="%(message)s")
papermill.execute_notebook(**json.loads(sys.argv[1]))
"""


@dataclass
class Run:
    """A notebook to execute, with which parameters, into which folder; and what became of it."""

    notebook: Path
    values: dict[str, Any]
    folder: Path
    seconds: float = 0.0
    peak_bytes: int = 0
    error: str = ""
    cells: list[Any] = field(default_factory=list)
    records: list[results.Record] = field(default_factory=list)

    def file(self, ending: str) -> Path:
        """Return the place of something that the notebook leaves behind."""
        return self.folder / f"{self.notebook.stem}.{ending}"

    def log(self) -> str:
        """Read what was logged, without colours."""
        log = self.file("log").read_text("utf-8", "replace") if self.file("log").exists() else ""
        return re.sub(r"\x1b\[[\d;]*m", "", log)

    @property
    def title(self) -> str:
        """The notebook's first heading, without a number before it."""
        text = "\n".join(cell.source for cell in self.cells)
        heading = re.search(r"^# (?:\d+\W+)?(.+)$", text, re.MULTILINE)
        return heading[1] if heading else self.notebook.stem

    def say(self, what: str) -> None:
        """Print what becomes of the notebook at once."""
        print(f"{self.notebook.stem}  {what}", flush=True)


def main(words: Sequence[str], folder: Path = ROOT / "notebooks", build: Path = ROOT / "build") -> int:
    """Run the command; see the module for its arguments and exit codes."""
    given, build = [word for word in words if word != "--store"], build.resolve()
    storing = len(given) < len(words)
    try:
        own = {path: parameters_of(path) for path in sorted(folder.resolve().glob("[0-9][0-9]_*.ipynb"))}
        defaults = {name: value for values in own.values() for name, value in values.items()}
        chosen = options(given, SETTINGS | dict.fromkeys(defaults, ""))
        values = {name: convert(name, chosen[name], defaults[name]) for name in defaults if chosen[name]}
        at_a_time, timeout = (convert(name, chosen[name], 1) for name in ("JOBS", "CELL_TIMEOUT"))
        notebooks = select(list(own), chosen["NOTEBOOKS"])
        if values.get("DATA", "sample") not in ("sample", "full"):
            raise RefusedError(f"DATA must be sample or full, got {values['DATA']!r}")
        if storing and values:
            raise RefusedError(f"--store is for notebooks as they stand: leave out {', '.join(values)}")
        if min(at_a_time, timeout) < 1:
            raise RefusedError("JOBS and CELL_TIMEOUT must be at least 1")
    except RefusedError as refusal:
        print(f"Nothing was run: {refusal}", file=sys.stderr)
        return 2
    out = build / f"run-{values.get('DATA', 'sample')}"
    out.mkdir(parents=True, exist_ok=True)
    runs = [Run(path, {n: v for n, v in values.items() if n in own[path]}, out) for path in notebooks]
    kernels = {"JUPYTER_PATH": str(build / "share" / "jupyter")}  # a kernel may be there
    run_all(runs, at_a_time, timeout, isolated(build / "state") | kernels)
    outcome = results.hold({run.notebook.name[:2]: run.records for run in runs})
    failed = any(run.error for run in runs)
    report(runs, outcome)
    if values.get("DATA") == "full" and not failed and len(runs) == len(own):
        titles = {run.notebook.name[:2]: run.title for run in runs}
        results.write(folder.parent / "RESULTS.md", outcome, titles, defaults | values)
    if storing and not (failed or outcome.problems):
        for run in runs:
            store(run)
    return int(bool(failed or outcome.problems))


def parameters_of(notebook: Path) -> dict[str, Any]:
    """Read the names and values of a notebook's parameters cell."""
    found = papermill.inspect_notebook(notebook)
    return {name: ast.literal_eval(parameter["default"]) for name, parameter in found.items()}


def convert(name: str, text: str, default: Any) -> Any:
    """Read a parameter's text as a value of its default's type."""
    if isinstance(default, str):
        return text
    with suppress(SyntaxError, ValueError):
        value = ast.literal_eval(text)
        if type(value) is type(default):
            return value
    raise RefusedError(f"{name} must be of type {type(default).__name__}, got {text!r}")


def select(there: Sequence[Path], wanted: str) -> list[Path]:
    """Choose the notebooks whose names begin as one of ``07,08`` does; all, if none is named."""
    names = re.findall(r"[^,\s]+", wanted)
    for name in names:
        if not any(path.stem.startswith(name) for path in there):
            known = [path.stem for path in there]
            raise RefusedError(f"NOTEBOOKS names {name!r}, which is none of {', '.join(known)}")
    return [path for path in there if path.stem.startswith(tuple(names or [""]))]


def run_all(runs: Sequence[Run], at_a_time: int, timeout: int, variables: dict[str, str]) -> None:
    """Execute notebooks, some at a time; a failing one does not keep the others from running."""
    with ThreadPoolExecutor(at_a_time) as pool:
        try:
            # The last notebooks take longest: begin with them, so that no processor waits at the end.
            working = {pool.submit(execute, run, timeout, variables): run for run in reversed(runs)}
            while wait(working, timeout=30.0).not_done:  # then give a sign of life
                for run in [run for future, run in working.items() if future.running()]:
                    cells = re.findall(r"Executing Cell (\d+)", run.log())
                    run.say(f"is running, in cell {cells[-1] if cells else 1}")
            for future in working:
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            raise


def execute(run: Run, timeout: int, variables: dict[str, str]) -> None:
    """Execute a notebook with papermill in a process of its own, and collect what it leaves behind."""
    executed, records = run.file("ipynb"), run.file("jsonl")
    for old in (executed, records):
        old.unlink(missing_ok=True)
    paths = {"input_path": str(run.notebook), "output_path": str(executed), "cwd": str(run.notebook.parent)}
    given = PAPERMILL | paths | {"parameters": run.values, "execution_timeout": timeout}
    command = [sys.executable, "-c", EXECUTE, json.dumps(given)]
    with run.file("log").open("wb") as output:
        own = variables | {"LECTURE9_RECORDS": str(records)}
        process = subprocess.Popen(command, stdout=output, stderr=output, env=own)
        start = time.monotonic()
        run.say("started")
        run.peak_bytes = wait_for(process)
    run.seconds = time.monotonic() - start
    if executed.exists():
        run.cells = nbformat.read(executed, as_version=4).cells
    if records.exists():
        run.records = [json.loads(line) for line in records.read_text("utf-8").splitlines()]
    code = [cell for cell in run.cells if cell.cell_type == "code"]
    begun = sum(bool(cell.metadata.papermill.start_time) for cell in code)
    if process.returncode:
        _, raised, what = run.log().rpartition("Traceback (most recent call last)")
        run.error = (
            f"in cell [{begun}]:\n{indent(what.strip() if raised else 'its process was ended', '    ')}"
        )
    run.say(f"{'FAILED' if run.error else 'finished'}: {begun} cells in {run.seconds:.1f} s")


def wait_for(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process; return the most memory that it or its kernel held, or 0 on Windows."""
    if not hasattr(os, "wait4"):
        process.wait()
        return 0
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def report(runs: Sequence[Run], outcome: results.Outcome) -> None:
    """Print what was measured, what it took, and what is wrong."""
    print(f"\n{results.table(outcome)}\n\n{'notebook':<24} {'time':>10} {'most memory':>13}")
    for run in runs:
        print(f"{run.notebook.stem:<24} {run.seconds:8.1f} s {run.peak_bytes / 2**20:9.0f} MiB")
    failed = [run for run in runs if run.error]
    for run in failed:
        print(f"\n{run.notebook.name} failed {run.error}\nIts log: {run.file('log')}")
    if outcome.problems or not failed:
        print("\n" + ("\n".join(outcome.problems) or "All claims hold."))


def store(run: Run) -> None:
    """Put the outputs of an executed notebook into the notebook itself, without traces of the run."""
    for cell in run.cells:
        tagged = "parameters" in cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": ["parameters"]} if tagged else {})
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = nbformat.v4.new_notebook(cells=run.cells, metadata=metadata)
    text = nbformat.writes(notebook) + "\n"
    write_atomically(run.notebook, lambda file: file.write(text.encode()))
    run.say("outputs stored")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends this ends the kernels too
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Interrupted: no outputs and no results were written.")
