"""A version that stands still for a moment, for all who ask."""

from index.catalogue import Catalogue
from index.database import Database
from index.steady import Steady
from index.watch import Watch
from tests.web.conftest import Planet, entry, feed


class Seconds:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_version_is_looked_at_again_after_its_moment(database: Database) -> None:
    clock = Seconds()
    steady = Steady(5, clock)
    catalogue, watch = Catalogue(database, steady=steady), Watch(database, steady)
    planet = Planet(database, "")
    planet.publish(feed("parks"), entry("first"))
    before = catalogue.version()
    planet.publish(feed("roads"), entry("second"))
    clock.now = 4.9
    assert (catalogue.version(), watch.version()) == (before, before)
    clock.now = 5.0
    after = watch.version()
    assert after != before
    assert catalogue.version() == after
    watch.close()


def test_what_is_counted_is_counted_once_a_moment(database: Database) -> None:
    clock = Seconds()
    catalogue = Catalogue(database, steady=Steady(5, clock))
    planet = Planet(database, "")
    planet.publish(feed("parks"), entry("first"))
    assert catalogue.coverage().posts == 1
    planet.publish(feed("roads"), entry("second"))
    assert catalogue.coverage().posts == 1
    clock.now = 5.0
    assert catalogue.coverage().posts == 2


def test_without_a_moment_every_change_is_seen_at_once(database: Database) -> None:
    catalogue, watch = Catalogue(database), Watch(database)
    planet = Planet(database, "")
    for number in range(3):
        before = catalogue.version()
        planet.publish(feed(f"blog-{number}"), entry(f"post-{number}"))
        assert catalogue.version() != before
        assert watch.version() == catalogue.version()
    watch.close()
