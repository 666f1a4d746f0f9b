"""What may be chosen as a password, by customers and staff."""

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.security.passwords import PasswordRules, validate_new_password

ABOUT = [
    "Northwind Shop",
    "ada.lovelace",
    "ada.lovelace@example.com",
    "Ada",
    "Lovelace",
    "ada@ex.example",
    "jo o'hara ng li",
]


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
        "ada@ex.example",
        "ＡＤＡ＠ＥＸ．ＥＸＡＭＰＬＥ",
        "Jo O'Hara Ng Li",
        "Lovelace!Lovelace",
        "x" * 257,
    ],
)
def test_what_guessers_try_first_is_refused(password):
    with pytest.raises(RuleError) as refused:
        validate_new_password(password, PasswordRules(12, public_words=ABOUT), path=["password"])
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
    validate_new_password(password, PasswordRules(12, public_words=ABOUT), path=["password"])


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
            validate_new_password(password, PasswordRules(12, wanted), path=["password"])
        else:
            with pytest.raises(RuleError, match="Use at least"):
                validate_new_password(password, PasswordRules(12, wanted), path=["password"])


@pytest.mark.parametrize(
    "password", [" correct horse battery", "correct horse battery\t", "\u00a0correct horse battery"]
)
def test_blanks_around_it_are_a_mistake(password):
    with pytest.raises(RuleError, match="space"):
        validate_new_password(password, PasswordRules(12), path=["password"])


def test_length_is_counted_in_code_points_of_one_form():
    decomposed = "e\u0301" * 12  # twelve letters, twenty-four code points before they are put together
    with pytest.raises(RuleError):
        validate_new_password(decomposed[:22] + "", PasswordRules(12), path=[])
    with pytest.raises(RuleError):
        validate_new_password("héllo" + "e\u0301", PasswordRules(8), path=[])


@pytest.mark.parametrize(("password", "is_allowed"), [("my name is Lovelace", False), ("my name is Byron", True)])
def test_a_word_may_be_forbidden_anywhere(password, is_allowed):
    rules = PasswordRules(12, forbidden_words=["lovelace"])
    if is_allowed:
        validate_new_password(password, rules, path=[])
    else:
        with pytest.raises(RuleError, match="your address"):
            validate_new_password(password, rules, path=[])
