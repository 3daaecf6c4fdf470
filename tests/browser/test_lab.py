"""The notebooks in a real JupyterLab in a real browser: open, Run All, and look at what is there."""

import base64
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from grader.assignment import SOURCE
from tests.browser.conftest import Watched
from tools.command import ROOT

SHOTS = ROOT / "build" / "screenshots"
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
RELEASED = ROOT / "dist" / "lecture9" / "lecture9.ipynb"
ANSWERED = "assignment_answered.ipynb"
SLIDER = "slider.ipynb"
START, RUN = 180, 1800  # seconds that a server, and a notebook, may take
BADGE = "https://colab.research.google.com/assets/"  # the one picture that the notebooks link
EXPECTED = (BADGE,)
SCREEN = {"width": 1280, "height": 2000}
MENU, ENTRY = '.lm-MenuBar-itemLabel:text-is("{}")', '.lm-Menu-itemLabel:text-is("{}")'
OVERFLOWS = """() => [...document.querySelectorAll('.jp-OutputArea-output, .jp-RenderedMarkdown')]
    .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
    .map(e => `${e.scrollWidth} > ${e.clientWidth}: ${e.innerText.slice(0, 80)}`)"""
IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
ASKED = """() => [...document.querySelectorAll('.jp-InputPrompt')]
    .some(e => /\\[(\\*|\\d+)\\]/.test(e.innerText))"""
BROKEN = """address => [...document.querySelectorAll('.jp-Notebook img')]
    .filter(i => i.complete && !i.naturalWidth && !i.src.startsWith(address)).map(i => i.alt)"""


class Lab:
    """A JupyterLab on a loopback port, in a folder of its own, with no settings of the user's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.token = secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/"
        settings = folder.with_name(folder.name + "-settings")
        names = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
        variables = os.environ | {name: str(settings / name.lower()) for name in names}
        variables.pop("LECTURE9_STATIC", None)  # here is a browser for the widgets
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
        command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}"]
        command += [f"--ServerApp.root_dir={folder}", "--allow-root", "--LabApp.news_url=None"]
        self.log = settings.with_suffix(".log").open("w")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=variables)

    def ask(self, path: str, method: str = "GET") -> Any:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.address + path, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")

    def wait_until_up(self) -> None:
        end = time.monotonic() + START
        while time.monotonic() < end:
            try:
                return self.ask("api/status")
            except OSError:
                assert self.process.poll() is None, f"JupyterLab ended: {Path(self.log.name).read_text()}"
                time.sleep(0.5)
        pytest.fail(f"JupyterLab was not up after {START} s")

    def is_idle(self, name: str) -> bool:
        """Ask the server whether the kernel of a notebook is connected and idle."""
        kernels = [session["kernel"] for session in self.ask("api/sessions") if session["path"] == name]
        return any(k["execution_state"] == "idle" and k["connections"] > 0 for k in kernels)

    def saved(self, name: str) -> list[Any]:
        """Return the code cells of a notebook as they are on the disk."""
        notebook = nbformat.reads((self.folder / name).read_text("utf-8"), as_version=4)
        return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    for path in [*LESSONS, SOURCE]:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / (ANSWERED if path == SOURCE else path.name))
    shutil.copy(RELEASED, folder)
    hashing = nbformat.read(folder / "04_one_hot_hashing.ipynb", as_version=4)
    code = [cell for cell in hashing.cells if cell.cell_type == "code"]
    hashing.cells = [*code[:2], *(cell for cell in code if "l9.slider(" in cell.source)]
    nbformat.write(hashing, folder / SLIDER)
    lab = Lab(folder)
    try:
        lab.wait_until_up()
        yield lab
    finally:
        lab.process.terminate()
        lab.process.wait(20)
        lab.log.close()


def until(page: Page, so: Callable[[], object], seconds: float, what: str) -> None:
    """Wait, and let the browser go on meanwhile: `time.sleep` would hold up each request that is watched."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, f"after {seconds} s not so: {what}"
        page.wait_for_timeout(500)


