"""POST /firmware/upgrade starts device_upgrade."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from jobs.models import ActionConfig, Job
from tests.api.conftest import ClientOf
from tests.api_v1.conftest import jobs, refused, send

IMAGE = "EOS-4.32.1F.swi"


def test_a_job_is_started_at_its_time(client: Client, db: None) -> None:
    more = {"pre_flight": True, "post_flight": True, "reboot": False, "filename": "x"}
    body = {"group": "access", "url": IMAGE, "start_at": "2030-01-02 03:04:05", "comment": "c", "ticket_ref": "t"}
    response = send(client, "post", "/firmware/upgrade", {**body, **more})
    job = Job.objects.get()
    assert response.json() == {
        "status": "success", "data": "Scheduled job to upgrade group access", "job_id": job.pk,
    }  # fmt: skip
    assert response["X-Total-Count"] == "2"
    assert job.scheduled_at == datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert job.locks == [{"name": "devices", "mode": "exclusive"}]
    [found] = jobs(client)
    assert (found["status"], found["function_name"]) == ("SCHEDULED", "device_upgrade")
    assert found["scheduled_time"] == "2030-01-02T03:04:05.000000"
    assert found["start_arguments"] == {"group": "access", "url": IMAGE, **more}


@pytest.mark.parametrize("start_at", [None, "", "2018-01-01 00:00:00"])
def test_without_a_time_or_with_a_past_one_it_is_due(client: Client, db: None, start_at: str | None) -> None:
    body = {"hostname": "eosdist", "url": IMAGE, "start_at": start_at}
    assert send(client, "post", "/firmware/upgrade", body).status_code == 200
    assert Job.objects.get().due is True


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "No devices are selected: send hostname or group"),
        ({"all": True, "url": IMAGE}, "No devices are selected: send hostname or group"),
        ({"hostname": "eosdist"}, "url: Field required"),
        ({"hostname": "eosdist", "url": "https://firmware.example/x"}, "url: is not the name of an image below"),
        ({"hostname": "eosdist", "url": 1}, "url: "),
        ({"hostname": "nosuch", "url": IMAGE}, "hostname: no device 'nosuch'"),
        ({"group": "nosuch", "url": IMAGE}, "group: no group 'nosuch'"),
        *(
            ({"hostname": "eosdist", "url": IMAGE, "start_at": start_at}, "start_at: ")
            for start_at in ("tomorrow", "2030-01-02T03:04:05Z", "2030-02-30 00:00:00", 5, ["x"], "9" * 300)
        ),
    ],
)
def test_what_can_not_be_started_is_400_and_named(client: Client, db: None, body: dict[str, Any], words: str) -> None:
    status, message = refused(send(client, "post", "/firmware/upgrade", body))
    assert status == 400
    assert message.startswith(words), message
    assert not Job.objects.exists()


def test_what_the_operator_has_configured_need_not_be_sent(client: Client, db: None) -> None:
    ActionConfig.objects.create(action="device_upgrade", parameters={"url": IMAGE})
    response = send(client, "post", "/firmware/upgrade", {"group": "core"})
    assert (response.status_code, response["X-Total-Count"]) == (200, "2")


def test_an_auditor_may_not_start_it(client_of: ClientOf) -> None:
    body = {"hostname": "eosdist", "url": IMAGE}
    assert refused(send(client_of("auditor"), "post", "/firmware/upgrade", body))[0] == 403
