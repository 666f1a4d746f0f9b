"""The real sample files through the upload: tried, imported, and imported again without a change."""

from pathlib import Path
from typing import Any

import pytest

from customer_gql.messaging.jobs.work import Tools
from support.importing import run_import, upload
from support.jobs import delete_open_jobs

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "adobe"
FILES = {"ADOBE_CUSTOMERS": ("customers.csv", 1999, 46), "ADOBE_ADDRESSES": ("customer_addresses.csv", 2045, 0)}


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the Adobe Commerce files are not on this machine")
async def test_the_sample_files_twice(admin_client: Any, database: Any, settings: Any, connection: Any):
    await delete_open_jobs(connection)
    tools = Tools(database, settings)
    for again in (False, True):
        for layout, (name, created, merged) in FILES.items():
            id = await upload(admin_client, (FOLDER / name).read_bytes(), layout=layout, fileName=name)
            counts = (
                {"created": 0, "unchanged": created + merged} if again else {"created": created, "unchanged": merged}
            )
            expected = {"read": 2150, "refused": 105, **{key: count for key, count in counts.items() if count}}
            assert await run_import(admin_client, tools, id, dry_run=True) == expected
            assert await run_import(admin_client, tools, id) == expected
