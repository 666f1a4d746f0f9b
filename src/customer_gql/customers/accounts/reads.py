from sqlalchemy import (
    BigInteger,
    DateTime,
    Text,
    bindparam,
    column,
    exists,
    func,
    select,
)

from customer_gql.core.values.emails import normalize_email
from customer_gql.customers.profile.tables import LockReason, customer, customer_email
from customer_gql.database.distribution.forms import for_one_machine
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_one, fetch_value, given_rows
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import all_by, one_by
from customer_gql.security.sessions import is_live, is_stale
from customer_gql.shop.groups.tables import customer_group_excluded_website as excluded
from customer_gql.staff.tables import staff_user

from .tables import (
    customer_password,
    customer_secret_owner,
    customer_session,
    customer_token,
    email_token,
    impersonation,
    password_reset,
)

MAX_SESSIONS = 100
_viewers = select(
    customer_token.c.token_hash,
    customer_token.c.customer_id,
    customer_token.c.session_id,
    customer_token.c.staff_id,
    customer_token.c.website_id,
    customer_token.c.idle_until,
    # Seldom true, so that few requests have to look at the customer's group.
    exists().where(excluded.c.website_id == customer_token.c.website_id).label("website_excludes_groups"),
    is_stale(customer_token).label("is_stale"),
).where(is_live(customer_token))
viewers_by_token = one_by(_viewers, customer_token.c.token_hash)
for_one_machine(viewers_by_token.statement)
# Where tables are distributed by customer, in two steps.
owners_by_secret = one_by(select(customer_secret_owner), customer_secret_owner.c.secret_hash)
viewers_by_owner_and_token = one_by(_viewers, customer_token.c.customer_id, customer_token.c.token_hash)

_ACCOUNT = select(customer, customer_password.c.hash.label("password_hash")).select_from(
    customer.outerjoin(customer_password)
)
_OWNER_OF_EMAIL = compile_statement(
    select(customer_email.c.customer_id).where(
        customer_email.c.email_normalised == bindparam("email_normalised", type_=Text()),
        customer_email.c.scope == bindparam("scope", type_=BigInteger()),
        customer_email.c.reserved_until.is_(None),
    )
)
_ACCOUNT_AT_WEBSITE = compile_statement(
    _ACCOUNT.add_columns(
        exists()
        .where(
            excluded.c.group_id == customer.c.group_id,
            excluded.c.website_id == bindparam("website_id", type_=BigInteger()),
        )
        .label("is_excluded")
    ).where(customer.c.id == bindparam("customer_id", type_=BigInteger()))
)
IS_EXCLUDED = compile_statement(
    select(
        exists().where(
            customer.c.id == bindparam("customer_id", type_=BigInteger()),
            excluded.c.group_id == customer.c.group_id,
            excluded.c.website_id == bindparam("website_id", type_=BigInteger()),
        )
    )
)
_asked = given_rows("asked", column("customer_id", BigInteger), column("website_id", BigInteger))
EXCLUDED_AMONG = compile_statement(
    select(_asked.c.customer_id, _asked.c.website_id)
    .join_from(_asked, customer, customer.c.id == _asked.c.customer_id)
    .join(excluded, (excluded.c.group_id == customer.c.group_id) & (excluded.c.website_id == _asked.c.website_id))
)
IS_GROUP_EXCLUDED = compile_statement(
    select(
        exists().where(
            excluded.c.group_id == bindparam("group_id", type_=BigInteger()),
            excluded.c.website_id == bindparam("website_id", type_=BigInteger()),
        )
    )
)
_NOBODY = 0
ACCOUNT_BY_ID = compile_statement(_ACCOUNT.where(customer.c.id == bindparam("customer_id", type_=BigInteger())))

_customer_id = bindparam("customer_id", type_=BigInteger())
_since = bindparam("since", type_=DateTime(timezone=True))
RESET_LINKS_SINCE = compile_statement(
    select(func.count().label("total"), func.max(password_reset.c.created_at).label("newest")).where(
        password_reset.c.customer_id == _customer_id, password_reset.c.created_at > _since
    )
)
EMAIL_LINKS_SINCE = compile_statement(
    select(func.count().label("total"), func.max(email_token.c.created_at).label("newest")).where(
        email_token.c.customer_id == _customer_id, email_token.c.created_at > _since
    )
)

_sessions = select(customer_session).where(customer_session.c.expires_at > func.now())
sessions_by_id = one_by(_sessions, customer_session.c.customer_id, customer_session.c.id)
sessions_by_customer = all_by(
    _sessions.order_by(customer_session.c.last_used_at.desc(), customer_session.c.id.desc()),
    customer_session.c.customer_id,
)

locks_by_customer = one_by(
    select(
        customer.c.id,
        customer.c.locked_until.label("until"),
        func.coalesce(customer.c.lock_reason, LockReason.PASSWORD.value).label("reason"),
        customer.c.lock_failed_attempts.label("failed_attempts"),
        customer.c.lock_staff_id.label("staff_id"),
        customer.c.lock_note.label("note"),
    ).where(customer.c.locked_until > func.now()),
    customer.c.id,
)

_newest = Sort("NEWEST", (impersonation.c.created_at, impersonation.c.id), descending=True)
# For the banner of the storefront: who acts as the customer.
impersonators_by_id = one_by(
    select(
        impersonation.c.customer_id,
        impersonation.c.id,
        impersonation.c.reason,
        impersonation.c.expires_at,
        staff_user.c.name.label("staff_name"),
    ).join(staff_user),
    impersonation.c.customer_id,
    impersonation.c.id,
)
impersonations_by_id = one_by(select(impersonation), impersonation.c.customer_id, impersonation.c.id)
# What a customer sees is who was let in, not the codes that ran out unused.
impersonations_by_customer = Pages(
    select(impersonation).where(impersonation.c.started_at.is_not(None)), impersonation.c.customer_id, sort=_newest
)
live_impersonations = RootList(
    select(impersonation)
    .join(customer)
    .where(
        impersonation.c.started_at.is_not(None),
        impersonation.c.ended_at.is_(None),
        impersonation.c.expires_at > func.now(),
    ),
    [_newest],
    website=customer.c.website_id,
)


async def find_account_by_email(connection: Connection, email: str, *, scope: int, website_id: int) -> Row | None:
    """The account of an address, with its password hash, and whether the website excludes its group.

    Two steps with keys, as a distributed database needs them. The second is taken in either case, so that the time of an answer
    does not tell whether there is an account.
    """
    normalised = normalize_email(email)
    owner = await fetch_value(connection, _OWNER_OF_EMAIL, email_normalised=normalised, scope=scope)
    found = _NOBODY if owner is None else owner
    return await fetch_one(connection, _ACCOUNT_AT_WEBSITE, customer_id=found, website_id=website_id)
