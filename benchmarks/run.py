"""`make bench`: the same documents on every variant, alternating, for several rounds; one table and two files."""

import argparse
from collections.abc import Callable
from typing import Final

import import_files
from beside import TITLE as BESIDE, compare_beside, format_beside
from calibration import calibrate_cost
from cold import TITLE as COLD, compare_cold, format_cold
from company_groups import compare_companies
from comparison import compare_answers
from counts import SIZES, TITLE as COUNTS, compare_counts, format_counts
from exports import run as exports
from grid import run as grid
from mass_action import compare_jobs
from measurement import count_statements, measure_variants
from pool import compare_pools
from prepare import BenchmarkShop, running_shop
from report import load_figures, write_report
from roles import compare_roles
from situations import TITLE as SITUATIONS, compare_situations, format_situations
from variants import choose_variants
from writes import TITLE as WRITES, compare_writes, format_writes
from written import compare_written

DOCUMENTS = ["profile", "grid", "nested"]
CUSTOMERS = 200_000
VARIANTS = ["service", "service-debian", "plans-off", "floor", "json", "postgraphile", "mercurius"]


ALONE: Final[dict[str, Callable[[argparse.Namespace], object]]] = {
    "grid": grid.measure_grid,
    "jobs": compare_jobs,
    "companies": compare_companies,
    "export": exports.measure_export,
    "import": import_files.measure_imports,
    "counts": compare_counts,
}
"""Blocks that have a shop of their own."""
OF_SHOP: Final[dict[str, Callable[[BenchmarkShop, argparse.Namespace], object]]] = {
    "beside": compare_beside,
    "pool": compare_pools,
    "roles": compare_roles,
    "situations": compare_situations,
    "cost": calibrate_cost,
    "writes": compare_writes,
    "written": compare_written,
}


def main() -> None:
    options = parse_arguments()
    if options.only in ALONE:
        ALONE[options.only](options)
        return
    options.customers = options.customers or CUSTOMERS
    if options.only == "cold":
        compare_cold(options)
        return
    with running_shop(options.customers) as shop:
        if options.only in OF_SHOP:
            OF_SHOP[options.only](shop, options)
            return
        compare_documents(shop, options)
    compare_cold(options)  # stops the server, so nothing else may hold it
    compare_counts(options)


def compare_documents(shop: BenchmarkShop, options: argparse.Namespace) -> None:
    variants = choose_variants(options.variants)
    try:
        for variant in variants:
            variant.start(shop.url)
        compare_answers(variants, shop, options.documents)
        statements = count_statements(variants, shop, options.documents)
        results = measure_variants(variants, shop, options)
    finally:
        for variant in variants:
            variant.stop()
    # Once before the others are measured, so that a fault there does not lose what took longest.
    sections = {
        WRITES: format_writes(load_figures("writes")),
        BESIDE: format_beside(load_figures("beside")),
        SITUATIONS: format_situations(load_figures("situations")),
        COLD: format_cold(load_figures("cold")),
        COUNTS: format_counts(load_figures("counts")),
    }
    write_report(results, statements, options, sections)
    compare_writes(shop, options)
    compare_beside(shop, options)
    compare_situations(shop, options)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, help=f"{CUSTOMERS:,}, and {grid.CUSTOMERS:,} for `--only grid`")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--variants", nargs="+", default=VARIANTS)
    parser.add_argument("--documents", nargs="+", default=DOCUMENTS)
    parser.add_argument(
        "--only",
        choices=[*ALONE, *OF_SHOP, "cold"],
        help="compare parts of the read engine with their absence, or roles; measure what a point of cost takes, lists and files of a "
        "large shop, jobs, another group for a company, an import, mutations, other callers and loads, the rows that these write, a small request beside heavy ones, a cold cache, or counts",
    )
    parser.add_argument("--counts", type=int, nargs=2, default=SIZES, help="customers of the two shops of counts")
    parser.add_argument("--blocks", nargs="+", choices=grid.BLOCKS, default=grid.BLOCKS, help="parts of `--only grid`")
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
