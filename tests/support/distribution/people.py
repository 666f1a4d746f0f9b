"""Shoppers of a service that runs on two machines."""

from support.clients import Client
from support.shopping import SIGN_IN, SIGN_UP, person

PEOPLE = [f"shopper{number}@example.com" for number in range(14)]
"""So many that not all of them live on one machine, but for one run in eight thousand."""


async def sign_up(guest: Client, email: str) -> Client:
    """A customer who signs up, then in."""
    made = (await guest.data(SIGN_UP, input=person(email)))["signUp"]
    assert made["userErrors"] == []
    grant = (await guest.data(SIGN_IN, input={"email": email, "password": person(email)["password"]}))["signIn"]
    assert grant["userErrors"] == []
    return Client(guest.http, "/graphql", grant["accessToken"])
