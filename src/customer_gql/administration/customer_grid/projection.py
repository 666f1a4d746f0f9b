"""How the row of a customer in the grid is computed (docs/domain/grid.md#grid-10)."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Lateral,
    Numeric,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from customer_gql.commerce.orders.tables import order_statistics
from customer_gql.commerce.reward_points.tables import reward_points
from customer_gql.commerce.store_credit.tables import store_credit
from customer_gql.core.text import MAX_COMPANY, MAX_SORT_KEY
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.attributes.tables import attribute
from customer_gql.customers.attributes.values.tables import customer_attribute
from customer_gql.customers.companies.tables import company, company_member
from customer_gql.customers.newsletter.tables import SubscriptionStatus, newsletter_subscription as subscription
from customer_gql.customers.profile.tables import customer, customer_activity, customer_email
from customer_gql.customers.tags.tables import customer_tag
from customer_gql.database.derived.parts import ProjectionParts
from customer_gql.database.projections import LookedUp, Projection
from customer_gql.database.statements import AnySelect
from customer_gql.loading.grids.search import LONGEST_TEXT, search_document, spell_out_in_sql
from customer_gql.shop.websites.tables import website

from .email_keys import LOOKED_UP, LOOKED_UP_KEYS, look_up_email_keys
from .tables import customer_grid_row

_billing, _shipping = address.alias("billing"), address.alias("shipping")
_member, _employer = company_member.alias("member"), company.alias("employer")
_texts, _definition = customer_attribute.alias("texts"), attribute.alias("definition")
MAX_SEARCHED: Final = 4 * LONGEST_TEXT
"""Characters of the texts of all attributes of a customer that a search finds."""

_statistics, _credit, _points = (
    order_statistics.alias("statistics"),
    store_credit.alias("credit"),
    reward_points.alias("points"),
)


def _text(value: str) -> ColumnElement[Any]:
    return literal_column(f"'{value}'", Text())


def _folded(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.fold_text(value, type_=Text())


def _start(folded: ColumnElement[Any], longest: int) -> ColumnElement[Any]:
    """Of a text that an index holds, which has room for 2,704 bytes of a row: a character may fold into eighteen."""
    return func.left(folded, literal_column(str(longest)), type_=Text())


def _one_line(book: Any) -> ColumnElement[Any]:
    """An address as people read it; null without one."""
    name = func.concat_ws(" ", book.c.first_name, book.c.last_name)
    street = func.array_to_string(book.c.street, ", ")
    place = func.concat_ws(" ", book.c.postcode, book.c.city)
    line = func.concat_ws(", ", name, book.c.company, street, place, book.c.region, book.c.country_code)
    return case((book.c.id.is_not(None), line))


_name = func.concat_ws(" ", customer.c.first_name, customer.c.last_name)
# The name of the company that the customer belongs to comes before what an address says.
_company_name = func.coalesce(_employer.c.name, _billing.c.company)
_street = func.array_to_string(_billing.c.street, ", ")


def _computed_once(name: str, *sources: FromClause, **values: ColumnElement[Any]) -> Lateral:
    """Values of these sources that several columns are made of. Without the offset, each of these would compute them again."""
    labeled = [value.label(key) for key, value in values.items()]
    return select(*labeled).correlate(*sources).offset(literal_column("0")).lateral(name)


_folds = _computed_once(
    "folds",
    customer,
    _billing,
    _employer,
    full_name=_folded(_name),
    external_id=_folded(customer.c.external_id),
    postcode=_folded(_billing.c.postcode),
    company=_folded(_company_name),
    city=_folded(_billing.c.city),
)
# Texts of attributes that a search finds: the first of many, in an order that does not change.
_searched = (
    select(
        _start(
            func.string_agg(
                _start(_folded(_texts.c.text_value), LONGEST_TEXT),
                aggregate_order_by(_text(" "), _texts.c.attribute_id, _texts.c.place),
                type_=Text(),
            ),
            MAX_SEARCHED,
        ).label("text")
    )
    .where(
        _texts.c.customer_id == customer.c.id,
        _texts.c.text_value.is_not(None),
        _definition.c.id == _texts.c.attribute_id,
        _definition.c.is_searchable,
    )
    .lateral("searched")
)
_words = _computed_once(
    "words",
    _folds,
    _searched,
    text=func.concat_ws(
        " ",
        *[_start(it, LONGEST_TEXT) for it in (_folds.c.full_name, _folds.c.company, _folds.c.city)],
        _searched.c.text,
    ),
)
# Letters that do not decompose are none of ASCII, in which most texts are.
_is_ascii: ColumnElement[bool] = func.octet_length(_words.c.text) == func.length(_words.c.text)
_spelt = _computed_once("spelt", _words, words=case((_is_ascii, _words.c.text), else_=spell_out_in_sql(_words.c.text)))
_tags = (
    select(
        *[
            func.array_agg(aggregate_order_by(cast(it, Text()), customer_tag.c.fold), type_=ARRAY(Text())).label(
                it.name
            )
            for it in (customer_tag.c.tag, customer_tag.c.fold)
        ]
    )
    .where(customer_tag.c.customer_id == customer.c.id)
    .lateral("tags")
)
# The claim on the address has its account form. It changes with the address of the customer, and never alone.
_email_key = (
    select(func.max(customer_email.c.email_normalised))
    .where(customer_email.c.customer_id == customer.c.id, customer_email.c.reserved_until.is_(None))
    .scalar_subquery()
)
# A subscription that is active comes before those that are not, then the one that changed last. As an aggregate, because the
# planner knows that it is one row, and leaves it out where nothing of it is needed.
_active_first = (
    (subscription.c.status == _text(SubscriptionStatus.SUBSCRIBED.value)).desc(),
    subscription.c.changed_at.desc(),
    subscription.c.store_view_id,
)
_newsletter = (
    select(
        *[
            func.array_agg(aggregate_order_by(it, *_active_first), type_=ARRAY(it.type)).label(it.name)
            for it in (subscription.c.status, subscription.c.store_view_id)
        ]
    )
    .where(subscription.c.customer_id == customer.c.id)
    .lateral("newsletter")
)
_of_account = customer.c.website_id
_order_count = func.coalesce(_statistics.c.order_count, literal_column("0"))

_DOCUMENT: Final[dict[str, Any]] = {
    "spelt": (_spelt.c.words,),
    "postcodes": (_folds.c.postcode,),
    "exact": (cast(customer.c.number, Text()), _folds.c.external_id),
    "telephone": _billing.c.telephone_e164,
}
_VALUES: Final[dict[str, ColumnElement[Any]]] = {
    "customer_id": customer.c.id,
    "number": customer.c.number,
    "website_id": customer.c.website_id,
    "created_in_store_view_id": customer.c.created_in_store_view_id,
    "name": _name,
    "name_fold": _start(_folds.c.full_name, MAX_SORT_KEY),
    "name_sort_key": customer.c.name_sort_key,
    "email": customer.c.email,
    "email_key": _email_key,
    "external_id": customer.c.external_id,
    "external_id_fold": _folds.c.external_id,
    "tags": _tags.c.tag,
    "tag_folds": _tags.c.fold,
    "created_at": customer.c.created_at,
    "telephone": _billing.c.telephone,
    "telephone_e164": _billing.c.telephone_e164,
    "telephone_digits": func.regexp_replace(_billing.c.telephone, _text("[^0-9]"), _text(""), _text("g")),
    "postcode": _billing.c.postcode,
    "postcode_fold": _folds.c.postcode,
    "country_code": _billing.c.country_code,
    "region": _billing.c.region,
    "region_fold": _folded(_billing.c.region),
    "company": _company_name,
    "company_fold": _start(_folds.c.company, MAX_COMPANY),
    "job_title": _member.c.job_title,
    "job_title_fold": _folded(_member.c.job_title),
    "sales_representative_id": _employer.c.sales_representative_id,
    "street": _street,
    "street_fold": _folded(_street),
    "city": _billing.c.city,
    "city_fold": _folds.c.city,
    "fax": _billing.c.fax,
    "fax_fold": _folded(_billing.c.fax),
    "billing_first_name": _billing.c.first_name,
    "billing_first_name_fold": _folded(_billing.c.first_name),
    "billing_last_name": _billing.c.last_name,
    "billing_last_name_fold": _folded(_billing.c.last_name),
    "vat_number": _billing.c.vat_number,
    "vat_number_fold": _folded(_billing.c.vat_number),
    "billing_address": _one_line(_billing),
    "shipping_address": _one_line(_shipping),
    "last_sign_in_at": customer_activity.c.last_sign_in_at,
    "last_activity_at": customer_activity.c.last_activity_at,
    "currency": website.c.currency,
    "order_count": _order_count,
    "lifetime_value": func.coalesce(_statistics.c.lifetime_value, literal_column("0")),
    "average_order_value": cast(func.round(_statistics.c.lifetime_value / _statistics.c.order_count), Numeric(38, 0)),
    "first_order_at": _statistics.c.first_order_at,
    "last_order_at": _statistics.c.last_order_at,
    "store_credit": func.coalesce(_credit.c.balance, literal_column("0")),
    "reward_points": func.coalesce(_points.c.balance, literal_column("0")),
    "newsletter_status": _newsletter.c.status[literal_column("1")],
    "subscribed_store_view_id": _newsletter.c.store_view_id[literal_column("1")],
    "document": search_document(emails=(_email_key,), **_DOCUMENT),
}
_OF_EMAIL_KEY: Final = {
    "email_key": LOOKED_UP_KEYS.c.email_key,
    "document": search_document(emails=(LOOKED_UP_KEYS.c.email_key,), **_DOCUMENT),
}

# Each source is joined from the left and gives one row at most, so that the planner can leave it out.
_always: ColumnElement[bool] = literal_column("true")
_SOURCES: Final = (
    customer.outerjoin(website, website.c.id == _of_account)
    .outerjoin(_billing, and_(_billing.c.customer_id == customer.c.id, _billing.c.is_default_billing))
    .outerjoin(_shipping, and_(_shipping.c.customer_id == customer.c.id, _shipping.c.is_default_shipping))
    .outerjoin(_member, and_(_member.c.customer_id == customer.c.id, _member.c.is_primary))
    .outerjoin(_employer, _employer.c.id == _member.c.company_id)
    .outerjoin(customer_activity, customer_activity.c.customer_id == customer.c.id)
    .outerjoin(
        _statistics,
        and_(
            _statistics.c.customer_id == customer.c.id,
            _statistics.c.website_id == _of_account,
            _statistics.c.currency == website.c.currency,
        ),
    )
    .outerjoin(_credit, and_(_credit.c.customer_id == customer.c.id, _credit.c.website_id == _of_account))
    .outerjoin(_points, and_(_points.c.customer_id == customer.c.id, _points.c.website_id == _of_account))
    .outerjoin(_newsletter, _always)
    .outerjoin(_tags, _always)
    .outerjoin(_folds, _always)
    .outerjoin(_searched, _always)
    .outerjoin(_words, _always)
    .outerjoin(_spelt, _always)
)


def _select_rows(values: Mapping[str, ColumnElement[Any]], sources: FromClause) -> AnySelect:
    return select(*[value.label(name) for name, value in values.items()]).select_from(sources)


_ROWS: Final = _select_rows(_VALUES, _SOURCES)
_DISTRIBUTED_ROWS: Final = _select_rows(
    _VALUES | _OF_EMAIL_KEY, _SOURCES.outerjoin(LOOKED_UP_KEYS, LOOKED_UP_KEYS.c.customer_id == customer.c.id)
)
CUSTOMER_GRID_ROW: Final = Projection(
    table=customer_grid_row,
    reads=(
        customer,
        address,
        customer_activity,
        order_statistics,
        store_credit,
        reward_points,
        subscription,
        customer_tag,
        company_member,
        customer_attribute,
    ),
    customer_id=customer.c.id,
    rows=_ROWS,
    parts=ProjectionParts(_ROWS, customer, customer.c.id, follows={customer_email: customer.c.email}),
    looked_up=LookedUp(LOOKED_UP, frozenset(_OF_EMAIL_KEY), _DISTRIBUTED_ROWS, look_up_email_keys),
)
