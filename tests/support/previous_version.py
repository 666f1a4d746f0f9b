"""What is kept of the previous version: its documents, and the statements that they ran.

`python tests/support/previous_version.py`, run in a checkout of a version, keeps that one in `tests/database/rolling/previous`.
"""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

TESTS: Final = Path(__file__).parents[1]
FOLDER: Final = TESTS / "database" / "rolling" / "previous"
AUDIENCES: Final = {"admin": "/admin/graphql", "storefront": "/graphql"}


def load_documents(audience: str) -> list[tuple[str, str, str]]:
    """Title, text and variables, in the order in which they are run. Those of subscriptions, which end with their version's
    process, are left out."""
    files = sorted((FOLDER / audience).glob("*.graphql"), key=lambda file: int(file.stem.partition("-")[0]))
    found = [(file.stem, file.read_text(), _read_variables(file)) for file in files]
    return [one for one in found if not re.search(r"^subscription\b", one[1], re.MULTILINE)]


def _read_variables(file: Path) -> str:
    variables = file.with_suffix(".json")
    return variables.read_text() if variables.is_file() else "{}"


def load_statements() -> list[str]:
    return json.loads((FOLDER / "statements.json").read_text())


@asynccontextmanager
async def running_documents(
    url: str, on_statement: Any = None, *, distributed: bool = False
) -> AsyncGenerator[list[tuple[str, Any]]]:
    """Answers to the documents in a demo shop, by title. `distributed` has statements take the forms that fit such a database."""
    from customer_gql import graphiql
    from customer_gql.customers.accounts.sessions.secret_owners import store_all_owners
    from customer_gql.database.pools import open_database
    from customer_gql.demo.start import prepare_demo
    from customer_gql.schema.projections import PROJECTIONS
    from customer_gql.settings import load_settings
    from support.clients import Client, served
    from support.mailed import SECRET_KEYS

    tokens = await prepare_demo(url, lambda _done, _total: None, is_ours=True)
    if distributed:  # as `migrate --distribute` does
        async with open_database(url) as before, before.transaction() as connection:
            assert await store_all_owners(connection) > 0
    given = {"environment": "development", "secret_keys": SECRET_KEYS, "distributed": distributed}
    settings = load_settings(database_url=url, **given)
    opened = open_database(url, projections=PROJECTIONS, on_statement=on_statement)
    async with opened as database, served(settings, database) as http:
        sample, answers = await graphiql.find_sample(database), list[tuple[str, Any]]()
        for (audience, path), token in zip(AUDIENCES.items(), tokens, strict=True):
            for title, document, variables in load_documents(audience):
                given = variables.replace('"CUSTOMER_ID"', json.dumps(sample.customer_id))
                given = given.replace('"VIEW_ID"', json.dumps(sample.view_id))
                given = given.replace('"JOB_ID"', json.dumps(sample.job_id))
                given = given.replace('"CUSTOMER_VERSION"', str(sample.customer_version))
                client = Client(http, path, None if re.match(r"\d+-sign-", title) else token)
                answers.append((title, await client.answer(document, **json.loads(given))))
        yield answers


async def _keep_statements(url: str) -> None:
    texts: set[str] = set()
    async with running_documents(url, lambda record: texts.add(record.query)):
        pass
    ours = sorted(text for text in texts if re.match(r"SELECT|INSERT|UPDATE|DELETE|WITH", text) and "pg_" not in text)
    (FOLDER / "statements.json").write_text(json.dumps(ours, indent=1, ensure_ascii=False) + "\n")


def keep_this_version() -> None:
    from customer_gql.database.schema import migrations
    from customer_gql.embedded.server import running_server
    from customer_gql.graphiql.documents import FOLDER as EXAMPLES

    for audience in AUDIENCES:
        shutil.rmtree(FOLDER / audience, ignore_errors=True)
        shutil.copytree(EXAMPLES / audience, FOLDER / audience)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout
    (FOLDER / "commit.txt").write_text(commit)
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        migrations.upgrade_database(server.owner_url(), service_url=server.url())
        asyncio.run(_keep_statements(server.url()))


if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))
    keep_this_version()
