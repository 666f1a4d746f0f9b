"""Samples of the mail desk for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id
from support.access_walk import Sample
from support.calls import about, by_input
from support.staff import make_dead_mail

TEXT = {"subject": "s", "html": "h", "text": "t"}


def mail_text(field: str, prefix: str, **more) -> Sample:
    return by_input(lambda ids: {"template": "WELCOME", field: ids[prefix], **more})


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    mail = await make_dead_mail(connection, recipient=customer.email, customer_id=customer.id)
    return {"mai": encode_id("mai", mail)}


CALLS = {
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
