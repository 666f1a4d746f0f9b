"""Staff, roles, service tokens and the own profile in a real Chromium: who may what, secrets that are shown once."""

import re

import pytest
from playwright.async_api import Page, expect
from pyotp.totp import TOTP

from admin_ui.conftest import StaffShop, add_colleague
from customer_gql.core.permissions import Permission
from support.admin_driver import Desk, find_barriers, read_by_scripts

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, VIEWER = "admin@example.com", "viewer@example.com"


async def open_screen(desk: Desk, shop: StaffShop, path: str, title: str) -> Page:
    page = await desk.sign_in(ADMIN, shop.passwords[ADMIN], path)
    await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    return page


async def test_a_colleague_is_invited_changed_and_withdrawn(desk: Desk, staff_shop: StaffShop):
    page = await open_screen(desk, staff_shop, "/staff", "Staff")
    await expect(page.locator("[role=gridcell][data-field=name]").first).not_to_be_empty()
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Add a staff user").click()
    dialog = page.get_by_role("dialog", name="Add a staff user")
    await dialog.get_by_label("E-mail").fill("nonsense")
    await dialog.get_by_label("Name").fill("Nils Ny")
    await dialog.get_by_label("Role").click()
    await page.get_by_role("option", name="support", exact=True).click()
    await dialog.get_by_role("button", name="Add a staff user").click()
    await expect(dialog.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    assert await find_barriers(page) == []
    await dialog.get_by_label("E-mail").fill("nils@example.com")
    await dialog.get_by_role("button", name="Add a staff user").click()
    await expect(page.get_by_role("heading", name="Nils Ny", level=1)).to_be_visible()
    assert await find_barriers(page) == []
    await page.get_by_label("Job title").fill("Apprentice")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", name="Staff", level=1)).to_be_visible()
    invitations = page.get_by_role("table", name="Invitations")
    await expect(invitations.get_by_text("nils@example.com")).to_be_visible()
    await page.get_by_role("button", name="Withdraw the invitation of Nils Ny").click()
    await page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_text("nils@example.com").locator("visible=true")).to_have_count(1)


async def test_a_role_is_a_matrix_that_tells_what_each_permission_can_do_at_worst(desk: Desk, staff_shop: StaffShop):
    page = await open_screen(desk, staff_shop, "/roles", "Roles")
    await expect(page.get_by_role("table", name="Roles")).to_be_visible()
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Add a role").click()
    matrix = page.get_by_role("table", name="Permissions")
    await expect(matrix.get_by_role("checkbox")).to_have_count(len(Permission))
    await expect(matrix.get_by_text("Takes over accounts")).to_be_visible()
    assert await find_barriers(page) == []
    await page.get_by_role("textbox", name="Name").fill("Readers")
    await matrix.get_by_role("checkbox").first.check()
    await page.get_by_role("navigation").get_by_role("link", name="Staff", exact=True).click()
    await page.get_by_role("dialog", name="Leave without saving?").get_by_role("button", name="Stay here").click()
    await page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Add a role")
    await dialog.get_by_label("Your password").fill("wrong")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_label("Your password")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Your password").fill(staff_shop.passwords[ADMIN])
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name=re.compile("Readers 1 permission All websites"))).to_be_visible()


async def test_the_secret_of_a_token_is_shown_once(desk: Desk, staff_shop: StaffShop):
    page = await open_screen(desk, staff_shop, "/service-tokens", "Service tokens")
    await page.get_by_role("button", name="Create a token").click()
    dialog = page.get_by_role("dialog", name="Create a token")
    await dialog.get_by_label("Purpose").fill("Reports")
    await dialog.get_by_role("table", name="Permissions").get_by_role("checkbox").first.check()
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Create a token").click()
    secret = (await dialog.get_by_role("region", name="Secret of the token").inner_text()).strip()
    assert len(secret) > 20
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert secret not in await read_by_scripts(page)
    await page.get_by_role("button", name="End Reports").click()
    await page.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()
    await expect(page.get_by_role("row", name=re.compile("Reports ended on"))).to_be_visible()
    assert await find_barriers(page) == []


async def test_the_second_factor_is_switched_on_by_a_picture(desk: Desk, staff_shop: StaffShop):
    password = await add_colleague(staff_shop, "factor@example.com", "support")
    page = await desk.sign_in("factor@example.com", password)
    await page.get_by_role("button", name="Demo Factor").click()
    await page.get_by_role("menuitem", name="My profile").click()
    await expect(page.get_by_role("heading", name="My profile", level=1)).to_be_visible()
    await expect(page.get_by_role("table", name="Where you are signed in").get_by_text("this one")).to_be_visible()
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Switch the second factor on").click()
    dialog = page.get_by_role("dialog", name="Switch the second factor on")
    await dialog.get_by_label("Your password").fill(password)
    await dialog.get_by_role("button", name="Next").click()
    await expect(dialog.get_by_role("img", name="QR code for the authenticator app")).to_be_visible()
    assert await find_barriers(page) == []
    secret = await dialog.locator("code").inner_text()
    await dialog.get_by_role("textbox", name="Code").fill(TOTP(secret).now())
    await dialog.get_by_role("button", name="Switch the second factor on").click()
    await expect(dialog.get_by_role("region", name="Recovery codes")).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("button", name="Switch the second factor off")).to_be_visible()


async def test_who_may_not_manage_staff_sees_the_own_profile_alone(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(VIEWER, staff_shop.passwords[VIEWER], "/roles")
    await expect(page.get_by_text("You may not see this")).to_be_visible()
    for name in ("Staff", "Roles", "Service tokens"):
        await expect(page.get_by_role("navigation").get_by_role("link", name=name, exact=True)).to_have_count(0)
    await page.goto(f"{staff_shop.url}/admin/profile")
    await expect(page.get_by_text(VIEWER).first).to_be_visible()
    assert not {"Roles", "StaffList", "ServiceTokens"} & set(desk.operations())
