"""What slices declare for the demo shop: rows by column name that depend on what is passed in, loaded by the demo alone."""

import hashlib
import random
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

import orjson
import pytest

from customer_gql.core.values.emails import validate_email
from customer_gql.core.values.person_names import validate_person_name
from customer_gql.customers.addresses.fields import COLUMNS as ADDRESS_COLUMNS, validate_new_address
from customer_gql.customers.addresses.settings import COMPANY, FAX, STREET_LINES, TELEPHONE
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.attributes.built_in.rules import FIELD_RULES
from customer_gql.customers.attributes.definitions import CHOICES
from customer_gql.customers.attributes.rules import MEMBERS, ValueRules, validate_value
from customer_gql.customers.attributes.tables import AttributeType, attribute, attribute_option
from customer_gql.customers.attributes.uploads.content import FileRules, clean_content, judge_announced
from customer_gql.customers.attributes.uploads.files import FILES
from customer_gql.customers.attributes.uploads.tables import attribute_upload
from customer_gql.customers.attributes.values.tables import address_attribute, customer_attribute
from customer_gql.customers.profile.tables import Gender, customer
from customer_gql.customers.profile.values.births import BIRTH_DATE
from customer_gql.customers.profile.values.fields import (
    CHOICE_SETTINGS,
    COLUMNS as PROFILE_COLUMNS,
    SHOW_SETTINGS,
    validate_profile,
)
from customer_gql.database.seeding import Rows, TableRows, to_milliseconds
from customer_gql.demo.seed.batches import CUSTOMER_SEEDS, SHOP_SEEDS, DemoShop, make_batch, make_shop_rows
from customer_gql.messaging.files.tables import stored_file, stored_file_part
from customer_gql.schema.slices import SLICES
from customer_gql.schema.tables import metadata
from customer_gql.shop.countries.options import SETTINGS as COUNTRY_SETTINGS
from customer_gql.staff.tables import staff_user

SHOP = DemoShop(customers=400, seed=3, until=to_milliseconds(datetime(2026, 8, 20, tzinfo=UTC)))
MODULES = [name for slice_name in SLICES if find_spec(name := f"customer_gql.{slice_name}.seed")]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return {**make_shop_rows(SHOP), **make_batch(SHOP, 1)}


def loaded_by(statement: str) -> set[str]:
    program = f"import sys; {statement}; print(*sys.modules)"
    return set(subprocess.check_output([sys.executable, "-c", program], text=True).split())


@pytest.mark.slow
def test_the_service_loads_no_seed_and_no_mimesis():
    loaded = loaded_by("import customer_gql.app, customer_gql.cli")
    assert {name for name in loaded if name == "mimesis" or name.endswith((".seed", ".seeding", ".shopper"))} == set()


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_a_seed_needs_no_mimesis_no_demo_and_no_graphql(module: str):
    loaded = loaded_by(f"import {module}")
    assert loaded.isdisjoint({"mimesis", "strawberry", "starlette", "customer_gql.demo"})


def test_every_table_is_filled_by_one_seed():
    tables = [table.name for seed in (*SHOP_SEEDS, *CUSTOMER_SEEDS) for table in seed.tables]
    assert len(tables) == len(set(tables)) >= 28


def test_rows_name_columns_of_their_table_and_all_it_needs(rows: Rows):
    for table, made in rows.items():
        assert made.records, table
        assert set(made.columns) <= set(table.c.keys()), table
        needed = {column.name for column in table.c if not column.nullable and column.server_default is None}
        assert needed <= set(made.columns), table


def test_rows_depend_on_what_is_passed_in_alone(rows: Rows):
    random.seed(5)
    again = {**make_shop_rows(SHOP), **make_batch(SHOP, 1)}
    assert {table.name: made.records for table, made in again.items()} == {
        table.name: made.records for table, made in rows.items()
    }


def test_a_row_of_other_columns_is_refused():
    made = TableRows()
    made.append({"id": 1, "name": "a"})
    with pytest.raises(ValueError, match="This row has id, name, code; the first one had id, name"):
        made.append({"id": 2, "name": "b", "code": "c"})
    with pytest.raises(KeyError):
        made.append({"id": 2, "code": "c"})
    made.append({"name": "b", "id": 2})
    assert (made.records, made.values_of("id")) == ([(1, "a"), (2, "b")], [1, 2])


