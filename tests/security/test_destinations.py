"""Addresses that lead into the own network, in every form that stands for them."""

import ipaddress

import pytest

from customer_gql.security.network import (
    carried_address,
    is_allowed_address,
    is_public_address,
    parse_literal,
    parse_networks,
)

PUBLIC = [
    "1.1.1.1",
    "93.184.216.34",
    "2606:4700:4700::1111",
    "2a00:1450:4001:830::200e",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
]
NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.5",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.5",
    "::ffff:169.254.169.254",
    "::ffff:0:10.0.0.5",
    "::10.0.0.5",
    "64:ff9b::10.0.0.5",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::10.0.0.5",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:0a00:0005::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::5efe:10.0.0.5",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses(text):
    assert is_public_address(ipaddress.ip_address(text))
    assert is_allowed_address(ipaddress.ip_address(text), [])


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_addresses_that_are_not_public(text):
    assert not is_public_address(ipaddress.ip_address(text))
    assert not is_allowed_address(ipaddress.ip_address(text), [])


def test_the_operator_allows_networks():
    networks = parse_networks(("10.0.0.0/24", "fd00::/8"))
    allowed = {
        text: is_allowed_address(ipaddress.ip_address(text), networks)
        for text in ("10.0.0.5", "::ffff:10.0.0.5", "64:ff9b::10.0.0.5", "10.0.1.5", "fd00::1", "fe80::1", "127.0.0.1")
    }
    assert [text for text, is_allowed in allowed.items() if is_allowed] == [
        "10.0.0.5",
        "::ffff:10.0.0.5",
        "64:ff9b::10.0.0.5",
        "fd00::1",
    ]


@pytest.mark.parametrize(
    ("text", "carried"),
    [("::ffff:1.2.3.4", "1.2.3.4"), ("64:ff9b::102:304", "1.2.3.4"), ("2001:db8::1", "2001:db8::1")],
)
def test_what_an_address_stands_for(text, carried):
    assert carried_address(ipaddress.ip_address(text)) == ipaddress.ip_address(carried)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("127.0.0.1.", "127.0.0.1"),
        ("[::1]", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("crm.example.com", None),
        ("1.2.3.4.5", None),
        ("256.1.1.1", None),
        ("1.2.3.999", None),
        ("0x", "0.0.0.0"),
        ("0xg", None),
        ("09.1.1.1", None),
        ("", None),
        ("a.1", None),
        ("٣.1", None),
    ],
)
def test_every_spelling_of_an_address_is_one(host, address):
    assert parse_literal(host) == (None if address is None else ipaddress.ip_address(address))
