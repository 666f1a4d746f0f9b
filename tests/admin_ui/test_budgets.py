"""What a first visit loads, in the bytes that travel."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from admin_ui.conftest import StaffShop
from customer_gql.admin_ui.built import asset_files
from support.admin_driver import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KILOBYTE = 1000


def loaded_bytes(urls: Iterable[str]) -> int:
    names = {urlsplit(url).path.removeprefix("/admin/assets/") for url in urls if "/admin/assets/" in url}
    return sum(travelling_bytes(name) for name in names)


def travelling_bytes(name: str) -> int:
    asset = asset_files()[name]
    return asset.encoded.get("br", asset.path).stat().st_size


async def test_the_sign_in_loads_170_kilobytes_and_the_list_350(desk: Desk, staff_shop: StaffShop):
    page = await desk.open("/sign-in")
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    await page.wait_for_load_state("networkidle")
    assert loaded_bytes(request.url for request in desk.requests) <= 170 * KILOBYTE

    email = "viewer@example.com"
    page = await desk.sign_in(email, staff_shop.passwords[email], "/customers")
    await expect(page.get_by_text("250 customers")).to_be_visible()
    desk.requests.clear()
    await page.reload()
    await expect(page.get_by_text("250 customers")).to_be_visible()
    assert loaded_bytes(request.url for request in desk.requests) <= 350 * KILOBYTE


def test_no_file_is_larger_than_170_kilobytes(staff_shop: StaffShop):
    assert {name: travelling_bytes(name) for name in asset_files() if travelling_bytes(name) > 170 * KILOBYTE} == {}
