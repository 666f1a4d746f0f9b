"""Commands for tables and their contents."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from customer_gql.administration.customer_import.reading.dates import DateOrder
from customer_gql.core.terminal import CommandFailed, show_progress
from customer_gql.settings import load_settings

from .databases import analyze_tables, bring_up, check_database, database, distribute_database, print_counts, run

imports = typer.Typer(no_args_is_help=True, help="Load customers and orders from files.")


def migrate(
    new: Annotated[str | None, typer.Option(metavar="MESSAGE", help="Write a migration from the tables.")] = None,
    to: Annotated[
        str, typer.Option(metavar="REVISION", help="Newest migration to apply, for a deployment in steps.")
    ] = "head",
    check: Annotated[
        bool,
        typer.Option(
            help="Change nothing. Compare the tables with the migrations, their owner and the rights of the role of the "
            "service with what they have to be, and the derived rows of 5,000 customers with recomputed ones."
        ),
    ] = False,
    distribute: Annotated[
        bool,
        typer.Option(
            help="Then distribute the tables by customer, where the database has Citus; elsewhere nothing is distributed. "
            "Not tried on Citus yet: docs/scaling.md."
        ),
    ] = False,
) -> None:
    """Bring the database to this version's tables."""
    from customer_gql.database.schema import migrations

    if new == "":
        raise CommandFailed('Say what changes: make migration m="gift registries".')
    with database(load_settings()) as urls:
        if new is not None:
            bring_up(urls)
            migrations.write_migration(urls.owner, new)
        elif check:
            check_database(urls)
        else:
            bring_up(urls, to)
            print(f"the database is at migration {migrations.newest_revision() if to == 'head' else to}")
            if distribute:
                print(distribute_database(urls))


def downgrade(
    revision: Annotated[str, typer.Argument(help="Migration after which all are taken back; `base` takes back all.")],
    *,
    drops_data: Annotated[
        bool,
        typer.Option("--drop-data", help="Required, because what later migrations added is deleted with its contents."),
    ] = False,
) -> None:
    """Take migrations back, newest first. Versions that know them no longer work with the database afterwards."""
    from customer_gql.database.schema import migrations

    if not drops_data:
        raise CommandFailed(
            "A downgrade deletes the tables and columns that later migrations added. Add --drop-data if you have a backup."
        )
    with database(load_settings()) as urls:
        migrations.downgrade_database(urls.owner, revision, service_url=urls.service)
        print(f"the database is at migration {revision}")


def history() -> None:
    """Begin the part of the next month in the tables of history, as the owner of the tables, and drop parts that are older than
    CUSTOMER_GQL_HISTORY_KEPT_MONTHS; without that setting none is. Run it every month, as often as you like."""
    from customer_gql.database.schema.kept_history import keep_history
    from customer_gql.database.session_limits import is_pooled

    settings = load_settings()
    with database(settings) as urls:
        if run(urls.owner, is_pooled, transaction=False):
            raise CommandFailed(
                "A pooler stands between this command and the database: in CUSTOMER_GQL_OWNER_DATABASE_URL give the address of "
                "the server itself, and run `customer-gql history` again."
            )
        work = partial(keep_history, kept_months=settings.history_kept_months)
        for line in run(urls.owner, work, transaction=False) or ["nothing had to be done"]:
            print(line)


def seed(
    customers: Annotated[int, typer.Option(help="Number of customers.")],
    seed: Annotated[
        int, typer.Option(help="Number that decides the random data; the same number gives the same shop.")
    ] = 1,
) -> None:
    """Fill an empty shop with generated customers."""
    from customer_gql.demo.seed.seeding import seed_shop

    with database(load_settings()) as urls, show_progress(f"{customers:,} customers") as advance:
        bring_up(urls)
        done = run(
            urls.service,
            lambda c: seed_shop(c, customers=customers, seed=seed, on_progress=advance),
            transaction=False,
        )
        analyze_tables(urls)
    print_counts(done)


@imports.command()
def adobe(
    customers: Annotated[Path | None, typer.Option(help="Customers main file (CSV).")] = None,
    addresses: Annotated[Path | None, typer.Option(help="Customer addresses file (CSV).")] = None,
    report: Annotated[Path | None, typer.Option(help="File for the refused rows and the notes (CSV).")] = None,
    dates: Annotated[
        DateOrder | None, typer.Option(help="Whether dates like 5/6/2012 start with the day or the month.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the files, if it is neither Unicode nor Windows-1252.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would happen, without writing anything.")
    ] = False,
) -> None:
    """Load customer import files of Adobe Commerce. New customers are added, known ones updated."""
    from customer_gql.administration.customer_import.adobe.load import import_adobe
    from customer_gql.administration.customer_import.reading.options import ReadOptions

    with database(load_settings()) as urls, show_progress("rows") as advance:
        bring_up(urls)
        done = run(
            urls.service,
            lambda c: import_adobe(
                c,
                customers=customers,
                addresses=addresses,
                dry_run=dry_run,
                report=report,
                options=ReadOptions(encoding=encoding, dates=dates),
                on_progress=advance,
            ),
            transaction=False,
        )
    print_counts(done)
    if not done.customers.valid and not done.addresses.valid:
        read = done.customers.read + done.addresses.read
        raise CommandFailed(
            "Not one row could be loaded; the report says why." if read else "The files have no rows after the header."
        )


@imports.command()
def northwind(folder: Annotated[Path, typer.Argument(help="Folder with the five CSV files.")]) -> None:
    """Load the Northwind sample as the history of a shop."""
    from customer_gql.demo.northwind.load import import_northwind

    with database(load_settings()) as urls:
        bring_up(urls)
        done = run(urls.service, lambda c: import_northwind(c, folder), transaction=False)
    print_counts(done)
