"""Walks through the pages of `herkomst serve --page` in a browser.

usage: pages.py HERKOMST [PICTURES] [TEST ...]

Runs the shipped study twice into a temporary warehouse (a registration differs), and once more with hostile texts in every free text of
study and deliveries; serves both with a user for each role; and has the tests in tests/browser drive a headless Chromium: log-in, roles,
forms of others, each page in both languages, the way from a printed number to its raw lines, a review and the next run, the keyboard
alone, accessibility (axe), and texts that must stay texts. Pictures of the pages are written to PICTURES, output/pages without it.
With names of tests (`door`, `walk`, …), only those. What is not installed is named, and the pages are not walked.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from book import spoil
from served import PASSWORD, ROOT, Served, herkomst, without_ours

BROWSER = ROOT / "tests/browser"
STUDY, RAW = ROOT / "pipelines/perspectief", ROOT / "data/perspectief/raw"
# A registration as it is delivered, and as it is in the night before.
NOW, BEFORE = b";18/07/1991;V;Angola;", b";18/07/1991;V;Togo;"


def missing(modules):
    """What cannot be had here, in words; empty if all is there."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    wants = {"a Chromium": chromium, "node": shutil.which("node"), "playwright-core and axe-core": (modules / "playwright-core").is_dir()}
    return chromium, [name for name, found in wants.items() if not found]


def prepare(program, folder):
    """A copy of study and deliveries that reviews may be written to, and a warehouse with two nights."""
    folder.mkdir()
    shutil.copytree(STUDY, folder / "study")
    shutil.copytree(RAW, folder / "raw")
    places = ("--study", folder / "study", "--data", folder / "raw", "--warehouse", folder / "warehouse")
    changed = folder / "raw/round_1/arnhem.csv"
    delivered = changed.read_bytes()
    changed.write_bytes(delivered.replace(NOW, BEFORE))
    herkomst(program, *places, "run")
    changed.write_bytes(delivered)
    herkomst(program, *places, "run")
    return places


def spoiled(program, folder):
    """As it is, published, and a second run with hostile texts, which the study's checks hold back; how many texts."""
    folder.mkdir()
    places = ("--study", folder / "study", "--data", folder / "raw", "--warehouse", folder / "warehouse")
    herkomst(program, "--warehouse", folder / "warehouse", "run")
    count = spoil(STUDY, folder / "study") + spoil(RAW, folder / "raw")
    told = ("--accept-missing", "review/beoordeling.csv")
    done = subprocess.run([program, *places, "run", *told], cwd=ROOT, env=without_ours(), capture_output=True, text=True)
    if done.returncode != 5:
        raise SystemExit(f"a run with hostile texts: exit {done.returncode}, not 5\n{done.stderr}")
    return places, count


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    rest = sys.argv[2:]
    pictures = pathlib.Path(rest.pop(0) if rest and os.sep in rest[0] else ROOT / "output/pages").resolve()
    node = pathlib.Path(sys.prefix) / "browser"
    chromium, lacks = missing(node / "node_modules")
    if lacks:
        print(f"pages: not walked, for want of {', '.join(lacks)}: make setup")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        places = prepare(program, folder / "calm")
        hostile, count = spoiled(program, folder / "hostile")
        options = ("--page", "127.0.0.1:0")
        with Served(program, folder / "calm", *options, *places[:4]) as calm, Served(program, folder / "hostile", *options, *hostile[:4]) as evil:
            setup = {
                "calm": f"http://{calm.page}", "hostile": f"http://{evil.page}", "texts": count, "chromium": chromium,
                "password": PASSWORD, "pictures": str(pictures), "program": str(program), "places": list(map(str, places)),
                "raw": str(folder / "calm/raw"), "reviews": str(folder / "calm/study/review/beoordeling.csv"),
            }
            (folder / "setup.json").write_text(json.dumps(setup))
            # Modules are found beside the tests, so these are run where the modules are.
            walk = folder / "walk"
            shutil.copytree(BROWSER, walk, ignore=shutil.ignore_patterns("node_modules"))
            (walk / "node_modules").symlink_to(node / "node_modules")
            tests = [str(walk / f"{test}.test.mjs") for test in rest] or sorted(map(str, walk.glob("*.test.mjs")))
            command = ["node", "--test", "--test-concurrency=1", "--test-reporter=spec", *tests]
            done = subprocess.run(command, cwd=walk, env=os.environ | {"HERKOMST_PAGES": str(folder / "setup.json")})
    if done.returncode != 0:
        raise SystemExit(done.returncode)
    print(f"pages: walked; pictures in {pictures}")


if __name__ == "__main__":
    main()
