"""What a first visit loads, in the bytes that travel; what a page and an edit take of the processor, whatever else runs; what stays in memory."""

from collections.abc import Iterable
from statistics import median
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from admin_ui.conftest import StaffShop
from customer_gql.admin_ui.built import asset_files
from support.admin_driver import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KILOBYTE = 1000
MEGABYTE = 1000 * KILOBYTE
ADMIN = "admin@example.com"
PAGES = 50


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
    await expect(page.get_by_text(f"{await staff_shop.count_customers()} customers")).to_be_visible()
    desk.requests.clear()
    await page.reload()
    await expect(page.get_by_text(f"{await staff_shop.count_customers()} customers")).to_be_visible()
    assert loaded_bytes(request.url for request in desk.requests) <= 350 * KILOBYTE


def test_no_file_is_larger_than_170_kilobytes(staff_shop: StaffShop):
    assert {name: travelling_bytes(name) for name in asset_files() if travelling_bytes(name) > 170 * KILOBYTE} == {}


async def read_cpu_seconds(browser: Browser) -> float:
    """What the processes of pages have taken of the processor so far, all threads together."""
    session = await browser.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    return sum(one["cpuTime"] for one in told["processInfo"] if one["type"] == "renderer")


async def turn_page(page: Page, name: str) -> None:
    first = page.locator("[role=gridcell][data-field=number]").first
    before = await first.inner_text()
    await page.get_by_role("button", name=name).click()
    await expect(first).not_to_have_text(before)
    await page.wait_for_load_state("networkidle")


async def test_a_page_takes_350_milliseconds_and_fifty_leave_150_megabytes(
    desk: Desk, chrome: Browser, staff_shop: StaffShop
):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/customers")
    await expect(page.locator("[role=gridcell][data-field=number]").first).to_be_visible()
    await turn_page(page, "Next page")
    taken: list[float] = []
    for number in range(PAGES):
        before = await read_cpu_seconds(chrome)
        await turn_page(page, "Previous page" if number % 2 == 0 else "Next page")
        taken.append(await read_cpu_seconds(chrome) - before)
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    heap = (await session.send("Runtime.getHeapUsage"))["usedSize"]
    assert median(taken) <= 0.350
    assert heap < 150 * MEGABYTE


async def test_an_edit_takes_200_milliseconds(desk: Desk, chrome: Browser, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/customers?cols=number,taxVatNumber,email")
    cell = page.locator("[role=gridcell][data-field=taxVatNumber]").nth(1)
    taken: list[float] = []
    for number in range(5):
        await cell.dblclick()
        field = cell.get_by_role("textbox")
        await field.fill(f"CPU-{number}")
        before = await read_cpu_seconds(chrome)
        await field.press("Enter")
        await expect(cell).to_have_text(f"CPU-{number}")
        taken.append(await read_cpu_seconds(chrome) - before)
    assert median(taken) <= 0.200
