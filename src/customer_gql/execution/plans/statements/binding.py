"""The SQL of a read with expressions in place of its parameters: how a load of one object becomes a part of a statement."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from customer_gql.database.statements import Statement
from customer_gql.execution.plans.running.run import PlanRun

from .json_sql import NotWritable, quote_text

ValueOfRun = Callable[[PlanRun], Any]
_PARAMETER: Final = re.compile(r"\$(\d+)")
_ANY_KEY: Final = re.compile(r"= ANY \(\$(\d+)::[A-Z0-9 ]+\[\]\)")
_KEY_TABLE: Final = re.compile(r"unnest\(((?:\$\d+::[A-Z0-9 ]+\[\](?:, )?)+)\) AS (\w+\((?:k\d+(?:, )?)+\))")
_KEY_ARRAY: Final = re.compile(r"\$(\d+)::([A-Z0-9 ]+)\[\]")


class StatementParameters:
    """The parameters of a generated statement after its keys, and what each run gives for them."""

    __slots__ = ("_before", "values")

    def __init__(self, before: int) -> None:
        self._before = before
        self.values: list[ValueOfRun] = []

    def add_parameter(self, value: ValueOfRun) -> str:
        self.values.append(value)
        return f"${self._before + len(self.values)}"


def bind_keys(
    statement: Statement, keys: Mapping[str, str], given: Mapping[str, str], parameters: StatementParameters
) -> str:
    """The statement for one key, whose columns are expressions. `given` are those of its other parameters."""
    names = statement.names
    sql = _ANY_KEY.sub(lambda found: f"= {keys[names[int(found[1]) - 1]]}", statement.sql)
    sql = _KEY_TABLE.sub(lambda found: _write_key_row(found, names, keys), sql)

    def replace_parameter(found: re.Match[str]) -> str:
        name = names[int(found[1]) - 1]
        if name in keys:
            return f"ARRAY[{keys[name]}]"
        return given[name] if name in given else _write_default(statement, name, parameters)

    return _PARAMETER.sub(replace_parameter, sql)


def bind_root(statement: Statement, keys: Sequence[str], parameters: StatementParameters) -> str:
    """The statement for an array of keys, which are the first parameters."""

    def replace_parameter(found: re.Match[str]) -> str:
        name = statement.names[int(found[1]) - 1]
        return f"${keys.index(name) + 1}" if name in keys else _write_default(statement, name, parameters)

    return _PARAMETER.sub(replace_parameter, statement.sql)


def _write_key_row(found: re.Match[str], names: Sequence[str], keys: Mapping[str, str]) -> str:
    columns = [f"{keys[names[int(part[1]) - 1]]}::{part[2]}" for part in _KEY_ARRAY.finditer(found[1])]
    return f"(VALUES ({', '.join(columns)})) AS {found[2]}"


def _write_default(statement: Statement, name: str, parameters: StatementParameters) -> str:
    """What the read itself gives for a parameter: a value of its code, never of a request."""
    value = statement.defaults.get(name)
    if value is None:
        raise NotWritable
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value) if value >= 0 else f"({value})"
    return quote_text(value) if isinstance(value, str) else parameters.add_parameter(lambda _run: value)
