"""A worker of its own process, for tests that kill it: `python worker_process.py URL [SMTP_PORT]`."""

import asyncio
import datetime as dt
import sys

from customer_gql.database.pools import open_database
from customer_gql.messaging.jobs.work import Job, Tools, Work
from customer_gql.messaging.jobs.worker import run_worker
from customer_gql.messaging.mail.delivery import DeliveryPolicy, deliver_mails
from customer_gql.schema.slices import join_declarations
from customer_gql.settings import load_settings


async def start_and_hang(tools, payload):
    async with tools.database.transaction() as connection:
        await connection.execute("INSERT INTO done VALUES ($1, 'killed worker')", payload["key"])
    await asyncio.sleep(3600)


async def do_jobs(url):
    async with open_database(url, read_connections=1, write_connections=3) as database:
        settings = load_settings(database_url=url)
        jobs = Work(jobs=(Job("hang", start_and_hang),))
        await run_worker(database, settings, asyncio.Event(), jobs, poll_seconds=0.1, heartbeat_seconds=2)


async def send_mails(url, port):
    settings = load_settings(
        database_url=url,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_tls="none",
        storefront_url="https://shop.example.com",
    )
    async with open_database(url, read_connections=1, write_connections=2) as database:
        while True:
            await deliver_mails(Tools(database, settings), policy=DeliveryPolicy(lease=dt.timedelta(seconds=2)))


if __name__ == "__main__":
    join_declarations()
    asyncio.run(do_jobs(sys.argv[1]) if len(sys.argv) == 2 else send_mails(sys.argv[1], int(sys.argv[2])))
