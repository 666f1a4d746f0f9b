"""Samples of actions on many orders, for the tests that walk the whole graph."""

from typing import Any

from support.calls import GROUP, by_input, by_view, filtered

NOT_PERSONAL = dict.fromkeys(("OrderActionBlocker.key", "OrderActionBlocker.message"), "about a rule")
_REFERENCES = {"website": "web", "storeView": "stv", "salesRepresentative": "stf"}
_SELECTIONS: list[Any] = [
    lambda ids: {"selection": {"everything": True}, "exceptIds": [ids["ord"]]},
    lambda ids: {"selection": {"viewId": by_view(ids)["viewId"]}},
    lambda ids: {"selection": {"selectionId": ids["sel"]}},
    lambda _: {"selection": {"filter": {"customerGroup": {"eq": GROUP, "in": [GROUP], "notIn": [GROUP]}}}},
    *[
        lambda ids, key=key, prefix=prefix: {"selection": filtered(key, prefix)(ids)}
        for key, prefix in _REFERENCES.items()
    ],
]


def tried(make: Any) -> Any:
    """A dry run: what selects many would act on orders of other tests."""
    return lambda ids: {"input": {"action": "HOLD", **make(ids)}, "dryRun": True}


CALLS = {
    "orderMassAction": [
        by_input(lambda ids: {"action": "CANCEL", "reason": "walk", "selection": {"ids": [ids["ord"]]}}),
        by_input(lambda ids: {"action": "HOLD", "selection": {"ids": [ids["ord"]]}}),
        by_input(lambda ids: {"action": "RESTORE", "selection": {"ids": [ids["ord"]]}}),
        *map(tried, _SELECTIONS),
    ],
    "orderSelectionCreate": [
        by_input(lambda ids: {"selection": {"ids": [ids["ord"]]}}),
        *map(by_input, _SELECTIONS),
    ],
}
UNRECORDED = {
    "orderMassAction": "of orders, not of a customer",
    "orderSelectionCreate": "changes no order",
}
