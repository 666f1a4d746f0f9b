"""What the enums of jobs mean, in the graph."""

from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy, JobCancelReason, JobKind, JobStatus, RowOutcome

__all__ = ["ErrorPolicy", "JobCancelReason", "JobKind", "JobStatus", "RowOutcome"]

graph_enum(
    JobKind,
    "Kind of a job.",
    {
        "MASS_ACTION": "One action on many customers.",
        "UNDO": "Takes back what another job did.",
        "EXPORT": "Writes a list to a file.",
        "IMPORT": "Reads customers from a file.",
        "WEBHOOK_REPLAY": "Sends events to a webhook once more.",
        "GROUP_DELETE": "Moves the members of a customer group to others, and deletes it.",
        "ATTRIBUTE_DELETE": "Removes what is stored of an attribute, or of options of it, and then deletes these.",
        "ATTRIBUTE_INDEX": "Has the search of customers find the texts of an attribute, or no longer find them.",
    },
)
graph_enum(
    JobStatus,
    "State of a job.",
    {
        "QUEUED": "Waits for a worker.",
        "RUNNING": "Its rows are being done.",
        "CANCELING": "Ends within seconds: the batch under way is taken back, and the rows that are left are canceled.",
        "DONE": "Every row was done or refused.",
        "FAILED": "Nothing was done, because every row or none was to be done and one could not be.",
        "CANCELED": "It ended before every row was done; see `cancelReason`.",
    },
)
graph_enum(
    JobCancelReason,
    "Why the rows of a job were canceled.",
    {
        "REQUESTED": "Somebody canceled it.",
        "OWNER_LOST_ACCESS": "The one who started it was deactivated or lost the permission, or the service token ended.",
        "STOPPED_AT_ERROR": "A row was refused or failed, and the job was to stop at the first one.",
    },
)
graph_enum(
    ErrorPolicy,
    "What a job does when a row is refused or fails.",
    {
        "SKIP": "Go on with the other rows.",
        "STOP": "Cancel the rows after it. Those before it stay done.",
        "ALL_OR_NOTHING": "Do nothing at all; for at most 10,000 rows.",
    },
)
graph_enum(
    RowOutcome,
    "What became of one row of a job.",
    {
        "DONE": "It was done.",
        "UNCHANGED": "Nothing had to change.",
        "REFUSED": "A rule forbids it; `key` says which one.",
        "NOT_FOUND": "There is no such customer, or the website is outside the reach of the one who asked.",
        "FAILED": "A fault of the service; it can be retried.",
        "CANCELED": "The job ended before it; it can be retried.",
    },
)
