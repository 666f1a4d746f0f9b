"""Exports are read from a standby that has all that was committed before, and else from the primary."""

import asyncio
import io
import os
import signal
from typing import Any

import pytest
from structlog.testing import capture_logs

from customer_gql.database.connecting.long_reads import reading_standby
from customer_gql.database.connecting.replica import NotFromReplica
from customer_gql.database.pools import open_database
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import Settings
from support.clients import served
from support.customers import customer_id, make_customer
from support.exporting import export
from support.processes import until
from support.replication import Pair, ask
from support.servers import kill, postmaster
from support.staff import staff_client

pytestmark = pytest.mark.slow
FROM_REPLICA = "export read from the replica"


async def test_an_export_is_read_where_it_finds_everything(pair: Pair, settings: Settings):
    given = settings.model_copy(
        update={"database_url": pair.primary.url(), "database_read_url": pair.standby.url(), "replica_seconds": 1}
    )
    async with open_database(pair.primary.url(), projections=PROJECTIONS) as database, served(given, database) as http:
        tools = Tools(database, given, PROJECTIONS)
        async with database.writes.acquire() as connection:
            client = await staff_client(http, connection)

        async def export_one(email: str) -> tuple[bool, bool]:
            """Whether the file has a customer who was made just before, and whether it was read from the replica."""
            async with database.transaction() as connection:
                made = await make_customer(connection, email=email)
            asked: Any = {"customers": {"selection": {"ids": [customer_id(made)]}, "columns": ["email"]}}
            with capture_logs() as logs:
                content = await export(client, tools, asked)
            return email.encode() in content, FROM_REPLICA in [line["event"] for line in logs]

        assert await export_one("near@shop.example") == (True, True)
        ask(pair.standby, "SELECT pg_wal_replay_pause()")
        until(lambda: ask(pair.standby, "SELECT pg_get_wal_replay_pause_state()") == "paused")
        assert await export_one("behind@shop.example") == (True, False)
        ask(pair.standby, "SELECT pg_wal_replay_resume()")
        assert await export_one("again@shop.example") == (True, True)
        ask(pair.standby, "SELECT pg_promote()")
        assert await export_one("promoted@shop.example") == (True, False)
        kill(postmaster(pair.standby.data_dir))
        assert await export_one("killed@shop.example") == (True, False)


async def test_a_standby_that_hangs_is_left(pair: Pair):
    """Without a limit the export would never end, and no other of this worker would begin."""
    limits: Any = {"wait_seconds": 5, "connect_seconds": 5, "answer_seconds": 0.5, "prepared_statements": True}

    async def read_hanging() -> None:
        async with reading_standby(pair.standby.url(), database.writes, **limits) as connection:
            await connection.execute("BEGIN")
            pid = connection.get_server_pid()
            os.kill(pid, signal.SIGSTOP)
            try:
                await connection.copy_from_query("SELECT 1", output=io.BytesIO())
            finally:
                os.kill(pid, signal.SIGCONT)

    async with open_database(pair.primary.url()) as database:
        with pytest.raises(NotFromReplica):
            await asyncio.wait_for(read_hanging(), 15)


async def test_of_several_servers_the_standby_is_read(pair: Pair):
    limits: Any = {"wait_seconds": 5, "connect_seconds": 5, "answer_seconds": 5, "prepared_statements": True}
    async with (
        open_database(pair.primary.url()) as database,
        reading_standby(pair.url(attribute="standby"), database.writes, **limits) as connection,
    ):
        assert await connection.fetchval("SELECT pg_is_in_recovery()")


async def test_a_segment_of_the_log_that_was_just_begun_keeps_nobody_waiting(pair: Pair):
    """Then the primary names a place behind a header, and a standby comes no further than the header."""
    limits: Any = {"wait_seconds": 5, "connect_seconds": 5, "answer_seconds": 5, "prepared_statements": True}
    async with open_database(pair.primary.url()) as database:
        ask(pair.primary, "SELECT pg_switch_wal()")
        async with reading_standby(pair.standby.url(), database.writes, **limits) as connection:
            assert await connection.fetchval("SELECT pg_is_in_recovery()")
