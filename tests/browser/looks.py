"""A page in every width and both modes, with a screenshot of each; and the question whether everyone can use it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = Path(os.environ.get("CI_ARTIFACTS", ROOT / ".jobsite-screenshots"))
WIDTHS = (1280, 390, 1920)
MODES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SERIOUS = ("serious", "critical")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    width: int
    mode: str

    @property
    def is_judged(self) -> bool:
        """Whether axe-core, half of a look's time, is asked: in both modes, and in both layouts."""
        return (self.width, self.mode) in {(1280, "light"), (390, "dark")}


def each_look(page: Page, url: str, name: str) -> Iterator[Look]:
    """Opens `url` once for each mode, widens and narrows it, and refuses what would make a person scroll sideways."""
    for mode in MODES:
        page.emulate_media(color_scheme=mode)
        page.goto(url)
        settle(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            _assert_fits(page)
            screenshot(page, f"{name}-{width}-{mode}")
            yield Look(width=width, mode=mode)


def settle(page: Page) -> None:
    """Until scripts and fonts are there; not until the network is quiet, which a live page never lets it be."""
    page.wait_for_load_state("load")
    page.wait_for_function("!document.documentElement.hasAttribute('x-cloak')")
    page.evaluate("() => document.fonts.ready.then(() => true)")


def screenshot(page: Page, name: str) -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path


def assert_accessible(page: Page) -> None:
    """No serious or critical barrier that axe-core knows."""
    found: list[dict[str, Any]] = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    barriers = [_words(barrier) for barrier in found if barrier["impact"] in SERIOUS]
    assert not barriers, f"{page.url}\n" + "\n".join(barriers)


def _words(barrier: dict[str, Any]) -> str:
    nodes = "\n".join(
        f"    {node['html'][:160]}\n      {node['failureSummary'][:300]}" for node in barrier["nodes"][:4]
    )
    return f"{barrier['impact']} {barrier['id']}: {barrier['help']} ({len(barrier['nodes'])})\n{nodes}"


def _assert_fits(page: Page) -> None:
    wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room, f"{page.url} is {wide} wide in a window of {room}"
