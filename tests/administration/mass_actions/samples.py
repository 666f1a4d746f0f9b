"""Samples of mass actions for the tests that walk the whole graph."""

from collections.abc import Callable
from typing import Any

from customer_gql.core.ids import encode_id
from support.access_walk import Ids, Sample
from support.calls import GROUP, by_input
from support.changes import Change, Changes, Make, Scene, subscribed
from support.customers import customer_id
from support.selecting import SELECTIONS
from support.writers import Subject, Writer


def mass_action(action: str, **more) -> Sample:
    return by_input(lambda ids: {"action": action, "selection": {"ids": [ids["cus"]]}, **more})


def tried(make: Callable[[Ids], dict[str, Any]]) -> Sample:
    """A dry run: what selects many would act on customers of other tests."""
    return lambda ids: {"input": {"action": "SUBSCRIBE", **make(ids)}, "dryRun": True}


def mass(action: str, **input: Any) -> Make:
    async def make(scene: Scene) -> Change:
        row = await scene.shopper()
        if action == "UNSUBSCRIBE":
            await subscribed(scene, row)
        if action == "UNLOCK":
            await scene.connection.execute(
                "UPDATE customer SET locked_until = now() + interval '1 day' WHERE id = $1", row.id
            )
        return Change(scene.staff, {"action": action, "selection": {"ids": [customer_id(row)]}, **input}, row)

    return make


NOT_PERSONAL = {
    "MassActionOption.action": "name of an action",
    "MassActionOption.missingPermission": "name of a permission",
}
CALLS = {
    "massActions": [lambda _: {"grid": "CUSTOMERS"}],
    "customerMassAction": [
        mass_action("SUBSCRIBE"),
        mass_action("UNSUBSCRIBE"),
        mass_action("ASSIGN_GROUP", groupId=GROUP),
        mass_action("DELETE"),
        mass_action("DEACTIVATE"),
        mass_action("ACTIVATE"),
        mass_action("ADD_TAGS", tags=["walk"]),
        mass_action("REMOVE_TAGS", tags=["walk"]),
        mass_action("EDIT", edit={"prefix": "Dr"}),
        mass_action("LOCK", note="walk"),
        mass_action("UNLOCK"),
        mass_action("FORCE_SIGN_IN"),
        mass_action("RESET_PASSWORD"),
        *[tried(make) for make in SELECTIONS],
    ],
}
CHANGES: Changes = {
    "customerMassAction": [
        (mass("SUBSCRIBE"), "SUBSCRIBED", {"status"}),
        (mass("UNSUBSCRIBE"), "UNSUBSCRIBED", {"status"}),
        (mass("ASSIGN_GROUP", groupId=GROUP), "EDITED", {"groupId"}),
        (mass("DELETE"), "DELETED", set()),
        (mass("DEACTIVATE"), "DEACTIVATED", {"status"}),
        (mass("ADD_TAGS", tags=["walk"]), "TAGS_CHANGED", {"tags"}),
        (mass("EDIT", edit={"prefix": "Dr"}), "EDITED", {"prefix"}),
        (mass("LOCK", note="walk"), "LOCKED", {"lockedUntil", "lockNote"}),
        (mass("UNLOCK"), "UNLOCKED", {"lockedUntil"}),
        (mass("FORCE_SIGN_IN"), "FORCED_SIGN_IN", set()),
        (mass("RESET_PASSWORD"), "PASSWORD_RESET_REQUESTED", set()),
    ],
}


def mass_writer(action: str, make: Callable[[int], dict[str, Any]] = lambda _turn: {}) -> Writer:
    async def writer(subject: Subject, turn: int) -> Any:
        input = {"action": action, "selection": {"ids": [encode_id("cus", subject.id)]}, **make(turn)}
        return "customerMassAction", subject.staff, input

    return writer


WRITERS = {
    "customerMassAction group": mass_writer("ASSIGN_GROUP", lambda turn: {"groupId": encode_id("grp", 4 - turn)}),
    "customerMassAction subscribe": mass_writer("SUBSCRIBE"),
    "customerMassAction unsubscribe": mass_writer("UNSUBSCRIBE"),
}
