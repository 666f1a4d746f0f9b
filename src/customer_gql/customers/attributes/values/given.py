"""Values on their way in: which attributes they are of, and what of them is stored (docs/domain/attributes.md#attributes-9)."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Text, all_, and_, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from customer_gql.core.actor import SYSTEM, Actor
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.text import normalize_text
from customer_gql.customers.attributes.definitions import GIVEN_TWICE
from customer_gql.customers.attributes.reads import MAX_ATTRIBUTES, parse_json
from customer_gql.customers.attributes.rules import Value, ValueRules, validate_value
from customer_gql.customers.attributes.tables import (
    AttributeEntity,
    AttributeForm,
    AttributeType,
    InputFilter,
    attribute,
    attribute_option,
    attribute_website,
)
from customer_gql.customers.attributes.uploads.files import FileValue
from customer_gql.customers.attributes.uploads.writes import Claim, claim_files
from customer_gql.database.statements import Connection, Row, compile_statement, equals_any, fetch_rows

ATTRIBUTE_UNKNOWN: Final = Refusal("attribute.unknown", "There is no such attribute here.", UserErrorCode.NOT_FOUND)
_FIELD_NOT_SHOWN: Final = Refusal(
    "attribute.field_not_shown", "This form does not ask for this value. Leave it out.", UserErrorCode.NOT_ALLOWED
)
_REQUIRED: Final = Refusal("attribute.required", "Enter a value for {label}; it is required.", UserErrorCode.REQUIRED)
OPTION_UNKNOWN: Final = Refusal(
    "attribute.option_not_found", "This attribute has no such option.", UserErrorCode.NOT_FOUND
)
_TOO_MANY: Final = Refusal(
    "attribute.too_many_values", "Enter at most {limit} attributes at once.", UserErrorCode.TOO_MANY
)
_NOT_QUICK_EDITABLE: Final = Refusal(
    "attribute.not_quick_editable",
    "This attribute cannot be edited in place. Edit the customer instead.",
    UserErrorCode.NOT_ALLOWED,
)

_entity: Any = bindparam("entity", type_=Text())
_own: Final = attribute_website.c
_effective: Final = {
    name: func.coalesce(_own[name], attribute.c[name]).label(f"effective_{name}")
    for name in ("is_required", "is_visible")
}
_DEFINED: Any = (
    select(attribute, *_effective.values())
    .select_from(
        attribute.outerjoin(
            attribute_website,
            and_(_own.attribute_id == attribute.c.id, _own.website_id == bindparam("website_id", type_=BigInteger())),
        )
    )
    .where(attribute.c.entity == _entity, ~attribute.c.is_system, ~attribute.c.is_being_deleted)
    .order_by(attribute.c.sort_order, attribute.c.id)
)
# A definition that is named is not deleted until the transaction ends.
_NAMED: Final = compile_statement(
    _DEFINED.where(attribute.c.code == any_(bindparam("codes", type_=ARRAY(Text())))).with_for_update(
        read=True, key_share=True, of=attribute
    )
)
_OF_FORM: Final = compile_statement(
    _DEFINED.where(bindparam("form", type_=Text()) == any_(attribute.c.forms), _effective["is_visible"].element)
)


_NOT_SHOWN: Final = compile_statement(
    select(attribute.c.code).where(
        attribute.c.entity == _entity,
        attribute.c.is_system,
        bindparam("form", type_=Text()) != all_(attribute.c.forms),
    )
)


class GivenValue(NamedTuple):
    """The value of one attribute that an input gives: its one member, or None to clear it."""

    code: str
    value: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Door:
    """Where values come in: a form of the storefront of a website, or staff (no form), who may store every attribute."""

    website_id: int
    form: AttributeForm | None = None
    is_new: bool = False
    """Whether the record is made, so that the form asks for everything that is required."""
    is_quick: bool = False
    by: Actor = SYSTEM
    """Who gives the values, and so may store files that they uploaded."""
    is_blind: bool = False
    """Whether the editor may not see personal values, so that nothing may tell which are stored."""

    def shows(self, row: Row) -> bool:
        return self.form is None or (row.effective_is_visible and self.form.value in row.forms)


class SettledValue(NamedTuple):
    """The value to store of an attribute; None clears it."""

    attribute: Row
    value: Value | None


async def settle_values(
    connection: Connection,
    entity: AttributeEntity,
    given: Sequence[GivenValue],
    stored: Mapping[int, Value],
    door: Door,
) -> list[SettledValue]:
    """What is given, as it would be stored. `stored` are the values of the record by attribute, which are not judged again
    when they are given back. Raises `RuleErrors` with every refusal."""
    if len(given) > MAX_ATTRIBUTES:
        raise _TOO_MANY(path=["attributes"], limit=MAX_ATTRIBUTES)
    defined = await lock_named(connection, entity, [one.code for one in given], door)
    refused, settled = CollectedErrors(), dict[int, SettledValue]()
    for place, one in enumerate(given):
        path = ["attributes", str(place)]
        with refused.collecting():
            row = defined.get(one.code)
            if row is None:
                raise ATTRIBUTE_UNKNOWN(path=[*path, "code"])
            if row.id in settled:
                raise GIVEN_TWICE(path=[*path, "code"])
            if door.is_quick and not row.is_quick_editable:
                raise _NOT_QUICK_EDITABLE(path=[*path, "code"])
            value = judge_given(row, one.value, stored.get(row.id), door, [*path, "value"])
            settled[row.id] = SettledValue(row, value)
    with refused.collecting():
        await _refuse_unknown_options(connection, given, settled)
    with refused.collecting():
        await _claim_files(connection, given, stored, settled, door.by)
    if door.is_new and door.form is not None:
        with refused.collecting():
            await _refuse_missing(connection, entity, {one.code for one in given}, door)
    refused.raise_collected()
    return list(settled.values())


async def find_form_attributes(
    connection: Connection, entity: AttributeEntity, form: AttributeForm, website_id: int
) -> list[Row]:
    """The attributes that the storefronts of a website show in a form, with what holds there, in their order."""
    return await fetch_rows(connection, _OF_FORM, entity=entity.value, form=form.value, website_id=website_id)


async def refuse_fields_not_shown(
    connection: Connection, entity: AttributeEntity, form: AttributeForm | None, given: Mapping[str, Any]
) -> None:
    """Raises `RuleErrors` with every built-in field that is given a value and that the form does not show. It can be cleared.
    Fields that the website requires are not among those given: every form shows them."""
    valued = [name for name, value in given.items() if value not in (None, False, [])]
    if form is None or not valued:
        return
    hidden = await find_fields_not_shown(connection, entity, form)
    refused = CollectedErrors()
    for name in valued:
        with refused.collecting():
            if name in hidden:
                raise _FIELD_NOT_SHOWN(path=[name])
    refused.raise_collected()


async def find_fields_not_shown(connection: Connection, entity: AttributeEntity, form: AttributeForm) -> frozenset[str]:
    """Names of the built-in fields that staff took out of a form."""
    rows = await fetch_rows(connection, _NOT_SHOWN, entity=entity.value, form=form.value)
    return frozenset(row.code for row in rows)


async def lock_named(
    connection: Connection, entity: AttributeEntity, given: Iterable[str], door: Door
) -> dict[str, Row]:
    """The attributes of these codes that the door shows, none of which is deleted until the transaction ends."""
    codes = sorted({normalize_text(code) for code in given})
    if not codes:
        return {}
    rows = await fetch_rows(connection, _NAMED, entity=entity.value, codes=codes, website_id=door.website_id)
    return {row.code: row for row in rows if door.shows(row)}


def judge_given(
    row: Row, given: Mapping[str, Any] | None, stored: Value | None, door: Door, path: Sequence[str]
) -> Value | None:
    """The value to store of one attribute. Raises `RuleError` and `RuleErrors`."""
    rules = ValueRules(AttributeType(row.type), parse_json(row.rules), InputFilter(row.input_filter))
    # A value that is given back is stored already, whatever the rules say now.
    is_told = door.is_blind and row.is_personal
    if given is not None and stored is not None and not is_told and list(given.values()) == [stored]:
        return stored
    value = None if given is None else validate_value(given, rules, path)
    if value is None and row.effective_is_required:
        raise _REQUIRED(path=path, label=row.label)
    return value


async def _refuse_unknown_options(
    connection: Connection, given: Sequence[GivenValue], settled: Mapping[int, SettledValue]
) -> None:
    """The options are not removed until the transaction ends; another attribute's are unknown."""
    chosen = {id: one.value for id, one in settled.items() if one.attribute.type in _CHOICES and one.value}
    known = await lock_options(connection, {(id, code) for id, value in chosen.items() for code in choice_codes(value)})
    places = {one.code: place for place, one in enumerate(given)}
    refused = CollectedErrors()
    for id, value in chosen.items():
        path = ["attributes", str(places[settled[id].attribute.code]), "value", "options"]
        for number, code in enumerate(choice_codes(value)):
            with refused.collecting():
                if (id, code) not in known:
                    raise OPTION_UNKNOWN(path=[*path, str(number)])
    refused.raise_collected()


