"""What is sent to store values of attributes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import strawberry

from customer_gql.customers.attributes.inputs import read_members
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import NULL, NULL_REFUSED

from .given import GivenValue

_MEMBERS: Final = {**{name: name for name in ("text", "lines", "date", "boolean", "options")}, "file_id": "fileId"}


@strawberry.input(one_of=True, description="A value; its member has to be that of the type of the attribute.")
class AttributeValueInput:
    text: strawberry.Maybe[str] = column("Of `TEXT` and `TEXT_AREA`.")
    lines: strawberry.Maybe[list[str]] = column("Of `MULTILINE`: all lines.")
    date: strawberry.Maybe[dt.date] = column("Of `DATE`.")
    boolean: strawberry.Maybe[bool] = column("Of `BOOLEAN`.")
    options: strawberry.Maybe[list[str]] = column(
        "Codes of the chosen options: of `SELECT` one, of `MULTI_SELECT` any."
    )
    file_id: strawberry.Maybe[str] = column(
        "Of `FILE` and `IMAGE`: the `fileId` of a file that was uploaded, or the `id` of the one that is stored."
    )


@strawberry.input(description="The new value of one attribute. Attributes that are not listed keep their values.")
class AttributeInput:
    code: str = column("Code of the attribute.")
    value: AttributeValueInput | None = strawberry.field(
        description="The value to store; null clears it.", default=None
    )


ATTRIBUTES: Final = (
    "Values of attributes, at most 200. `NOT_FOUND` for an unknown code, and on a storefront for one that the website does not "
    "show in this form."
)


def collect_given(attributes: Sequence[AttributeInput] | None) -> list[GivenValue]:
    """The values that are given, in their order."""
    return [GivenValue(one.code, read_members(one.value, _MEMBERS)) for one in attributes or ()]


def collect_maybe(attributes: Any) -> list[GivenValue]:
    """The same for a field that may be left out. Raises `NULL_REFUSED` for a null where only a list may stand."""
    if attributes is not None and attributes.value is NULL:
        raise NULL_REFUSED(path=["attributes"])
    return [] if attributes is None else collect_given(attributes.value)
