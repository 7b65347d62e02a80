"""manage.py cron list."""

from io import StringIO

from django.core.management import call_command

from tests.crons.conftest import MakeCron


def _listed() -> list[str]:
    out = StringIO()
    call_command("cron", "list", stdout=out)
    return out.getvalue().splitlines()


def test_every_cron_has_a_line_with_its_next_run(make_cron: MakeCron) -> None:
    first = make_cron("57 54 3 * * *", name="nightly", timezone="Europe/Berlin")
    make_cron("@hourly", name="a", enabled=False)
    assert first.next_run_at is not None
    assert _listed() == [
        "a        disabled              @hourly (UTC)  noop",
        f"nightly  {first.next_run_at:%Y-%m-%dT%H:%M:%SZ}  57 54 3 * * * (Europe/Berlin)  noop",
    ]


def test_without_crons_there_is_nothing_to_list() -> None:
    assert _listed() == []
