"""Example documents: `<number>-<title>.graphql`, with variables in a `.json` file of the same name."""

from pathlib import Path
from typing import Final, TypedDict

FOLDER: Final = Path(__file__).with_name("examples")


class Example(TypedDict):
    title: str
    query: str
    variables: str


def load_examples(audience: str) -> list[Example]:
    return [read_example(file) for file in sorted((FOLDER / audience).glob("*.graphql"))]


def read_example(file: Path) -> Example:
    variables = file.with_suffix(".json")
    return Example(
        title=file.stem.partition("-")[2].replace("-", " ").capitalize(),
        query=file.read_text(encoding="utf-8").strip(),
        variables=variables.read_text(encoding="utf-8").strip() if variables.is_file() else "",
    )
