"""Companies are selected as customers are: frozen, for the one who asked, and for an action on all of them."""

from typing import Any

import pytest

from customer_gql.administration.mass_actions.settings import AT_ONCE
from customer_gql.administration.selections.declaration import MASS_ACTIONS
from customer_gql.core.ids import decode_id, encode_id, new_id
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.admin import schema
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.companies import company_id, make_company
from support.customers import customer_id, make_customer
from support.jobs import delete_open_jobs, outcomes, run_all
from support.staff import make_website, staff_client

CREATE = """mutation C($input: CompanySelectionCreateInput!) { companySelectionCreate(input: $input) {
  selection { id grid scope count sample { id }
    blockers(action: BLOCK) { key params message count sample { id } } approved: blockers(action: DELETE) { key } }
  userErrors { code key path } } }"""
CUSTOMERS = """mutation C($input: CustomerSelectionCreateInput!) { customerSelectionCreate(input: $input) {
  selection { id } userErrors { key } } }"""
ACT = """mutation M($input: CompanyMassActionInput!, $dryRun: Boolean! = false) {
  companyMassAction(input: $input, dryRun: $dryRun) { askedCount doneCount refusedCount notFoundCount
    results { id outcome } job { id status totalCount } userErrors { code key path } } }"""
ACT_ON_CUSTOMERS = """mutation A($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  job { id } userErrors { code key path } } }"""
DELETE = "mutation D($input: SelectionDeleteInput!) { selectionDelete(input: $input) { deletedId userErrors { key } } }"
VIEW = "mutation V($input: GridViewCreateInput!) { gridViewCreate(input: $input) { view { id } userErrors { key } } }"
UNKNOWN = [{"code": "NOT_FOUND", "key": "selection.not_found", "path": ["selection", "selectionId"]}]


@pytest.fixture
async def website(connection):
    return await make_website(connection)


@pytest.fixture
async def boss(http, connection, website):
    return await staff_client(http, connection, website_ids=[website])


@pytest.fixture
def tools(http, database, settings):
    return Tools(database, settings)


async def make(connection: Any, website: int, **given: Any) -> Any:
    admin = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    return await make_company(connection, admin, **given)


async def create(client: Any, selection: dict[str, Any], **more: Any) -> Any:
    return (await client.data(CREATE, input={"selection": selection, **more}))["companySelectionCreate"]


async def act(client: Any, selection: dict[str, Any], *, dry_run: bool = False, **more: Any) -> Any:
    input = {"action": "BLOCK", "selection": selection, **more}
    return (await client.data(ACT, input=input, dryRun=dry_run))["companyMassAction"]


async def save_view(client: Any, content: dict[str, Any]) -> str:
    given = {"name": str(new_id()), "content": {"companies": content}}
    return (await client.data(VIEW, input=given))["gridViewCreate"]["view"]["id"]


async def test_a_selection_tells_how_many_it_has_and_what_refuses_an_action(boss, connection, website):
    active, waiting = await make(connection, website), await make(connection, website, status="PENDING")
    await make_company(connection)  # of another website
    made = (await create(boss, {"everything": True}))["selection"]
    [blocker] = made["blockers"]
    assert made == {
        "id": made["id"],
        "grid": "COMPANIES",
        "scope": "EVERYTHING",
        "count": 2,
        "sample": [{"id": company_id(active)}, {"id": company_id(waiting)}],
        "blockers": [
            {
                "key": "company.status_not_possible",
                "params": {"status": "PENDING", "wanted": "BLOCKED"},
                "message": blocker["message"],
                "count": 1,
                "sample": [{"id": company_id(waiting)}],
            }
        ],
        "approved": [],
    }


async def test_each_way_to_select(boss, connection, website):
    one, two = await make(connection, website, name="Abel Ltd"), await make(connection, website, name="Bell Ltd")
    view = await save_view(boss, {"filter": {"name": {"startsWith": "bell"}}})
    for selection, more, scope, expected in (
        ({"ids": [company_id(two), company_id(one)]}, {}, "IDS", [two, one]),
        ({"filter": {"name": {"startsWith": "abel"}}}, {}, "FILTER", [one]),
        ({"viewId": view}, {}, "VIEW", [two]),
        ({"everything": True}, {"exceptIds": [company_id(one)]}, "EVERYTHING", [two]),
    ):
        made = (await create(boss, selection, **more))["selection"]
        assert (made["scope"], [row["id"] for row in made["sample"]]) == (scope, [company_id(row) for row in expected])
        tried = await act(boss, {"selectionId": made["id"]}, dry_run=True)
        assert [row["id"] for row in tried["results"]] == [company_id(row) for row in expected]
    assert [error["key"] for error in (await create(boss, {"selectionId": made["id"]}))["userErrors"]] == [
        "selection.selected_again"
    ]


