from typing import Any, Final

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from customer_gql.messaging.events.writes import Event, emit

JOB_FINISHED: Final = "job.finished"


async def record_end(connection: Connection, job: Any) -> None:
    """Tell other systems that a job ended, in the name of the one who started it."""
    event = Event(JOB_FINISHED, encode_id("job", job.id), website_ids=job.website_ids)
    await emit(connection, [event], by=Actor(ActorKind(job.actor), job.actor_id, job_id=job.id))
