"""Samples of address books for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id
from support.changes import Change, Changes, Make, Scene, own
from support.customers import make_address
from support.writers import Subject, Writer

ADDRESS = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Analytical Way"], "city": "London"}
ADDRESS |= {"postcode": "N1 7AA", "countryCode": "GB", "telephone": "+44 20 7946 0000"}


def of_address(**input: Any) -> Make:
    async def make(scene: Scene) -> Change:
        row = await scene.shopper()
        made = await make_address(scene.connection, row)
        return Change(await scene.device(row), {"id": encode_id("adr", row.id, made.id), **input}, row)

    return make


CHANGES: Changes = {
    "addressCreate": [(own(**ADDRESS), "ADDRESS_CREATED", {"city"})],
    "addressUpdate": [(of_address(city="Ockham"), "ADDRESS_EDITED", {"city"})],
    "addressDelete": [(of_address(), "ADDRESS_DELETED", {"city"})],
}


def address_update(name: str, **values: tuple[Any, Any]) -> Writer:
    async def writer(subject: Subject, turn: int) -> Any:
        id = encode_id("adr", subject.id, getattr(subject, name))
        given = {field: pair[turn - 1] for field, pair in values.items()}
        return "addressUpdate", await subject.device(), {"id": id, **given}

    return writer


async def address_create(subject: Subject, turn: int) -> Any:
    defaults = {"isDefaultBilling": True, "isDefaultShipping": True}
    return "addressCreate", await subject.device(), {**ADDRESS, "city": f"Town {turn}", **defaults}


async def address_delete(subject: Subject, _turn: int) -> Any:
    return "addressDelete", await subject.device(), {"id": encode_id("adr", subject.id, subject.spare)}


TEXTS = ("prefix", "firstName", "middleName", "lastName", "suffix", "company", "city", "region", "vatNumber")
WRITERS = {
    "addressUpdate home": address_update(
        "home",
        **{field: (f"{field} 1", f"{field} 2") for field in TEXTS},
        street=(["1 Road"], ["2 Road"]),
        postcode=("N1 7AB", "N1 7AD"),
        telephone=("+44 20 1111", "+44 20 2222"),
        fax=("+44 20 3333", "+44 20 4444"),
    ),
    "addressUpdate work": address_update(
        "work", company=("One", "Two"), isDefaultBilling=(True, True), isDefaultShipping=(True, True)
    ),
    "addressUpdate abroad": address_update(
        "work",
        countryCode=("US", "CA"),
        region=("CA", "ON"),
        postcode=("94043", "K1A 0B1"),
        city=("Palo Alto", "Ottawa"),
    ),
    "addressCreate": address_create,
    "addressDelete": address_delete,
}
