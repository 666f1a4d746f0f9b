"""How addresses of several servers are read."""

import pytest

from customer_gql.database.connecting.hosts import choose_attribute, split_hosts

ADDRESSES = {
    "postgresql://a:b@one/shop": ["postgresql://a:b@one/shop"],
    "postgresql://a:b@one,two:5433/shop?target_session_attrs=read-write&ssl=require": [
        "postgresql://a:b@one/shop?ssl=require",
        "postgresql://a:b@two:5433/shop?ssl=require",
    ],
    "postgresql://a:b@/shop?host=%2Frun%2Fone,two&port=1,2": [
        "postgresql://a:b@/shop?host=%2Frun%2Fone&port=1",
        "postgresql://a:b@/shop?host=two&port=2",
    ],
    "postgresql://a:b@/shop?host=one,two&port=5": [
        "postgresql://a:b@/shop?host=one&port=5",
        "postgresql://a:b@/shop?host=two&port=5",
    ],
    "postgresql://[::1],[::2]:7/shop": ["postgresql://[::1]/shop", "postgresql://[::2]:7/shop"],
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_of_several_servers_is_that_of_each(address: str):
    assert split_hosts(address) == ADDRESSES[address]


def test_of_several_servers_the_one_that_takes_writes_is_meant():
    assert choose_attribute("postgresql://one/shop") is None
    assert choose_attribute("postgresql://one,two/shop") == "read-write"
    assert choose_attribute("postgresql://one,two/shop?target_session_attrs=any") == "any"
