"""Samples of the customer grid for the tests that walk the whole graph."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.core.text import fold_text
from customer_gql.customers.profile.tables import customer_activity
from customer_gql.customers.tags.tables import customer_tag
from customer_gql.database.statements import Connection, Row
from support.access_walk import Sample
from support.calls import GROUP, about, by_input, filtered
from support.changes import Changes, by_staff
from support.customers import (
    make_address,
    make_customer,
    make_full_customer,
    make_order,
    make_product,
    put,
    recompute_rows,
)
from support.made_rows import MadeRows
from support.staff import make_website
from support.writers import Subject, Writer

FIRST_NAMES = [
    "Stra\u00dfe",
    "\u00c9va",
    "A%b_c\\d",
    "\u0130stanbul",
    "\uff21\uff4e\uff4e\uff41",
    "\u4f0a\u85e4",
    "ann",
    "\u1e9eA",
]


async def make_rows(connection: Connection, count: int) -> MadeRows:
    """Customers who differ in what sorts and filters them, some with the same values and some with none."""
    website = await make_website(connection)
    here = {"website_id": website, "created_in_store_view_id": website}
    full = await make_full_customer(connection, first_name="Full", email=f"Full.Case{website}@Example.COM", **here)
    await make_shipped_order(connection, full, website)
    for number in range(count - 1):
        await make_varied_customer(connection, number, here)

    async def add(connection: Connection) -> None:
        await make_customer(connection, first_name="Ann", **here)

    return MadeRows({"website": {"eq": encode_id("web", website)}}, add, website)


async def make_shipped_order(connection: Connection, owner: Row, website: int) -> None:
    product = await make_product(connection, currency="EUR")
    await make_order(connection, owner, [product], store_view_id=website, currency="EUR")


async def make_varied_customer(connection: Connection, number: int, here: dict[str, Any]) -> None:
    now, name = dt.datetime.now(dt.UTC), FIRST_NAMES[number % 8]
    row = await make_customer(
        connection,
        **here,
        first_name=name,
        last_name=FIRST_NAMES[-1 - number % 8],
        gender=["MALE", "FEMALE", None][number % 3],
        status=["ACTIVE", "INACTIVE"][number % 2],
        date_of_birth=[None, dt.date(1990, 2, 28), dt.date(2000, 2, 29)][number % 3],
        tax_vat_number=[None, "gb 12%"][number % 2],
        is_email_confirmed=number % 4 != 1,
        email_verified_at=now if number % 4 == 2 else None,
        locked_until=[None, now + dt.timedelta(days=1), now - dt.timedelta(days=1)][number % 3],
        created_at=now - dt.timedelta(days=40 * number, hours=1),
        allows_remote_assistance=number % 2 == 0,
        group_id=1 + number % 3,
    )
    for tag in [(), ("VIP",), ("Caf\u00e9", "vip")][number % 3]:
        await put(connection, customer_tag, customer_id=row.id, fold=fold_text(tag), tag=tag)
    await recompute_rows(connection, row.id)
    if number % 2:
        await make_address(
            connection,
            row,
            is_default_billing=True,
            company=name,
            city=name,
            region=[None, "\u00c9ire"][number % 2],
            country_code=["GB", "DE", "JP"][number % 3],
            telephone=["+44 20 7946 0000", "030 123456", "00 81 3-1234-5678"][number % 3],
            fax=name,
            vat_number=name,
        )
    if number == 3:
        await make_shipped_order(connection, row, here["website_id"])
        await put(connection, customer_activity, customer_id=row.id, last_activity_at=now, last_sign_in_at=now)
        await recompute_rows(connection, row.id)


GRID_ROWS = {"CUSTOMERS": make_rows}
REFERENCES = {"website": "web", "createdIn": "stv", "salesRepresentative": "stf", "subscribedStoreView": "stv"}


def edited_within(key: str, prefix: str) -> Sample:
    make_filter = filtered(key, prefix)
    return lambda ids: {"input": {"id": ids["cus"], "groupId": GROUP}, **make_filter(ids)}


NOT_PERSONAL = {
    "CustomerGridRow.country": "a code",
    "CustomerGridRow.region": "a state, as the country is one",
    "CustomerGridRow.tags": "as `Customer.tags`",
    "CustomerGridRow.externalId": "as `Customer.externalId`",
    **dict.fromkeys(["FacetValue.value", "FacetValue.label"], "facets of personal columns are refused"),
    **dict.fromkeys(
        ["MatchedClause.path", "MatchedClause.operator", "MatchedClause.actual"], "personal columns are refused"
    ),
    **dict.fromkeys(["ExplainedClause.path", "Facet.column"], "names of columns"),
    "GridReference.label": "the name of a group, a website, a store view or a staff user",
    **dict.fromkeys(
        [
            f"GridColumn.{field}"
            for field in ("key", "attributeCode", "label", "operators", "sortKey", "values", "missingPermission")
        ],
        "about the column, not about a row",
    ),
}
CALLS = {
    "gridColumns": [lambda _: {"grid": "CUSTOMERS"}],
    "customers": [
        lambda _: {},
        # Groups are for everybody to see.
        lambda _: {"filter": {"group": {"eq": GROUP, "in": [GROUP], "notIn": [GROUP]}}},
        *[filtered(key, prefix) for key, prefix in REFERENCES.items()],
    ],
    "customerQuickEdit": [
        about("cus", taxVatNumber="X1"),
        about("cus", groupId=GROUP),
        by_input(lambda ids: {"id": ids.own("cus"), "websiteId": ids["web"]}),
        lambda ids: {"input": {"id": ids["cus"], "gender": "MALE"}, "viewId": ids["gvw"]},
        lambda ids: {
            "input": {"id": ids["cus"], "groupId": GROUP},
            "filter": {"group": {"eq": GROUP, "in": [GROUP], "notIn": [GROUP]}},
        },
        *[edited_within(key, prefix) for key, prefix in REFERENCES.items()],
    ],
}
CHANGES: Changes = {
    "customerQuickEdit": [(by_staff(taxVatNumber="GB7"), "EDITED", {"taxVatNumber"})],
}


def quick_edit(make: Callable[[Subject, int], dict[str, Any]]) -> Writer:
    async def writer(subject: Subject, turn: int) -> Any:
        return "customerQuickEdit", subject.staff, {"id": encode_id("cus", subject.id), **make(subject, turn)}

    return writer


def edited_row(_subject: Subject, turn: int) -> dict[str, Any]:
    return {
        "groupId": encode_id("grp", 1 + turn),
        "telephone": f"+44 20 555{turn}",
        "postcode": f"N1 8A{'AB'[turn - 1]}",
        "taxVatNumber": f"QE {turn}",
        "gender": ("NOT_SPECIFIED", "MALE")[turn - 1],
    }


WRITERS = {
    "customerQuickEdit row": quick_edit(edited_row),
    "customerQuickEdit email": quick_edit(lambda subject, turn: {"email": f"new{turn}.{subject.id}@example.com"}),
    "customerQuickEdit website": quick_edit(
        lambda subject, turn: {"websiteId": encode_id("web", subject.other_websites[turn - 1])}
    ),
}
