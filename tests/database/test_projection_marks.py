"""A module that changes rows which a projection reads also marks their customers: nothing else would notice."""

import ast
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Table

from customer_gql.commerce.orders import reads, tables
from customer_gql.schema.projections import PROJECTIONS

SOURCES = Path(__file__).parents[2] / "src"
SOURCE_TABLES = {table for projection in PROJECTIONS for table in projection.reads}
MARKS = {"mark_customers", "mark_imported_customers"}
WRITES = {"insert", "update", "delete", "upsert", "copy_rows", "copy_table"}
WRITTEN_SQL = re.compile(r"(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|COPY)\s+(\w+)", re.IGNORECASE)
# The demo's customers are not visible to anyone else yet; each batch is recomputed by itself.
WITHOUT_MARKS = {"customer_gql/demo/seed/seeding.py"}
# Makes statements; `profile/writes.py`, which runs them, marks.
WITHOUT_MARKS |= {"customer_gql/customers/profile/values/updates.py"}
PROGRAMS = {"customer_gql/cli/__main__.py"}  # importing it runs it
FILES = [
    file
    for file in sorted(SOURCES.rglob("*.py"))
    if file.relative_to(SOURCES).as_posix() not in WITHOUT_MARKS | PROGRAMS
]


def written_tables(tree: ast.AST, module: ModuleType) -> set[str]:
    """Names of the tables of projections that this source inserts into, updates or deletes from."""
    names = {table.name for table in SOURCE_TABLES}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {name for name in WRITTEN_SQL.findall(node.value) if name in names}
        if isinstance(node, ast.Call) and called(node) in WRITES:
            found |= {table.name for argument in node.args for table in tables_in(argument, module)}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            found |= {table.name for table in tables_in(node.func.value, module)}
    return found


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def tables_in(node: ast.AST, module: ModuleType) -> set[Table]:
    """Tables that the expression is, by their names in the module or in a module that it imports."""
    if isinstance(node, ast.Name):
        value = getattr(module, node.id, None)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        value = getattr(getattr(module, node.value.id, None), node.attr, None)
    else:
        value = None
    return {value} & SOURCE_TABLES if isinstance(value, Table) else set()


def marks(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) and called(node) in MARKS for node in ast.walk(tree))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCES).as_posix())
def test_changes_of_what_a_projection_reads_are_marked(file: Path):
    tree = ast.parse(file.read_text())
    if marks(tree):
        return
    names = {table.name for table in SOURCE_TABLES}
    if not any(name in file.read_text() for name in names):
        return
    module = import_module(".".join(file.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__"))
    assert written_tables(tree, module) == set()


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("insert(sales_order).values(rows)", tables),
        ("update(sales_order).values(status='CANCELED')", reads),
        ("await copy_rows(connection, sales_order, rows)", tables),
        ("sales_order.delete()", tables),
        ("await connection.execute('UPDATE sales_order SET status = 1')", tables),
    ],
)
def test_the_lint_finds_a_change(source: str, module: ModuleType):
    tree = ast.parse(f"async def change(connection, rows):\n    {source}")
    assert written_tables(tree, module) == {"sales_order"}
    assert not marks(tree)


def test_the_lint_leaves_reads_alone():
    tree = ast.parse("select(sales_order).where(sales_order.c.id == 1); delete(shipment); 'SELECT FROM sales_order'")
    assert written_tables(tree, tables) == set()
