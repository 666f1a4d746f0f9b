"""Mails of workers that are killed, that run inside `serve`, and that run apart from it."""

import asyncio
import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from customer_gql.app import create_app
from customer_gql.messaging.mail.delivery import DeliveryPolicy, deliver_mails
from customer_gql.messaging.mail.writes import queue_mail
from support.mailed import SECRET_KEYS

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parents[2] / "support" / "worker_process.py"


async def put(store, number):
    for n in range(number):
        await queue_mail(
            store, template="welcome", recipient=f"shopper{n}@example.com", placeholders={"firstName": "Ada"}
        )


async def arrived(inbox, number, seconds=30):
    ends = time.monotonic() + seconds
    while len(inbox.messages) < number:
        assert time.monotonic() < ends, len(inbox.messages)
        await asyncio.sleep(0.02)


async def test_a_worker_killed_midway_loses_no_mail(tools, store, inbox, mail_settings):
    await put(store, 60)
    inbox.slow = 0.02
    for kill_at in (10, 25):
        process = subprocess.Popen([sys.executable, SCRIPT, mail_settings.database_url, str(inbox.port)])
        with contextlib.suppress(ProcessLookupError):
            await arrived(inbox, kill_at)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert len(inbox.messages) < 60
    inbox.slow = 0
    ends = time.monotonic() + 20
    while await store.fetchval("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL") > 0:
        assert time.monotonic() < ends
        await deliver_mails(tools, policy=DeliveryPolicy(lease=dt.timedelta(seconds=2)))
        await asyncio.sleep(0.1)
    by_id: dict[str, set[str]] = {}
    for message in inbox.messages:
        by_id.setdefault(message["Message-ID"], set()).add(message["To"])
    assert sorted(to for [to] in by_id.values()) == sorted(f"shopper{n}@example.com" for n in range(60))
    # At most the mail that each killed worker was just sending went out twice, and is known as one by its Message-ID.
    assert len(inbox.messages) <= 62


async def test_serve_has_a_worker_inside(store, inbox, mail_settings):
    await put(store, 1)
    app = create_app(mail_settings.model_copy(update={"worker": True}))
    async with app.router.lifespan_context(app):
        await arrived(inbox, 1)
    await put(store, 1)
    apart = create_app(mail_settings)
    async with apart.router.lifespan_context(apart):
        # A worker's connections say what they did last. Other databases of the server have workers of other tests.
        polling = (
            "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'mail_outbox|FROM job' AND pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
        assert await store.fetchval(polling) == 0
    assert len(inbox.messages) == 1


async def test_workers_run_apart_from_serve_and_stop_when_told(store, inbox, mail_settings):
    await put(store, 3)
    environment = {
        **os.environ,
        "CUSTOMER_GQL_DATABASE_URL": mail_settings.database_url,
        "CUSTOMER_GQL_STOREFRONT_URL": "https://shop.example.com",
        "CUSTOMER_GQL_SECRET_KEYS": SECRET_KEYS,
        "CUSTOMER_GQL_SMTP_HOST": "127.0.0.1",
        "CUSTOMER_GQL_SMTP_PORT": str(inbox.port),
        "CUSTOMER_GQL_SMTP_TLS": "none",
    }
    command = [sys.executable, "-m", "customer_gql.cli", "worker"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
    try:
        await arrived(inbox, 3)
        process.terminate()
        _, said = await asyncio.wait_for(process.communicate(), 15)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert process.returncode == 0, said
    assert said.decode().startswith("working\n")
    assert said.count(b'"event":"mail sent"') == 3
    assert b"shopper" not in said