def test_parents_are_stored_before_children():
    order = {table.name: place for place, table in enumerate(metadata.sorted_tables)}
    for table in metadata.sorted_tables:
        parents = {key.referred_table.name for key in table.foreign_key_constraints} - {table.name}
        assert all(order[parent] < order[table.name] for parent in parents)


def made_rows(rows: Rows, table: Any) -> list[dict[str, Any]]:
    made = rows[table]
    return [dict(zip(made.columns, record, strict=True)) for record in made.records]


def settings_asking_for_everything() -> Any:
    """The settings of a website that asks for every field."""
    shown = dict.fromkeys((*SHOW_SETTINGS.values(), COMPANY, FAX), "OPTIONAL")
    return {
        STREET_LINES: 2,
        TELEPHONE: "REQUIRED",
        BIRTH_DATE: "DATE",
        FIELD_RULES: "",
        **dict.fromkeys(CHOICE_SETTINGS.values(), ""),
        **{setting: setting.default for setting in COUNTRY_SETTINGS},
        **shown,
    }


def test_every_address_is_one_that_a_customer_could_enter(rows: Rows):
    shop = settings_asking_for_everything()
    made = made_rows(rows, address)
    assert len(made) > 300
    for row in made:
        given = {field: row.get(column) for field, column in ADDRESS_COLUMNS.items()}
        stored = validate_new_address(given, shop, frozenset())
        assert stored == {column: row.get(column) for column in stored}


def test_every_profile_is_one_that_a_customer_could_enter(rows: Rows):
    shop = settings_asking_for_everything()
    for row in made_rows(rows, customer):
        given = {field: row.get(column) for field, column in PROFILE_COLUMNS.items()}
        given["gender"] = None if row["gender"] is None else Gender(row["gender"])
        assert validate_profile(given, shop) == {field: row.get(column) for field, column in PROFILE_COLUMNS.items()}
        assert validate_email(row["email"]) == row["email"]


def test_every_name_of_staff_is_one_that_staff_could_enter(rows: Rows):
    names = [row["name"] for row in made_rows(rows, staff_user)]
    assert names
    assert [validate_person_name(name, ["name"], required=True) for name in names] == names


def test_values_of_attributes_are_ones_that_staff_could_enter(rows: Rows):
    defined = {row["id"]: row for row in made_rows(rows, attribute)}
    assert {row["type"] for row in defined.values()} == {type.value for type in AttributeType}
    options = {(row["attribute_id"], row["code"]) for row in made_rows(rows, attribute_option)}
    files = {row["file_id"] for row in made_rows(rows, attribute_upload)}
    for table, entity in ((customer_attribute, "CUSTOMER"), (address_attribute, "ADDRESS")):
        met = set[int]()
        for row in made_rows(rows, table):
            one = defined[row["attribute_id"]]
            met.add(one["id"])
            kind = AttributeType(one["type"])
            if kind in FILES:
                assert row["file_id"] in files
                continue
            [value] = [row[name] for name in row if name.endswith(("_value", "_code")) and row[name] is not None]
            given = [value] if MEMBERS[kind] in ("lines", "options") else value
            stored = validate_value({MEMBERS[kind]: given}, ValueRules(kind, orjson.loads(one["rules"])), [])
            assert stored == given
            assert kind not in CHOICES or (one["id"], value) in options
        assert met == {id for id, row in defined.items() if row["entity"] == entity}


def test_files_of_attributes_are_ones_that_customers_could_upload(rows: Rows):
    defined = {row["id"]: row for row in made_rows(rows, attribute)}
    uploads, files = made_rows(rows, attribute_upload), {row["id"]: row for row in made_rows(rows, stored_file)}
    contents = {row["file_id"]: row["content"] for row in made_rows(rows, stored_file_part)}
    values = [*made_rows(rows, customer_attribute), *made_rows(rows, address_attribute)]
    named = {row["file_id"]: row for row in values if row["file_id"] is not None}
    assert len(uploads) == len(files) == len(contents) == len(named) > 10
    for upload in uploads:
        one, file, content = defined[upload["attribute_id"]], files[upload["file_id"]], contents[upload["file_id"]]
        value = named[upload["file_id"]]
        rules = FileRules(AttributeType(one["type"]), orjson.loads(one["rules"]))
        assert judge_announced(upload["name"], len(content), rules) == upload["media_type"] == file["media_type"]
        assert clean_content(content, upload["name"], rules)
        assert (file["size_bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).digest())
        assert value["text_value"] == upload["name"] == file["name"]
        for column in ("customer_id", "address_id", "attribute_id"):
            assert value.get(column) == upload[column]
