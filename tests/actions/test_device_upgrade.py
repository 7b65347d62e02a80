"""device_upgrade, on the sample data that a newcomer has."""

import threading
from pathlib import Path
from typing import Any

import pytest

from jobs.actions import LockNeed, get_action
from jobs.actions.parameters import InvalidParameters, validate
from tests.actions.reporter import ListReporter, run_action

pytestmark = pytest.mark.usefixtures("sample")

IMAGE = "EOS-4.32.1F.swi"
STEPS = ["Pre-check", "Copy image", "Activate image", "Post-check"]
PATIENCE_SECONDS = 10


def upgrade(reporter: ListReporter | None = None, **parameters: Any) -> Any:
    return run_action("device_upgrade", {"url": IMAGE, **parameters}, reporter=reporter)["devices"]


def tasks(device: Any) -> list[str]:
    return [task["task_name"] for task in device["job_tasks"]]


def boot_config(sample: Path, name: str) -> str:
    return (sample / "flash" / name / "boot-config").read_text()


def test_a_device_goes_through_all_steps_and_boots_the_image(sample: Path) -> None:
    reporter = ListReporter()
    devices = upgrade(reporter, hostname="eosdist")
    assert list(devices) == ["eosdist"]
    assert devices["eosdist"]["failed"] is False
    assert tasks(devices["eosdist"]) == STEPS
    assert [list(task) for task in devices["eosdist"]["job_tasks"]] == [["diff", "failed", "result", "task_name"]] * 4
    assert devices["eosdist"]["job_tasks"][-1]["result"] == "version 4.32.1F"
    assert boot_config(sample, "eosdist") == f"SWI=flash:/{IMAGE}\n"
    flash = sample / "flash" / "eosdist"
    assert (flash / IMAGE).read_bytes() == (sample / "firmware" / IMAGE).read_bytes()
    assert sorted(path.name for path in flash.iterdir()) == [IMAGE, "boot-config"]
    assert (reporter.finished_devices, reporter.progressed) == (["eosdist"], [(0, 1), (1, 1)])


def test_it_can_be_done_again() -> None:
    upgrade(hostname="eosdist")
    again = upgrade(hostname="eosdist")["eosdist"]
    assert again["failed"] is False
    assert again["job_tasks"][0]["result"] == f"boots {IMAGE}"


def test_the_devices_of_a_group_are_taken_side_by_side() -> None:
    reporter = ListReporter()
    both = threading.Barrier(2)

    def meet(line: str) -> None:
        """Neither begins to copy before the other does."""
        if line.endswith("Copy image"):
            both.wait(PATIENCE_SECONDS)

    reporter.on_log = meet
    devices = upgrade(reporter, group="access")
    assert list(devices) == ["eosaccess1", "eosaccess2"]
    assert sorted(reporter.finished_devices) == list(devices)


def test_a_device_past_its_check_goes_on_and_the_others_end_aborted(sample: Path) -> None:
    reporter = ListReporter()
    copies, aborted = threading.Event(), threading.Event()

    def act(line: str) -> None:
        if line == "eosaccess1: Activate image":
            assert copies.wait(PATIENCE_SECONDS)
            reporter.cancel()
            aborted.set()
        elif line == "eosaccess2: Copy image":
            copies.set()
            assert aborted.wait(PATIENCE_SECONDS)

    reporter.on_log = act
    devices = upgrade(reporter, group="access")
    assert devices["eosaccess1"]["failed"] is False
    assert tasks(devices["eosaccess1"]) == STEPS
    assert boot_config(sample, "eosaccess1") == f"SWI=flash:/{IMAGE}\n"
    assert devices["eosaccess2"]["failed"] is True
    assert devices["eosaccess2"]["job_tasks"][-1] == {
        "diff": "", "failed": True, "result": "aborted", "task_name": "Activate image",
    }  # fmt: skip
    assert not (sample / "flash" / "eosaccess2" / "boot-config").exists()
    assert reporter.finished_devices == ["eosaccess1"]


def test_nothing_is_begun_after_an_abort(sample: Path) -> None:
    reporter = ListReporter()
    reporter.cancel()
    devices = upgrade(reporter, group="access")
    assert [tasks(device) for device in devices.values()] == [["Pre-check"]] * 2
    assert not (sample / "flash").exists()


