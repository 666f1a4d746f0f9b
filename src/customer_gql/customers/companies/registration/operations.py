from typing import Annotated, Any, Final

import strawberry

from customer_gql.customers.accounts.email_operations import CAPTCHA, PEER_LIMIT, find_store_view_of_request
from customer_gql.customers.accounts.inputs import CAPTCHA_TOKEN, LONG_TOKEN
from customer_gql.customers.companies.self_service.legal_address import CompanyLegalAddressInput, read_legal_address
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, guest_mutation

from .requests import request_company


@strawberry.input(
    description="Who runs a company that is asked for: a new account, which works once staff activate the company."
)
class CompanyRegisterAdminInput:
    email: str = column("Address to sign in with, at most 254 characters.")
    password: str = column("Password, by the rules of `signUp`.")
    first_name: str = column("First name, at most 255 characters.")
    last_name: str = column("Last name, at most 255 characters.")
    job_title: str | None = strawberry.field(
        description="Job title in the company, at most 255 characters.", default=None
    )
    telephone: str | None = strawberry.field(description="Telephone number at work.", default=None)


@strawberry.input(description="A company to ask for.")
class CompanyRegisterInput:
    name: str = column("Name, at most 255 characters.")
    email: str = column("E-mail address of the company.")
    legal_address: CompanyLegalAddressInput = column("Address under which the company is registered.")
    admin: CompanyRegisterAdminInput = column("Who runs the company.")
    legal_name: str | None = strawberry.field(
        description="Name under which it is registered, at most 255 characters.", default=None
    )
    vat_number: str | None = strawberry.field(
        description="VAT number or tax number, at most 50 characters.", default=None
    )
    reseller_id: str | None = strawberry.field(description="Number as a reseller, at most 64 characters.", default=None)
    captcha_token: str | None = strawberry.field(description=CAPTCHA_TOKEN, default=None, metadata=LONG_TOKEN)

    def company(self) -> dict[str, Any]:
        """The fields of the company, by input name."""
        return {
            "name": self.name,
            "email": self.email,
            "legalName": self.legal_name,
            "vatNumber": self.vat_number,
            "resellerId": self.reseller_id,
            "legalAddress": read_legal_address(self.legal_address),
        }

    def account(self) -> dict[str, Any]:
        admin = self.admin
        return {
            "email": admin.email,
            "password": admin.password,
            "jobTitle": admin.job_title,
            "telephone": admin.telephone,
            "about": {"firstName": admin.first_name, "lastName": admin.last_name},
        }


@strawberry.type(
    description="Result of `companyRegister`: the same whether or not an address is in use, whose owner is told by mail."
)
class CompanyRegisterPayload(Payload):
    is_received: bool = strawberry.field(description="Whether the shop has the request.", default=False)


@strawberry.type
class CompanyRegisterMutation:
    @guest_mutation(
        hashes=1,
        exclusive=True,
        in_person=True,
        description="Ask for a company on the website of the store view in `X-Store-View` (the default one without it). Staff "
        "activate or reject it; until then the account of its admin cannot sign in. The answer does not tell whether the "
        "address of the company or of the admin is in use: then nothing is stored, and its owner is told, five times an hour at most. "
        f"`NOT_ALLOWED` where the shop takes no requests. {CAPTCHA} {PEER_LIMIT} Mails a receipt, writes history and events. Cannot be undone.",
    )
    async def company_register(
        self, info: Info, input: Annotated[CompanyRegisterInput, INPUT]
    ) -> CompanyRegisterPayload:
        view = await find_store_view_of_request(info)
        await request_company(
            info.context, view, given=input.company(), admin=input.account(), captcha_token=input.captcha_token
        )
        return CompanyRegisterPayload(is_received=True)


MUTATIONS: Final = (CompanyRegisterMutation,)
