"""What staff send to define attributes."""

import datetime as dt
import enum
from collections.abc import Mapping
from typing import Any, Final

import strawberry

from customer_gql.core.input_ids import parse_input_id
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION

from .enums import InputValidation
from .tables import AttributeEntity, AttributeForm, AttributeType, GridFilterMatch, InputFilter
from .uploads.files import DEFAULT_FILE_BYTES, MAX_FILE_BYTES, MAX_IMAGE_SIDE, list_extensions

CODE: Final = (
    "Code of at most 29 small letters a to z, digits and `_`, which starts with a letter, is unique among the attributes of the "
    "entity and is not the name of a built-in field. It never changes."
)
GRID_COLUMN: Final = (
    "Whether it is a column of the list of customers: shown in its rows, sorted by and exported. Of customers only."
)
GRID_FILTER: Final = "Whether the list of customers may be filtered by it. Of customers only."
FILTER_MATCH: Final = "What such a filter may look for in texts: a part, the start or the whole of a value; each allows those after it too."
SEARCHABLE: Final = "Whether a search of the list of customers finds the words of its texts. Of customers only."
SEGMENT_CONDITION: Final = (
    "Whether segments of customers may be made by it. Stored for a later version: there are no segments yet."
)
_LABEL: Final = "Text to show, at most 255 characters."
_DEFAULT: Final = "Value that forms start with. Null for none, and for options, where `isDefault` says it."
_IS_REQUIRED: Final = "Whether a form that shows it refuses a missing value, and nobody can clear it."
_IS_VISIBLE: Final = "Whether storefronts show it, in `forms` and of a customer."


@strawberry.input(description="A label in one store view.")
class AttributeLabelInput:
    store_view_id: strawberry.ID = column("Id of the store view.")
    label: str = column(_LABEL)


@strawberry.input(
    description="Limits of values; those of other types are refused. Stored values are not judged by them."
)
class AttributeRulesInput:
    min_length: int | None = strawberry.field(
        description="Smallest number of characters of a text or line, 1 to 4,096.", default=None
    )
    max_length: int | None = strawberry.field(
        description="Largest number of characters of a text or line, 1 to 4,096; without it 255, or 4,096 of a `TEXT_AREA`.",
        default=None,
    )
    validation: InputValidation | None = strawberry.field(
        description="Characters or form of a `TEXT` or of the lines of a `MULTILINE`.", default=None
    )
    line_count: int | None = strawberry.field(
        description="Largest number of lines of a `MULTILINE`, 2 to 20; without it 20.", default=None
    )
    min_date: dt.date | None = strawberry.field(description="Earliest day of a `DATE`.", default=None)
    max_date: dt.date | None = strawberry.field(description="Latest day of a `DATE`.", default=None)
    file_extensions: list[str] | None = strawberry.field(
        description=f"Endings of the names of files, as `pdf`: of a `FILE` {list_extensions(AttributeType.FILE)}, of an `IMAGE` "
        f"{list_extensions(AttributeType.IMAGE)}. Without it all of these.",
        default=None,
    )
    max_file_size: int | None = strawberry.field(
        description=f"Largest size of a file in bytes, 1 to {MAX_FILE_BYTES:,}; without it {DEFAULT_FILE_BYTES:,}.",
        default=None,
    )
    max_image_width: int | None = strawberry.field(
        description=f"Largest width of an `IMAGE` in pixels, 1 to {MAX_IMAGE_SIDE:,}.", default=None
    )
    max_image_height: int | None = strawberry.field(
        description=f"Largest height of an `IMAGE` in pixels, 1 to {MAX_IMAGE_SIDE:,}.", default=None
    )


@strawberry.input(one_of=True, description="A default value; its member has to be that of the type.")
class AttributeDefaultInput:
    text: strawberry.Maybe[str] = column("Text.")
    lines: strawberry.Maybe[list[str]] = column("Lines.")
    date: strawberry.Maybe[dt.date] = column("Day.")
    boolean: strawberry.Maybe[bool] = column("Yes or no.")


