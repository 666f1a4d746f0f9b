"""What staff may set of an attribute (docs/domain/attributes.md#attributes-2)."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.text import MAX_TEXT, normalize_compatible_text, validate_line, value_is_required

from .rules import MAX_LINES, ValueRules, validate_value
from .system_fields import BUILT_IN_NAMES
from .tables import AttributeEntity, AttributeForm, AttributeType, InputFilter
from .uploads.files import FILES, MAX_FILE_BYTES, MAX_IMAGE_SIDE, validate_extensions

MAX_CODE: Final = 29
MAX_OPTION_CODE: Final = 64
MAX_LABEL: Final = 255
MAX_OPTIONS: Final = 1_000
MAX_SORT_ORDER: Final = 1_000_000
_CODE: Final = re.compile("[a-z][a-z0-9_]*")
_OPTION_CODE: Final = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]*")
_LENGTHS: Final = ("minLength", "maxLength")
_RULES_OF: Final[Mapping[AttributeType, Sequence[str]]] = {
    AttributeType.TEXT: (*_LENGTHS, "validation"),
    AttributeType.TEXT_AREA: _LENGTHS,
    AttributeType.MULTILINE: (*_LENGTHS, "validation", "lineCount"),
    AttributeType.DATE: ("minDate", "maxDate"),
    AttributeType.FILE: ("fileExtensions", "maxFileSize"),
    AttributeType.IMAGE: ("fileExtensions", "maxFileSize", "maxImageWidth", "maxImageHeight"),
}
_FORMS_OF: Final[Mapping[AttributeEntity, Sequence[AttributeForm]]] = {
    AttributeEntity.CUSTOMER: (AttributeForm.SIGN_UP, AttributeForm.ACCOUNT_EDIT, AttributeForm.ADMIN_CHECKOUT),
    AttributeEntity.ADDRESS: (AttributeForm.ADDRESS_CREATE, AttributeForm.ADDRESS_EDIT),
}
_MOST: Final[Mapping[str, tuple[int, int]]] = {
    "lineCount": (2, MAX_LINES),
    "maxFileSize": (1, MAX_FILE_BYTES),
    "maxImageWidth": (1, MAX_IMAGE_SIDE),
    "maxImageHeight": (1, MAX_IMAGE_SIDE),
}
"""The least and the largest number of a rule."""
CHOICES: Final = (AttributeType.SELECT, AttributeType.MULTI_SELECT)
_TEXTS: Final = (AttributeType.TEXT, AttributeType.TEXT_AREA, AttributeType.MULTILINE)
_TYPES_WITH: Final[Mapping[str, Collection[AttributeType]]] = {
    "is_searchable": _TEXTS,
    "input_filter": _TEXTS,
    "rules": tuple(_RULES_OF),
    "options": CHOICES,
    "default_value": tuple(type for type in AttributeType if type not in (*CHOICES, *FILES)),
}
"""Columns that some types alone have."""

_CODE_INVALID: Final = Refusal(
    "attribute.code_invalid", "Enter a code of small letters a to z, digits and `_` that starts with a letter."
)
_CODE_TOO_LONG: Final = Refusal(
    "attribute.code_too_long", "Enter a code of at most {limit} characters.", UserErrorCode.TOO_LONG
)
_CODE_BUILT_IN: Final = Refusal(
    "attribute.code_built_in", "A built-in field has this name. Choose another code.", UserErrorCode.TAKEN
)
NOT_FOR_TYPE: Final = Refusal(
    "attribute.not_for_type", "Attributes of this type do not have this. Leave it out.", UserErrorCode.NOT_ALLOWED
)
_NOT_FOR_ENTITY: Final = Refusal(
    "attribute.form_of_other_entity",
    "This form does not show fields of this kind of record. Leave it out.",
    UserErrorCode.NOT_ALLOWED,
)
_NOT_IN_LISTS: Final = Refusal(
    "attribute.not_in_lists",
    "The list of customers has no attributes of addresses. Leave this out.",
    UserErrorCode.NOT_ALLOWED,
)
_FLAGS_OF_LISTS: Final = {
    "is_grid_column": "isGridColumn",
    "is_grid_filter": "isGridFilter",
    "is_searchable": "isSearchable",
}
_OUT_OF_RANGE: Final = Refusal("attribute.out_of_range", "Enter a number from {minimum!s} to {maximum!s}.")
_RANGE_EMPTY: Final = Refusal("attribute.range_empty", "Enter a smallest value that is not above the largest one.")
GIVEN_TWICE: Final = Refusal("attribute.given_twice", "This was given already. Give it once.", UserErrorCode.TAKEN)
_OPTION_CODE_INVALID: Final = Refusal(
    "attribute.option_code_invalid",
    "Enter a code of at most {limit} letters a to z, digits, `_`, `-` and `.`, which starts with a letter or digit.",
)
_TOO_MANY_OPTIONS: Final = Refusal(
    "attribute.too_many_options", "An attribute has at most {limit} options.", UserErrorCode.TOO_MANY
)
_ONE_DEFAULT: Final = Refusal(
    "attribute.one_default", "Mark one option as the default, not several.", UserErrorCode.TOO_MANY
)


def validate_code(code: str) -> str:
    given = normalize_compatible_text(code)
    if not given:
        raise value_is_required(["code"])
    if len(given) > MAX_CODE:
        raise _CODE_TOO_LONG(path=["code"], limit=MAX_CODE)
    if not _CODE.fullmatch(given):
        raise _CODE_INVALID(path=["code"])
    if given in BUILT_IN_NAMES:
        raise _CODE_BUILT_IN(path=["code"])
    return given


def validate_definition(
    entity: AttributeEntity, type: AttributeType, given: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given, as it would be stored, by column, and `labels`, `websites` and `options`. Ids of other records are not
    looked up. `stored` is what the definition has already. Raises `RuleErrors` with every refusal."""
    refused, values = CollectedErrors(), dict(given)
    if "label" in given:
        with refused.collecting():
            values["label"] = validate_line(given["label"], ["label"], MAX_LABEL, required=True)
    if "labels" in given:
        with refused.collecting():
            values["labels"] = _validate_labels(given["labels"], ["labels"])
    if "sort_order" in given:
        with refused.collecting():
            _check_range(given["sort_order"], ["sortOrder"], 0, MAX_SORT_ORDER)
    if "rules" in given:
        with refused.collecting():
            values["rules"] = _validate_rules(type, given["rules"])
    if "input_filter" in given:
        with refused.collecting():
            _refuse_filter(type, given["input_filter"])
    if "forms" in given:
        with refused.collecting():
            values["forms"] = _validate_forms(entity, given["forms"])
    _refuse_flags(entity, type, given, refused)
    if "options" in given:
        with refused.collecting():
            values["options"] = _validate_options(type, given["options"])
    refused.raise_collected()
    return {**values, **_validate_defaults(type, values, stored)}


