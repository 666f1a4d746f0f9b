"""What slices declare for the demo shop: rows by column name that depend on what is passed in, loaded by the demo alone."""

import random
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import find_spec

import pytest

from customer_gql.database.seeding import Rows, TableRows, to_milliseconds
from customer_gql.demo.seed.batches import CUSTOMER_SEEDS, SHOP_SEEDS, DemoShop, make_batch, make_shop_rows
from customer_gql.schema.slices import SLICES
from customer_gql.schema.tables import metadata

SHOP = DemoShop(customers=400, seed=3, until=to_milliseconds(datetime(2026, 8, 20, tzinfo=UTC)))
MODULES = [name for slice_name in SLICES if find_spec(name := f"customer_gql.{slice_name}.seed")]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return {**make_shop_rows(SHOP), **make_batch(SHOP, 1)}


def loaded_by(statement: str) -> set[str]:
    program = f"import sys; {statement}; print(*sys.modules)"
    return set(subprocess.check_output([sys.executable, "-c", program], text=True).split())


def test_the_service_loads_no_seed_and_no_mimesis():
    loaded = loaded_by("import customer_gql.app, customer_gql.cli")
    assert {name for name in loaded if name == "mimesis" or name.endswith((".seed", ".seeding", ".shopper"))} == set()


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
        assert all(order[key.referred_table.name] < order[table.name] for key in table.foreign_key_constraints)
