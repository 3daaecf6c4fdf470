"""Execute the notebooks, a few at a time, and hold the lecture's claims against what they measured.

Usage::

    python -m tools.run_notebooks [--store] [NAME=VALUE …]

NAME=VALUE is a parameter of the notebooks (``DATA=full``, ``SEED=1``, ``GLOVE_DIM=50``) or a setting of this
command: ``NOTEBOOKS=07,08`` runs only these, ``JOBS=2`` so many at a time, ``CELL_TIMEOUT=600`` ends a cell
after so many seconds. ``SEEDS=0-4`` runs each notebook once with every seed, and goes on where an earlier run
stopped; ``CLUSTER=tcp://…`` is a Dask scheduler whose workers do it.

Executed notebooks, logs and records go to ``build/run-<data>/``, below it a folder for each seed; a complete
run on the full data writes ``RESULTS.md`` and ``lecture9_utils/real/``. With ``--store`` the outputs of a run
on the sample go into the notebooks.

Exit code: 0 if all is well; 1 if a notebook failed or a claim does not hold; 2 if the command was refused.
"""

import ast
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import wait
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import papermill
import psutil

from tools import results
from tools.command import (
    ROOT,
    RefusedError,
    alone,
    ends_with_its_children,
    options,
    whole_path,
    workers,
    write,
)
from tools.jobs import Done, Job, before, execute, plain
from tools.pictures import pictures

SETTINGS = {"NOTEBOOKS": "", "SEEDS": "", "JOBS": "2", "CLUSTER": "", "CELL_TIMEOUT": "1800"}
MOST_SEEDS = 100
Key = tuple[str, int]  # a notebook's name and a seed


@dataclass(frozen=True)
class Plan:
    """What was asked for: the notebooks with their parameters, and how they are run."""

    own: Mapping[Path, Mapping[str, Any]]  # all notebooks, and the parameters of each as they stand
    chosen: Sequence[Path]
    values: Mapping[str, Any]
    seeds: Sequence[int]
    goes_on: bool  # what an earlier run has done is not done again
    jobs: int
    timeout: int
    cluster: str

    @property
    def data(self) -> str:
        """The kind of data: "sample", "full" or "own"."""
        data = self.values.get("DATA", "sample")
        return data if data in ("sample", "full") else "own"

    @property
    def setting(self) -> dict[str, Any]:
        """The parameters of all notebooks."""
        return {name: value for own in self.own.values() for name, value in own.items()} | dict(self.values)


def main(words: Sequence[str], folder: Path = ROOT / "notebooks", build: Path = ROOT / "build") -> int:
    """Run the command; see the module for its arguments and exit codes."""
    given, build, folder = [word for word in words if word != "--store"], build.resolve(), folder.resolve()
    storing = len(given) < len(words)
    try:
        plan = plan_of(given, folder)
        if storing and (plan.values or plan.goes_on):
            raise RefusedError(f"--store is for notebooks as they stand: leave out {' '.join(given)}")
        out = build / f"run-{plan.data}"
        done = run_all(jobs_of(plan, build), plan, out)
    except (RefusedError, OSError) as refusal:
        print(f"Nothing was run: {refusal}", file=sys.stderr)
        return 2
    names = [path.stem for path in plan.chosen]
    records = {name[:2]: [done[name, seed].records for seed in plan.seeds] for name in names}
    outcome = results.gather(records, plan.data)
    report(done, outcome, out)
    failed = any(one.error for one in done.values())
    first = {name: done[name, plan.seeds[0]] for name in names}
    for name, one in first.items():
        write(out / f"{name}.ipynb", one.notebook.encode())
    if plan.data == "full" and not failed and len(names) == len(plan.own):
        titles = {name[:2]: title(name, one) for name, one in first.items()}
        found = {key: picture for one in first.values() for key, picture in pictures(one.cells).items()}
        setting = results.Setting(titles, plan.setting, plan.seeds)
        results.write(folder.parent, outcome, setting, found)
    if storing and not (failed or outcome.problems):
        for path in plan.chosen:
            store(path, first[path.stem])
        for job in jobs_of(plan, build):  # `make test` runs them again: this would be held against itself
            place(job, out, "json").unlink()
    return int(bool(failed or outcome.problems))


