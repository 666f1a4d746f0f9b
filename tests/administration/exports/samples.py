"""Samples of exports for the tests that walk the whole graph."""

from collections.abc import Callable
from typing import Any

from customer_gql.core.ids import encode_id, new_id
from customer_gql.messaging.files.tables import stored_file
from support.access_walk import Ids, Sample
from support.calls import GROUP, TAX_CLASS, by_input
from support.customers import put
from support.selecting import SELECTIONS


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    """A file of somebody else."""
    id = new_id()
    await put(
        connection,
        stored_file,
        id=id,
        purpose="EXPORT",
        name="customers.csv",
        media_type="text/csv",
        owner_kind="STAFF",
        owner_id=1,
        storage="DATABASE",
        size_bytes=0,
        row_count=0,
        sha256=b"",
    )
    await connection.execute("UPDATE stored_file SET stored_at = now() WHERE id = $1", id)
    return {"fil": encode_id("fil", id)}


ListMaker = Callable[[Ids], dict[str, Any]]
FILTERED = {
    "orders": {"website": "web", "storeView": "stv", "salesRepresentative": "stf"},
    "history": {"staff": "stf", "impersonator": "stf", "website": "web"},
    "deletedCustomers": {"customerId": "cus", "website": "web", "staff": "stf"},
    "nowOnline": {"customer": "cus"},
    "mailDeadLetters": {"customer": "cus"},
    "companies": {"website": "web", "salesRepresentative": "stf", "parent": "com"},
    "staffUsers": {"assignedRole": "rol"},
    "staffHistory": {"staff": "stf", "service": "svt"},
}
"""Columns of lists by which records of one website are found."""
OF_EVERYBODY = [
    ("orders", "customerGroup", GROUP),
    ("customerGroups", "taxClass", TAX_CLASS),
    ("companies", "group", GROUP),
    ("products", "taxClass", TAX_CLASS),
]
WITH_VIEWS = [*FILTERED, "reviews", "customerGroups", "products"]


def list_of(name: str, make: ListMaker) -> ListMaker:
    return lambda ids: {name: make(ids)}


def filter_by(key: str, id: str) -> dict[str, Any]:
    return {"filter": {key: {"eq": id, "in": [id], "notIn": [id]}}}


def filtered_list(name: str, key: str, prefix: str) -> ListMaker:
    return lambda ids: {name: filter_by(key, ids[prefix])}


def public_list(name: str, key: str, id: str) -> ListMaker:
    return lambda _: {name: filter_by(key, id)}


LISTS: list[ListMaker] = [
    *[list_of("customers", make) for make in SELECTIONS],
    *[filtered_list(name, key, prefix) for name, columns in FILTERED.items() for key, prefix in columns.items()],
    *[public_list(*column) for column in OF_EVERYBODY],
    lambda ids: {"reviews": filter_by("product", ids.by_prefix["prd"])},  # products are for everybody to see
    *[list_of(name, lambda ids: {"viewId": ids["gvw"]}) for name in WITH_VIEWS],
    lambda ids: {"jobRows": {"jobId": ids["job"]}},
]
"""Lists to export, with every id that they take."""


def read_and_refused(make: ListMaker) -> Sample:
    """The list is read, then the key is refused: a list that is empty for the caller would become a job all the same."""
    return by_input(lambda ids: {"list": make(ids), "format": "CSV", "idempotencyKey": ""})


CALLS = {
    "exportCreate": [
        by_input(lambda ids: {"list": {"customers": {"selection": {"ids": [ids["cus"]]}}}, "format": "CSV"}),
        by_input(lambda _: {"list": {"orders": {"filter": {}}}, "format": "JSON_LINES"}),
        *[read_and_refused(make) for make in LISTS],
    ],
    "downloadLinkCreate": [by_input(lambda ids: {"fileId": ids["fil"]})],
}
UNRECORDED = dict.fromkeys(("exportCreate", "downloadLinkCreate"), "changes no customer")
NOT_PERSONAL = {
    "JobFile.name": "of a list",
}
