import datetime as dt
from typing import Any

import strawberry

from customer_gql.core.messages.catalogues import ENGLISH
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone
from customer_gql.shop.websites.reads import store_views_by_id, websites_by_id
from customer_gql.shop.websites.types import StoreView, Website

from . import reads
from .built_in.labels import label_of
from .enums import InputValidation
from .inputs import CODE, FILTER_MATCH, GRID_COLUMN, GRID_FILTER, SEARCHABLE, SEGMENT_CONDITION
from .tables import AttributeEntity, AttributeForm, AttributeType, GridFilterMatch, InputFilter
from .uploads.files import DEFAULT_FILE_BYTES


@strawberry.type(description="A label in one store view.")
class AttributeLabel:
    store_view: StoreView = loaded(store_views_by_id, key="store_view_id", description="Store view that shows it.")
    label: str = column("Text to show.")


@strawberry.type(description="Limits of the values of an attribute.")
class AttributeRules:
    min_length: int | None = strawberry.field(
        description="Smallest number of characters of a text or line.", default=None
    )
    max_length: int | None = strawberry.field(
        description="Largest number of characters of a text or line.", default=None
    )
    validation: InputValidation | None = strawberry.field(description="Characters or form of a text.", default=None)
    line_count: int | None = strawberry.field(description="Largest number of lines.", default=None)
    min_date: dt.date | None = strawberry.field(description="Earliest day.", default=None)
    max_date: dt.date | None = strawberry.field(description="Latest day.", default=None)
    file_extensions: list[str] | None = strawberry.field(
        description="Endings of the names of files that are taken, as `pdf`; null for all that the type takes.",
        default=None,
        metadata={"assumed": 5},
    )
    max_file_size: int | None = strawberry.field(
        description=f"Largest size of a file in bytes; null for {DEFAULT_FILE_BYTES:,}.", default=None
    )
    max_image_width: int | None = strawberry.field(description="Largest width of a picture in pixels.", default=None)
    max_image_height: int | None = strawberry.field(description="Largest height of a picture in pixels.", default=None)


@strawberry.type(
    description="A default value of an attribute. The member that fits its type has it, the others are null."
)
class AttributeDefault:
    text: str | None = strawberry.field(description="Text.", default=None)
    lines: list[str] | None = strawberry.field(description="Lines.", default=None)
    date: dt.date | None = strawberry.field(description="Day.", default=None)
    boolean: bool | None = strawberry.field(description="Yes or no.", default=None)
    options: list[str] | None = strawberry.field(
        description="Codes of options, in a form. Of an attribute, `isDefault` of its options tells them.", default=None
    )


@strawberry.type(description="An option of an attribute.")
class AttributeOption:
    code: str = column("Code, unique in the attribute.")
    label: str = column("Text to show where the store view has none of its own.")
    labels: list[AttributeLabel] = loaded(
        reads.labels_by_option, key=("attribute_id", "code"), description="Labels of store views; a few.", assumed=3
    )
    is_default: bool = column("Whether forms start with it chosen.")


@strawberry.type(
    description="What a website decides for itself of an attribute; null where it has what the attribute has."
)
class AttributeWebsite:
    website: Website = loaded(websites_by_id, key="website_id", description="The website.")
    is_required: bool | None = column("Whether a form that shows it refuses a missing value.")
    is_visible: bool | None = column("Whether its storefronts show it.")

    @strawberry.field(description="Value that its forms start with.")
    def default_value(self: Any) -> AttributeDefault | None:
        return read_default(self.default_value)


@strawberry.type(
    description="An attribute: a fact about customers or addresses that the shop added, or a built-in field (`isSystem`)."
)
class Attribute(Node):
    id: strawberry.ID = node_id(
        "att", reads.attributes_by_id, "id", visible=visible_to_everyone, description="Id of the attribute."
    )
    version: int = column("Version, which increases with every change. Pass it as `expectedVersion` in an edit.")
    entity: AttributeEntity = column("What it belongs to.")
    code: str = column(f"{CODE} Of a built-in field, its name in inputs.")
    type: AttributeType = column("What it takes.")
    is_system: bool = column("Whether it is a built-in field, which every shop has.")
    is_being_deleted: bool = column("Whether a job deletes it with what is stored of it; nobody can set it any more.")

    @strawberry.field(description="Text to show where the store view has none of its own.")
    def label(self: Any) -> str:
        return self.label or label_of(self.code, ENGLISH)

    labels: list[AttributeLabel] = loaded(
        reads.labels_by_attribute, key="id", description="Labels of store views; a few.", assumed=3
    )
    sort_order: int = column("Place in forms, small numbers first.")

    @strawberry.field(description="Limits of values.")
    def rules(self: Any) -> AttributeRules:
        return read_rules(self.rules)

    input_filter: InputFilter = column("What is done to texts before they are stored.")
    forms: list[AttributeForm] = column("Forms that show it.", assumed=3)
    is_grid_column: bool = column(GRID_COLUMN)
    is_grid_filter: bool = column(GRID_FILTER)
    grid_filter_match: GridFilterMatch = column(FILTER_MATCH)
    is_searchable: bool = column(SEARCHABLE)
    is_segment_condition: bool = column(SEGMENT_CONDITION)
    is_quick_editable: bool = column("Whether `customerQuickEdit` may change it.")
    is_personal: bool = column("Whether staff need `customers.pii` to see its values.")
    is_required: bool = column("Whether a form that shows it refuses a missing value.")
    is_visible: bool = column("Whether storefronts show it.")

    @strawberry.field(description="Value that forms start with.")
    def default_value(self: Any) -> AttributeDefault | None:
        return read_default(self.default_value)

    websites: list[AttributeWebsite] = loaded(
        reads.websites_by_attribute, key="id", description="What websites decide for themselves; a few.", assumed=3
    )
    options: list[AttributeOption] = loaded(
        reads.options_by_attribute,
        key="id",
        description="Options to choose, in their order, at most 1,000.",
        assumed=20,
    )


def read_rules(stored: Any) -> AttributeRules:
    limits = reads.parse_json(stored)
    days = {name: limits.get(name) for name in ("minDate", "maxDate")}
    earliest, latest = (None if day is None else dt.date.fromisoformat(day) for day in days.values())
    validation = limits.get("validation")
    return AttributeRules(
        min_length=limits.get("minLength"),
        max_length=limits.get("maxLength"),
        validation=None if validation is None else InputValidation(validation),
        line_count=limits.get("lineCount"),
        min_date=earliest,
        max_date=latest,
        file_extensions=limits.get("fileExtensions"),
        max_file_size=limits.get("maxFileSize"),
        max_image_width=limits.get("maxImageWidth"),
        max_image_height=limits.get("maxImageHeight"),
    )


def read_default(stored: Any) -> AttributeDefault | None:
    default = reads.parse_json(stored)
    if default is None:
        return None
    if "date" in default:
        return AttributeDefault(date=dt.date.fromisoformat(default["date"]))
    return AttributeDefault(**default)
