"""Every tab of the customer in a real Chromium: with its records, empty, and without an answer (scenario 9 of the admin UI)."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser, Route, expect

from admin_ui.conftest import StaffShop, add_colleague
from admin_ui.test_customer_page import (
    ADMIN,
    PLAIN,
    SUPPORT,
    add_customer,
    delete_customer,
    find_customer,
    open_customer,
)
from support.admin_driver import Desk, find_barriers, open_desk
from support.processes import drain, free_port, line, started

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TABS = {
    "Overview": ("CustomerOverview", "Lifetime value"),
    "Account": ("CustomerAccount", "Further information"),
    "Addresses": ("CustomerAddresses", "There are no addresses"),
    "Orders": ("CustomerOrders", "There are no orders"),
    "Cart": ("CustomerCart", "The cart is empty"),
    "Wishlists": ("CustomerWishlists", "Nothing is on a wishlist"),
    "Reviews": ("CustomerReviews", "There are no reviews"),
    "Store credit": ("CustomerCredit", "There are no movements"),
    "Reward points": ("CustomerPoints", "There are no movements"),
    "Newsletter": ("CustomerNewsletter", "never subscribed"),
    "Companies": ("CustomerCompanies", "The customer belongs to no company"),
    "Sessions": ("CustomerSessions", "The customer is not signed in anywhere"),
    "Mails": ("CustomerMails", "No mail was sent"),
    "Notes and tags": ("CustomerNotes", "There are no notes"),
    "History": ("CustomerHistory", "created"),
}


async def test_each_tab_is_empty_in_its_own_words_and_asks_once(desk: Desk, staff_shop: StaffShop, open_url: str):
    made = await add_customer(open_url, staff_shop, "newcomer@example.com")
    page = await open_customer(desk, staff_shop, ADMIN, made)
    assert await page.get_by_role("tab").all_inner_texts() == list(TABS)
    desk.requests.clear()
    for tab, (_, text) in TABS.items():
        await page.get_by_role("tab", name=tab, exact=True).click()
        await expect(page.get_by_role("tabpanel", name=tab)).to_contain_text(text)
        assert await find_barriers(page) == [], tab
    assert {operation for operation, _ in TABS.values()} - set(desk.operations()) <= {"CustomerOverview"}
    await delete_customer(open_url, staff_shop, made)


async def test_each_tab_tells_that_nothing_answers_and_tries_again(desk: Desk, staff_shop: StaffShop):
    page = await open_customer(desk, staff_shop, ADMIN, await find_customer(staff_shop, PLAIN))
    is_down = True

    async def answer(route: Route) -> None:
        await (route.abort() if is_down else route.continue_())

    await page.route("**/admin/graphql", answer)
    for tab in list(TABS)[1:]:
        await page.get_by_role("tab", name=tab, exact=True).click()
        await expect(page.get_by_role("tabpanel", name=tab).get_by_role("alert")).to_contain_text("cannot be reached")
    is_down = False
    await page.get_by_role("tabpanel").get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("tabpanel").get_by_role("table", name="History")).to_be_visible()


@contextmanager
def serve_again(shop: StaffShop, folder: Path, port: int) -> Generator[None]:
    """The shop at an address of the test's own, until the process is killed."""
    settings: dict[str, Any] = {"admin__bucket": 10**8, "environment": "development", "worker": "false"}
    with started(folder, "serve", "--port", port, database_url=shop.database_url, **settings) as service:
        line(service.stderr)
        drain(service)
        yield


async def test_each_tab_tells_that_the_service_is_stopped_and_tries_again(
    chrome: Browser, staff_shop: StaffShop, tmp_path: Path
):
    path, port = await find_customer(staff_shop, PLAIN), free_port()
    async with open_desk(chrome, f"http://127.0.0.1:{port}") as desk:
        with serve_again(staff_shop, tmp_path, port):
            page = await open_customer(desk, staff_shop, ADMIN, path)
            await expect(page.get_by_role("tabpanel")).to_contain_text("Lifetime value")
        # Not even the script of a tab is answered.
        for tab in list(TABS)[1:]:
            await page.get_by_role("tab", name=tab, exact=True).click()
            told = page.get_by_role("tabpanel", name=tab, exact=True).get_by_role("alert")
            await expect(told).to_contain_text("cannot be reached")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
        with serve_again(staff_shop, tmp_path, port):
            await page.get_by_role("tabpanel").get_by_role("button", name="Try again").click()
            await expect(page.get_by_role("tabpanel").get_by_role("table", name="History")).to_be_visible()
            await page.get_by_role("tab", name="Mails").click()
            panel = page.get_by_role("tabpanel", name="Mails")
            await expect(panel.get_by_text("No mail was sent").or_(panel.get_by_role("table"))).to_be_visible()


async def test_a_session_that_ends_while_typing_a_credit_ends_in_one_entry(desk: Desk, staff_shop: StaffShop):
    password = await add_colleague(staff_shop, "cashier@example.com", "administrator")
    path = await find_customer(staff_shop, PLAIN)
    page = await desk.sign_in("cashier@example.com", password, f"{path}?tab=credit")
    await page.get_by_role("button", name="Change store credit").click()
    dialog = page.get_by_role("dialog", name="Change store credit")
    await dialog.get_by_label("Amount").fill("12.34")
    await dialog.get_by_label("Comment").fill("Sorry for the delay")
    assert await find_barriers(page) == []
    connection = await asyncpg.connect(staff_shop.database_url)
    await connection.execute(
        "DELETE FROM staff_session WHERE staff_id = (SELECT id FROM staff_user WHERE email = 'cashier@example.com')"
    )
    await dialog.get_by_role("button", name="Change store credit").click()
    over = page.get_by_role("dialog", name="Your session has ended")
    await over.get_by_label("Password").fill(password)
    await over.get_by_role("button", name="Sign in", exact=True).click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("cell", name="Sorry for the delay")).to_have_count(1)
    found = await connection.fetchval("SELECT count(*) FROM store_credit_entry WHERE comment = 'Sorry for the delay'")
    await connection.close()
    assert (found, desk.operations().count("CustomerCreditAdjust")) == (1, 2)


async def test_notes_tags_newsletter_and_history_follow_each_other(desk: Desk, staff_shop: StaffShop):
    path = await find_customer(staff_shop, PLAIN)
    page = await open_customer(desk, staff_shop, SUPPORT, f"{path}?tab=notes")
    await page.get_by_role("button", name="Add a note").click()
    text = "<b>Call</b> \u05e9\u05dc\u05d5\u05dd " + "x" * 3900
    await page.get_by_role("dialog").get_by_label("Note").fill(text)
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_text("<b>Call</b>")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Add a tag").click()
    await page.get_by_role("dialog").get_by_label("Tag").fill("Angry")
    await page.get_by_role("dialog").get_by_role("button", name="Add a tag").click()
    await expect(page.get_by_role("tabpanel").get_by_text("Angry", exact=True)).to_be_visible()
    await page.get_by_role("tab", name="Newsletter").click()
    await page.get_by_role("button", name="ubscribe:").first.click()
    await page.get_by_role("tab", name="History").click()
    table = page.get_by_role("table", name="History")
    await expect(table.get_by_role("row").filter(has_text="tags changed").first).to_contain_text("Demo Support")
    await page.get_by_label("What").click()
    await page.get_by_role("option", name="note changed").click()
    await expect(table.get_by_role("cell", name="note changed").first).to_be_visible()
    await expect(table.get_by_role("cell", name="tags changed")).to_have_count(0)
    assert await find_barriers(page) == []
