"""Which modules are changed together, and which tests are expected to notice."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "customer_gql"
LEFT_OUT = ("tables.py", "seed.py", "__init__.py")
"""The schema tests compare tables with migrations; demo data has no rules."""


@dataclass(frozen=True)
class Area:
    modules: tuple[str, ...]
    """Files and folders of the package."""
    tests: tuple[str, ...]
    """Files and folders of `tests/`."""

    def sources(self) -> list[Path]:
        """Paths inside the package."""
        files = [
            file
            for name in self.modules
            for file in ([PACKAGE / name] if name.endswith(".py") else (PACKAGE / name).rglob("*.py"))
        ]
        return sorted(file.relative_to(PACKAGE) for file in files if file.name not in LEFT_OUT)


AREAS = {
    "accounts": Area(
        ("customers/accounts",),
        (
            "customers/accounts",
            "customers/profile/test_sharing.py",
            "messaging/jobs/test_schedules.py",
            "schema/test_declarations.py",
            "schema/test_schema.py",
            "security/test_address_limits.py",
            "security/test_sessions.py",
            "security/test_sign_in.py",
        ),
    ),
    "addresses": Area(
        ("customers/addresses",),
        (
            "customers/addresses",
            "customers/accounts/test_pre_hijacking.py",
            "customers/profile/test_field_settings.py",
            "administration/customer_grid/test_quick_edit.py",
            "administration/customer_import/test_value_rules.py",
            "schema/test_declarations.py",
            "schema/test_schema.py",
        ),
    ),
    "settings": Area(
        ("shop/settings", "administration/configuration"),
        (
            "shop/settings",
            "administration/configuration",
            "administration/mail_desk/test_credential_mails.py",
            "customers/accounts/test_settings.py",
        ),
    ),
    "cost": Area(
        ("execution/limits/cost", "execution/limits/parse_cost.py", "graph/access/rates.py"),
        (
            "execution/test_cost.py",
            "execution/test_cost_sizes.py",
            "execution/test_costliest_list.py",
            "execution/test_calibration.py",
            "execution/test_parse_cost.py",
        ),
    ),
    "plans": Area(("execution/plans",), ("execution/plans", "execution/test_plan_*.py", "schema/test_nodes.py")),
    "mail": Area(("messaging/mail",), ("messaging/mail", "administration/mail_desk")),
    "ledgers": Area(
        ("commerce/ledgers", "commerce/store_credit", "commerce/reward_points"),
        (
            "commerce/ledgers",
            "commerce/store_credit",
            "commerce/reward_points",
            "commerce/test_ledger_races.py",
            "messaging/jobs/test_schedules.py",
            "messaging/mail/test_mail_kinds.py",
            "schema/test_declarations.py",
            "schema/test_schema.py",
            "staff/test_staff_scope.py",
        ),
    ),
}


def area_of(name: str) -> Area:
    """One of the areas, or any folder of the package, which the folder of the same name below `tests/` tests."""
    return AREAS[name] if name in AREAS else Area((name,), (name,))
