"""What else a list answers, each with one statement: its count, facets and explanation; and a question that is refused."""

from dataclasses import asdict
from typing import Any, Final

from customer_gql.loading.grids.limits import STATEMENT_SECONDS_PATH

from .client import GridClient
from .pages import page_statement
from .plans import measure_in_turn

_ASKED: Final = {
    "count of all": ("totalCount totalCountPrecision", None),
    "count of a tenth": ("totalCount totalCountPrecision", {"country": {"eq": "DE"}}),
    "count up to the limit": ("totalCount totalCountPrecision", {"country": {"eq": "PL"}}),
    "facets": (
        'facets(columns: ["country", "status", "group", "tags"]) { column values { value count } otherCount precision }',
        {"country": {"eq": "PL"}},
    ),
    "facets over the limit": (
        'facets(columns: ["country", "status"]) { column values { value count } precision }',
        None,
    ),
    "explain": ("explain { estimatedRowCount isIndexed clauses { path isIndexed } }", {"country": {"eq": "DE"}}),
}
_REFUSED: Final = {
    "and": [
        {"status": {"eq": "ACTIVE"}},
        {
            "or": [
                {key: {"contains": f"nowhere {n}"}}
                for n in range(14)
                for key in ("street", "city", "region", "company")
            ]
        },
    ]
}


async def ask_questions(client: GridClient, rounds: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, (selected, filter) in _ASKED.items():
        document = f"query Q($filter: CustomerFilter) {{ customers(first: 1, filter: $filter) {{ {selected} }} }}"
        answer = await client.ask(document, filter=filter)
        assert not answer.errors, (name, answer.errors)
        asked = [ran for ran in answer.statements if ran.sql.startswith("EXPLAIN") or "count(" in ran.sql]
        timed = [ran for ran in asked if not ran.sql.startswith("EXPLAIN")]
        async with client.database.grids.acquire() as connection:
            named = {"unfiltered": page_statement()} | {str(i): ran for i, ran in enumerate(timed)}
            costs = await measure_in_turn(connection, named, rounds)
        unfiltered = costs.pop("unfiltered").milliseconds
        total = sum(cost.milliseconds for cost in costs.values())
        print(f"{name}: {len(asked)} statements, {total / unfiltered:.2f}  {answer.data['customers']}", flush=True)
        found.append(
            {
                "question": name,
                "filter": filter,
                "statements": len(asked),
                "ratio": total / unfiltered,
                "answer": answer.data["customers"],
                "plans": [asdict(cost) for cost in costs.values()],
            }
        )
    return found


async def ask_too_much(client: GridClient) -> dict[str, Any]:
    """The error of a list that would take longer than `grid.statement_seconds`, which is 1 for it: a quick machine needs less than 2."""
    document = (
        "query Q($filter: CustomerFilter) { customers(first: 1, filter: $filter) { nodes { id gridRow { city } } } }"
    )
    await _limit_statements(client, values=[{"path": STATEMENT_SECONDS_PATH, "value": 1}])
    answer = await client.ask(document, filter=_REFUSED)
    await _limit_statements(client, resets=[{"path": STATEMENT_SECONDS_PATH}])
    [error] = answer.errors
    clauses = error["extensions"].get("clauses", [])
    print(f"refused: {error['message']} {len(clauses)} clauses", flush=True)
    return {"code": error["extensions"]["code"], "message": error["message"], "clauses": clauses}


async def _limit_statements(client: GridClient, **given: Any) -> None:
    document = "mutation L($input: ConfigurationUpdateInput!) { configurationUpdate(input: $input) { userErrors { message } } }"
    assert await client.data(document, input=given) == {"configurationUpdate": {"userErrors": []}}
