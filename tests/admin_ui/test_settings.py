"""The settings in a real Chromium: at each scope, inherited or not, saved as one form or not at all."""

import re

import asyncpg
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from admin_ui.conftest import StaffShop, add_colleague
from support.admin_driver import Desk, find_barriers, open_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, SUPPORT = "admin@example.com", "support@example.com"


async def open_settings(desk: Desk, shop: StaffShop, query: str, email: str = ADMIN) -> Page:
    page = await desk.sign_in(email, shop.passwords[email], f"/settings{query}")
    await expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    return page


def row(page: Page, label: str) -> Locator:
    return page.get_by_role("form", name="Settings").get_by_role("group", name=label, exact=True)


async def type_value(page: Page, label: str, text: str) -> None:
    setting = row(page, label)
    await setting.get_by_role("checkbox").uncheck()
    await setting.get_by_role("textbox").fill(text)


async def read_stored(shop: StaffShop, path: str) -> list[tuple[str, str]]:
    connection = await asyncpg.connect(shop.database_url)
    rows = await connection.fetch("SELECT scope, value FROM configuration_value WHERE path = $1 ORDER BY scope", path)
    await connection.close()
    return [(one["scope"], one["value"]) for one in rows]


async def test_a_form_is_saved_whole_or_not_at_all(desk: Desk, own_shop: StaffShop):
    desk.url = own_shop.url
    page = await open_settings(desk, own_shop, "?section=carts")
    assert await find_barriers(page) == []
    await type_value(page, "Lines of a cart", "50")
    await type_value(page, "Lifetime of carts", "0")
    await expect(page.get_by_text("2 changes are not saved.")).to_be_visible()
    await page.get_by_role("button", name="Save", exact=True).click()
    lifetime = row(page, "Lifetime of carts").get_by_role("textbox")
    await expect(lifetime).to_have_attribute("aria-invalid", "true")
    assert await find_barriers(page) == []
    assert await read_stored(own_shop, "carts.max_lines") == []
    await lifetime.fill("40")
    await lifetime.press("Control+Enter")
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert await read_stored(own_shop, "carts.max_lines") == [("GLOBAL", "50")]
    assert await read_stored(own_shop, "carts.lifetime_days") == [("GLOBAL", "40")]


async def test_a_narrower_scope_inherits_until_it_has_a_value_and_again_after_a_reset(desk: Desk, own_shop: StaffShop):
    desk.url = own_shop.url
    page = await open_settings(desk, own_shop, "?section=carts")
    await type_value(page, "Quantity of a line", "70")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    await page.get_by_role("combobox", name="Scope").click()
    website = page.get_by_role("option").nth(1)
    await website.click()
    quantity = row(page, "Quantity of a line")
    await expect(quantity.get_by_text("Set for the whole shop")).to_be_visible()
    await expect(quantity.get_by_role("textbox")).to_be_disabled()
    await expect(quantity.get_by_role("textbox")).to_have_value("70")
    await type_value(page, "Quantity of a line", "7")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert await read_stored(own_shop, "carts.max_quantity") == [("GLOBAL", "70"), ("WEBSITE", "7")]
    await page.reload()
    await expect(quantity.get_by_role("textbox")).to_have_value("7")
    await quantity.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert await read_stored(own_shop, "carts.max_quantity") == [("GLOBAL", "70")]
    await page.get_by_role("combobox", name="Scope").click()
    await page.get_by_role("option").nth(2).click()
    await expect(quantity.get_by_text("carts.max_quantity cannot be set at the scope STORE_VIEW.")).to_be_visible()


async def test_settings_are_searched_and_what_is_typed_is_guarded(desk: Desk, staff_shop: StaffShop):
    page = await open_settings(desk, staff_shop, "")
    await page.get_by_label("Search settings").fill("wrong password")
    await expect(row(page, "Wrong passwords until locked")).to_be_visible()
    await type_value(page, "Wrong passwords until locked", "7")
    await page.get_by_label("Search settings").fill("nothing is called this")
    await expect(page.get_by_text("No setting matches")).to_be_visible()
    await page.get_by_role("button", name="Accounts and passwords").click()
    await expect(row(page, "Wrong passwords until locked").get_by_role("textbox")).to_have_value("7")
    await page.get_by_role("navigation").get_by_role("link", name="Customers", exact=True).click()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    await dialog.get_by_role("button", name="Stay here").click()
    await expect(page).to_have_url(re.compile("section=accounts"))
    await row(page, "Wrong passwords until locked").get_by_role("button", name="Undo the change").click()
    await page.get_by_role("navigation").get_by_role("link", name="Customers", exact=True).click()
    await expect(page.get_by_role("heading", name="Customers", level=1)).to_be_visible()


async def test_a_secret_is_stored_and_never_shown(desk: Desk, own_shop: StaffShop):
    desk.url = own_shop.url
    page = await open_settings(desk, own_shop, "?section=captcha")
    secret = row(page, "Secret of the CAPTCHA")
    await expect(secret.get_by_text("No secret is stored.")).to_be_visible()
    await secret.get_by_role("checkbox").uncheck()
    await secret.locator("input[type=password]").fill("very-secret-words")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(secret.get_by_text("A secret is stored; it is never shown.")).to_be_visible()
    await page.reload()
    await expect(secret.locator("input[type=password]")).to_have_value("")
    [(_, stored)] = await read_stored(own_shop, "captcha.secret")
    assert "very-secret-words" not in stored


async def test_two_who_change_one_setting_are_told(desk: Desk, chrome: Browser, own_shop: StaffShop):
    desk.url = own_shop.url
    page = await open_settings(desk, own_shop, "?section=imports")
    async with open_desk(chrome, own_shop.url) as other_desk:
        password = await add_colleague(own_shop, "colleague@example.com", "administrator")
        other = await other_desk.sign_in("colleague@example.com", password, "/settings?section=imports")
        for one, size in ((other, "50"), (page, "60")):
            await type_value(one, "Largest file", size)
            await one.get_by_role("button", name="Save", exact=True).click()
        await expect(other.get_by_text("Saved.", exact=True)).to_be_visible()
    dialog = page.get_by_role("dialog", name="Somebody else changed this")
    await expect(dialog.get_by_role("row").last).to_have_text(re.compile("Largest file.*50.*60"))
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Save mine").click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert await read_stored(own_shop, "imports.max_mebibytes") == [("GLOBAL", "60")]


async def test_settings_with_more_behind_them_tell_it_first(desk: Desk, staff_shop: StaffShop):
    page = await open_settings(desk, staff_shop, "?section=customers")
    sharing = row(page, "Account sharing")
    await expect(sharing.get_by_role("combobox")).to_be_disabled()
    await sharing.get_by_role("button", name="Change it").click()
    dialog = page.get_by_role("dialog", name="Account sharing")
    await expect(dialog.get_by_role("status").or_(dialog.get_by_role("alert")).first).to_be_visible()
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Cancel").click()


async def test_who_may_not_is_told_the_permission(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(SUPPORT, staff_shop.passwords[SUPPORT], "/settings")
    await expect(page.get_by_text("You may not see this")).to_be_visible()
    await expect(page.get_by_role("navigation").get_by_role("link", name="Settings")).to_have_count(0)
    assert not {"Settings", "SettingsPlaces"} & set(desk.operations())
