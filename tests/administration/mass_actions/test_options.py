"""What staff may do to many records, told before they choose."""

from customer_gql.administration.customer_actions.refusals import MassAction
from support.staff import staff_client

OPTIONS = "query O($grid: Grid!) { massActions(grid: $grid) { action isUndoable missingPermission } }"


async def test_an_administrator_may_do_all_of_them(admin_client):
    told = (await admin_client.data(OPTIONS, grid="CUSTOMERS"))["massActions"]
    assert [one["action"] for one in told] == [one.value for one in MassAction]
    assert {one["missingPermission"] for one in told} == {None}
    lasting = {one["action"] for one in told if not one["isUndoable"]}
    assert lasting == {"DELETE", "FORCE_SIGN_IN", "RESET_PASSWORD"}


async def test_each_action_names_the_permission_that_it_needs(http, connection):
    client = await staff_client(http, connection, ["customers.read", "customers.write"])
    told = (await client.data(OPTIONS, grid="CUSTOMERS"))["massActions"]
    missing = {one["action"]: one["missingPermission"] for one in told if one["missingPermission"]}
    assert missing == {
        "DELETE": "customers.delete",
        "FORCE_SIGN_IN": "customers.force_sign_in",
        "RESET_PASSWORD": "customers.reset_password",
    }


async def test_a_list_without_actions_has_none_and_others_have_their_own(admin_client):
    assert (await admin_client.data(OPTIONS, grid="REVIEWS"))["massActions"] == []
    told = (await admin_client.data(OPTIONS, grid="ORDERS"))["massActions"]
    assert [one["action"] for one in told] == ["CANCEL", "HOLD", "UNHOLD", "ARCHIVE", "RESTORE"]
    told = (await admin_client.data(OPTIONS, grid="COMPANIES"))["massActions"]
    assert [one["action"] for one in told if not one["isUndoable"]] == ["DELETE"]
