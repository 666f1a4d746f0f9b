"""Samples of the mail desk for the tests that walk the whole graph."""

import datetime as dt
import secrets
from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from support.access_walk import Sample
from support.calls import about, by_input, by_view, filtered
from support.customers import make_customer
from support.made_rows import MadeRows
from support.staff import make_dead_mail, make_website

TEXT = {"subject": "s", "html": "h", "text": "t"}


def mail_text(field: str, prefix: str, **more) -> Sample:
    return by_input(lambda ids: {"template": "WELCOME", field: ids[prefix], **more})


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    mail = await make_dead_mail(connection, recipient=customer.email, customer_id=customer.id)
    return {"mai": encode_id("mai", mail)}


async def make_rows(connection: Connection, count: int) -> MadeRows:
    """Dead mails of one website, some of them about a customer."""
    website, first = await make_website(connection), 1_000_000_000 + secrets.randbelow(1_000_000_000)
    row = await make_customer(connection, website_id=website, created_in_store_view_id=website)

    async def send(connection: Connection, number: int) -> None:
        about_customer = {"customer_id": row.id, "store_view_id": 1}
        await make_dead_mail(
            connection,
            template=["welcome", "password_reset", "staff_invitation"][number % 3],
            recipient=f"{RECIPIENTS[number % 4]}@example.com",
            last_error=[None, "550 No such user", "Stra\u00dfe_%"][number % 3],
            attempts=first + number % 4,
            created_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=50 * (number % 4), hours=1),
            **(about_customer if number % 2 else {"store_view_id": website}),
        )

    for number in range(count):
        await send(connection, number)

    async def add(connection: Connection) -> None:
        await send(connection, 3)

    return MadeRows({"attempts": {"gte": first, "lt": first + 4}}, add, website)


GRID_ROWS = {"MAIL_DEAD_LETTERS": make_rows}
RECIPIENTS = ["Ada", "\u00c9va", "a%b_c", "bob"]
CALLS = {
    "mailDeadLetters": [lambda _: {}, filtered("customer", "cus"), by_view],
    "mailTemplates": [lambda ids: {"storeViewId": ids["stv"]}],
    "mailPreview": [
        lambda ids: {"template": "WELCOME", "storeViewId": ids["stv"]},
        lambda ids: {"template": "WELCOME", "storeViewId": ids.own("stv"), "customerId": ids["cus"]},
    ],
    "mailRetry": [about("mai")],
    "mailTemplateUpdate": [mail_text("websiteId", "web", **TEXT), mail_text("storeViewId", "stv", **TEXT)],
    "mailTemplateReset": [mail_text("websiteId", "web"), mail_text("storeViewId", "stv")],
}
UNRECORDED = dict.fromkeys(("mailRetry", "mailTemplateUpdate", "mailTemplateReset"), "in the history of staff")