@pytest.mark.parametrize("content", [{}, {"columns": ["number"]}, {"filter": {"status": {"notIn": []}}}], ids=str)
async def test_a_view_that_narrows_nothing_is_refused(content, boss, connection, website):
    made = await make(connection, website)
    view = await save_view(boss, content)
    for answer in (
        await create(boss, {"viewId": view}),
        await act(boss, {"viewId": view}),
        await act(boss, {"viewId": view}, dry_run=True),
    ):
        [error] = answer["userErrors"]
        assert (error["key"], error["path"]) == ("selection.filter_empty", ["selection", "viewId"])
    assert await connection.fetchval("SELECT status FROM company WHERE id = $1", made.id) == "ACTIVE"


async def test_a_frozen_selection_is_acted_on_by_a_worker(boss, connection, website, tools):
    await delete_open_jobs(connection)
    async with connection.transaction():
        await set_value(connection, AT_ONCE, 0, scope=GLOBAL, scope_id=0)
    first, second = await make(connection, website), await make(connection, website)
    id = (await create(boss, {"everything": True}))["selection"]["id"]
    later = await make(connection, website)
    answer = await act(boss, {"selectionId": id})
    assert (answer["job"]["status"], answer["askedCount"]) == ("QUEUED", 2)
    assert (await boss.data(DELETE, input={"id": id}))["selectionDelete"] == {"deletedId": id, "userErrors": []}
    await run_all(tools)
    assert await outcomes(connection, answer["job"]["id"]) == ["DONE", "DONE"]
    found = await connection.fetch(
        "SELECT status FROM company WHERE id = ANY($1) ORDER BY id", [first.id, second.id, later.id]
    )
    assert [row.status for row in found] == ["BLOCKED", "BLOCKED", "ACTIVE"]


async def test_a_selection_is_for_the_one_who_made_it_and_for_its_list(boss, http, connection, website):
    made = await make(connection, website)
    own = (await create(boss, {"everything": True}))["selection"]["id"]
    everything = {"selection": {"everything": True}}
    of_customers = (await boss.data(CUSTOMERS, input=everything))["customerSelectionCreate"]["selection"]["id"]
    other = await staff_client(http, connection)
    for client, id in ((other, own), (boss, of_customers), (boss, encode_id("sel", new_id()))):
        for dry_run in (True, False):
            answer = await act(client, {"selectionId": id}, dry_run=dry_run)
            assert (answer["userErrors"], answer["job"]) == (UNKNOWN, None)
    given = {"action": "DEACTIVATE", "selection": {"selectionId": own}}
    assert (await boss.data(ACT_ON_CUSTOMERS, input=given))["customerMassAction"]["userErrors"] == UNKNOWN
    assert await connection.fetchval("SELECT status FROM company WHERE id = $1", made.id) == "ACTIVE"
    assert await connection.fetchval("SELECT count(*) FROM selection WHERE id = $1", decode_id(own, "sel")) == 1


async def test_who_lost_a_website_finds_its_companies_no_more(http, connection, website):
    made = await make(connection, website)
    client = await staff_client(http, connection, website_ids=[1, website])
    id = (await create(client, {"ids": [company_id(made)]}))["selection"]["id"]
    await connection.execute(
        "UPDATE staff_role SET website_ids = '{1}' WHERE id = (SELECT role_id FROM staff_user ORDER BY created_at DESC LIMIT 1)"
    )
    answer = await act(client, {"selectionId": id})
    assert (answer["notFoundCount"], answer["doneCount"]) == (1, 0)


async def test_it_takes_the_permission_of_the_list(http, connection):
    clerk = await staff_client(http, connection, ["customers.read", "companies.write"])
    for document in (CREATE, ACT):
        more = {"action": "BLOCK"} if document is ACT else {}
        for selection in ({"everything": True}, {"filter": {"status": {"eq": "ACTIVE"}}}):
            refused = await clerk.answer(document, input={"selection": selection, **more})
            assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "companies.read"}


def test_every_list_with_actions_can_be_selected_and_acted_on():
    assert {*MASS_ACTIONS} == {"CUSTOMERS", "COMPANIES", "ORDERS"}
    sdl = schema.as_str()
    for actions in MASS_ACTIONS.values():
        assert f"  {actions.names.root}SelectionCreate(" in sdl
        assert f"  {actions.names.root}MassAction(" in sdl
        assert f"  selection: {actions.names.selection}\n" in sdl


async def test_a_customer_is_no_company(boss, connection, website):
    row = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    [error] = (await create(boss, {"ids": [customer_id(row)]}))["userErrors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["selection", "ids", "0"])
