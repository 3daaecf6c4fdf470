"""Execute the notebooks, a few at a time, and hold the lecture's claims against what they measured.

Usage::

    run_notebooks.py [--store] [NAME=VALUE …]

NAME=VALUE is a parameter of the notebooks (``DATA=full``, ``SEED=1``, ``GLOVE_DIM=50``) or a setting of this
command: ``NOTEBOOKS=07,08`` runs only these, ``JOBS=2`` so many at a time, ``CELL_TIMEOUT=600`` ends a cell
after so many seconds. Executed notebooks, logs and records go to ``build/run-<data>/``; a complete run on the
full data writes ``RESULTS.md``. With ``--store`` the outputs of a run on the sample go into the notebooks.

Exit code: 0 if all is well; 1 if a notebook failed or a claim does not hold; 2 if the command was refused.
"""

import argparse
import ast
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil

from tools import results
from tools.command import ROOT, RefusedError, isolated

SETTINGS = {"NOTEBOOKS": "", "JOBS": "2", "CELL_TIMEOUT": "1800", "PYTHON": ""}
HEARTBEAT = 30.0  # seconds between two signs of life
POLL = 0.2  # seconds between two looks at the memory


@dataclass
class Run:
    """What became of one notebook."""

    notebook: Path
    executed: Path
    seconds: float = 0.0
    peak_bytes: int = 0
    cells: int = 0
    error: str = ""
    records: list[dict[str, Any]] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module for its arguments and exit codes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("values", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--store", action="store_true", help="store the outputs in the notebooks")
    parser.add_argument("--folder", type=Path, default=ROOT / "notebooks", help="where the notebooks are")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="where everything is written")
    parser.add_argument(
        "--results", type=Path, default=ROOT / "RESULTS.md", help="where a full run's results go"
    )
    options = parser.parse_args(arguments)
    try:
        given, settings = split(options.values)
        notebooks = select(find_notebooks(options.folder), settings["NOTEBOOKS"])
        values = check(given, notebooks)
        if options.store and given:
            raise RefusedError(
                f"outputs are stored of the notebooks as they stand: leave out {', '.join(given)}"
            )
        jobs, timeout = (whole(settings, name) for name in ("JOBS", "CELL_TIMEOUT"))
    except RefusedError as refusal:
        print(f"Nothing was run: {refusal}", file=sys.stderr)
        return 2
    build = options.build.resolve()
    folder = build / f"run-{values.get('DATA', 'sample')}"
    variables = isolated(build / "state") | {"JUPYTER_PATH": str(build)}  # another kernel may be there
    runs = run_all(notebooks, values, folder, jobs, timeout, variables)
    return conclude(runs, values, folder, complete=not settings["NOTEBOOKS"], options=options)