@strawberry.input(description="An option to choose.")
class AttributeOptionInput:
    code: str = column(
        "Code of at most 64 letters a to z, digits, `_`, `-` and `.`, unique in the attribute. An option keeps its values by it."
    )
    label: str = column(_LABEL)
    labels: list[AttributeLabelInput] = strawberry.field(
        description="Labels of store views; others show `label`.", default_factory=list
    )
    is_default: bool = strawberry.field(
        description="Whether forms start with it chosen: of a `SELECT` one at most.", default=False
    )


@strawberry.input(description="What one website decides for itself. What is left out is as in the attribute.")
class AttributeWebsiteInput:
    website_id: strawberry.ID = column("Id of the website.")
    is_required: bool | None = strawberry.field(description=_IS_REQUIRED, default=None)
    is_visible: bool | None = strawberry.field(description=_IS_VISIBLE, default=None)
    default_value: AttributeDefaultInput | None = strawberry.field(description=_DEFAULT, default=None)


@strawberry.input(description="A new attribute of customers or addresses.")
class AttributeCreateInput:
    entity: AttributeEntity = column("What it belongs to. It never changes.")
    code: str = column(CODE)
    type: AttributeType = column("What it takes. It never changes.")
    label: str = column(_LABEL)
    labels: list[AttributeLabelInput] = strawberry.field(
        description="Labels of store views; others show `label`.", default_factory=list
    )
    sort_order: int | None = strawberry.field(
        description="Place in forms, 0 to 1,000,000; small numbers first. Without it, after all others.", default=None
    )
    rules: AttributeRulesInput | None = strawberry.field(description="Limits of values.", default=None)
    input_filter: InputFilter = strawberry.field(
        description="What is done to texts before they are stored.", default=InputFilter.NONE
    )
    forms: list[AttributeForm] = strawberry.field(description="Forms that show it.", default_factory=list)
    is_grid_column: bool = strawberry.field(description=GRID_COLUMN, default=False)
    is_grid_filter: bool = strawberry.field(description=GRID_FILTER, default=False)
    grid_filter_match: GridFilterMatch = strawberry.field(description=FILTER_MATCH, default=GridFilterMatch.CONTAINS)
    is_searchable: bool = strawberry.field(description=SEARCHABLE, default=False)
    is_segment_condition: bool = strawberry.field(description=SEGMENT_CONDITION, default=False)
    is_quick_editable: bool = strawberry.field(description="Whether `customerQuickEdit` may change it.", default=False)
    is_personal: bool = strawberry.field(
        description="Whether it says something about the person, so that staff need `customers.pii` to see it.",
        default=True,
    )
    is_required: bool = strawberry.field(description=_IS_REQUIRED, default=False)
    is_visible: bool = strawberry.field(description=_IS_VISIBLE, default=False)
    default_value: AttributeDefaultInput | None = strawberry.field(description=_DEFAULT, default=None)
    websites: list[AttributeWebsiteInput] = strawberry.field(
        description="What websites decide for themselves.", default_factory=list
    )
    options: list[AttributeOptionInput] = strawberry.field(
        description="Options to choose, in their order, at most 1,000.", default_factory=list
    )


@strawberry.input(
    description="Changes of an attribute. What is left out keeps its value; a list replaces the whole list."
)
class AttributeUpdateInput:
    id: strawberry.ID = column("Id of the attribute.")
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)
    label: strawberry.Maybe[str] = column(_LABEL)
    labels: strawberry.Maybe[list[AttributeLabelInput]] = column("Labels of store views.")
    sort_order: strawberry.Maybe[int] = column("Place in forms, 0 to 1,000,000; small numbers first.")
    rules: strawberry.Maybe[AttributeRulesInput | None] = column("All limits of values; null for none.")
    input_filter: strawberry.Maybe[InputFilter] = column("What is done to texts before they are stored.")
    forms: strawberry.Maybe[list[AttributeForm]] = column("Forms that show it.")
    is_grid_column: strawberry.Maybe[bool] = column(GRID_COLUMN)
    is_grid_filter: strawberry.Maybe[bool] = column(GRID_FILTER)
    grid_filter_match: strawberry.Maybe[GridFilterMatch] = column(FILTER_MATCH)
    is_searchable: strawberry.Maybe[bool] = column(SEARCHABLE)
    is_segment_condition: strawberry.Maybe[bool] = column(SEGMENT_CONDITION)
    is_quick_editable: strawberry.Maybe[bool] = column("Whether `customerQuickEdit` may change it.")
    is_personal: strawberry.Maybe[bool] = column(
        "Whether it says something about the person, so that staff need `customers.pii` to see it."
    )
    is_required: strawberry.Maybe[bool] = column(_IS_REQUIRED)
    is_visible: strawberry.Maybe[bool] = column(_IS_VISIBLE)
    default_value: strawberry.Maybe[AttributeDefaultInput | None] = column(_DEFAULT)
    websites: strawberry.Maybe[list[AttributeWebsiteInput]] = column("What websites decide for themselves.")
    options: strawberry.Maybe[list[AttributeOptionInput]] = column("Options to choose, in their order, at most 1,000.")


