"""What a viewer may do to many records of a list together (docs/domain/mass-actions.md#mass-actions-1)."""

from typing import Annotated, Any

import strawberry

from customer_gql.administration.selections.declaration import MASS_ACTIONS, MassActions
from customer_gql.core.viewer import Viewer
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.registry import KNOWN_GRIDS, grid_enum
from customer_gql.graph.roots import list_field

Grid: Any = grid_enum()


@strawberry.type(description="An action on many records of a list, and whether the viewer may do it.")
class MassActionOption:
    action: str = column(
        "Name of the action, as the enum of the list's mutation has it, such as `CustomerMassActionKind`."
    )
    is_undoable: bool = column("Whether `jobUndo` can take it back.")
    missing_permission: str | None = column("Permission that the viewer lacks for it; null when none is missing.")


@strawberry.type
class MassActionAdminQuery:
    @list_field(
        graphql_type=list[MassActionOption],
        description="Actions on many records of a list, in their usual order; empty for a list without any. It takes the "
        "permission of the list.",
    )
    async def mass_actions(
        self,
        info: Info,
        grid: Annotated[Grid, strawberry.argument(description="The list.")],  # pyright: ignore
    ) -> list[Any]:
        viewer = info.context.viewer
        KNOWN_GRIDS[grid.value].require_viewer(viewer)
        actions = MASS_ACTIONS.get(grid.value)
        return [] if actions is None else [_judge_option(actions, one.value, viewer) for one in actions.action]


def _judge_option(actions: MassActions, action: str, viewer: Viewer) -> MassActionOption:
    given = {"action": action}
    missing = sorted(actions.work.permissions(given) - viewer.permissions)
    return MassActionOption(
        action=action,
        is_undoable=actions.work.find_undo(given) is not None,
        missing_permission=missing[0].value if missing else None,
    )
