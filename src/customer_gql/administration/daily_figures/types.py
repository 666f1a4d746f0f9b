import datetime as dt

import strawberry

from customer_gql.graph.fields import column
from customer_gql.graph.scalars import Money

MAX_DAYS = 366


@strawberry.type(description="What happened on one day.")
class DailyFigures:
    day_on: dt.date = column("The day, in the time zone of the website or, without one, of the shop.")
    sign_up_count: int = column(
        "Customers who were created, by themselves, staff or a program, also those who have been deleted since."
    )
    sign_in_count: int = column("Sign-ins of customers. Sign-ins of staff as customers are not counted.")
    order_count: int = column("Orders that were placed, also those that were canceled since.")
    revenue: list[Money] = column(
        "Totals of the orders that were placed, one for each currency, whatever became of the orders since; empty without orders.",
        assumed=1,
    )