@strawberry.input(description="The attribute to delete.")
class AttributeDeleteInput:
    id: strawberry.ID = column("Id of the attribute.")


_PLAIN: Final = (
    *("label", "sort_order", "is_grid_column", "is_grid_filter", "is_searchable", "is_segment_condition"),
    *("is_quick_editable", "is_personal", "is_required", "is_visible"),
)


def collect_definition(input: Any) -> dict[str, Any]:
    """What is given, as `validate_definition` takes it. Raises `RuleErrors` for malformed ids."""
    given = {
        name: value.value if isinstance(value, strawberry.Some) else value
        for name in (*_PLAIN, *_READ)
        if (value := getattr(input, name)) is not None or isinstance(input, AttributeCreateInput)
    }
    return {name: _READ[name](value) if name in _READ else value for name, value in given.items()}


def _read_rules(rules: AttributeRulesInput | None) -> dict[str, Any]:
    if rules is None:
        return {}
    return {
        "minLength": rules.min_length,
        "maxLength": rules.max_length,
        "validation": None if rules.validation is None else rules.validation.value,
        "lineCount": rules.line_count,
        "minDate": None if rules.min_date is None else rules.min_date.isoformat(),
        "maxDate": None if rules.max_date is None else rules.max_date.isoformat(),
        "fileExtensions": rules.file_extensions,
        "maxFileSize": rules.max_file_size,
        "maxImageWidth": rules.max_image_width,
        "maxImageHeight": rules.max_image_height,
    }


def read_members(value: Any, members: Mapping[str, str]) -> dict[str, Any] | None:
    """The one member that is given, by its name in the graph. `members` are those names by the ones here."""
    if value is None:
        return None
    maybes = {name: getattr(value, name) for name in members}
    return {members[name]: maybe.value for name, maybe in maybes.items() if maybe is not None}


def _read_default(value: AttributeDefaultInput | None) -> Mapping[str, Any] | None:
    return read_members(value, {name: name for name in ("text", "lines", "date", "boolean")})


def _read_labels(labels: list[AttributeLabelInput], path: tuple[str, ...] = ("labels",)) -> list[tuple[int, str]]:
    return [
        (parse_input_id(one.store_view_id, "stv", [*path, str(place), "storeViewId"]), one.label)
        for place, one in enumerate(labels)
    ]


def _read_websites(websites: list[AttributeWebsiteInput]) -> list[tuple[int, dict[str, Any]]]:
    return [
        (
            parse_input_id(one.website_id, "web", ["websites", str(place), "websiteId"]),
            {
                "is_required": one.is_required,
                "is_visible": one.is_visible,
                "default_value": _read_default(one.default_value),
            },
        )
        for place, one in enumerate(websites)
    ]


def _read_options(options: list[AttributeOptionInput]) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "label": one.label,
            "labels": _read_labels(one.labels, ("options", str(place), "labels")),
            "is_default": one.is_default,
        }
        for place, one in enumerate(options)
    ]


def _read_enum(value: enum.Enum) -> Any:
    return value.value


_READ: Final[Mapping[str, Any]] = {
    "labels": _read_labels,
    "rules": _read_rules,
    "input_filter": _read_enum,
    "forms": list,
    "grid_filter_match": _read_enum,
    "default_value": _read_default,
    "websites": _read_websites,
    "options": _read_options,
}
