"""What a person does with the page, and what a careful one looks at afterwards."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, async_playwright

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The browser itself cannot reach anything either.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
QUERY_EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror"
RESULT = "document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()"
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"


def chromium() -> str | None:
    named = os.environ.get("CUSTOMER_GQL_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass
class Visit:
    """A fresh browser, and all it asked for and complained about."""

    context: BrowserContext
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hosts(self) -> set[str | None]:
        return {urlsplit(url).hostname for url in self.requests if not url.startswith("data:")}

    def note_console(self, message: ConsoleMessage) -> None:
        # A refusal without a token is an answer, not a fault of the page.
        if message.type in {"error", "warning"} and "status of 401" not in message.text:
            self.complaints.append(message.text)


@asynccontextmanager
async def visit(profile: Path) -> AsyncIterator[Visit]:
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium(), headless=True, chromium_sandbox=False, args=FLAGS
        )
        context.set_default_timeout(15_000)
        seen = Visit(context)
        context.on("request", lambda request: seen.requests.append(request.url))
        context.on("console", seen.note_console)
        context.on("weberror", lambda fault: seen.complaints.append(str(fault.error)))
        yield seen
        await context.close()


async def open_page(seen: Visit, url: str) -> Page:
    page = await seen.context.new_page()
    await page.goto(url)
    await page.wait_for_selector(".graphiql-query-editor .CodeMirror")
    return page


async def type_token(page: Page, token: str) -> None:
    await page.get_by_label("Token").fill(token)
    await page.get_by_label("Token").press("Enter")


async def write(page: Page, editor: str, text: str) -> None:
    await page.click(f"{editor} .CodeMirror:visible")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.insert_text(text)


async def run_query(page: Page, query: str | None = None, variables: dict[str, object] | None = None) -> None:
    if query is not None:
        await write(page, ".graphiql-query-editor", query)
        # GraphiQL reads a query a moment after it is written; until then it would send the old operation's name.
        await until(page, f"{QUERY_EDITOR}.documentAST?.loc.source.body === {QUERY_EDITOR}.getValue()")
    if variables is not None:
        await page.get_by_role("button", name="Variables", exact=True).click()
        await write(page, "[aria-label='Variables']", json.dumps(variables))
    await page.evaluate("document.querySelector('.result-window .CodeMirror').CodeMirror.setValue('')")
    await page.get_by_role("button", name="Execute query").click()
    await until(page, f"{RESULT}.trim().startsWith('{{')")


async def until(page: Page, condition: str) -> None:
    """Playwright's own wait evaluates text inside the page, which the page's policy rightly refuses."""
    async with asyncio.timeout(15):
        while not await page.evaluate(condition):
            await asyncio.sleep(0.05)


async def result_text(page: Page) -> str:
    return await page.evaluate(RESULT)


async def stored(page: Page) -> str:
    """All that would survive this page, as text to search in."""
    return await page.evaluate(STORED) + json.dumps(await page.context.cookies())
