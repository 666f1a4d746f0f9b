"""Definitions of attributes are created, changed and deleted by staff (docs/domain/attributes.md#attributes-2)."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Text, bindparam, delete, func, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import refuse_conflicts
from customer_gql.core.errors import CollectedErrors, Forbidden, Refusal, RuleErrors, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
    insert_rows,
)
from customer_gql.shop.websites.reads import STORE_VIEW_NOT_FOUND, WEBSITE_NOT_FOUND
from customer_gql.shop.websites.tables import store_view, website
from customer_gql.staff.audit.reads import read_staff_changes
from customer_gql.staff.audit.writes import record_staff_event

from .built_in.changes import find_delete_refusal, refuse_fixed
from .built_in.rules import store_field_rules
from .definition_rows import CHILDREN, COLUMNS, describe_definition, store_children
from .definitions import MAX_SORT_ORDER, validate_code, validate_definition
from .reads import MAX_ATTRIBUTES, as_json, read_definition
from .tables import AttributeEntity, AttributeType, attribute

ATTRIBUTE_NOT_FOUND: Final = Refusal("attribute.not_found", "There is no such attribute.", UserErrorCode.NOT_FOUND)
_CODE_TAKEN: Final = Refusal(
    "attribute.code_taken", "Another attribute has this code. Choose another.", UserErrorCode.TAKEN
)
_TOO_MANY: Final = Refusal(
    "attribute.limit_reached",
    "There are {limit} attributes, the maximum. Delete one first.",
    UserErrorCode.LIMIT_REACHED,
)
_STEP: Final = 10
"""Between the places of two fields, so that others fit in between."""
RemoveOptions = Callable[[Connection, Row, Sequence[str]], Awaitable[None]]
"""Removes options, by code, of an attribute that is locked, and what is stored of them."""
_LOCK_ENTITY: Final = compile_statement(
    select(attribute.c.id)
    .where(attribute.c.entity == bindparam("entity", type_=Text()), attribute.c.is_system)
    .order_by(attribute.c.id)
    .limit(1)
    .with_for_update()
)
_EMPTY: Final[Mapping[str, Any]] = {"labels": {}, "websites": {}, "options": {}, "rules": {}}


async def create_attribute(
    connection: Connection,
    *,
    entity: AttributeEntity,
    code: str,
    type: AttributeType,
    given: Mapping[str, Any],
    by: Actor,
) -> int:
    """The id of the new attribute. Raises `RuleErrors`."""
    # One at a time, so that there are never too many, and no two of one code.
    await fetch_value(connection, _LOCK_ENTITY, entity=entity.value)
    if given.get("sort_order") is None:
        given = {**given, "sort_order": await _find_last_place(connection, entity)}
    refused, values = CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        code = validate_code(code)
        await _refuse_taken_code(connection, entity, code)
    with refused.collecting():
        values = validate_definition(entity, type, given, {})
    with refused.collecting():
        await _refuse_unknown_records(connection, given)
    refused.raise_collected()
    of_entity = (attribute.c.entity == entity.value, ~attribute.c.is_system)
    if await fetch_value(connection, select(func.count()).select_from(attribute).where(*of_entity)) >= MAX_ATTRIBUTES:
        raise _TOO_MANY(limit=MAX_ATTRIBUTES)
    id, columns = new_id(), {name: value for name, value in values.items() if name not in CHILDREN}
    named = {"entity": entity.value, "code": code, "type": type.value}
    await insert_rows(connection, attribute, [{"id": id, "version": 1, **_DEFAULTS, **named, **columns}])
    await store_children(connection, id, _EMPTY, values)
    changes = {**{name: (None, value) for name, value in named.items()}, **describe_definition(_EMPTY, values)}
    await record_staff_event(
        connection, "ATTRIBUTE_CREATED", by=by, subject=encode_id("att", id), changes=changes, version=1
    )
    return id


async def _find_last_place(connection: Connection, entity: AttributeEntity) -> int:
    """After all others: of two in one place, the older one comes first."""
    last = await fetch_value(
        connection, select(func.max(attribute.c.sort_order)).where(attribute.c.entity == entity.value)
    )
    return min(last + _STEP, MAX_SORT_ORDER)


_DEFAULTS: Final[Mapping[str, Any]] = {
    "sort_order": 0,
    "rules": {},
    "input_filter": "NONE",
    "forms": [],
    "grid_filter_match": "CONTAINS",
    "is_personal": True,
    "is_system": False,
    **dict.fromkeys(
        (
            *("is_grid_column", "is_grid_filter", "is_searchable", "is_segment_condition", "is_quick_editable"),
            *("is_required", "is_visible"),
        ),
        False,
    ),
}


async def update_attribute(
    connection: Connection,
    attribute_id: int,
    given: Mapping[str, Any],
    *,
    expected_version: int | None,
    remove_options: RemoveOptions,
    by: Actor,
) -> Row:
    """Store what differs; the attribute as it was. `remove_options` gets those no longer listed. Raises `RuleErrors`, and
    `Forbidden` for those who see no personal values and would make these plain."""
    refused = CollectedErrors()
    with refused.collecting():
        await _refuse_unknown_records(connection, given)
    row = await _lock_for_update(connection, attribute_id, refused)
    refuse_fixed(row, given)
    before, values = await read_definition(connection, row), dict[str, Any]()
    with refused.collecting():
        values = validate_definition(AttributeEntity(row.entity), AttributeType(row.type), given, before)
    refused.raise_collected()
    changes, subject = describe_definition(before, values), encode_id("att", attribute_id)
    if not changes:
        return row
    if "isPersonal" in changes and not values["is_personal"]:
        _require_sight(by)
    await refuse_conflicts(
        changes,
        current=row.version,
        expected=expected_version,
        changes_since=partial(read_staff_changes, connection, subject),
    )
    await _store_definition(connection, row, before, values)
    gone = [code for code in before["options"] if code not in values.get("options", before["options"])]
    if gone:
        await remove_options(connection, row, gone)
    await record_staff_event(
        connection, "ATTRIBUTE_CHANGED", by=by, subject=subject, changes=changes, version=row.version + 1
    )
    return row


async def _store_definition(
    connection: Connection, row: Row, before: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    columns = {name: value for name, value in values.items() if name not in CHILDREN}
    columns |= {name: as_json(columns[name]) for name in ("rules", "default_value") if name in columns}
    changed = update(attribute).where(attribute.c.id == row.id)
    await execute_statement(connection, changed.values(**columns, version=row.version + 1))
    await store_children(connection, row.id, before, values)
    if row.is_system and values.get("rules", before["rules"]) != before["rules"]:
        await store_field_rules(connection, AttributeEntity(row.entity), row.code, values["rules"])


def _require_sight(by: Actor) -> None:
    """Raises `Forbidden` for those who would show themselves values that are masked for them."""
    if by.is_blind:
        needed = Permission.CUSTOMERS_PII
        raise Forbidden(f"The permission {needed} is missing, which `isPersonal: false` needs.", permission=needed)


async def lock_to_delete(connection: Connection, attribute_id: int) -> Row:
    """The attribute, of which nobody stores a value until the transaction ends. Raises `RuleError` for a built-in field."""
    row = await lock_attribute(connection, attribute_id, to_delete=True)
    if (refusal := find_delete_refusal(row)) is not None:
        raise refusal(path=["id"])
    return row


async def delete_attribute(connection: Connection, row: Row, *, by: Actor) -> None:
    """One that is locked and has no values, for good, with its options and labels."""
    before = await read_definition(connection, row)
    told = describe_definition(_EMPTY, {name: before[name] for name in (*COLUMNS, *CHILDREN)})
    named = {"entity": row.entity, "code": row.code, "type": row.type}
    changes = {
        **{name: (value, None) for name, value in named.items()},
        **{name: (value, None) for name, (_, value) in told.items()},
    }
    await execute_statement(connection, delete(attribute).where(attribute.c.id == row.id))
    subject = encode_id("att", row.id)
    await record_staff_event(connection, "ATTRIBUTE_DELETED", by=by, subject=subject, changes=changes)


async def begin_deletion(connection: Connection, row: Row) -> None:
    """From now on nobody can set it."""
    marked = update(attribute).where(attribute.c.id == row.id).values(is_being_deleted=True)
    await execute_statement(connection, marked)


async def lock_attribute(connection: Connection, attribute_id: int, *, to_delete: bool = False) -> Row:
    """The attribute, which nobody else changes until the transaction ends. `to_delete` keeps others from storing a value of
    it too."""
    found = select(attribute).where(attribute.c.id == attribute_id).with_for_update(key_share=not to_delete)
    locked = await fetch_one(connection, found)
    if locked is None:
        raise ATTRIBUTE_NOT_FOUND(path=["id"])
    return locked


async def _lock_for_update(connection: Connection, attribute_id: int, refused: CollectedErrors) -> Row:
    """Raises what was refused before together with an unknown id."""
    locked = None
    with refused.collecting():
        locked = await lock_attribute(connection, attribute_id)
    if locked is None:
        refused.raise_collected()
        raise AssertionError("a missing attribute is refused")
    return locked


async def _refuse_taken_code(connection: Connection, entity: AttributeEntity, code: str) -> None:
    taken = select(attribute.c.id).where(attribute.c.entity == entity.value, attribute.c.code == code)
    if await fetch_value(connection, taken) is not None:
        raise _CODE_TAKEN(path=["code"])


async def _refuse_unknown_records(connection: Connection, given: Mapping[str, Any]) -> None:
    """Raises `RuleErrors` with every store view and website that does not exist."""
    views = [(id, ["labels", str(place)]) for place, (id, _) in enumerate(given.get("labels", ()))]
    for place, one in enumerate(given.get("options", ())):
        paths = [["options", str(place), "labels", str(number)] for number in range(len(one["labels"]))]
        views.extend((id, path) for (id, _), path in zip(one["labels"], paths, strict=True))
    websites = [(id, ["websites", str(place)]) for place, (id, _) in enumerate(given.get("websites", ()))]
    known_views = await _known_ids(connection, store_view, views)
    known_websites = await _known_ids(connection, website, websites)
    errors = [STORE_VIEW_NOT_FOUND(path=[*path, "storeViewId"]) for id, path in views if id not in known_views]
    errors += [WEBSITE_NOT_FOUND(path=[*path, "websiteId"]) for id, path in websites if id not in known_websites]
    if errors:
        raise RuleErrors(errors)


async def _known_ids(connection: Connection, of: Any, named: Iterable[tuple[int, Any]]) -> Collection[int]:
    ids = sorted({id for id, _ in named})
    return {row.id for row in await fetch_rows(connection, select(of.c.id).where(equals_any(of.c.id, ids)))}
