"""Signing in and out in a real Chromium: scenario 1 of the admin UI, and what stands around it."""

import asyncio
import time
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from pyotp.totp import TOTP

from admin_ui.conftest import StaffShop, add_colleague
from support.admin_driver import Desk, fill_sign_in, find_barriers, open_desk, read_by_scripts
from support.processes import post

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, VIEWER = "admin@example.com", "viewer@example.com"


async def test_a_wrong_password_is_told_and_what_was_typed_stays(desk: Desk):
    page = await desk.open()
    await fill_sign_in(page, ADMIN, "not the password at all")
    await expect(page.get_by_role("alert")).to_contain_text("the password or the code is wrong")
    await expect(page.get_by_label("E-mail")).to_have_value(ADMIN)
    assert await find_barriers(page) == []


async def test_what_is_missing_is_told_at_its_field_and_nothing_is_sent(desk: Desk):
    page = await desk.open("/sign-in")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text("Fill this in.")).to_have_count(2)
    assert "SignIn" not in desk.operations()


async def test_support_signs_in_with_a_code_and_all_tabs_share_the_session(
    chrome: Browser, staff_shop: StaffShop, open_url: str
):
    """Served as by default, where only documents of the UI itself have ids."""
    email = "agent@example.com"
    password = await add_colleague(staff_shop, email, "support")
    url = f"{open_url}/admin/graphql"
    secret = await asyncio.to_thread(switch_second_factor_on, url, staff_shop.token, email, password)
    async with open_desk(chrome, open_url) as desk:
        page = await desk.open()
        await fill_sign_in(page, email, password)
        await expect(page.get_by_role("alert")).to_contain_text("the code is wrong")
        await page.get_by_label("Code").fill(TOTP(secret).now())
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(page.get_by_role("heading", name="Welcome, Demo Agent")).to_be_visible()
        assert await find_barriers(page) == []

        await page.reload()
        await expect(page.get_by_role("heading", name="Welcome, Demo Agent")).to_be_visible()
        other = await desk.open()
        await expect(other.get_by_role("heading", name="Welcome, Demo Agent")).to_be_visible()
        assert "SignIn" in desk.operations()

        kept = [(one.get("value", ""), one.get("httpOnly")) for one in await desk.context.cookies()]
        [(session, is_hidden)] = [one for one in kept if one[0].startswith("cgs_")]
        assert is_hidden is True
        for opened in (page, other):
            assert session[4:] not in await read_by_scripts(opened)

        await page.get_by_role("button", name="Demo Agent").click()
        await page.get_by_role("menuitem", name="Sign out").click()
        for opened in (page, other):
            await expect(opened.get_by_role("heading", name="Sign in")).to_be_visible()
        again = await desk.open()
        await expect(again.get_by_role("heading", name="Sign in")).to_be_visible()


SIGN_IN = "mutation S($input: StaffSignInInput!) { staffSignIn(input: $input) { token userErrors { key } } }"
ENROLL = "mutation E($input: StaffTotpEnrollInput!) { staffTotpEnroll(input: $input) { secret userErrors { key } } }"
CONFIRM = "mutation C($input: StaffTotpConfirmInput!) { staffTotpConfirm(input: $input) { userErrors { key } } }"


def switch_second_factor_on(url: str, other_token: str, email: str, password: str) -> str:
    token = run(url, other_token, SIGN_IN, email=email, password=password)["token"]
    secret = run(url, token, ENROLL, password=password)["secret"]
    run(url, token, CONFIRM, code=TOTP(secret).at(int(time.time()) - 30))  # so that the present one is still unused
    return secret


def run(url: str, token: str, document: str, **input: object) -> Any:
    [payload] = post(url, token, document, input=input)["data"].values()
    assert payload["userErrors"] == []
    return payload


async def test_the_page_follows_the_chosen_language_and_scheme(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(VIEWER, staff_shop.passwords[VIEWER])
    await page.get_by_role("button", name="Demo Viewer").click()
    await page.get_by_role("menuitemradio", name="Deutsch").click()
    await page.get_by_role("menuitemradio", name="Dunkel").click()
    await page.keyboard.press("Escape")
    await page.reload()
    await expect(page.get_by_role("heading", name="Willkommen, Demo Viewer")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.locator("html")).to_have_attribute("data-scheme", "dark")
    assert await find_barriers(page) == []


async def test_help_opens_by_its_key_and_names_the_guide(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(VIEWER, staff_shop.passwords[VIEWER])
    await page.keyboard.press("?")
    link = page.get_by_role("link", name="Read about this screen in the guide")
    await expect(link).to_have_attribute(
        "href", "https://github.com/customer-gql/customer-gql/blob/main/docs/guide/start.md"
    )
    assert await find_barriers(page) == []


async def test_a_link_that_does_not_work_is_told_and_its_token_leaves_the_address(desk: Desk):
    page = await desk.open("/reset-password?token=cgi_nobody")
    await page.get_by_label("New password").fill("a-passphrase-of-twenty")
    await page.get_by_label("The same again").fill("a-passphrase-of-twenty")
    assert page.url == f"{desk.url}/admin/reset-password"
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.get_by_role("alert")).to_contain_text("This link does not work")
    assert await find_barriers(page) == []
