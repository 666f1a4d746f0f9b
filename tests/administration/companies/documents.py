"""Documents about companies that several tests send."""

from typing import Any

from customer_gql.core.ids import encode_id

ADDRESS = {
    "street": ["1 Analytical Way"],
    "city": "London",
    "countryCode": "gb",
    "postcode": "n1 7aa",
    "telephone": "+44 20 7946 0000",
}
GROUP = encode_id("grp", 1)
WEBSITE = encode_id("web", 1)
PROFILE = {"name": "Engines", "email": "office@engines.example.com", "legalAddress": ADDRESS, "groupId": GROUP}
_SHOWN = "company { id version status group { id } kind rejectionReason parent { id } admin { customer { id } } }"
_ERRORS = "userErrors { code key path params }"


def mutation(name: str, shown: str = _SHOWN) -> str:
    kind = name[0].upper() + name[1:]
    kind = {"CompanyActivate": "Company", "CompanyBlock": "Company", "CompanyDelete": "Company"}.get(kind, kind)
    return f"mutation M($input: {kind}Input!) {{ {name}(input: $input) {{ {shown} {_ERRORS} }} }}"


DELETE = f"""mutation D($input: CompanyInput!, $dryRun: Boolean! = false) {{ companyDelete(input: $input, dryRun: $dryRun) {{
  deletedCompanyId memberCount deactivatedCount {_ERRORS} }} }}"""
ADD = mutation("companyMemberAdd", "companyMember { id isPrimary isAdmin role { name } parent { __typename } }")


async def call(client: Any, document: str, **input: Any) -> Any:
    [answer] = (await client.data(document, input=input)).values()
    return answer


def refusals(answer: Any) -> list[tuple[str, str, list[str]]]:
    return [(one["code"], one["key"], one["path"]) for one in answer["userErrors"]]
