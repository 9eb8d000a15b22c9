"""`planet run` and `planet demo`: a site and a crawler that live and end together."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest

from tests.api.running import Installation
from tests.api.test_crawl import feed
from tests.server import Server, page, rss


@contextmanager
def running(installation: Installation, *command: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a command that serves; end it and all its children whatever happens."""
    process = installation.start(*command)
    family = []
    try:
        yield process
        family = psutil.Process(process.pid).children(recursive=True) if alive(process) else []
    finally:
        if alive(process):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        for child in family:
            if child.is_running():
                child.kill()


def alive(process: "subprocess.Popen[str]") -> bool:
    return process.poll() is None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str = "/") -> str:
    """Ask until there is an answer: whoever serves may only just have started."""
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            if error.code != 503:  # "try again soon": the index is on its way
                raise
        except (ConnectionError, urllib.error.URLError):
            pass
        time.sleep(0.1)


def wait_for(port: int, path: str, text: str) -> str:
    """Ask until the page says so."""
    while text not in (said := get(port, path)):
        time.sleep(0.2)
    return said


def status(port: int, path: str, **headers: str) -> int:
    """Ask once; return the status."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.rule(49)
@pytest.mark.parametrize(
    ("behind", "third"),
    [pytest.param("127.0.0.1", 429, id="it is known"), pytest.param("", 200, id="it is not")],
)
def test_behind_a_proxy_each_reader_counts_for_himself(
    installation: Installation, server: Server, behind: str, third: int
) -> None:
    installation.follow(feed(server, "/feed"))
    installation.settings |= {"PLANET_SEARCH_RATE": "2", "PLANET_BEHIND": behind}
    port = free_port()
    with running(installation, "run", "--port", str(port)):
        get(port)
        spoofed = {"X-Forwarded-For": "9.9.9.9, 81.2.69.142"}
        assert [status(port, "/search", **spoofed) for _ in range(3)] == [200, 200, third]
        assert status(port, "/search", **{"X-Forwarded-For": "81.2.70.1"}) == 200
        assert {status(port, "/search") for _ in range(5)} == {200}


def test_a_post_goes_from_its_blog_to_the_page_and_the_search(
    installation: Installation, server: Server
) -> None:
    server.pages["/feed"] = page(rss("Damp sensors"))
    installation.follow(feed(server, "/feed"))
    port = free_port()
    with running(installation, "run", "--port", str(port)) as process:
        assert "Damp sensors" in wait_for(port, "/", "Damp sensors")
        assert "sensors" in wait_for(port, "/search?q=sensor", "/posts/")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        assert process.returncode == 0
        assert "Stopped." in out
        assert "1 of 1 blogs visited" in out
        assert "Traceback" not in err


def test_a_second_run_goes_on_from_where_the_first_was(
    installation: Installation, server: Server
) -> None:
    server.pages["/feed"] = page(rss("Damp sensors"))
    installation.follow(feed(server, "/feed"))
    installation.planet("crawl")
    port = free_port()
    with running(installation, "run", "--port", str(port)):
        assert "Damp sensors" in get(port)
    assert len(server.asked("/feed")) == 1


def test_a_dead_crawler_is_started_again_and_readers_notice_nothing(
    installation: Installation, server: Server
) -> None:
    server.pages["/feed"] = page(rss("Damp sensors"))
    installation.follow(feed(server, "/feed"))
    port = free_port()
    with running(installation, "run", "--port", str(port)) as process:
        wait_for(port, "/", "Damp sensors")
        first = crawler(process)
        assert first is not None
        first.kill()
        while crawler(process, other_than=first.pid) is None:
            assert "Damp sensors" in get(port)


def test_nothing_is_left_behind_by_a_killed_parent(
    installation: Installation, server: Server
) -> None:
    server.pages["/feed"] = page(rss("Damp sensors"))
    installation.follow(feed(server, "/feed"))
    port = free_port()
    with running(installation, "run", "--port", str(port)) as process:
        wait_for(port, "/", "Damp sensors")
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 3  # the web process, the crawler and its parsers
        process.kill()
        while any(child.is_running() and child.status() != "zombie" for child in family):
            time.sleep(0.1)


def crawler(process: "subprocess.Popen[str]", other_than: int = 0) -> psutil.Process | None:
    """Return the crawler's process, if it is alive."""
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.NoSuchProcess):  # a zombie has no command line either
            if "crawler" in child.cmdline() and child.pid != other_than:
                return child
    return None


def test_a_port_in_use_is_said_plainly(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = installation.planet("run", "--port", str(port), status=1)
    assert re.search(rf"127\.0\.0\.1:{port} .*Address already in use.* --port", said)


def test_a_setting_that_cannot_be_used_is_named(installation: Installation) -> None:
    installation.settings["PLANET_ALLOW_ADDRESSES"] = "everybody"
    assert "PLANET_ALLOW_ADDRESSES" in installation.planet("run", status=1)


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--no-such"], ["extra"]])
def test_bad_usage_is_status_two(installation: Installation, arguments: list[str]) -> None:
    installation.planet("run", *arguments, status=2)


def test_the_demo_fills_the_page_with_no_internet(installation: Installation) -> None:
    port = free_port()
    with running(installation, "demo", "--port", str(port)) as process:
        wait_for(port, "/api/feeds", "hogglestock")
        while '"health":"new"' in get(port, "/api/feeds"):
            time.sleep(0.2)
        said = wait_for(port, "/search?q=damp+sensors", "Silverbridge")
        assert "Framley" in said
        process.send_signal(signal.SIGINT)
        process.communicate()
        assert process.returncode == 0
