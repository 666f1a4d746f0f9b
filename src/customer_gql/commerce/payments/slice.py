from typing import Final

from .methods import PAYMENT_METHODS as OUTSIDE
from .settings import SETTINGS
from .test_psp.port import PAYMENT_METHODS as TEST

__all__ = ["PAYMENT_METHODS", "SETTINGS"]

PAYMENT_METHODS: Final = (*OUTSIDE, *TEST)
