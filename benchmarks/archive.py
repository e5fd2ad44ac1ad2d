"""Bodies per second into and out of the archive on S3, beside bare boto3 with the same concurrency.

A real S3 server on loopback (SeaweedFS). Ours hashes, names by hash, creates only, lets the store check the
bytes, and checks the hash on reading; bare boto3 puts and gets. Rounds alternate, new bodies each time; the
best round of each counts.

    python benchmarks/archive.py [--bodies 400] [--size 50000] [--threads 16] [--rounds 4]
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from storage import Archive, open_store
from tests.s3server import s3_server

GOAL = 0.8


def seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bodies", type=int, default=400)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    best: dict[str, float] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        s3_server(Path(folder)) as server,
        ThreadPoolExecutor(options.threads) as pool,
    ):
        server.create_bucket("bench")
        os.environ.update(server.environment)
        archive = Archive(open_store("s3://bench/ours"))
        import boto3
        from botocore.config import Config

        client = boto3.client(
            "s3",
            endpoint_url=server.endpoint,
            config=Config(
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                max_pool_connections=options.threads,
            ),
        )
        archive.put_body(b"the first write also asks what the store can do")
        for number in range(options.rounds):
            bodies = [secrets.token_bytes(options.size) for _ in range(options.bodies)]
            others = [secrets.token_bytes(options.size) for _ in range(options.bodies)]
            hashes: list[str] = []

            def put_ours(bodies: list[bytes] = bodies, hashes: list[str] = hashes) -> None:
                hashes += [sha256 for sha256, _ in archive.put_bodies(bodies)]

            def put_bare(others: list[bytes] = others, number: int = number) -> None:
                def put(n: int) -> None:
                    client.put_object(Bucket="bench", Key=f"bare/{number}/{n:06d}", Body=others[n])

                list(pool.map(put, range(len(others))))

            def get_ours(hashes: list[str] = hashes) -> None:
                list(pool.map(archive.get_body, hashes))

            def get_bare(number: int = number) -> None:
                def get(n: int) -> None:
                    client.get_object(Bucket="bench", Key=f"bare/{number}/{n:06d}")["Body"].read()

                list(pool.map(get, range(options.bodies)))

            turns: list[tuple[str, Callable[[], None]]] = [
                ("put ours", put_ours), ("put bare", put_bare),
                ("get ours", get_ours), ("get bare", get_bare),
            ]  # fmt: skip
            # Who comes first has the server as the other left it: so they take turns at that too.
            for name, act in turns if number % 2 == 0 else [turns[1], turns[0], turns[3], turns[2]]:
                best[name] = min(best.get(name, 1e9), seconds(act))
    good = True
    for verb in ("put", "get"):
        ours, bare = (options.bodies / best[f"{verb} {who}"] for who in ("ours", "bare"))
        good &= ours / bare >= GOAL
        print(f"{verb}: ours {ours:,.0f}/s, bare boto3 {bare:,.0f}/s, ratio {ours / bare:.2f} (goal {GOAL})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
