from typing import Final

from sqlalchemy import ARRAY, BigInteger, Date, Text, any_, bindparam, cast, func, literal_column, or_, select
from sqlalchemy.types import DateTime

from customer_gql.database.statements import compile_statement
from customer_gql.shop.daily_figures.tables import daily_figure

_zone: Final = bindparam("zone", type_=Text())
_websites: Final = bindparam("websites", type_=ARRAY(BigInteger()))
_next_day: Final = bindparam("to_on", type_=Date()) + literal_column("1")
_day: Final = cast(func.timezone(_zone, daily_figure.c.quarter_at), Date())

FIGURES_BY_DAY: Final = compile_statement(
    select(
        _day.label("day_on"),
        daily_figure.c.measure,
        daily_figure.c.currency,
        func.sum(daily_figure.c.amount).label("amount"),
    )
    .where(
        daily_figure.c.quarter_at >= func.timezone(_zone, cast(bindparam("from_on", type_=Date()), DateTime())),
        daily_figure.c.quarter_at < func.timezone(_zone, cast(_next_day, DateTime())),
        or_(_websites.is_(None), daily_figure.c.website_id == any_(_websites)),
    )
    .group_by(_day, daily_figure.c.measure, daily_figure.c.currency)
    .order_by(_day, daily_figure.c.currency)
)
"""What was counted on each of some days in a time zone, on these websites or on all."""
