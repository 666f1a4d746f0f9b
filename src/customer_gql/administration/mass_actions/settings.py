from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, Setting

AT_ONCE: Final = Setting(
    "mass_actions.at_once",
    100,
    GLOBAL,
    "Most records of a mass action that is done in the answer; one with more is done by a worker.",
    at_least=0,
    at_most=100,
    label="Rows done at once",
)
SETTINGS: Final = (AT_ONCE,)
