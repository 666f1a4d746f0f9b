from .methods import PAYMENT_METHODS
from .settings import SETTINGS

__all__ = ["PAYMENT_METHODS", "SETTINGS"]
