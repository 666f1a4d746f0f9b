"""Samples of address books for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id
from support.calls import about, by_input
from support.changes import Change, Changes, Make, Scene, own
from support.customers import customer_id, make_address
from support.writers import Subject, Writer

ADDRESS = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Analytical Way"], "city": "London"}
ADDRESS |= {"postcode": "N1 7AA", "countryCode": "GB", "telephone": "+44 20 7946 0000"}


CALLS = {
    "customerAddressCreate": [by_input(lambda ids: {**ADDRESS, "customerId": ids["cus"]})],
    "customerAddressUpdate": [about("adr", city="Ockham")],
    "customerAddressDelete": [about("adr")],
    "customerAddressSetDefault": [about("adr", billing=True, shipping=True)],
}


async def create_by_staff(scene: Scene) -> Change:
    row = await scene.shopper()
    return Change(scene.staff, {**ADDRESS, "customerId": customer_id(row)}, row)


def of_address_by_staff(**input: Any) -> Make:
    async def make(scene: Scene) -> Change:
        change = await of_address(**input)(scene)
        return Change(scene.staff, change.input, change.row)

    return make


def of_address(**input: Any) -> Make:
    async def make(scene: Scene) -> Change:
        row = await scene.shopper()
        made = await make_address(scene.connection, row)
        return Change(await scene.device(row), {"id": encode_id("adr", row.id, made.id), **input}, row)

    return make


CHANGES: Changes = {
    "addressCreate": [(own(**ADDRESS), "ADDRESS_CREATED", {"city"})],
    "addressUpdate": [(of_address(city="Ockham"), "ADDRESS_UPDATED", {"city"})],
    "addressDelete": [(of_address(), "ADDRESS_DELETED", {"city"})],
    "customerAddressCreate": [(create_by_staff, "ADDRESS_CREATED", {"city"})],
    "customerAddressUpdate": [(of_address_by_staff(city="Ockham"), "ADDRESS_UPDATED", {"city"})],
    "customerAddressDelete": [(of_address_by_staff(), "ADDRESS_DELETED", {"city"})],
    "customerAddressSetDefault": [
        (of_address_by_staff(billing=True), "ADDRESS_UPDATED", {"defaultBillingAddress"}),
    ],
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


async def customer_address_update(subject: Subject, turn: int) -> Any:
    id = encode_id("adr", subject.id, subject.home)
    given = {"city": ("Hull", "Leeds")[turn - 1], "company": ("Co 1", "Co 2")[turn - 1]}
    return "customerAddressUpdate", subject.staff, {"id": id, **given}


async def customer_address_create(subject: Subject, turn: int) -> Any:
    customer = encode_id("cus", subject.id)
    given = {**ADDRESS, "customerId": customer, "city": f"Town {turn}", "isDefaultBilling": True}
    return "customerAddressCreate", subject.staff, given


async def customer_address_set_default(subject: Subject, _turn: int) -> Any:
    given = {"id": encode_id("adr", subject.id, subject.work), "billing": True, "shipping": True}
    return "customerAddressSetDefault", subject.staff, given


async def customer_address_delete(subject: Subject, _turn: int) -> Any:
    return "customerAddressDelete", subject.staff, {"id": encode_id("adr", subject.id, subject.spare)}


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
    "customerAddressUpdate home": customer_address_update,
    "customerAddressCreate": customer_address_create,
    "customerAddressSetDefault": customer_address_set_default,
    "customerAddressDelete": customer_address_delete,
}
