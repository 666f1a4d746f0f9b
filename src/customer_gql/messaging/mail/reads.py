from sqlalchemy import ARRAY, BigInteger, Text, and_, any_, bindparam, or_, select

from customer_gql.database.statements import compile_statement
from customer_gql.shop.settings.tables import ConfigurationScope
from customer_gql.shop.websites.tables import store, store_view, website

from .tables import mail_outbox, mail_template

_view = bindparam("store_view_id", type_=BigInteger())
SCOPE_OF_MAIL = compile_statement(
    select(store_view.c.id, store_view.c.locale, store.c.website_id, store.c.name.label("store_name"))
    .select_from(store_view.join(store).join(website))
    .where(
        or_(
            store_view.c.id == _view,
            and_(_view.is_(None), website.c.is_default, store.c.is_default, store_view.c.is_default),
        )
    )
)

TEMPLATE_OVERRIDES = compile_statement(
    select(mail_template).where(
        mail_template.c.name == any_(bindparam("names", type_=ARRAY(Text))),
        or_(
            and_(
                mail_template.c.scope == ConfigurationScope.STORE_VIEW.value,
                mail_template.c.scope_id == bindparam("store_view_id", type_=BigInteger()),
            ),
            and_(
                mail_template.c.locale == any_(bindparam("locales", type_=ARRAY(Text))),
                or_(
                    mail_template.c.scope == ConfigurationScope.GLOBAL.value,
                    and_(
                        mail_template.c.scope == ConfigurationScope.WEBSITE.value,
                        mail_template.c.scope_id == bindparam("website_id", type_=BigInteger()),
                    ),
                ),
            ),
        ),
    )
)

# Neither placeholders nor secrets: the content of a mail is for its recipient.
DEAD_LETTERS = select(
    mail_outbox.c.id,
    mail_outbox.c.template,
    mail_outbox.c.recipient,
    mail_outbox.c.customer_id,
    mail_outbox.c.attempts,
    mail_outbox.c.last_error,
    mail_outbox.c.created_at,
    mail_outbox.c.dead_at,
).where(mail_outbox.c.dead_at.is_not(None))
DEAD_LETTER = compile_statement(
    select(mail_outbox)
    .where(mail_outbox.c.id == bindparam("id", type_=BigInteger()), mail_outbox.c.dead_at.is_not(None))
    .with_for_update()
)
