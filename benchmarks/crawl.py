# ruff: noqa: E501 - pages and titles as sites write them
"""Pages per second of our crawl beside bare Scrapy on the same pages.

A server in a process of its own publishes one large site: a paged annual-report column and its reports. Politeness is
off on both sides (no delay, eight requests at a time to the host, no robots.txt). Ours discovers, judges, hashes,
archives and captures; bare Scrapy follows the same links and stores nothing. Both run in processes of their own, in
turn, several rounds; the best round of each counts, start-up excluded (the time between the first and the last request
that the server saw).

With --grow many small sites instead, each on a loopback address of its own, one request at a time to each: pages per
second and peak memory as the sites grow; memory must not grow with the pages of a site, and little with the sites.

    python benchmarks/crawl.py [--pages 2000] [--rounds 3]
    python benchmarks/crawl.py --grow 10 100 1000 [--pages 12]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "sites")]

import sim_content as content  # noqa: E402

from storage import new_run_id  # noqa: E402

COLUMN = "/zwgk/zfxxgknb/"
PER_PAGE = 20
PORT = 18808


def pages(number: int) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    lines = []
    # Real report pages have 30 to 60 kB, mostly table markup.
    table = (
        "<table><tr>"
        + "<td style='border:solid windowtext 1.0pt'><p class=MsoNormal>0</p></td>" * 300
        + "</tr></table>"
    )
    for n in range(number):
        report = content.Report(content.AGENCIES[n % len(content.AGENCIES)], 2019 + n % 5, n)
        path = f"202401/t20240115_{n}.html"
        found[COLUMN + path] = content.report_article(report, table).encode()
        lines.append(
            f'<li><a href="./{path}" title="{report.title}">{report.title}</a><span>2024-01-15</span></li>'
        )
    parts = [lines[i : i + PER_PAGE] for i in range(0, len(lines), PER_PAGE)]
    for n, part in enumerate(parts):
        name = f"index_{n}.html" if n else ""
        script = f'<script>createPageHTML({len(parts)}, {n}, "index","html");</script>'
        following = f'<a href="index_{n + 1}.html">下一页</a>' if n + 1 < len(parts) else ""
        found[COLUMN + name] = content.shell(
            "政府信息公开年报", f"<ul>{''.join(part)}</ul>{following}", script
        ).encode()
    return found


def serve(number: int, connection: Any) -> None:
    site = pages(number)
    times: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            times.append(time.monotonic())
            body = site.get(self.path.split("?")[0])
            head = f"HTTP/1.1 {200 if body else 404} OK\r\nContent-Type: text/html; charset=utf-8\r\n"
            body = body or b"<html>404</html>"
            self.wfile.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection.send(server.server_address[1])
    while connection.recv() == "times":
        connection.send((len(times), times[-1] - times[0] if times else 0.0))
        times.clear()


def serve_many(count: int, number: int, connection: Any) -> None:
    """Serve the same small site on `count` loopback addresses."""
    import asyncio

    site = pages(number)
    times: list[float] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                times.append(time.monotonic())
                path = head.split(b" ", 2)[1].split(b"?")[0].decode()
                body = site.get(path)
                first = f"HTTP/1.1 {200 if body else 404} OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                body = body or b"<html>404</html>"
                writer.write(f"{first}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()  # the crawler has what it wants

    async def run() -> None:
        hosts = [f"127.{20 + n // 200}.{n % 200}.1" for n in range(count)]
        server = await asyncio.start_server(answer, hosts, PORT)
        connection.send(hosts)
        while await asyncio.to_thread(connection.recv) == "times":
            connection.send((len(times), times[-1] - times[0] if times else 0.0))
            times.clear()
        server.close()

    asyncio.run(run())


BARE_MANY = """
import sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
class Bare(scrapy.Spider):
    name = "bare"
    start_urls = open(sys.argv[1]).read().split()
    def parse(self, response):
        for link in response.css("li a"):
            yield response.follow(link, self.report)
        for link in response.xpath("//a[text()='下一页']"):
            yield response.follow(link, self.parse)
    def report(self, response):
        pass
