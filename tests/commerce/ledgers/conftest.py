import pytest

from support.ledgers import CREDIT, POINTS, LedgerCase


@pytest.fixture(params=[CREDIT, POINTS], ids=["store_credit", "reward_points"])
def ledger(request) -> LedgerCase:
    return request.param
