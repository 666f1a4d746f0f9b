"""One row in every table, made from the definitions of the tables, so that a new table needs no line here.

No two numbers or texts are equal. Where a CHECK asks for more than the type tells, `FACTS` has the value.
"""

import datetime as dt
import itertools
import json
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Table,
    insert,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from customer_gql.database.statements import Connection, Row, fetch_one

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
FAR_OFF = dt.datetime(2199, 1, 1, tzinfo=dt.UTC)
ENDS = re.compile("expires|until|next_attempt")
TOTALS = {"subtotal": 9917, "discount_total": 211, "shipping_total": 523, "tax_total": 97, "refunded_total": 61}
NO_CHOICE = {"date_value": None, "boolean_value": None, "option_code": None, "file_id": None}
FLAGS = ["is_system", "is_required", "is_visible", "is_being_deleted"]
STATE = {"held_state": None, "held_status": None}
DOCUMENTED = {"quantity_invoiced": 4, "quantity_canceled": 2, "quantity_refunded": 1}
LINE = {"price": 613, "discount": 59, "quantity_ordered": 7, "quantity_shipped": 3}

FACTS: dict[str, dict[str, Any]] = {
    "website": {"is_default": False},
    "customer": {"customer_type": "INDIVIDUAL", "birth_year": None},
    "address": {"region_code": "GB-ENG"},
    "attribute": {
        **dict.fromkeys([*FLAGS, "is_grid_column", "is_grid_filter"], False),
        "code": lambda: f"bystander_{next(numbers)}",
        "rules": "{}",
        "default_value": None,
        "forms": [],
    },
    "attribute_option": {"is_being_removed": False},
    "attribute_website": {"is_required": False, "is_visible": False, "default_value": None},
    # Of a file that waits for its value.
    "attribute_upload": {"used_at": None, "customer_id": None, "address_id": None},
    "customer_attribute": NO_CHOICE,
    "address_attribute": NO_CHOICE,
    "company": {"parent_id": None, "status": "ACTIVE", "rejection_reason": None},
    "company_role": {"permissions": ["CHECKOUT"]},
    "company_member": {"parent_id": None},
    "customer_grid_row": {
        "confirmation_status": "CONFIRMED",
        "status": "ACTIVE",
        "customer_type": "INDIVIDUAL",
        "gender": "FEMALE",
        "newsletter_status": "SUBSCRIBED",
    },
    "sales_order": {**STATE, **TOTALS, "grand_total": 9917 - 211 + 523 + 97},
    "order_comment": {"state": "NEW"},
    "sales_order_item": {**LINE, **DOCUMENTED, "row_total": 613 * 7 - 59, "options": "[]"},
    "invoice": {**TOTALS, "grand_total": 9917 - 211 + 523 + 97},
    # Nothing that its provider is asked about.
    "order_payment": {"state": "AUTHORIZED", "amount": 9917, "captured_total": 97, "check_at": None},
    # Beside those that the shop has.
    "order_status": {"code": lambda: f"bystander_{next(numbers)}"},
    "order_status_state": {"is_default": False},
    "cart": {"updated_at": FAR_OFF},
    "cart_item": {"options": "[]"},
    "wishlist_item": {"options": "[]"},
    "customer_browsing": dict.fromkeys(["listed", "compared", "viewed"], "[]"),
    "visitor_browsing": {**dict.fromkeys(["listed", "compared", "viewed"], "[]"), "updated_at": FAR_OFF},
    "review": {"rating": 4},
    "product_tier_price": {"percent": None},
    "catalog_price_rule": {"amount": 7, "is_active": False},
    "cart_price_rule": {"amount": 7, "is_active": False, "buy_quantity": None, "coupon_code": None},
    "tax_rate": {"percent": 7},
    "email_token": {"purpose": "CONFIRM", "new_email": None},
    "mail_template": {"name": "welcome", "scope": "WEBSITE", "locale": "default"},
    "configuration_value": {"path": "accounts.session_days", "scope": "WEBSITE", "value": "31"},
    "impersonation": {"started_at": FAR_OFF},
    "refused_movement": {"created_at": FAR_OFF},
    "staff_session": {"last_used_at": FAR_OFF},
    "staff_role": {"permissions": ["customers.read"]},
    "service_token": {"permissions": ["customers.read"]},
    "export_schedule": {"at": dt.time(6, 30), "weekday": None, "day": None, "next_at": FAR_OFF, "format": "CSV"},
    "stored_file": {"permissions": ["customers.export"], "stored_at": LONG_AGO},
    "customer_import": {"status": "DONE", "finished_at": FAR_OFF, "columns": "[]"},
    "import_row": {"problems": "[]"},
    "import_mapping": {"mapping": "[]"},
    # Beside the feed, which begins at 1.
    "domain_event": {
        "type": "customer.updated",
        "written": 0,
        "position": lambda: -next(numbers),
        "occurred_at": FAR_OFF,
    },
    "domain_event_feed": {"deleted_through": 0},
    "webhook_delivery": {"created_at": FAR_OFF},
    "webhook_attempt": {"attempted_at": FAR_OFF},
    "webhook": {"status": "DISABLED", "failure_count": 0, "types": ["customer.updated"]},
    "job_run": {
        **dict.fromkeys(["done_count", "unchanged_count", "refused_count", "not_found_count"], 1),
        **dict.fromkeys(["failed_count", "canceled_count"], 1),
        "total_count": 6,
        "status": "DONE",
        "finished_at": FAR_OFF,
        "permissions": ["customers.read"],
    },
}
"""By table and column. Nothing is due, because tests start services whose schedules run meanwhile."""

