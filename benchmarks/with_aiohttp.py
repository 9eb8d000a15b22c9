"""What aiohttp alone needs to be told 304 by many hosts.

python -m benchmarks.with_aiohttp WORKERS < address, space, ETag, one a line
"""

import asyncio
import json
import sys
import time

import aiohttp


async def crawl(asks: list[list[str]], workers: int) -> list[int]:
    """Ask for each address once, if it has changed; return the statuses."""
    slots = asyncio.Semaphore(workers)
    connector = aiohttp.TCPConnector(limit=workers, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one(url: str, etag: str) -> int:
            async with slots, session.get(url, headers={"If-None-Match": etag}) as answer:
                await answer.read()
                return int(answer.status)

        return await asyncio.gather(*(one(*ask) for ask in asks))


def main() -> None:
    """Crawl once; print the seconds, and how many were told that nothing has changed."""
    asks = [line.split(" ") for line in sys.stdin.read().splitlines()]
    began = time.perf_counter()
    statuses = asyncio.run(crawl(asks, int(sys.argv[1])))
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "unchanged": statuses.count(304)}))


if __name__ == "__main__":
    main()
