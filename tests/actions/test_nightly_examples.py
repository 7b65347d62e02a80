"""license_update and update_db: small actions for crons, on real files."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from examples.license_update import LicenseEnds
from examples.update_db import Damaged
from tests.actions.reporter import run_action


def test_the_delivered_data_is_put_into_service_once(sample: Path) -> None:
    delivered = (sample / "incoming" / "vulndb.csv").read_bytes()
    digest = hashlib.sha256(delivered).hexdigest()
    assert run_action("update_db") == {"changed": True, "sha256": digest, "entries": 4}
    assert (sample / "vulndb" / "vulndb.csv").read_bytes() == delivered
    assert run_action("update_db", {"SHA256SUM": digest.upper()})["changed"] is False


def test_damaged_data_leaves_what_is_in_service(sample: Path) -> None:
    run_action("update_db")
    before = (sample / "vulndb" / "vulndb.csv").read_bytes()
    (sample / "incoming" / "vulndb.csv").write_bytes(before[:-1])
    with pytest.raises(Damaged, match="has the sum"):
        run_action("update_db")
    assert (sample / "vulndb" / "vulndb.csv").read_bytes() == before


def test_a_license_that_lasts_is_told(sample: Path) -> None:
    found = run_action("license_update", {"k": "v"})
    assert (found["customer"], found["until"]) == ("Example Networks", "2099-12-31")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("2099-12-31", f"{datetime.now(UTC).date() + timedelta(days=3)}"), "renew it"),
        (("4A53-", "forged-"), "is no license"),
        (("until", "since"), "is no license"),
    ],
)
def test_a_license_that_ends_soon_or_is_none_is_an_error(sample: Path, change: tuple[str, str], words: str) -> None:
    path = sample / "license.toml"
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(LicenseEnds, match=words):
        run_action("license_update")


def test_without_a_license_it_fails(sample: Path) -> None:
    (sample / "license.toml").unlink()
    with pytest.raises(LicenseEnds, match="is no license"):
        run_action("license_update")
