import strawberry

from customer_gql.core.ids import Node, node_id
from customer_gql.core.loading import column

from . import reads


async def nobody(_context: object, _key: tuple[int, ...]) -> bool:
    return False


@strawberry.type(description="Somebody who works in the shop.")
class StaffUser(Node):
    id: strawberry.ID = node_id("stf", reads.staff_by_id, "id", visible=nobody, description="The staff user.")
    email: str = column("Address they sign in with.")
    name: str = column("Name people see.")
    job_title: str | None = column("What they do.")
    role: str = column("Name of their role, a set of permissions.")
    is_active: bool = column("May sign in.")
