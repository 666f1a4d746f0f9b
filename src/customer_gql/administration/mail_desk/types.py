import datetime as dt
import enum
from typing import Any

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.mail.texts.templates import TemplateOrigin

MailTemplateName: Any = enum.Enum("MailTemplateName", {name.upper(): name for name in MAIL_KINDS})
graph_enum(
    MailTemplateName,
    "A mail the service sends.",
    {name.upper(): kind.description for name, kind in MAIL_KINDS.items()},
)
graph_enum(
    TemplateOrigin,
    "Where the text of a mail comes from.",
    {
        "BUILT_IN": "From this service.",
        "GLOBAL": "The shop's own, for all websites.",
        "WEBSITE": "The shop's own, for one website.",
        "STORE_VIEW": "The shop's own, for one store view.",
    },
    name="MailTemplateOrigin",
)


@strawberry.type(description="The text of one mail as it holds in one store view. Jinja2: placeholders, filters, `if`.")
class MailTemplate:
    template: MailTemplateName = column("Which mail.")  # pyright: ignore
    locale: str = column("Language of the text: a locale, a language, or `default`.")
    origin: TemplateOrigin = column("Where the text comes from.")
    version: int = column("Grows with each change of the shop's own text; 0 for a built-in one.")
    subject: str = column("Subject, one line.")
    html: str = column("Body of the HTML part; the frame around it is the service's. Values are escaped.")
    text: str = column("Body of the text part.")
    placeholders: list[str] = column("What the text may name.")


@strawberry.type(description="A mail as its recipient would read it, made with sample secrets and not sent.")
class MailPreview:
    locale: str = column("Language of the text that was used.")
    origin: TemplateOrigin = column("Where the text comes from.")
    sender: str = column("Name and address it would come from.")
    subject: str = column("Subject.")
    html: str = column("The whole HTML part. Show it sandboxed.")
    text: str = column("The whole text part.")


@strawberry.type(description="A mail that was given up: refused for good, refused too often, or late for its link.")
class DeadMail:
    template: MailTemplateName | None = strawberry.field(  # pyright: ignore
        resolver=lambda root: MailTemplateName(root.template) if root.template in MAIL_KINDS else None,
        description="Which mail; null when this version no longer knows it.",
    )
    recipient: str = column("Where it was to go.", personal=True)
    attempts: int = column("How often it was tried.")
    last_error: str | None = column("What the mail server said last, without secrets.", personal=True)
    created_at: dt.datetime = column("When it was caused.")
    dead_at: dt.datetime = column("When it was given up.")
    customer: CustomerLink | None = loaded(
        customers_by_id,
        key="customer_id",
        description="The customer it is about; null when deleted, or when it is about nobody.",
    )

    @strawberry.field(description="Names the mail in `mailRetry`; starts with `mai_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("mai", self.id))
