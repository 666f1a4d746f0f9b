"""Companies in a real Chromium: requests are decided, profiles and users changed, and the structure moved by drag and keys."""

import re

import asyncpg
import pytest
from playwright.async_api import Page, expect

from admin_ui.conftest import StaffShop
from customer_gql.core.ids import encode_id
from support.admin_driver import Desk, find_barriers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN, VIEWER = "admin@example.com", "viewer@example.com"
WITH_MEMBERS = "status = 'ACTIVE' AND id IN (SELECT company_id FROM company_member GROUP BY 1 HAVING count(*) > 1)"


async def read(shop: StaffShop, statement: str, *given: object) -> asyncpg.Record:
    connection = await asyncpg.connect(shop.database_url)
    try:
        found = await connection.fetchrow(statement, *given)
    finally:
        await connection.close()
    assert found is not None
    return found


async def open_company(desk: Desk, shop: StaffShop, where: str, tab: str = "", email: str = ADMIN) -> Page:
    found = await read(shop, f"SELECT id, name FROM company WHERE {where} ORDER BY id LIMIT 1")
    page = await desk.sign_in(email, shop.passwords[email], f"/companies/{encode_id('com', found['id'])}{tab}")
    await expect(page.get_by_role("heading", name=found["name"], level=1)).to_be_visible()
    return page


async def test_requests_that_wait_come_first_and_alone(desk: Desk, staff_shop: StaffShop):
    waiting = (await read(staff_shop, "SELECT count(*) FROM company WHERE status = 'PENDING'"))["count"]
    assert waiting > 0
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/companies")
    await expect(page.locator("[role=gridcell][data-field=status]").first).to_have_text("pending")
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Pending requests").click()
    await expect(page.get_by_role("status").get_by_text(re.compile(rf"^{waiting} compan(y|ies)$"))).to_be_visible()
    assert "isPending" in page.url
    await page.get_by_label("Search companies").fill("nosuchcompany")
    await expect(page.get_by_text("No company matches")).to_be_visible()


