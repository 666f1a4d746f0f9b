"""Which value each column of a file is: by its name, or by a mapping (docs/domain/import.md#import-28)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from customer_gql.administration.customer_import.reading.files import CsvFile
from customer_gql.administration.customer_import.reading.report import show_nul
from customer_gql.administration.customer_import.staging import SECRETS, RowSheet
from customer_gql.administration.customer_import.stated_values.definitions import ImportAttributes
from customer_gql.administration.customer_import.tables import ImportBehavior, ImportLayout
from customer_gql.customers.attributes.reads import attributes_by_entity
from customer_gql.customers.attributes.tables import AttributeEntity

from .layouts import ADDRESS_PREFIX

SAMPLES: Final = 3
_LONGEST_SAMPLE: Final = 60
_MOST_COLUMNS: Final = 500


@dataclass(frozen=True, slots=True)
class ColumnTarget:
    """A value that a column of a mapped file may be."""

    key: str
    label: str
    is_required: bool = False


_TARGETS: Final = (
    ColumnTarget("email", "E-mail address", is_required=True),
    ColumnTarget("_store", "Store view"),
    ColumnTarget("confirmation", "Key of a confirmation that is awaited"),
    ColumnTarget("created_at", "Time of creation"),
    ColumnTarget("prefix", "Title"),
    ColumnTarget("firstname", "First name"),
    ColumnTarget("middlename", "Middle name"),
    ColumnTarget("lastname", "Last name"),
    ColumnTarget("suffix", "Suffix"),
    ColumnTarget("gender", "Gender"),
    ColumnTarget("dob", "Date of birth"),
    ColumnTarget("taxvat", "Tax or VAT number"),
    ColumnTarget("group_id", "Number of the group"),
    ColumnTarget("disable_auto_group_change", "No automatic group change"),
    ColumnTarget("tags", "Tags"),
    ColumnTarget("_entity_id", "Address: key in the other program"),
    ColumnTarget("_address_prefix", "Address: title"),
    ColumnTarget("_address_firstname", "Address: first name"),
    ColumnTarget("_address_middlename", "Address: middle name"),
    ColumnTarget("_address_lastname", "Address: last name"),
    ColumnTarget("_address_suffix", "Address: suffix"),
    ColumnTarget("_address_company", "Address: company"),
    ColumnTarget("_address_street", "Address: street"),
    ColumnTarget("_address_city", "Address: city"),
    ColumnTarget("_address_region", "Address: region"),
    ColumnTarget("_address_postcode", "Address: postal code"),
    ColumnTarget("_address_country_id", "Address: country"),
    ColumnTarget("_address_telephone", "Address: telephone"),
    ColumnTarget("_address_fax", "Address: fax"),
    ColumnTarget("_address_vat_id", "Address: VAT number"),
    ColumnTarget("_address_default_billing_", "Address: default for invoices"),
    ColumnTarget("_address_default_shipping_", "Address: default for deliveries"),
)
ACTION_TARGET: Final = ColumnTarget("_action", "Action of the row", is_required=True)
# How programs name these columns, without blanks, hyphens and underscores.
_USUAL_NAMES: Final = {
    "email": ("emailaddress", "mail"),
    "firstname": ("givenname", "forename"),
    "lastname": ("surname", "familyname"),
    "dob": ("dateofbirth", "birthday", "birthdate"),
    "taxvat": ("taxvatnumber", "vatnumber"),
    "_address_street": ("street", "address", "address1", "streetaddress"),
    "_address_city": ("city", "town"),
    "_address_region": ("region", "state", "province"),
    "_address_postcode": ("postcode", "zip", "zipcode", "postalcode"),
    "_address_country_id": ("country", "countrycode", "countryid"),
    "_address_telephone": ("telephone", "phone", "phonenumber"),
    "_address_company": ("company",),
}
_TARGETS_BY_NAME: Final = {name: key for key, names in _USUAL_NAMES.items() for name in names} | {
    one.key.replace("_", ""): one.key for one in _TARGETS
}


class DefinedAttribute(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def label(self) -> str: ...


def make_targets(
    of_customers: Iterable[DefinedAttribute], of_addresses: Iterable[DefinedAttribute]
) -> tuple[ColumnTarget, ...]:
    """Those of the shop, with one for each attribute."""
    return (
        *_TARGETS,
        *(ColumnTarget(one.code, one.label) for one in of_customers),
        *(ColumnTarget(f"{ADDRESS_PREFIX}{one.code}", f"Address: {one.label}") for one in of_addresses),
    )


def find_targets(attributes: ImportAttributes) -> tuple[ColumnTarget, ...]:
    return make_targets(
        *(attributes[entity].values() for entity in (AttributeEntity.CUSTOMER, AttributeEntity.ADDRESS))
    )


async def load_targets(context: Any, imported: Any) -> Sequence[ColumnTarget]:
    """Those of a mapped file; none for other layouts."""
    if imported.layout != ImportLayout.MAPPED.value:
        return ()
    loads = [
        context.load(attributes_by_entity, one.value) for one in (AttributeEntity.CUSTOMER, AttributeEntity.ADDRESS)
    ]
    listed = [[row for row in await load if not row.is_system and not row.is_being_deleted] for load in loads]
    also = (ACTION_TARGET,) if imported.behavior == ImportBehavior.CUSTOM.value else ()
    return (*make_targets(*listed), *also)


def _suggest_target(name: str, attributes: Mapping[str, str]) -> str | None:
    """A built-in one first, whose names no attribute may take."""
    plain = _simplify(name)
    return _TARGETS_BY_NAME.get(plain, attributes.get(plain))


def _simplify(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in " -_.")


def describe_columns(
    file: CsvFile, layout: ImportLayout, sheet: RowSheet, attributes: ImportAttributes
) -> list[dict[str, Any]]:
    """Each column with the first values in it, and the value of the layout that it is, or for a mapped file may be."""
    records = [record.cells for _, record in zip(range(20), file.records(), strict=False) if not record.fault]
    described: list[dict[str, Any]] = []
    taken, of_shop = set[str](), find_targets(attributes)[len(_TARGETS) :]
    # The code of an attribute is a surer name than the label of another one.
    named = {_simplify(one.label): one.key for one in of_shop} | {_simplify(one.key): one.key for one in of_shop}
    for place, (name, column) in enumerate(zip(file.header, file.columns, strict=True)):
        cells = (cells[place].strip() for cells in records if place < len(cells))
        samples = [] if column in SECRETS else [show_nul(cell[:_LONGEST_SAMPLE]) for cell in cells if cell][:SAMPLES]
        target = (
            _suggest_target(name, named) if layout is ImportLayout.MAPPED else column if column in sheet.known else None
        )
        described.append({"name": name, "samples": samples, "target": None if target in taken else target})
        taken |= {target} if target else set()
    return described[:_MOST_COLUMNS]


def name_file_columns(imported: Any) -> dict[str, str]:
    """The columns of a mapped file by their targets; empty for other layouts, whose columns have the names of the layout."""
    if imported.layout != ImportLayout.MAPPED.value or imported.mapping is None:
        return {}
    return {one["target"]: one["column"] for one in orjson.loads(imported.mapping)}


def rename_columns(columns: Sequence[str], imported: Any) -> list[str]:
    """The columns of the file by the names of the layout; empty for one that is not read."""
    if imported.layout != ImportLayout.MAPPED.value:
        return list(columns)
    mapping: list[dict[str, Any]] = orjson.loads(imported.mapping)
    targets = {one["column"].casefold(): one["target"] for one in mapping}
    return [targets.get(column) or "" for column in columns]
