"""Which spellings of an address are one account."""

import pytest

from customer_gql.core.emails import normalize_email, validate_email


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("ann@m\u00fcnchen.example", "ann@xn--mnchen-3ya.example"),
        ("ann@M\u00dcNCHEN.example", "Ann@m\u00fcnchen.example"),
        ("\uff41nn@example.com", "ann@example.com"),
        ("\u00c9va@example.com", "e\u0301va@example.com"),
    ],
)
def test_one_address(one: str, other: str):
    assert normalize_email(one) == normalize_email(other)
    assert normalize_email(validate_email(one)) == normalize_email(one)
    assert normalize_email(normalize_email(one)) == normalize_email(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("stra\u00dfe@example.com", "strasse@example.com"),
        ("ann@stra\u00dfe.example", "ann@strasse.example"),
        ("ann@example.com", "an.n@example.com"),
    ],
)
def test_two_addresses(one: str, other: str):
    assert normalize_email(one) != normalize_email(other)


@pytest.mark.parametrize(
    "text", ["", "nobody", "@", "a@", "a@..", "a@\u00fc..\u00fc", "\u200b@\u00ad", "a@" + "\u00fc" * 300]
)
def test_every_text_has_a_normal_form(text: str):
    assert isinstance(normalize_email(text), str)
