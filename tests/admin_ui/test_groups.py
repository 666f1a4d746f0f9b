"""The screen of customer groups in a real Chromium."""

import pytest
from playwright.async_api import expect

from admin_ui.conftest import StaffShop
from support.admin_driver import Desk, find_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, VIEWER = "admin@example.com", "viewer@example.com"


async def test_a_group_is_added_renamed_and_deleted(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/groups")
    table = page.get_by_role("table", name="Customer groups")
    await expect(table).to_contain_text("Retailer")
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="New group").click()
    dialog = page.get_by_role("dialog", name="New group")
    await dialog.get_by_label("Name").fill("Retailer")
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Name").fill("Schools")
    await dialog.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Edit Schools").click()
    await page.get_by_role("dialog").get_by_label("Name").fill("Schools <b>")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await page.get_by_label("Search groups").fill("Schools")
    await expect(table.get_by_role("row")).to_have_count(2)
    await page.get_by_role("button", name="Delete Schools <b>").click()
    await expect(page.get_by_role("dialog")).to_contain_text("0 customers move to the default group.")
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No group matches")).to_be_visible()


async def test_what_forbids_a_deletion_is_shown_before(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/groups?q=NOT%20LOGGED%20IN")
    await page.get_by_role("button", name="Delete NOT LOGGED IN").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    assert await find_barriers(page) == []


async def test_who_may_not_manage_groups_reads_them(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(VIEWER, staff_shop.passwords[VIEWER], "/groups")
    await expect(page.get_by_role("table", name="Customer groups")).to_contain_text("Retailer")
    await expect(page.get_by_role("main").get_by_role("button", name="New group")).to_have_count(0)
