"""The web site and the slides as a reader meets them: on a phone and a desk, by day and by night, offline."""

import functools
import http.server
import threading
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import Watched

BUILD = Path(__file__).resolve().parents[2] / "build"
SITE = sorted((BUILD / "site").rglob("*.html"))
SLIDES = sorted((BUILD / "slides" / "notebooks").glob("*.html"))
READ = [path for path in SITE if path.name not in ("search.html", "genindex.html", "py-modindex.html")]


def short(path: Path) -> str:
    return str(path.relative_to(BUILD))


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


@pytest.fixture(scope="session")
def address():
    handler = functools.partial(Quiet, directory=str(BUILD))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_there_is_a_site_with_all_notebooks_and_slides() -> None:
    notebooks = {path.stem for path in (BUILD.parent / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    assert {path.stem for path in SITE if path.parent.name == "notebooks"} == notebooks
    assert {path.stem for path in SLIDES} == notebooks
    assert {"index", "results", "instructors", "api"} <= {path.stem for path in SITE}


@pytest.mark.parametrize("path", READ, ids=short)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_reads_well(browser: Browser, address: str, path: Path, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
    watched = Watched(context, address)
    bytes_read: list[int] = []
    watched.page.on("response", lambda response: bytes_read.append(len(response.body())))
    watched.page.goto(address + short(path), wait_until="networkidle")
    page = watched.page
    assert (watched.outside, watched.errors) == ([], [])
    assert sum(bytes_read) < 2_000_000
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    violations = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    told = [
        f"{v['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for v in violations
        for node in v["nodes"]
    ]
    assert told == []
    context.close()


@pytest.mark.parametrize("path", READ, ids=short)
def test_no_link_is_broken(browser: Browser, address: str, path: Path) -> None:
    page = Watched(browser.new_context(), address).page
    page.goto(address + short(path))
    links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    broken = []
    for link in sorted({urljoin(page.url, link) for link in links if link.startswith(address)}):
        url, anchor = urldefrag(link)
        file = BUILD / unquote(url.removeprefix(address))
        if not file.is_file() or (anchor and f'id="{unquote(anchor)}"' not in file.read_text("utf-8")):
            broken.append(link)
    assert broken == []
    page.context.close()


def test_every_notebook_has_its_pictures() -> None:
    for path in SITE:
        if path.parent.name == "notebooks":
            notebook = BUILD / "site-source" / "notebooks" / f"{path.stem}.ipynb"
            drawn = notebook.read_text("utf-8").count('"image/png"')
            assert 0 < drawn <= path.read_text("utf-8").count("<img"), path.stem


def test_search_finds_a_word_of_one_notebook(browser: Browser, address: str) -> None:
    watched = Watched(browser.new_context(), address)
    watched.page.goto(address + "site/search.html?q=clipping")
    watched.page.wait_for_selector("#search-results li a")
    found = watched.page.eval_on_selector_all("#search-results li a", "links => links.map(link => link.href)")
    assert any("01_mlp_to_rnn" in link for link in found)
    assert (watched.outside, watched.errors) == ([], [])


@pytest.mark.parametrize("path", SLIDES, ids=short)
def test_slides_can_be_shown(browser: Browser, address: str, path: Path) -> None:
    watched = Watched(browser.new_context(viewport={"width": 1280, "height": 800}), address)
    watched.page.goto(address + short(path), wait_until="networkidle")
    assert watched.page.evaluate("Reveal.isReady() && Reveal.getTotalSlides()") > 8
    watched.page.keyboard.press("Space")
    watched.page.wait_for_function("!Reveal.isFirstSlide()")
    assert (watched.outside, watched.errors) == ([], [])
    watched.page.context.close()
