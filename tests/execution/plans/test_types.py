"""Objects of several types, and types that decide themselves what is theirs."""

import pytest

from support.plan_shapes import THINGS, make_fruit, make_thing

FRUIT = "__typename ... on Apple { name red } ... on Pear { soft title: name }"


async def test_each_member_of_a_union_has_its_own_fields(shapes):
    for text in (
        f'{{ fruit(name: "apple") {{ {FRUIT} }} other: fruit(name: "pear") {{ {FRUIT} }} }}',
        f'{{ fruits(names: ["apple", "pear", "apple", "apple"]) {{ {FRUIT} }} }}',
        f'{{ fruit(name: "nothing") {{ {FRUIT} }} fruits(names: []) {{ {FRUIT} }} }}',
    ):
        answer = await shapes.compare(text)
        assert answer.errors is None
    assert answer.data == {"fruit": None, "fruits": []}


async def test_a_value_that_is_of_no_type_is_an_error(shapes):
    THINGS["odd"] = make_fruit("odd", is_apple=False)
    THINGS["thing"] = make_thing(apple=THINGS["odd"])
    answer = await shapes.compare('{ thing(name: "thing") { name apple { name } } other: thing { apple { red } } }')
    assert answer.errors[0].message.startswith("Expected value of type 'Apple'")
    assert answer.data == {"thing": None, "other": {"apple": {"red": True}}}


async def test_a_type_that_decides_later_is_left_to_the_reference_executor(shapes):
    THINGS["slow"] = make_thing(apple=make_fruit("slow", is_slow=True))
    answer = await shapes.compare('{ thing(name: "slow") { apple { name } } }', planned=False)
    assert answer.data == {"thing": {"apple": {"name": "slow"}}}


@pytest.mark.parametrize("named_as", ["Thing", "Apple", "Nothing", None, 5])
async def test_an_interface_knows_its_types_by_name(shapes, named_as: object):
    relative = make_thing(named_as=named_as, text="relative")
    THINGS["odd"] = make_thing(relative=relative, relatives=[THINGS["other"], relative])
    for field in ("relative { name __typename ... on Thing { text } }", "relatives { ... on Thing { text told } }"):
        answer = await shapes.compare(f'{{ thing(name: "odd") {{ {field} }} }}')
        assert (answer.errors is None) is (named_as == "Thing")


async def test_objects_of_several_classes_stand_in_one_list(shapes):
    class Part:
        def __init__(self, text: str) -> None:
            self.__dict__.update(vars(make_thing(text=text)))

    one, two = Part("one"), Part("two")
    THINGS["odd"] = make_thing(parts=[THINGS["other"], one, two], parts_or_none=[one, None], child=two)
    fields = "text told later parts { name } child { text } apple { name }"
    text = f'{{ thing(name: "odd") {{ parts {{ {fields} }} partsOrNone {{ {fields} }} child {{ {fields} }} }} }}'
    answer = await shapes.compare(text)
    assert [part["text"] for part in answer.data["thing"]["parts"]] == ["other", "one", "two"]


async def test_a_null_among_objects_that_must_not_be(shapes):
    for parts in ([None], [THINGS["other"], None], None):
        THINGS["odd"] = make_thing(parts=parts)
        answer = await shapes.compare('{ thing(name: "odd") { name parts { text } } other: thing { name } }')
        assert answer.data == {"thing": None, "other": {"name": "n"}}


async def test_lists_of_objects_beside_each_other_keep_apart(shapes):
    inner = [make_thing(text=f"t{number}", words=[str(number)] * number) for number in range(4)]
    for number, parts in enumerate([inner[:1], [], inner[1:], tuple(inner)]):
        THINGS[f"list{number}"] = make_thing(parts=parts, parts_or_none=[None, *parts], table=[[number]] * number)
    names = [f"list{number}" for number in range(4)]
    text = (
        "query ($names: [String!]!) { things(names: $names) { table parts { text words told } partsOrNone { told } } }"
    )
    answer = await shapes.compare(text, {"names": names})
    assert [len(thing["parts"]) for thing in answer.data["things"]] == [1, 0, 3, 4]
    assert [len(thing["table"]) for thing in answer.data["things"]] == [0, 1, 2, 3]
