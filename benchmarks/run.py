"""`make bench`: the same documents on every variant, alternating, for several rounds; one table and two files."""

import argparse

from calibration import calibrate_cost
from comparison import compare_answers
from grid import run as grid
from measurement import count_statements, measure_variants
from pool import compare_pools
from prepare import running_shop
from report import write_report
from roles import compare_roles
from variants import choose_variants

DOCUMENTS = ["profile", "grid", "nested"]
CUSTOMERS = 200_000
VARIANTS = ["service", "plans-off", "floor", "json", "postgraphile"]


def main() -> None:
    options = parse_arguments()
    if options.only == "grid":
        grid.measure_grid(options)
        return
    options.customers = options.customers or CUSTOMERS
    with running_shop(options.customers) as shop:
        if options.only == "pool":
            compare_pools(shop, options)
            return
        if options.only == "roles":
            compare_roles(shop, options)
            return
        if options.only == "cost":
            calibrate_cost(shop, options)
            return
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
    write_report(results, statements, options)


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
        choices=["pool", "roles", "cost", "grid"],
        help="compare parts of the read engine with their absence, or roles; measure what a point of cost takes, or lists of a "
        "large shop",
    )
    parser.add_argument("--blocks", nargs="+", choices=grid.BLOCKS, default=grid.BLOCKS, help="parts of `--only grid`")
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
