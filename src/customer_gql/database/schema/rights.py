"""What the role of the service may do with the tables, which another role owns.

An append-only table is one for the service only while it does not own it: an owner can grant itself what it lacks.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection as MigrationConnection, text

from customer_gql.database.statements import Connection, fetch_rows, fetch_value

READ: Final = ("SELECT",)
APPEND: Final = ("SELECT", "INSERT")
CHANGE: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
OWNERSHIP_WARNING: Final = (
    "The role of CUSTOMER_GQL_DATABASE_URL owns the tables, so it can change what is append-only: have another role "
    "own them, name it in CUSTOMER_GQL_OWNER_DATABASE_URL and run `customer-gql migrate`."
)
_ALL: Final = (*CHANGE, "TRUNCATE", "REFERENCES", "TRIGGER")
_RIGHTS: Final = text(
    "SELECT relname AS name, relispartition AS is_part, ARRAY(SELECT owned FROM unnest(CAST(:all AS text[])) owned"
    " WHERE has_table_privilege(coalesce(CAST(:role AS name), current_user), oid, owned)) AS owned"
    " FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') ORDER BY relname"
)
_SEQUENCES: Final = text(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'"
    " AND NOT (has_sequence_privilege(:role, oid, 'USAGE') AND has_sequence_privilege(:role, oid, 'UPDATE'))"
)
_OWNS_TABLES: Final = text(
    "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    " AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'MEMBER'))"
)


def name_rights(*, append_only: Collection[str], changing: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """What the service needs of each table, by the table's name; of others it may only read."""
    return dict.fromkeys(changing, CHANGE) | dict.fromkeys(append_only, APPEND)


async def find_wrong_rights(connection: Connection, needed: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What the role of this connection may do beyond its needs, or lacks, one entry for each table."""
    wrong: list[str] = []
    for row in await fetch_rows(connection, _RIGHTS, role=None, all=list(_ALL)):
        owned, wanted = set(row.owned), set(_needs_of(row, needed))
        parts = [
            *(f"may {right}" for right in sorted(owned - wanted)),
            *(f"lacks {right}" for right in sorted(wanted - owned)),
        ]
        wrong += [f"{row.name}: {', '.join(parts)}"] if parts else []
    return wrong


def grant_service_rights(
    connection: MigrationConnection, role: str, *, append_only: Collection[str], changing: Collection[str]
) -> None:
    """Give the role of the service exactly what it needs, as the owner; what is right already stays untouched.

    `append_only` and `changing` are names of tables. Other tables, such as that of the migrations, are read only.
    """
    quote = connection.dialect.identifier_preparer.quote
    rights = name_rights(append_only=append_only, changing=changing)
    found = connection.execute(_RIGHTS, {"role": role, "all": list(_ALL)}).all()
    schema = connection.scalar(text("SELECT current_schema()"))
    statements = [f"GRANT USAGE ON SCHEMA {quote(schema)} TO {quote(role)}"]
    for row in found:
        statements += _table_statements(quote(row.name), quote(role), set(row.owned), _needs_of(row, rights))
    sequences: Iterable[Any] = connection.scalars(_SEQUENCES, {"role": role}).all()
    statements += [f"GRANT USAGE, SELECT, UPDATE ON SEQUENCE {quote(name)} TO {quote(role)}" for name in sequences]
    for statement in statements:
        connection.execute(text(statement))
    connection.commit()


def _needs_of(row: Any, needed: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Nothing of a part of a table: it is read and written by the name of the whole."""
    return () if row.is_part else needed.get(row.name, READ)


def _table_statements(table: str, role: str, owned: set[str], needed: tuple[str, ...]) -> Iterator[str]:
    if surplus := owned.difference(needed):
        yield f"REVOKE {', '.join(sorted(surplus))} ON TABLE {table} FROM {role}"
    if missing := set(needed).difference(owned):
        yield f"GRANT {', '.join(sorted(missing))} ON TABLE {table} TO {role}"


async def owns_tables(connection: Connection) -> bool:
    """Whether the role of this connection owns tables, directly or through a role it is a member of."""
    return await fetch_value(connection, _OWNS_TABLES)
