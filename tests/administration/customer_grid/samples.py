"""Samples of the customer grid for the tests that walk the whole graph."""

from typing import Any

from support.access_walk import Sample
from support.calls import GROUP, about, by_input
from support.changes import Change, Changes, Make, Scene, by_staff, subscribed
from support.customers import customer_id


def mass_action(action: str, **more) -> Sample:
    return by_input(lambda ids: {"action": action, "selection": {"ids": [ids["cus"]]}, **more})


def mass(action: str, **input: Any) -> Make:
    async def make(scene: Scene) -> Change:
        row = await scene.shopper()
        if action == "UNSUBSCRIBE":
            await subscribed(scene, row)
        return Change(scene.staff, {"action": action, "selection": {"ids": [customer_id(row)]}, **input}, row)

    return make


CALLS = {
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
        (mass("SUBSCRIBE"), "SUBSCRIBED", {"isSubscribed"}),
        (mass("UNSUBSCRIBE"), "UNSUBSCRIBED", {"isSubscribed"}),
        (mass("ASSIGN_GROUP", groupId=GROUP), "EDITED", {"groupId"}),
        (mass("DELETE"), "DELETED", set()),
    ],
}
