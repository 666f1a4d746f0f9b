"""Odd texts, many records, and a service that is slow or fails, in a real Chromium: nothing breaks the layout or loses what was typed."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from playwright.async_api import Browser, Page, Route, expect

from admin_ui.conftest import StaffShop
from admin_ui.test_customer_page import ADMIN, PLAIN, find_customer
from support.admin_driver import Desk, find_barriers, open_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EMOJI = "\U0001f9d1" * 255
HTML = "<img src=x onerror=alert(1)><b>bold</b>"
RIGHT_TO_LEFT = "\u05de\u05e8\u05d9\u05dd \u0643\u0631\u064a\u0645"
NOTE = ("wide" * 400 + "\n" + HTML + "\n" + "\U0001f9e1 " * 2000)[:4000].strip()
ORDERS, ADDRESSES = 2000, 5000
WIDTHS = (390, 1280)


@pytest.fixture
async def desk(chrome: Browser, own_shop: StaffShop) -> AsyncIterator[Desk]:
    async with open_desk(chrome, own_shop.url) as opened:
        yield opened


async def fits_soon(page: Page) -> bool:
    """Tabs and grids take the width of the window some frames after it changed."""
    for _ in range(50):
        if await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            return True
        await asyncio.sleep(0.1)
    return False


async def find_faults(page: Page) -> list[str]:
    """What is too wide, at each width, and what keeps people from using the page."""
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        if not await fits_soon(page):
            found.append(f"wider than {width}")
        found += await find_barriers(page)
    return found


@pytest.mark.parametrize("text", [EMOJI, RIGHT_TO_LEFT, HTML], ids=["emoji", "right to left", "HTML"])
async def test_odd_names_are_saved_and_shown_as_they_were_typed(desk: Desk, own_shop: StaffShop, text: str):
    path = await find_customer(own_shop, PLAIN)
    page = await desk.sign_in(ADMIN, own_shop.passwords[ADMIN], f"{path}?tab=account")
    await page.get_by_label("First name").fill(text)
    await page.get_by_label("Last name").fill(text)
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(text)
    assert await find_faults(page) == []
    await page.reload()
    await expect(page.get_by_label("First name")).to_have_value(text)
    await page.goto(f"{desk.url}/admin/customers?sort=createdAt.desc")
    await expect(page.locator("[role=gridcell][data-field=name]").filter(has_text=text)).to_have_count(1)
    assert await find_faults(page) == []


async def test_a_note_of_4000_characters_is_kept_as_it_was_typed(desk: Desk, own_shop: StaffShop):
    path = await find_customer(own_shop, PLAIN)
    page = await desk.sign_in(ADMIN, own_shop.passwords[ADMIN], f"{path}?tab=notes")
    await page.get_by_role("button", name="Add a note").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Note").fill(NOTE)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("tabpanel").get_by_text(HTML)).to_be_visible()
    assert await find_faults(page) == []
    connection = await asyncpg.connect(own_shop.database_url)
    assert await connection.fetchval("SELECT count(*) FROM customer_note WHERE text = $1", NOTE) == 1
    await connection.close()


_COPY_ORDERS = """
INSERT INTO sales_order (customer_id, id, number, state, status, store_view_id, placed_at, customer_email, customer_email_key,
    customer_name, currency, subtotal, grand_total)
SELECT c.id, 9000000000 + n, 'MANY-' || n, s.state, s.status, c.created_in_store_view_id, now() - n * interval '1 minute', c.email, c.email,
    'Many', 'USD', 100, 100
FROM customer c, generate_series(1, $2::int) n, (SELECT state, status FROM order_status_state WHERE state = 'NEW' LIMIT 1) s
WHERE c.id = $1
"""
_COPY_ADDRESSES = """
INSERT INTO address (customer_id, id, first_name, last_name, street, city, country_code)
SELECT $1, 9000000000 + n, 'Many', 'Addresses', ARRAY['Street ' || n], 'City ' || n, 'NL' FROM generate_series(1, $2::int) n
"""


async def test_a_customer_with_2000_orders_and_5000_addresses_is_read_part_by_part(desk: Desk, own_shop: StaffShop):
    connection = await asyncpg.connect(own_shop.database_url)
    without_orders = f"{PLAIN} AND NOT EXISTS (SELECT FROM sales_order WHERE customer_id = customer.id)"
    path = await find_customer(own_shop, without_orders)
    id = await connection.fetchval(f"SELECT max(id) FROM customer WHERE {without_orders}")
    await connection.execute("DELETE FROM address WHERE customer_id = $1", id)
    await connection.execute(_COPY_ORDERS, id, ORDERS)
    await connection.execute(_COPY_ADDRESSES, id, ADDRESSES)
    await connection.close()
    page = await desk.sign_in(ADMIN, own_shop.passwords[ADMIN], f"{path}?tab=orders")
    rows = page.get_by_role("table", name="Orders").get_by_role("row")
    await expect(page.get_by_text("2,000 orders")).to_be_visible()
    await expect(rows).to_have_count(51)
    await page.get_by_role("button", name="Show more").click()
    await expect(rows).to_have_count(101)
    assert await find_faults(page) == []
    await page.get_by_role("tab", name="Addresses").click()
    await expect(page.get_by_text("5,000 addresses")).to_be_visible()
    await page.get_by_role("button", name="Show more").click()
    await page.get_by_role("searchbox", name="Search").fill("City 4999")
    await expect(page.get_by_text("Street 4999")).to_be_visible()
    assert await find_faults(page) == []


class Service:
    """Stands between the page and the service, as a slow line or a failing machine does."""

    def __init__(self) -> None:
        self.answer = "ok"
        self.go = asyncio.Event()

    async def __call__(self, route: Route) -> None:
        if self.answer == "slow":
            await self.go.wait()
        if self.answer == "busy":
            self.answer = "ok"
            await route.fulfill(status=503, headers={"Retry-After": "2"}, body="")
        elif self.answer == "broken":
            text = '{"errors": [{"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}'
            headers = {"x-request-id": "req-of-the-test", "content-type": "application/graphql-response+json"}
            await route.fulfill(status=500, headers=headers, body=text)
        else:
            await route.continue_()


async def test_a_slow_and_a_failing_service_lose_nothing_that_was_typed(desk: Desk, own_shop: StaffShop):
    path = await find_customer(own_shop, PLAIN)
    page = await desk.sign_in(ADMIN, own_shop.passwords[ADMIN], f"{path}?tab=notes")
    await page.get_by_role("button", name="Add a note").click()
    dialog = page.get_by_role("dialog")
    note, save = dialog.get_by_label("Note"), dialog.get_by_role("button", name="Save")
    await note.fill("Typed with care")
    service = Service()
    await page.route("**/admin/graphql", service)

    service.answer = "broken"
    await save.click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Request req-of-the-test")
    await expect(note).to_have_value("Typed with care")
    assert await find_faults(page) == []

    service.answer = "slow"
    await save.click()
    await expect(save).to_be_disabled()
    await expect(note).to_have_value("Typed with care")
    service.answer = "ok"
    service.go.set()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("Typed with care")).to_have_count(1)

    service.answer = "busy"
    await page.get_by_role("tab", name="Mails").click()
    await expect(page.get_by_text("The request is sent again in")).to_be_visible()
    await expect(
        page.get_by_role("tabpanel", name="Mails").get_by_text("No mail was sent").or_(page.get_by_role("table"))
    ).to_be_visible()
    connection = await asyncpg.connect(own_shop.database_url)
    assert await connection.fetchval("SELECT count(*) FROM customer_note WHERE text = 'Typed with care'") == 1
    await connection.close()
