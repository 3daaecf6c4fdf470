"""A Dask cluster for tests."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tools.command import ROOT

Cluster = tuple[str, list[subprocess.Popen[bytes]]]  # the scheduler's address, and the workers


@contextmanager
def on_loopback() -> Iterator[Cluster]:
    """Start a scheduler and two workers on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    dask = [sys.executable, "-m", "dask"]
    host = ["--host", "127.0.0.1", "--no-dashboard"]
    port = ["--port", address.rpartition(":")[2]]
    worker = [*dask, "worker", address, "--no-nanny", "--nthreads", "1", *host]
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [subprocess.Popen([*dask, "scheduler", *host, *port], **quiet)]
    processes += [subprocess.Popen(worker, **quiet) for _ in range(2)]
    try:
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()
