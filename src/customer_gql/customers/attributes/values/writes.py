"""Values of attributes of a customer or address that the caller has locked (docs/domain/attributes.md#attributes-9)."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import delete, select

from customer_gql.core.concurrent_edits import Changes, find_bases
from customer_gql.core.ids import encode_id
from customer_gql.customers.attributes.rules import Value
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeType, attribute
from customer_gql.customers.attributes.uploads.files import FileValue, is_file_shown
from customer_gql.customers.attributes.uploads.writes import use_files
from customer_gql.customers.history.conflicts import read_changes_since
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, fetch_rows, insert_rows
from customer_gql.database.transactions import mark_customers

from .given import Door, GivenValue, SettledValue, settle_values, show_value
from .reads import collect_value
from .tables import TABLES

PREFIX: Final = "attributes."
"""Before the code of an attribute in the history, after the id of the address of which it is one."""


class AttributeEdit:
    """The values of a record that an edit changes: first what is given is settled, later it is stored."""

    def __init__(self, entity: AttributeEntity, key: Mapping[str, int], record: str | None = None) -> None:
        self.entity = entity
        self.key = key
        self.prefix = PREFIX if record is None else f"{record}.{PREFIX}"
        self.stored: dict[int, Value] = {}
        self.settled: list[SettledValue] = []

    async def settle(
        self,
        connection: Connection,
        given: Sequence[GivenValue],
        door: Door,
        *,
        locked: Row | None = None,
        expected: int | None = None,
    ) -> None:
        """Judge what is given. Raises `RuleErrors`, as do those who give none where the form requires some.

        `locked` is the customer of a record that is stored already; what somebody changed since the expected version and the
        edit gives as it was before is left out.
        """
        if locked is not None and given:
            self.stored = await self._read(connection)
        if locked is not None and given and not door.is_blind:
            given = await self._leave_out_untouched(connection, given, locked, expected)
        self.settled = await settle_values(connection, self.entity, given, self.stored, door)

    @property
    def changed(self) -> list[SettledValue]:
        return [one for one in self.settled if one.value != self.stored.get(one.attribute.id)]

    @property
    def names(self) -> list[str]:
        """Input fields whose stored value changes."""
        return [f"{PREFIX}{one.attribute.code}" for one in self.changed]

    def describe(self, *, keeps_equal: bool = False) -> Changes:
        """What the history has of the change."""
        return {
            self.prefix + one.attribute.code: (show_value(self.stored.get(one.attribute.id)), show_value(one.value))
            for one in (self.settled if keeps_equal else self.changed)
        }

    async def store(self, connection: Connection) -> None:
        values, changed = TABLES[self.entity], self.changed
        if not changed:
            return
        ids = [one.attribute.id for one in changed if one.attribute.id in self.stored]
        if ids:
            of_record = delete(values).filter_by(**self.key).where(equals_any(values.c.attribute_id, ids))
            await execute_statement(connection, of_record)
        await use_files(connection, [one.value for one in changed if isinstance(one.value, FileValue)], self.key)
        await insert_rows(connection, values, [row for one in changed for row in make_value_rows(one, self.key)])
        mark_customers(connection, [self.key["customer_id"]], values)

    async def _read(self, connection: Connection) -> dict[int, Value]:
        values = TABLES[self.entity]
        found = await fetch_rows(
            connection,
            select(values, attribute.c.type)
            .join(attribute, attribute.c.id == values.c.attribute_id)
            .where(*[values.c[name] == key for name, key in self.key.items()])
            .order_by(values.c.attribute_id, values.c.place),
        )
        return {id: _collect(list(rows)) for id, rows in groupby(found, attrgetter("attribute_id"))}

    async def _leave_out_untouched(
        self, connection: Connection, given: Sequence[GivenValue], locked: Row, expected: int | None
    ) -> list[GivenValue]:
        if expected is None or expected >= locked.version:
            return list(given)
        changes, is_whole = await read_changes_since(connection, locked, expected)
        bases = find_bases(changes) if is_whole else {}
        return [one for one in given if not self._is_untouched(one, bases)]

    def _is_untouched(self, one: GivenValue, bases: Mapping[str, Any]) -> bool:
        name = self.prefix + one.code
        if name in bases and one.value is not None and "fileId" in one.value:
            return is_file_shown(one.value["fileId"], bases[name])
        shown = None if one.value is None else show_value(next(iter(one.value.values())))
        return name in bases and bases[name] == shown


def edit_attributes_of(customer_id: int) -> AttributeEdit:
    return AttributeEdit(AttributeEntity.CUSTOMER, {"customer_id": customer_id})


def edit_attributes_of_address(customer_id: int, address_id: int) -> AttributeEdit:
    record = encode_id("adr", customer_id, address_id)
    return AttributeEdit(AttributeEntity.ADDRESS, {"customer_id": customer_id, "address_id": address_id}, record)


def _collect(rows: Sequence[Row]) -> Value:
    return collect_value(AttributeType(rows[0].type), rows)


def make_value_rows(one: SettledValue, key: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    """The rows that a value is stored as."""
    column = _COLUMNS[AttributeType(one.attribute.type)]
    parts = one.value if isinstance(one.value, list) else [] if one.value is None else [one.value]
    blank: dict[str, Any] = dict.fromkeys(sorted({*_COLUMNS.values(), "file_id"}))
    for place, part in enumerate(parts):
        content = {"text_value": part.name, "file_id": part.id} if isinstance(part, FileValue) else {column: part}
        yield {**key, "attribute_id": one.attribute.id, "place": place, **blank, **content}


_COLUMNS: Final[Mapping[AttributeType, str]] = {
    AttributeType.TEXT: "text_value",
    AttributeType.TEXT_AREA: "text_value",
    AttributeType.MULTILINE: "text_value",
    AttributeType.DATE: "date_value",
    AttributeType.BOOLEAN: "boolean_value",
    AttributeType.SELECT: "option_code",
    AttributeType.MULTI_SELECT: "option_code",
    # The name, beside the id.
    AttributeType.FILE: "text_value",
    AttributeType.IMAGE: "text_value",
}
