from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, Setting

MAX_MEBIBYTES: Final = Setting(
    "imports.max_mebibytes",
    100,
    GLOBAL,
    "Largest file of an import, in MiB; unpacked it may have ten times that.",
    at_least=1,
    at_most=2_000,
    label="Largest file",
)
UNPACKED_FACTOR: Final = 10
SETTINGS: Final = (MAX_MEBIBYTES,)
