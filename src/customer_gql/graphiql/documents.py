"""Example documents: `<number>-<title>.graphql`, with variables in a `.json` file of the same name.

`"CUSTOMER_ID"` and `"CUSTOMER_VERSION"` in the variables become those of a customer, and `"VIEW_ID"` that of a saved view of
customers, so that examples run as shown.
"""

import json
from pathlib import Path
from typing import Final, NamedTuple, TypedDict

FOLDER: Final = Path(__file__).with_name("examples")


class Sample(NamedTuple):
    """The customer and the saved view that examples are about."""

    customer_id: str
    version: int
    view_id: str = ""


NOBODY: Final = Sample("", 1)


class Example(TypedDict):
    title: str
    query: str
    variables: str


def load_examples(audience: str, sample: Sample = NOBODY) -> list[Example]:
    files = sorted((FOLDER / audience).glob("*.graphql"), key=_read_place)
    return [_fill_in(read_example(file), sample) for file in files]


def _read_place(file: Path) -> int:
    return int(file.stem.partition("-")[0])


def _fill_in(example: Example, sample: Sample) -> Example:
    variables = example["variables"].replace('"CUSTOMER_ID"', json.dumps(sample.customer_id))
    variables = variables.replace('"VIEW_ID"', json.dumps(sample.view_id))
    return {**example, "variables": variables.replace('"CUSTOMER_VERSION"', str(sample.version))}


def read_example(file: Path) -> Example:
    variables = file.with_suffix(".json")
    return Example(
        title=file.stem.partition("-")[2].replace("-", " ").capitalize(),
        query=file.read_text(encoding="utf-8").strip(),
        variables=variables.read_text(encoding="utf-8").strip() if variables.is_file() else "",
    )
