from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Interval,
    SmallInteger,
    Text,
    and_,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal_column,
    or_,
    select,
)

from customer_gql.core.terminal import CommandFailed
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection, Row, compile_statement, equals_any, fetch_rows, fetch_value
from customer_gql.database.transactions import remembered_of
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Sort
from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import select_global_value
from customer_gql.shop.websites.tables import store, store_view, website

from .tables import (
    ConfirmationStatus,
    customer,
    customer_activity,
    customer_email,
    customer_external_id,
    deleted_customer,
)

ONLINE_MINUTES = Setting(
    "customers.online_minutes",
    15,
    GLOBAL,
    "Minutes for which an activity counts as being online.",
    at_least=1,
    at_most=1440,
    label="Minutes shown as online",
)
# Who was active since then is online.
ONLINE_SINCE = func.now() - select_global_value(ONLINE_MINUTES) * literal_column("interval '1 minute'", Interval())

_full_name = func.concat_ws(
    " ",
    *[func.nullif(customer.c[part], "") for part in ("prefix", "first_name", "middle_name", "last_name", "suffix")],
    type_=Text(),
)

# The year of the date, or the one that is known alone.
KNOWN_BIRTH_YEAR: Final[ColumnElement[Any]] = func.coalesce(
    cast(extract("year", customer.c.date_of_birth), SmallInteger()), customer.c.birth_year
)
CONFIRMATION_STATUS: Final[ColumnElement[Any]] = case(
    (~customer.c.is_email_confirmed, literal_column(f"'{ConfirmationStatus.REQUIRED}'", Text())),
    (customer.c.email_verified_at.is_not(None), literal_column(f"'{ConfirmationStatus.CONFIRMED}'", Text())),
    else_=literal_column(f"'{ConfirmationStatus.NOT_REQUIRED}'", Text()),
)
CUSTOMER = select(
    customer,
    _full_name.label("full_name"),
    KNOWN_BIRTH_YEAR.label("known_birth_year"),
    CONFIRMATION_STATUS.label("confirmation_status"),
    func.coalesce(customer.c.locked_until > func.now(), False).label("is_locked"),
)

customers_by_id = one_by(CUSTOMER, customer.c.id)
customers_by_number = one_by(CUSTOMER, customer.c.number)
# Claims lead to customers in two steps with keys, because a distributed database has them on other machines.
_external_id_claims = one_by(select(customer_external_id), customer_external_id.c.external_id)
_email_claims = all_by(
    select(customer_email.c.email_normalised, customer_email.c.scope, customer_email.c.customer_id)
    .where(customer_email.c.reserved_until.is_(None))
    .order_by(customer_email.c.scope),
    customer_email.c.email_normalised,
)
_emails_by_id = one_by(select(customer.c.id, customer.c.email), customer.c.id)
NEWEST: Final = "NUMBER:DESC"
# The whole list, in the order it usually has; filters and other orders are those of the grid.
customer_list = RootList(
    CUSTOMER,
    [Sort(NEWEST, (customer.c.number, customer.c.id), descending=True)],
    website=customer.c.website_id,
)


def within_websites(websites: Websites) -> list[ColumnElement[bool]]:
    """The condition that keeps a statement about customers to those somebody may reach; none for those who reach all.

    With the grids, `find_reachable_customer` and `lock_customer` it is all there is to the scope of staff.
    """
    return [] if websites is None else [equals_any(customer.c.website_id, sorted(websites))]


async def find_reachable_customer(context: Any, customer_id: int) -> Row | None:
    """The customer, unless unknown or of a website the viewer does not reach; nobody can tell these two apart."""
    found: Row | None = await context.load(customers_by_id, customer_id)
    return found if found is not None and context.viewer.reaches(found.website_id) else None


async def find_by_external_id(context: Any, external_id: str) -> Row | None:
    """Of any website."""
    claim: Row | None = await context.load(_external_id_claims, external_id)
    return None if claim is None else await context.load(customers_by_id, claim.customer_id)


async def find_accounts_by_email(context: Any, email: str) -> list[tuple[int, Row]]:
    """Accounts of an address on any website, each with the scope in which it has the address."""
    claims: list[Row] = await context.load(_email_claims, normalize_email(email))
    # All are asked for before one is awaited, so that they are read in one round.
    loads = [(claim.scope, context.load(customers_by_id, claim.customer_id)) for claim in claims]
    accounts = [(scope, await load) for scope, load in loads]
    return [(scope, account) for scope, account in accounts if account is not None]


async def find_other_accounts(context: Any, customer_id: int) -> list[Row]:
    """Those with the same address, which are on other websites; the oldest first."""
    own: Row | None = await context.load(_emails_by_id, customer_id)
    found = [] if own is None else [account for _, account in await find_accounts_by_email(context, own.email)]
    if customer_id not in {account.id for account in found}:
        return []  # its own claim is reserved
    return sorted([account for account in found if account.id != customer_id], key=attrgetter("number"))


