"""Values of many customers or addresses at once, as files state them, judged as an edit judges them
(docs/domain/attributes.md#attributes-14). The caller has locked the customers and writes their history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import BigInteger, column, delete, select

from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.ids import encode_id
from customer_gql.customers.attributes.rules import Value
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeType, attribute
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
    given_rows,
    insert_rows,
)
from customer_gql.database.transactions import mark_customers

from .given import (
    ATTRIBUTE_UNKNOWN,
    OPTION_UNKNOWN,
    Door,
    SettledValue,
    choice_codes,
    judge_given,
    lock_named,
    lock_options,
    show_value,
)
from .reads import collect_value
from .tables import TABLES
from .writes import PREFIX, make_value_rows

KEYS: Final = {
    AttributeEntity.CUSTOMER: ("customer_id",),
    AttributeEntity.ADDRESS: ("customer_id", "address_id"),
}
"""The columns that say whose a value is."""


def _delete_values(entity: AttributeEntity) -> Any:
    names, values = (*KEYS[entity], "attribute_id"), TABLES[entity]
    gone = given_rows("rows", *[column(name, BigInteger) for name in names])
    return compile_statement(delete(values).where(*[values.c[name] == gone.c[name] for name in names]))


_DELETE: Final = {entity: _delete_values(entity) for entity in AttributeEntity}


class StatedValues(NamedTuple):
    """What is stated of one record: values by code, each its one member, or None to clear it."""

    website_id: int
    values: Mapping[str, Mapping[str, Any] | None]


class _Judged(NamedTuple):
    key: tuple[int, ...]
    code: str
    settled: SettledValue
    before: Value | None


@dataclass(slots=True)
class StatedOutcome:
    """What history has of each customer, the records that have other values now, and what was refused, by record and code."""

    changes: dict[int, dict[str, tuple[Any, Any]]] = field(default_factory=dict)
    records: set[tuple[int, ...]] = field(default_factory=set)
    refused: list[tuple[tuple[int, ...], str, RuleError]] = field(default_factory=list)


async def state_values(
    connection: Connection, entity: AttributeEntity, stated: Mapping[tuple[int, ...], StatedValues]
) -> StatedOutcome:
    """Store what differs; what is refused is left as it is stored. A required value is not cleared where there is none."""
    outcome = StatedOutcome()
    defined = await _lock_definitions(connection, entity, stated.values())
    stored = await _read_stored(
        connection, entity, stated, {row.id for rows in defined.values() for row in rows.values()}
    )
    judged = [
        one
        for key, record in stated.items()
        for one in _judge_record(key, record, defined[record.website_id], stored.get(key, {}), outcome)
    ]
    judged = await _leave_out_unknown_options(connection, judged, outcome)
    await _store_judged(connection, entity, judged)
    for one in judged:
        name = f"{PREFIX}{one.code}" if len(one.key) == 1 else f"{encode_id('adr', *one.key)}.{PREFIX}{one.code}"
        pair = (show_value(one.before), show_value(one.settled.value))
        outcome.changes.setdefault(one.key[0], {})[name] = pair
        outcome.records.add(one.key)
    return outcome


async def _lock_definitions(
    connection: Connection, entity: AttributeEntity, stated: Iterable[StatedValues]
) -> dict[int, dict[str, Row]]:
    """By website and code."""
    codes = dict[int, set[str]]()
    for one in stated:
        codes.setdefault(one.website_id, set()).update(one.values)
    return {id: await lock_named(connection, entity, codes[id], Door(id)) for id in sorted(codes)}


async def _read_stored(
    connection: Connection,
    entity: AttributeEntity,
    stated: Mapping[tuple[int, ...], StatedValues],
    attribute_ids: Iterable[int],
) -> dict[tuple[int, ...], dict[int, Value]]:
    """The values by record and attribute."""
    values, names = TABLES[entity], KEYS[entity]
    key = [values.c[name] for name in names]
    found = await fetch_rows(
        connection,
        select(values, attribute.c.type)
        .join(attribute, attribute.c.id == values.c.attribute_id)
        .where(
            equals_any(values.c.customer_id, sorted({key[0] for key in stated})),
            equals_any(values.c.attribute_id, sorted(attribute_ids)),
        )
        .order_by(*key, values.c.attribute_id, values.c.place),
    )
    stored = dict[tuple[int, ...], dict[int, Value]]()
    for (record, id), rows in groupby(found, lambda row: (tuple(row[name] for name in names), row.attribute_id)):
        of_value = list(rows)
        stored.setdefault(record, {})[id] = collect_value(AttributeType(of_value[0].type), of_value)
    return stored


def _judge_record(
    key: tuple[int, ...],
    record: StatedValues,
    defined: Mapping[str, Row],
    stored: Mapping[int, Value],
    outcome: StatedOutcome,
) -> Iterable[_Judged]:
    """Those of a record that differ from what is stored."""
    for code, given in record.values.items():
        row = defined.get(code)
        if row is None:
            outcome.refused.append((key, code, ATTRIBUTE_UNKNOWN(path=[code])))
            continue
        before = stored.get(row.id)
        if given is None and before is None:
            continue
        try:
            value = judge_given(row, given, before, Door(record.website_id), [code])
        except RuleError as error:
            outcome.refused.append((key, code, error))
        except RuleErrors as several:
            outcome.refused.append((key, code, several.errors[0]))
        else:
            if value != before:
                yield _Judged(key, code, SettledValue(row, value), before)


async def _leave_out_unknown_options(
    connection: Connection, judged: Sequence[_Judged], outcome: StatedOutcome
) -> list[_Judged]:
    chosen = {
        (one.settled.attribute.id, code)
        for one in judged
        if one.settled.attribute.type in _CHOICES
        for code in choice_codes(one.settled.value)
    }
    unknown = chosen.difference(await lock_options(connection, chosen))
    kept: list[_Judged] = []
    for one in judged:
        id = one.settled.attribute.id
        if any((id, code) in unknown for code in choice_codes(one.settled.value)):
            outcome.refused.append((one.key, one.code, OPTION_UNKNOWN(path=[one.code])))
        else:
            kept.append(one)
    return kept


_CHOICES: Final = (AttributeType.SELECT.value, AttributeType.MULTI_SELECT.value)


async def _store_judged(connection: Connection, entity: AttributeEntity, judged: Sequence[_Judged]) -> None:
    names = KEYS[entity]
    keys = [dict(zip(names, one.key, strict=True)) for one in judged]
    gone = [
        {**key, "attribute_id": one.settled.attribute.id}
        for key, one in zip(keys, judged, strict=True)
        if one.before is not None
    ]
    if gone:
        await execute_statement(connection, _DELETE[entity], rows=orjson.dumps(gone).decode())
    rows = [row for key, one in zip(keys, judged, strict=True) for row in make_value_rows(one.settled, key)]
    await insert_rows(connection, TABLES[entity], rows)
    mark_customers(connection, {one.key[0] for one in judged}, TABLES[entity])
