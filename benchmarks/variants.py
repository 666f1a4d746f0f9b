"""What is compared: each a server process of its own over the same database."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import processes

HERE = Path(__file__).parent
PEERS = HERE / "peers"
NODE = Path(sys.executable).parent / "node"
CONNECTIONS = 8


@dataclass
class Variant:
    """How a server is started, and where it answers a document."""

    name: str
    command: list[str]
    path: str
    environment: dict[str, str] = field(default_factory=dict)
    process: Any = None
    port: int = 0

    def start(self, url: str) -> None:
        self.port = _free_port()
        limits = {
            # The rate limit would be all that is measured; the guard itself stays on.
            "CUSTOMER_GQL_ADMIN__BUCKET": "2000000000",
            "CUSTOMER_GQL_ADMIN__RATE": "2000000000",
            "CUSTOMER_GQL_ADMIN__READ_CONNECTIONS": str(CONNECTIONS),
            # Jobs run apart: what they ask the database would be counted to whoever is asked meanwhile.
            "CUSTOMER_GQL_WORKER": "false",
        }
        given = {"PORT": str(self.port), "CUSTOMER_GQL_DATABASE_URL": url, **limits, **self.environment}
        log = (HERE / ".data" / f"{self.name}.log").open("w")
        self.process = subprocess.Popen(
            self.command, env={**os.environ, **given}, stdout=log, stderr=log, cwd=HERE, start_new_session=True
        )
        _until_listening(self.port, self)

    def stop(self) -> None:
        if self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)

    def where(self, document: str) -> str:
        return self.path.format(document=document)

    def cpu_seconds(self) -> float:
        return processes.cpu_seconds(processes.of_group(self.process.pid))

    def peak_mb(self) -> float:
        return processes.peak_mb(processes.of_group(self.process.pid))


def variants(names: list[str]) -> list[Variant]:
    python = sys.executable
    every = [
        Variant("service", [python, "serve.py"], "/admin/graphql"),
        Variant("plans-off", [python, "serve.py"], "/admin/graphql", {"CUSTOMER_GQL_COMPILED_PLANS": "false"}),
        Variant("floor", [python, "floor.py"], "/floor/{document}"),
        Variant("json", [python, "floor.py"], "/json/{document}"),
        Variant("postgraphile", [str(NODE), "peers/server.mjs"], "/graphql"),
        Variant("floor-authenticated", [python, "floor.py"], "/floor/{document}", {"FLOOR_AUTHENTICATES": "1"}),
    ]
    return [variant for variant in every if variant.name in names]


def bodies(variant: Variant, document: str, variables: list[dict[str, Any]]) -> list[str]:
    """The requests for one document, in the words of the variant."""
    if variant.name == "postgraphile":
        query = (PEERS / f"{document}.graphql").read_text()
        return [orjson.dumps({"query": query, "variables": _for_peer(document, it)}).decode() for it in variables]
    name = {"profile": "profile", "grid": "customers", "nested": "orders"}[document]
    query = (HERE.parent / "tests" / "documents" / f"{name}.graphql").read_text()
    return [orjson.dumps({"query": query, "variables": given}).decode() for given in variables]


# PostGraphile's name for the order by number, which its cursors begin with; `check` notices when it changes.
_PEER_ORDER = "d57787af63"


def _for_peer(document: str, given: dict[str, Any]) -> dict[str, Any]:
    """Its ids are the database's own numbers, and its cursors say the same in other words."""
    if document == "profile":
        return {"id": str(_key(given["id"]))}
    if document == "grid":
        _, number, id = orjson.loads(base64.urlsafe_b64decode(given["after"] + "=="))
        place = orjson.dumps([_PEER_ORDER, str(number), str(id)])
        return {"after": base64.b64encode(place).decode()}
    return {}


def _key(id: str) -> int:
    return int(id.removeprefix("cus_"), 16)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _until_listening(port: int, variant: Variant) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        if variant.process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"{variant.name} does not start; see its log in {HERE / '.data'}")