def split(values: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Part NAME=VALUE words into parameters of the notebooks and settings of this command."""
    if wrong := [word for word in values if "=" not in word]:
        raise RefusedError(f"{wrong[0]!r} is not of the form NAME=VALUE, such as DATA=full")
    pairs = dict(word.split("=", 1) for word in values)
    settings = SETTINGS | {name: value for name, value in pairs.items() if name in SETTINGS}
    return {name: value for name, value in pairs.items() if name not in SETTINGS}, settings


def find_notebooks(folder: Path) -> list[Path]:
    """Find the numbered notebooks of a folder, in order."""
    found = sorted(folder.resolve().glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise RefusedError(f"there is no notebook named NN_*.ipynb in {folder}")
    return found


def select(notebooks: list[Path], wanted: str) -> list[Path]:
    """Keep the notebooks whose number or name is in a list like ``07,08``; all for an empty list."""
    names = re.split(r"[,\s]+", wanted.strip()) if wanted.strip() else []
    chosen = [path for path in notebooks if not names or {path.stem, path.stem[:2], path.name} & set(names)]
    known = {name for path in notebooks for name in (path.stem, path.stem[:2], path.name)}
    if unknown := [name for name in names if name not in known]:
        there = ", ".join(path.stem for path in notebooks)
        raise RefusedError(f"NOTEBOOKS names {unknown[0]!r}, which is none of {there}")
    return chosen


def whole(settings: dict[str, str], name: str) -> int:
    """Read a setting that must be a whole number from 1."""
    if not settings[name].isdecimal() or int(settings[name]) < 1:
        raise RefusedError(f"{name} must be a whole number from 1, got {settings[name]!r}")
    return int(settings[name])


def parameters_of(notebook: Path) -> dict[str, Any]:
    """Read the names and values of a notebook's parameters cell; none without such a cell."""
    cells = nbformat.read(notebook, as_version=4).cells
    sources = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    try:
        lines = ast.parse("\n".join(sources)).body
        return {line.targets[0].id: ast.literal_eval(line.value) for line in lines}  # type: ignore[attr-defined]
    except (SyntaxError, ValueError, AttributeError):
        raise RefusedError(
            f"the parameters cell of {notebook.name} must hold nothing but lines like SEED = 0"
        ) from None


def check(given: dict[str, str], notebooks: list[Path]) -> dict[str, Any]:
    """Turn the given parameters into values of the notebooks' own types, or refuse them."""
    defaults = {name: value for path in notebooks for name, value in parameters_of(path).items()}
    there = ", ".join(f"{name} ({type(value).__name__})" for name, value in sorted(defaults.items()))
    values = {}
    for name, text in given.items():
        if name not in defaults:
            raise RefusedError(f"no notebook has a parameter {name}; there is {there or 'none'}")
        values[name] = convert(name, text, type(defaults[name]))
    if values.get("DATA", "sample") not in ("sample", "full"):
        raise RefusedError(f"DATA must be sample or full, got {values['DATA']!r}")
    return values


def convert(name: str, text: str, kind: type) -> Any:
    """Read a parameter's text as a value of a type."""
    if kind is bool:
        readers: dict[type, Callable[[str], Any]] = {bool: {"True": True, "False": False}.__getitem__}
    else:
        readers = {int: int, float: float, str: str}
    try:
        return readers[kind](text)
    except (KeyError, ValueError):
        raise RefusedError(f"{name} must be of type {kind.__name__}, got {text!r}") from None


def run_all(
    notebooks: list[Path],
    values: dict[str, Any],
    folder: Path,
    jobs: int,
    timeout: int,
    variables: dict[str, str],
) -> list[Run]:
    """Execute notebooks, `jobs` at a time; a failing one does not keep the others from running."""
    folder.mkdir(parents=True, exist_ok=True)
    running: set[psutil.Popen] = set()

    def one(notebook: Path) -> Run:
        own = {name: value for name, value in values.items() if name in parameters_of(notebook)}
        return execute(notebook, own, folder, timeout, variables, running)

    with ThreadPoolExecutor(jobs) as pool:
        try:
            # The last notebooks take longest: begin with them, so that no processor waits at the end.
            return list(pool.map(one, reversed(notebooks)))[::-1]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(running):
                end_tree(process)
            raise


def execute(
    notebook: Path,
    values: dict[str, Any],
    folder: Path,
    timeout: int,
    variables: dict[str, str],
    running: set[psutil.Popen],
) -> Run:
    """Execute one notebook with papermill in a process of its own, and watch its memory."""
    name = notebook.stem
    run = Run(notebook, folder / f"{name}.ipynb")
    log, records = folder / f"{name}.log", folder / f"{name}.jsonl"
    for old in (run.executed, log, records):
        old.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "papermill",
        notebook,
        run.executed,
        "-k",
        "python3",
        "--cwd",
        notebook.parent,
    ]
    command += ["--execution-timeout", timeout, "--start-timeout", 120, "--no-progress-bar", "--log-output"]
    command += ["-y", json.dumps(values)] if values else []
    say(f"{name}  started")
    start = time.monotonic()
    with log.open("wb") as output:
        process = psutil.Popen(
            [str(word) for word in command],
            env=variables | {"LECTURE9_RECORDS": str(records)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        running.add(process)
        run.peak_bytes = watch(process, name, log, start)
        running.discard(process)
    run.seconds = time.monotonic() - start
    gather(run, process.returncode, log, records)
    say(f"{name}  {'FAILED' if run.error else 'finished'}: {run.cells} cells in {run.seconds:.1f} s")
    return run


def watch(process: psutil.Popen, name: str, log: Path, start: float) -> int:
    """Wait for a process; return the most memory it and its children held, in bytes."""
    peak, next_sign = 0, start + HEARTBEAT
    while process.poll() is None:
        peak = max(peak, memory(process))
        if time.monotonic() >= next_sign:
            cells = re.findall(r"Executing Cell (\d+)", log.read_text("utf-8", "replace"))
            where = f", in cell {cells[-1]}" if cells else ""
            say(f"{name}  running for {time.monotonic() - start:.0f} s{where}")
            next_sign += HEARTBEAT
        time.sleep(POLL)
    return peak


def memory(process: psutil.Popen) -> int:
    """Return the resident memory of a process and its descendants, in bytes."""
    total = 0
    try:
        for member in [process, *process.children(recursive=True)]:
            total += member.memory_info().rss
    except psutil.NoSuchProcess:
        pass  # it ended while it was looked at: the next look counts
    return total


def end_tree(process: psutil.Popen) -> None:
    """End a process and its descendants."""
    try:
        members = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for member in members:
        if member.is_running():
            member.kill()


def gather(run: Run, code: int, log: Path, records: Path) -> None:
    """Read what a notebook left behind: its records, how far it came, and its error if it has one."""
    if records.exists():
        run.records = [json.loads(line) for line in records.read_text("utf-8").splitlines()]
    cells = nbformat.read(run.executed, as_version=4).cells if run.executed.exists() else []
    code_cells = [cell for cell in cells if cell.cell_type == "code"]
    run.cells = sum(cell.execution_count is not None for cell in code_cells)
    if code:
        run.error = failing_cell(code_cells) or "\n".join(
            log.read_text("utf-8", "replace").splitlines()[-15:]
        )


def failing_cell(code_cells: list[Any]) -> str:
    """Return the source and the error of the first code cell that raised; empty if none did."""
    for cell in code_cells:
        for output in cell.outputs:
            if output.output_type == "error":
                trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
                return f"the cell:\n{indented(cell.source)}\nits error:\n{indented(trace)}"
    return ""


def indented(text: str) -> str:
    """Put four spaces before each line."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def conclude(
    runs: list[Run], values: dict[str, Any], folder: Path, complete: bool, options: argparse.Namespace
) -> int:
    """Print what was measured, write what a good run leaves behind, and return the exit code."""
    failed = [run for run in runs if run.error]
    records = {number(run.notebook): run.records for run in runs}
    outcome = results.hold(records, results.registry(None if complete else records))
    print(f"\n{results.table(outcome)}\n\n{costs(runs)}")
    for run in failed:
        print(f"\n{run.notebook.name} failed; {run.error}\nIts log: {shown(folder / run.notebook.stem)}.log")
    print("\n" + "\n".join(outcome.problems) if outcome.problems else "\nAll claims hold.")
    if complete and values.get("DATA") == "full" and not failed and not outcome.missing:
        titles = {number(run.notebook): title(run.notebook) for run in runs}
        results.replace(options.results, results.page(outcome, titles, effective(runs, values)))
        print(f"\nWritten: {shown(options.results)}")
    if options.store and not failed:
        for run in runs:
            store(run)
    return int(bool(failed or outcome.problems))


def number(notebook: Path) -> str:
    """Return a notebook's number, such as ``"07"``."""
    return notebook.name[:2]


def title(notebook: Path) -> str:
    """Return a notebook's title: its first heading, without a number before it."""
    text = "\n".join(cell.source for cell in nbformat.read(notebook, as_version=4).cells)
    heading = re.search(r"^# (?:\d+\W+)?(.+)$", text, re.MULTILINE)
    return heading[1] if heading else notebook.stem


def effective(runs: list[Run], values: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that the notebooks ran with: their own, but for those given."""
    return {name: value for run in runs for name, value in parameters_of(run.notebook).items()} | values


def costs(runs: list[Run]) -> str:
    """Say for each notebook how long it took and how much memory it held at most."""
    lines = [
        f"{run.notebook.stem:<24} {run.seconds:8.1f} s {run.peak_bytes / 2**20:9.0f} MiB" for run in runs
    ]
    return "\n".join([f"{'notebook':<24} {'time':>10} {'most memory':>13}", *lines])


def store(run: Run) -> None:
    """Put the outputs of an executed notebook into the notebook itself, without traces of the run."""
    from nbconvert.preprocessors import CoalesceStreamsPreprocessor

    merge = CoalesceStreamsPreprocessor()
    notebook = nbformat.read(run.notebook, as_version=4)
    executed = {cell.id: cell for cell in nbformat.read(run.executed, as_version=4).cells}
    for cell in notebook.cells:
        tags = [tag for tag in cell.metadata.get("tags", []) if tag == "parameters"]
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            done, _ = merge.preprocess_cell(executed[cell.id], {}, 0)
            cell.outputs, cell.execution_count = done.outputs, done.execution_count
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    results.replace(run.notebook, nbformat.writes(notebook) + "\n")
    say(f"{run.notebook.stem}  outputs stored")


def shown(path: Path) -> str:
    """Return a path as seen from the project's folder, where it is inside."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends this ends the kernels too
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted: no outputs and no results were written.")
