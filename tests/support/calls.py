"""Parts of the samples by which slices say how to call their admin roots.

A sample takes `Ids`: `ids["cus"]` is the id acted on, of another website in one call and of nothing in the next;
`ids.own("cus")` is of the caller's own website in both. Give several where a root takes several ids.
"""

import uuid
from typing import Any

from support.access_walk import Ids, Sample

SOON = "2026-12-24T12:00:00Z"
KEY = {"idempotencyKey": "walk"}
GROUP = "grp_" + f"{2:016x}"
TAX_CLASS = "tax_" + f"{3:016x}"


def by_input(make) -> Sample:
    return lambda ids: {"input": make(ids)}


def about(prefix: str, **more) -> Sample:
    return lambda ids: {"input": {"id": ids[prefix], **more}}


def of_website(**more) -> Sample:
    return by_input(lambda ids: {"id": ids.own("cus"), "websiteId": ids["web"], **more})


def with_fresh_key(sample: Sample) -> Sample:
    """A key of its own for each call: the refusal of one is remembered for its key."""
    return lambda ids: {"input": {**sample(ids)["input"], "idempotencyKey": uuid.uuid4().hex}}


def filtered(key: str, prefix: str) -> Sample:
    """A list of a grid, by a record that its rows refer to."""
    return lambda ids: {"filter": {key: {"eq": ids[prefix], "in": [ids[prefix]], "notIn": []}}}


def by_view(ids: Ids) -> dict[str, Any]:
    """A list of a grid, by a saved view."""
    return {"viewId": ids["gvw"]}
