"""The basic forms of text."""

import unicodedata

import pytest

from customer_gql.core.text import (
    has_control_character,
    keep_printable,
    normalize_compatible_text,
    normalize_text,
    to_single_line,
)


@pytest.mark.parametrize(
    ("typed", "plain", "compatible"),
    [
        ("  Ada \t", "Ada", "Ada"),
        ("Jose\u0301", "Jos\u00e9", "Jos\u00e9"),
        ("\u00a0Ada\u3000", "Ada", "Ada"),
        ("\uff21\uff11", "\uff21\uff11", "A1"),
        ("ﬁ", "ﬁ", "fi"),
        ("a  b\nc", "a  b\nc", "a  b\nc"),
        (" \n ", "", ""),
    ],
)
def test_normal_forms(typed, plain, compatible):
    assert normalize_text(typed) == plain
    assert normalize_compatible_text(typed) == compatible
    assert normalize_text(plain) == plain
    assert normalize_compatible_text(compatible) == compatible


def test_control_characters_are_those_of_unicode():
    for code in range(0x3000):
        assert has_control_character(f"a{chr(code)}b") is (unicodedata.category(chr(code)) == "Cc"), hex(code)


@pytest.mark.parametrize(
    ("text", "printable", "line"),
    [
        ("a b", "a b", "a b"),
        ("a\r\nBcc: b", "aBcc: b", "a Bcc: b"),
        ("a\u200bb", "ab", "a b"),
        (" a \t b ", " a  b ", "a b"),
        ("a\u00a0b", "ab", "a b"),
        ("é😀", "é😀", "é😀"),
    ],
)
def test_printable_text(text, printable, line):
    assert keep_printable(text) == printable
    assert to_single_line(text) == line
