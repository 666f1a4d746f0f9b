"""Which passwords a shop lets customers choose."""

import uuid

from customer_gql.customers.accounts.passwords import CHARACTER_CLASSES, MINIMUM_LENGTH
from support.shopping import SIGN_UP, person


async def test_the_shop_sets_length_and_kinds(browser, configured):
    await configured(MINIMUM_LENGTH, 20)
    await configured(CHARACTER_CLASSES, 3)
    guest = await browser()
    for password, errors in (
        ("Fourteen chars 4", ["INVALID"]),
        ("no capitals and no digits here", ["INVALID"]),
        ("Capitals and 1 digit and blanks", []),
    ):
        input = person(f"{uuid.uuid4().hex}@example.com", password=password)
        answer = (await guest.data(SIGN_UP, input=input))["signUp"]
        assert [error["code"] for error in answer["userErrors"]] == errors
