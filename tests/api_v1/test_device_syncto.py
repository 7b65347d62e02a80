"""POST /device_syncto starts sync_devices."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from jobs.actions import registry
from jobs.models import AuditEvent, Job
from tests.api.conftest import ClientOf
from tests.api_v1.conftest import jobs, refused, send

pytestmark = pytest.mark.slow


def start(client: Client, **body: Any) -> tuple[Any, Job]:
    response = send(client, "post", "/device_syncto", body)
    assert response.status_code == 200, response.content
    return response, Job.objects.get(pk=response.json()["job_id"])


def test_a_job_is_started_and_its_integer_id_answered(client: Client, db: None) -> None:
    response, job = start(client, hostname="eosdist", comment="c", ticket_ref="t")
    assert list(response.json()) == ["status", "data", "job_id"]
    assert response.json() == {
        "status": "success", "data": "Scheduled job to synchronize eosdist", "job_id": job.pk,
    }  # fmt: skip
    assert response["X-Total-Count"] == "1"
    [found] = jobs(client)
    assert (found["id"], found["status"], found["function_name"]) == (job.pk, "SCHEDULED", "sync_devices (dry_run)")
    assert (found["scheduled_by"], found["comment"], found["ticket_ref"]) == ("operator", "c", "t")
    assert found["start_arguments"] == {"hostname": "eosdist", "dry_run": True}
    event = AuditEvent.objects.get(verb="enqueue")
    assert (event.user, event.dialect) == ("operator", "v1")


def test_the_devices_of_a_group_or_all_are_counted(client: Client, db: None) -> None:
    response, _ = start(client, group="access")
    assert (response.json()["data"], response["X-Total-Count"]) == ("Scheduled job to synchronize group access", "2")
    response, _ = start(client, all=True)
    assert (response.json()["data"], response["X-Total-Count"]) == ("Scheduled job to synchronize all devices", "7")


@pytest.mark.parametrize("dry_run", [True, None, "false", 0, "", [], 1, "no"])
def test_only_the_json_false_writes(client: Client, db: None, dry_run: Any) -> None:
    _, job = start(client, hostname="eosdist", dry_run=dry_run)
    assert job.parameters is not None
    assert (job.parameters["dry_run"], job.locks) == (True, None)


def test_a_live_run_takes_the_lock(client: Client, db: None) -> None:
    _, job = start(client, hostname="eosdist", dry_run=False)
    assert job.parameters == {"hostname": "eosdist", "dry_run": False}
    assert job.locks == [{"name": "devices", "mode": "exclusive"}]
    assert jobs(client)[0]["function_name"] == "sync_devices"


def test_other_keys_of_the_original_are_accepted(client: Client, db: None) -> None:
    more = {"force": True, "resync": False, "confirm_mode": 2, "auto_push": True, "x": {"y": 1}, "start_at": "now"}
    _, job = start(client, hostname="eosdist", all=False, **more)
    # The action names in its log what it ignores.
    assert job.parameters == {"hostname": "eosdist", "all": False, "dry_run": True, **more}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "No devices are selected: send hostname or group or all"),
        ({"dry_run": False}, "No devices are selected"),
        ({"all": False}, "No devices are selected"),
        ({"hostname": ""}, "No devices are selected"),
        ({"hostname": "nosuch"}, "hostname: no device 'nosuch' in the inventory"),
        ({"group": "nosuch"}, "group: no group 'nosuch' in the inventory"),
        ({"hostname": "../etc"}, "hostname: no device '../etc'"),
        ({"hostname": 1}, "hostname: "),
        ({"hostname": "\x00"}, "hostname: "),
        ({"hostname": "eosdist", "x": "\ud800"}, "x: "),
        ({"hostname": ["eosdist"]}, "hostname: "),
        ({"hostname": "eosdist", "group": "dist"}, "select devices by exactly one"),
        ({"all": "perhaps"}, "all: "),
        ({"hostname": "eosdist", "comment": 1}, "comment: is not text"),
        ({"hostname": "eosdist", "comment": "x" * 256}, "comment: is 256 characters long"),
        ({"hostname": "eosdist", "comment": "\x00"}, "comment: "),
        ({"hostname": "eosdist", "ticket_ref": "x" * 33}, "ticket_ref: is 33 characters long"),
    ],
)
def test_what_can_not_be_started_is_400_and_named(client: Client, db: None, body: dict[str, Any], words: str) -> None:
    status, message = refused(send(client, "post", "/device_syncto", body))
    assert status == 400
    assert message.startswith(words), message
    assert not Job.objects.exists()


def test_an_auditor_may_not_start_jobs(client_of: ClientOf) -> None:
    assert refused(send(client_of("auditor"), "post", "/device_syncto", {"all": True}))[0] == 403


def test_an_inventory_that_can_not_be_read_is_400(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "inventory.toml").write_text("devices = 1")
    monkeypatch.setattr("examples.inventory.sample_home", lambda: tmp_path)
    status, message = refused(send(client, "post", "/device_syncto", {"all": True}))
    assert status == 400
    assert "inventory.toml" in message


def test_an_installation_without_the_action_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {name: action for name, action in registry._actions.items() if name != "sync_devices"}
    monkeypatch.setattr(registry, "_actions", others)
    status, message = refused(send(client, "post", "/device_syncto", {"all": True}))
    assert status == 400
    assert message.startswith("action: no action 'sync_devices' is registered")


def test_an_action_that_needs_more_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    needing = replace(registry.get_action("sync_devices"), needs="jobs.delete_job")
    monkeypatch.setitem(registry._actions, "sync_devices", needing)
    status, message = refused(send(client, "post", "/device_syncto", {"hostname": "eosdist"}))
    assert (status, message) == (403, "You don't seem to have the rights to execute this call")
    assert not Job.objects.exists()
