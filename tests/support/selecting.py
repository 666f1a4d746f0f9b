"""Ways to select customers, as parts of samples of the mutations that take a selection."""

from typing import Any

from support.access_walk import Ids
from support.calls import GROUP

_REFERENCES = {"website": "web", "createdIn": "stv", "salesRepresentative": "stf", "subscribedStoreView": "stv"}


def _by_ids(ids: Ids) -> dict[str, Any]:
    return {"selection": {"ids": [ids["cus"]]}}


def _by_view(ids: Ids) -> dict[str, Any]:
    return {"selection": {"viewId": ids["gvw"]}}


def _by_selection(ids: Ids) -> dict[str, Any]:
    return {"selection": {"selectionId": ids["sel"]}}


def _by_exception(ids: Ids) -> dict[str, Any]:
    return {"selection": {"everything": True}, "exceptIds": [ids["cus"]]}


def _by_group(_ids: Ids) -> dict[str, Any]:
    return {"selection": {"filter": {"group": {"eq": GROUP, "in": [GROUP], "notIn": [GROUP]}}}}


def _by_reference(key: str, prefix: str) -> Any:
    return lambda ids: {
        "selection": {"filter": {key: {"eq": ids[prefix], "in": [ids[prefix]], "notIn": [ids[prefix]]}}}
    }


SELECTIONS = [_by_ids, _by_view, _by_selection, _by_exception, _by_group]
SELECTIONS += [_by_reference(key, prefix) for key, prefix in _REFERENCES.items()]
