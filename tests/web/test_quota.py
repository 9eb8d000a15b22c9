"""What is allowed so many times in so much time."""

from threading import Thread

from web.quota import Quota


def test_what_is_used_up_is_said_with_the_time_to_wait() -> None:
    quota = Quota("2 per 15 minutes")
    assert [quota.take("anna"), quota.take("anna")] == [0, 0]
    assert 0 < quota.take("anna") <= 900
    assert quota.take("ben") == 0


def test_asking_counts_nothing() -> None:
    quota = Quota("1 per hour")
    assert [quota.wait("anna") for _ in range(9)] == [0] * 9
    quota.count("anna")
    assert quota.wait("anna")


def test_every_rule_must_be_kept() -> None:
    quota = Quota("2 per minute", "3 per hour")
    assert [quota.take("a") for _ in range(2)] == [0, 0]
    assert 0 < quota.take("a") <= 60
    quota.count("a")
    assert quota.take("a") > 60


def test_many_at_once_get_no_more_than_one_after_another() -> None:
    quota, granted = Quota("10 per hour"), []
    threads = [Thread(target=lambda: granted.append(not quota.take("a"))) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 10
