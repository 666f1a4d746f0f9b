"""The grid of dead mails (docs/domain/mail-desk.md#mail-desk-1)."""

import enum
from typing import Any, Final

from sqlalchemy import Text, func

from customer_gql.customers.profile.tables import customer
from customer_gql.loading.grids.columns import ColumnType, GridColumn, TextForm
from customer_gql.loading.grids.entries import folded, name_of, plain_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.search import search_document
from customer_gql.messaging.mail.reads import DEAD_LETTERS
from customer_gql.messaging.mail.tables import mail_outbox
from customer_gql.shop.websites.tables import store, store_view

# The customer's website comes first, so that mails follow a customer who is moved. Mails about no customer, such as
# invitations of staff, belong to no website, and only staff of all websites see them.
WEBSITE_OF_MAIL: Any = func.coalesce(customer.c.website_id, store.c.website_id)
DEAD: Final = DEAD_LETTERS.select_from(
    mail_outbox.outerjoin(customer, customer.c.id == mail_outbox.c.customer_id)
    .outerjoin(store_view, store_view.c.id == mail_outbox.c.store_view_id)
    .outerjoin(store, store.c.id == store_view.c.store_id)
)
_recipient_key = func.coalesce(
    mail_outbox.c.recipient_key, func.lower(mail_outbox.c.recipient), type_=Text(collation="C")
)
_source = DEAD.add_columns(WEBSITE_OF_MAIL.label("website_id"), _recipient_key.label("recipient_key")).subquery(
    "dead_mail"
)
_mail = _source.c


_COLUMNS: Final = (
    plain_column(
        "recipient",
        "Recipient",
        "Address of the recipient.",
        ColumnType.STRING,
        _mail.recipient,
        compared=_mail.recipient_key,
        form=TextForm.EMAIL,
        over=("DeadMail.recipient",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
    ),
    plain_column(
        "attempts",
        "Attempts",
        "Number of attempts.",
        ColumnType.INTEGER,
        _mail.attempts,
        over=("DeadMail.attempts",),
        is_never_empty=True,
        is_default=True,
    ),
    text_column(
        "lastError",
        "Last error",
        "Reason why the last attempt failed.",
        _mail.last_error,
        over=("DeadMail.last_error",),
        is_default=True,
        is_searched=True,
    ),
    plain_column(
        "createdAt",
        "Queued",
        "Time at which it was queued.",
        ColumnType.DATE_TIME,
        _mail.created_at,
        over=("DeadMail.created_at",),
        is_never_empty=True,
    ),
    plain_column(
        "deadAt",
        "Last attempt",
        "Time of the last attempt.",
        ColumnType.DATE_TIME,
        _mail.dead_at,
        over=("DeadMail.dead_at",),
        is_never_empty=True,
        is_default=True,
        is_indexed=True,
    ),
    plain_column(
        "customer",
        "Customer",
        "The customer the mail is about; empty for mails that are about no customer.",
        ColumnType.ID,
        _mail.customer_id,
        id_prefix="cus",
        sql_label=name_of(customer, "number"),
        over=("DeadMail.customer",),
        is_sortable=False,
    ),
)


def _template_column(names: type[enum.Enum]) -> GridColumn:
    return plain_column(
        "template",
        "Mail",
        "Kind of the mail.",
        ColumnType.ENUM,
        _mail.template,
        choices=names,
        over=("DeadMail.template",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    )


def declare_dead_letters(names: type[enum.Enum]) -> Grid:
    """The list of dead mails. `names` are the kinds of mails, known once all slices have declared theirs."""
    return Grid(
        name="MAIL_DEAD_LETTERS",
        title="dead mails",
        list_name="dead_mail",
        nodes=DEAD_LETTERS,
        node_key=(mail_outbox.c.id,),
        source=_source,
        key=(_mail.id,),
        columns=columns_by_key(_template_column(names), *_COLUMNS),
        default_sort=SortBy("DEAD_AT", is_descending=True),
        website=_mail.website_id,
        document=search_document(
            words=(folded(_mail.recipient), folded(_mail.last_error)), emails=(_mail.recipient_key,)
        ),
    )