def test_a_device_of_another_platform_fails_alone() -> None:
    device = upgrade(hostname="junosedge")["junosedge"]
    assert device["failed"] is True
    assert device["job_tasks"][-1]["result"] == f"{IMAGE} is for eos, this is junos"


def test_a_boot_config_that_is_no_text_is_replaced_and_shown_as_it_was(sample: Path) -> None:
    (sample / "flash" / "eosaccess1").mkdir(parents=True)
    (sample / "flash" / "eosaccess1" / "boot-config").write_bytes(b"SWI=flash:/\xff\xfe\n")
    devices = upgrade(group="access")
    assert not any(device["failed"] for device in devices.values())
    assert devices["eosaccess1"]["job_tasks"][0]["result"] == r"boots \xff\xfe"
    assert boot_config(sample, "eosaccess1") == f"SWI=flash:/{IMAGE}\n"


def test_a_damaged_image_reaches_no_device(sample: Path) -> None:
    device = upgrade(hostname="eosdist", url="file:EOS-4.33.0F.swi")["eosdist"]
    assert tasks(device) == ["Pre-check"]
    assert device["job_tasks"][0]["result"].startswith("EOS-4.33.0F.swi is damaged: SHA-512 ")
    assert not (sample / "flash").exists()


def test_a_copy_that_fails_leaves_nothing_behind(sample: Path) -> None:
    # A folder stands where the copy is to go.
    (sample / "flash" / "eosdist" / IMAGE).mkdir(parents=True)
    device = upgrade(hostname="eosdist")["eosdist"]
    assert (device["failed"], tasks(device)) == (True, ["Pre-check", "Copy image"])
    assert [path.name for path in (sample / "flash" / "eosdist").iterdir()] == [IMAGE]


def test_it_takes_the_lock_of_the_devices_and_names_them() -> None:
    action = get_action("device_upgrade")
    parsed = validate(action.parameters, {"group": "core", "url": IMAGE})
    assert action.locks_for(parsed) == [LockNeed(name="devices")]
    assert action.devices is not None
    assert action.devices(parsed) == ["eoscore1", "eoscore2"]


def test_what_it_ignores_is_named_in_the_log() -> None:
    reporter = ListReporter()
    upgrade(reporter, hostname="eosdist", reboot=True, filename="x")
    assert reporter.lines[0] == "ignored parameters: filename, reboot"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data", "https://firmware.example/EOS.swi", "file:///etc/passwd", "../x",
        "/etc/passwd", "firmware/../../x", "", ".", "..", "file:", "a\x00b", "EOS 1", "x" * 200, "\\\\host\\share",
    ],
)  # fmt: skip
def test_an_address_is_never_fetched_and_no_path_leaves_the_folder(url: str) -> None:
    with pytest.raises(InvalidParameters, match="is not the name of an image below JOBSITE_HOME") as raised:
        validate(get_action("device_upgrade").parameters, {"hostname": "eosdist", "url": url})
    assert raised.value.field == "parameters.url"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"hostname": "eosdist"}, "url: Field required"),
        (
            {"hostname": "eosdist", "url": "EOS-1.swi"},
            "no image 'EOS-1.swi' in images.toml; known ones: EOS-4.32.1F.swi",
        ),
        ({"url": IMAGE}, "exactly one of hostname and group"),
        ({"url": IMAGE, "hostname": "eosdist", "group": "dist"}, "exactly one of hostname and group"),
        ({"url": IMAGE, "hostname": "nosuch"}, "no device 'nosuch' in the inventory"),
    ],
)
def test_what_can_not_be_done_is_refused_before(parameters: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidParameters, match=words):
        validate(get_action("device_upgrade").parameters, parameters)


def test_images_that_can_not_be_read_are_refused(sample: Path) -> None:
    for text, words in (("x = 1", "images.toml can not be read"), ("[a]\nb = 'c'", "images.toml can not be read")):
        (sample / "firmware" / "images.toml").write_text(text)
        with pytest.raises(InvalidParameters, match=words):
            validate(get_action("device_upgrade").parameters, {"hostname": "eosdist", "url": IMAGE})
    (sample / "firmware" / "images.toml").unlink()
    with pytest.raises(InvalidParameters, match="known ones: none"):
        validate(get_action("device_upgrade").parameters, {"hostname": "eosdist", "url": IMAGE})
