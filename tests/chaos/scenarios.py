"""Orders of events in which a wrong engine goes wrong. The true engine comes through each of them."""

from tests.chaos.play import Play


def two_claims_of_one_job(play: Play) -> None:
    """The second claim has chosen the job, and locks it when the first has committed."""
    play.submit()
    first, second = play.slot(play.worker({"scan": 1})), play.slot(play.worker({"scan": 1}))
    wake = play.meanwhile(second, lambda: play.claim(second))
    play.claim(first)
    wake()
    _end_all(play)


def two_claims_of_one_unit(play: Play) -> None:
    """The second claim waits for the lock while the first takes the worker's only unit."""
    play.submit()
    play.submit()
    worker = play.worker({"scan": 1})
    first, second = play.slot(worker), play.slot(worker)
    wake = play.meanwhile(first, lambda: play.claim(first))
    other = play.beside(lambda: play.claim(second))
    wake()
    other.join(20)
    _end_all(play)
    play.run_dry()


def an_end_that_comes_after_the_rescue(play: Play) -> None:
    """The action has ended, the process is given up, its unit goes to another job, and then the end comes."""
    for _ in range(4):
        play.submit()
    worker = play.worker({"scan": 1})
    zombie, other = play.slot(worker), play.slot(worker)
    first = play.claim(zombie)
    assert first is not None
    play.act(zombie, first, "end")
    play.lose(zombie)
    play.on_freed(first)
    second = play.claim(other)
    assert second is not None
    handed = play.finish(zombie, first).job or play.claim(zombie)
    play.see_through(other, second)
    if handed is not None:
        play.see_through(zombie, handed)
    play.run_dry()


def an_end_that_comes_after_the_retry(play: Play) -> None:
    """The job was run again by another meanwhile, and has a result."""
    play.submit(retries=1)
    worker = play.worker({"scan": 1})
    zombie, other = play.slot(worker), play.slot(worker)
    first = play.claim(zombie)
    assert first is not None
    play.act(zombie, first, "end")
    play.lose(zombie)
    play.make_due()
    again = play.claim(other)
    assert again is not None
    play.act(other, again, "end")
    play.finish(other, again)
    play.finish(zombie, first)


def a_hand_over_that_meets_the_rescue(play: Play) -> None:
    """The worker is declared dead while one of its slots is between two jobs."""
    play.submit()
    play.submit()
    worker = play.worker({"scan": 1})
    slot = play.slot(worker)
    job = play.claim(slot)
    assert job is not None
    play.act(slot, job, "end")
    wake = play.meanwhile(slot, lambda: play.finish(slot, job))
    play.end_lease(worker)
    play.rescue()
    wake()
    play.rescue()


def a_long_job_on_a_worker_that_lives(play: Play) -> None:
    """It has run for long, and nothing is wrong with that."""
    play.submit()
    play.submit()
    worker = play.worker({"scan": 1})
    slot, other = play.slot(worker), play.slot(worker)
    long = play.claim(slot)
    assert long is not None
    play.rescue()
    second = play.claim(other)
    play.see_through(slot, long)
    if second is not None:
        play.see_through(other, second)
    play.run_dry()


def _end_all(play: Play) -> None:
    """Whoever has started a job sees it through, and what follows."""
    for (slot_name, _), job in list(play.taken.items()):
        [slot] = [one for one in play.slots if one.name == slot_name]
        play.see_through(slot, job)
