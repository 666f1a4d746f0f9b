"""Mutations run in the reference executor, once each and in their order; plans answer their payloads."""

from dataclasses import replace

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from support.plan_comparing import STAFF, encode_answer, shopper
from support.plan_shop import make_failures

EDIT = """mutation ($input: CustomerQuickEditInput!) { a: customerQuickEdit(input: $input) {
    changedFields customer { version group { name } orders { totalCount } }
    userErrors { __typename code message ... on VersionConflictError { currentVersion conflicts { field } } } } }"""

CONFLICT = """mutation ($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors {
    __typename ... on VersionConflictError { customer { version email group { name } }
    conflicts { field base baseLabel yours yoursLabel stored storedLabel } } } } }"""


async def test_a_mutation_runs_once(own_plan_shop):
    executors, shop = own_plan_shop
    edit = {"id": shop.ids[-1], "gender": None}
    for number, gender in enumerate(("MALE", "FEMALE"), 2):
        for plans in (False, True):
            answer = await executors.answer(EDIT, {"input": {**edit, "gender": gender}}, plans=plans)
            assert answer.errors is None
            assert answer.data["a"]["userErrors"] == []
            assert answer.data["a"]["customer"]["version"] == number
            assert answer.data["a"]["changedFields"] == ([] if plans else ["gender"])
    stale = {"input": {**edit, "gender": "NOT_SPECIFIED", "expectedVersion": 1}}
    conflicts = [await executors.answer(EDIT, stale, plans=plans) for plans in (True, False)]
    assert encode_answer(conflicts[0]) == encode_answer(conflicts[1])
    assert conflicts[0].data["a"]["userErrors"][0]["__typename"] == "VersionConflictError"


async def test_each_of_two_mutations_has_its_own_selection(own_plan_shop):
    """The same root twice, about two customers, and a third with a condition; the second run edits nothing."""
    executors, shop = own_plan_shop
    text = """mutation ($a: ID!, $b: ID!, $yes: Boolean!) {
        one: customerQuickEdit(input: {id: $a, gender: FEMALE}) { customer { id version email } userErrors { code } }
        two: customerQuickEdit(input: {id: $b, gender: NOT_SPECIFIED}) {
            changed: changedFields customer { number ... @include(if: $yes) { firstName } group { name } } }
        three: customerActivate(input: {id: $a}) { isChanged customer { ...names orders(first: 1) { totalCount } } } }
        fragment names on Customer { fullName @skip(if: $yes) lastName }"""
    first, second = (encode_id("cus", id) for id in shop.customers[:2])
    for yes in (True, False):
        variables = {"a": first, "b": second, "yes": yes}
        planned = await executors.answer(text, variables)
        reference = await executors.answer(text, variables, plans=False)
        again = await executors.answer(text, variables)
        assert planned.errors is None
        assert encode_answer(again) == encode_answer(reference)
        assert planned.data == reference.data | {"two": {**reference.data["two"], "changed": ["gender"] * yes}}
        assert list(planned.data) == ["one", "two", "three"]
        assert set(planned.data["one"]["customer"]) == {"id", "version", "email"}
        assert ("firstName" in planned.data["two"]["customer"]) is yes
        assert ("fullName" in planned.data["three"]["customer"]) is not yes
        assert planned.data["one"]["customer"]["id"] == first


async def test_two_mutations_of_a_customer(own_plan_shop):
    executors, shop = own_plan_shop
    text = """mutation { a: meUpdate(input: {firstName: "Grace"}) { customer { firstName version } changedFields }
        b: meUpdate(input: {firstName: "Ada", lastName: "Hopper"}) { customer { fullName version } userErrors { code } } }"""
    answer = await executors.answer(text, viewer=shopper(shop.customers[0]))
    assert answer.errors is None
    assert answer.data["a"]["customer"] == {"firstName": "Grace", "version": 2}
    assert set(answer.data["b"]["customer"]) == {"fullName", "version"}
    assert answer.data["b"]["customer"]["version"] == 3


async def test_a_payload_that_fails_is_read_again_without_repeating_the_mutation(own_plan_shop):
    executors, shop = own_plan_shop
    async with executors.database.writes.acquire() as connection:
        await make_failures(connection, shop)
    text = """mutation ($input: CustomerQuickEditInput!) {
        customerQuickEdit(input: $input) { changedFields customer { version number } } }"""
    given = {"input": {"id": encode_id("cus", shop.customers[-1]), "gender": "MALE"}}
    answer = await executors.answer(text, given)
    assert answer.data == {"customerQuickEdit": {"changedFields": ["gender"], "customer": None}}
    assert answer.errors[0].path == ["customerQuickEdit", "customer", "number"]
    again = await executors.answer("query ($id: ID!) { customer(id: $id) { version } }", {"id": given["input"]["id"]})
    assert again.data == {"customer": {"version": 2}}


async def test_a_payload_is_planned_for_what_its_viewer_may_see(own_plan_shop):
    """One document, whose plan for one viewer must not answer another."""
    executors, shop = own_plan_shop
    text = """mutation ($id: ID!) { customerActivate(input: {id: $id}) {
        isChanged customer { email lastName history(first: 1) { totalCount } } } }"""
    given = {"id": encode_id("cus", shop.customers[0])}
    lacking = ({"customers.pii"}, {"history.read"}, {"customers.pii", "history.read"})
    viewers = [STAFF, *[replace(STAFF, permissions=ALL_PERMISSIONS - missing) for missing in lacking]]
    told = []
    for viewer in [*viewers, *reversed(viewers)]:
        answer = await executors.answer(text, given, viewer=viewer)
        reference = await executors.answer(text, given, viewer=viewer, plans=False)
        assert encode_answer(answer) == encode_answer(reference)
        shown = answer.data["customerActivate"]["customer"]
        told.append((shown["email"].endswith("•••@•••"), shown["history"] is None))
        assert len(answer.errors or []) == told[-1][1]
    assert told[:4] == told[:3:-1] == [(False, False), (True, False), (False, True), (True, True)]


async def test_both_executors_tell_the_same_of_a_conflict(own_plan_shop):
    executors, shop = own_plan_shop
    id = shop.ids[-1]
    for gender in ("MALE", "FEMALE"):
        await executors.answer(CONFLICT, {"input": {"id": id, "gender": gender}}, plans=False)
    given = {"input": {"id": id, "gender": "NOT_SPECIFIED", "groupId": encode_id("grp", 3), "expectedVersion": 1}}
    for missing in (set(), {"customers.pii"}, {"customers.read"}):
        viewer = replace(STAFF, permissions=ALL_PERMISSIONS - missing)
        planned, reference = [
            await executors.answer(CONFLICT, given, viewer=viewer, plans=plans) for plans in (True, False)
        ]
        assert encode_answer(planned) == encode_answer(reference)
        (error,) = planned.data["customerQuickEdit"]["userErrors"]
        assert error["__typename"] == "VersionConflictError"
        assert (error["customer"] is None) is ("customers.read" in missing)
