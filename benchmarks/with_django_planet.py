"""What `django-planet` does in the same place: add its feeds, or update them.

    python -m benchmarks.with_django_planet DATABASE < addresses, one a line

It fetches one feed after the other with feedparser, and keeps them in Django's SQLite.
"""

import io
import json
import sys
import time

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    """Crawl the feeds; print how many posts there are, and the seconds."""
    settings.configure(
        INSTALLED_APPS=["django.contrib.sites", "pagination", "planet"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        SITE_ID=1,
        USE_TZ=True,
    )
    django.setup()
    from planet.models import Feed, Post  # type: ignore[import-not-found]  # wants the set-up

    nobody = io.StringIO()
    call_command("migrate", verbosity=0, stdout=nobody)
    began = time.perf_counter()
    if Feed.objects.exists():
        call_command("planet_update_all_feeds", stdout=nobody)
    else:
        call_command("planet_add_feed", *sys.stdin.read().split(), stdout=nobody)
    seconds = time.perf_counter() - began
    print(json.dumps({"entries": Post.objects.count(), "seconds": seconds}))


if __name__ == "__main__":
    main()
