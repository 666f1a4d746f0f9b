"""The name and the form of a stored value in the history, in code and in the SQL of imports."""

import datetime as dt

import orjson
import pytest

from customer_gql.core.ids import encode_id, encode_id_in_sql
from customer_gql.customers.history.stored_values import describe_changes, name_stored_value, pair_in_sql

ADDRESS = encode_id("adr", 7, 8)
CASES = [
    ("tax_vat_number", "text", None, "GB1"),
    ("group_id", "bigint", 1, 2),
    ("date_of_birth", "date", None, dt.date(1980, 1, 2)),
    ("street", "text[]", ["1 Road"], ["2 Road", "Flat"]),
    ("is_automatic_group_change_disabled", "boolean", False, True),
]


def test_names():
    assert name_stored_value("email") == "email"
    assert name_stored_value("tax_vat_number") == "taxVatNumber"
    assert name_stored_value("postcode", ADDRESS) == f"{ADDRESS}.postcode"


def test_only_what_differs_is_a_change_and_ids_are_public():
    stored = {"group_id": 1, "email": "a@example.com", "name_sort_key": "a"}
    values = {"group_id": 2, "email": "a@example.com", "name_sort_key": "b"}
    assert describe_changes(stored, values) == {"groupId": (encode_id("grp", 1), encode_id("grp", 2))}


@pytest.mark.parametrize(("column", "type_", "stored", "given"), CASES, ids=[case[0] for case in CASES])
@pytest.mark.parametrize("record", [None, ADDRESS])
async def test_sql_gives_the_same(column, type_, stored, given, record, connection):
    of_record = record and encode_id_in_sql("adr", "7", "8")
    pair = pair_in_sql(column, f"$1::{type_}", f"$2::{type_}", record=of_record)
    row = await connection.fetchrow(f"SELECT * FROM (VALUES {pair}) AS pair (name, stored, given)", stored, given)
    before, after = (None if value is None else orjson.loads(value) for value in (row.stored, row.given))
    assert describe_changes({column: stored}, {column: given}, record=record) == {row.name: (before, after)}
