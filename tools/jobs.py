"""A notebook with a seed as a job: plain data in, plain data out, so that it can be done on any machine."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
from typing import Any

import nbformat

from lecture9_utils.claims import registry
from tools.command import ROOT, isolated, state_of

PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")
MATTER = (*PACKAGES, "gensim", "scipy")
PAPERMILL = {"kernel_name": "python3", "start_timeout": 600, "progress_bar": False, "log_output": True}
PAPERMILL |= {"coalesce_streams": True}  # so that stored outputs are the same each time
PAPERMILL |= {"engine_name": "saves once"}
EXECUTE = '''\
import json, logging, os, sys, threading
import tools  # before papermill
import papermill, psutil

def watch():
    os.read(0, 1)  # returns when whoever started this has ended, in whichever way
    for process in psutil.Process().children(recursive=True):
        process.kill()
    os._exit(1)

class SavesOnce(papermill.engines.NBClientEngine):
    """Writes the executed notebook at the end, however it ends; twice a cell takes ten seconds a notebook."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, *arguments, **options):
        output_path, nb_man.output_path = nb_man.output_path, None
        try:
            super().execute_managed_notebook(nb_man, *arguments, **options)
        finally:
            nb_man.output_path = output_path

papermill.engines.papermill_engines.register("saves once", SavesOnce)
threading.Thread(target=watch, daemon=True).start()
logging.basicConfig(level=logging.INFO, format="%(message)s")
papermill.execute_notebook(**json.loads(sys.argv[1]))
'''


@dataclass(frozen=True)
class Job:
    """A notebook to execute with its parameters; the last four are for this machine alone."""

    name: str
    seed: int
    notebook: str
    values: Mapping[str, Any]
    timeout: int
    variables: Mapping[str, str] = field(default_factory=dict)
    state: str = ""  # where settings and caches are
    folder: str = ""  # where the notebook runs
    log: str = ""

    @property
    def number(self) -> str:
        """The notebook's number, as the registry of claims has it."""
        return self.name[:2]

    def stamp(self) -> str:
        """Return what changes when the job would have to be done again.

        The outputs that are stored in the notebook play no part, nor do the claims of other notebooks.
        """
        cells = [(cell.cell_type, cell.source) for cell in nbformat.reads(self.notebook, as_version=4).cells]
        claims = [claim for claim in registry().values() if claim.notebook == self.number]
        # What a run on the full data keeps in the package is shown by one on the sample.
        kept = ("real",) if self.values.get("DATA") == "full" else ()
        package = state_of(ROOT / "lecture9_utils", left_out=("claims.toml", *kept))
        versions = [sys.version, *map(version, MATTER)]
        known = repr([cells, sorted(self.values.items()), self.seed, claims, package, versions])
        return sha256(known.encode()).hexdigest()


@dataclass
class Done:
    """What became of a job: the executed notebook, what it recorded, and what it took."""

    notebook: str = ""
    records: list[dict[str, Any]] = field(default_factory=list)
    log: str = ""
    error: str = ""
    seconds: float = 0.0
    processor: float = 0.0  # seconds of all processors, the kernel's too
    peak: int = 0  # bytes

    @property
    def cells(self) -> list[Any]:
        """The cells of the executed notebook."""
        cells: list[Any] = nbformat.reads(self.notebook, as_version=4).cells if self.notebook else []
        return cells

    @property
    def begun(self) -> int:
        """How many cells with code were begun."""
        code = [cell for cell in self.cells if cell.cell_type == "code"]
        return sum(bool(cell.metadata.papermill.start_time) for cell in code)

    def kept(self, stamp: str) -> bytes:
        """Write it for `before`."""
        return json.dumps({"stamp": stamp, "done": asdict(self)}, ensure_ascii=False).encode()


def before(path: Path, stamp: str) -> Done | None:
    """Read what an earlier run kept, if it has this stamp."""
    try:
        kept = json.loads(path.read_bytes())
        return Done(**kept["done"]) if kept["stamp"] == stamp else None
    except (OSError, ValueError, KeyError, TypeError):  # there is none, or another program's
        return None


def execute(job: Job) -> Done:
    """Execute a notebook with papermill in a process of its own, and collect what it leaves behind.

    The process ends, and its kernel, when this one ends.
    """
    with TemporaryDirectory(prefix="lecture9-job-", ignore_cleanup_errors=True) as temporary:
        given, executed, records = (Path(temporary, name) for name in ("given.ipynb", "ran.ipynb", "records"))
        given.write_text(job.notebook, "utf-8")
        paths = {"input_path": str(given), "output_path": str(executed), "cwd": job.folder or temporary}
        values = {"parameters": dict(job.values), "execution_timeout": job.timeout}
        command = [sys.executable, "-c", EXECUTE, json.dumps(PAPERMILL | paths | values)]
        variables = isolated(Path(job.state or ROOT / "build" / "state")) | dict(job.variables)
        variables["LECTURE9_RECORDS"] = str(records)
        variables["PYTHONPATH"] = str(ROOT)  # the package of this checkout, whosever environment this is
        log, start, done = Path(job.log or Path(temporary, "log")), time.monotonic(), Done()
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=output, stderr=output, env=variables
            )
            done.processor, done.peak = wait_for(process)
        done.seconds, done.log = time.monotonic() - start, plain(log)
        if executed.exists():
            done.notebook = executed.read_text("utf-8")
        if records.exists():
            done.records = [json.loads(line) for line in records.read_text("utf-8").splitlines()]
        if process.returncode:
            _, raised, what = done.log.rpartition("Traceback (most recent call last)")
            what = what.strip() if raised else "its process was ended"
            done.error = f"in cell [{done.begun}]:\n{indent(what, '    ')}"
        return done


def plain(log: Path) -> str:
    """Read what was logged, without colours."""
    text = log.read_text("utf-8", "replace") if log.exists() else ""
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def wait_for(process: subprocess.Popen[bytes]) -> tuple[float, int]:
    """Wait for a process; return its processor seconds and most memory, with its kernel's; 0 on Windows."""
    if not hasattr(os, "wait4"):
        process.wait()
        return 0.0, 0
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stdin:
        process.stdin.close()
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
