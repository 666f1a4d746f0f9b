"""Samples of websites, stores and store views for the tests that walk the whole graph."""

import uuid

from customer_gql.core.ids import encode_id
from support.calls import by_input


def fresh_code() -> str:
    return f"w{uuid.uuid4().hex[:20]}"


NONE = {prefix: encode_id(prefix, 999_999) for prefix in ("web", "sto", "stv")}
"""Of nothing: only who reaches every website manages them, so that there are none of another website."""


def about(prefix: str, **more):
    return by_input(lambda _ids: {"id": NONE[prefix], **more})


CALLS = {
    "websiteCreate": [by_input(lambda _ids: {"code": fresh_code(), "name": "New", "currency": "EUR"})],
    "websiteUpdate": [about("web", name="Other", isDefault=True, expectedVersion=1)],
    "websiteDelete": [about("web")],
    "storeCreate": [by_input(lambda _ids: {"websiteId": NONE["web"], "code": fresh_code(), "name": "New"})],
    "storeUpdate": [about("sto", name="Other", expectedVersion=1)],
    "storeDelete": [about("sto")],
    "storeViewCreate": [
        by_input(lambda _ids: {"storeId": NONE["sto"], "code": fresh_code(), "name": "New", "locale": "de_DE"})
    ],
    "storeViewUpdate": [about("stv", name="Other", locale="de_AT", expectedVersion=1)],
    "storeViewDelete": [about("stv")],
}
UNRECORDED = dict.fromkeys(CALLS, "in the history of staff")
