"""An edit of many customers: each value is judged by the rules of the customer's website
(docs/domain/mass-actions.md#mass-actions-14)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, extract, false, func, literal, not_, or_

from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.text import normalize_text
from customer_gql.customers.profile.tables import Gender, customer
from customer_gql.customers.profile.values.births import settle_birth
from customer_gql.customers.profile.values.fields import COLUMNS, SETTINGS, validate_profile_field
from customer_gql.customers.profile.writes import change_each_customer
from customer_gql.database.statements import Connection, Row, equals_any
from customer_gql.shop.settings.reads import SettingValues, settings_by_website

from .refusals import ActionRule, Judgement

PROFILE: Final = ("prefix", "suffix", "gender", "taxVatNumber", "birthYear")
FLAG: Final = "isAutomaticGroupChangeDisabled"
_BIRTH: Final = "birthYear"
_COLUMNS: Final[Mapping[str, str]] = {
    **{name: COLUMNS[name] for name in PROFILE},
    FLAG: "is_automatic_group_change_disabled",
}


@dataclass(slots=True)
class WebsiteEdit:
    """What an edit is on websites with the same rules: the values to store, and what refuses others, by input name."""

    values: Mapping[str, Any]
    refused: Mapping[str, RuleError]
    website_ids: list[int] = field(default_factory=list[int])


async def read_edits(connection: Connection, edit: Mapping[str, Any]) -> list[WebsiteEdit]:
    """The edit on every website; those with the same rules are one."""
    found: dict[str, WebsiteEdit] = {}
    for website_id, shop in (await settings_by_website(connection, *SETTINGS)).items():
        one = _judge_values(edit, shop)
        refused = {name: (error.key, error.params) for name, error in one.refused.items()}
        found.setdefault(repr((one.values, refused)), one).website_ids.append(website_id)
    return list(found.values())


def _judge_values(edit: Mapping[str, Any], shop: SettingValues) -> WebsiteEdit:
    values, refused = dict[str, Any](), dict[str, RuleError]()
    for name, value in edit.items():
        given = Gender(value) if name == "gender" and value is not None else value
        try:
            values[name] = given if name == FLAG else validate_profile_field(name, given, shop)
        except RuleError as error:
            refused[name] = error.at(["edit", name])
    return WebsiteEdit(values, refused)


def refuse_everywhere(edits: Sequence[WebsiteEdit]) -> None:
    """Raises `RuleErrors` with what no website allows."""
    first, *others = edits
    everywhere = [error for name, error in first.refused.items() if all(name in one.refused for one in others)]
    if everywhere:
        raise RuleErrors(everywhere)


def judge_edit(edits: Sequence[WebsiteEdit], edit: Mapping[str, Any], by: Actor) -> Judgement:
    """A stored value that is given back is not judged again, unless that would tell what is stored."""
    rules: list[ActionRule] = []
    unchanged: list[ColumnElement[bool]] = []
    for one in edits:
        here = equals_any(customer.c.website_id, one.website_ids)
        for name, error in one.refused.items():
            other = () if by.is_blind else (not_(_is_given_back(name, edit[name])),)
            rules.append(ActionRule(and_(here, *other), _always(error)))
        if not by.is_blind or not one.refused:
            kept = [_is_given_back(name, edit[name]) for name in one.refused]
            same = [_is_stored(name, value) for name, value in one.values.items()]
            unchanged.append(and_(here, *kept, *same))
    return Judgement(tuple(rules), or_(false(), *unchanged))


def _always(error: RuleError) -> Any:
    return lambda _: error


def _is_given_back(name: str, given: Any) -> ColumnElement[bool]:
    """As `is_unchanged` decides it."""
    if not given:
        return false()
    forms = {given, normalize_text(given)} if isinstance(given, str) else {given}
    return func.coalesce(equals_any(customer.c[_COLUMNS[name]], sorted(forms)), False)


def _is_stored(name: str, value: Any) -> ColumnElement[bool]:
    if name != _BIRTH:
        return customer.c[_COLUMNS[name]].is_not_distinct_from(value)
    date = customer.c.date_of_birth
    if value is None:  # a date keeps its year
        return or_(date.is_not(None), customer.c.birth_year.is_(None))
    year = case((date.is_(None), customer.c.birth_year), else_=extract("year", date))
    return func.coalesce(year == literal(value), False)


async def edit_customers(
    connection: Connection, locked: Collection[Row], edits: Sequence[WebsiteEdit], *, by: Actor
) -> None:
    """Store the values of customers that the caller has locked and judged: each of them changes."""
    by_website = {website_id: one for one in edits for website_id in one.website_ids}
    values = {row.id: _find_columns(row, by_website[row.website_id].values) for row in locked}
    await change_each_customer(connection, list(locked), values, kind="EDITED", by=by)


def _find_columns(row: Row, values: Mapping[str, Any]) -> dict[str, Any]:
    births = {name: value for name, value in values.items() if name == _BIRTH}
    others = {_COLUMNS[name]: value for name, value in values.items() if name != _BIRTH}
    return {**{name: value for name, value in others.items() if value != row[name]}, **settle_birth(row, births)}
