"""sync_devices, on the sample data that a newcomer has."""

from pathlib import Path
from typing import Any

import pytest

from jobs.actions import LockNeed, get_action
from jobs.actions.parameters import InvalidParameters, validate
from tests.actions.reporter import ListReporter, run_action

pytestmark = pytest.mark.usefixtures("sample")


def sync(reporter: ListReporter | None = None, **parameters: Any) -> Any:
    return run_action("sync_devices", parameters, reporter=reporter)["devices"]


def running(sample: Path, name: str) -> str:
    return (sample / "running" / f"{name}.cfg").read_text()


def test_the_result_has_the_layout_of_the_seed() -> None:
    devices = sync(hostname="eosdist")
    assert list(devices) == ["eosdist"]
    assert list(devices["eosdist"]) == ["failed", "job_tasks"]
    push, generate, apply = tasks = devices["eosdist"]["job_tasks"]
    assert [list(task) for task in tasks] == [["diff", "failed", "result", "task_name"]] * 3
    assert push == {"diff": "", "failed": False, "result": None, "task_name": "push_sync_device"}
    assert (generate["task_name"], generate["diff"]) == ("Generate device config", "")
    assert generate["result"].startswith("hostname eosdist\n")
    assert (apply["task_name"], apply["result"]) == ("Sync device config", None)
    assert apply["diff"].startswith("@@ -1,9 +1,9 @@\n-hostname localhost\n+hostname eosdist\n")


def test_the_sample_scores_as_in_the_seed() -> None:
    reporter = ListReporter()
    sync(reporter, hostname="eosdist")
    assert reporter.scores == [21]


def test_a_dry_run_is_the_default_writes_nothing_and_takes_no_lock(sample: Path) -> None:
    before = running(sample, "eosdist")
    sync(hostname="eosdist")
    assert running(sample, "eosdist") == before
    action = get_action("sync_devices")
    assert action.locks_for(validate(action.parameters, {"all": True})) == []


def test_a_live_run_takes_the_lock_and_writes_what_it_shows(sample: Path) -> None:
    action = get_action("sync_devices")
    live = validate(action.parameters, {"all": "true", "dry_run": "false"})
    assert action.locks_for(live) == [LockNeed(name="devices", mode="exclusive")]
    shown = sync(hostname="eosdist", dry_run=False)["eosdist"]["job_tasks"][1]["result"]
    assert running(sample, "eosdist") == shown


def test_a_second_live_run_finds_nothing_to_do() -> None:
    sync(all=True, dry_run=False)
    reporter = ListReporter()
    devices = sync(reporter, all=True, dry_run=False)
    assert {device["job_tasks"][2]["diff"] for device in devices.values()} == {""}
    assert reporter.scores == [0]


def test_a_device_without_a_running_configuration_gets_one(sample: Path) -> None:
    sync(hostname="junosedge", dry_run=False)
    assert running(sample, "junosedge").startswith("set system host-name junosedge\n")


def test_a_group_takes_its_members_and_reports_each_as_it_finishes() -> None:
    reporter = ListReporter()
    assert list(sync(reporter, group="access")) == ["eosaccess1", "eosaccess2"]
    assert reporter.finished_devices == ["eosaccess1", "eosaccess2"]
    assert reporter.progressed == [(0, 2), (1, 2), (2, 2)]
    assert reporter.lines == [
        "eosaccess1: no change",
        "eosaccess2: 2 lines added, 2 removed (dry run: nothing written)",
    ]


def test_a_template_that_fails_for_one_device_fails_that_device_only(sample: Path) -> None:
    path = sample / "inventory.toml"
    path.write_text(path.read_text().replace('uplinks = ["Ethernet49"]', "", 1))
    devices = sync(group="access", dry_run=False)
    assert [device["failed"] for device in devices.values()] == [True, False]
    push, generate, apply = devices["eosaccess1"]["job_tasks"]
    assert (push["failed"], generate["failed"], apply["failed"]) == (True, True, True)
    assert generate["result"] == "eos.j2: UndefinedError: 'uplinks' is undefined"
    assert devices["eosaccess2"]["job_tasks"][1]["result"] == running(sample, "eosaccess2")


def test_a_device_that_can_not_be_written_fails_alone(sample: Path) -> None:
    (sample / "running" / "eosaccess1.cfg").unlink()
    (sample / "running" / "eosaccess1.cfg").mkdir()
    devices = sync(group="access", dry_run=False)
    assert [device["failed"] for device in devices.values()] == [True, False]
    assert "Is a directory" in devices["eosaccess1"]["job_tasks"][2]["result"]


def test_a_cancel_stops_between_two_devices_and_keeps_what_was_done(sample: Path) -> None:
    before = running(sample, "iosborder")
    reporter = ListReporter()
    reporter.on_log = lambda line: reporter.cancel() if line.startswith("eoscore1") else None
    devices = sync(reporter, all=True, dry_run=False)
    assert list(devices) == reporter.finished_devices == ["eosaccess1", "eosaccess2", "eoscore1"]
    assert reporter.lines[-1] == "stopped by a cancel; not touched: eoscore2, eosdist, iosborder, junosedge"
    assert running(sample, "iosborder") == before
    assert len(reporter.scores) == 1


def test_keys_of_the_original_are_accepted_and_named_in_the_log() -> None:
    reporter = ListReporter()
    sync(reporter, hostname="eosaccess1", force=True, auto_push=False, resync=True, confirm_mode=1)
    assert reporter.lines[0] == "ignored parameters: auto_push, confirm_mode, force, resync"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "parameters: select devices by exactly one of hostname, group and all"),
        ({"all": False}, "select devices by exactly one"),
        ({"hostname": "eosdist", "all": True}, "select devices by exactly one"),
        ({"hostname": "eosdits"}, "parameters.hostname: no device 'eosdits' in the inventory; known ones: eosdist"),
        ({"group": "dits"}, "parameters.group: no group 'dits' in the inventory; known ones: dist"),
        ({"hostname": "../../etc/passwd"}, "parameters.hostname: no device"),
        ({"hostname": ["eosdist"]}, "parameters.hostname: "),
        ({"all": True, "dry_run": "perhaps"}, "parameters.dry_run: "),
        ({"all": True, "dry_run": None}, "parameters.dry_run: "),
    ],
)
def test_a_selection_that_means_nothing_is_refused_before_anything_is_queued(
    sent: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidParameters) as refused:
        validate(get_action("sync_devices").parameters, sent)
    assert message in str(refused.value)


def test_an_empty_group_is_refused(sample: Path) -> None:
    path = sample / "inventory.toml"
    path.write_text(path.read_text() + "\n[groups.empty]\n")
    with pytest.raises(InvalidParameters, match="group 'empty' has no devices"):
        validate(get_action("sync_devices").parameters, {"group": "empty"})
