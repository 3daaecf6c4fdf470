"""The web site and the slides as a reader meets them: on a phone and a desk, by day and by night, offline."""

from collections.abc import Iterator
from urllib.parse import unquote, urldefrag

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import Watched
from tools.command import ROOT

INSIDE = f"{(ROOT / 'build').as_uri()}/"
SITE = {path.relative_to(ROOT / "build").as_posix(): path for path in ROOT.glob("build/site/**/*.html")}
READ = [name for name in SITE if name[5:] not in ("search.html", "genindex.html", "py-modindex.html")]
NOTEBOOKS = sorted(path.stem for path in ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))


@pytest.fixture
def watched(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    options = getattr(request, "param", {})
    watched = Watched(browser.new_context(**options), INSIDE)
    yield watched
    watched.page.context.close()
    assert (watched.outside, watched.errors) == ([], [])


def test_there_is_a_site_with_all_notebooks_and_their_pictures() -> None:
    assert {f"site/{name}.html" for name in ("index", "RESULTS", "instructors", "api")} <= SITE.keys()
    for name in NOTEBOOKS:
        drawn = (ROOT / "docs" / "notebooks" / f"{name}.ipynb").read_text("utf-8").count('"image/png"')
        assert 0 < drawn <= SITE[f"site/notebooks/{name}.html"].read_text("utf-8").count("<img"), name


PHONE = {"viewport": {"width": 390, "height": 800}}


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize(
    "watched", [{**PHONE, "color_scheme": scheme} for scheme in ("light", "dark")], indirect=True, ids=str
)
def test_a_page_reads_well(watched: Watched, name: str) -> None:
    page = watched.page
    page.goto(INSIDE + name, wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    options = {"runOnly": ["wcag2a", "wcag2aa"], "preload": False}
    violations = Axe().run(page, options=options).response["violations"]
    assert [f"{v['id']}: {node['html'][:160]}" for v in violations for node in v["nodes"]] == []


@pytest.mark.parametrize("name", READ)
def test_no_link_is_broken(watched: Watched, name: str) -> None:
    watched.page.goto(INSIDE + name)
    links = watched.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    for link in {link for link in links if link.startswith(INSIDE)}:
        url, anchor = urldefrag(link)
        text = SITE[unquote(url.removeprefix(INSIDE))].read_text("utf-8")
        assert not anchor or f'id="{unquote(anchor)}"' in text, link


def test_search_finds_a_word_of_one_notebook(browser: Browser) -> None:
    page = Watched(browser.new_context(), INSIDE).page
    page.goto(f"{INSIDE}site/search.html?q=nudging")
    page.wait_for_selector("#search-results li a[href*='01_mlp_to_rnn']")


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.parametrize("watched", [{"viewport": {"width": 1280, "height": 800}}], indirect=True, ids=str)
def test_slides_can_be_shown(watched: Watched, name: str) -> None:
    watched.page.goto(f"{INSIDE}slides/notebooks/{name}.html", wait_until="networkidle")
    assert watched.page.evaluate("Reveal.isReady() && Reveal.getTotalSlides()") > 8
    watched.page.keyboard.press("Space")
    watched.page.wait_for_function("!Reveal.isFirstSlide()")
