"""JOBSITE_HOME/secrets: made once, the same at each later start."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.fernet import Fernet

from jobsite.up.errors import Refused
from jobsite.up.paths import Paths, write_private


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Passwords of letters, digits, `-` and `_` only: they stand in URLs and configuration as they are."""

    secret_key: str
    superuser_password: str
    database_password: str
    broker_password: str
    # Empty where none was given for a database of somebody else's.
    parameters_key: str


PARAMETERS_KEY = "PARAMETERS_KEY"
NAMES = ("SECRET_KEY", "POSTGRES_SUPERUSER_PASSWORD", "POSTGRES_PASSWORD", "BROKER_PASSWORD")


def load_or_make(paths: Paths, environ: Mapping[str, str], *, data_exists: bool) -> Secrets:
    """SECRET_KEY from the environment goes before the file's; with a DATABASE_URL it must be given."""
    key = environ.get("SECRET_KEY")
    if environ.get("DATABASE_URL") and not key:
        raise Refused(
            "DATABASE_URL is set but SECRET_KEY is not: every process on that database needs the same key, "
            "so set it too (the first time: 50 random characters)"
        )
    values = _read(paths) or _make(paths, data_exists=data_exists)
    return Secrets(
        secret_key=key or values["SECRET_KEY"],
        superuser_password=values["POSTGRES_SUPERUSER_PASSWORD"],
        database_password=values["POSTGRES_PASSWORD"],
        broker_password=values["BROKER_PASSWORD"],
        parameters_key=_parameters_key(paths, environ, values),
    )


def _parameters_key(paths: Paths, environ: Mapping[str, str], values: Mapping[str, str]) -> str:
    """A key made here would be another one than that of the other machines on a database of their own."""
    if environ.get(PARAMETERS_KEY) or environ.get("DATABASE_URL"):
        return environ.get(PARAMETERS_KEY, "")
    if not values.get(PARAMETERS_KEY):
        # The file of a release that had none.
        made = Fernet.generate_key().decode()
        # Whoever edited it may have left its last line open.
        kept = paths.secrets.read_text().rstrip("\n")
        write_private(paths.secrets, f"{kept}\n{PARAMETERS_KEY}={made}\n")
        return made
    return values[PARAMETERS_KEY]


def _read(paths: Paths) -> dict[str, str] | None:
    try:
        lines = paths.secrets.read_text().splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise Refused(f"{paths.secrets} belongs to another user: start as that user, or set JOBSITE_HOME") from error
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    missing = [name for name in NAMES if not values.get(name)]
    if missing:
        raise Refused(f"{paths.secrets} lacks {', '.join(missing)}: bring the file back from a backup of {paths.home}")
    return values


def _make(paths: Paths, *, data_exists: bool) -> dict[str, str]:
    if data_exists:
        raise Refused(
            f"{paths.secrets} is gone but the database it belongs to is there: bring it back from a backup, "
            "or set JOBSITE_HOME to an empty folder"
        )
    values = {name: secrets.token_urlsafe(40) for name in NAMES}
    write_private(paths.secrets, "".join(f"{name}={value}\n" for name, value in values.items()))
    return values
