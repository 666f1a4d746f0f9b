"""The page of one customer in a real Chromium: its buttons and tabs, by what the viewer may do and what rules permit."""

import re
from typing import Any

import asyncpg
import httpx
import pytest
from playwright.async_api import Page, expect

from admin_ui.conftest import StaffShop, add_colleague
from customer_gql.core.ids import encode_id
from support.admin_driver import Desk, find_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, SUPPORT, VIEWER = "admin@example.com", "support@example.com", "viewer@example.com"


async def find_customer(shop: StaffShop, condition: str) -> str:
    """The address of the newest customer of whom that is true."""
    connection = await asyncpg.connect(shop.database_url)
    id = await connection.fetchval(f"SELECT id FROM customer WHERE {condition} ORDER BY id DESC LIMIT 1")
    await connection.close()
    assert id is not None
    return f"/customers/{encode_id('cus', id)}"


async def open_customer(desk: Desk, shop: StaffShop, email: str, path: str) -> Page:
    page = await desk.sign_in(email, shop.passwords[email], path)
    await expect(page.get_by_role("tablist")).to_be_visible()
    return page


CREATE = """mutation C($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { id } } }"""
DELETE = """mutation D($input: CustomerDeleteInput!) { customerDelete(input: $input) { userErrors { key } } }"""


async def add_customer(url: str, shop: StaffShop, email: str) -> str:
    """The address of one more customer, whom the test has to delete: others count the customers of the shop."""
    person = {"email": email, "firstName": "Lea", "lastName": "Ver", "websiteId": encode_id("web", 1)}
    made = await mutate(url, shop, CREATE, {**person, "sendsWelcomeMail": False})
    return f"/customers/{made['customerCreate']['customer']['id']}"


async def delete_customer(url: str, shop: StaffShop, path: str) -> None:
    done = await mutate(url, shop, DELETE, {"id": path.rpartition("/")[2]})
    assert done == {"customerDelete": {"userErrors": []}}


async def mutate(url: str, shop: StaffShop, document: str, given: dict[str, Any]) -> Any:
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {shop.token}"}) as client:
        answer = await client.post("/admin/graphql", json={"query": document, "variables": {"input": given}})
    return answer.json()["data"]


PLAIN = "status = 'ACTIVE' AND locked_until IS NULL AND customer_type = 'INDIVIDUAL'"


async def test_a_customer_is_locked_until_a_time_and_unlocked(desk: Desk, staff_shop: StaffShop):
    page = await open_customer(desk, staff_shop, SUPPORT, await find_customer(staff_shop, PLAIN))
    await page.get_by_role("button", name="Lock", exact=True).click()
    dialog = page.get_by_role("dialog", name="Lock")
    assert await find_barriers(page) == []
    await dialog.get_by_label("Until").fill("2001-01-01T10:00")
    await dialog.get_by_label("Reason").fill("Asked by telephone <b>")
    await dialog.get_by_role("button", name="Lock").click()
    await expect(dialog.get_by_label("Until")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_label("Reason")).to_have_value("Asked by telephone <b>")
    await dialog.get_by_label("Until").fill("2099-01-01T10:00")
    await dialog.get_by_role("button", name="Lock").click()
    await expect(page.get_by_text("locked until Jan 1, 2099")).to_be_visible()
    await expect(page.get_by_text("Locked because: Asked by telephone <b>")).to_be_visible()
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Unlock").click()
    await page.get_by_role("dialog").get_by_role("button", name="Unlock").click()
    await expect(page.get_by_text("locked until")).to_have_count(0)


async def test_a_deletion_tells_what_it_would_do_and_wants_the_number(desk: Desk, staff_shop: StaffShop, open_url: str):
    made = await add_customer(open_url, staff_shop, "leaver@example.com")
    page = await open_customer(desk, staff_shop, ADMIN, made)
    name = await page.get_by_role("heading", level=1).inner_text()
    line = await page.get_by_text(re.compile(r"^No\. \d+ ")).inner_text()
    await page.get_by_role("button", name="Delete customer").click()
    dialog = page.get_by_role("dialog", name=f"Delete {name}?")
    await expect(dialog.get_by_role("table", name="What becomes of the records")).to_be_visible()
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Delete customer").click()
    await expect(dialog.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_role("textbox").fill(re.findall(r"\d+", line)[0])
    await dialog.get_by_role("button", name="Delete customer").click()
    await expect(page).to_have_url(re.compile("/admin/customers$"))
    await page.goto(f"{desk.url}/admin{made}")
    await expect(page.get_by_text("There is no such customer")).to_be_visible()


async def test_what_forbids_a_deletion_stands_in_its_place(desk: Desk, staff_shop: StaffShop):
    path = await find_customer(staff_shop, "customer_type = 'COMPANY_ADMIN' AND status = 'ACTIVE'")
    page = await open_customer(desk, staff_shop, ADMIN, path)
    await page.get_by_role("button", name="Delete customer").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Delete customer")).to_be_disabled()
    await expect(dialog.get_by_role("textbox")).to_have_count(0)


async def test_what_a_rule_forbids_says_why_and_what_is_never_allowed_is_absent(desk: Desk, staff_shop: StaffShop):
    path = await find_customer(staff_shop, f"{PLAIN} AND NOT allows_remote_assistance")
    page = await open_customer(desk, staff_shop, ADMIN, path)
    button = page.get_by_role("button", name="Log in as customer")
    await expect(button).to_have_attribute("aria-disabled", "true")
    await button.hover()
    await expect(page.get_by_role("tooltip")).to_have_text("This customer does not allow staff to sign in as them.")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_who_may_change_nothing_sees_no_button(desk: Desk, staff_shop: StaffShop):
    page = await open_customer(desk, staff_shop, VIEWER, await find_customer(staff_shop, PLAIN))
    await expect(page.get_by_role("toolbar", name="Actions for this customer").get_by_role("button")).to_have_count(0)


async def test_staff_log_in_as_a_customer_who_allows_it_with_a_reason(desk: Desk, staff_shop: StaffShop):
    password = await add_colleague(staff_shop, "helper@example.com", "administrator")
    path = await find_customer(staff_shop, f"{PLAIN} AND allows_remote_assistance")
    page = await desk.sign_in("helper@example.com", password, path)
    await page.get_by_role("button", name="Log in as customer").click()
    dialog = page.get_by_role("dialog", name="Log in as customer")
    await dialog.get_by_role("button", name="Log in as customer").click()
    await expect(dialog.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Reason").fill("Cannot find the invoice")
    await dialog.get_by_role("button", name="Log in as customer").click()
    await expect(dialog.locator("code")).to_have_text(re.compile(r".{20,}"))
    assert await find_barriers(page) == []
