"""Attributes of the demo shop, one of each type, and what some customers have of them. Nothing is drawn, so that other rows
stay what they are."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from customer_gql.database.seeding import CustomerSeed, Rows, ShopSeed, Stage, to_datetime

from .tables import AttributeEntity, AttributeForm, AttributeType, attribute, attribute_label, attribute_option
from .uploads.demo_files import TABLES as FILE_TABLES, add_file, paint_pattern, print_page
from .values.tables import address_attribute, customer_attribute

if TYPE_CHECKING:
    from customer_gql.customers.profile.shopper import Shopper

_GERMAN_VIEW: Final = 5
_FORMS: Final = {
    AttributeEntity.CUSTOMER: [AttributeForm.ACCOUNT_EDIT.value],
    AttributeEntity.ADDRESS: [AttributeForm.ADDRESS_CREATE.value, AttributeForm.ADDRESS_EDIT.value],
}
_COLUMN_OF: Final = {
    AttributeType.DATE: "date_value",
    AttributeType.BOOLEAN: "boolean_value",
    AttributeType.SELECT: "option_code",
    AttributeType.MULTI_SELECT: "option_code",
}
"""Other types are texts, of files the name."""
_CONTENT: Final = ("text_value", "date_value", "boolean_value", "option_code", "file_id")


@dataclass(frozen=True, slots=True)
class _DemoAttribute:
    """`every` so many customers or addresses have a value. A file is its name and its content."""

    id: int
    entity: AttributeEntity
    code: str
    type: AttributeType
    label: str
    german: str
    every: int
    make: Callable[[Any], list[Any]]
    rules: dict[str, Any] = field(default_factory=dict[str, Any])
    options: tuple[tuple[str, str], ...] = ()
    is_personal: bool = False
    is_listed: bool = True


_SIZES: Final = tuple((str(size), str(size)) for size in range(35, 48))
_TOPICS: Final = (("outdoor", "Outdoor"), ("kitchen", "Kitchen"), ("garden", "Garden"), ("travel", "Travel"))
_KINDS: Final = (("home", "Home"), ("office", "Office"), ("pickup", "Pick-up point"))
_NOTES: Final = ("Ring twice.\nThe bell is quiet.", "Please call before delivery.", "Leave it with the neighbours.")
_CUSTOMER, _ADDRESS = AttributeEntity.CUSTOMER, AttributeEntity.ADDRESS


def _birthday_of_loyalty(s: Any) -> list[Any]:
    return [to_datetime(s.created).date() + dt.timedelta(days=s.number % 28)]


_ATTRIBUTES: Final = (
    _DemoAttribute(
        *(1001, _CUSTOMER, "loyalty_card", AttributeType.TEXT, "Loyalty card", "Kundenkarte", 4),
        lambda s: [f"{4_000_000 + s.number}"],
        rules={"maxLength": 12, "validation": "NUMERIC"},
        is_personal=True,
    ),
    _DemoAttribute(
        *(1002, _CUSTOMER, "service_note", AttributeType.TEXT_AREA, "Note on service", "Hinweis zum Service", 9),
        lambda s: [_NOTES[s.number % len(_NOTES)]],
        is_listed=False,
    ),
    _DemoAttribute(
        *(1003, _CUSTOMER, "pets", AttributeType.MULTILINE, "Names of pets", "Namen der Haustiere", 12),
        lambda s: ["Bello", "Mia"][: 1 + s.number % 2],
        rules={"lineCount": 5},
        is_personal=True,
        is_listed=False,
    ),
    _DemoAttribute(
        *(1004, _CUSTOMER, "loyal_since", AttributeType.DATE, "Loyal since", "Treu seit", 6), _birthday_of_loyalty
    ),
    _DemoAttribute(
        *(1005, _CUSTOMER, "wants_catalog", AttributeType.BOOLEAN, "Printed catalog", "Gedruckter Katalog", 3),
        lambda s: [s.number % 2 == 0],
    ),
    _DemoAttribute(
        *(1006, _CUSTOMER, "shoe_size", AttributeType.SELECT, "Shoe size", "Schuhgröße", 4),
        lambda s: [_SIZES[s.number % len(_SIZES)][0]],
        options=_SIZES,
    ),
    _DemoAttribute(
        *(1007, _CUSTOMER, "topics", AttributeType.MULTI_SELECT, "Topics", "Themen", 10),
        lambda s: [code for place, (code, _) in enumerate(_TOPICS) if s.number >> place & 1] or [_TOPICS[0][0]],
        options=_TOPICS,
    ),
    _DemoAttribute(
        *(1008, _ADDRESS, "door_code", AttributeType.TEXT, "Code of the door", "Türcode", 15),
        lambda s: [f"{s.number % 10_000:04}"],
        rules={"maxLength": 8},
        is_personal=True,
    ),
    _DemoAttribute(
        *(1009, _ADDRESS, "address_kind", AttributeType.SELECT, "Kind of address", "Art des Ortes", 5),
        lambda s: [_KINDS[s.number % len(_KINDS)][0]],
        options=_KINDS,
    ),
    _DemoAttribute(
        *(1010, _CUSTOMER, "profile_picture", AttributeType.IMAGE, "Profile picture", "Profilbild", 40),
        lambda s: [("picture.png", paint_pattern(s.number))],
        rules={"maxFileSize": 1_000_000, "maxImageWidth": 2000, "maxImageHeight": 2000},
        is_personal=True,
        is_listed=False,
    ),
    _DemoAttribute(
        *(1011, _CUSTOMER, "signed_form", AttributeType.FILE, "Signed form", "Unterschriebenes Formular", 60),
        lambda s: [("loyalty-form.pdf", print_page("Loyalty card", f"Card number {4_000_000 + s.number}", "Signed"))],
        rules={"fileExtensions": ["pdf"]},
        is_personal=True,
        is_listed=False,
    ),
    _DemoAttribute(
        *(1012, _ADDRESS, "directions", AttributeType.FILE, "Directions", "Anfahrt", 60),
        lambda s: [("directions.txt", f"Take the second gate.\nAsk for {s.first}.\n".encode())],
        rules={"fileExtensions": ["txt", "pdf"], "maxFileSize": 100_000},
        is_personal=True,
    ),
)


def add_attributes(opened: datetime, rows: Rows) -> None:
    for place, one in enumerate(_ATTRIBUTES):
        is_of_list = one.entity is _CUSTOMER and one.is_listed
        rows[attribute].append(
            {
                "id": one.id,
                "entity": one.entity.value,
                "code": one.code,
                "type": one.type.value,
                "label": one.label,
                "sort_order": 200 + 10 * place,
                "rules": orjson.dumps(one.rules).decode(),
                "forms": _FORMS[one.entity],
                "is_grid_column": is_of_list,
                "is_grid_filter": is_of_list,
                "is_personal": one.is_personal,
                "is_visible": True,
                "created_at": opened,
            }
        )
        rows[attribute_label].append({"attribute_id": one.id, "store_view_id": _GERMAN_VIEW, "label": one.german})
        for number, (code, label) in enumerate(one.options):
            rows[attribute_option].append(
                {"attribute_id": one.id, "code": code, "place": number, "label": label, "is_default": False}
            )


def add_values_of_customer(s: "Shopper[Any]", rows: Rows) -> None:
    _add_values(s, rows, _CUSTOMER, {"customer_id": s.id})


def add_values_of_address(s: "Shopper[Any]", rows: Rows, address_id: int) -> None:
    _add_values(s, rows, _ADDRESS, {"customer_id": s.id, "address_id": address_id})


def _add_values(s: "Shopper[Any]", rows: Rows, entity: AttributeEntity, key: dict[str, int]) -> None:
    table = customer_attribute if entity is _CUSTOMER else address_attribute
    for one in _ATTRIBUTES:
        if one.entity is entity and s.number % one.every == 1:
            column = _COLUMN_OF.get(one.type, "text_value")
            for place, value in enumerate(one.make(s)):
                content: dict[str, Any] = dict.fromkeys(_CONTENT)
                if isinstance(value, tuple):
                    name, file = value
                    file_id = add_file(rows, key, one.id, name, file, to_datetime(s.created))
                    content |= {"text_value": name, "file_id": file_id}
                else:
                    content[column] = value
                rows[table].append({**key, "attribute_id": one.id, "place": place, **content})


SEED: Final = (
    ShopSeed((attribute, attribute_label, attribute_option), add_attributes),
    CustomerSeed((customer_attribute, *FILE_TABLES), add_values_of_customer, Stage.ACTIVITY),
)
