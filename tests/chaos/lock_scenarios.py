"""Orders of events around one lock. The jobs are of two capacity classes: of each, one is woken."""

from tests.chaos.play import AT_LOCK, Play

EXCLUSIVE, SHARED = [{"name": "devices", "mode": "exclusive"}], [{"name": "devices", "mode": "shared"}]


def two_acquire_at_once(play: Play) -> None:
    """One has seen that nobody holds the lock, and rests before it takes it; another comes for a share of it."""
    play.submit({"scan": 1}, locks=EXCLUSIVE)
    play.submit({"check": 1}, locks=SHARED)
    first, second = play.slot(play.worker({"scan": 1})), play.slot(play.worker({"check": 1}))
    wake = play.meanwhile(first, lambda: play.claim(first), at=AT_LOCK)
    other = play.beside(lambda: play.claim(second))
    wake()
    other.join(20)
    _end_all(play)
    play.run_dry()


def one_comes_while_the_holder_goes(play: Play) -> None:
    """The holder has freed the lock and woken its line, and has not committed, when another finds the lock held."""
    play.submit({"scan": 1}, locks=EXCLUSIVE)
    play.submit({"check": 1}, locks=EXCLUSIVE)
    first, second = play.slot(play.worker({"scan": 1})), play.slot(play.worker({"check": 1}))
    job = play.claim(first)
    assert job is not None
    play.act(first, job, "end")
    wake = play.meanwhile(first, lambda: play.finish(first, job))
    other = play.beside(lambda: play.claim(second))
    wake()
    other.join(20)
    _end_all(play, but=job.id)
    play.run_dry()


def one_after_the_other(play: Play) -> None:
    """Three hold it in turn."""
    for _ in range(3):
        play.submit(locks=EXCLUSIVE)
    play.slot(play.worker({"scan": 1}))
    for _ in range(3):
        play.run_dry()


def _end_all(play: Play, *, but: int | None = None) -> None:
    for (slot_name, _), job in list(play.taken.items()):
        [slot] = [one for one in play.slots if one.name == slot_name]
        if job.id != but:
            play.see_through(slot, job)
