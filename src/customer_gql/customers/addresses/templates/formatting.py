"""An address as its store view writes it (docs/domain/address-templates.md#address-templates-3)."""

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from customer_gql.shop.countries.names import name_country

from .language import parse_template, render_template
from .settings import AddressFormat

_LINE_MARK: Final = "|"
_BROKEN_BAR: Final = "\u00a6"


def format_address(template: str, format: AddressFormat, address: Mapping[str, Any], locale: str) -> str:
    """`address` has the columns of an address book, any of which may be missing."""
    escape, finish = _FORMS[format]
    return finish(render_template(parse_template(template), _collect_values(address, locale), escape))


def _collect_values(address: Mapping[str, Any], locale: str) -> Mapping[str, str]:
    street: Sequence[str] = address["street"]
    country: str = address["country_code"]
    found = {
        "prefix": address.get("prefix"),
        "firstname": address.get("first_name"),
        "middlename": address.get("middle_name"),
        "lastname": address.get("last_name"),
        "suffix": address.get("suffix"),
        "company": address.get("company"),
        "street": ", ".join(street),
        **{f"street{place}": line for place, line in enumerate(street, start=1)},
        "city": address.get("city"),
        "region": address.get("region"),
        "postcode": address.get("postcode"),
        "country": name_country(country, locale) or country,
        "telephone": address.get("telephone"),
        "fax": address.get("fax"),
        "vat_id": address.get("vat_number"),
    }
    return {name: value for name, value in found.items() if value}


def _without_line_mark(value: str) -> str:
    """A value cannot begin a line of its own."""
    return value.replace(_LINE_MARK, _BROKEN_BAR)


def _drop_empty_lines(text: str) -> str:
    lines = (line.rstrip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line.strip())


def _to_one_line(text: str) -> str:
    return " ".join(text.split())


def _to_marked_lines(text: str) -> str:
    lines = (_to_one_line(line) for line in text.split(_LINE_MARK))
    return _LINE_MARK.join(line for line in lines if line)


_FORMS: Final[Mapping[AddressFormat, tuple[Callable[[str], str], Callable[[str], str]]]] = {
    AddressFormat.TEXT: (str, _drop_empty_lines),
    AddressFormat.ONE_LINE: (str, _to_one_line),
    AddressFormat.HTML: (html.escape, _drop_empty_lines),
    AddressFormat.PDF: (_without_line_mark, _to_marked_lines),
}
