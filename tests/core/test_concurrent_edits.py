"""Three-way merge of edits, as profile, addresses, staff, roles and mail texts use it."""

import pytest

from customer_gql.core.concurrent_edits import (
    FieldConflict,
    VersionConflict,
    refuse_conflicts,
    refuse_other_version,
    value_text,
)
from customer_gql.core.errors import RuleError

HISTORY = [
    {"name": ("Ada", "Ada B."), "city": ("London", "Paris")},
    {"name": ("Ada B.", "Countess")},
]


async def read(version):
    """The record is at version 3; each entry of the history made one more."""
    return HISTORY[version - 1 :]


async def refused(edits, expected):
    with pytest.raises(VersionConflict) as found:
        await refuse_conflicts(edits, current=3, expected=expected, changes_since=read)
    return found.value


async def test_a_field_changed_since_is_a_conflict_with_what_it_was_at_first():
    error = await refused({"name": ("Countess", "Lovelace"), "gender": (None, "FEMALE")}, 1)
    assert error.conflicts == [FieldConflict("name", base="Ada", yours="Lovelace", stored="Countess")]
    assert (error.current_version, error.path) == (3, ["expectedVersion"])


async def test_the_base_is_what_the_version_read_held():
    error = await refused({"name": ("Countess", "Lovelace")}, 2)
    assert error.conflicts == [FieldConflict("name", base="Ada B.", yours="Lovelace", stored="Countess")]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ({"gender": (None, "FEMALE")}, 1),
        ({"city": ("Paris", "Rome")}, 2),
        ({"name": ("Countess", "Lovelace")}, 3),
        ({"name": ("Countess", "Lovelace")}, None),
        ({}, 1),
    ],
    ids=["another field", "changed before it was read", "the newest version", "no version", "no edit"],
)
async def test_what_merges(edits, expected):
    await refuse_conflicts(edits, current=3, expected=expected, changes_since=read)


async def test_every_edit_conflicts_where_the_history_lacks_changes():
    async def read_nothing(_version):
        return None

    with pytest.raises(VersionConflict) as found:
        await refuse_conflicts({"name": ("stored", "yours")}, current=3, expected=1, changes_since=read_nothing)
    assert found.value.conflicts == [FieldConflict("name", base=None, yours="yours", stored="stored")]


async def test_a_version_that_does_not_exist_yet():
    with pytest.raises(RuleError) as found:
        await refuse_conflicts({}, current=3, expected=4, changes_since=read)
    assert (str(found.value), found.value.path) == ("There is no such version; the newest is 3.", ["expectedVersion"])
    assert not isinstance(found.value, VersionConflict)


@pytest.mark.parametrize("expected", [2, 4])
def test_without_a_history_every_edit_conflicts_at_another_version(expected):
    with pytest.raises(VersionConflict) as found:
        refuse_other_version({"text": ("stored", "yours")}, current=3, expected=expected)
    assert found.value.conflicts == [FieldConflict("text", base=None, yours="yours", stored="stored")]


@pytest.mark.parametrize(("edits", "expected"), [({"text": ("a", "b")}, 3), ({"text": ("a", "b")}, None), ({}, 2)])
def test_without_a_history_what_merges(edits, expected):
    refuse_other_version(edits, current=3, expected=expected)


def test_values_are_shown_as_text():
    assert [value_text(value) for value in (None, "a", True, ["x"], 7)] == [None, "a", "true", '["x"]', "7"]
