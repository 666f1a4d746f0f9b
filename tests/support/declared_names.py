"""What the service declares by name, and the names that tests use."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    is_introspection_type,
)
from pydantic import BaseModel

from customer_gql.cli import cli
from customer_gql.core.permissions import Permission
from customer_gql.messaging.events.event_types import EVENT_TYPES
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.schema import admin, storefront
from customer_gql.schema.work import WORK
from customer_gql.settings import Settings
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, Setting

TESTS = Path(__file__).parents[1]
SOURCES = TESTS.parent / "src"
NOT_TESTS = ("test_names.py", "declared_names.py")
HISTORY_KIND = re.compile(r'kind="([A-Z_]{3,})"|record_staff_event\(\s*connection,\s*"([A-Z_]{3,})"')


def graphql_names() -> Iterator[tuple[str, str]]:
    """Name, and where it is declared."""
    for schema in (admin.schema._schema, storefront.schema._schema):
        for kind in schema.type_map.values():
            if is_introspection_type(kind) or kind.name == "EventType":  # built from the names of events, see below
                continue
            if isinstance(kind, GraphQLEnumType):
                yield from ((name, f"{kind.name}.{name}") for name in kind.values)
            if isinstance(kind, GraphQLInputObjectType | GraphQLObjectType | GraphQLInterfaceType):
                yield from ((name, f"{kind.name}.{name}") for name in kind.fields)
            if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
                for field, shape in kind.fields.items():
                    yield from ((name, f"{kind.name}.{field}({name}:)") for name in shape.args)


def process_settings(model: type[BaseModel] = Settings, prefix: str = "CUSTOMER_GQL_") -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from process_settings(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield name, f"{prefix}{name.upper()}"


def history_kinds() -> Iterator[str]:
    """What the history of customers and staff calls things; there is no list of these but the code."""
    for file in SOURCES.rglob("*.py"):
        yield from (one or other for one, other in HISTORY_KIND.findall(file.read_text(encoding="utf-8")))


def commands(command: Any = None, path: str = "customer-gql") -> Iterator[tuple[str, str]]:
    """Names of commands and options, and the command they belong to."""
    group = command or typer.main.get_command(cli)
    for name, inner in getattr(group, "commands", {}).items():
        yield name, f"{path} {name}"
        for parameter in inner.params:
            yield from ((option, f"{path} {name} {option}") for option in parameter.opts if option.startswith("--"))
        yield from commands(inner, f"{path} {name}") if hasattr(inner, "commands") else ()


def work_names() -> Iterator[str]:
    yield from (work.name for work in (*WORK.jobs, *WORK.schedules, *WORK.polls))


@cache
def texts() -> dict[Path, str]:
    files = [*TESTS.rglob("*.py"), *TESTS.rglob("*.graphql")]
    return {file: file.read_text(encoding="utf-8") for file in files if file.name not in NOT_TESTS}


@cache
def words() -> frozenset[str]:
    """Those of one name are parts of it too: `admin__cost` names the setting `cost`."""
    found = {word for text in texts().values() for word in re.findall(r"\w+", text)}
    return frozenset(found | {part for word in found for part in word.split("__")})


def is_quoted(name: str) -> bool:
    """For names with dots or dashes, which are no words."""
    return any(name in text for text in texts().values())


@cache
def imported() -> frozenset[tuple[str, str]]:
    """Module and name of what tests import: a setting of the shop is used by its constant."""
    return frozenset(
        (str(node.module), alias.name)
        for file, text in texts().items()
        if file.suffix == ".py"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )


def is_setting_used(setting: Setting) -> bool:
    constants = {
        (name, constant)
        for name, module in sys.modules.items()
        if name.startswith("customer_gql.")
        for constant, value in vars(module).items()
        if value is setting
    }
    return is_quoted(setting.path) or bool(constants & imported())


def names_without_tests() -> Iterator[str]:
    """Each name that no test names, once, with its kind and the first place that declares it."""
    named = [("graph", *pair) for pair in graphql_names()]
    named += [("process setting", *pair) for pair in process_settings() if pair[0].upper() not in words()]
    named += [("history", name, name) for name in history_kinds()]
    named += [("mail", name, name) for name in MAIL_KINDS]
    missing = [(kind, place) for kind, name, place in named if name not in words() and place not in words()]
    missing += [("permission", permission.value) for permission in Permission if not is_quoted(permission.value)]
    missing += [("event", name) for name in EVENT_TYPES if not is_quoted(name)]
    missing += [("command", place) for name, place in commands() if not is_quoted(name)]
    missing += [("work", name) for name in work_names() if not is_quoted(name)]
    missing += [("shop setting", path) for path, setting in DECLARED_SETTINGS.items() if not is_setting_used(setting)]
    yield from dict.fromkeys(f"{kind} {place}" for kind, place in missing)
