"""Attributes in a real Chromium: they are built, seen in their form before they are saved, changed, and deleted."""

import pytest
from playwright.async_api import expect

from admin_ui.conftest import StaffShop
from support.admin_driver import Desk, find_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, VIEWER = "admin@example.com", "viewer@example.com"


async def test_a_choice_is_built_seen_in_its_form_and_deleted(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/attributes")
    table = page.get_by_role("table", name="Attributes")
    await expect(table).to_contain_text("built in")
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="New attribute").click()
    dialog = page.get_by_role("dialog", name="New attribute")
    await dialog.get_by_label("Kind").click()
    await page.get_by_role("option", name="one choice").click()
    await dialog.get_by_role("button", name="Next").click()
    await page.wait_for_url("**/attributes/new?**")
    form = page.get_by_role("form", name="Attribute")
    await form.get_by_label("Code *", exact=True).first.fill("Not A Code")
    await form.get_by_label("Label *", exact=True).fill("Shoe size <b>")
    preview = page.get_by_role("region", name="Preview of the form")
    await expect(preview).to_contain_text("No form shows it")
    await form.get_by_label("Sign-up").check()
    await expect(preview.get_by_label("Shoe size <b>")).to_be_visible()
    await expect(preview.get_by_text("Customers do not see it")).to_be_visible()
    for number, (code, label) in enumerate({"small": "Small", "large": "Large"}.items(), start=1):
        await page.get_by_role("button", name="Add an option").click()
        option = page.get_by_role("group", name=f"Option {number}", exact=True)
        await option.get_by_label("Code").fill(code)
        await option.get_by_label("Label").fill(label)
    await page.get_by_role("button", name="Move option 2 up").click()
    await page.get_by_label("Forms start with option 2").check()
    assert await find_barriers(page) == []
    await preview.get_by_label("Shoe size <b>").click()
    shown = page.get_by_role("option")
    await expect(shown).to_have_text(["–", "Large", "Small"])
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Save and continue").click()
    await expect(form.get_by_label("Code *", exact=True).first).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("Code *", exact=True).first.fill("boot_width")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", name="Shoe size <b>", level=1)).to_be_visible()
    await expect(page.get_by_role("group", name="Option 1", exact=True).get_by_label("Code")).to_be_disabled()
    await page.get_by_label("Label *", exact=True).first.fill("Size of shoes")
    await page.get_by_role("link", name="Attributes").click()
    leave = page.get_by_role("dialog", name="Leave without saving?")
    await leave.get_by_role("button", name="Stay here").click()
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_role("heading", name="Size of shoes", level=1)).to_be_visible()
    await page.get_by_role("button", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Type boot_width to confirm").fill("boot")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(dialog.get_by_text("This is not the code")).to_be_visible()
    await dialog.get_by_label("Type boot_width to confirm").fill("boot_width")
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Delete").click()
    await page.get_by_label("Search attributes").fill("boot_width")
    await expect(page.get_by_text("No attribute matches")).to_be_visible()


async def test_of_a_built_in_field_only_its_form_is_changed(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/attributes?entity=ADDRESS&q=city")
    remove = page.get_by_role("button", name="Delete City")
    await expect(remove).to_have_attribute("aria-disabled", "true")
    await remove.hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("built in")
    await page.mouse.move(0, 0)
    await page.get_by_role("link", name="City", exact=True).click()
    await expect(page.get_by_text("A built-in field.")).to_be_visible()
    await expect(page.get_by_label("Required")).to_be_disabled()
    await expect(page.get_by_text("This field is built in").first).to_be_visible()
    await page.get_by_label("Label *", exact=True).fill("Town")
    await expect(page.get_by_role("region", name="Preview of the form")).to_contain_text("Town")
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Reset").click()
    await expect(page.get_by_label("Label *", exact=True)).to_have_value("City")


async def test_who_may_not_manage_attributes_reads_them(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(VIEWER, staff_shop.passwords[VIEWER], "/attributes?q=first")
    await expect(page.get_by_role("button", name="New attribute")).to_have_count(0)
    await page.get_by_role("table", name="Attributes").get_by_role("link").first.click()
    await expect(page.get_by_label("Label *", exact=True)).to_be_disabled()
    await expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    assert await find_barriers(page) == []
