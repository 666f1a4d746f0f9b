"""What may be chosen as a password."""

import pytest

from customer_gql.accounts.passwords import check_new
from customer_gql.core.errors import RuleError

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


def test_length_is_counted_in_code_points_of_one_form():
    decomposed = "e\u0301" * 12  # twelve letters, twenty-four code points before they are put together
    with pytest.raises(RuleError):
        check_new(decomposed[:22] + "", minimum=12, about=[], path=[])
    with pytest.raises(RuleError):
        check_new("héllo" + "e\u0301", minimum=8, about=[], path=[])
