"""Every screen for a viewer without personal data and history (scenario 6 of the admin UI): nothing forbidden is asked for,
masked values are told, and the address of a screen that is not for this viewer names the permission."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Page, Route as HttpRoute, expect

from admin_ui.conftest import StaffShop, add_colleague
from admin_ui.pictures import wait_until_shown
from admin_ui.routes import Route, find_addresses, find_records
from admin_ui.sources import UI, read_texts
from customer_gql.core.permissions import Permission
from support.admin_driver import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EMAIL = "limited@example.com"
ALLOWED = (Permission.CUSTOMERS_READ, Permission.ORDERS_READ, Permission.COMPANIES_READ)


@dataclass
class Answers:
    """What the service said, and how often it refused."""

    count: int = 0
    refused: list[str] = field(default_factory=list)

    async def __call__(self, route: HttpRoute) -> None:
        """Read here and not in the page, which forgets what was still on its way when it is left."""
        if "event-stream" in route.request.headers["accept"]:
            await route.continue_()  # it does not end; the list that it keeps fresh is asked for besides
            return
        answer = await route.fetch()
        told: Any = await answer.json()
        asked = json.loads(route.request.post_data or "{}")["operationName"]
        self.count += 1
        self.refused += [asked for error in told.get("errors", ()) if error["extensions"]["code"] == "FORBIDDEN"]
        await route.fulfill(response=answer)


async def sign_in_as_limited(desk: Desk, shop: StaffShop) -> Page:
    password = await add_colleague(shop, EMAIL, "viewer")
    connection = await asyncpg.connect(shop.database_url)
    await connection.execute(
        "WITH made AS (INSERT INTO staff_role (id, name, permissions) VALUES (98, 'limited', $1) RETURNING id)"
        " UPDATE staff_user SET role_id = made.id FROM made WHERE email = $2",
        [str(one) for one in ALLOWED],
        EMAIL,
    )
    await connection.close()
    return await desk.sign_in(EMAIL, password)


async def test_who_may_see_little_visits_every_screen_and_is_refused_nothing(desk: Desk, staff_shop: StaffShop):
    page = await sign_in_as_limited(desk, staff_shop)
    answers = Answers()
    await desk.context.route("**/admin/graphql", answers)
    addresses = await find_addresses(staff_shop.database_url)
    assert {route.permission for route in addresses.values()} >= {*ALLOWED, Permission.HISTORY_READ, None}
    for address, route in addresses.items():
        await visit(page, desk, address, route)
    records = await find_records(staff_shop.database_url)
    for place, screen in {"customers": "customer", "companies": "company"}.items():
        await open_each_tab(page, f"{desk.url}/admin/{place}/{records[screen]}")
    await expect_masks_in_the_list(page, desk)
    assert answers.refused == []
    assert answers.count > len(addresses)


async def visit(page: Page, desk: Desk, address: str, route: Route) -> None:
    await page.goto(f"{desk.url}/admin{address}")
    if route.permission is None or route.permission in ALLOWED:
        await wait_until_shown(page)
        await expect(page.get_by_text("You may not see this")).to_have_count(0)
        return
    name = read_texts(UI / "texts" / "permissions", "en")[route.permission.name]
    await expect(page.get_by_text(f"It needs the permission “{name}”.")).to_be_visible()


async def open_each_tab(page: Page, address: str) -> None:
    await page.goto(address)
    await wait_until_shown(page)
    names = await page.get_by_role("tab").all_inner_texts()
    assert "History" not in names
    for name in names:
        await page.get_by_role("tab", name=name, exact=True).click()
        await expect(page.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()
        await wait_until_shown(page)


async def expect_masks_in_the_list(page: Page, desk: Desk) -> None:
    await page.goto(f"{desk.url}/admin/customers?cols=number,name,email,dateOfBirth,group")
    for column in ("name", "email", "dateOfBirth"):
        masked = page.locator(f"[role=gridcell][data-field={column}]").first.get_by_title("You may not see this value.")
        await expect(masked).to_have_text(re.compile("^.?•••"))
    group = page.locator("[role=gridcell][data-field=group]").first
    await expect(group).not_to_be_empty()
    await expect(group.get_by_title("You may not see this value.")).to_have_count(0)
