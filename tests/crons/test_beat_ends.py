"""A beat that is told to end writes down what it has sent, whatever it was doing."""

from typing import Any

import pytest
from celery import current_app
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from jobs import scheduler
from workers.models import Beat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent() -> PeriodicTask:
    each, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.HOURS)
    return PeriodicTask.objects.create(name="sent", task="nobody.listens", interval=each)


def test_a_signal_amid_the_writing_of_runs_loses_none(sent: PeriodicTask, monkeypatch: pytest.MonkeyPatch) -> None:
    beat = scheduler.Scheduler(app=current_app)
    beat.reserve(beat.schedule["sent"])
    save = PeriodicTask.save

    def interrupted(*_: Any, **__: Any) -> None:
        monkeypatch.setattr(PeriodicTask, "save", save)
        beat.close()
        raise SystemExit

    monkeypatch.setattr(PeriodicTask, "save", interrupted)
    with pytest.raises(SystemExit):
        beat._do_sync()
    beat.close()
    sent.refresh_from_db()
    assert sent.total_run_count == 1


def test_a_signal_amid_a_transaction_of_a_tick_loses_no_run(
    sent: PeriodicTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat = scheduler.Scheduler(app=current_app)
    beat.reserve(beat.schedule["sent"])

    def interrupted(*_: Any, **__: Any) -> None:
        with transaction.atomic():
            beat.close()  # As Celery's handler of SIGTERM does.
            raise SystemExit

    monkeypatch.setattr(scheduler, "set_aside", interrupted)
    with pytest.raises(SystemExit):
        beat.tick()
    beat.close()
    sent.refresh_from_db()
    assert sent.total_run_count == 1
    assert not Beat.objects.exists()
