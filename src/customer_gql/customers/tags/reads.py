from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from customer_gql.core.text import fold_text
from customer_gql.core.viewer import Websites
from customer_gql.customers.profile.reads import within_websites
from customer_gql.customers.profile.tables import customer
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Page, Sort, Window
from customer_gql.loading.reads import one_by

from .tables import customer_tag

# One row with all of them, in the order of their folds.
tags_by_customer = one_by(
    select(
        customer_tag.c.customer_id,
        func.array_agg(aggregate_order_by(customer_tag.c.tag, customer_tag.c.fold)).label("tags"),
    ).group_by(customer_tag.c.customer_id),
    customer_tag.c.customer_id,
)


async def page_known_tags(context: Any, window: Window, *, starts_with: str | None, websites: Websites) -> Page:
    """Tags of customers of these websites, by fold, with the number of these customers."""
    known = _known_tags(websites, fold_text(starts_with or ""))
    tags = RootList(select(known), [Sort("TAG", (known.c.fold,))])
    return await tags.page(context, window, "TAG")


def _known_tags(websites: Websites, start: str) -> Any:
    """Of several spellings it shows the first in the order of their characters."""
    counted = select(
        customer_tag.c.fold, func.min(customer_tag.c.tag).label("tag"), func.count().label("customer_count")
    ).group_by(customer_tag.c.fold)
    if websites is not None:
        counted = counted.join(customer, customer.c.id == customer_tag.c.customer_id).where(*within_websites(websites))
    if start:
        counted = counted.where(customer_tag.c.fold.startswith(start, autoescape=True))
    return counted.subquery("known_tag")