def _refuse_flags(
    entity: AttributeEntity, type: AttributeType, given: Mapping[str, Any], refused: CollectedErrors
) -> None:
    """Each that says how lists of customers use what has no place in them."""
    for name, shown in _FLAGS_OF_LISTS.items():
        with refused.collecting():
            if given.get(name) and (refusal := find_field_refusal(entity, type, name)) is not None:
                raise refusal(path=[shown])


def find_part_refusals(entity: AttributeEntity, type: AttributeType) -> Mapping[str, Refusal | None]:
    """The same of each rule and form, as `rules.minLength` and `forms.SIGN_UP`."""
    rules = dict.fromkeys(name for names in _RULES_OF.values() for name in names)
    return {
        **{f"rules.{name}": None if name in _RULES_OF.get(type, ()) else NOT_FOR_TYPE for name in rules},
        **{f"forms.{one.value}": None if one in _FORMS_OF[entity] else _NOT_FOR_ENTITY for one in AttributeForm},
    }


def find_field_refusal(entity: AttributeEntity, type: AttributeType, name: str) -> Refusal | None:
    """What refuses a column of a definition because of what the attribute is of or takes, whatever the value."""
    if name in _FLAGS_OF_LISTS and entity is not AttributeEntity.CUSTOMER:
        return _NOT_IN_LISTS
    return NOT_FOR_TYPE if type not in _TYPES_WITH.get(name, AttributeType) else None


