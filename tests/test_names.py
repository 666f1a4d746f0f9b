"""What a test does not even name, it does not notice: every field, input, enum value, setting, schedule, event, mail,
permission, command and option occurs in some test."""

from support.declared_names import names_without_tests

WITHOUT_TESTS: dict[str, str] = {}
"""Names that no test names yet, as the failing test prints them, and the open work that brings their tests. It shrinks."""


def test_every_name_is_named_by_a_test():
    assert [name for name in names_without_tests() if name not in WITHOUT_TESTS] == []


def test_no_name_is_excused_that_a_test_names():
    assert set(WITHOUT_TESTS) <= set(names_without_tests())
