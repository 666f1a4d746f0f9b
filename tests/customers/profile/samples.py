"""Samples of the profile for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import decode_id
from support.changes import Changes, own
from support.writers import Subject

NOT_PERSONAL = {
    "Customer.externalId": "a key of another program, as the id is one of ours",
    "Address.externalId": "as `Customer.externalId`",
}


def email_of(id: str) -> str:
    """The address that `make_customer` gives."""
    return f"shopper{decode_id(id, 'cus')}@example.com"


CALLS = {
    "customer": [
        lambda ids: {"id": ids["cus"]},
        lambda ids: {"by": {"id": ids["cus"]}},
        lambda ids: {"by": {"email": email_of(ids["cus"])}, "websiteId": ids["web"]},
    ],
}
CHANGES: Changes = {"meUpdate": [(own(firstName="Augusta"), "EDITED", {"firstName"})]}


async def me_update(subject: Subject, turn: int) -> Any:
    input = {"prefix": f"Dr {turn}", "firstName": f"Ada {turn}", "middleName": f"K{turn}", "lastName": f"Byron {turn}"}
    input |= {"suffix": f"Suffix {turn}", "gender": ("MALE", "FEMALE")[turn - 1], "dateOfBirth": f"1979-12-1{turn}"}
    input |= {"taxVatNumber": f"GB {turn}", "allowsRemoteAssistance": True}
    return "meUpdate", await subject.device(), input


WRITERS = {"meUpdate": me_update}
