from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.errors import BadInput, RuleError
from customer_gql.core.ids import decode_id, decode_keys
from customer_gql.core.permissions import Permission
from customer_gql.core.text import validate_lines
from customer_gql.customers.addresses.fields import CONTENT
from customer_gql.customers.addresses.reads import addresses_by_id
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.graph.access.guards import missing_permissions, refusal_of
from customer_gql.graph.context import Context, Info
from customer_gql.graph.roots import admin_field
from customer_gql.shop.settings.declaration import MAX_TEXT
from customer_gql.shop.websites.reads import store_views_by_id

from .formatting import format_address
from .reads import UNKNOWN_VIEW
from .settings import AddressFormat
from .types import Format

_SAMPLE: Final = {
    "prefix": "Dr.",
    "first_name": "Ada",
    "middle_name": "Augusta",
    "last_name": "Byron",
    "suffix": "PhD",
    "company": "Analytical Engines Ltd",
    "street": ["12 St James's Square", "2nd floor"],
    "city": "London",
    "region": "England",
    "postcode": "SW1Y 4JH",
    "country_code": "GB",
    "telephone": "+44 20 7946 0000",
    "fax": "+44 20 7946 0001",
    "vat_number": "GB999999973",
}
_NEEDED: Final = (Permission.CUSTOMERS_READ, Permission.CUSTOMERS_PII)


@strawberry.type
class AddressTemplateAdminQuery:
    @admin_field(
        permission=Permission.CONFIGURATION_MANAGE,
        graphql_type=str | None,
        description="An address as a template would write it, nothing stored. `BAD_USER_INPUT` with line and column for a "
        "template that the setting would refuse. With `addressId`, it needs `customers.read` and `customers.pii` as well.",
    )
    async def address_template_preview(
        self,
        info: Info,
        template: Annotated[
            str,
            strawberry.argument(description="The template, at most 10,000 characters.", metadata={"longest": MAX_TEXT}),
        ],
        format: Format = AddressFormat.TEXT,
        store_view_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Store view in whose language the country is named; without it, English."),
        ] = None,
        address_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Address of a customer to write; without it, a made-up one."),
        ] = None,
    ) -> str:
        address = _SAMPLE if address_id is None else await _find_address(info.context, address_id)
        locale = "en" if store_view_id is None else await _find_locale(info.context, store_view_id)
        try:
            return format_address(validate_lines(template, [], MAX_TEXT) or "", format, address, locale)
        except RuleError as refused:
            raise BadInput(refused.message_in(info.context.language)) from refused


async def _find_address(context: Context, address_id: str) -> dict[str, Any]:
    missing = [permission for permission in _NEEDED if permission in missing_permissions(context.viewer)]
    if missing:
        raise refusal_of(missing[0])
    customer_id, key = decode_keys(address_id, "adr", 2)
    found = None
    if await find_reachable_customer(context, customer_id) is not None:
        found = await context.load(addresses_by_id, (customer_id, key))
    if found is None:
        raise BadInput("addressId names no address that you reach.")
    return {column: found[column] for column in CONTENT}


async def _find_locale(context: Context, store_view_id: str) -> str:
    found = await context.load(store_views_by_id, decode_id(store_view_id, "stv"))
    if found is None or not context.viewer.reaches(found.website_id):
        raise BadInput(UNKNOWN_VIEW)
    return found.locale


ADMIN_QUERIES: Final = (AddressTemplateAdminQuery,)
