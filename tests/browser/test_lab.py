"""The notebooks in a real JupyterLab in a real browser: open, Run All, and look at what is there."""

import io
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Watched
from PIL import Image
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build" / "screenshots"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
NOTEBOOKS += sorted((ROOT / "build" / "release").glob("*.ipynb"))
START, RUN = 60, 600  # seconds a server, and a notebook, may take


class Lab:
    """A JupyterLab on a loopback port, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.token = secrets.token_hex(16)
        self.address = f"http://127.0.0.1:{self.port}/"
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ip=127.0.0.1",
            f"--port={self.port}",
        ]
        command += [
            "--allow-root",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={folder}",
        ]
        command += ["--ServerApp.port_retries=0", "--LabApp.news_url=None"]
        self.log = (folder / "lab.log").open("w")
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, env={**os.environ, "HOME": str(folder)}
        )

    def ask(self, path: str) -> object:
        request = urllib.request.Request(
            self.address + path, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def wait(self) -> None:
        end = time.monotonic() + START
        while time.monotonic() < end:
            try:
                self.ask("api/status")
                return
            except OSError:
                assert self.process.poll() is None, "JupyterLab ended"
                time.sleep(0.5)
        pytest.fail(f"JupyterLab was not up after {START} s")

    def kernel(self, name: str) -> dict[str, object]:
        sessions = [s for s in self.ask("api/sessions") if s["path"] == name]
        return sessions[0]["kernel"] if sessions else {}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    for path in NOTEBOOKS:
        notebook = json.loads(path.read_text("utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell.update(outputs=[], execution_count=None)
        (folder / path.name).write_text(json.dumps(notebook), "utf-8")
    lab = Lab(folder)
    try:
        lab.wait()
        yield lab
    finally:
        lab.process.terminate()
        lab.process.wait(20)
        lab.log.close()


def open_notebook(lab: Lab, page: Page, name: str) -> None:
    """Open a notebook, and wait until its kernel is connected and idle."""
    page.goto(f"{lab.address}lab/tree/{name}?token={lab.token}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=60_000)
    until(lambda: lab.kernel(name).get("execution_state") == "idle" and lab.kernel(name)["connections"], 60)


def run_all(lab: Lab, page: Page, name: str) -> list[dict]:
    """Run all cells, save, and return the code cells as they are on the disk."""
    prompts = page.locator(".jp-Notebook .jp-CodeCell")
    for _ in range(5):
        page.click("text=Run >> nth=0")
        page.click('[data-command="runmenu:run-all"]')
        page.wait_for_timeout(1500)
        if lab.kernel(name).get("execution_state") == "busy":
            break
    assert prompts.count() > 0
    until(lambda: settled(lab, name), RUN)
    page.wait_for_timeout(1000)
    page.keyboard.press("Control+s")
    path = Path(lab.log.name).parent / name

    def cells() -> list[dict]:
        return [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]

    until(lambda: any(c["execution_count"] for c in cells()), 30)
    page.wait_for_timeout(500)
    return cells()


def settled(lab: Lab, name: str) -> bool:
    """Tell whether the kernel is idle at four looks in a row."""
    for _ in range(4):
        if lab.kernel(name).get("execution_state") != "idle":
            return False
        time.sleep(0.4)
    return True


def until(true, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.5)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_in_jupyterlab(browser: Browser, lab: Lab, path: Path) -> None:
    watched = Watched(browser.new_context(viewport={"width": 1280, "height": 900}), lab.address)
    page = watched.page
    open_notebook(lab, page, path.name)
    cells = run_all(lab, page, path.name)
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert [c["execution_count"] for c in cells] == list(range(1, len(cells) + 1))
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []
    stored = path.read_text("utf-8").count('"image/png"')
    assert sum("image/png" in o.get("data", {}) for o in outputs) == stored
    look(page, path.stem)
    lab_shut(lab, path.name)
    page.context.close()


def look(page: Page, name: str) -> None:
    """Take pictures of the whole notebook in both themes; a picture of the notebook may not be blank."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.click("text=Settings >> nth=0")
        page.hover("text=Theme >> nth=0")
        page.click(f'[data-command="apputils:change-theme"] >> text="{theme}"')
        page.wait_for_selector(f'body[data-jp-theme-name="{theme}"]')
        scroller = page.locator(".jp-WindowedPanel-outer").first
        height = scroller.evaluate("e => e.scrollHeight")
        for number, top in enumerate(range(0, int(height), 800)):
            scroller.evaluate("(e, top) => e.scrollTo(0, top)", top)
            page.wait_for_timeout(250)
            shot = page.screenshot(path=str(SHOTS / f"{name}_{theme.split()[1].lower()}_{number:02}.png"))
            colours = Image.open(io.BytesIO(shot)).convert("RGB").crop((320, 120, 1260, 880)).getcolors(2**20)
            assert colours is None or len(colours) > 2, f"screen {number} of {name} is blank"


def lab_shut(lab: Lab, name: str) -> None:
    """End the kernel, so that the next notebook has the memory."""
    request = urllib.request.Request(
        f"{lab.address}api/kernels/{lab.kernel(name)['id']}",
        method="DELETE",
        headers={"Authorization": f"token {lab.token}"},
    )
    urllib.request.urlopen(request, timeout=30).close()


def test_the_screenshots_are_kept() -> None:
    assert shutil.disk_usage(SHOTS).free > 0
    assert {path.stem for path in NOTEBOOKS} <= {p.name.rsplit("_", 2)[0] for p in SHOTS.glob("*.png")}
