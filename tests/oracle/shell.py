"""Drives the shell of `herkomst sql` in a pseudo-terminal, as somebody who types would.

usage: shell.py HERKOMST [SCENE ...]

Runs the small study, then types: completion, statements over several lines, mistakes, Ctrl-C, history, pager, editor.
What the shell shows is compared after the sequences that steer a terminal are taken out. Needs the standard library only.
"""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERKOMST = Path(sys.argv[1]).resolve()
STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07|\r")
# Counts 10^11 pairs: nobody waits for its end.
LONG = "select count(*) from generate_series(1, 100000) a, generate_series(1, 1000000) b where a.value + b.value < 0;"
UP, CTRL_C, CTRL_D, TAB = "\x1b[A", "\x03", "\x04", "\t"


class Terminal:
    """A process on a terminal of 24 lines."""

    def __init__(self, folder, *arguments, columns=100, **variables):
        environment = {
            name: value for name, value in os.environ.items()
            if not name.startswith("HERKOMST_") and name not in ("PAGER", "VISUAL", "EDITOR", "XDG_STATE_HOME")
        }
        environment |= {"TERM": "xterm", "HERKOMST_STUDY": "study", "NO_COLOR": "1", "HOME": str(folder)} | variables
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            # Who starts tests in the background may ignore Ctrl-C, and what is started inherits that.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(HERKOMST, ["herkomst", "sql", *arguments], environment)
        self.seen = ""

    def type(self, text):
        os.write(self.terminal, text.encode())

    def enter(self, text):
        self.type(text + "\r")

    def read(self, seconds):
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return False
        try:
            piece = os.read(self.terminal, 65536)
        except OSError:
            return False
        self.seen = STEERING.sub("", self.seen + piece.decode(errors="replace"))
        return bool(piece)

    def until(self, pattern, seconds=60):
        """What is shown up to and with the pattern; what comes next is looked at the next time."""
        end = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.seen)
            if found:
                shown, self.seen = self.seen[: found.end()], self.seen[found.end():]
                return shown
            if time.monotonic() > end or not (self.read(1) or alive(self.process)):
                raise AssertionError(f"no {pattern!r} in {self.seen!r}")

    def prompt(self, sign="=", run=1):
        return self.until(rf"library {run}{re.escape(sign)}> $")

    def ask(self, text, run=1):
        """What comes between a line and the next prompt."""
        self.enter(text)
        return self.until(rf"\n(?s:.*)library {run}=> $")

    def ended(self, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.1)
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("it does not end")


def alive(process):
    return Path(f"/proc/{process}").exists()


def contains(shown, *texts):
    for text in texts:
        assert text in shown, f"no {text!r} in {shown!r}"


def completion(folder):
    shell = Terminal(folder)
    contains(shell.prompt(), "Run 1 of study library", "\\q leaves")
    shell.type("sel" + TAB)
    shell.until("select")
    shell.type(" * from appen" + TAB)
    shell.until(r"appendix\.")
    shell.type("tab" + TAB)
    shell.until("table_1")
    contains(shell.ask(" order by 1;"), "| North  |", "| South  |", "(2 rows)")
    # Columns of the table, which stands behind the cursor; the cursor goes back with the left arrow.
    shell.type("select bra from appendix.table_1 limit 1;" + "\x1b[D" * len(" from appendix.table_1 limit 1;") + TAB)
    shell.until("branch from")
    contains(shell.ask(""), "| branch |", "(1 row)")
    shell.type("\\d appendix." + TAB)
    shell.until("table_1")
    contains(shell.ask(""), "appendix.table_1: 2 rows", "| column", "| books")
    # Several ways to go on are listed at the second Tab.
    shell.type("select * from audit.run_" + TAB + TAB)
    shell.until("run_decisions")
    shell.type(CTRL_C)
    shell.prompt()
    shell.type(CTRL_D)
    assert shell.ended() == 0


