"""The demo as a newcomer meets it: one command, its own PostgreSQL, and everything gone when it ends."""

import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from customer_gql.embedded.postmaster import is_postmaster, read_pid_file
from support.databases import short_folder
from support.processes import line, post, started, until

pytestmark = pytest.mark.slow

DOCUMENTS = Path(__file__).with_name("documents")
SECTIONS = [
    "website",
    "createdIn",
    "group",
    "activity",
    "orderStatistics",
    "defaultBillingAddress",
    "defaultShippingAddress",
    "addresses",
    "orders",
    "cart",
    "wishlist",
    "reviews",
    "storeCredit",
    "rewardPoints",
    "newsletterSubscriptions",
]


@dataclass
class Demo:
    process: subprocess.Popen[str]
    seconds: float
    storefront: str
    admin: str
    staff_token: str
    customer_token: str
    query: str
    mails: str
    admin_ui: str
    administrator: str
    support: str
    viewer: str

    def at_admin(self, query: str, **variables: object) -> Any:
        return answer(self.admin, self.staff_token, query, variables)

    def at_storefront(self, query: str) -> Any:
        return answer(self.storefront, self.customer_token, query, {})


@contextmanager
def demo(data: Path) -> Generator[Demo]:
    since = time.monotonic()
    with started(data.parent, "demo", "--port", 0, data_dir=data, storefront_url=None) as process:
        try:
            printed = [line(process.stdout) for _ in NAMES]
            yield Demo(process, time.monotonic() - since, *map(told, printed, NAMES))
        finally:
            end(process, signal.SIGINT)


NAMES: tuple[str, ...] = (
    "storefront URL",
    "admin URL",
    "staff token",
    "customer token",
    "query to paste",
    "mails",
    "admin UI",
    "administrator signs in as",
    "support signs in as",
    "viewer signs in as",
)


def told(printed: str, name: str) -> str:
    assert printed.startswith(f"{name} "), printed
    return printed.removeprefix(f"{name} ")


