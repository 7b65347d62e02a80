"""The action `license_update`: read the license that lies there, and fail in time before it ends."""

import tomllib
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from examples.sample_home import sample_home
from jobs.actions import Context, Parameters, action


class LicenseParameters(Parameters):
    # Crons of the original send parameters of their own.
    model_config = ConfigDict(extra="ignore")

    # So many days before its end it is a failure, so that someone looks.
    warn_days: Annotated[int, Field(ge=0, le=3650)] = 30


class License(BaseModel):
    model_config = ConfigDict(extra="forbid")

    customer: str
    key: Annotated[str, Field(pattern=r"^[0-9A-F]{4}(-[0-9A-F]{4}){3}$")]
    until: date


class LicenseEnds(Exception):
    """There is none that lasts."""


@action("license_update", parameters=LicenseParameters, no_retry=(LicenseEnds,))
def license_update(context: Context[LicenseParameters]) -> dict[str, Any]:
    """Check the license file: whose it is, and for how many days more. An error when these are few."""
    path = sample_home() / "license.toml"
    try:
        found = License.model_validate(tomllib.loads(path.read_text()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise LicenseEnds(f"{path.name} is no license: {error}") from error
    days = (found.until - datetime.now(UTC).date()).days
    context.log(f"the license of {found.customer} lasts until {found.until}, {days} days more")
    if days < context.parameters.warn_days:
        raise LicenseEnds(f"the license of {found.customer} ends on {found.until}: renew it")
    return {"customer": found.customer, "until": found.until.isoformat(), "days": days}
