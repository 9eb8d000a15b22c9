"""The two children of `planet run`, each a process of its own: `web` and `crawler`.

    python -m api.process web LIFELINE LISTENER GO
    python -m api.process crawler LIFELINE

The arguments are inherited file descriptors. The lifeline is a pipe whose other end
the parent holds: when it closes, the parent is gone, and so must we be. A byte from GO
says that the database has been migrated.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress

from index.errors import PlanetError
from index.settings import Network, read_settings

YIELDING = 10  # how much the crawler gives way to other processes, of 19
STEADY = 10.0  # seconds for which pages may be as they were while the crawler is busy


def main(arguments: list[str]) -> int:
    """Be one of the children until told to stop; return the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C before we are up ends us without a word
    role, lifeline, *rest = arguments
    threading.Thread(target=_outlive_nobody, args=(int(lifeline),), daemon=True).start()
    try:
        if role == "web":
            _serve(int(rest[0]), int(rest[1]))
        else:
            _crawl()
    except PlanetError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


def _outlive_nobody(lifeline: int) -> None:
    os.read(lifeline, 1)  # nothing is ever written: this returns when the other end closes
    os.kill(os.getpid(), signal.SIGTERM)


def _serve(listener: int, go: int) -> None:
    import uvicorn

    from api.app import create_app

    os.read(go, 1)
    settings = read_settings()
    config = uvicorn.Config(
        create_app(settings, steady=STEADY),
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=trusted(settings.behind),
    )
    with suppress(KeyboardInterrupt):  # uvicorn raises Ctrl-C again once it has shut down
        uvicorn.Server(config).run(sockets=[socket.socket(fileno=listener)])


def trusted(proxies: Iterable[Network]) -> list[str]:
    """Return the networks of proxies as the server compares them with who connects.

    A socket that listens for IPv6 has IPv4 addresses in it, written as `::ffff:127.0.0.1`.
    """
    names = []
    for one in proxies:
        names.append(str(one))
        if one.version == 4:
            names.append(f"::ffff:{one.network_address}/{96 + one.prefixlen}")
    return names


def _crawl() -> None:
    from crawler.tally import report
    from crawler.worker import crawl_on

    os.nice(YIELDING)  # and so are the processes that parse for it: a reader comes first
    crawl_on(read_settings(), report())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
