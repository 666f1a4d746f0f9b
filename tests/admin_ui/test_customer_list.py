"""The list of customers in a real Chromium: scenarios 2, 3, 4, 6, 7 and the end of a session of the admin UI."""

import re
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from admin_ui.conftest import StaffShop, add_colleague
from support.admin_driver import Desk, find_barriers, open_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, SUPPORT, VIEWER = "admin@example.com", "support@example.com", "viewer@example.com"


async def open_list(desk: Desk, shop: StaffShop, email: str = ADMIN, path: str = "/customers") -> Page:
    page = await desk.sign_in(email, shop.passwords[email], path)
    await expect(cells(page, "email").first).to_be_visible()
    return page


def cells(page: Page, column: str) -> Locator:
    return page.locator(f'[role=gridcell][data-field="{column}"]')


async def texts(page: Page, column: str) -> list[str]:
    return await cells(page, column).all_inner_texts()


async def test_the_first_page_takes_three_requests_and_has_no_barrier(desk: Desk, staff_shop: StaffShop):
    page = await open_list(desk, staff_shop)
    await expect(page.get_by_text(f"{await staff_shop.count_customers()} customers")).to_be_visible()
    assert sorted(desk.operations()[-3:]) == ["CustomerCount", "CustomerList", "CustomerRows"]
    assert await find_barriers(page) == []
    for name in ("Filter", "Columns"):
        await page.get_by_role("button", name=name).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await find_barriers(page) == []
        await page.get_by_role("button", name="Cancel").click()


async def test_a_telephone_typed_with_blanks_finds_its_customer_and_the_address_shows_it_to_others(
    desk: Desk, chrome: Browser, staff_shop: StaffShop
):
    number, telephone = await find_telephone(staff_shop)
    page = await open_list(desk, staff_shop)
    typed = " ".join(re.findall(r".{1,3}", telephone))
    await page.keyboard.press("/")
    await page.keyboard.type(typed)
    await expect(page.get_by_text("1 customer", exact=True)).to_be_visible()
    assert await texts(page, "number") == [number]
    found = page.url
    async with open_desk(chrome, staff_shop.url) as other:
        elsewhere = await other.sign_in(SUPPORT, staff_shop.passwords[SUPPORT], found.partition("/admin")[2])
        await expect(cells(elsewhere, "number")).to_have_text([number])
        assert elsewhere.url == found
    await page.go_back()
    await expect(page.get_by_text(f"{await staff_shop.count_customers()} customers")).to_be_visible()


async def find_telephone(shop: StaffShop) -> tuple[str, str]:
    connection = await asyncpg.connect(shop.database_url)
    found = await connection.fetchrow(
        "SELECT number, telephone FROM customer_grid_row WHERE length(telephone) > 8 ORDER BY number LIMIT 1"
    )
    await connection.close()
    assert found is not None
    return str(found["number"]), re.sub(r"\D", "", found["telephone"])


async def test_a_cell_is_edited_by_keyboard_and_tells_what_is_wrong(desk: Desk, staff_shop: StaffShop):
    page = await open_list(desk, staff_shop, SUPPORT)
    cell = cells(page, "email").nth(3)
    before = await cell.inner_text()
    await cells(page, "name").nth(3).focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("F2")
    field = page.get_by_role("textbox", name="E-mail")
    await field.fill("nonsense")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="Not saved")).to_have_count(1)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    assert await find_barriers(page) == []
    await field.fill("corrected." + before)
    await page.keyboard.press("Enter")
    await expect(cell).to_have_text("corrected." + before)
    await expect(cell).to_be_focused()
    await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


