"""The command that recomputes projections, or compares them with what they should be."""

from collections.abc import Sequence
from typing import Annotated

import typer

from customer_gql.core.ids import encode_id
from customer_gql.core.terminal import CommandFailed, show_progress

from .databases import migrated, run


def reproject(
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Only compare the stored rows with recomputed ones; fail when one differs, and name customers.",
        ),
    ] = False,
) -> None:
    """Recompute all derived rows, such as order statistics, in batches that are committed one by one. The service can keep running."""
    from customer_gql.administration.customer_changes.counts import correct_counts, find_wrong_counts
    from customer_gql.database.projection_checks import compare_all
    from customer_gql.database.projections import recompute_all
    from customer_gql.schema.projections import PROJECTIONS

    work = compare_all if check else recompute_all
    differing = 0
    with migrated() as url:
        for projection in PROJECTIONS:
            name = projection.table.name
            with show_progress(name, doing="comparing" if check else "recomputing") as advance:
                done = run(url, lambda c, p=projection, a=advance: work(c, p, a), transaction=False)
            print(f"{name}: {done.customers:,} customers, {done.rows:,} rows {'differ' if check else 'changed'}")
            if done.differing:
                print(f"{name}: differs of {_name_customers(done.differing)}")
            differing += done.rows
        wrong = run(url, find_wrong_counts if check else correct_counts, transaction=not check)
        print(f"customer_count: {len(wrong):,} websites {'differ' if check else 'changed'}")
        differing += len(wrong)
    if check and differing:
        raise CommandFailed(f"{differing:,} rows differ from what they should be: `customer-gql reproject` fixes them.")


def _name_customers(customer_ids: Sequence[int]) -> str:
    """The first ones by their public ids."""
    return ", ".join(encode_id("cus", id) for id in customer_ids)
