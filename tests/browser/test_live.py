"""A part of a page stays fresh without a reload, disturbs nobody, and says when it can not."""

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.live_site import PART, Part
from tests.browser.watch import Watch

_BESIDE = django_settings.BASE_DIR / "tests" / "browser" / "templates"


@pytest.fixture
def live(page: Page, live_server: LiveServer, settings: Settings) -> Page:
    """The page after its first answer. Its clock moves only when a test says so."""
    settings.ROOT_URLCONF = "tests.browser.live_site"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], _BESIDE]}]
    vars(PART).update(vars(Part()))
    page.clock.install()
    page.goto(f"{live_server.url}/live/")
    expect(page.locator("li")).to_have_text(["one do"])
    return page


def wait(page: Page, seconds: float = 2.1) -> None:
    """Lets so much time pass in the page, and its request end."""
    page.clock.run_for(int(seconds * 1000))
    page.wait_for_load_state("networkidle")


def test_what_is_new_appears_and_the_rest_stays(live: Page) -> None:
    live.locator("summary").click()
    live.get_by_label("typed").fill("half a wo")
    live.locator("#line-one button").focus()
    live.evaluate("document.querySelector('#line-one').mine = true")
    PART.lines = ("zero", "one", "two")
    wait(live)
    expect(live.locator("li")).to_have_text(["zero do", "one do", "two do"])
    assert live.locator(".more").is_visible()
    assert live.locator(".more").inner_text() == "3 lines"
    assert live.get_by_label("typed").input_value() == "half a wo"
    assert (
        live.evaluate("document.querySelector('#line-one').mine && document.activeElement.parentNode.id") == "line-one"
    )


@pytest.mark.parametrize("lines", [("two", "one"), ("three",), (), ("one", "three", "two", "zero")])
def test_lines_come_go_and_change_places(live: Page, lines: tuple[str, ...]) -> None:
    PART.lines = ("one", "two")
    wait(live)
    PART.lines = lines
    wait(live)
    expect(live.locator("li")).to_have_text([f"{line} do" for line in lines])


def test_nothing_is_touched_while_nothing_is_new(live: Page) -> None:
    live.evaluate("""() => { window.touched = 0; new MutationObserver(all => touched += all.length)
        .observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true}) }""")
    before = PART.asked
    for _ in range(3):
        with live.expect_response("**/live/part") as answer:
            wait(live)
        assert answer.value.status == 304
    assert PART.asked == before + 3
    assert live.evaluate("touched") == 0


def test_it_says_since_when_nothing_answers_and_asks_less_often(live: Page, watch: Watch) -> None:
    watch.forgive("503")
    PART.status = 503
    wait(live)
    expect(live.locator("#live-note")).to_contain_text("No answer since")
    before = PART.asked
    for _ in range(30):
        wait(live)
    assert PART.asked - before <= 5
    PART.status = 200
    for _ in range(31):
        wait(live)
    expect(live.locator("#live-note")).to_have_count(0)


@pytest.mark.parametrize(("status", "words"), [(401, "logged out"), (403, "no longer see"), (302, "logged out")])
def test_without_a_right_to_it_nothing_is_asked_any_more(live: Page, watch: Watch, status: int, words: str) -> None:
    watch.forgive("401", "403")
    PART.status = status
    wait(live)
    expect(live.locator("#live-note")).to_contain_text(words)
    expect(live.get_by_role("link", name="Log in again")).to_be_visible()
    before = PART.asked
    wait(live, 60)
    assert PART.asked == before


def test_a_hidden_tab_asks_nothing_and_is_fresh_when_shown(live: Page) -> None:
    hide = """is => {
        Object.defineProperty(document, "hidden", {value: is, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    live.evaluate(hide, True)
    before = PART.asked
    PART.lines = ("fresh",)
    wait(live, 60)
    assert PART.asked == before
    live.evaluate(hide, False)
    expect(live.locator("li")).to_have_text(["fresh do"])


def test_a_page_left_open_leaks_nothing(live: Page) -> None:
    """As many answers as in ten minutes, each of them new: the page ends with the nodes and listeners it had."""
    devtools = live.context.new_cdp_session(live)
    devtools.send("Performance.enable")

    def counted() -> dict[str, float]:
        devtools.send("HeapProfiler.collectGarbage")
        metrics = {m["name"]: m["value"] for m in devtools.send("Performance.getMetrics")["metrics"]}
        return {name: metrics[name] for name in ("Nodes", "JSEventListeners")}

    wait(live)
    before = counted()
    for turn in range(300):
        PART.lines = tuple(f"{turn}-{line}" for line in range(5))
        with live.expect_response("**/live/part"):
            live.clock.run_for(2000)
    PART.lines = ("one",)
    wait(live)
    expect(live.locator("li")).to_have_text(["one do"])
    after = counted()
    assert after["Nodes"] <= before["Nodes"] + 50
    assert after["JSEventListeners"] <= before["JSEventListeners"]
