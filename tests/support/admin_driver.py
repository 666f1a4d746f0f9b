"""What staff do in the admin UI, and what a careful person looks at afterwards."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright, expect

from support.graphiql_driver import FLAGS, chromium

AXE = Path(__file__).parents[2] / "web" / "admin" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_REPORTS = """
    window.__reports = [];
    addEventListener('securitypolicyviolation', (event) => window.__reports.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Desk:
    """One person's browser: its pages share cookies and storage, and all they ask for and complain about is kept."""

    url: str
    context: BrowserContext
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        self.requests.append(request)

    def note_console(self, message: ConsoleMessage) -> None:
        # The browser reports the status of every refusal; a refusal is an answer, not a fault of the page.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def operations(self) -> list[str]:
        """Names of the documents that were asked for, in their order."""
        return [self._read_body(request)["operationName"] for request in self.requests if request.method == "POST"]

    def _read_body(self, request: Request) -> dict[str, Any]:
        return json.loads(request.post_data or "{}")

    async def open(self, path: str = "") -> Page:
        page = await self.context.new_page()
        await page.goto(f"{self.url}/admin{path}")
        return page

    async def sign_in(self, email: str, password: str, path: str = "", code: str = "") -> Page:
        page = await self.open(path)
        await fill_sign_in(page, email, password, code)
        await expect(page.get_by_role("navigation")).to_be_visible()
        return page


async def fill_sign_in(page: Page, email: str, password: str, code: str = "") -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_label("Code").fill(code)
    await page.get_by_role("button", name="Sign in", exact=True).click()


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), headless=True, chromium_sandbox=False, args=FLAGS
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def open_desk(browser: Browser, url: str, **options: Any) -> AsyncIterator[Desk]:
    """A browser of nobody yet. Afterwards nothing was complained about, and nobody else was asked."""
    context = await browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options})
    context.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    await context.add_init_script(_REPORTS)
    desk = Desk(url, context)
    context.on("request", desk.note_request)
    context.on("console", desk.note_console)
    context.on("weberror", lambda fault: desk.complaints.append(str(fault.error)))
    yield desk
    reports = [report for page in context.pages for report in await page.evaluate("window.__reports ?? []")]
    hosts = {
        urlsplit(request.url).hostname for request in desk.requests if not request.url.startswith(("data:", "blob:"))
    }
    await context.close()
    assert desk.complaints == []
    assert reports == []
    assert hosts <= {urlsplit(url).hostname}


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


# What fades in has no contrast yet; what turns for ever is left out.
_SETTLED = """
    Promise.allSettled(document.getAnimations()
        .filter((one) => one.effect.getComputedTiming().iterations !== Infinity).map((one) => one.finished))
"""


async def find_barriers(page: Page) -> list[str]:
    """What axe finds that keeps people from using the page."""
    await page.evaluate(_SETTLED)
    await page.evaluate(_axe())
    found = await page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", _RULES)
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


async def read_by_scripts(page: Page) -> str:
    """All that a script of the page could read of a session."""
    return await page.evaluate(
        "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, location.href, document.documentElement.outerHTML])"
    )
