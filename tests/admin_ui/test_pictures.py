"""Every screen in light, dark and phone width: shown without a fault, and kept as a picture of the guide by `make pictures`."""

import os
from pathlib import Path

import asyncpg
import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from admin_ui.conftest import StaffShop
from admin_ui.pictures import LOOKS, MOST_BYTES, reaches_over_the_edge, take_picture, wait_until_shown
from admin_ui.sources import UI
from customer_gql.core.ids import encode_id
from support.admin_driver import find_barriers, open_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN = "admin@example.com"
KEPT = os.environ.get("PICTURES")
"""Folder that the pictures are for; without it nothing remains of them."""
OPEN = {
    "sign-in": "/sign-in",
    "forgotten-password": "/forgotten-password",
    "choose-password": "/choose-password#token=none",
}
# Where the identity provider sends people, who are led on at once.
PASSED_THROUGH = {"signed-in"}
RECORDS = {
    "customer": (
        "cus",
        "customers/",
        "SELECT customer_id FROM sales_order GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    ),
    "company": (
        "com",
        "companies/",
        "SELECT company_id FROM company_member GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    ),
    "attribute": ("att", "attributes/", "SELECT id FROM attribute WHERE type = 'SELECT' ORDER BY id LIMIT 1"),
}


def screens() -> set[str]:
    return {file.parent.name for file in UI.glob("screens/*/screen.ts")}


async def find_addresses(shop: StaffShop) -> dict[str, str]:
    """Of every screen that is opened with a session."""
    connection = await asyncpg.connect(shop.database_url)
    try:
        found = {
            name: (prefix, place, await connection.fetchval(text)) for name, (prefix, place, text) in RECORDS.items()
        }
    finally:
        await connection.close()
    records = {name: f"/{place}{encode_id(prefix, id)}" for name, (prefix, place, id) in found.items()}
    lists = screens() - set(OPEN) - PASSED_THROUGH - set(RECORDS)
    return {**{name: f"/{name}" for name in lists}, "start": "/", **records}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = Path(KEPT) if KEPT else tmp_path
    place.mkdir(exist_ok=True)
    return place


@pytest.mark.parametrize("look", LOOKS)
async def test_every_screen_is_shown(chrome: Browser, staff_shop: StaffShop, folder: Path, look: str):
    addresses = await find_addresses(staff_shop)
    async with open_desk(chrome, staff_shop.url, **LOOKS[look]) as desk:
        page = await desk.open("/sign-in")
        for name, path in OPEN.items():
            await show(page, desk.url, path, folder / f"{name}-{look}.webp")
        await page.goto(f"{desk.url}/admin/sign-in")
        await page.get_by_label("E-mail").fill(ADMIN)
        await page.get_by_label("Password").fill(staff_shop.passwords[ADMIN])
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(page.get_by_label("Password")).to_have_count(0)
        for name, path in sorted(addresses.items()):
            await show(page, desk.url, path, folder / f"{name}-{look}.webp")
    files = sorted(folder.glob(f"*-{look}.webp"))
    assert {file.stem.removesuffix(f"-{look}") for file in files} == screens() - PASSED_THROUGH
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES // len(LOOKS)
    assert len({file.read_bytes() for file in files}) == len(files), "two screens look the same"
    assert {read_size(file) for file in files} == {tuple(LOOKS[look]["viewport"].values())}


def read_size(file: Path) -> tuple[int, int]:
    with Image.open(file) as picture:
        return picture.size


async def show(page: Page, url: str, path: str, file: Path) -> None:
    await page.goto(f"{url}/admin{path}")
    await wait_until_shown(page)
    assert not await reaches_over_the_edge(page), path
    # The other tests look for barriers in light alone; what dark changes is the contrast.
    if file.stem.endswith("-dark"):
        assert await find_barriers(page) == [], path
    await take_picture(page, file)
