"""Whole runs at several scales: rows a second and peak memory of each stage and of the whole, and how time grows.

usage: whole_runs.py [--scales 1,100,1000] [--folder FOLDER] [--bin FOLDER] [--stages N] [--keep]

Builds the release binaries unless --bin names a folder that has `herkomst` and `synth`. Data and warehouses are
written to FOLDER (bench-data/), a cold warehouse for each run. The time of a stage is the manifest's; its peak memory is the
resident set's high-water mark, read and set back when the stage says in the log that it ended (Linux; a
dash elsewhere, and where two stages end between two looks). Compare times within one call, not between machines.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binaries(given, *more):
    """The folder with the binaries, built if need be; `more` says what else to build, for all share their dependencies."""
    if given:
        return pathlib.Path(given).resolve()
    built = ["-p", "cli", "-p", "synth", "--bin", "herkomst", "--bin", "synth", *more]
    subprocess.run(["cargo", "build", "--release", "--locked", *built], cwd=ROOT, check=True)
    return (ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release").resolve()


class HighWater:
    """Peak resident memory of a process since it was last asked, in MiB; none where the system does not tell."""

    def __init__(self, pid):
        self.folder = pathlib.Path("/proc") / str(pid)

    def taken(self):
        try:
            status = (self.folder / "status").read_text()
            (self.folder / "clear_refs").write_text("5")
            return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))
        except (OSError, StopIteration):
            return None


def measured(command):
    """Runs a command that logs JSON lines; seconds of wall time, of processor time, peak MiB, output, stages' peaks."""
    start, peaks = time.perf_counter(), []
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with concurrent.futures.ThreadPoolExecutor(1) as reader:
        output, water = reader.submit(child.stdout.read), HighWater(child.pid)
        for line in child.stderr:
            fields = json.loads(line).get("fields", {}) if line.startswith("{") else {}
            if "step" in fields:
                peaks.append(water.taken())
            elif not fields:
                sys.stderr.write(line)
        output = output.result()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}")
    peak = max([usage.ru_maxrss / 1024, *filter(None, peaks)])
    return wall, usage.ru_utime + usage.ru_stime, peak, output, peaks


def run(scale, folder, binary, stages):
    """Writes the data of one scale, runs the study on it, prints what it took; records, seconds, MiB."""
    data, warehouse = folder / f"x{scale}", folder / f"warehouse-x{scale}"
    if not (data / "raw").exists():
        wall, *_ = measured([binary / "synth", "write", "--out", data, "--scale", str(scale)])
        print(f"x{scale}: data written in {wall:.2f} s")
    shutil.rmtree(warehouse, ignore_errors=True)
    command = [binary / "herkomst", "--warehouse", warehouse, "--data", data / "raw", "--log", "json", "--json", "run"]
    wall, cpu, peak, output, peaks = measured(command)
    manifest = json.loads(output)
    records = sum(file["records"] for file in manifest["inputs"])
    print(f"x{scale}: {records} records, {wall:.2f} s wall, {cpu:.2f} s processor, {peak:.0f} MiB peak, "
          f"{records / wall:.0f} records/s")
    nodes = list(zip(manifest["nodes"], peaks if len(peaks) == len(manifest["nodes"]) else [None] * len(manifest["nodes"])))
    for node, most in sorted(nodes, key=lambda pair: -pair[0]["millis"])[:stages]:
        rows = sum(table["rows"] for table in node["tables"])
        rate = 1000 * rows / max(node["millis"], 1)
        memory = f"{most:.0f}" if most else "-"
        print(f"    {node['node']:<28} {node['millis']:>8} ms {rows:>10} rows {rate:>12.0f} rows/s {memory:>6} MiB")
    return records, wall, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scales", default="1,100,1000")
    parser.add_argument("--folder", default=str(ROOT / "bench-data"))
    parser.add_argument("--bin")
    parser.add_argument("--stages", type=int, default=12, help="how many of the slowest stages are shown")
    parser.add_argument("--keep", action="store_true", help="keep data and warehouses")
    options = parser.parse_args()
    binary, folder = binaries(options.bin), pathlib.Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    runs = [run(int(scale), folder, binary, options.stages) for scale in options.scales.split(",")]
    for (few, short, small), (many, long, large) in zip(runs, runs[1:]):
        grew = (long / short) / (many / few)
        print(f"{many / few:.1f} times the records took {long / short:.1f} times as long ({grew:.2f} of linear) "
              f"and {large / small:.1f} times the memory")
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
