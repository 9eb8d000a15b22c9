"""A bare Starlette that says hello, under uvicorn with the options of ours.

python -m benchmarks.with_starlette PORT
"""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

HELLO = b"hello"


async def hello(_: Request) -> PlainTextResponse:
    """Say hello."""
    return PlainTextResponse(HELLO)


def main() -> None:
    """Serve until stopped."""
    uvicorn.run(
        Starlette(routes=[Route("/", hello)]),
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
