import datetime as dt
import enum
from typing import Any, Final

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import build_grid_types, show_grid_row
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.mail.texts.templates import TemplateOrigin

from .filters import declare_dead_letters

MailTemplateName: Any = enum.Enum("MailTemplateName", {name.upper(): name for name in MAIL_KINDS})
graph_enum(
    MailTemplateName,
    "A mail the service sends.",
    {name.upper(): kind.description for name, kind in MAIL_KINDS.items()},
)
graph_enum(
    TemplateOrigin,
    "Origin of the text of a mail.",
    {
        "BUILT_IN": "Built into this service.",
        "GLOBAL": "The shop's own, for all websites.",
        "WEBSITE": "The shop's own, for one website.",
        "STORE_VIEW": "The shop's own, for one store view.",
    },
    name="MailTemplateOrigin",
)


@strawberry.type(
    description="The text of one mail that applies in one store view, in Jinja2 with placeholders, filters and `if`."
)
class MailTemplate:
    template: MailTemplateName = column("Kind of the mail.")  # pyright: ignore
    locale: str = column("Language of the text: a locale, a language, or `default`.")
    origin: TemplateOrigin = column("Origin of the text.")
    version: int = column("Version, which increases with each change of the shop's own text; 0 for a built-in one.")
    subject: str = column("Subject, one line.")
    html: str = column("Body of the HTML part; the frame around it is the service's. Values are escaped.")
    text: str = column("Body of the text part.")
    placeholders: list[str] = column("Placeholders that the text may use.")


@strawberry.type(description="A mail as its recipient would read it, rendered with sample secrets and not sent.")
class MailPreview:
    locale: str = column("Language of the text that was used.")
    origin: TemplateOrigin = column("Origin of the text.")
    sender: str = column("Name and address of the sender.")
    subject: str = column("Subject.")
    html: str = column("The whole HTML part. Display it in a sandbox.")
    text: str = column("The whole text part.")


@strawberry.type(
    description="A mail that is no longer tried: it was rejected permanently, rejected too often, or its link expired first."
)
class DeadMail:
    template: MailTemplateName | None = strawberry.field(  # pyright: ignore
        resolver=lambda root: MailTemplateName(root.template) if root.template in MAIL_KINDS else None,
        description="Kind of the mail; null when this version no longer knows it.",
    )
    recipient: str = column("Address of the recipient.", personal=True)
    attempts: int = column("Number of attempts.")
    last_error: str | None = column(
        "Reason why the last attempt failed: the answer of the mail server, or a sentence of this service. Without secrets.",
        personal=True,
    )
    created_at: dt.datetime = column("Time at which it was queued.")
    dead_at: dt.datetime = column("Time of the last attempt.")
    customer: CustomerLink | None = loaded(
        customers_by_id,
        key="customer_id",
        description="The customer the mail is about; null when deleted, or for mails that are about no customer.",
    )

    @strawberry.field(description="Identifies the mail in `mailRetry`; starts with `mai_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("mai", self.id))


DEAD_MAIL_GRID: Final = build_grid_types(
    declare_dead_letters(MailTemplateName),
    node="DeadMail",
    of=DeadMail,
    shows={"DeadMail": DeadMail},
    permission=Permission.MAIL_MANAGE,
)
GRIDS: Final = (DEAD_MAIL_GRID,)
show_grid_row(DEAD_MAIL_GRID, DeadMail, "Row of the mail in the list of dead mails.")