_websites_of_deleted = one_by(
    select(deleted_customer.c.customer_id, deleted_customer.c.website_id), deleted_customer.c.customer_id
)


async def reaches_records_of(context: Any, customer_id: int) -> bool:
    """Whether the viewer reaches what a customer has, or what an account that is gone has left."""
    if await find_reachable_customer(context, customer_id) is not None:
        return True
    gone: Row | None = await context.load(_websites_of_deleted, customer_id)
    return gone is not None and context.viewer.reaches(gone.website_id)


_seen = customer_activity.c
IS_ONLINE = and_(
    _seen.last_activity_at > ONLINE_SINCE,
    or_(_seen.last_sign_out_at.is_(None), _seen.last_sign_out_at < _seen.last_activity_at),
)

activities_by_customer = one_by(
    select(
        customer.c.id,
        _seen.last_sign_in_at,
        _seen.last_sign_out_at,
        _seen.last_activity_at,
        case((IS_ONLINE, True), else_=False).label("is_online"),
    ).select_from(customer.outerjoin(customer_activity)),
    customer.c.id,
)


async def find_customer_by_email(connection: Connection, email: str, website_code: str | None) -> int:
    """The customer with this address. Refused when several websites know it and none is named."""
    claims = await fetch_rows(
        connection,
        select(customer_email.c.customer_id).where(
            customer_email.c.email_normalised == normalize_email(email), customer_email.c.reserved_until.is_(None)
        ),
    )
    found = await fetch_rows(
        connection,
        select(customer.c.id, website.c.code)
        .join(website, website.c.id == customer.c.website_id)
        .where(equals_any(customer.c.id, [claim.customer_id for claim in claims]))
        .order_by(website.c.code),
    )
    matching = [row for row in found if website_code in (None, row.code)]
    if not matching:
        raise CommandFailed(f"There is no customer {email}.")
    if len(matching) > 1:
        raise CommandFailed(f"{email} is known on {', '.join(row.code for row in matching)}: name the website.")
    return matching[0].id


def is_address_proved(account: Any) -> bool:
    """Whether somebody who reads the mailbox of an account wants it: a link went there, or no stranger made the account.

    docs/domain/email-verification.md#email-verification-12
    """
    return account.email_verified_at is not None or not account.is_self_registered


_CREATED_IN = (
    select(store_view.c.id)
    .join(store)
    .where(
        store_view.c.id == bindparam("view_id", type_=BigInteger()),
        store.c.website_id == bindparam("website_id", type_=BigInteger()),
    )
)
_DEFAULT_OF_WEBSITE = (
    select(store_view.c.id)
    .join(store)
    .where(
        store.c.is_default, store_view.c.is_default, store.c.website_id == bindparam("website_id", type_=BigInteger())
    )
)
_MAIL_VIEW = compile_statement(select(_CREATED_IN.union_all(_DEFAULT_OF_WEBSITE).subquery().c.id).limit(1))


async def find_mail_view(connection: Connection, customer: Row, *, website_id: int | None = None) -> int:
    """The store view whose language, sender and links a mail to a customer takes: the view the account was created in
    if it belongs to the website, otherwise the website's default view.

    Without a website it is the customer's own, which an account that moved has changed.
    """
    website = customer.website_id if website_id is None else website_id
    known: dict[Any, int] = {}
    remembered = remembered_of(connection)
    if remembered is not None:  # several mails of one transaction
        known = remembered.setdefault(_MAIL_VIEW, known)
    created_in: int = customer.created_in_store_view_id
    if (created_in, website) not in known:
        found = await fetch_value(connection, _MAIL_VIEW, view_id=created_in, website_id=website)
        known[created_in, website] = created_in if found is None else found
    return known[created_in, website]


async def read_mail_views(connection: Connection, customers: Sequence[Row]) -> dict[int, int]:
    """The same for several customers, by customer."""
    websites = sorted({row.website_id for row in customers})
    is_default = and_(store.c.is_default, store_view.c.is_default).label("is_default")
    views = await fetch_rows(
        connection,
        select(store_view.c.id, store.c.website_id, is_default)
        .join(store)
        .where(equals_any(store.c.website_id, websites)),
    )
    owned = {(view.website_id, view.id) for view in views}
    defaults = {view.website_id: view.id for view in views if view.is_default}

    def find(row: Row) -> int:
        created_in = row.created_in_store_view_id
        return created_in if (row.website_id, created_in) in owned else defaults.get(row.website_id, created_in)

    return {row.id: find(row) for row in customers}
