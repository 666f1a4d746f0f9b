"""Any order of mass actions, edits, opt-outs and undos leaves what a plain model of them says."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_customer
from support.jobs import history_of, key_of, outcomes, start

pytestmark = pytest.mark.slow
SHOPPERS = 3
SLOWLY = hypothesis_settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=cast("Any", list(HealthCheck)),
    derandomize=True,
    database=None,
)
UPDATE = "mutation U($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { key } } }"
OWN = "mutation N { newsletterUnsubscribe { userErrors { key } } }"
UNDO = "mutation U($input: JobUndoInput!) { jobUndo(input: $input) { job { id } userErrors { key } } }"
FIELDS = {"group": "groupId", "status": "status", "prefix": "prefix"}


@dataclass
class Model:
    """One customer. `tags` are a set; `ended_at` counts the steps until the last request to end the newsletter."""

    group: int = 1
    status: str = "ACTIVE"
    prefix: str | None = None
    tags: frozenset[str] = frozenset()
    news: str | None = None
    ended_at: int = -1

    def act(self, action: str, value: Any) -> dict[str, tuple[Any, Any]]:
        """What it changes, by field, before and after."""
        changes = {
            "ASSIGN_GROUP": lambda: {"group": value},
            "ACTIVATE": lambda: {"status": "ACTIVE"},
            "DEACTIVATE": lambda: {"status": "INACTIVE"},
            "EDIT": lambda: {"prefix": value},
            "ADD_TAGS": lambda: {"tags": self.tags | {value}},
            "REMOVE_TAGS": lambda: {"tags": self.tags - {value}},
            "SUBSCRIBE": lambda: {"news": "SUBSCRIBED"},
            "UNSUBSCRIBE": lambda: {"news": None if self.news is None else "UNSUBSCRIBED"},
        }[action]()
        pairs = {name: (getattr(self, name), new) for name, new in changes.items() if new != getattr(self, name)}
        self.store({name: new for name, (_, new) in pairs.items()})
        return pairs

    def store(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def undo(self, pairs: dict[str, tuple[Any, Any]], at: int) -> bool:
        """Whether nothing was changed since."""
        for name, (old, new) in pairs.items():
            if name == "tags":
                if not (new - old <= self.tags) or (old - new) & self.tags:
                    return False
                self.tags = self.tags - (new - old) | (old - new)
            elif getattr(self, name) != new or (name == "news" and self.ended_at > at):
                return False
            else:
                setattr(self, name, old)
        return True


@dataclass
class DoneJob:
    id: str
    at: int
    pairs: dict[int, dict[str, tuple[Any, Any]]] = field(default_factory=dict[int, Any])
    is_undone: bool = False


ACTIONS: Any = st.one_of(
    st.tuples(st.just("ASSIGN_GROUP"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["ACTIVATE", "DEACTIVATE", "SUBSCRIBE", "UNSUBSCRIBE"]), st.none()),
    st.tuples(st.just("EDIT"), st.sampled_from([None, "Dr", "Ms"])),
    st.tuples(st.sampled_from(["ADD_TAGS", "REMOVE_TAGS"]), st.sampled_from(["a", "b"])),
)
SOME: Any = st.sets(st.integers(0, SHOPPERS - 1), min_size=1)
STEPS: Any = st.lists(
    st.one_of(
        st.tuples(st.just("act"), ACTIONS, SOME),
        st.tuples(
            st.just("edit"),
            st.one_of(
                st.tuples(st.just("group"), st.integers(1, 3)),
                st.tuples(st.just("status"), st.sampled_from(["ACTIVE", "INACTIVE"])),
                st.tuples(st.just("prefix"), st.sampled_from([None, "Dr"])),
            ),
            st.integers(0, SHOPPERS - 1),
        ),
        st.tuples(st.just("opt out"), st.none(), st.integers(0, SHOPPERS - 1)),
        st.tuples(st.just("undo"), st.none(), st.integers(0, 4)),
    ),
    min_size=3,
    max_size=12,
)


class Play:
    """The steps, done to the service and to the model."""

    def __init__(self, staff: Any, as_customer: Any, connection: Any, rows: list[Any]) -> None:
        self.staff, self.as_customer, self.connection, self.rows = staff, as_customer, connection, rows
        self.models = [Model() for _ in rows]
        self.jobs: list[DoneJob] = []

    async def act(self, at: int, step: tuple[str, Any], chosen: set[int]) -> None:
        action, value = step
        more: dict[str, Any] = {}
        if action == "ASSIGN_GROUP":
            more = {"groupId": encode_id("grp", value)}
        elif action == "EDIT":
            more = {"edit": {"prefix": value}}
        elif "TAGS" in action:
            more = {"tags": [value]}
        job = DoneJob(await start(self.staff, action, [self.rows[i] for i in sorted(chosen)], **more), at)
        expected: list[str] = []
        for i in sorted(chosen):
            pairs = self.models[i].act(action, value)
            expected.append("DONE" if pairs else "UNCHANGED")
            if pairs:
                job.pairs[i] = pairs
        assert await outcomes(self.connection, job.id) == expected
        assert await history_of(self.connection, job.id) == {self.rows[i].id: 1 for i in job.pairs}
        self.jobs.append(job)

    async def edit(self, _at: int, step: tuple[str, Any], i: int) -> None:
        name, value = step
        sent = encode_id("grp", value) if name == "group" else value
        answer = await self.staff.data(UPDATE, input={"id": customer_id(self.rows[i]), FIELDS[name]: sent})
        assert answer["customerUpdate"]["userErrors"] == []
        self.models[i].store({name: value})

    async def opt_out(self, at: int, _given: None, i: int) -> None:
        model = self.models[i]
        if model.status == "INACTIVE":
            return  # lets nobody in
        await (await self.as_customer(self.rows[i].id)).data(OWN)
        if model.news is not None:
            model.store({"news": "UNSUBSCRIBED", "ended_at": at})

    async def undo(self, _at: int, _given: None, number: int) -> None:
        if number >= len(self.jobs):
            return
        job = self.jobs[number]
        answer = (await self.staff.data(UNDO, input={"id": job.id}))["jobUndo"]
        keys = [error["key"] for error in answer["userErrors"]]
        if job.is_undone or not job.pairs:
            assert keys == ["undo.undone_already" if job.is_undone else "undo.nothing_done"]
            return
        job.is_undone = True
        expected = ["DONE" if self.models[i].undo(pairs, job.at) else "REFUSED" for i, pairs in job.pairs.items()]
        rows = await self.connection.fetch(
            "SELECT outcome, key FROM job_row WHERE job_id = $1 ORDER BY line", key_of(answer["job"]["id"])
        )
        keys = {"DONE": None, "REFUSED": "undo.changed_since"}
        assert [tuple(row) for row in rows] == [(outcome, keys[outcome]) for outcome in expected]

    async def stored(self, row: Any) -> dict[str, Any]:
        found = await self.connection.fetchrow(
            "SELECT group_id, status, prefix, ARRAY(SELECT fold FROM customer_tag WHERE customer_id = $1) AS tags, "
            "(SELECT status FROM newsletter_subscription WHERE customer_id = $1) AS news, "
            "version = 1 + (SELECT count(DISTINCT version) FROM customer_event e WHERE e.customer_id = $1 AND version > 1) AS whole "
            "FROM customer WHERE id = $1",
            row.id,
        )
        return dict(found)


@SLOWLY
@given(steps=STEPS)
async def test_undo_gives_back_what_nobody_changed_since(steps, admin_client, as_customer, connection):
    play = Play(admin_client, as_customer, connection, [await make_customer(connection) for _ in range(SHOPPERS)])
    for at, (name, value, chosen) in enumerate(steps):
        await getattr(play, name.replace(" ", "_"))(at, value, chosen)
    for row, model in zip(play.rows, play.models, strict=True):
        shown = await play.stored(row)
        expected = (model.group, model.status, model.prefix, set(model.tags), model.news, True)
        found = (shown["group_id"], shown["status"], shown["prefix"], set(shown["tags"]), shown["news"], shown["whole"])
        assert found == expected, steps
