"""The tab Account and the addresses of a customer in a real Chromium: what is typed is saved, merged, decided or guarded, never lost."""

import re

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

from admin_ui.conftest import StaffShop
from admin_ui.test_customer_page import ADMIN, PLAIN, SUPPORT, VIEWER, find_customer, open_customer
from support.admin_driver import Desk, find_barriers, open_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WITH_ADDRESS = f"{PLAIN} AND id IN (SELECT customer_id FROM address)"


async def open_account(desk: Desk, shop: StaffShop, email: str, path: str) -> Page:
    page = await open_customer(desk, shop, email, f"{path}?tab=account")
    await expect(page.get_by_role("form", name="Account")).to_be_visible()
    return page


async def test_an_account_is_saved_and_errors_stand_at_their_fields(desk: Desk, staff_shop: StaffShop):
    path = await find_customer(staff_shop, WITH_ADDRESS)
    page = await open_account(desk, staff_shop, ADMIN, path)
    assert await find_barriers(page) == []
    before = len(desk.operations())
    await page.get_by_label("E-mail").fill("nonsense")
    await page.get_by_label("Name suffix").fill("Ph. D.")
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Name suffix")).to_have_value("Ph. D.")
    await page.get_by_label("E-mail").fill("right@example.com")
    await page.get_by_label("E-mail").press("Control+Enter")
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    await expect(page.get_by_text(re.compile(r"No\. \d+ · right@example\.com"))).to_be_visible()
    assert desk.operations()[before:].count("CustomerAccountSave") == 2


async def test_what_was_typed_is_not_lost_by_a_click_elsewhere(desk: Desk, staff_shop: StaffShop):
    page = await open_account(desk, staff_shop, SUPPORT, await find_customer(staff_shop, WITH_ADDRESS))
    await page.get_by_label("Middle name").fill("Typed")
    await page.get_by_role("tab", name="Orders").click()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    await expect(dialog).to_be_visible()
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Stay here").click()
    await expect(page.get_by_label("Middle name")).to_have_value("Typed")
    await page.get_by_role("tab", name="Orders").click()
    await dialog.get_by_role("button", name="Leave and lose it").click()
    await expect(page.get_by_role("tab", name="Orders", selected=True)).to_be_visible()


async def test_two_forms_merge_and_ask_about_the_same_field(desk: Desk, chrome: Browser, staff_shop: StaffShop):
    path = await find_customer(staff_shop, WITH_ADDRESS)
    page = await open_account(desk, staff_shop, ADMIN, path)
    async with open_desk(chrome, staff_shop.url) as other_desk:
        other = await open_account(other_desk, staff_shop, SUPPORT, path)
        await save(other, "Middle name", "Theirs")
        await save(page, "Name prefix", "Dr.")
        await expect(page.get_by_label("Middle name")).to_have_value("Theirs")
        await page.get_by_label("Middle name").fill("Mine")
        await save(other, "Middle name", "Again")
    await page.get_by_role("button", name="Save and continue").click()
    dialog = page.get_by_role("dialog", name="Somebody else changed this")
    await expect(dialog.get_by_role("row").last).to_have_text(re.compile("Middle name.*Theirs.*Again.*Mine"))
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_label("Middle name")).to_have_value("Mine")
    await page.get_by_role("button", name="Save and continue").click()
    await dialog.get_by_role("button", name="Save mine").click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    connection = await asyncpg.connect(staff_shop.database_url)
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE middle_name = 'Mine'") == 1
    await connection.close()


async def save(page: Page, label: str, text: str) -> None:
    await page.get_by_label(label).fill(text)
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()


async def test_who_may_not_change_customers_reads_the_account(desk: Desk, staff_shop: StaffShop):
    page = await open_account(desk, staff_shop, VIEWER, await find_customer(staff_shop, PLAIN))
    await expect(page.get_by_label("First name")).to_be_disabled()
    await expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    assert await find_barriers(page) == []


async def test_an_address_is_added_and_errors_stand_at_its_fields(desk: Desk, staff_shop: StaffShop):
    page = await open_customer(desk, staff_shop, SUPPORT, f"{await find_customer(staff_shop, PLAIN)}?tab=addresses")
    await page.get_by_role("button", name="Add an address").click()
    dialog = page.get_by_role("dialog", name="Add an address")
    address = {
        "First name": "Åsa",
        "Last name": "Öberg",
        "Street": "Storgatan 1",
        "Postcode": "nonsense",
        "City": "Umeå",
    }
    for label, text in {**address, "Country": "se", "Telephone": "+46 90 123 45"}.items():
        await dialog.get_by_label(label, exact=True).or_(dialog.get_by_label(f"{label} *", exact=True)).fill(text)
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_label("Postcode")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Postcode").fill("903 27")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Storgatan 1")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert await find_barriers(page) == []
