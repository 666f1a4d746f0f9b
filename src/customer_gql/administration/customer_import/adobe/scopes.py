"""The shop a file is imported into: its websites, store views and groups, by the names files use."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Final

from sqlalchemy import ARRAY, Text, any_, bindparam, select

from customer_gql.administration.customer_import.reading.cells import Cells
from customer_gql.administration.customer_import.reading.refusals import (
    STORE_VIEW_MISSING,
    STORE_VIEW_UNKNOWN,
    WEBSITE_MISSING,
    WEBSITE_UNKNOWN,
)
from customer_gql.administration.customer_import.staging import Key
from customer_gql.administration.customer_import.stated_values.definitions import (
    ImportAttributes,
    read_import_attributes,
)
from customer_gql.core.viewer import Websites
from customer_gql.customers.addresses.settings import COMPANY, FAX
from customer_gql.customers.addresses.writes import AddressBookRules, read_rules_by_website
from customer_gql.customers.profile.sharing import SHARED_SCOPE, accounts_are_shared
from customer_gql.customers.profile.tables import customer_email
from customer_gql.customers.profile.values.fields import SETTINGS as PROFILE_SETTINGS, SHOW_SETTINGS
from customer_gql.database.statements import Connection, compile_statement, fetch_rows
from customer_gql.shop.groups.tables import IS_ASSIGNABLE, customer_group
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.reads import SettingValues, settings_by_website
from customer_gql.shop.websites.tables import store, store_view, website

_WEBSITES: Final = compile_statement(select(website.c.id, website.c.code, website.c.currency))
_VIEWS: Final = compile_statement(
    select(
        store_view.c.id,
        store_view.c.code,
        store.c.website_id,
        (store_view.c.is_default & store.c.is_default).label("is_default"),
    ).join(store, store.c.id == store_view.c.store_id)
)
_GROUPS: Final = compile_statement(select(customer_group.c.id).where(IS_ASSIGNABLE))


_asked: Final = partial(SimpleNamespace, scope=GLOBAL.value, scope_id=0, value=b'"OPTIONAL"', version=0)
ANY_WEBSITE: Final = SettingValues(_asked(path=one.path) for one in (*SHOW_SETTINGS.values(), COMPANY, FAX))
"""What is asked of a row whose website is not known, and which is refused for that: nothing, so that no note misleads."""
ADMIN_VIEW: Final = "admin"
"""What Adobe Commerce calls the view of an account that staff created: no view of the storefront."""


@dataclass(frozen=True, slots=True)
class ImportShop:
    websites: dict[str, int]
    views: dict[tuple[int, str], int]
    """Store views by website and code."""
    default_views: dict[int, int]
    groups: dict[str, int]
    currencies: dict[int, str]
    profile_rules: dict[int, SettingValues]
    """By website, what it asks of profiles."""
    address_rules: dict[int, AddressBookRules]
    """By website, what it asks of addresses and the countries it accepts."""
    attributes: ImportAttributes

    def read_website(self, cells: Cells, column: str = "_website") -> int | None:
        code = cells.raw_text(column)
        found = self.websites.get(code, self.websites.get(code.casefold()))
        if found is None:
            return cells.refuse(column, WEBSITE_UNKNOWN() if code else WEBSITE_MISSING())
        return found

    def read_store_view(self, cells: Cells, website_id: int) -> int | None:
        """The view a new customer is said to come from; the default one where the cell names none of the website."""
        code = cells.raw_text("_store")
        is_default = not code or code.casefold() == ADMIN_VIEW
        found = None if is_default else self.views.get((website_id, code))
        if found is None and not is_default:
            cells.leave_out("_store", STORE_VIEW_UNKNOWN())
        found = found or self.default_views.get(website_id)
        if found is None:
            return cells.refuse("_store", STORE_VIEW_MISSING())
        return found


async def load_shop(connection: Connection, *, reached: Websites = None) -> ImportShop:
    """`reached` are the websites that there are for the one who imports."""
    views = await fetch_rows(connection, _VIEWS)
    found = [row for row in await fetch_rows(connection, _WEBSITES) if reached is None or row.id in reached]
    # The exact code comes first; a code in other letters is found if no other website has it.
    websites = {row.code.casefold(): row.id for row in found} | {row.code: row.id for row in found}
    return ImportShop(
        websites=websites,
        views={(row.website_id, row.code): row.id for row in views},
        default_views={row.website_id: row.id for row in views if row.is_default},
        currencies={row.id: row.currency for row in found},
        profile_rules=await settings_by_website(connection, *PROFILE_SETTINGS),
        address_rules=await read_rules_by_website(connection),
        attributes=await read_import_attributes(connection),
        groups={str(row.id): row.id for row in await fetch_rows(connection, _GROUPS)},
    )


_CLAIMS: Final = compile_statement(
    select(customer_email.c.email_normalised, customer_email.c.scope, customer_email.c.customer_id).where(
        customer_email.c.email_normalised == any_(bindparam("emails", type_=ARRAY(Text()))),
        customer_email.c.reserved_until.is_(None),
    )
)
_STAGED: Final = """
SELECT wanted.email_normalised, wanted.website_id
FROM unnest($1::text[], $2::bigint[]) AS wanted (email_normalised, website_id)
WHERE EXISTS (SELECT FROM import_customer s WHERE s.email_normalised = wanted.email_normalised
    AND ($3 OR s.website_id = wanted.website_id))
"""


async def find_customers(connection: Connection, keys: set[Key]) -> set[Key]:
    """Which customers there are, in the shop or in the rows of this import that were staged before."""
    if not keys:
        return set()
    emails, websites = zip(*keys, strict=True)
    is_shared = await accounts_are_shared(connection)
    stored = await find_owners_of_keys(connection, keys, is_shared=is_shared)
    staged = await connection.fetch(_STAGED, emails, websites, is_shared)
    return stored.keys() | {(row.email_normalised, row.website_id) for row in staged}


async def find_owners_of_keys(connection: Connection, keys: Collection[Key], *, is_shared: bool) -> dict[Key, int]:
    """The ids of the customers in the shop that these name. Claims lie by their address, so that no join leads to them."""
    emails = sorted({email for email, _ in keys})
    claims = {
        (row.email_normalised, row.scope): row.customer_id
        for row in await fetch_rows(connection, _CLAIMS, emails=emails)
    }
    scoped = {(email, website_id): (email, SHARED_SCOPE if is_shared else website_id) for email, website_id in keys}
    return {key: claims[claim] for key, claim in scoped.items() if claim in claims}
