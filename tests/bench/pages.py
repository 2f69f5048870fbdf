"""Every page of `herkomst serve --page`, how long it takes, and what the server holds in memory meanwhile.

usage: pages.py [--scale 1] [--repeat 9] [--parts nights,flow,…] [--folder FOLDER] [--bin FOLDER] [--keep]

Builds the release binaries unless --bin names a folder that has `herkomst` and `synth`. Writes data of so many times 733
persons, runs a copy of the study on it twice with one delivered line changed between, starts the server, and asks each page once
(`first`: what a visitor meets when nobody asked before) and then --repeat times: minimum, median, maximum in milliseconds,
the bytes of the page, and the resident memory of the server and of its largest other process after it. --parts names parts of the
navigation. Of numbers and records the pages are looked up before they are timed, so `first` is not the first of all. Then two visitors ask the same pages side by side. --keep keeps data and warehouse in FOLDER
(bench-data/pages-xN) for the next call. Compare times within one call, on a machine that does nothing else.
"""

import argparse
import csv
import http.client
import html
import io
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

from whole_runs import ROOT, binaries

# A delivered line of which one value changes between the two nights.
CHANGED = ("dmb/beroepen.csv", b"ongegrond", b"gegrond")


class Place:
    """Data, a copy of the study, a warehouse with two nights, and the server on it."""

    def __init__(self, binary, folder, scale):
        self.binary, self.folder = binary, folder
        self.study, self.data, self.warehouse = folder / "study", folder / "data", folder / "warehouse"
        self.command = [binary / "herkomst", "--study", self.study, "--data", self.data / "raw", "--warehouse", self.warehouse]
        if not (self.warehouse / "current").exists():
            shutil.rmtree(folder, ignore_errors=True)
            # A verdict is written into the folder of the study, so the pages get one of their own.
            shutil.copytree(ROOT / "pipelines/perspectief", self.study)
            self.do(binary / "synth", "write", "--out", self.data, "--scale", str(scale))
            self.do(*self.command, "run")
            self.change()
            self.do(*self.command, "run")

    def do(self, *command):
        done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stderr}")

    def change(self):
        file, old, new = CHANGED
        path = self.data / "raw" / file
        path.write_bytes(path.read_bytes().replace(old, new, 1))

    def __enter__(self):
        said = (self.folder / "server.log").open("w")
        serve = ["--json", "--log", "text", "serve", "--listen", "127.0.0.1:0", "--page", "127.0.0.1:0", "--trust-loopback", "auditor"]
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            [*map(str, self.command), *serve], cwd=self.folder, stdout=subprocess.PIPE, stderr=said, text=True
        )
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the server does not start: see {said.name}")
        self.page = json.loads(line)["page"]
        self.began = 1000 * (time.perf_counter() - begun)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)

    def memory(self):
        """Resident MiB of the server, the most it had, and what its largest other process has."""
        others = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return (resident(self.process.pid, "VmRSS"), resident(self.process.pid, "VmHWM"),
                max((resident(pid, "VmRSS") for pid in others), default=0))


def resident(pid, kind):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith(kind)), 0)


