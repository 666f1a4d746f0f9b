"""Who buys for which company, decided before any row is made: the company decides the group of its members."""

from dataclasses import replace
from typing import Final

from customer_gql.customers.profile.tables import CustomerType

from .plan import Plan

_USER: Final = CustomerType.COMPANY_USER.value
_ADMIN: Final = CustomerType.COMPANY_ADMIN.value


class Employers:
    """The last company of each website, by the group of its admin."""

    def __init__(self) -> None:
        self._groups: dict[int, int] = {}

    def settle(self, plan: Plan) -> Plan:
        """The plan, in the group of the company. Without a company to join, a user begins one."""
        if plan.customer_type == _USER:
            group_id = self._groups.get(plan.site.id)
            if group_id is not None:
                return replace(plan, group_id=group_id)
            plan = replace(plan, customer_type=_ADMIN)
        # A company whose admin cannot sign in waits for a decision, and has nobody else.
        if plan.customer_type == _ADMIN and plan.is_active:
            self._groups[plan.site.id] = plan.group_id
        return plan
