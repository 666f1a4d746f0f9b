"""Files in a real Chromium: an import with its mapping, errors at cells, trial and report, and scenario 8, the export."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from admin_ui.conftest import StaffShop
from support.admin_driver import Desk, find_barriers, open_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, SUPPORT = "admin@example.com", "support@example.com"
ROWS = 5000
PATIENCE = 120_000
"""Thousands of rows are imported and written on a machine that does other things too."""


@pytest.fixture
async def desk(chrome: Browser, own_shop: StaffShop):
    async with open_desk(chrome, own_shop.url) as opened:
        yield opened


def write_table(folder: Path) -> Path:
    """A table of many customers, one of them with an address that is none."""
    file = folder / "many.csv"
    rows = [f"many.{number}@example.net,Many,One,=1+1" for number in range(ROWS)]
    file.write_text("\n".join(["Mail,Given,Family,Tax", *rows, "nonsense,Many,Wrong,"]) + "\n", encoding="utf-8")
    return file


async def map_column(page: Page, column: str, target: str) -> None:
    await page.get_by_label(column, exact=True).click()
    await page.get_by_role("option", name=re.compile(f"^{target}")).first.click()


async def test_a_table_is_mapped_tried_and_imported_and_its_rows_are_exported(
    desk: Desk, chrome: Browser, own_shop: StaffShop, tmp_path: Path
):
    page = await desk.sign_in(ADMIN, own_shop.passwords[ADMIN], "/imports")
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    await expect(page.get_by_text("No file was imported yet")).to_be_visible()
    await page.get_by_role("button", name="Import a file").click()
    dialog = page.get_by_role("dialog", name="Import a file")
    await dialog.locator("input[type=file]").set_input_files(write_table(tmp_path))
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Upload").click()
    await expect(page.get_by_role("heading", name="many.csv")).to_be_visible()
    await map_column(page, "Mail", "E-mail")
    await map_column(page, "Given", "First name")
    await map_column(page, "Family", "Last name")
    await map_column(page, "Tax", "Tax")
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Use this mapping").click()
    await expect(page.get_by_role("region", name="First rows")).to_contain_text("many.0@example.net")
    await page.get_by_role("button", name="Import", exact=True).click()
    job = page.get_by_role("complementary", name="Job")
    await expect(job.get_by_text("Import", exact=True).first).to_be_visible()
    await expect(job.get_by_role("button", name="Report as a file")).to_be_visible()
    await expect(job.get_by_text("5,001 of 5,001")).to_be_visible()
    await expect(page.get_by_text("Line 5002, Mail:")).to_be_visible()
    assert await find_barriers(page) == []
    await export_and_compare(page, desk, chrome, own_shop)


async def export_and_compare(page: Page, desk: Desk, chrome: Browser, shop: StaffShop) -> None:
    await page.goto(
        f'{desk.url}/admin/customers?filter={{"email":{{"startsWith":"many."}}}}&cols=number,email,taxVatNumber'
    )
    await expect(page.get_by_text("5,000 customers", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export the list")
    await expect(dialog).to_contain_text("5,000 rows are written")
    await dialog.get_by_label("Format").click()
    await page.get_by_role("option", name="CSV").click()
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Make the file").click()
    job = page.get_by_role("complementary", name="Job")
    await expect(job.get_by_text("5,000 rows")).to_be_visible()
    assert await find_barriers(page) == []

    async with page.expect_download() as started:
        await job.get_by_role("button", name="Download").click()
    text = Path(await (await started.value).path()).read_text(encoding="utf-8-sig")
    [titles, *rows] = list(csv.reader(io.StringIO(text)))
    assert (len(titles), len(rows)) == (3, ROWS)
    assert {row[2] for row in rows} == {"'=1+1"}

    await page.route("**/admin/files/**", lambda route: route.abort())
    async with page.expect_response(lambda answer: "DownloadLink" in (answer.request.post_data or "")) as told:
        await job.get_by_role("button", name="Download").click()
    link = (await (await told.value).json())["data"]["downloadLinkCreate"]["url"]
    async with open_desk(chrome, shop.url) as other:
        colleague = await other.sign_in(SUPPORT, shop.passwords[SUPPORT])
        answer = await colleague.request.get(f"{shop.url}{link}")
        assert answer.status == 404


async def test_jobs_of_all_kinds_are_in_one_place(desk: Desk, own_shop: StaffShop):
    page = await desk.sign_in(ADMIN, own_shop.passwords[ADMIN], "/jobs")
    table = page.get_by_role("region", name="Jobs and exports")
    await expect(table.get_by_role("row").filter(has_text="Export").filter(has_text="Demo Admin")).to_be_visible()
    await expect(table.get_by_role("row").filter(has_text="Import")).to_be_visible()
    assert await find_barriers(page) == []
    await page.get_by_label("Kind").click()
    await page.get_by_role("option", name="Import").click()
    await expect(table.get_by_role("row").filter(has_text="Export")).to_have_count(0)
    await table.get_by_role("button", name="Import").click()
    job = page.get_by_role("complementary", name="Job")
    await expect(job.get_by_text("5,001 of 5,001")).to_be_visible()
    await page.reload()
    await expect(job.get_by_text("5,001 of 5,001")).to_be_visible()
    assert await find_barriers(page) == []


async def test_a_customer_is_created_after_what_was_wrong_is_told(desk: Desk, own_shop: StaffShop):
    page = await desk.sign_in(ADMIN, own_shop.passwords[ADMIN], "/customers")
    await page.get_by_role("button", name="Create", exact=True).click()
    dialog = page.get_by_role("dialog", name="Create a customer")
    await dialog.get_by_label("E-mail").fill("nonsense")
    await dialog.get_by_label("First name").fill("Anna")
    await dialog.get_by_label("Last name").fill("Neu")
    await dialog.get_by_role("button", name="Create the customer").click()
    await expect(dialog.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    assert await find_barriers(page) == []
    await dialog.get_by_label("E-mail").fill("anna.neu@example.net")
    await dialog.get_by_role("button", name="Create the customer").click()
    await expect(page.get_by_role("heading", name="Anna Neu", level=1)).to_be_visible()
