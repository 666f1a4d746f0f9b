"""The fields of a customer that no other test looks at, each with a value of its own."""

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id
from support.furnished import shown

PROFILE = "number version email prefix firstName middleName lastName suffix gender dateOfBirth taxVatNumber createdAt"
PROFILE += " updatedAt status isEmailConfirmed customerType allowsRemoteAssistance isAutomaticGroupChangeDisabled"
SESSION = "device address createdAt lastUsedAt expiresAt"
ADDRESS = "prefix firstName middleName lastName suffix company street city region postcode countryCode telephone fax"
ADDRESS += " vatNumber isDefaultBilling isDefaultShipping"
CUSTOMER = f"""query C($id: ID!) {{ customer(id: $id) {{ id {PROFILE} isLocked
  group {{ id }} website {{ id code }} createdIn {{ id code }}
  sessions {{ id {SESSION} isCurrent }} addresses {{ id {ADDRESS} }} }} }}"""


async def test_a_customer_with_sessions_and_addresses(
    admin_client: Client, furnished: dict[str, Row], connection: Connection
):
    row, session, address = furnished["customer"], furnished["customer_session"], furnished["address"]
    assert (await admin_client.data(CUSTOMER, id=customer_id(row)))["customer"] == {
        "id": customer_id(row),
        **shown(row, PROFILE),
        "isLocked": True,
        "group": {"id": encode_id("grp", row.group_id)},
        "website": {"id": encode_id("web", row.website_id), "code": furnished["website"].code},
        "createdIn": {"id": encode_id("stv", row.created_in_store_view_id), "code": furnished["store_view"].code},
        "sessions": [{"id": encode_id("ses", row.id, session.id), **shown(session, SESSION), "isCurrent": False}],
        "addresses": [{"id": encode_id("adr", row.id, address.id), **shown(address, ADDRESS)}],
    }


FLAG = "query F($id: ID!) { customer(id: $id) { isAutomaticGroupChangeDisabled allowsRemoteAssistance } }"


async def test_flags_are_told_apart(admin_client: Client, furnished: dict[str, Row], connection: Connection):
    row = furnished["customer"]
    await connection.execute("UPDATE customer SET is_automatic_group_change_disabled = false WHERE id = $1", row.id)
    assert (await admin_client.data(FLAG, id=customer_id(row)))["customer"] == {
        "isAutomaticGroupChangeDisabled": False,
        "allowsRemoteAssistance": True,
    }
