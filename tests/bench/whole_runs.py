"""Whole runs at several scales: rows a second and peak memory for each, the slowest stages, and how time grows.

usage: whole_runs.py [--scales 1,100,1000] [--folder FOLDER] [--bin FOLDER] [--keep]

Builds the release binaries unless --bin names a folder that has `herkomst` and `synth`. Data and warehouses are written
to FOLDER (bench-data/). Times are of whole processes on a cold warehouse; compare them within one call, not between
machines.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binaries(given):
    """The folder with the binaries, built if need be."""
    if given:
        return pathlib.Path(given).resolve()
    subprocess.run(["cargo", "build", "--release", "--locked", "-p", "cli", "-p", "synth"], cwd=ROOT, check=True)
    return (ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release").resolve()


def measured(command):
    """Runs a command; seconds of wall time, seconds of processor time, peak MiB, standard output."""
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output


def run(scale, folder, binary):
    """Writes the data of one scale, runs the study on it, and prints what it took."""
    data, warehouse = folder / f"x{scale}", folder / f"warehouse-x{scale}"
    if not (data / "raw").exists():
        measured([binary / "synth", "--out", data, "--scale", str(scale)])
    shutil.rmtree(warehouse, ignore_errors=True)
    command = [binary / "herkomst", "--warehouse", warehouse, "--data", data / "raw", "--json", "run"]
    wall, cpu, peak, output = measured(command)
    manifest = json.loads(output)
    records = sum(file["records"] for file in manifest["inputs"])
    print(f"x{scale}: {records} records, {wall:.2f} s wall, {cpu:.2f} s processor, {peak:.0f} MiB peak, "
          f"{records / wall:.0f} records/s")
    for node in sorted(manifest["nodes"], key=lambda node: -node["millis"])[:8]:
        rows = sum(table["rows"] for table in node["tables"])
        rate = 1000 * rows / max(node["millis"], 1)
        print(f"    {node['node']:<28} {node['millis']:>8} ms {rows:>10} rows {rate:>12.0f} rows/s")
    return records, wall


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scales", default="1,100,1000")
    parser.add_argument("--folder", default=str(ROOT / "bench-data"))
    parser.add_argument("--bin")
    parser.add_argument("--keep", action="store_true", help="keep data and warehouses")
    options = parser.parse_args()
    binary, folder = binaries(options.bin), pathlib.Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    runs = [run(int(scale), folder, binary) for scale in options.scales.split(",")]
    for (few, short), (many, long) in zip(runs, runs[1:]):
        print(f"{many / few:.1f} times the records took {long / short:.1f} times as long")
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
