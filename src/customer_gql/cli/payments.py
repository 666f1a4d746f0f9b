"""The payment provider of the demo and of tests, a process of its own."""

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer
from pydantic import SecretStr

from customer_gql.core.terminal import CommandFailed
from customer_gql.settings import Settings, load_settings


def serve_test_psp(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 chooses a free one.")] = 0,
    webhook_url: Annotated[str, typer.Option(help="Where its webhooks go; none are sent without.")] = "",
) -> None:
    """Serve a payment provider that moves no money, with the secret of CUSTOMER_GQL_TEST_PSP__SECRET, on 127.0.0.1."""
    import uvicorn

    from customer_gql.commerce.payments.test_psp.provider import Provider, create_provider
    from customer_gql.execution.http import server

    secret = load_settings().test_psp.secret.get_secret_value()
    if not secret.startswith("whsec_"):
        raise CommandFailed("Set CUSTOMER_GQL_TEST_PSP__SECRET: whsec_ and 32 random bytes in base64.")
    try:
        listening = server.bind_socket("127.0.0.1", port)
    except server.PortTaken as error:
        raise CommandFailed(str(error)) from None
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = create_provider(Provider(secret, url, webhook_url))
    listening.listen()
    print(url, flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


@contextmanager
def running_test_psp(settings: Settings, base: str) -> Generator[Settings]:
    """The settings with a provider beside the shop at `base`, until the block ends; unchanged where one is configured."""
    if settings.test_psp.url:
        yield settings
        return
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    command = [
        sys.executable,
        "-m",
        "customer_gql.cli",
        "test-psp",
        "--webhook-url",
        f"{base}/payments/test_psp/webhook",
    ]
    environment = {**os.environ, "CUSTOMER_GQL_TEST_PSP__SECRET": secret}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - our own program
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            given = settings.test_psp.model_copy(update={"url": url, "secret": SecretStr(secret)})
            yield settings.model_copy(update={"test_psp": given}) if url else settings
        finally:
            process.terminate()
