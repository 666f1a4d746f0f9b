"""The servers that are compared: each a process of its own over the same database."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
import processes
from interpreters import find_debian, prepare_environment

HERE: Final = Path(__file__).parent
PEERS: Final = HERE / "peers"
BIN: Final = Path(sys.executable).parent
LOGS: Final = HERE / ".data"
SERVE: Final = [str(BIN / "customer-gql"), "serve"]

# All that differs from the service as it is shipped.
SERVICE_SETTINGS: Final = {
    # Without a higher rate limit nothing else would be measured; the guard itself stays enabled.
    "CUSTOMER_GQL_ADMIN__BUCKET": "1000000000",
    "CUSTOMER_GQL_ADMIN__RATE": "1000000000",
    "CUSTOMER_GQL_STOREFRONT__BUCKET": "1000000000",
    "CUSTOMER_GQL_STOREFRONT__RATE": "1000000000",
    "CUSTOMER_GQL_ADMIN__READ_CONNECTIONS": "8",
    # Production does not start without these two.
    "CUSTOMER_GQL_STOREFRONT_URL": "https://shop.example.com",
    "CUSTOMER_GQL_SECRET_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    # The statements of jobs would count for whichever variant is measured at that moment.
    "CUSTOMER_GQL_WORKER": "false",
}


DEBIAN: Final = "service-debian"
"""The service as it is, on the interpreter of the distribution, where there is one."""
PRODUCTION: Final = {"NODE_ENV": "production"}


@dataclass
class Variant:
    """How a server is started, and the path where it answers a document."""

    name: str
    command: list[str]
    path: str
    settings: dict[str, str] = field(default_factory=dict)
    process: Any = None
    port: int = 0

    def start(self, url: str, logs: Path = LOGS) -> None:
        self.port = _find_free_port()
        with (logs / f"{self.name}.log").open("w") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment(url), stdout=log, stderr=log, cwd=HERE, start_new_session=True
            )
        _wait_until_listening(self, logs)

    def environment(self, url: str) -> dict[str, str]:
        """The environment of the process; settings of the person who measures are not passed on."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CUSTOMER_GQL_")}
        address = {"PORT": str(self.port), "CUSTOMER_GQL_PORT": str(self.port), "CUSTOMER_GQL_DATABASE_URL": url}
        return {**inherited, **address, **SERVICE_SETTINGS, **self.settings}

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)

    def document_path(self, document: str) -> str:
        return self.path.format(document=document)

    def cpu_seconds(self) -> float:
        return processes.cpu_seconds(processes.group_members(self.process.pid))

    def peak_mb(self) -> float:
        return processes.peak_mb(processes.group_members(self.process.pid))


def choose_variants(names: list[str]) -> list[Variant]:
    floor = [sys.executable, "floor.py"]
    node = [str(BIN / "node")]
    variants = [
        Variant("service", SERVE, "/admin/graphql"),
        Variant("plans-off", SERVE, "/admin/graphql", {"CUSTOMER_GQL_COMPILED_PLANS": "false"}),
        Variant("plans", SERVE, "/admin/graphql", {"CUSTOMER_GQL_GENERATED_STATEMENTS": "false"}),
        Variant("floor", floor, "/floor/{document}"),
        Variant("json", floor, "/json/{document}"),
        Variant("postgraphile", [*node, "peers/server.mjs"], "/graphql", PRODUCTION),
        Variant("mercurius", [*node, "peers/mercurius.mjs"], "/graphql", PRODUCTION),
        Variant("floor-authenticated", floor, "/floor/{document}", {"FLOOR_AUTHENTICATES": "1"}),
    ]
    chosen = [variant for variant in variants if variant.name in names]
    if DEBIAN in names and find_debian():
        chosen.append(Variant(DEBIAN, [str(prepare_environment()), "serve"], "/admin/graphql"))
    return chosen


_TESTED: Final = HERE.parent / "tests" / "documents"
_DOCUMENTS: Final = {
    "profile": _TESTED / "profile.graphql",
    "grid": _TESTED / "customers.graphql",
    "nested": HERE / "documents" / "admin" / "nested.graphql",
}


def request_bodies(variant: Variant, document: str, variables: list[dict[str, Any]]) -> list[str]:
    """The request bodies for one document, in the variant's own schema."""
    if variant.name == "postgraphile":
        query = (PEERS / f"{document}.graphql").read_text()
        return [orjson.dumps({"query": query, "variables": _peer_variables(document, it)}).decode() for it in variables]
    query = _DOCUMENTS[document].read_text()
    return [orjson.dumps({"query": query, "variables": given}).decode() for given in variables]


# PostGraphile's name for the order by number, with which its cursors begin; `compare_answers` fails when it changes.
_PEER_ORDER: Final = "d57787af63"


def _peer_variables(document: str, given: dict[str, Any]) -> dict[str, Any]:
    """Its ids are the keys of the database, and its cursors encode the same position differently."""
    if document == "profile":
        return {"id": str(_decode_key(given["id"]))}
    if "after" not in given:
        return {}
    *_, number, id = orjson.loads(base64.urlsafe_b64decode(given["after"] + "=="))
    place = orjson.dumps([_PEER_ORDER, str(number), str(id)])
    return {"after": base64.b64encode(place).decode()}


def _decode_key(id: str) -> int:
    return int(id.removeprefix("cus_"), 16)


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_listening(variant: Variant, logs: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", variant.port)):
                return
        if variant.process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"{variant.name} does not start; see its log in {logs}")
