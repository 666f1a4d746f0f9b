"""Samples of the editing of customers for the tests that walk the whole graph."""

import uuid
from collections.abc import Callable
from typing import Any

from customer_gql.core.ids import encode_id
from support.calls import GROUP, about, by_input
from support.changes import Change, Changes, Scene, by_staff
from support.writers import Subject, Writer

NAMES = {"firstName": "Ada", "lastName": "Byron"}


def new_customer(**more: Any) -> dict[str, Any]:
    return {"email": f"{uuid.uuid4().hex}@example.com", **NAMES, "websiteId": encode_id("web", 1), **more}


CALLS = {
    "customerCreate": [
        by_input(lambda ids: new_customer(websiteId=ids["web"], groupId=GROUP)),
        by_input(lambda ids: new_customer(websiteId=ids["web"], welcomeStoreViewId=ids["stv"])),
    ],
    "customerUpsert": [
        by_input(
            lambda ids: {
                "externalId": uuid.uuid4().hex,
                "customer": new_customer(websiteId=ids["web"], groupId=GROUP),
            }
        )
    ],
    "customerUpdate": [
        about("cus", taxVatNumber="X1"),
        about("cus", groupId=GROUP),
        by_input(lambda ids: {"id": ids.own("cus"), "websiteId": ids["web"]}),
    ],
}


async def created(scene: Scene) -> Change:
    return Change(scene.staff, new_customer())


async def upserted(scene: Scene) -> Change:
    return Change(scene.staff, {"externalId": uuid.uuid4().hex, "customer": new_customer()})


CHANGES: Changes = {
    "customerCreate": [(created, "CREATED", {"firstName"})],
    "customerUpsert": [(upserted, "CREATED", {"firstName"})],
    "customerUpdate": [
        (by_staff(firstName="Augusta"), "EDITED", {"firstName"}),
        (by_staff(status="INACTIVE"), "DEACTIVATED", {"status"}),
        (by_staff({"status": "INACTIVE"}, status="ACTIVE"), "ACTIVATED", {"status"}),
    ],
}


def update(make: Callable[[Subject, int], dict[str, Any]]) -> Writer:
    async def writer(subject: Subject, turn: int) -> Any:
        return "customerUpdate", subject.staff, {"id": encode_id("cus", subject.id), **make(subject, turn)}

    return writer


def edited_profile(subject: Subject, turn: int) -> dict[str, Any]:
    return {
        "prefix": f"Lady {turn}",
        "firstName": f"Eve {turn}",
        "middleName": f"M{turn}",
        "lastName": f"Sands {turn}",
        "suffix": f"Sfx {turn}",
        "gender": ("NOT_SPECIFIED", "FEMALE")[turn - 1],
        "dateOfBirth": f"1981-11-1{turn}",
        "taxVatNumber": f"CU {turn}",
        "groupId": encode_id("grp", 1 + turn),
        "externalId": f"ERP {turn} {subject.id}",
        "allowsRemoteAssistance": True,
        "isAutomaticGroupChangeDisabled": True,
    }


WRITERS = {
    "customerUpdate profile": update(edited_profile),
    "customerUpdate email": update(lambda subject, turn: {"email": f"upd{turn}.{subject.id}@example.com"}),
    "customerUpdate website": update(
        lambda subject, turn: {"websiteId": encode_id("web", subject.other_websites[turn - 1])}
    ),
    "customerUpdate status": update(lambda _subject, turn: {"status": ("INACTIVE", "ACTIVE")[turn - 1]}),
}