class Visitor:
    """A browser: one connection, begun again when the server has closed it, and its cookies."""

    def __init__(self, page):
        self.connection, self.cookie = http.client.HTTPConnection(page, timeout=600), None

    def ask(self, path, form=None):
        """Milliseconds, status, and text of a page."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
                        "Origin": f"http://{self.connection.host}:{self.connection.port}"}
        try:
            begun = time.perf_counter()
            self.connection.request("POST" if form is not None else "GET", path, body, headers)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            return self.ask(path, form)
        text = answer.read()
        took = 1000 * (time.perf_counter() - begun)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.split(";")[0]
        return took, answer.status, text.decode()

    def text(self, path):
        _, status, text = self.ask(path)
        if status != 200:
            sys.exit(f"{path}: {status}\n{text[:2000]}")
        return text


def links(text, pattern):
    return [html.unescape(link) for link in re.findall(f'href="({pattern})"', text)]


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def sql(query, **more):
    return "/sql?" + urllib.parse.urlencode({"q": query, **more})


def more(path, **values):
    return path + ("&" if "?" in path else "?") + urllib.parse.urlencode(values)


def flow(visitor, place):
    """Pages of the rule that decided most: its decisions, parts of them, and one decision."""
    run = max(place.warehouse.glob("runs/*/manifest.json"), key=lambda path: int(path.parent.name))
    decided = {}
    for row in json.loads(run.read_text())["waterfall"]:
        touched = sum(row[name] for name in ("merged", "removed", "added", "moved_in", "updated"))
        rule = (row["round"], row["rule"])
        decided[rule] = decided.get(rule, 0) + touched
    (round, rule), count = max(decided.items(), key=lambda pair: pair[1])
    base = f"/flow/{round}/{rule}"
    one = links(visitor.text(base), base + r"/[0-9a-f]{32}[^\"]*")[0]
    deep = max(count // 50 - 1, 1)
    return [
        ("flow", "/flow"),
        (f"decisions of a rule ({count})", base),
        ("decisions, filtered", more(base, verb="merge", applied="yes", by="rule")),
        ("decisions, searched, much found", more(base, q="a")),
        ("decisions, searched, none found", more(base, q="zzzzzz")),
        (f"decisions, page {deep}", more(base, page=deep)),
        ("decisions as CSV", base + "/decisions.csv"),
        ("one decision", one),
    ]


def record(visitor, place):
    """A record by each of its names."""
    query = ("select o.row_id, o.file, o.line, i.v_nummer, i.voornaam, i.achternaam from origin.registratie_1 o "
             "join identity.registratie_1 i on i.row_id = o.row_id where i.v_nummer is not null order by o.row_id limit 1")
    found = rows(visitor.text("/sql/csv?" + urllib.parse.urlencode({"q": query})))[0]
    ask = lambda q: "/record?" + urllib.parse.urlencode({"q": q})
    return [
        ("record, empty form", "/record"),
        ("life of a record, by row id", ask(found["row_id"])),
        ("record by file and line", ask(f"{found['file']}:{found['line']}")),
        ("record by number", ask(found["v_nummer"])),
        ("record by name", ask(f"{found['voornaam']} {found['achternaam']}")),
        ("record by a name nobody has", ask("Xyzzyqu Qwrtpl")),
    ]


def numbers(visitor, label, path):
    """A number, and pages of the records behind it."""
    text = visitor.text(path)
    found = [(label, path)]
    following = [link for link in links(text, r"[^\"]*page=2[^\"]*") if "source=" in link]
    if following:
        last = int(re.search(r"(?:van|of) ([\d.,\u00a0\u202f]+)</span>", text).group(1).translate({ord(c): None for c in ".,\u00a0\u202f"}))
        second = following[0].split("#")[0]
        found.append((f"{label}, page 2", second))
        found.append((f"{label}, page {last}", second.replace("page=2", f"page={last}")))
    return found


def appendices(visitor, place):
    every = sorted(set(link for link in links(visitor.text("/appendices"), r"/appendices/[a-z0-9_]+")))
    pages = [("appendices", "/appendices")]
    pages += [(f"appendix {path.rsplit('/', 1)[1]}", path) for path in every]
    pages += numbers(visitor, "a number of bijlage_02", "/appendices/bijlage_02/0/n")
    pages += numbers(visitor, "a row of bijlage_04", "/appendices/bijlage_04/0")
    pages += numbers(visitor, "a number of bijlage_14", "/appendices/bijlage_14/0/p")
    pages.append(("appendix as CSV", "/appendices/bijlage_02/csv"))
    return pages


def queries(visitor, place):
    few = "select land, n from appendix.bijlage_02 order by n desc, land"
    many = "select row_id, steunpunt from staging.registratie_1 order by row_id"
    why = lambda query, **values: "/sql/why?" + urllib.parse.urlencode({"q": query, "row": 1, **values})
    pages = [
        ("SQL, no query", "/sql"),
        ("SQL, a printed table with chart", sql(few)),
        ("SQL, groups of all records", sql("select steunpunt, count(*) as n from staging.registratie_1 group by 1 order by 1")),
        ("SQL, all records", sql(many)),
        ("SQL, all records, page 50", sql(many, page=50)),
        ("SQL, 100,000 rows as CSV", "/sql/csv?" + urllib.parse.urlencode({"q": many + " limit 100000"})),
        ("SQL, names to complete", "/sql/names.json"),
    ]
    pages += numbers(visitor, "why of a row", why(few))
    pages += numbers(visitor, "why of a row of all records", why("select row_id, steunpunt from staging.registratie_1 where row_id < '1' order by row_id"))
    return pages


def reviews(visitor, place):
    text = visitor.text("/review")
    pages = [("open reviews", "/review"), ("open reviews, page 2", "/review?page=2"), ("open reviews, searched", "/review?q=zzz")]
    verdict = links(text, r"/review/verdict\?round[^\"]*")
    pair = links(text, r"/review/verdict\?matching[^\"]*")
    return pages + [(name, link[0]) for name, link in [("a verdict", verdict), ("a pair", pair)] if link]


def nights(visitor, place):
    return [("nights", "/nights"), ("night 1", "/nights/1"), ("night 2", "/nights/2"), ("night 1, quarantine, page 3", "/nights/1?page=3")]


PARTS = [nights, flow, appendices, record, queries, reviews]


def measure(visitor, place, name, path, repeat):
    """Asks a page again and again, and tells; milliseconds of each time."""
    first, status, text = visitor.ask(path)
    if status != 200:
        print(f"{name:<44} {status}: {re.sub('<[^>]+>', ' ', text)[-300:]}")
        return []
    times = [visitor.ask(path)[0] for _ in range(repeat)]
    now, most, other = place.memory()
    print(f"{name:<44} first {first:8.1f}  min {min(times):8.1f}  median {statistics.median(times):8.1f}  max {max(times):8.1f} ms "
          f"{len(text):>9} bytes  {now:>5} MiB (most {most}), others {other}", flush=True)
    return [first, *times]


def post(visitor, place):
    """A verdict on the first thing that is open, which the file of reviews gets."""
    link = next(iter(links(visitor.text("/review"), r"/review/verdict\?[^\"]*")), None)
    if link is None:
        return
    text = visitor.text(link)
    if 'name="token"' not in text.split('id="verdict"')[-1]:
        return
    token = re.search(r'name="token" value="([^"]*)"', text).group(1)
    took, status, _ = visitor.ask(link, {"token": token, "verdict": "reject", "reviewer": "bench", "reason": "not the same"})
    print(f"{'a verdict is written':<44} {status} {took:.1f} ms")


def side_by_side(place, pages, repeat):
    """Two visitors ask all pages at once, one from the other end; each page's median, and the slowest of all."""
    times = {}

    def walk(order):
        visitor = Visitor(place.page)
        for _ in range(repeat):
            for name, path in order:
                times.setdefault(name, []).append(visitor.ask(path)[0])

    threads = [threading.Thread(target=walk, args=(order,)) for order in (pages, pages[::-1])]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    medians = sorted(((statistics.median(all), max(all), name) for name, all in times.items()), reverse=True)
    print(f"two visitors at once, {len(pages)} pages: medians up to {medians[0][0]:.1f} ms; the slowest:")
    for median, most, name in medians[:12]:
        print(f"    {name:<44} median {median:8.1f}  max {most:8.1f} ms")
    now, most, other = place.memory()
    print(f"    server {now} MiB (most {most}), others {other} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--parts", default=",".join(part.__name__ for part in PARTS))
    parser.add_argument("--folder")
    parser.add_argument("--bin")
    parser.add_argument("--keep", action="store_true", help="keep data and warehouse")
    options = parser.parse_args()
    folder = pathlib.Path(options.folder or ROOT / f"bench-data/pages-x{options.scale}").resolve()
    place = Place(binaries(options.bin), folder, options.scale)
    with place:
        now, _, other = place.memory()
        print(f"x{options.scale}: the server answers {place.began:.0f} ms after its start; {now} MiB, others {other}; load {os.getloadavg()[0]:.1f}")
        visitor = Visitor(place.page)
        visitor.text("/nights")
        asked, slowest = [], []
        for part in PARTS:
            if part.__name__ not in options.parts.split(","):
                continue
            for name, path in part(Visitor(place.page), place):
                times = measure(visitor, place, name, path, options.repeat)
                asked.append((name, path))
                slowest += [(statistics.median(times[1:]), name)] if times else []
        if "reviews" in options.parts.split(","):
            post(visitor, place)
        slowest.sort(reverse=True)
        print("slowest medians: " + ", ".join(f"{name} {took:.0f} ms" for took, name in slowest[:5]))
        side_by_side(place, [page for page in asked if "CSV" not in page[0]], max(options.repeat // 3, 1))
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
