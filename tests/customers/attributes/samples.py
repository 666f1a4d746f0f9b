"""Samples of attributes for the tests that walk the whole graph."""

import json
import uuid
from typing import Any

from sqlalchemy import select

from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.attributes.tables import attribute, attribute_label, attribute_option, attribute_website
from customer_gql.database.statements import Connection, fetch_one
from support.calls import by_input
from support.customers import put

WEBSITE = encode_id("web", 1)
VIEW = encode_id("stv", 1)
UNKNOWN = encode_id("att", 1 << 40)


_DEFINED = "what staff define, which says nothing about a person"
_MASKED = "masked where the attribute is personal"
NOT_PERSONAL = {
    **dict.fromkeys(
        (
            *("AttributeDefault.lines", "AttributeDefault.options"),
            *("AttributeDefault.text", "AttributeLabel.label", "AttributeOption.code", "AttributeOption.label"),
            *("AttributeValue.code", "AttributeValue.label"),
        ),
        _DEFINED,
    ),
    **dict.fromkeys(
        (
            *("AttributeValue.display", "AttributeValue.lines", "AttributeValue.text"),
            *("AttributeValueOption.code", "AttributeValueOption.label"),
        ),
        _MASKED,
    ),
}


def new_code() -> str:
    return f"a_{uuid.uuid4().hex[:20]}"


def definition() -> dict[str, Any]:
    return {
        "label": "Shoe size",
        "labels": [{"storeViewId": VIEW, "label": "Size"}],
        "sortOrder": 7,
        "rules": {"maxLength": 20},
        "forms": ["ADMIN_CHECKOUT"],
        "defaultValue": {"text": "42"},
        "websites": [{"websiteId": WEBSITE, "isVisible": True}],
    }


CHOICE = {"options": [{"code": "s", "label": "Small", "labels": [{"storeViewId": VIEW, "label": "Klein"}]}]}
CALLS = {
    "attributes": [lambda _ids: {"entity": "CUSTOMER"}],
    "attribute": [lambda _ids: {"id": UNKNOWN}],
    "attributeCreate": [
        by_input(lambda _ids: {"entity": "CUSTOMER", "code": new_code(), "type": "TEXT", **definition()}),
        by_input(lambda _ids: {"entity": "CUSTOMER", "code": new_code(), "type": "SELECT", "label": "Size", **CHOICE}),
    ],
    "attributeUpdate": [by_input(lambda _ids: {"id": UNKNOWN, **definition(), **CHOICE, "expectedVersion": 1})],
    "attributeDelete": [by_input(lambda _ids: {"id": UNKNOWN})],
}
UNRECORDED = dict.fromkeys(("attributeCreate", "attributeUpdate", "attributeDelete"), "in the history of staff")


async def make_attribute(connection: Connection, options: tuple[str, ...] = (), **given: Any) -> Any:
    """The row of a new attribute: of customers, a text, shown in every form of its entity unless `given` says otherwise."""
    entity = given.get("entity", "CUSTOMER")
    forms = ["SIGN_UP", "ACCOUNT_EDIT"] if entity == "CUSTOMER" else ["ADDRESS_CREATE", "ADDRESS_EDIT"]
    values = {
        "id": new_id(),
        "entity": entity,
        "code": new_code(),
        "type": "TEXT",
        "label": "Shoe size",
        "forms": forms,
    }
    values |= {"is_visible": True, **given}
    values |= {name: json.dumps(given[name]) for name in ("rules", "default_value") if name in given}
    await put(connection, attribute, **values)
    for place, code in enumerate(options):
        await put(
            connection, attribute_option, attribute_id=values["id"], code=code, place=place, label=code.capitalize()
        )
    return await fetch_one(connection, select(attribute).where(attribute.c.id == values["id"]))


async def delete_made(connection: Connection) -> None:
    """The attributes that tests made, with their values."""
    of_tests = "SELECT id FROM attribute WHERE code LIKE 'a\\_%' AND NOT is_system"
    for table in ("customer_attribute", "address_attribute"):
        await connection.execute(f"DELETE FROM {table} WHERE attribute_id IN ({of_tests})")
    await connection.execute(f"DELETE FROM attribute WHERE id IN ({of_tests})")


async def override(connection: Connection, row: Any, website_id: int, **given: Any) -> None:
    if "default_value" in given:
        given = {**given, "default_value": json.dumps(given["default_value"])}
    await put(connection, attribute_website, attribute_id=row.id, website_id=website_id, **given)


async def translate(connection: Connection, row: Any, store_view_id: int, label: str) -> None:
    await put(connection, attribute_label, attribute_id=row.id, store_view_id=store_view_id, label=label)
