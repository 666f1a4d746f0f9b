"""Rules that staff give built-in fields, which bind every way in (docs/domain/attributes.md#attributes-7).

They are kept as one option of the shop, so that the code that judges a field has them with the other options, without a statement.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from customer_gql.customers.attributes.rules import ValueRules, judge_content
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeType
from customer_gql.database.statements import Connection
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import SettingValues
from customer_gql.shop.settings.writes import lock_own_value, reset_value, set_value

FIELD_RULES: Final = Setting(
    "customers.field_rules",
    "",
    GLOBAL,
    "Rules of built-in fields, as JSON by entity and name. `Attribute.rules` shows them.",
    own_mutation="attributeUpdate",
    label="Rules of built-in fields",
)
_LENGTHS: Final = ("minLength", "maxLength")
_LINES: Final = dict.fromkeys(
    ("prefix", "firstName", "middleName", "lastName", "suffix", "company", "city", "taxVatNumber", "vatNumber"),
    (*_LENGTHS, "validation"),
)
# What a number or postal code looks like, its country says.
_RULES: Final[Mapping[str, Sequence[str]]] = {
    **_LINES,
    **dict.fromkeys(("street", "postcode", "telephone", "fax"), _LENGTHS),
    "dateOfBirth": ("minDate", "maxDate"),
}


def find_rules_of_field(code: str) -> Sequence[str]:
    """The rules that a built-in field can have besides those that it has anyway."""
    return _RULES.get(code, ())


def judge_field(entity: AttributeEntity, name: str, value: Any, shop: SettingValues, path: Sequence[str]) -> Any:
    """The value as it is stored, of one that fits the field otherwise. Raises `RuleError`."""
    stored = shop[FIELD_RULES]
    limits = _parse_rules(stored).get(entity.value, {}).get(name) if stored else None
    if value is None or not limits:
        return value
    if isinstance(value, list):
        return [
            judge_content(line, ValueRules(AttributeType.TEXT, limits), [*path, str(place)])
            for place, line in enumerate(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        ]
    type_ = AttributeType.TEXT if isinstance(value, str) else AttributeType.DATE
    return judge_content(value, ValueRules(type_, limits), path)


async def store_field_rules(
    connection: Connection, entity: AttributeEntity, code: str, limits: Mapping[str, Any]
) -> None:
    """Those of one field, in the transaction that stores its definition."""
    stored, _ = await lock_own_value(connection, FIELD_RULES, GLOBAL, 0)
    rules = {name: dict(fields) for name, fields in _parse_rules(stored or "").items()}
    of_entity = rules.setdefault(entity.value, {})
    of_entity.pop(code, None)
    if limits:
        of_entity[code] = limits
    kept = {name: fields for name, fields in rules.items() if fields}
    if kept:
        await set_value(connection, FIELD_RULES, orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode())
    else:
        await reset_value(connection, FIELD_RULES)


@lru_cache(maxsize=16)
def _parse_rules(stored: str) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return orjson.loads(stored) if stored else {}
