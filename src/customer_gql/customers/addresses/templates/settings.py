"""How addresses are written (docs/domain/address-templates.md#address-templates-1)."""

import enum
from collections.abc import Mapping
from typing import Final

from customer_gql.shop.settings.declaration import STORE_VIEW, Setting

from .language import parse_template


class AddressFormat(enum.Enum):
    TEXT = "TEXT"
    ONE_LINE = "ONE_LINE"
    HTML = "HTML"
    PDF = "PDF"


_NAME: Final = (
    "{{depend prefix}}{{var prefix}} {{/depend}}{{var firstname}} {{depend middlename}}{{var middlename}} {{/depend}}"
    "{{var lastname}}{{depend suffix}} {{var suffix}}{{/depend}}"
)
_MORE_LINES: Final = (
    ("{{depend company}}", "{{var company}}", "{{/depend}}"),
    *((f"{{{{depend street{number}}}}}", f"{{{{var street{number}}}}}", "{{/depend}}") for number in range(1, 5)),
    (
        "",
        "{{if city}}{{var city}}, {{/if}}{{if region}}{{var region}}, {{/if}}{{if postcode}}{{var postcode}}{{/if}}",
        "",
    ),
    ("", "{{var country}}", ""),
    ("{{depend telephone}}", "T: {{var telephone}}", "{{/depend}}"),
    ("{{depend fax}}", "F: {{var fax}}", "{{/depend}}"),
    ("{{depend vat_id}}", "VAT: {{var vat_id}}", "{{/depend}}"),
)


def _write_lines(line_end: str) -> str:
    """An end stands before its line, within the block that may leave the line out."""
    return _NAME + "".join(f"{opening}{line_end}{text}{closing}" for opening, text, closing in _MORE_LINES)


def _validate_template(template: str) -> None:
    parse_template(template)


def _template(name: str, default: str, use: str, label: str) -> Setting[str]:
    return Setting(
        f"addresses.template_{name}",
        default,
        STORE_VIEW,
        f"How an address is written {use}. `{{{{var city}}}}` prints a value; `{{{{depend city}}}}…{{{{/depend}}}}` and "
        "`{{if city}}…{{/if}}` print what they enclose only where the value is not empty.",
        validate=_validate_template,
        has_lines=True,
        label=label,
    )


TEMPLATES: Final[Mapping[AddressFormat, Setting[str]]] = {
    AddressFormat.TEXT: _template("text", _write_lines("\n"), "in lines of text", "Address in lines"),
    AddressFormat.ONE_LINE: _template(
        "one_line",
        _NAME + ", {{var street}}, {{if city}}{{var city}}, {{/if}}{{if region}}{{var region}} {{/if}}"
        "{{if postcode}}{{var postcode}}, {{/if}}{{var country}}",
        "in one line, as in lists",
        "Address in one line",
    ),
    AddressFormat.HTML: _template(
        "html", _write_lines("<br>\n"), "as HTML, in which values are escaped", "Address as HTML"
    ),
    AddressFormat.PDF: _template("pdf", _write_lines("|\n"), "on invoices, with `|` between lines", "Address for PDF"),
}
SETTINGS: Final = tuple(TEMPLATES.values())
