"""Example documents: `<number>-<title>.graphql`, with variables in a `.json` file of the same name.

The fields of `Sample` in the variables, as `"CUSTOMER_ID"`, become their values, so that examples run as shown.
"""

import json
from pathlib import Path
from typing import Final, NamedTuple, TypedDict

FOLDER: Final = Path(__file__).with_name("examples")


class Sample(NamedTuple):
    """What examples are about; empty for what the shop does not have."""

    customer_id: str = ""
    customer_version: int = 1
    view_id: str = ""
    job_id: str = ""
    """A mass action that changed something."""
    open_job_id: str = ""
    """A job that is not finished; the other one where all are."""
    canceled_job_id: str = ""
    """A mass action with rows to retry."""
    file_id: str = ""
    webhook_id: str = ""


NOBODY: Final = Sample()


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
    variables = example["variables"]
    for name, value in sample._asdict().items():
        variables = variables.replace(f'"{name.upper()}"', json.dumps(value))
    return {**example, "variables": variables}


def read_example(file: Path) -> Example:
    variables = file.with_suffix(".json")
    return Example(
        title=file.stem.partition("-")[2].replace("-", " ").capitalize(),
        query=file.read_text(encoding="utf-8").strip(),
        variables=variables.read_text(encoding="utf-8").strip() if variables.is_file() else "",
    )
