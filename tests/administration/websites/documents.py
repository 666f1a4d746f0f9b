"""Documents of websites, stores and store views, and what tests ask of them."""

import uuid

from customer_gql.core.ids import encode_id
from customer_gql.shop.websites.tables import store, store_view, website

TABLES = {"website": website, "store": store, "storeView": store_view}
PREFIXES = {"website": "web", "store": "sto", "storeView": "stv"}
SHOWN = {
    "website": "id code name currency isDefault version",
    "store": "id code name isDefault version",
    "storeView": "id code name locale isDefault isActive version",
}
DELETED = {"website": "deletedWebsiteId", "store": "deletedStoreId", "storeView": "deletedStoreViewId"}
ERRORS = "userErrors { code key path params }"


def fresh():
    return f"w{uuid.uuid4().hex[:20]}"


def document(kind, what):
    name = f"{kind}{what}"
    type = f"{name[0].upper()}{name[1:]}Input"
    shown = DELETED[kind] if what == "Delete" else f"{kind} {{ {SHOWN[kind]} }}"
    dry = ("", "") if what != "Delete" else (", $dryRun: Boolean", ", dryRun: $dryRun")
    return f"mutation M($input: {type}!{dry[0]}) {{ {name}(input: $input{dry[1]}) {{ {shown} {ERRORS} }} }}"


async def call(client, kind, what, /, *, dry_run=None, **input):
    more = {} if dry_run is None else {"dryRun": dry_run}
    [payload] = (await client.data(document(kind, what), input=input, **more)).values()
    return payload


def refusals(payload):
    return [(error["code"], error["key"], error["path"]) for error in payload["userErrors"]]


async def make(client, kind, /, **given):
    """One that the client creates; what it shows."""
    more = {"website": {"currency": "EUR"}, "storeView": {"locale": "de_AT"}}.get(kind, {})
    answer = await call(client, kind, "Create", **{"code": fresh(), "name": "Named", **more, **given})
    assert answer["userErrors"] == []
    return answer[kind]


async def make_all(client, **given):
    """A website with a store and a store view."""
    site = await make(client, "website", **given)
    shop = await make(client, "store", websiteId=site["id"])
    return {"website": site, "store": shop, "storeView": await make(client, "storeView", storeId=shop["id"])}


def key_of(public_id):
    return int(public_id.split("_")[1], 16)


def public_id(kind, key):
    return encode_id(PREFIXES[kind], key)
