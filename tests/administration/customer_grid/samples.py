"""Samples of the customer grid for the tests that walk the whole graph."""

from collections.abc import Callable
from typing import Any

from customer_gql.core.ids import encode_id
from support.access_walk import Sample
from support.calls import GROUP, about, by_input
from support.changes import Change, Changes, Make, Scene, by_staff, subscribed
from support.customers import customer_id
from support.writers import Subject, Writer


def mass_action(action: str, **more) -> Sample:
    return by_input(lambda ids: {"action": action, "selection": {"ids": [ids["cus"]]}, **more})


def mass(action: str, **input: Any) -> Make:
    async def make(scene: Scene) -> Change:
        row = await scene.shopper()
        if action == "UNSUBSCRIBE":
            await subscribed(scene, row)
        return Change(scene.staff, {"action": action, "selection": {"ids": [customer_id(row)]}, **input}, row)

    return make


REFERENCES = {"website": "web", "createdIn": "stv", "salesRepresentative": "stf", "subscribedStoreView": "stv"}


def filtered(key: str, prefix: str) -> Sample:
    return lambda ids: {"filter": {key: {"eq": ids[prefix], "in": [ids[prefix]], "notIn": []}}}


NOT_PERSONAL = {
    "CustomerGridRow.country": "a code",
    "CustomerGridRow.region": "a state, as the country is one",
    "CustomerGridRow.externalId": "as `Customer.externalId`",
    **dict.fromkeys(["FacetValue.value", "FacetValue.label"], "facets of personal columns are refused"),
    **dict.fromkeys(
        ["MatchedClause.path", "MatchedClause.operator", "MatchedClause.actual"], "personal columns are refused"
    ),
    **dict.fromkeys(["ExplainedClause.path", "Facet.column"], "names of columns"),
    "GridReference.label": "the name of a group, a website, a store view or a staff user",
    **dict.fromkeys(
        [f"GridColumn.{field}" for field in ("key", "label", "operators", "sortKey", "values", "missingPermission")],
        "about the column, not about a row",
    ),
}
CALLS = {
    "gridColumns": [lambda _: {"grid": "CUSTOMERS"}],
    "customers": [
        lambda _: {},
        # Groups are for everybody to see.
        lambda _: {"filter": {"group": {"eq": GROUP, "in": [GROUP], "notIn": [GROUP]}}},
        *[filtered(key, prefix) for key, prefix in REFERENCES.items()],
    ],
    "customerQuickEdit": [
        about("cus", taxVatNumber="X1"),
        about("cus", groupId=GROUP),
        by_input(lambda ids: {"id": ids.own("cus"), "websiteId": ids["web"]}),
    ],
    "customerMassAction": [
        mass_action("SUBSCRIBE"),
        mass_action("UNSUBSCRIBE"),
        mass_action("ASSIGN_GROUP", groupId=GROUP),
        mass_action("DELETE"),
    ],
}
CHANGES: Changes = {
    "customerQuickEdit": [(by_staff(taxVatNumber="GB7"), "EDITED", {"taxVatNumber"})],
    "customerMassAction": [
        (mass("SUBSCRIBE"), "SUBSCRIBED", {"status"}),
        (mass("UNSUBSCRIBE"), "UNSUBSCRIBED", {"status"}),
        (mass("ASSIGN_GROUP", groupId=GROUP), "EDITED", {"groupId"}),
        (mass("DELETE"), "DELETED", set()),
    ],
}


def quick_edit(make: Callable[[Subject, int], dict[str, Any]]) -> Writer:
    async def writer(subject: Subject, turn: int) -> Any:
        return "customerQuickEdit", subject.staff, {"id": encode_id("cus", subject.id), **make(subject, turn)}

    return writer


def mass_writer(action: str, make: Callable[[int], dict[str, Any]] = lambda _turn: {}) -> Writer:
    async def writer(subject: Subject, turn: int) -> Any:
        input = {"action": action, "selection": {"ids": [encode_id("cus", subject.id)]}, **make(turn)}
        return "customerMassAction", subject.staff, input

    return writer


def edited_row(_subject: Subject, turn: int) -> dict[str, Any]:
    return {
        "groupId": encode_id("grp", 1 + turn),
        "telephone": f"+44 20 555{turn}",
        "postcode": f"N1 8A{'AB'[turn - 1]}",
        "taxVatNumber": f"QE {turn}",
        "gender": ("NOT_SPECIFIED", "MALE")[turn - 1],
    }


WRITERS = {
    "customerQuickEdit row": quick_edit(edited_row),
    "customerQuickEdit email": quick_edit(lambda subject, turn: {"email": f"new{turn}.{subject.id}@example.com"}),
    "customerQuickEdit website": quick_edit(
        lambda subject, turn: {"websiteId": encode_id("web", subject.other_websites[turn - 1])}
    ),
    "customerMassAction group": mass_writer("ASSIGN_GROUP", lambda turn: {"groupId": encode_id("grp", 4 - turn)}),
    "customerMassAction subscribe": mass_writer("SUBSCRIBE"),
    "customerMassAction unsubscribe": mass_writer("UNSUBSCRIBE"),
}
