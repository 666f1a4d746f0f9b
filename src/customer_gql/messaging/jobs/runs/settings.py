from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, Setting

BATCH_ROWS: Final = Setting(
    "jobs.batch_rows",
    1_000,
    GLOBAL,
    "Most rows of a job that are done and stored together. A batch that takes long makes the next one smaller.",
    at_least=1,
    at_most=10_000,
    label="Rows per batch",
)
AT_ONCE: Final = Setting(
    "jobs.at_once",
    2,
    GLOBAL,
    "Jobs that run at one time; the others wait.",
    at_least=1,
    at_most=20,
    label="Jobs at one time",
)
MAX_OPEN: Final = Setting(
    "jobs.max_open",
    100,
    GLOBAL,
    "Most jobs of one staff user or service token that wait or run.",
    at_least=1,
    at_most=10_000,
    label="Jobs of one owner",
)
KEPT_DAYS: Final = Setting(
    "jobs.kept_days",
    60,
    GLOBAL,
    "Days until a finished job and the outcomes of its rows are deleted.",
    at_least=1,
    at_most=3_650,
    label="Jobs are kept",
)
SETTINGS: Final = (BATCH_ROWS, AT_ONCE, MAX_OPEN, KEPT_DAYS)
