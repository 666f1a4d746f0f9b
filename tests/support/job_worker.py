"""A whole worker of its own process, for tests that kill it: `python job_worker.py URL`."""

import asyncio
import sys

from customer_gql.messaging.jobs.worker import running_worker
from customer_gql.schema.work import WORK
from customer_gql.settings import load_settings


async def work(url):
    async with running_worker(load_settings(database_url=url), WORK):
        await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