async def test_a_company_is_created_and_errors_stand_at_their_fields(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/companies")
    await page.get_by_role("button", name="Create", exact=True).click()
    dialog = page.get_by_role("dialog", name="Create a company")
    given = {
        "Company name": "Difference & Engine <b>",
        "Company e-mail": "office@difference.example.com",
        "Street": "Storgatan 1",
        "Postcode": "903 27",
        "City": "Umeå",
        "Country (two letters)": "se",
        "Telephone": "+46 90 123 45",
        "E-mail of the admin": "nonsense",
        "First name of the admin": "Åsa",
        "Last name of the admin": "Öberg",
    }
    for label, text in given.items():
        await dialog.get_by_label(re.compile(f"^{re.escape(label)}")).fill(text)
    assert await find_barriers(page) == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Stay here").click()
    await dialog.get_by_role("button", name="Create the company").click()
    await expect(dialog.get_by_label("E-mail of the admin")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("E-mail of the admin").fill("asa.oberg@difference.example.com")
    await dialog.get_by_role("button", name="Create the company").click()
    await expect(page.get_by_role("heading", name="Difference & Engine <b>", level=1)).to_be_visible()
    assert await find_barriers(page) == []


async def test_a_request_is_rejected_with_a_reason_and_activated_after_all(desk: Desk, staff_shop: StaffShop):
    page = await open_company(desk, staff_shop, "status = 'PENDING'")
    block = page.get_by_role("button", name="Block", exact=True)
    await expect(block).to_have_attribute("aria-disabled", "true")
    await block.hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("cannot become")
    await page.mouse.move(0, 0)
    await page.get_by_role("button", name="Reject", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Nothing stands in the way.")).to_be_visible()
    assert await find_barriers(page) == []
    await dialog.get_by_role("button", name="Reject", exact=True).click()
    await expect(dialog.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Reason").fill("We know no such VAT number.")
    await dialog.get_by_role("button", name="Reject", exact=True).click()
    await expect(page.get_by_text("We know no such VAT number.")).to_be_visible()
    await page.get_by_role("button", name="Activate", exact=True).click()
    await dialog.get_by_role("button", name="Activate", exact=True).click()
    await expect(page.get_by_text("active", exact=True)).to_be_visible()
    assert desk.operations().count("CompanyActivate") == 2


async def test_a_profile_is_saved_and_its_address_judged_at_its_fields(desk: Desk, staff_shop: StaffShop):
    page = await open_company(
        desk, staff_shop, "status = 'ACTIVE' AND country_code <> 'IE' AND postcode ~ '^[0-9]{5}$'"
    )
    assert await find_barriers(page) == []
    await page.get_by_label("Reseller number").fill("R-17")
    postcode = page.get_by_label("Postcode")
    right = await postcode.input_value()
    await postcode.fill("nonsense")
    await page.get_by_role("button", name="Save and continue").click()
    await expect(postcode).to_have_attribute("aria-invalid", "true")
    await postcode.fill(right)
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    await page.get_by_label("Comment of staff").fill("Typed")
    await page.get_by_role("tab", name="Roles").click()
    await page.get_by_role("button", name="Leave and lose it").click()
    await expect(page.get_by_role("table", name="Roles")).to_contain_text("Place orders")
    assert await find_barriers(page) == []
    stored = await read(staff_shop, "SELECT comment FROM company WHERE reseller_id = 'R-17'")
    assert stored["comment"] != "Typed"


async def test_a_user_joins_gets_a_role_and_leaves(desk: Desk, staff_shop: StaffShop):
    employer = (
        "status = 'ACTIVE' AND website_id = 1 AND id IN (SELECT company_id FROM company_role WHERE NOT is_default)"
    )
    candidate = """SELECT number, first_name || ' ' || last_name AS name FROM customer c WHERE website_id = 1 AND status = 'ACTIVE'
        AND NOT EXISTS (SELECT FROM company_member m WHERE m.customer_id = c.id) ORDER BY id DESC LIMIT 1"""
    found = await read(staff_shop, candidate)
    page = await open_company(desk, staff_shop, employer, "?tab=users")
    table = page.get_by_role("table", name="Users")
    await expect(table).to_contain_text("Company admin")
    assert await find_barriers(page) == []
    await page.get_by_role("button", name="Add a user").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Customer number or e-mail").fill("nobody@example.com")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_label("Customer number or e-mail")).to_have_attribute("aria-invalid", "true")
    assert await find_barriers(page) == []
    await dialog.get_by_label("Customer number or e-mail").fill(str(found["number"]))
    await dialog.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name=f"Edit {found['name']}").click()
    await dialog.get_by_label("Role").click()
    await page.get_by_role("option", name="Purchasing manager").click()
    await dialog.get_by_label("Job title").fill("Head of engines")
    await dialog.get_by_role("button", name="Save").click()
    row = table.get_by_role("row", name=re.compile(re.escape(found["name"])))
    await expect(row).to_contain_text("Head of engines")
    await expect(row).to_contain_text("Purchasing manager")
    await page.get_by_role("button", name=f"Remove {found['name']}").click()
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(row).to_have_count(0)


async def test_the_structure_is_moved_by_keys_by_dragging_and_by_clicks(desk: Desk, staff_shop: StaffShop):
    page = await open_company(desk, staff_shop, WITH_MEMBERS, "?tab=structure")
    tree = page.get_by_role("tree", name="Structure")
    team = tree.get_by_role("treeitem", name=re.compile("^Purchasing"))
    other = tree.get_by_role("treeitem", name=re.compile("^Operations"))
    await expect(team).to_have_attribute("aria-level", "2")
    assert await find_barriers(page) == []
    root = tree.get_by_role("treeitem").first
    await root.focus()
    await page.keyboard.press("m")
    await expect(page.get_by_role("button", name=re.compile("^Move "))).to_have_attribute("aria-disabled", "true")
    await team.focus()
    await team.click()
    await page.keyboard.press("m")
    await expect(page.get_by_role("status").filter(has_text="Choose what Purchasing is put below")).to_be_visible()
    while not await other.evaluate("item => item === document.activeElement"):
        await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Purchasing is below Operations now.")).to_be_visible()
    await expect(team).to_have_attribute("aria-level", "3")
    assert await find_barriers(page) == []
    await team.drag_to(root)
    await expect(team).to_have_attribute("aria-level", "2")
    await other.click()
    await page.get_by_role("button", name="Move Operations").click()
    await team.click()
    await expect(other).to_have_attribute("aria-level", "3")
    await team.click()
    await page.get_by_role("button", name="Move Purchasing").click()
    await other.click()
    await expect(page.get_by_role("alert")).to_contain_text("below itself")


async def test_many_are_tried_before_they_are_blocked(desk: Desk, staff_shop: StaffShop):
    page = await desk.sign_in(ADMIN, staff_shop.passwords[ADMIN], "/companies")
    await page.get_by_label("Select all rows").check()
    await page.get_by_role("button", name="Act on them").click()
    dialog = page.get_by_role("dialog", name="Act on the selected companies")
    await dialog.get_by_label("Action").click()
    await page.get_by_role("option", name="Assign a sales representative").click()
    await dialog.get_by_label("Sales representative").click()
    assert await page.get_by_role("option").count() > 1
    await page.get_by_role("option").nth(1).click()
    await dialog.get_by_label("Action").click()
    await page.get_by_role("option", name="Block").click()
    await dialog.get_by_role("button", name="Try it").click()
    await expect(dialog.get_by_text(re.compile("Block: what would happen to"))).to_be_visible()
    await expect(dialog.get_by_text(re.compile("PENDING cannot become|cannot become BLOCKED")).first).to_be_visible()
    assert await find_barriers(page) == []
    assert "CompanyMassDo" not in desk.operations()


async def test_companies_are_put_below_another_and_detached(desk: Desk, staff_shop: StaffShop):
    pick = (
        "SELECT id, number, name FROM company WHERE website_id = 1 AND status = 'ACTIVE' ORDER BY number DESC LIMIT 1"
    )
    child = await read(staff_shop, pick)
    page = await open_company(desk, staff_shop, f"website_id = 1 AND id <> {child['id']}", "?tab=family")
    await expect(page.get_by_text("This company stands alone")).to_be_visible()
    await page.get_by_role("button", name="Add a child company").click()
    await page.get_by_label("Number of the company").fill(str(child["number"]))
    await page.get_by_role("dialog").get_by_role("button", name="Add a child company").click()
    await expect(page.get_by_role("table", name="Child companies")).to_contain_text(child["name"])
    assert await find_barriers(page) == []
    await page.get_by_role("button", name=f"Detach {child['name']}").click()
    await page.get_by_role("dialog").get_by_role("button", name="Detach").click()
    await expect(page.get_by_text("This company stands alone")).to_be_visible()


async def test_who_may_not_change_companies_reads_them(desk: Desk, staff_shop: StaffShop):
    page = await open_company(desk, staff_shop, WITH_MEMBERS, "?tab=structure", VIEWER)
    await expect(page.get_by_role("tree", name="Structure")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("Move|Activate|Delete"))).to_have_count(0)
    await page.get_by_role("tab", name="Users").click()
    await expect(page.get_by_role("button", name=re.compile("Remove|Add a user|Edit"))).to_have_count(0)
    await page.get_by_role("tab", name="Profile").click()
    await expect(page.get_by_label("Company name")).to_be_disabled()
    assert await find_barriers(page) == []
