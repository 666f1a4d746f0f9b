"""The test provider as a process, spoken to by its own interface."""

import base64
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from support.processes import PROGRAM, environment

SECRET = "whsec_" + base64.b64encode(b"provider of tests, 32 bytes long").decode()


class TestProvider:
    __test__ = False

    def __init__(self, http: httpx.Client, url: str) -> None:
        self.http = http
        self.url = url

    def act(self, key: str, action: str, **given: Any) -> Any:
        headers = {"authorization": f"Bearer {SECRET}"}
        return self.http.post(f"/payments/{key}/{action}", json=given, headers=headers).json()

    def outcome_of(self, key: str) -> str:
        return self.act(key, "status")["outcome"]

    def choose(self, key: str, choice: str) -> None:
        """As the shopper does on the page of the provider."""
        assert self.http.post(f"/pages/{key}", content=f"choice={choice}").status_code == 200


@contextmanager
def running_provider(folder: Path, *arguments: str) -> Generator[TestProvider]:
    command = [PROGRAM, "test-psp", *arguments]
    given = environment(test_psp__secret=SECRET)
    with subprocess.Popen(command, cwd=folder, env=given, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url, "the provider did not start"
            with httpx.Client(base_url=url, timeout=10) as http:
                yield TestProvider(http, url)
        finally:
            process.kill()
