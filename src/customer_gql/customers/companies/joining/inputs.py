import strawberry

from customer_gql.customers.companies.self_service.inputs import company_id_field
from customer_gql.graph.fields import column


@strawberry.input(description="Somebody to invite to a company.")
class CompanyUserInviteInput:
    company_id: strawberry.ID | None = company_id_field()
    email: str = column("Address that the link is sent to, at most 254 characters.")
    role_id: strawberry.ID | None = strawberry.field(
        description="Id of the role that the new member gets; by default the default role. It allows no more than that of the "
        "signed-in member.",
        default=None,
    )
    parent_id: strawberry.ID | None = strawberry.field(
        description="Id of the team or membership below which the new member is placed; the admin by default.",
        default=None,
    )
    job_title: str | None = strawberry.field(description="Job title, at most 255 characters.", default=None)
    telephone: str | None = strawberry.field(description="Telephone number at work.", default=None)


@strawberry.input(description="An open invitation to a company.")
class CompanyInvitationInput:
    company_id: strawberry.ID | None = company_id_field()
    id: strawberry.ID = column("Id of the invitation.")


@strawberry.input(
    description="The link of an invitation. Who is signed in joins with their account, which has to be of the address; others "
    "create one."
)
class CompanyInvitationAcceptInput:
    token: str = column("Token of the link in the mail.")
    password: str | None = strawberry.field(
        description="Password of the new account, by the rules of `signUp`.", default=None
    )
    first_name: str | None = strawberry.field(
        description="First name of the new account, at most 255 characters.", default=None
    )
    last_name: str | None = strawberry.field(
        description="Last name of the new account, at most 255 characters.", default=None
    )