def _validate_defaults(type: AttributeType, values: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults that are given have to be what a form may send."""
    limits = values.get("rules", stored.get("rules", {}))
    input_filter = InputFilter(values.get("input_filter", stored.get("input_filter", InputFilter.NONE.value)))
    rules, refused, defaults = ValueRules(type, limits, input_filter), CollectedErrors(), dict[str, Any]()
    if "default_value" in values:
        with refused.collecting():
            defaults["default_value"] = _validate_default(values["default_value"], rules, ["defaultValue"])
    if "websites" in values:
        defaults["websites"] = dict[int, dict[str, Any]]()
        for place, (website_id, one) in enumerate(values["websites"]):
            path = ["websites", str(place)]
            with refused.collecting():
                if website_id in defaults["websites"]:
                    raise GIVEN_TWICE(path=[*path, "websiteId"])
                default = _validate_default(one["default_value"], rules, [*path, "defaultValue"])
                defaults["websites"][website_id] = {**one, "default_value": default}
    refused.raise_collected()
    return defaults


def _validate_default(given: Mapping[str, Any] | None, rules: ValueRules, path: list[str]) -> dict[str, Any] | None:
    """As JSON holds it. Default options are marked at the options."""
    if given is None:
        return None
    if rules.type not in _TYPES_WITH["default_value"]:
        raise NOT_FOR_TYPE(path=path)
    value = validate_value(given, rules, path)
    [member] = given
    shown = value.isoformat() if member == "date" and value is not None else value  # pyright: ignore
    return None if value is None else {member: shown}


def _validate_labels(given: Iterable[tuple[int, str]], path: list[str]) -> dict[int, str]:
    labels, refused = dict[int, str](), CollectedErrors()
    for place, (store_view_id, label) in enumerate(given):
        with refused.collecting():
            if store_view_id in labels:
                raise GIVEN_TWICE(path=[*path, str(place), "storeViewId"])
            line = validate_line(label, [*path, str(place), "label"], MAX_LABEL, required=True)
            labels[store_view_id] = line or ""
    refused.raise_collected()
    return labels


def _validate_rules(type: AttributeType, given: Mapping[str, Any]) -> dict[str, Any]:
    rules, refused = {name: value for name, value in given.items() if value is not None}, CollectedErrors()
    for name, value in rules.items():
        with refused.collecting():
            if name not in _RULES_OF.get(type, ()):
                raise NOT_FOR_TYPE(path=["rules", name])
            if name in _LENGTHS:
                _check_range(value, ["rules", name], 1, MAX_TEXT)
            if name in _MOST:
                _check_range(value, ["rules", name], *_MOST[name])
            if name == "fileExtensions":
                rules[name] = validate_extensions(type, value, ["rules", name])
    refused.raise_collected()
    for smallest, largest in (_LENGTHS, ("minDate", "maxDate")):
        if smallest in rules and largest in rules and rules[smallest] > rules[largest]:
            raise _RANGE_EMPTY(path=["rules", smallest])
    return rules


def _check_range(number: int, path: list[str], least: int, most: int) -> None:
    if not least <= number <= most:
        raise _OUT_OF_RANGE(path=path, minimum=least, maximum=most)


def _refuse_filter(type: AttributeType, input_filter: str) -> None:
    if input_filter != InputFilter.NONE.value and type not in _TYPES_WITH["input_filter"]:
        raise NOT_FOR_TYPE(path=["inputFilter"])


def _validate_forms(entity: AttributeEntity, given: Sequence[AttributeForm]) -> list[str]:
    refused = CollectedErrors()
    for place, form in enumerate(given):
        with refused.collecting():
            if form not in _FORMS_OF[entity]:
                raise _NOT_FOR_ENTITY(path=["forms", str(place)])
    refused.raise_collected()
    return [form.value for form in AttributeForm if form in given]


def _validate_options(type: AttributeType, given: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Options by code, in their order."""
    if given and type not in _TYPES_WITH["options"]:
        raise NOT_FOR_TYPE(path=["options"])
    if len(given) > MAX_OPTIONS:
        raise _TOO_MANY_OPTIONS(path=["options"], limit=MAX_OPTIONS)
    options, refused = dict[str, dict[str, Any]](), CollectedErrors()
    for place, one in enumerate(given):
        path = ["options", str(place)]
        with refused.collecting():
            code = normalize_compatible_text(one["code"])
            if len(code) > MAX_OPTION_CODE or not _OPTION_CODE.fullmatch(code):
                raise _OPTION_CODE_INVALID(path=[*path, "code"], limit=MAX_OPTION_CODE)
            if code in options:
                raise GIVEN_TWICE(path=[*path, "code"])
            label = validate_line(one["label"], [*path, "label"], MAX_LABEL, required=True)
            labels = _validate_labels(one["labels"], [*path, "labels"])
            options[code] = {"place": place, "label": label, "labels": labels, "is_default": one["is_default"]}
    refused.raise_collected()
    if type is AttributeType.SELECT and sum(one["is_default"] for one in options.values()) > 1:
        raise _ONE_DEFAULT(path=["options"])
    return options