def end(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    return process.wait(20)


def answer(url: str, token: str, query: str, variables: dict[str, object]) -> Any:
    found = post(url, token, query, **variables)
    assert "errors" not in found, found["errors"]
    return found["data"]


def document(name: str) -> str:
    return (DOCUMENTS / f"{name}.graphql").read_text()


def is_served(data: Path) -> bool:
    noted = read_pid_file(data / "pgdata")
    return noted is not None and is_postmaster(noted.pid, data / "pgdata")


@pytest.fixture(scope="module")
def data() -> Generator[Path]:
    with short_folder() as folder:
        yield folder / "data"


@pytest.fixture(scope="module")
def first(data: Path) -> Generator[Demo]:
    with demo(data) as running:
        yield running


def test_start_prints_what_to_look_at(first: Demo):
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/graphql", first.storefront)
    assert first.admin == first.storefront.replace("/graphql", "/admin/graphql")
    assert re.fullmatch(r"cgs_[\w-]{43}", first.staff_token)
    assert re.fullmatch(r"cgc_[\w-]{43}", first.customer_token)
    assert first.mails == first.storefront.replace("/graphql", "/mail")
    assert first.admin_ui == first.storefront.replace("/graphql", "/admin")
    for role, told in {"admin": first.administrator, "support": first.support, "viewer": first.viewer}.items():
        assert re.fullmatch(rf"{role}@example\.com with the password [0-9a-f]{{16}}", told)
    assert len(first.at_admin(first.query)["customers"]["nodes"]) == 3


def test_documents_answer(first: Demo):
    page = first.at_admin(document("customers"))["customers"]
    assert page["totalCount"] == 250
    assert len(page["nodes"]) == 50
    assert len(first.at_admin(document("orders"))["customers"]["nodes"]) == 20


def test_customer_of_the_token_has_every_section(first: Demo):
    me = re.sub(r"^query Profile\(\$id: ID!\) \{\s*customer\(id: \$id\)", "query Me { me", document("profile"))
    mine = first.at_storefront(me)["me"]
    theirs = first.at_admin(document("profile"), id=mine["id"])["customer"]
    # Customers see no orders that wait for their payment, and no reviews that wait for approval.
    assert {name for name in theirs if mine[name] != theirs[name]} <= {"orders", "reviews"}
    empty = [section for section in SECTIONS if not filled(mine[section])]
    assert empty == []


def filled(section: Any) -> bool:
    """A list with something in it, an object of which every list has."""
    if isinstance(section, list):
        return bool(section)
    nested = section.values() if isinstance(section, dict) else ()
    return section is not None and all(filled(value) for value in nested if isinstance(value, (list, dict)))


def test_graphiql_is_served(first: Demo):
    request = urllib.request.Request(first.admin, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=10) as response:
        assert "<title>customer-gql · admin</title>" in response.read().decode()


def test_links_in_mails_lead_to_the_port_that_is_served(first: Demo):
    email = first.at_storefront("{ me { email } }")["me"]["email"]
    asked = (
        "mutation($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { userErrors { code } } }"
    )
    assert answer(first.storefront, "", asked, {"input": {"email": email}})
    mail: list[str] = []

    def is_caught() -> bool:
        mail[:] = re.findall(r'href="(/mail/\d+)"', fetch(first.mails))
        return bool(mail)

    until(is_caught, seconds=20)
    assert re.findall(r'href="([^"]*)#token=', fetch(first.mails.removesuffix("/mail") + mail[0])) == [
        first.mails.replace("/mail", "/account/reset-password")
    ]


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


def test_killed_demo_starts_again_with_its_data_and_ends_by_ctrl_c(data: Path, first: Demo):
    [number] = first.at_admin("{ customers(first: 1) { nodes { number } } }")["customers"]["nodes"]
    first.process.kill()
    first.process.wait(10)
    assert is_served(data)
    with demo(data) as second:
        assert second.staff_token != first.staff_token
        assert [number] == second.at_admin("{ customers(first: 1) { nodes { number } } }")["customers"]["nodes"]
        assert second.at_admin(document("customers"))["customers"]["totalCount"] == 250
        assert end(second.process, signal.SIGINT) == 0
        assert not is_served(data)
        assert second.process.stderr is not None
        assert "loading" not in second.process.stderr.read()
    with demo(data) as third:
        assert end(third.process, signal.SIGTERM) == 0
        assert not is_served(data)


def test_start_that_is_told_to_end_leaves_no_server():
    with short_folder() as folder, started(folder, "demo", "--port", 0, data_dir=folder / "data") as process:
        until(lambda: is_served(folder / "data"), seconds=30)
        assert end(process, signal.SIGTERM) == 128 + signal.SIGTERM
        assert not is_served(folder / "data")


def test_a_killed_demo_leaves_no_server_for_long():
    with short_folder() as folder, demo(folder / "data") as killed:
        killed.process.kill()
        killed.process.wait(10)
        assert is_served(folder / "data")
        # It ends within 30 seconds, and more of them where other tests run beside it.
        until(lambda: not is_served(folder / "data"), seconds=120)


def test_two_demos_that_start_at_once_serve_one_shop():
    """Both make the cluster, the key, the tables, the staff and the shop, or wait for the other."""
    with short_folder() as folder, ThreadPoolExecutor(2) as pool:
        begun = [started(folder, "demo", "--port", 0, data_dir=folder / "data", storefront_url=None) for _ in range(2)]
        with begun[0] as one, begun[1] as other:
            found = list(pool.map(read_greeting, (one, other)))
            first, second = [dict(zip(NAMES, lines, strict=True)) for lines in found]
            people = [name for name in NAMES if name.endswith("signs in as")]
            assert [first[name] for name in people] == [second[name] for name in people]
            assert first["admin URL"] != second["admin URL"]
            pages = [
                answer(each["admin URL"], each["staff token"], document("customers"), {}) for each in (first, second)
            ]
            assert [page["customers"]["totalCount"] for page in pages] == [250, 250]
            assert end(one, signal.SIGINT) == 0
            assert answer(second["storefront URL"], second["customer token"], "{ me { email } }", {})["me"]
            assert end(other, signal.SIGINT) == 0
        assert not is_served(folder / "data")


def read_greeting(process: subprocess.Popen[str]) -> list[str]:
    return [told(line(process.stdout), name) for name in NAMES]