def lines(folder):
    shell = Terminal(folder)
    shell.prompt()
    for line, sign in [("select branch, (", "("), ("books", "("), (") as n, 'a;", "'"), ("b' as t /* one;", "*"), ("*/", "-"),
                       ("from appendix.table_1", "-")]:
        shell.enter(line)
        shell.prompt(sign)
    contains(shell.ask("order by branch limit 1;"), "| North  | 1 | a;⏎b |", "(1 row)")
    # The whole statement comes back, over all its lines, and can be changed there.
    shell.type(UP)
    shell.until("limit 1;")
    contains(shell.ask("\x7f\x7f2;"), "| South  |", "(2 rows)")
    # Ctrl-C gives up what is typed, also lines above.
    shell.enter("select 'never")
    shell.prompt("'")
    shell.type("ended" + CTRL_C)
    shell.prompt()
    contains(shell.ask("select 6 * 7 as answer;"), "42")
    # A command between the lines of a statement is answered, and the statement goes on.
    shell.enter("select branch from appendix.table_1")
    shell.prompt("-")
    shell.enter("\\d table_1")
    contains(shell.prompt("-"), "| books")
    contains(shell.ask("order by branch desc limit 1;"), "| South  |", "(1 row)")
    contains(shell.ask("select 1 as a; select 2 as b;"), "| a |", "| b |")
    shell.enter("\\q")
    assert shell.ended() == 0


def mistakes(folder):
    shell = Terminal(folder)
    shell.prompt()
    contains(shell.ask("select brunch from appendix.table_1;"), "brunch", "query:1:8", "branch")
    contains(shell.ask("selec 1;"), "query:1:1")
    contains(shell.ask("drop table appendix.table_1;"), "DDL")
    contains(shell.ask("select cast('x' as bigint);"), "x")
    contains(shell.ask("\\nothing"), "no command \\nothing", "\\?")
    contains(shell.ask("\\d appendix.table_2"), "did you mean", "appendix.table_1")
    contains(shell.ask("\\format xlsx"), "xlsx")
    contains(shell.ask("select 1;"), "\\o FILE")
    contains(shell.ask("\\format table"), "table")
    contains(shell.ask("select 42 as answer;"), "|     42 |", "(1 row)")
    shell.type(CTRL_D)
    assert shell.ended() == 0


def cancelling(folder):
    shell = Terminal(folder)
    shell.prompt()
    shell.enter(LONG)
    time.sleep(1.5)
    assert not shell.seen.endswith("=> "), "the query is under way"
    begun = time.monotonic()
    shell.type(CTRL_C)
    shell.until("cancelled", 5)
    shell.prompt()
    assert time.monotonic() - begun < 3
    contains(shell.ask("select 40 + 2 as answer;"), "42")
    # A result that streams to the screen is cancelled, too.
    shell.enter("\\pager off")
    shell.prompt()
    shell.enter("select a.value from generate_series(1, 2000000000) a;")
    shell.until("10010")
    shell.type(CTRL_C)
    shell.until("cancelled", 10)
    shell.prompt()
    contains(shell.ask("select 43 as answer;"), "43")
    shell.type(CTRL_D)
    assert shell.ended() == 0
    # Without a shell Ctrl-C ends the process; a file that it was writing is not left behind.
    command = Terminal(folder, "-o", "long.csv", "-c", LONG)
    time.sleep(1.5)
    assert any(name.endswith(".part") for name in os.listdir(folder)), os.listdir(folder)
    command.type(CTRL_C)
    assert command.ended() == 1
    contains(command.seen, "cancelled")
    assert not [name for name in os.listdir(folder) if "long.csv" in name]
    command = Terminal(folder, "-c", LONG)
    time.sleep(1.5)
    command.type(CTRL_C)
    assert command.ended() == -signal.SIGINT


def history(folder):
    state = folder / "state"
    shell = Terminal(folder, XDG_STATE_HOME=str(state))
    shell.prompt()
    shell.ask("select 'kept' as a;")
    shell.ask(" select 'not kept' as a;")
    shell.enter("select")
    shell.prompt("-")
    shell.ask("2 as two;")
    shell.type(CTRL_D)
    assert shell.ended() == 0
    file = state / "herkomst/history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    text = file.read_text()
    contains(text, "select 'kept' as a;", "2 as two;")
    assert "not kept" not in text
    # The next shell knows them.
    shell = Terminal(folder, XDG_STATE_HOME=str(state))
    shell.prompt()
    shell.type(UP)
    shell.until("2 as two;")
    # Up goes up within a statement first.
    shell.type(UP + UP)
    shell.until("'kept'")
    contains(shell.ask(""), "kept")
    shell.type(CTRL_D)
    assert shell.ended() == 0
    for arguments, variables in [(["--history", "off"], {}), ([], {"HERKOMST_HISTORY": "off"})]:
        other = folder / "other"
        shell = Terminal(folder, *arguments, XDG_STATE_HOME=str(other), **variables)
        shell.prompt()
        shell.ask("select 1;")
        shell.type(CTRL_D)
        assert shell.ended() == 0
        assert not other.exists()


