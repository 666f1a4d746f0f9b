"""The command line of customer-gql. Results go to standard output, and errors, one line each, to standard error."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from . import filling, payments, people, projections, serving
from .ending import end_on_signals
from .faults import run_reporting

cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)
for command in (
    serving.demo,
    serving.serve,
    serving.worker,
    filling.migrate,
    filling.downgrade,
    filling.history,
    filling.seed,
    projections.reproject,
):
    cli.command()(command)
cli.command("test-psp")(payments.serve_test_psp)
cli.add_typer(filling.imports, name="import")
cli.add_typer(people.staff_commands, name="staff")
cli.add_typer(people.customer_commands, name="customer")


class Audience(StrEnum):
    admin = "admin"
    storefront = "storefront"


@cli.command()
def schema(audience: Annotated[Audience, typer.Option(help="Audience whose schema is printed.")]) -> None:
    """Print the GraphQL schema of one audience."""
    from customer_gql.schema import admin, storefront

    print({Audience.admin: admin, Audience.storefront: storefront}[audience].schema.as_str())


@cli.command()
def error_keys() -> None:
    """Print the page of keys that errors of mutations have, in Markdown."""
    from customer_gql.schema import admin, storefront

    from .error_keys import describe_error_keys

    assert admin.schema
    assert storefront.schema
    print(describe_error_keys())


def main() -> None:
    end_on_signals()
    sys.exit(run_reporting(cli))