async def test_different_fields_merge_and_the_same_field_asks(desk: Desk, chrome: Browser, staff_shop: StaffShop):
    search = "/customers?sort=number.asc&cols=number,taxVatNumber,email"
    page = await open_list(desk, staff_shop, ADMIN, search)
    async with open_desk(chrome, staff_shop.url) as other_desk:
        other = await open_list(other_desk, staff_shop, SUPPORT, search)
        await edit(other, "taxVatNumber", "THEIRS-1")
        await expect(cells(other, "taxVatNumber").first).to_have_text("THEIRS-1")
        email = await cells(page, "email").first.inner_text()
        await edit(page, "email", "merged." + email)
        await expect(cells(page, "email").first).to_have_text("merged." + email)
        await expect(cells(page, "taxVatNumber").first).to_have_text("THEIRS-1")

        await edit(other, "taxVatNumber", "THEIRS-2")
        await expect(cells(other, "taxVatNumber").first).to_have_text("THEIRS-2")
    await edit(page, "taxVatNumber", "MINE")
    dialog = page.get_by_role("dialog", name="Somebody else changed this")
    await expect(dialog.get_by_role("row").last).to_have_text(re.compile("THEIRS-1.*THEIRS-2.*MINE"))
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("textbox", name="Tax or VAT number")).to_have_value("MINE")
    await page.get_by_role("textbox", name="Tax or VAT number").press("Enter")
    await dialog.get_by_role("button", name="Save mine").click()
    await expect(cells(page, "taxVatNumber").first).to_have_text("MINE")


async def edit(page: Page, column: str, text: str) -> None:
    await cells(page, column).first.dblclick()
    field = cells(page, column).first.get_by_role("textbox")
    await field.fill(text)
    await field.press("Enter")


async def test_a_shared_view_opens_identical_for_a_colleague(desk: Desk, chrome: Browser, staff_shop: StaffShop):
    columns = "email,number,city,country,orderCount,name"
    filter = '{"and":[{"orderCount":{"gte":2}},{"or":[{"status":{"eq":"ACTIVE"}},{"isLocked":{"eq":true}}]}]}'
    page = await open_list(desk, staff_shop, ADMIN, f"/customers?filter={filter}&sort=orderCount.desc&cols={columns}")
    await page.get_by_role("button", name="Save or change views").click()
    await page.get_by_role("menuitem", name="Save as a new view").click()
    await page.get_by_label("Name of the view").fill("Six columns")
    await page.get_by_label("Share with all staff").check()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("tab", name="Six columns (shared)", selected=True)).to_be_visible()
    shown = await texts(page, "email")
    async with open_desk(chrome, staff_shop.url) as other_desk:
        other = await open_list(other_desk, staff_shop, VIEWER)
        await other.get_by_role("tab", name="Six columns (shared)").click()
        await expect(cells(other, "email")).to_have_text(shown)
        headers = await other.get_by_role("columnheader").evaluate_all("all => all.map((one) => one.dataset.field)")
        assert headers == ["__check__", *columns.split(",")]
        chips = other.get_by_role("group", name="Filter").get_by_role("button")
        await expect(chips).to_have_text(["Orders at least 2", "Status is active or Locked is Yes"])
        query = parse_qs(urlsplit(other.url).query)
        assert (query["sort"], query["cols"]) == (["orderCount.desc"], [columns])


async def test_the_filter_builder_joins_conditions(desk: Desk, staff_shop: StaffShop):
    page = await open_list(desk, staff_shop)
    await page.get_by_role("button", name="Filter").click()
    await page.get_by_label("Value").fill("er")
    await page.get_by_role("button", name="or", exact=True).click()
    await page.get_by_label("Value").nth(1).fill("an")
    await page.get_by_role("button", name="Apply").click()
    await expect(page.get_by_role("button", name="Name contains er or Name contains an")).to_be_visible()
    expected = '{"or":[{"name":{"contains":"er"}},{"name":{"contains":"an"}}]}'
    assert parse_qs(urlsplit(page.url).query)["filter"] == [expected]
    # The rows of before stay until the new ones are there.
    await expect(cells(page, "name").filter(has_not_text=re.compile("er|an", re.IGNORECASE))).to_have_count(0)
    assert await texts(page, "name")