def paging(folder):
    paged = folder / "paged.txt"
    shell = Terminal(folder, columns=60, PAGER=f"cat >> {paged}")
    shell.prompt()
    contains(shell.ask("select 'short' as a;"), "short", "(1 row)")
    assert not paged.exists(), "what fits needs no pager"
    assert "row" not in shell.ask("select a.value from generate_series(1, 30) a;").split("\n", 1)[1]
    contains(paged.read_text(), "| value |", "(30 rows)")
    paged.unlink()
    shell.ask("select repeat('wide ', 20) as a;")
    contains(paged.read_text(), "wide wide", "(1 row)")
    paged.unlink()
    contains(shell.ask("\\pager off"), "pager is off")
    contains(shell.ask("select a.value from generate_series(1, 30) a;"), "(30 rows)")
    assert not paged.exists()
    contains(shell.ask("\\x"), "format is expanded")
    contains(shell.ask("select 1 as a, 'x' as long_name;"), "-[ row 1 ]-", "a         | 1")
    shell.type(CTRL_D)
    assert shell.ended() == 0
    # A pager that is left early ends the query, not the shell.
    shell = Terminal(folder, PAGER="head -n 4")
    shell.prompt()
    contains(shell.ask("select a.value from generate_series(1, 2000000000) a;"), "| value |", "|     1 |")
    contains(shell.ask("select 43 as answer;"), "43")
    shell.type(CTRL_D)
    assert shell.ended() == 0


def asking_on(folder):
    environment = os.environ | {"HERKOMST_STUDY": "study"}
    subprocess.run([HERKOMST, "run"], cwd=folder, env=environment, check=True, capture_output=True)
    shell = Terminal(folder)
    shell.prompt(run=2)
    shell.ask("select branch, books from appendix.table_1 order by branch;", run=2)
    why = subprocess.run(
        [HERKOMST, "why", "--sql", "select branch, books from appendix.table_1 order by branch", "--row", "2"],
        cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout
    shown = shell.ask("\\pager off", run=2)
    shown = shell.ask("\\why 2", run=2)
    contains(shown, *why.splitlines())
    contains(shell.ask("\\why 3", run=2), "there is no row 3")
    contains(shell.ask("\\run 1"), "run 1 of study library")
    contains(shell.ask("\\why 1"), "no result to ask about")
    contains(shell.ask("\\run 9"), "9")
    contains(shell.ask("\\run"), "run 1 of study library")
    contains(shell.ask("\\timing"), "timing is on")
    assert re.search(r"Time: \d+\.\d ms", shell.ask("select 1;"))
    shell.ask("\\o rows.csv")
    assert "42" not in shell.ask("select 42 as a;").split("\n", 1)[1]
    assert not (folder / "rows.csv").exists(), "a file appears when it is whole"
    shell.ask("\\o")
    assert (folder / "rows.csv").read_text() == "a\n42\n"
    shell.type(CTRL_D)
    assert shell.ended() == 0
    editor = folder / "editor.sh"
    editor.write_text("#!/bin/sh\nsed -i 's/1/17 + 4/' \"$1\"\n")
    editor.chmod(0o755)
    shell = Terminal(folder, EDITOR=str(editor))
    shell.prompt(run=2)
    shell.ask("select 1 as one;", run=2)
    shell.enter("\\e")
    shell.until(r"select 17 \+ 4 as one;")
    contains(shell.ask("", run=2), "21")
    shell.type(CTRL_D)
    assert shell.ended() == 0


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "tests/studies/library", folder / "study")
        environment = os.environ | {"HERKOMST_STUDY": "study"}
        subprocess.run([HERKOMST, "run"], cwd=folder, env=environment, check=True, capture_output=True)
        chosen = sys.argv[2:]
        for scene in (completion, lines, mistakes, cancelling, history, paging, asking_on):
            if not chosen or scene.__name__ in chosen:
                scene(folder)
                print(f"shell: {scene.__name__} as expected", flush=True)


if __name__ == "__main__":
    main()
