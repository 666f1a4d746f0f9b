"""Samples of files of attributes for the tests that walk the whole graph."""

import uuid

from customer_gql.core.ids import encode_id
from support.calls import about, by_input

_SHOWN = "masked where the attribute is personal"
NOT_PERSONAL = {
    **dict.fromkeys(("AttributeFile.mediaType", "AttributeFile.name", "AttributeFile.url"), _SHOWN),
    "AttributeRules.fileExtensions": "what staff define",
    "FileUpload.url": "a secret of the one who asks",
}
_UPLOAD = {"attributeCode": "papers", "name": "papers.pdf", "size": 9}
_FILE = {"attributes": [{"code": "papers", "value": {"fileId": encode_id("afl", 1 << 40, 1 << 41)}}]}
"""Of a file that nobody uploaded."""
_STREET = {
    "firstName": "Ann",
    "lastName": "Lee",
    "street": ["1 High Street"],
    "city": "Leeds",
    "postcode": "LS1 1AA",
    "countryCode": "GB",
    "telephone": "0113 496 0000",
    **_FILE,
}


def _person(website: str) -> dict[str, object]:
    email = f"{uuid.uuid4().hex}@example.com"
    return {"email": email, "firstName": "Ann", "lastName": "Lee", "websiteId": website, **_FILE}


CALLS = {
    "customerFileUploadCreate": [by_input(lambda _ids: _UPLOAD)],
    "customerCreate": [by_input(lambda ids: {**_person(ids["web"]), "addresses": [_STREET]})],
    "customerUpsert": [
        by_input(
            lambda ids: {
                "externalId": uuid.uuid4().hex,
                "customer": _person(ids["web"]),
                "addresses": [{**_STREET, "externalId": "home"}],
            }
        )
    ],
    "customerUpdate": [about("cus", **_FILE)],
    "customerQuickEdit": [about("cus", **_FILE)],
    "customerAddressCreate": [by_input(lambda ids: {**_STREET, "customerId": ids["cus"]})],
    "customerAddressUpdate": [about("adr", **_FILE)],
}
UNRECORDED = dict.fromkeys(("fileUploadCreate", "customerFileUploadCreate"), "stores nothing of a customer")
