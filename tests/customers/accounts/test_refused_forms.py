"""A form that is refused by a rule about its fields uses up no attempt of the network address
(docs/domain/sign-in.md#sign-in-5)."""

import pytest

from support.mailed import newest_token
from support.shopping import ANOTHER, PASSWORD, RESET, RESET_REQUEST, SIGN_IN, SIGN_UP, person

LIMIT = 30


@pytest.mark.parametrize(
    ("given", "field"),
    [({"password": "short"}, "password"), ({"email": "nobody"}, "email"), ({"firstName": ""}, "firstName")],
)
async def test_a_sign_up_form(given, field, browser, shopper):
    row, guest = await shopper(), await browser()
    # Whether the address has an account makes no difference.
    for email in [row.email, "new." + row.email] * (LIMIT // 2):
        answer = (await guest.data(SIGN_UP, input=person(email) | given))["signUp"]
        assert field in [error["path"][-1] for error in answer["userErrors"]]
    signed_in = (await guest.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))["signIn"]
    assert (signed_in["accessToken"] is not None, signed_in["userErrors"]) == (True, [])


async def test_a_right_reset_link_with_a_refused_password(browser, shopper, connection):
    row, guest = await shopper(), await browser()
    await guest.data(RESET_REQUEST, input={"email": row.email})
    token = await newest_token(connection, row.email, "password_reset")
    for _ in range(LIMIT):
        answer = (await guest.data(RESET, input={"token": token, "password": "short"}))["passwordReset"]
        assert [error["path"] for error in answer["userErrors"]] == [["password"]]
    answer = (await guest.data(RESET, input={"token": token, "password": ANOTHER}))["passwordReset"]
    assert answer["userErrors"] == []
    # It is taken back once.
    for _ in range(LIMIT):
        await guest.data(RESET, input={"token": "wrong", "password": ANOTHER})
    refused = await guest.answer(RESET, input={"token": "wrong", "password": ANOTHER})
    assert refused["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
