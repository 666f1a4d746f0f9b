"""Which spellings of an address are one account."""

from collections.abc import Callable

import email_validator
import pytest
from email_validator import EmailNotValidError
from hypothesis import assume, example, given, strategies as st

from customer_gql.core.errors import RuleError
from customer_gql.core.text import normalize_compatible_text
from customer_gql.core.values.emails import MAX_EMAIL, normalize_email, validate_email


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


_PARTS = st.sampled_from(
    [
        "ann",
        "INFO",
        "Postmaster",
        ".",
        "..",
        "-",
        "+",
        "'",
        "@",
        "example",
        "com",
        ".com",
        "xn--mnchen-3ya",
        "localhost",
        "b" * 64,
    ]
)


@given(
    st.lists(_PARTS | st.text("aB1._-\u00fc\uff41\u33c4", max_size=3), max_size=5).map("".join),
    st.lists(_PARTS | st.text("aB1.-\u00fc", max_size=3), max_size=5).map("".join),
)
@example("INFO", "Example.COM")
@example("\u33c4" * 31, "b" * 62 + "." + "c" * 62 + ".example.com")
def test_plain_addresses_are_judged_as_the_library_does(local: str, domain: str):
    def judge(validate: Callable[[str], str]) -> str | None:
        try:
            return validate(f"{local}@{domain}")
        except (RuleError, EmailNotValidError):
            return None

    def validate_by_library(text: str) -> str:
        given = normalize_compatible_text(text)
        return email_validator.validate_email(given, check_deliverability=False, globally_deliverable=True).normalized

    assume(len(local) + len(domain) < MAX_EMAIL)
    assert judge(validate_email) == judge(validate_by_library)
