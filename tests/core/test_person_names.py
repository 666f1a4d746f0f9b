"""Advertising in names, and names that only look like it."""

import pytest

from customer_gql.core.values.person_names import contains_link


@pytest.mark.parametrize(
    "name",
    [
        "See http://spam.example",
        "www.spam",
        "buy at spam.com",
        "spam.com,now",
        "SPAM.COM.",
        "t.me/x",
        "me@t.co",
        "\u043a\u0443\u043f\u0438.\u0440\u0444",
        "\u7f51\u5740.\u4e2d\u56fd",
        "xn--e1afmkfd.xn--p1ai",
        "spam.\u092d\u093e\u0930\u0924",
        "\u0938\u094d\u092a\u0948\u092e.\u092d\u093e\u0930\u0924",
        "spam\u200d.com",
        "spam.\u200ccom",
        "spam.c\u034fom",
        "w\u200cww.spam",
        "spam\u3002com",
        "spam\uff0ecom",
        "spam\uff61com",
        "spam\u2024com",
        "spam\u00b7com",
        "spam\u30fbcom",
        "spam\u06d4com",
        "\uff57\uff57\uff57\uff0espam",
        "http\uff1a//spam",
        "http\u2236\u2044\u2044spam",
    ],
)
def test_links(name: str):
    assert contains_link(name)


@pytest.mark.parametrize(
    "name",
    [
        "Anne-Marie",
        "J.R.R.",
        "St.John",
        "Dr.med.",
        "Dipl.Ing.",
        "Ph.D",
        "Maria.Anna",
        "O\u2019Neil",
        "Gal\u00b7la",
        "\u0995\u09cd\u200d\u09b7",
        "\u7ea6\u7ff0\u00b7\u53f2\u5bc6\u65af",
        "\u30b8\u30e7\u30f3\u30fb\u30b9\u30df\u30b9",
        "Jr.",
    ],
)
def test_names(name: str):
    assert not contains_link(name)
