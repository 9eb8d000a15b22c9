"""A database of an older version becomes one of this, and nothing that it knew is lost."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from index.catalogue import Catalogue
from index.database import MIGRATIONS, migrate, open_database
from index.store import Store
from tests.conftest import NOW

FIRST = """
    INSERT INTO feeds VALUES
      (1, 'parks', 'https://www.parks.example/feed', 'https://parks.example/', 'Parks', 'council',
       '["hackney"]', 'england', 0, 'live'),
      (2, 'paths', '', 'https://paths.example/', 'Paths', 'council', '[]', '', 0, 'live');
    INSERT INTO polls VALUES
      (1, 1, 1, 'parks.example', NULL, '', 'feed', '2026-05-01T08:00:00.000000Z',
       '1970-01-01T00:00:00.000000Z', '"a"', '', '', 3600.0, '', NULL,
       '2026-05-01T07:00:00.000000Z', NULL, 2, '2026-04-30T07:00:00.000000Z', 'dns', 'No name.'),
      (2, 1, 1, 'paths.example', NULL, '', 'home', '2026-05-01T08:00:00.000000Z',
       '1970-01-01T00:00:00.000000Z', '', '', '', 0.0, '', NULL, NULL, NULL, 0, NULL, '', '');
"""


def test_the_first_schema_is_brought_to_the_present_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'planet.db'}"
    old = open_database(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with old.write() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        for statement in FIRST.split(";")[:-1]:
            db.exec_driver_sql(statement)
    old.close()
    migrate(url)
    database = open_database(url)
    parks, _ = Catalogue(database, clock=lambda: NOW).blogs()
    assert (parks.feed.title, parks.poll.failures, parks.poll.strain) == ("Parks", 2, 2.0)
    assert (parks.poll.plain, parks.poll.skip_hours, parks.poll.moving_since) == (False, (), None)
    with database.read() as db:
        hosts: dict[int, str] = dict(db.exec_driver_sql("SELECT feed_id, host FROM polls").all())
    assert hosts == {1: "www.parks.example", 2: "paths.example"}
    assert len(Store(database).lease(NOW, limit=5)) == 2
    database.close()
