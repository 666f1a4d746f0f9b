"""What workers do: the jobs, schedules and polls of every slice."""

from typing import Final

from customer_gql.customers.accounts import cleanup as accounts
from customer_gql.messaging.jobs import cleanup as jobs
from customer_gql.messaging.jobs.work import Poll, Schedule, Work
from customer_gql.messaging.mail import delivery as mail
from customer_gql.staff import cleanup as staff

WORK: Final = Work(
    schedules=(
        Schedule("accounts.delete_expired", "17 * * * *", accounts.delete_expired),
        Schedule("staff.delete_expired", "27 * * * *", staff.delete_expired),
        Schedule("mail.purge", "37 3 * * *", mail.purge),
        Schedule("jobs.purge", "47 3 * * *", jobs.purge),
    ),
    # Mails are claimed one by one, so that every worker may send; a schedule would leave them to one.
    polls=(Poll("mail.deliver", 2.0, mail.deliver),),
)