async def test_what_matches_nothing_says_so_and_leads_back(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(VIEWER, staff_shop.passwords[VIEWER], "/customers?q=zzzzqqqq")
    await expect(page.get_by_text("No customer matches")).to_be_visible()
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Clear search and filter").click()
    await expect(page.get_by_text(f"{await staff_shop.count_customers()} customers")).to_be_visible()


async def test_pages_follow_each_other_and_stay_after_a_reload(desk: Desk, staff_shop: StaffShop):
    page = await open_list(desk, staff_shop, VIEWER, "/customers?sort=number.asc&size=20")
    first = await texts(page, "number")
    await page.get_by_role("button", name="Next page").click()
    await expect(cells(page, "number").first).to_have_text(str(int(first[-1]) + 1))
    await page.reload()
    await expect(cells(page, "number").first).to_have_text(str(int(first[-1]) + 1))
    await page.get_by_role("button", name="Previous page").click()
    await expect(cells(page, "number")).to_have_text(first)


async def test_an_address_without_the_permission_names_it_and_asks_for_nothing(desk: Desk, staff_shop: StaffShop):
    password = await add_colleague(staff_shop, "nobody@example.com", "viewer")
    connection = await asyncpg.connect(staff_shop.database_url)
    await connection.execute(
        "WITH made AS (INSERT INTO staff_role (id, name, permissions) VALUES (99, 'mails only', '{mail.manage}') RETURNING id) "
        "UPDATE staff_user SET role_id = made.id FROM made WHERE email = 'nobody@example.com'"
    )
    await connection.close()
    page = await desk.sign_in("nobody@example.com", password, "/customers")
    await expect(page.get_by_text("It needs the permission “See customers”.")).to_be_visible()
    await expect(page.get_by_role("navigation").get_by_role("link", name="Customers")).to_have_count(0)
    assert {"CustomerList", "CustomerRows"} & set(desk.operations()) == set()
    assert await find_barriers(page) == []


async def test_a_session_that_ends_while_typing_loses_nothing(desk: Desk, staff_shop: StaffShop):
    password = await add_colleague(staff_shop, "typist@example.com", "support")
    page = await desk.sign_in("typist@example.com", password, "/customers?cols=number,taxVatNumber&sort=number.desc")
    await cells(page, "taxVatNumber").first.dblclick()
    await page.get_by_role("textbox", name="Tax or VAT number").fill("KEPT-1")
    connection = await asyncpg.connect(staff_shop.database_url)
    await connection.execute(
        "DELETE FROM staff_session WHERE staff_id = (SELECT id FROM staff_user WHERE email = 'typist@example.com')"
    )
    await connection.close()
    await page.get_by_role("textbox", name="Tax or VAT number").press("Enter")
    await expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
    assert await find_barriers(page) == []
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(cells(page, "taxVatNumber").first).to_have_text("KEPT-1")
    assert desk.operations().count("CustomerRowEdit") == 2


@pytest.mark.parametrize("language", ["de", "nl", "sv"])
async def test_nothing_is_left_untranslated_on_a_phone(desk: Desk, staff_shop: StaffShop, language: str):
    page = await desk.open("/sign-in")
    await page.evaluate("(name) => localStorage.setItem('customer-gql-language', name)", language)
    await page.reload()
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.locator("input[type=email]").fill(VIEWER)
    await page.locator("input[type=password]").fill(staff_shop.passwords[VIEWER])
    await page.locator("button[type=submit]").click()
    await page.wait_for_url("**/admin/")
    await page.goto(f"{desk.url}/admin/customers")
    await expect(cells(page, "number").first).to_be_visible()
    shown = await page.locator("body").inner_text()
    keys = re.findall(r"\b(?:grid|columns|values|common)[.:][a-zA-Z.]+", shown)
    assert keys == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await find_barriers(page) == []


async def test_a_customer_opens_from_the_list_and_each_tab_asks_once(desk: Desk, staff_shop: StaffShop):
    page = await open_list(desk, staff_shop, VIEWER, "/customers?sort=orderCount.desc")
    name = await cells(page, "name").first.inner_text()
    await cells(page, "name").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await expect(page.get_by_role("tabpanel")).to_contain_text("Lifetime value")
    assert desk.operations()[-2:] == ["CustomerHeader", "CustomerOverview"]
    assert await find_barriers(page) == []
    for tab, text in {"Addresses": "default billing", "Orders": "Placed"}.items():
        await page.get_by_role("tab", name=tab).click()
        await expect(page.get_by_role("tabpanel")).to_contain_text(text)
        assert await find_barriers(page) == []
    assert desk.operations()[-2:] == ["CustomerAddresses", "CustomerOrders"]
    await page.reload()
    await expect(page.get_by_role("tab", name="Orders", selected=True)).to_be_visible()


async def test_an_unknown_customer_is_told(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(VIEWER, staff_shop.passwords[VIEWER], "/customers/cus_7zzzzzzzzzzzz")
    await expect(page.get_by_role("main")).to_contain_text(re.compile("There is no such customer|is not a valid id"))
