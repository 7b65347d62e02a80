"""The inventory of the examples."""

from pathlib import Path

import pytest

from examples.inventory import InventoryError, read_inventory

SMALL = """
[variables]
ntp = "common"
color = "common"
role = "common"
[groups.a]
variables = { color = "a", role = "a" }
[groups.b]
variables = { role = "b" }
[devices.one]
template = "x.j2"
groups = ["a", "b"]
variables = { size = 1, hostname = "not this" }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inventory.toml"


def test_the_device_wins_over_groups_and_later_groups_over_earlier_ones(path: Path) -> None:
    path.write_text(SMALL)
    assert read_inventory(path).variables_of("one") == {
        "ntp": "common",
        "color": "a",
        "role": "b",
        "size": 1,
        "hostname": "one",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[devices.x]\n", "devices.x.template: Field required"),
        ('[devices."../x"]\ntemplate = "t"\n', "devices.../x: String should match pattern"),
        ('[devices.x]\ntemplate = "t"\ngroups = ["g"]\n', "device x is in group 'g', which is not declared"),
        ("[devices\n", "can not be read"),
        ("", "devices: Field required"),
    ],
)
def test_what_is_wrong_is_named(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(InventoryError) as refused:
        read_inventory(path)
    assert message in str(refused.value)
