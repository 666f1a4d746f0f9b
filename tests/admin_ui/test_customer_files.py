"""What a customer's page does with files and devices in a real Chromium: a document is sent, kept, got back and removed, and one of two
devices is signed out."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import expect

from admin_ui.conftest import StaffShop
from admin_ui.test_customer_page import ADMIN, add_customer, delete_customer, mutate, open_customer
from customer_gql.core.ids import decode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import open_database
from support.admin_driver import Desk, find_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEWER = "viewer@example.com"
ADD = "mutation A($input: AttributeCreateInput!) { attributeCreate(input: $input) { attribute { id } userErrors { message } } }"
TEXT = b"Two hundred words about nothing.\n"


async def test_a_file_is_sent_kept_got_back_and_removed(
    desk: Desk, staff_shop: StaffShop, open_url: str, tmp_path: Path
):
    contract = {"entity": "CUSTOMER", "code": "contract", "type": "FILE", "label": "Contract <b>", "isVisible": True}
    rules = {"fileExtensions": ["txt"], "maxFileSize": 1000}
    made = await mutate(open_url, staff_shop, ADD, {**contract, "rules": rules, "forms": ["ACCOUNT_EDIT"]})
    assert made["attributeCreate"]["userErrors"] == []
    path = await add_customer(open_url, staff_shop, "with.files@example.com")
    page = await open_customer(desk, staff_shop, ADMIN, f"{path}?tab=account")
    field = page.get_by_role("group", name="Contract <b>")
    await expect(field).to_contain_text(".txt · ≤ 1 kB")
    assert await find_barriers(page) == []
    (tmp_path / "large.txt").write_bytes(b"x" * 2000)
    (tmp_path / "terms.txt").write_bytes(TEXT)
    await field.locator("input[type=file]").set_input_files(tmp_path / "large.txt")
    await expect(field.get_by_role("alert")).to_be_visible()
    await expect(field.get_by_role("status")).to_have_text("No file")
    await field.locator("input[type=file]").set_input_files(tmp_path / "terms.txt")
    await expect(field.get_by_role("status")).to_have_text("terms.txt was sent. Save to keep it.")
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    link = field.get_by_role("link", name="terms.txt")
    async with page.expect_download() as downloading:
        await link.click()
    assert await asyncio.to_thread((await (await downloading.value).path()).read_bytes) == TEXT
    await field.get_by_role("button", name="Remove: Contract <b>").click()
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.reload()
    await expect(field.get_by_role("status")).to_have_text("No file")
    await delete_customer(open_url, staff_shop, path)


async def test_one_device_is_signed_out(desk: Desk, staff_shop: StaffShop, open_url: str):
    path = await add_customer(open_url, staff_shop, "two.devices@example.com")
    async with open_database(staff_shop.database_url, projections=()) as database, database.transaction() as connection:
        for _ in range(2):
            await issue_customer_token(connection, decode_id(path.rpartition("/")[2], "cus"))
    page = await open_customer(desk, staff_shop, ADMIN, f"{path}?tab=sessions")
    buttons = page.get_by_role("button", name="End this session: customer-gql command line")
    await expect(buttons).to_have_count(2)
    await buttons.first.click()
    dialog = page.get_by_role("dialog", name="End session")
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="End session").click()
    await expect(buttons).to_have_count(1)
    connection = await asyncpg.connect(staff_shop.database_url)
    kinds = "SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id DESC LIMIT 1"
    assert await connection.fetchval(kinds, decode_id(path.rpartition("/")[2], "cus")) == "SESSION_REVOKED"
    await connection.close()
    await delete_customer(open_url, staff_shop, path)


async def test_who_may_not_end_sessions_has_no_button(desk: Desk, staff_shop: StaffShop, open_url: str):
    path = await add_customer(open_url, staff_shop, "watched@example.com")
    async with open_database(staff_shop.database_url, projections=()) as database, database.transaction() as connection:
        await issue_customer_token(connection, decode_id(path.rpartition("/")[2], "cus"))
    page = await open_customer(desk, staff_shop, VIEWER, f"{path}?tab=sessions")
    await expect(page.get_by_role("table", name="Sessions")).to_contain_text("command line")
    await expect(page.get_by_role("button", name="End this session")).to_have_count(0)
    await delete_customer(open_url, staff_shop, path)
