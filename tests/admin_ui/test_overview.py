"""The overview in a real Chromium: numbers that lead to the lists they count, and days as a chart."""

import re

import pytest
from playwright.async_api import expect

from admin_ui.conftest import StaffShop
from support.admin_driver import Desk, find_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN = "admin@example.com"


async def test_numbers_lead_to_the_lists_that_they_count(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/overview")
    await expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    for name in ("Customers by group", "Customers by country", "Per day", "In these days"):
        await expect(page.get_by_role("heading", name=name)).to_be_visible()
    assert await find_barriers(page) == []
    locked = page.get_by_role("link", name=re.compile(r"^Locked: \d+"))
    number = re.findall(r"\d+", await locked.get_attribute("aria-label") or "")[0]
    await locked.click()
    await expect(page.get_by_role("heading", name="Customers", level=1)).to_be_visible()
    await expect(page.get_by_text(re.compile(rf"^{number} customers?$")).first).to_be_visible()


async def test_the_address_holds_the_days(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/overview")
    await page.get_by_role("button", name="365 days").click()
    await expect(page).to_have_url(re.compile("days=365"))
    await page.reload()
    await expect(page.get_by_role("button", name="365 days", pressed=True)).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile(r"^Jobs that wait or run: \d"))).to_be_visible()
    assert {one for one in desk.operations() if one.startswith("Overview")} == {"Overview", "OverviewCounts"}
