"""Tags of some customers. Nothing is drawn, so that other rows stay what they are."""

from typing import Any, Final

from customer_gql.core.text import fold_text
from customer_gql.customers.profile.shopper import Shopper
from customer_gql.database.seeding import CustomerSeed, Rows, Stage, to_datetime

from .tables import customer_tag

_TAGS: Final = (("Key account", 5), ("Trade fair", 8), ("Café", 13), ("Slow payer", 21))
"""Every so many customers have the tag."""


def add_tags(s: Shopper[Any], rows: Rows) -> None:
    created = to_datetime(s.created + (s.until - s.created) // 2)
    for tag, every in _TAGS:
        if s.number % every == 1:
            rows[customer_tag].append({"customer_id": s.id, "fold": fold_text(tag), "tag": tag, "created_at": created})


SEED: Final = (CustomerSeed((customer_tag,), add_tags, Stage.ACTIVITY),)
