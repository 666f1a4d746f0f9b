"""What may be chosen as a password."""

import uuid

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.customers.accounts.passwords import CHARACTER_CLASSES, MINIMUM_LENGTH, check_new
from support.shopping import SIGN_UP, person

ABOUT = ["Northwind Shop", "ada.lovelace", "ada.lovelace@example.com", "Ada", "Lovelace"]


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "eleven char",
        "password1234",
        "PASSWORD-1234!",
        "qwertyuiop123",
        "iloveyou2024!!",
        "1234567890123",
        "aaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "passwordpassword",
        "northwind2024!",
        "Northwind-Shop-1",
        "ada.lovelace1815",
        "Lovelace!Lovelace",
        "x" * 257,
    ],
)
def test_what_guessers_try_first_is_refused(password):
    with pytest.raises(RuleError) as refused:
        check_new(password, minimum=12, about=ABOUT, path=["password"])
    assert refused.value.path == ["password"]


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "alllowercaseletters",
        "64 characters with blanks and emoji 🐎🔋📎 are as good as any other",
        "Lovelace wrote the first program",
        "ключ от дома под ковриком",
        "n4Xw!9rT2qLz",
        "y7" * 3 + "é" * 6 + " uv",
    ],
)
def test_no_kinds_of_characters_are_asked_for(password):
    check_new(password, minimum=12, about=ABOUT, path=["password"])


@pytest.mark.parametrize(
    ("password", "kinds"),
    [
        ("alllowercaseletters", 1),
        ("Mixedcaseletters", 2),
        ("correct horse battery", 2),
        ("Mixedcase4letters", 3),
        ("Mixedcase 4 letters", 4),
        ("ключОтДомаПодКовриком", 2),
        ("密码在门垫下面没有人知道的", 1),
    ],
)
def test_a_shop_may_ask_for_kinds_of_characters(password, kinds):
    for wanted in range(1, 5):
        if wanted <= kinds:
            check_new(password, minimum=12, classes=wanted, about=[], path=["password"])
        else:
            with pytest.raises(RuleError, match="kinds"):
                check_new(password, minimum=12, classes=wanted, about=[], path=["password"])


@pytest.mark.parametrize(
    "password", [" correct horse battery", "correct horse battery\t", "\u00a0correct horse battery"]
)
def test_blanks_around_it_are_a_mistake(password):
    with pytest.raises(RuleError, match="blank"):
        check_new(password, minimum=12, about=[], path=["password"])


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


def test_length_is_counted_in_code_points_of_one_form():
    decomposed = "e\u0301" * 12  # twelve letters, twenty-four code points before they are put together
    with pytest.raises(RuleError):
        check_new(decomposed[:22] + "", minimum=12, about=[], path=[])
    with pytest.raises(RuleError):
        check_new("héllo" + "e\u0301", minimum=8, about=[], path=[])
