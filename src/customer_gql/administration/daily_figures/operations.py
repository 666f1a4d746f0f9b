import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.errors import BadInput
from customer_gql.core.ids import decode_id
from customer_gql.core.money import to_major_units
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.roots import admin_field
from customer_gql.graph.scalars import CurrencyCode, Money
from customer_gql.shop.daily_figures.tables import Measure
from customer_gql.shop.settings.time_zones import load_time_zone
from customer_gql.shop.websites.reads import websites_by_id

from .reads import FIGURES_BY_DAY
from .types import MAX_DAYS, DailyFigures


@strawberry.type
class DailyFiguresAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=list[DailyFigures],
        assumed=MAX_DAYS,
        description=f"What happened on each day from `fromOn` to `toOn`, the earliest first; at most {MAX_DAYS} days. Without `websiteId` of "
        "all websites that the viewer's role reaches. Deleting a customer does not change past days.",
    )
    async def daily_figures(
        self,
        info: Info,
        from_on: Annotated[dt.date, strawberry.argument(description="First day.")],
        to_on: Annotated[dt.date, strawberry.argument(description="Last day; the same day for one.")],
        website_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Id of a website, whose time zone holds then.")
        ] = None,
    ) -> Any:
        context, days = info.context, _list_days(from_on, to_on)
        website = None if website_id is None else decode_id(website_id, "web")
        websites = context.viewer.website_ids
        if website is not None:
            if not context.viewer.reaches(website) or await context.load(websites_by_id, website) is None:
                raise BadInput("websiteId: there is no such website.", argument=["websiteId"])
            websites = frozenset({website})
        zone = await load_time_zone(context, website)
        rows = await context.fetch(
            FIGURES_BY_DAY,
            zone=zone,
            from_on=from_on,
            to_on=to_on,
            websites=None if websites is None else sorted(websites),
        )
        return _show_days(days, rows)


def _list_days(first: dt.date, last: dt.date) -> list[dt.date]:
    count = (last - first).days + 1
    if count < 1:
        raise BadInput("toOn: give a day that is not before fromOn.", argument=["toOn"])
    if count > MAX_DAYS:
        raise BadInput(f"Ask for at most {MAX_DAYS} days at once, not {count}.", argument=["toOn"])
    if last == dt.date.max:
        raise BadInput("toOn: give a day before the end of the calendar.", argument=["toOn"])
    return [first + dt.timedelta(days=number) for number in range(count)]


def _show_days(days: Sequence[dt.date], rows: Sequence[Any]) -> list[DailyFigures]:
    counts: dict[tuple[dt.date, str], int] = {}
    revenue: dict[dt.date, list[Money]] = defaultdict(list)
    for row in rows:
        if row.measure == Measure.REVENUE.value:
            amount = to_major_units(int(row.amount), row.currency)
            revenue[row.day_on].append(Money(amount=amount, currency=CurrencyCode(row.currency)))
        else:
            counts[row.day_on, row.measure] = int(row.amount)
    return [
        DailyFigures(
            day_on=day,
            sign_up_count=counts.get((day, Measure.SIGN_UPS.value), 0),
            sign_in_count=counts.get((day, Measure.SIGN_INS.value), 0),
            order_count=counts.get((day, Measure.ORDERS.value), 0),
            revenue=revenue[day],
        )
        for day in days
    ]


ADMIN_QUERIES: Final = (DailyFiguresAdminQuery,)
