"""The other lists in a real Chromium: each shows rows, sorts, filters by frequent values, and tells what is empty."""

import re
import secrets

import httpx
import pytest
from playwright.async_api import expect

from admin_ui.conftest import StaffShop
from support.admin_driver import Desk, find_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, VIEWER = "admin@example.com", "viewer@example.com"
LISTS = {
    "orders": ("Orders", "number"),
    "reviews": ("Reviews", "title"),
    "now-online": ("Now online", "kind"),
    "history": ("History", "kind"),
    "staff-history": ("Staff history", "kind"),
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_shows_its_rows_in_three_requests(desk: Desk, staff_shop: StaffShop, name: str):
    title, column = LISTS[name]
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], f"/{name}")
    await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    await expect(page.locator(f"[role=gridcell][data-field={column}]").first).not_to_be_empty()
    await expect(page.get_by_role("navigation").get_by_role("link", name=title, exact=True)).to_be_visible()
    asked = [one for one in desk.operations() if re.search("(List|Rows|Count)$", one)]
    assert len(asked) == 3
    assert await find_barriers(page) == []


async def test_deleted_customers_are_none_at_first(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(
        VIEWER, staff_shop.passwords[VIEWER], "/deleted-customers?filter={%22number%22:{%22eq%22:1}}"
    )
    await expect(page.get_by_text("No deleted customer matches")).to_be_visible()
    assert await find_barriers(page) == []


async def test_frequent_values_narrow_the_list_and_sorting_takes_two_columns(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/orders")
    await page.get_by_role("button", name="Frequent values").click()
    states = page.get_by_role("group", name="State", exact=True)
    first = states.get_by_role("checkbox").first
    label = await states.locator("label").first.inner_text()
    value, count = re.fullmatch(r"(.+) \((\d+)\)", label).groups()  # pyright: ignore[reportOptionalMemberAccess]
    assert await find_barriers(page) == []
    await first.check()
    await expect(page.get_by_text(f"{count} orders", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name=f"State is one of {value}")).to_be_visible()
    await page.get_by_role("button", name="Sort", exact=True).click()
    dialog = page.get_by_role("dialog", name="Sort")
    await dialog.get_by_label("Sort by").click()
    await page.get_by_role("option", name="Placed", exact=True).click()
    await dialog.get_by_label("Then by").first.click()
    await page.get_by_role("option", name="Total", exact=True).click()
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Apply").click()
    await page.wait_for_url("**sort=**")
    assert "facets=shown" in page.url


async def test_who_comes_is_shown_without_a_reload(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/now-online")
    count = page.get_by_text(re.compile(r"^\d+ (person|people) online$"))
    before = int((await count.inner_text()).split()[0])
    headers = {"X-Visitor": secrets.token_hex(16)}
    body = {"query": "mutation { visitorPing { isRecorded userErrors { code } } }"}
    async with httpx.AsyncClient(headers=headers) as guest:
        told = (await guest.post(f"{staff_shop.url}/graphql", json=body)).json()
    assert told["data"]["visitorPing"] == {"isRecorded": True, "userErrors": []}
    await expect(count).to_have_text(f"{before + 1} people online")