NAMED = {"customer_id": "customer", "staff_id": "staff_user", "website_id": "website", "scope_id": "website"}
NAMED |= {"scope": "website", "store_view_id": "store_view", "order_id": "sales_order"}
NAMED |= {"selection_id": "selection", "job_id": "job_run", "customer_ids": "customer", "record_ids": "sales_order"}
NAMED |= {"recipient_staff_ids": "staff_user", "import_id": "customer_import"}
NAMED |= {"admin_customer_id": "customer", "impersonator_id": "staff_user", "sales_representative_id": "staff_user"}
NAMED |= {"product_id": "product", "group_ids": "customer_group", "rate_ids": "tax_rate"}
NAMED |= {"customer_class_ids": "tax_class", "product_class_ids": "tax_class"}
NAMED |= {"webhook_id": "webhook", "delivery_id": "webhook_delivery"}
NAMED |= {"session_id": "customer_session", "impersonation_id": "impersonation", "website_ids": "website"}
NAMED |= {
    "group_id": "customer_group",
    "customer_group_id": "customer_group",
    "created_in_store_view_id": "store_view",
    "subscribed_store_view_id": "store_view",
}
"""Columns that name a row where there is no foreign key, as in lookup tables, and the table of that row."""

numbers = itertools.count(2001)
# A worker makes more rows than 16 bits can number.
small_numbers = itertools.count(1001)


async def furnish(connection: Connection, tables: Iterable[Table]) -> dict[str, Row]:
    """The rows made, by table."""
    made: dict[str, Row] = {}
    for table in in_order(tables):
        values = {column.name: value_of(column, made) for column in table.columns}
        row = await fetch_one(connection, insert(table).values(**values).returning(table))
        assert row is not None
        made[table.name] = row
    return made


def in_order(tables: Iterable[Table]) -> list[Table]:
    """Each table after those it names."""
    left, ordered = list(tables), []
    while left:
        waiting = {table.name for table in left}
        ready = [table for table in left if not named_by(table) & (waiting - {table.name})]
        assert ready, f"these tables name each other: {sorted(waiting)}"
        ordered += ready
        left = [table for table in left if table not in ready]
    return ordered


def named_by(table: Table) -> set[str]:
    return {target[0] for column in table.columns if (target := target_of(column))}


def target_of(column: Column[Any]) -> tuple[str, str] | None:
    """Table and column of the row that the column names."""
    for key in column.foreign_keys:
        return key.column.table.name, key.column.name
    is_key = column.name in NAMED and isinstance(column.type, Integer | ARRAY)
    return (NAMED[column.name], "id") if is_key else None


def value_of(column: Column[Any], made: dict[str, Row]) -> Any:
    facts, target = FACTS.get(column.table.name, {}), target_of(column)
    if column.name in facts:
        fact = facts[column.name]
        return fact() if callable(fact) else fact
    if target is not None:
        named = made[target[0]][target[1]]
        return [named] if isinstance(column.type, ARRAY) else named
    listed = listed_values(column)
    return listed[0] if listed else value_of_type(column, made)


def listed_values(column: Column[Any]) -> list[str]:
    """What `one_of` allows."""
    checks = [str(check.sqltext) for check in column.table.constraints if isinstance(check, CheckConstraint)]
    return re.findall("'([^']+)'", next((text for text in checks if text.startswith(f"{column.name} IN (")), ""))


def value_of_type(column: Column[Any], made: dict[str, Row]) -> Any:
    for kind, make in MAKERS:
        if isinstance(column.type, kind):
            return make(column, made, next(numbers))
    raise AssertionError(f"no value is known for the type of {column}")


def make_moment(column: Column[Any], _made: dict[str, Row], number: int) -> dt.datetime | None:
    """What may be missing, as when a token was used, did not happen; what ends does so after every test."""
    if ENDS.search(column.name):
        return FAR_OFF
    return None if column.nullable else LONG_AGO + dt.timedelta(seconds=number)


def make_text(column: Column[Any], made: dict[str, Row], number: int) -> str:
    if column.name == "email_normalised":
        return made["customer"].email
    shaped = {
        "currency": "EUR",
        "country_code": "GB",
        "code": f"code-{number}",
        "email": f"bystander{number}@example.com",
    }
    return shaped.get(column.name, f"{column.name} {number}")


Make = Callable[[Column[Any], dict[str, Row], int], Any]

MAKERS: list[tuple[type | tuple[type, ...], Make]] = [
    (DateTime, make_moment),
    (Date, lambda _column, _made, number: dt.date(1960, 1, 1) + dt.timedelta(days=number)),
    (Interval, lambda _column, _made, number: dt.timedelta(hours=number)),
    (ARRAY, lambda column, _made, number: [f"{column.name} {number}"]),
    # Before and after, as histories keep them.
    (JSONB, lambda column, _made, number: json.dumps({column.name: [None, number]})),
    (Boolean, lambda _column, _made, _number: True),
    (SmallInteger, lambda _column, _made, _number: next(small_numbers)),
    ((Integer, Numeric), lambda _column, _made, number: number),
    (LargeBinary, lambda _column, _made, _number: secrets.token_bytes(32)),
    (String, make_text),
    (TSVECTOR, lambda column, _made, number: f"'{column.name}{number}'"),
]
