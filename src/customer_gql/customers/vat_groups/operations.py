from dataclasses import dataclass
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.clock import read_clock
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.core.text import validate_line
from customer_gql.customers.addresses.validation import MAX_TEXT, validate_country
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.customers.vat.numbers import judge_vat_number, read_vat_number
from customer_gql.customers.vat.settings import EU_COUNTRIES, asks_vies, find_requester
from customer_gql.customers.vat.tables import VatResult, VatSource
from customer_gql.customers.vat.types import VatCheck
from customer_gql.customers.vat.vies import asking_vies
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, admin_mutation
from customer_gql.shop.countries.options import parse_countries
from customer_gql.shop.groups.reads import groups_by_id
from customer_gql.shop.groups.types import CustomerGroup
from customer_gql.shop.settings.reads import SettingValues
from customer_gql.shop.websites.reads import find_website

from .checks import recheck_customer
from .groups import read_rule_settings
from .rule import CheckedNumber, decide_group


@strawberry.input(description="A VAT number to check. Nothing of it is stored.")
class VatNumberCheckInput:
    country_code: str = column("ISO 3166-1 code of two letters of the country of the address.")
    number: str = column("The VAT number, with or without the prefix of its country, at most 255 characters.")
    website_id: strawberry.ID = column("Id of the website whose settings hold.")


@strawberry.input(description="The customer whose VAT numbers are checked again.")
class CustomerVatRecheckInput:
    id: strawberry.ID = column("Id of the customer.")


@dataclass(frozen=True, slots=True)
class _Checked:
    """A check that is not stored."""

    country_code: str
    number: str
    source: VatSource
    result: VatResult
    request_id: str | None
    error_code: str | None
    checked_at: Any


@strawberry.type(description="What the check found.")
class VatNumberCheckPayload(Payload):
    checked: strawberry.Private[Any] = None
    group_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=VatCheck | None, description="The check; null when refused.")
    async def vat_check(self) -> Any:
        return self.checked

    @strawberry.field(
        graphql_type=CustomerGroup | None,
        description="The customer group that the number would lead to, by the settings of the website; null where it leads to none.",
    )
    async def group(self, info: Info) -> Any:
        return None if self.group_key is None else await info.context.load(groups_by_id, self.group_key)


@strawberry.type(description="Result of `customerVatRecheck`.")
class CustomerVatRecheckPayload(CustomerPayload):
    pass


@strawberry.type
class VatAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        exclusive=True,
        description="Check a VAT number: format and checksum, and with `vat.vies_enabled` VIES, which is given 3 seconds to answer. "
        "`INVALID` for an unknown country, `REQUIRED` for an empty number, `NOT_FOUND` for an unknown website. Stores "
        "nothing, changes no customer group and cannot be undone.",
    )
    async def vat_number_check(self, info: Info, input: Annotated[VatNumberCheckInput, INPUT]) -> VatNumberCheckPayload:
        country = validate_country(input.country_code, ["countryCode"])
        typed = validate_line(input.number, ["number"], MAX_TEXT, required=True) or ""
        website_id = parse_input_id(input.website_id, "web", ["websiteId"])
        async with info.context.database.reads.acquire() as connection:
            await find_website(connection, website_id, websites=info.context.viewer.website_ids)
            shop = await read_rule_settings(connection, website_id, None)
        checked = await _check(country.code, typed, shop, info.context.settings.vies_url)
        decision = decide_group(shop, CheckedNumber(country.code, checked.result, checked.source))
        return VatNumberCheckPayload(checked=checked, group_key=decision.group_id)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Check every VAT number at the addresses of a customer again. Format and checksum are checked at once, VIES "
        "is asked soon after where `vat.vies_enabled` says so. The result can move the customer to another group. "
        "`NOT_ALLOWED` without any VAT number, `NOT_FOUND` for an unknown customer. Writes history. Cannot be undone.",
    )
    async def customer_vat_recheck(
        self, info: Info, input: Annotated[CustomerVatRecheckInput, INPUT]
    ) -> CustomerVatRecheckPayload:
        viewer, customer_id = info.context.viewer, parse_input_id(input.id, "cus", ["id"])
        async with info.context.transaction() as connection:
            await recheck_customer(connection, customer_id, websites=viewer.website_ids, by=actor_of(viewer))
        return CustomerVatRecheckPayload(customer_id=customer_id)


async def _check(country_code: str, typed: str, shop: SettingValues, vies_url: str) -> _Checked:
    number = read_vat_number(country_code, typed)
    result, source = judge_vat_number(country_code, number, parse_countries(shop[EU_COUNTRIES])), VatSource.OFFLINE
    request_id = error_code = None
    if result is VatResult.VALID and asks_vies(country_code, shop):
        async with asking_vies(vies_url) as ask:
            answer = await ask(number, find_requester(shop))
        result, source = answer.result, VatSource.VIES
        request_id, error_code = answer.request_id, answer.error_code
    return _Checked(country_code, str(number), source, result, request_id, error_code, read_clock())


ADMIN_MUTATIONS: Final = (VatAdminMutation,)