def run_all(lab: Lab, page: Page, name: str) -> list[Any]:
    """Open a notebook, run all cells, and return its code cells as they were saved."""
    page.goto(f"{lab.address}lab/tree/{name}?token={lab.token}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=60_000)
    until(page, lambda: lab.is_idle(name), START, "the kernel is idle and connected")
    page.wait_for_selector(IDLE, timeout=1000 * START)  # so the page knows it too
    page.click(MENU.format("Run"))
    page.click('[data-command="runmenu:run-all"]')  # once: a second time would run it twice
    page.wait_for_function(ASKED, timeout=1000 * START)

    def done() -> bool:
        for _ in range(3):  # the kernel is idle for a moment between two cells
            if not (lab.is_idle(name) and page.query_selector(IDLE)):
                return False
            page.wait_for_timeout(300)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(700)
        cells = lab.saved(name)
        stopping = [cell for cell in cells if "raises-exception" not in cell.metadata.get("tags", [])]
        failed = any(o.output_type == "error" for cell in stopping for o in cell.outputs)
        return failed or all(cell.execution_count for cell in cells)

    until(page, done, RUN, "all cells were executed")
    return lab.saved(name)


def screens(page: Page, name: str, theme: str) -> Iterator[Image.Image]:
    """Go through a notebook in a theme, keep each screen, and give what it shows of the notebook."""
    page.click(MENU.format("Settings"))
    page.hover(ENTRY.format("Theme"))
    page.click(f'[data-command="apputils:change-theme"] >> text="JupyterLab {theme}"')
    page.wait_for_selector(f'body[data-jp-theme-name="JupyterLab {theme}"]', state="attached")
    # JupyterLab lets one scroll on until the last cell has left: that would be an empty screen
    page.locator(".jp-Notebook").evaluate("e => e.classList.remove('jp-mod-scrollPastEnd')")
    scroller = page.locator(".jp-WindowedPanel-outer")
    box = scroller.bounding_box() or {}
    edges = (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
    top, number, more = 0, 0, True
    while more:
        scroller.evaluate("(e, top) => e.scrollTo(0, top)", top)
        page.wait_for_timeout(300)
        shot = page.screenshot(path=str(SHOTS / f"{name}_{theme.lower()}_{number:02}.png"))
        yield Image.open(io.BytesIO(shot)).crop(edges)
        more = scroller.evaluate("e => e.scrollTop + e.clientHeight < e.scrollHeight - 1")
        top, number = top + SCREEN["height"] - 120, number + 1


def colours(picture: Image.Image) -> int:
    """Count the colours of a picture."""
    return len(picture.convert("RGB").getcolors(2**24) or ())


@pytest.fixture
def watched(browser: Browser, lab: Lab) -> Iterator[Watched]:
    SHOTS.mkdir(parents=True, exist_ok=True)
    watched = Watched(browser.new_context(viewport=SCREEN), lab.address)
    yield watched
    watched.page.context.close()
    for session in lab.ask("api/sessions"):  # so that the next notebook has the memory
        lab.ask(f"api/sessions/{session['id']}", "DELETE")


@pytest.mark.parametrize("name", [*(path.name for path in reversed(LESSONS)), ANSWERED])
def test_a_notebook_runs_in_jupyterlab_and_reads_well(lab: Lab, watched: Watched, name: str) -> None:
    page, stem = watched.page, name.removesuffix(".ipynb")
    cells = run_all(lab, page, name)
    outputs = [output for cell in cells for output in cell.outputs]
    assert [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"] == []
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not any("✗" in o.get("text", "") for o in outputs)
    encoded = [o.data["image/png"] for o in outputs if "image/png" in o.get("data", {})]
    pictures = [Image.open(io.BytesIO(base64.b64decode(png))) for png in encoded]
    if name != ANSWERED:
        stored = (ROOT / "notebooks" / name).read_text("utf-8").count('"image/png"')
        assert len(pictures) == stored
    assert [i for i, picture in enumerate(pictures) if colours(picture) < 3] == []
    wrong: set[str] = set()
    for theme in ("Light", "Dark"):
        for shot in screens(page, stem, theme):
            assert colours(shot) > 20, "a screen is blank"
            wrong |= {f"too wide, {text}" for text in page.evaluate(OVERFLOWS)}
            wrong |= {f"not shown: picture {alt!r}" for alt in page.evaluate(BROKEN, BADGE)}
    assert wrong == set()
    assert [url for url in watched.outside if not url.startswith(BADGE)] == []
    assert [error for error in watched.errors if not any(f"({url}" in error for url in EXPECTED)] == []


def test_a_reader_moves_a_slider_and_the_picture_changes(lab: Lab, watched: Watched) -> None:
    page = watched.page
    run_all(lab, page, SLIDER)
    output = page.locator(".jp-Notebook .widget-output")
    output.locator("img").wait_for()
    before = output.locator("img").get_attribute("src")
    assert "Figure: 8 buckets" in output.inner_text()
    page.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    until(page, lambda: "Figure: 9 buckets" in output.inner_text(), 10, "there are 9 buckets")
    assert "8 buckets" not in output.inner_text()
    until(page, lambda: output.locator("img").get_attribute("src") != before, 10, "another picture")
    page.screenshot(path=str(SHOTS / "slider.png"))


def test_the_assignment_as_handed_out_runs_to_its_end_and_says_what_is_not_written(
    lab: Lab, watched: Watched
) -> None:
    cells = run_all(lab, watched.page, RELEASED.name)
    failing = [cell for cell in cells if "raises-exception" in cell.metadata.get("tags", [])]
    errors = [o for cell in failing for o in cell.outputs if o.output_type == "error"]
    assert len(errors) == len(failing) > 20
    assert {error.ename for error in errors} == {"CheckFailedError", "NotImplementedError"}
    assert "tokens is not written yet" in errors[0].evalue
    assert len(errors[0].traceback) == 2  # what is said, and no lines of code
    assert not any(o.get("name") == "stderr" for cell in cells for o in cell.outputs)
