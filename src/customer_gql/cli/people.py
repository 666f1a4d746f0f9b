"""Commands for staff and customers, who are named by their e-mail addresses."""

import datetime as dt
from typing import Annotated

import typer

from customer_gql.core.terminal import CommandFailed
from customer_gql.database.statements import Connection

from .databases import migrated, run

staff_commands = typer.Typer(no_args_is_help=True, help="Staff users and their tokens.")
customer_commands = typer.Typer(no_args_is_help=True, help="Tokens of customers, for development.")


@staff_commands.command("create")
def staff_create(
    email: str,
    role: Annotated[str, typer.Option(help="Role: administrator, support or viewer.")],
    name: Annotated[
        str | None, typer.Option(help="Display name; the part of the address before the @ by default.")
    ] = None,
) -> None:
    """Create a staff user."""
    from customer_gql.core.values.emails import validate_email
    from customer_gql.staff import writes

    address = validate_email(email)
    # An address would be refused as a name, because its domain is a link; so would ann.li be.
    shown = address.partition("@")[0].replace(".", " ") if name is None else name
    with migrated() as url:
        run(url, lambda c: writes.create_staff_user(c, email=address, name=shown, role=role))
    print(f"{address} is staff with the role {role}")


@staff_commands.command("token")
def staff_token(email: str) -> None:
    """Print a new token of a staff user, and nothing else."""
    from customer_gql.staff import writes

    with migrated() as url:
        print(run(url, lambda c: writes.issue_staff_token(c, email=email)))


@staff_commands.command("password")
def staff_password(email: str) -> None:
    """Set a new password for a staff user, which the command asks for. Ends their sessions."""
    from customer_gql.core.actor import SYSTEM
    from customer_gql.core.values.emails import normalize_email
    from customer_gql.security import hashing
    from customer_gql.settings import load_settings
    from customer_gql.staff.sign_in import passwords

    async def put(connection: Connection) -> None:
        passwords.require_passwords(load_settings())
        user = await passwords.find_active_staff(connection, normalize_email(email))
        given = typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
        await passwords.validate_staff_password(connection, user, given)
        await passwords.change_staff_password(connection, user, await hashing.hash_password(given), by=SYSTEM)

    with migrated() as url:
        run(url, put, transaction=False)
    print(f"{email} has a new password; every session of theirs ended")


@staff_commands.command("totp-off")
def staff_totp_off(email: str) -> None:
    """Turn off the second factor of a staff user who lost it."""
    from customer_gql.core.actor import SYSTEM
    from customer_gql.core.values.emails import normalize_email
    from customer_gql.staff.sign_in import passwords, totp

    async def switch_off(connection: Connection) -> None:
        user = await passwords.find_active_staff(connection, normalize_email(email))
        if not await totp.disable_totp(connection, user, by=SYSTEM):
            raise CommandFailed(f"{email} has no second factor.")

    with migrated() as url:
        run(url, switch_off)
    print(f"{email} signs in with the password alone now")


@staff_commands.command("oidc-unbind")
def staff_oidc_unbind(email: str) -> None:
    """Let a staff user sign in with another account of the identity provider."""
    from customer_gql.core.actor import SYSTEM
    from customer_gql.core.values.emails import normalize_email
    from customer_gql.staff.sign_in import oidc, passwords

    async def unbind(connection: Connection) -> None:
        user = await passwords.find_active_staff(connection, normalize_email(email))
        if not await oidc.forget_provider_accounts(connection, user.id, by=SYSTEM):
            raise CommandFailed(f"{email} has not signed in at the identity provider.")

    with migrated() as url:
        run(url, unbind)
    print(f"the next sign-in of {email} at the identity provider binds its account")


@customer_commands.command("token")
def customer_token(
    email: str,
    website: Annotated[str | None, typer.Option(help="Code of the website, when several have the address.")] = None,
    hours: Annotated[int, typer.Option(min=1, max=720, help="Number of hours for which the token is valid.")] = 1,
) -> None:
    """Print a new token of a customer, and nothing else."""
    from customer_gql.customers.accounts.writes import issue_customer_token
    from customer_gql.customers.profile.reads import find_customer_by_email

    async def issue(connection: Connection) -> str:
        found = await find_customer_by_email(connection, email, website)
        return await issue_customer_token(connection, found, lifetime=dt.timedelta(hours=hours))

    with migrated() as url:
        print(run(url, issue))
