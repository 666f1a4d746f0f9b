"""Generated statements print a column by the type that its read declares, so PostgreSQL has to give that type."""

from collections.abc import Iterator
from typing import Any, Final

from graphql import GraphQLSchema
from sqlalchemy import (
    ARRAY,
    CHAR,
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
)
from sqlalchemy.types import NullType, TypeEngine

from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.graph.connections import DeclaredPages
from customer_gql.graph.fields import DeclaredLoad
from customer_gql.graph.nodes import NodeId
from customer_gql.loading.reads import Read
from support.plan_comparing import ADMIN, STOREFRONT

GIVEN: Final[dict[type[TypeEngine[Any]], set[str]]] = {
    BigInteger: {"int8"},
    # `count(*)` gives a greater one; every integer is compared with the range of an `Int`.
    SmallInteger: {"int2", "int4", "int8"},
    Integer: {"int2", "int4", "int8"},
    Boolean: {"bool"},
    Date: {"date"},
    DateTime: {"timestamptz"},
    Numeric: {"numeric"},
    CHAR: {"bpchar"},
    String: {"text", "varchar"},
    JSON: {"jsonb"},
    LargeBinary: {"bytea"},
}


def declared_reads(schema: GraphQLSchema) -> Iterator[tuple[str, Read]]:
    for kind in schema.type_map.values():
        for name, field in getattr(kind, "fields", {}).items():
            declared = (getattr(field, "extensions", None) or {}).get("strawberry-definition")
            metadata = getattr(declared, "metadata", {})
            load, node_id = metadata.get("load"), metadata.get("id")
            found: list[Read] = []
            if isinstance(load, DeclaredPages):
                found = [*load.pages._reads.values(), load.pages.count]
            elif isinstance(load, DeclaredLoad):
                found = [load.read]
            elif isinstance(node_id, NodeId):
                found = [node_id.read]
            yield from ((f"{kind.name}.{name}", read) for read in found)


def given_names(declared: TypeEngine[Any]) -> set[str]:
    if isinstance(declared, ARRAY):
        return {f"{name}[]" for name in given_names(declared.item_type)}
    return next((names for kind, names in GIVEN.items() if isinstance(declared, kind)), set())


async def test_columns_have_the_types_that_their_reads_declare(plan_shop):
    executors, _ = plan_shop
    reads = {read: place for schema in (ADMIN, STOREFRONT) for place, read in declared_reads(schema)}
    wrong: dict[str, tuple[str, str]] = {}
    async with executors.database.reads.acquire() as connection:
        for read, place in reads.items():
            prepared = await connection.prepare(read.statement.sql)
            given = {attribute.name: attribute.type.name for attribute in prepared.get_attributes()}
            assert list(given) == list(read.types), place
            wrong |= {
                f"{place}: {name}": (repr(declared), given[name])
                for name, declared in read.types.items()
                # A column without a declared type is written by a plan alone.
                if not isinstance(declared, NullType) and given[name] not in given_names(declared)
            }
    assert len(reads) > 60
    assert wrong == {}
    assert not any(isinstance(declared, NullType) for declared in customers_by_id.types.values())
