import strawberry

from .slices import declared_for_graph


@strawberry.type(description="An event in the history of a customer. It is kept when the account is deleted.")
class HistoryEvent(*declared_for_graph("types", "HISTORY_EVENT_SECTIONS")):
    """Every slice adds the fields of its sections."""
