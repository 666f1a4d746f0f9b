from typing import Final

from .settings import COMPANIES_ENABLED, REGISTRATION

SETTINGS: Final = (COMPANIES_ENABLED, REGISTRATION)
