"""Mails, webhooks and events in a real Chromium: what failed is sent again, templates are shown in a frame that can do nothing."""

import re

import asyncpg
import pytest
from playwright.async_api import Page, expect

from admin_ui.conftest import StaffShop
from support.admin_driver import Desk, find_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, VIEWER = "admin@example.com", "viewer@example.com"


async def open_screen(desk: Desk, shop: StaffShop, path: str, title: str) -> Page:
    desk.url = shop.url
    page = await desk.sign_in(ADMIN, shop.passwords[ADMIN], path)
    await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    return page


async def test_mails_that_failed_are_counted_listed_and_sent_again(desk: Desk, own_shop: StaffShop):
    connection = await asyncpg.connect(own_shop.database_url)
    await connection.execute(
        "INSERT INTO mail_outbox (id, template, recipient, placeholders, dead_at) "
        "SELECT n, 'welcome', 'lost' || n || '@example.com', '{}', now() FROM generate_series(1, 2) n"
    )
    page = await open_screen(desk, own_shop, "/overview", "Overview")
    await page.get_by_role("link", name="Mails that failed: 2").click()
    await expect(page.get_by_role("heading", name="Failed mails", level=1)).to_be_visible()
    await expect(page.get_by_role("gridcell", name="Welcome", exact=True)).to_have_count(2)
    assert await find_barriers(page) == []
    await page.get_by_role("checkbox", name="Select row").first.check()
    await page.get_by_role("button", name="Send again").click()
    dialog = page.get_by_role("dialog", name="Send again")
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Send again").click()
    await expect(page.get_by_role("gridcell", name="Welcome", exact=True)).to_have_count(1)
    assert await connection.fetchval("SELECT count(*) FROM mail_outbox WHERE dead_at IS NOT NULL") == 1
    await connection.close()


async def test_a_template_is_changed_shown_in_a_frame_and_reset(desk: Desk, own_shop: StaffShop):
    page = await open_screen(desk, own_shop, "/mail-templates", "Mail templates")
    assert await find_barriers(page) == []
    await page.get_by_role("link", name="Welcome", exact=True).click()
    form = page.get_by_role("form", name="Welcome")
    await expect(form.get_by_label("Subject")).not_to_be_empty()
    assert await find_barriers(page) == []
    await form.get_by_label("Subject").fill("Hello {{ nobody }}")
    await page.get_by_role("button", name="Save and continue").click()
    await expect(form.get_by_label("Subject")).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("Subject").fill("Hello from the test")
    await form.get_by_label("HTML").fill("<p>Seen in the frame</p><script>parent.document.title = 'broken'</script>")
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Preview").click()
    dialog = page.get_by_role("dialog", name="Preview")
    await expect(dialog.get_by_text("Hello from the test")).to_be_visible()
    await expect(page.frame_locator("iframe[title=HTML]").get_by_text("Seen in the frame")).to_be_visible()
    assert await page.title() != "broken"
    await dialog.get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="Reset to the wider text").click()
    await page.get_by_role("dialog").get_by_role("button", name="Reset to the wider text").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(form.get_by_label("Subject")).not_to_have_value("Hello from the test")


async def test_a_webhook_is_made_and_its_secret_is_shown_once(desk: Desk, own_shop: StaffShop):
    page = await open_screen(desk, own_shop, "/webhooks", "Webhooks")
    await expect(page.get_by_text("There are no webhooks")).to_be_visible()
    await page.get_by_role("button", name="Add a webhook").click()
    dialog = page.get_by_role("dialog", name="Add a webhook")
    await dialog.get_by_label("Name").fill("Accounting")
    await dialog.get_by_label("Address").fill("https://accounting.example.com/hook")
    await dialog.get_by_label("Events").click()
    await page.get_by_role("option", name="Customer created").click()
    await page.keyboard.press("Escape")
    await dialog.get_by_role("button", name="Add a webhook").click()
    await expect(dialog.get_by_role("region", name="Secret of the webhook")).to_contain_text("whsec_")
    await dialog.get_by_role("button", name="Close").click()
    assert await find_barriers(page) == []
    await page.get_by_role("link", name="Accounting").click()
    await expect(page.get_by_text("Nothing was sent yet")).to_be_visible()
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Send a test").click()
    await page.get_by_role("dialog").get_by_role("button", name="Send a test").click()
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await expect(page.get_by_role("table", name="Deliveries").get_by_role("row")).to_have_count(2)
    await page.get_by_role("button", name="Disable").click()
    await page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    await expect(page.get_by_text("Staff disabled it.")).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("There are no webhooks")).to_be_visible()


async def test_events_are_read_by_kind(desk: Desk, own_shop: StaffShop):
    page = await open_screen(desk, own_shop, "/events?types=COMPANY_DELETED", "Events")
    await expect(page.get_by_text("No event of these kinds")).to_be_visible()
    assert await find_barriers(page) == []
    await expect(page.get_by_label("Kinds of events")).to_have_text("Company deleted")


async def test_kinds_of_staff_events_are_words(desk: Desk, own_shop: StaffShop):
    page = await open_screen(desk, own_shop, "/staff-history", "Staff history")
    await expect(page.locator("[role=gridcell][data-field=kind]").first).to_have_text(re.compile("^[A-Z][a-z]"))


async def test_who_may_not_is_told_the_permission(desk: Desk, own_shop: StaffShop):
    desk.url = own_shop.url
    page = await desk.sign_in(VIEWER, own_shop.passwords[VIEWER], "/webhooks")
    await expect(page.get_by_text("You may not see this")).to_be_visible()
    for name in ("Webhooks", "Failed mails", "Mail templates"):
        await expect(page.get_by_role("navigation").get_by_role("link", name=name, exact=True)).to_have_count(0)
    assert not {"Webhooks", "DeadMailList", "MailTemplates"} & set(desk.operations())
