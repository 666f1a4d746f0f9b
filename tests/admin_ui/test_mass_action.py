"""Actions on many customers in a real Chromium: scenario 5 of the admin UI, and each way out of it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Locator, Page, expect

from admin_ui.conftest import StaffShop
from customer_gql.messaging.jobs.runs.settings import BATCH_ROWS
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.admin_driver import Desk, find_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, VIEWER = "admin@example.com", "viewer@example.com"


async def open_list(desk: Desk, shop: StaffShop, email: str = ADMIN, path: str = "/customers") -> Page:
    page = await desk.sign_in(email, shop.passwords[email], path)
    await expect(page.locator("[role=gridcell][data-field=email]").first).to_be_visible()
    return page


def bulk(page: Page) -> Locator:
    return page.get_by_role("region", name="Selected")


async def select_all(page: Page) -> None:
    await page.get_by_role("checkbox", name="Select all rows").check()
    await bulk(page).get_by_role("button", name=re.compile("Select all that match")).click()


async def choose(page: Page, action: str) -> Locator:
    await bulk(page).get_by_role("button", name="Act on them").click()
    dialog = page.get_by_role("dialog", name="Act on the selected customers")
    await dialog.get_by_label("Action").click()
    await page.get_by_role("option", name=action, exact=True).click()
    return dialog


async def counts(place: Locator) -> dict[str, str]:
    found = place.locator("dl[aria-label='What became of them']")
    names, values = await found.locator("dt").all_inner_texts(), await found.locator("dd").all_inner_texts()
    return dict(zip(names, values, strict=True))


async def test_all_that_match_are_tried_done_and_undone(desk: Desk, staff_shop: StaffShop):
    page = await open_list(desk, staff_shop, path='/customers?filter={"orderCount":{"gte":1}}')
    shown = await page.get_by_text(re.compile(r"^\d+ customers$")).inner_text()
    total = shown.split()[0]
    await select_all(page)
    await expect(bulk(page).get_by_role("status")).to_have_text(f"All that match are selected: {total}")
    assert await find_barriers(page) == []

    dialog = await choose(page, "Add tags")
    await dialog.get_by_label("Tags").fill("tried in the browser")
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Try it").click()
    await expect(dialog.get_by_text(f"Add tags: what would happen to {total} customers")).to_be_visible()
    told = await counts(dialog)
    assert told == {"done": total}
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name=f"Do it for {total} customers").click()

    job = page.get_by_role("complementary", name="Job")
    await expect(job.get_by_text("Action on many: Add tags")).to_be_visible()
    await expect(job.get_by_role("button", name="Undo", exact=True)).to_be_visible()
    assert await counts(job) == told
    assert await find_barriers(page) == []

    await page.reload()
    await expect(job.get_by_text("Action on many: Add tags")).to_be_visible()
    await job.get_by_role("button", name="Undo", exact=True).click()
    await job.get_by_role("button", name="Undo now").click()
    await expect(job.get_by_text("Undo: Add tags")).to_be_visible()
    await expect(job.get_by_role("button", name="Report as a file")).to_be_visible()
    assert await counts(job) == told
    assert await count_tagged(staff_shop, "tried in the browser") == 0


async def count_tagged(shop: StaffShop, tag: str) -> int:
    connection = await asyncpg.connect(shop.database_url)
    found = await connection.fetchval("SELECT count(*) FROM customer_tag WHERE tag = $1", tag)
    await connection.close()
    return found


async def test_a_job_goes_on_without_its_tab_and_a_cancellation_is_told_truthfully(desk: Desk, staff_shop: StaffShop):
    """A customer who is locked by somebody else keeps the job where it is, as long as the test needs."""
    page, total = await open_list(desk, staff_shop), await staff_shop.count_customers()
    connection = await asyncpg.connect(staff_shop.database_url)
    await set_batch(connection, 25)
    async with hold_customer(connection):
        await select_all(page)
        dialog = await choose(page, "Add tags")
        await dialog.get_by_label("Tags").fill("held")
        await dialog.get_by_role("button", name="Try it").click()
        await expect(dialog.get_by_text(f"what would happen to {total} customers")).to_be_visible()
        told = await counts(dialog)
        await dialog.get_by_role("button", name=f"Do it for {total} customers").click()
        job = page.get_by_role("complementary", name="Job")
        await expect(job.get_by_text(f"75 of {total}", exact=True)).to_be_visible()
        address = page.url
        await page.close()

        page = await desk.context.new_page()
        await page.goto(address)
        job = page.get_by_role("complementary", name="Job")
        await expect(job.get_by_role("progressbar")).to_be_visible()
        await job.get_by_role("button", name="Cancel the job").click()
    await expect(job.get_by_text("Somebody canceled it.")).to_be_visible()
    await expect(job.get_by_role("button", name="Do the rest")).to_be_visible()
    ended = {name: int(count) for name, count in (await counts(job)).items()}
    assert ended["done"] + ended["canceled"] == int(told["done"]) == total
    assert ended["done"] == await count_tagged(staff_shop, "held")

    await job.get_by_role("button", name="Do the rest").click()
    await expect(job.get_by_text(re.compile(rf"^{ended['canceled']} of {ended['canceled']}$"))).to_be_visible()
    await expect(job.get_by_role("button", name="Undo", exact=True)).to_be_visible()
    assert await count_tagged(staff_shop, "held") == total
    await connection.close()


async def set_batch(connection: Any, rows: int) -> None:
    async with connection.transaction():
        await set_value(connection, BATCH_ROWS, rows, scope=GLOBAL, scope_id=0)


@asynccontextmanager
async def hold_customer(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """One of the fourth batch: with the three before it, 30 % are done."""
    async with connection.transaction():
        fourth = "SELECT id FROM customer ORDER BY number OFFSET 80 LIMIT 1"
        await connection.execute(f"SELECT 1 FROM customer WHERE id = ({fourth}) FOR UPDATE")
        yield