process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0,
                               "CONCURRENT_REQUESTS": int(sys.argv[2]), "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": False})
process.crawl(Bare)
process.start()
"""


def measured(argv: list[str]) -> float:
    """Run a command; return its peak memory in MB."""
    child = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{argv[1:3]} ended with {status}")
    return usage.ru_maxrss / 1024


def grow(sizes: list[int], number: int) -> None:
    """Measure ours and bare Scrapy on ever more sites."""
    print("| sites | pages | ours, pages/s | ours, MB | bare Scrapy, pages/s | bare Scrapy, MB |")
    print("|---:|---:|---:|---:|---:|---:|", flush=True)
    for count in sizes:
        here, there = multiprocessing.Pipe()
        server = multiprocessing.Process(target=serve_many, args=(count, number, there), daemon=True)
        server.start()
        urls = [f"http://{host}:{PORT}{COLUMN}" for host in here.recv()]
        row = []
        with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as name:
            folder = Path(name)
            bare, listed, concurrency = folder / "bare.py", folder / "urls", max(64, 2 * count)
            bare.write_text(BARE_MANY)
            listed.write_text("\n".join(urls))
            for argv in (
                [sys.executable, "-m", "crawlers", str(write_job(folder, urls, concurrency_per_host=1))],
                [sys.executable, str(bare), str(listed), str(concurrency)],
            ):
                memory = measured(argv)
                here.send("times")
                asked, seconds = here.recv()
                row.append((asked, f"{asked / seconds:.0f}", f"{memory:.0f}"))
        print(
            f"| {count} | {row[0][0]} | {row[0][1]} | {row[0][2]} | {row[1][1]} | {row[1][2]} |", flush=True
        )
        here.send("end")
        server.join()


BARE = """
import sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
class Bare(scrapy.Spider):
    name = "bare"
    start_urls = [sys.argv[1]]
    def parse(self, response):
        for link in response.css("li a"):
            yield response.follow(link, self.report)
        for link in response.xpath("//a[text()='下一页']"):
            yield response.follow(link, self.parse)
    def report(self, response):
        pass
process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DOWNLOAD_DELAY": 0,
                               "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": False})
process.crawl(Bare)
process.start()
"""


def write_job(folder: Path, urls: list[str], **settings: Any) -> Path:
    run = new_run_id(datetime.now(UTC))
    job = folder / f"{run}.json"
    job.write_text(
        json.dumps({
            "run": run, "store": f"file://{folder}/{run}", "out": str(folder / f"{run}.out"),
            "settings": {"obey_robots": False, "max_requests": 1_000_000, "max_list_pages": 100_000, **settings},
            "sites": [{"id": f"site-{n}", "name": "x", "region": "410711", "start": [url], "delay": 0, "render": "never",
                       "allow_private": True} for n, url in enumerate(urls)],
        })
    )  # fmt: skip
    return job


def ours(url: str, folder: Path) -> None:
    job = write_job(folder, [url], concurrency_per_host=8)
    subprocess.run(
        [sys.executable, "-m", "crawlers", str(job)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--grow", type=int, nargs="+", metavar="SITES")
    given = parser.parse_args()
    if given.grow:
        grow(given.grow, given.pages or 12)
        return
    given.pages = given.pages or 2000
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(given.pages, there), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}{COLUMN}"
    best = {"ours": 0.0, "bare Scrapy": 0.0}
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        # A file: Scrapy reads the source of a spider's methods.
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        for number in range(given.rounds):
            for name in best:
                if name == "ours":
                    ours(url, Path(folder))
                else:
                    subprocess.run([sys.executable, str(bare), url], check=True, env={**os.environ})
                here.send("times")
                asked, seconds = here.recv()
                rate = asked / seconds
                best[name] = max(best[name], rate)
                print(
                    f"round {number + 1}  {name:12} {asked:6d} pages  {seconds:6.2f} s  {rate:7.1f} pages/s",
                    flush=True,
                )
    here.send("end")
    print(f"ours / bare Scrapy: {best['ours'] / best['bare Scrapy']:.2f} (aim: at least 0.8)")


if __name__ == "__main__":
    main()