def plan_of(given: Sequence[str], folder: Path) -> Plan:
    """Read the words of the command."""
    own = {path: parameters_of(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}
    defaults = {name: value for values in own.values() for name, value in values.items()}
    chosen = options(given, SETTINGS | dict.fromkeys(defaults, ""))
    for word in given:
        if not word.partition("=")[2].strip():
            raise RefusedError(f"{word} is empty: give it a value, or leave it out")
    values = {name: convert(name, chosen[name], defaults[name]) for name in defaults if chosen[name]}
    at_a_time, timeout = (convert(name, chosen[name], 1) for name in ("JOBS", "CELL_TIMEOUT"))
    notebooks = select(list(own), chosen["NOTEBOOKS"])
    if values.get("DATA", "sample") not in ("sample", "full"):
        values["DATA"] = str(own_texts(values["DATA"]))
    if min(at_a_time, timeout) < 1:
        raise RefusedError("JOBS and CELL_TIMEOUT must be at least 1")
    if not 0 <= values.get("SEED", 0) < 2**32:
        raise RefusedError(f"SEED must be from 0 to {2**32 - 1}, got {values['SEED']}")
    if values.get("DATA", "sample") == "sample" and values.get("GLOVE_DIM", 100) != 100:
        raise RefusedError(f"GLOVE_DIM={values['GLOVE_DIM']} needs DATA=full: the sample has 100 dimensions")
    if chosen["SEEDS"] and "SEED" in values:
        raise RefusedError("SEED and SEEDS exclude each other")
    seeds = seeds_of(chosen["SEEDS"]) if chosen["SEEDS"] else [values.get("SEED", defaults.get("SEED", 0))]
    return Plan(own, notebooks, values, seeds, bool(chosen["SEEDS"]), at_a_time, timeout, chosen["CLUSTER"])


def parameters_of(notebook: Path) -> dict[str, Any]:
    """Read the names and values of a notebook's parameters cell."""
    found = papermill.inspect_notebook(notebook)
    return {name: ast.literal_eval(parameter["default"]) for name, parameter in found.items()}


def convert(name: str, text: str, default: Any) -> Any:
    """Read a parameter's text as a value of its default's type."""
    if isinstance(default, str):
        return text
    with suppress(SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        value = ast.literal_eval(text)
        if type(value) is type(default):
            return value
    raise RefusedError(f"{name} must be of type {type(default).__name__}, got {text!r}")


def own_texts(path: str) -> Path:
    """Give the whole path of a person's own texts, which a notebook reads from another folder."""
    place = whole_path("DATA", path)
    if not place.exists():
        raise RefusedError(f"DATA must be sample, full or the path of your own texts, got {path!r}")
    return place


def select(there: Sequence[Path], wanted: str) -> list[Path]:
    """Choose the notebooks whose names begin as one of ``07,08`` does; all, if none is named."""
    names = re.findall(r"[^,\s]+", wanted)
    if wanted and not names:
        raise RefusedError(f"NOTEBOOKS must be like 07,08, got {wanted!r}")
    for name in names:
        if not any(path.stem.startswith(name) for path in there):
            known = [path.stem for path in there]
            raise RefusedError(f"NOTEBOOKS names {name!r}, which is none of {', '.join(known)}")
    return [path for path in there if path.stem.startswith(tuple(names or [""]))]


def seeds_of(text: str) -> list[int]:
    """Read seeds such as ``0-4`` or ``0,2``, each once and in order."""
    if not re.fullmatch(r"\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*", text, re.ASCII):
        raise RefusedError(f"SEEDS must be like 0-4 or 0,2, got {text!r}")
    ranges = [[int(end) for end in part.split("-")] for part in text.split(",")]
    if any(ends[0] > ends[-1] for ends in ranges):
        raise RefusedError(f"SEEDS must go from low to high, got {text!r}")
    if sum(ends[-1] - ends[0] + 1 for ends in ranges) > MOST_SEEDS:
        raise RefusedError(f"SEEDS must be at most {MOST_SEEDS}, got {text!r}")
    return sorted({seed for ends in ranges for seed in range(ends[0], ends[-1] + 1)})


def jobs_of(plan: Plan, build: Path) -> list[Job]:
    """Make the jobs, seed by seed: so the first seeds are complete if the run is stopped."""
    jobs, out = [], build / f"run-{plan.data}"
    for seed in plan.seeds:
        # The last notebooks take longest: begin with them, so that no processor waits at the end.
        for path in reversed(plan.chosen):
            values = {name: value for name, value in plan.values.items() if name in plan.own[path]}
            values |= {"SEED": seed} if plan.own[path].get("SEED", seed) != seed else {}
            job = Job(path.stem, seed, path.read_text("utf-8"), values, plan.timeout)
            if not plan.cluster:
                job = replace(
                    job,
                    variables={"JUPYTER_PATH": str(build / "share" / "jupyter")},  # a kernel may be there
                    state=str(build / "state"),
                    folder=str(path.parent),
                    log=str(place(job, out, "log")),
                )
            jobs.append(job)
    return jobs


def place(job: Job, out: Path, ending: str) -> Path:
    """Return the place of something that a job leaves behind."""
    return out / f"seed-{job.seed}" / f"{job.name}.{ending}"


def say(job: Job, what: str) -> None:
    """Print what becomes of a job at once."""
    print(f"{job.name}  seed {job.seed}  {what}", flush=True)


def run_all(jobs: Sequence[Job], plan: Plan, out: Path) -> dict[Key, Done]:
    """Do all jobs, some at a time; a failing one does not keep the others from running."""
    there = {(job.name, job.seed): before(place(job, out, "json"), job.stamp()) for job in jobs}
    done = {key: one for key, one in there.items() if one and plan.goes_on and plan.data != "own"}
    if plan.goes_on:
        print(f"{len(done)} of {len(jobs)} are done already.", flush=True)
    mode = 0o700 if plan.data == "own" else 0o777
    with workers(plan.jobs, plan.cluster) as (pool, call), alone(out, mode):
        try:
            left = [job for job in jobs if (job.name, job.seed) not in done]
            working = {pool.submit(do, job, call, out): job for job in left}
            while wait(working, timeout=30.0).not_done:  # then give a sign of life
                for job in [job for future, job in working.items() if future.running()]:
                    cells = re.findall(r"Executing Cell (\d+)", plain(place(job, out, "log")))
                    say(job, f"is running, in cell {cells[-1]}" if cells else "is not done yet")
            done |= {(job.name, job.seed): future.result() for future, job in working.items()}
        except BaseException:
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            raise
    return {(job.name, job.seed): done[job.name, job.seed] for job in jobs}


def do(job: Job, call: Callable[..., Done], out: Path) -> Done:
    """Do a job and keep what became of it; what says that it is done is written last, and as a whole."""
    for ending in ("json", "ipynb", "log"):
        place(job, out, ending).unlink(missing_ok=True)
    place(job, out, "log").parent.mkdir(parents=True, exist_ok=True)
    stamp = job.stamp()
    say(job, "started")
    try:
        done = call(execute, job)
    except Exception as error:  # of this machine or another; the other jobs go on
        done = Done(error=f"on its way: {type(error).__name__}: {error}")
    kept = {"ipynb": done.notebook.encode(), "log": done.log.encode(), "json": done.kept(stamp)}
    for ending, content in kept.items():
        if content and not (done.error and ending == "json"):
            write(place(job, out, ending), content)
    say(job, f"{'FAILED' if done.error else 'finished'}: {done.begun} cells in {done.seconds:.1f} s")
    return done


def report(done: Mapping[Key, Done], outcome: results.Outcome, out: Path) -> None:
    """Print what was measured, what it took, and what is wrong."""
    print(f"\n{results.table(outcome)}\n")
    print(f"{'notebook':<24} {'seed':>4} {'time':>10} {'processors':>12} {'most memory':>13}")
    for (name, seed), one in sorted(done.items()):
        times = f"{one.seconds:8.1f} s {one.processor:10.1f} s"
        print(f"{name:<24} {seed:>4} {times} {one.peak / 2**20:9.0f} MiB")
    seconds, processor = (sum(getattr(o, field) for o in done.values()) for field in ("seconds", "processor"))
    print(f"{'all':<24} {'':>4} {seconds:8.1f} s {processor:10.1f} s")
    failed = {key: one for key, one in done.items() if one.error}
    for (name, seed), one in failed.items():
        print(f"\n{name}.ipynb failed {one.error}\nIts log: {out / f'seed-{seed}' / name}.log")
    if outcome.data == "own":
        print("\nThese are your own texts: nothing was judged.")
    elif outcome.problems or not failed:
        print("\n" + ("\n".join(outcome.problems) or "All claims hold."))


def title(name: str, done: Done) -> str:
    """Return a notebook's first heading, without a number before it."""
    text = "\n".join(cell.source for cell in done.cells)
    heading = re.search(r"^# (?:\d+\W+)?(.+)$", text, re.MULTILINE)
    return heading[1] if heading else name


def store(path: Path, done: Done) -> None:
    """Put the outputs of an executed notebook into the notebook itself, without traces of the run."""
    cells = done.cells
    for cell in cells:
        kept = {name: cell.metadata[name] for name in ("cellView", "jupyter") if name in cell.metadata}
        tagged = {"tags": ["parameters"]} if "parameters" in cell.metadata.get("tags", []) else {}
        cell.metadata = nbformat.from_dict(kept | tagged)  # the folded set-up cell stays folded
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    text = nbformat.writes(notebook) + "\n"
    write(path, text.encode())
    print(f"{path.stem}  outputs stored")


if __name__ == "__main__":
    ends_with_its_children()
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(
            "Interrupted: no outputs and no results were written; with SEEDS the next run goes on from here."
        )