async def _claim_files(
    connection: Connection,
    given: Sequence[GivenValue],
    stored: Mapping[int, Value],
    settled: dict[int, SettledValue],
    by: Actor,
) -> None:
    """Files that are not stored yet are those that the same one uploaded for this attribute."""
    places = {one.code: place for place, one in enumerate(given)}
    claims = [
        Claim(id, one.value, ["attributes", str(places[one.attribute.code]), "value", "fileId"])
        for id, one in settled.items()
        if isinstance(one.value, FileValue) and one.value != stored.get(id)
    ]
    for id, file in (await claim_files(connection, claims, by)).items():
        settled[id] = settled[id]._replace(value=file)


async def lock_options(connection: Connection, chosen: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of these options, by attribute and code, that can be chosen. They are not removed until the transaction ends."""
    if not chosen:
        return set()
    option = attribute_option.c
    found = select(option.attribute_id, option.code).where(
        equals_any(option.attribute_id, sorted({id for id, _ in chosen})),
        equals_any(option.code, sorted({code for _, code in chosen})),
        ~option.is_being_removed,
    )
    locked = found.order_by(option.attribute_id, option.code).with_for_update(read=True, key_share=True)
    known = {(row.attribute_id, row.code) for row in await fetch_rows(connection, locked)}
    return known.intersection(chosen)


_CHOICES: Final = (AttributeType.SELECT.value, AttributeType.MULTI_SELECT.value)


def choice_codes(value: Value | None) -> list[str]:
    """The options that a value of a choice is."""
    return value if isinstance(value, list) else []


async def _refuse_missing(connection: Connection, entity: AttributeEntity, codes: Collection[str], door: Door) -> None:
    assert door.form is not None
    refused = CollectedErrors()
    for row in await find_form_attributes(connection, entity, door.form, door.website_id):
        with refused.collecting():
            if row.effective_is_required and row.code not in codes:
                raise _REQUIRED(path=["attributes"], label=row.label)
    refused.raise_collected()


def show_value(value: Value | None) -> Any:
    """As JSON holds it."""
    if isinstance(value, FileValue):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value
