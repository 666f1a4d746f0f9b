"""The companies Northwind sells to, as customers with one address each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select

from customer_gql.core.actor import SYSTEM
from customer_gql.core.ids import new_id
from customer_gql.core.text import sort_key
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.values.telephones import to_e164
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.customers.profile.tables import customer, customer_email, customer_external_id
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.database.transactions import mark_customers
from customer_gql.demo.copying import copy_rows

from .files import Record
from .rows import insert_missing

_WHOLESALE: Final = 2


def email_of(buyer: Record) -> str:
    return f"contact@{buyer['customer_id'].lower()}.example"


async def add_customers(
    connection: Connection, buyers: Sequence[Record], since: Mapping[str, datetime], view: Row
) -> tuple[int, dict[str, Row]]:
    """How many are new, and id, number and group of each. Customers who are there already, as from another import, are not changed."""
    claims = [
        {"email_normalised": normalize_email(email_of(buyer)), "scope": view.website_id, "customer_id": new_id()}
        for buyer in buyers
    ]
    fresh = await insert_missing(connection, customer_email, claims, "customer_id")
    now = datetime.now(UTC)
    made = [
        (claim["customer_id"], buyer, since.get(buyer["customer_id"], now))
        for claim, buyer in zip(claims, buyers, strict=True)
        if claim["customer_id"] in fresh
    ]
    known_elsewhere = await insert_missing(
        connection,
        customer_external_id,
        [{"external_id": buyer["customer_id"], "customer_id": id_} for id_, buyer, _ in made],
        "customer_id",
    )
    numbers = await connection.fetch("SELECT nextval('customer_number_seq') FROM generate_series(1, $1)", len(made))
    profiles = [
        {
            **_customer_row(buyer, view),
            "id": id_,
            "number": number,
            "external_id": buyer["customer_id"] if id_ in known_elsewhere else None,
            "created_at": moment,
            "updated_at": now,
        }
        for (id_, buyer, moment), (number,) in zip(made, numbers, strict=True)
    ]
    await copy_rows(connection, customer, profiles)
    mark_customers(connection, [id_ for id_, _, _ in made], customer)
    await copy_rows(connection, address, [{**_address_row(buyer, now), "customer_id": id_} for id_, buyer, _ in made])
    await record_customer_events(connection, [(id_, 1, {}) for id_, _, _ in made], kind="CREATED", by=SYSTEM)
    return len(made), await _find_customers(connection, buyers, view)


async def _find_customers(connection: Connection, buyers: Sequence[Record], view: Row) -> dict[str, Row]:
    addresses = {normalize_email(email_of(buyer)): buyer["customer_id"] for buyer in buyers}
    known = (
        select(customer_email.c.email_normalised, customer.c.id, customer.c.number, customer.c.group_id)
        .join(customer, customer.c.id == customer_email.c.customer_id)
        .where(
            equals_any(customer_email.c.email_normalised, list(addresses)), customer_email.c.scope == view.website_id
        )
    )
    return {addresses[row.email_normalised]: row for row in await fetch_rows(connection, known)}


def _split_name(buyer: Record) -> Record:
    """One cell holds the whole name: the last space separates first and last name."""
    first, _, last = buyer["contact_name"].rpartition(" ")
    return {"first_name": first or last, "last_name": last}


def _customer_row(buyer: Record, view: Row) -> Record:
    name = _split_name(buyer)
    return {
        **name,
        "name_sort_key": sort_key(name["last_name"], name["first_name"]),
        "email": email_of(buyer),
        "website_id": view.website_id,
        "created_in_store_view_id": view.id,
        "group_id": _WHOLESALE,
    }


def _address_row(buyer: Record, now: datetime) -> Record:
    return {
        **_split_name(buyer),
        "id": new_id(),
        "company": buyer["company_name"],
        "street": buyer["address"].splitlines(),
        "city": buyer["city"],
        "region": buyer["region"],
        "postcode": buyer["postal_code"],
        "country_code": buyer["country"],
        "telephone": buyer["phone"],
        "telephone_e164": to_e164(buyer["phone"], buyer["country"]),
        "fax": buyer["fax"],
        "is_default_billing": True,
        "is_default_shipping": True,
        "created_at": now,
        "updated_at": now,
    }
