import asyncio
from collections.abc import Collection
from typing import Annotated, Final, TypeAlias

import strawberry

from customer_gql.core.errors import BadInput
from customer_gql.core.text import normalize_compatible_text, to_capital_letters
from customer_gql.customers.addresses.reads import allowed_countries
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.database.statements import Connection, Row
from customer_gql.graph.context import Context, Info
from customer_gql.graph.grids.types import selects_field
from customer_gql.graph.roots import open_field
from customer_gql.loading.kept_answers import read_kept
from customer_gql.shop.captcha.settings import SECRET as CAPTCHA_SECRET
from customer_gql.shop.countries.names import all_countries
from customer_gql.shop.countries.options import SETTINGS as COUNTRY_SETTINGS
from customer_gql.shop.settings.reads import SettingValues, settings_at
from customer_gql.shop.websites.reads import find_requested_view

from .attributes import arrange_form, read_form_attributes
from .forms import ADDRESS_FORMS, FormFacts, FormKind, describe_account_form, describe_address_form
from .reads import (
    FORM_SETTINGS,
    SHOP_SETTINGS,
    CountryFacts,
    ShopFacts,
    describe_countries,
    describe_country,
    describe_shop,
    list_countries,
)
from .types import CountryType, Form, Shop

_COUNTRY_CODE: Final = "ISO 3166-1 code of two letters."


@strawberry.type
class PublicFactsQuery:
    @open_field(
        graphql_type=Shop | None,
        description="Public facts of the website and of the store view in `X-Store-View` (without it, the default one).",
    )
    async def shop(self, info: Info) -> ShopFacts:
        async with info.context.database.reads.acquire() as connection:
            view = await _requested_view(info.context, connection)
            settings = (*SHOP_SETTINGS, CAPTCHA_SECRET)
            shop = await settings_at(connection, *settings, website_id=view.website_id, store_view_id=view.id)
        return describe_shop(view, shop)

    @open_field(
        graphql_type=list[CountryType] | None,
        assumed=30,  # 250 of them, but from memory
        description="Countries whose addresses the website accepts: those of `addresses.top_countries` first, in their order, "
        "then by name.",
    )
    async def countries(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Code, or the start of a word of the name in the language of the store view or in English; "
                "regardless of case and accents."
            ),
        ] = None,
    ) -> list[CountryFacts]:
        await asyncio.to_thread(all_countries)  # reads files when it is called first
        own_website = await _website_of_account(info.context)
        view, accepted, shop = await _country_options(info.context, own_website)
        codes = list_countries(search, accepted, view.locale, shop)
        has_regions = selects_field(info, "regions")
        return await asyncio.to_thread(describe_countries, codes, view.locale, shop, has_regions=has_regions)

    @open_field(
        graphql_type=CountryType | None,
        description="A country, also one whose addresses the website does not accept; null when there is none of this code.",
    )
    async def country(
        self, info: Info, code: Annotated[str, strawberry.argument(description=_COUNTRY_CODE)]
    ) -> CountryFacts | None:
        country = (await asyncio.to_thread(all_countries)).get(_normalize_code(code))
        if country is None:
            return None
        own_website = await _website_of_account(info.context)
        view, _, shop = await _country_options(info.context, own_website)
        return await asyncio.to_thread(describe_country, country, view.locale, shop)

    @open_field(
        graphql_type=Form | None,
        description="The fields that the website asks for: of the store view in `X-Store-View` at a sign-up, of a "
        "signed-in customer's own website otherwise. `BAD_USER_INPUT` for a country that does not exist, or with a form "
        "that is not one of an address.",
    )
    async def form(
        self,
        info: Info,
        kind: Annotated[FormKind, strawberry.argument(description="What the form is for.")],
        country_code: Annotated[
            str | None,
            strawberry.argument(
                description=f"{_COUNTRY_CODE} Country of an address, which decides about city, region and postal code."
            ),
        ] = None,
    ) -> FormFacts:
        if country_code is not None and kind not in ADDRESS_FORMS:
            raise BadInput("Only the form of an address takes a country.")
        known = await asyncio.to_thread(all_countries)
        country = None if country_code is None else known.get(_normalize_code(country_code))
        if country_code is not None and country is None:
            raise BadInput("Enter a country as its two-letter code of ISO 3166-1.")
        own_website = None if kind is FormKind.SIGN_UP else await _website_of_account(info.context)
        async with info.context.database.reads.acquire() as connection:
            view = await _requested_view(info.context, connection)
            website_id = own_website or view.website_id
            shop = await settings_at(connection, *FORM_SETTINGS, website_id=website_id, store_view_id=view.id)
            fields = await read_form_attributes(connection, kind, website_id, view)
            if kind not in ADDRESS_FORMS:
                return arrange_form(describe_account_form(kind, shop, view.locale), fields)
            accepted = await allowed_countries(connection, website_id)
        form = await asyncio.to_thread(describe_address_form, shop, country, accepted, view.locale, kind)
        return arrange_form(form, fields)


CountryOptions: TypeAlias = tuple[Row, Collection[str], SettingValues]
"""The store view, the countries that the website accepts, and what it asks for in each."""


async def _country_options(context: Context, own_website: int | None) -> CountryOptions:
    """Kept for a while: a storefront asks for the countries with every form."""
    code, visited = context.caller.store_view, context.viewer.website_id

    async def read() -> CountryOptions:
        async with context.database.reads.acquire() as connection:
            view = await find_requested_view(connection, code, website_id=visited)
            website_id = own_website or view.website_id
            accepted = await allowed_countries(connection, website_id)
            return view, accepted, await settings_at(connection, *COUNTRY_SETTINGS, website_id=website_id)

    return await read_kept(context.database, ("countries", code, visited, own_website), read)


async def _requested_view(context: Context, connection: Connection) -> Row:
    return await find_requested_view(connection, context.caller.store_view, website_id=context.viewer.website_id)


async def _website_of_account(context: Context) -> int | None:
    """The website whose options hold for a signed-in customer, whichever website they visit. Holds no connection."""
    customer_id = context.viewer.customer_id
    account = None if customer_id is None else await context.load(customers_by_id, customer_id)
    return None if account is None else account.website_id


def _normalize_code(code: str) -> str:
    return to_capital_letters(normalize_compatible_text(code))


QUERIES: Final = (PublicFactsQuery,)
