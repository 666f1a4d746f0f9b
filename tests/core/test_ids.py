"""Public ids: one form, and keys of one size."""

import pytest

from customer_gql.core.errors import BadInput
from customer_gql.core.ids import decode_id, decode_keys, encode_id, new_id, new_ids, prefix_of

LARGEST = 2**63 - 1


@pytest.mark.parametrize("key", [0, 1, 2**31 - 1, 2**31, 2**53 + 1, LARGEST])
def test_a_key_survives_its_public_form(key):
    assert encode_id("web", key) == f"web_{key:016x}"
    assert decode_id(encode_id("web", key), "web") == key
    assert decode_keys(encode_id("adr", key, 7, LARGEST), "adr", 3) == (key, 7, LARGEST)
    assert prefix_of(encode_id("adr", key, 7)) == "adr"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "web_",
        "web_1",
        encode_id("grp", 1),
        encode_id("web", 1, 2),
        encode_id("web", 2**63),
        encode_id("web", 2**64 - 1),
        "web_000000000000000G",
        "WEB_0000000000000001",
        encode_id("web", 1) + "\n",
    ],
)
def test_what_is_no_id_of_the_kind_is_refused(value):
    with pytest.raises(BadInput):
        decode_id(value, "web")


def test_a_message_quotes_no_more_than_sixty_characters():
    with pytest.raises(BadInput) as refused:
        decode_id("x" * 5000, "web")
    assert str(refused.value) == f"'{'x' * 57}…' is not a valid id of the form web_…."


def test_new_keys_grow():
    keys = [new_id() for _ in range(10_000)]
    assert keys == sorted(set(keys))
    assert keys[0] > 2**31
    assert keys[-1] <= LARGEST


def test_keys_made_at_once_follow_each_other_and_those_before():
    before = new_id()
    many = new_ids(10_000)
    assert len(many) == 10_000
    assert before < many[0]
    assert many[-1] < new_id()
    assert list(new_ids(0)) == []
