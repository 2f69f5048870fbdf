"""What lineage costs: runs with it beside runs without it, its size, and how long an answer takes.

usage: lineage.py [--scale 1000] [--rounds 3] [--ask 1,140] [--tables appendix.bijlage_03,…] [--folder FOLDER] [--bin FOLDER] [--keep]

Runs the study at one scale, with capture of lineage and without, in turns; says the ratio of the medians of processor time
and of wall time, the bytes of an edge, and the size of the lineage beside the tables that it explains. Then asks, at each scale of
--ask, every number of some tables why it is what it is, in one process: the first answer, and warm ones. At scale 140 the deliveries
hold a million records. Compare within one call, not between machines.
"""

import argparse
import csv
import json
import pathlib
import shutil
import statistics
import subprocess

from whole_runs import ROOT, binaries, measured


def written(scale, folder, binary):
    """The deliveries of a scale."""
    data = folder / f"x{scale}"
    if not (data / "raw").exists():
        measured([binary / "synth", "write", "--out", data, "--scale", str(scale)])
    return data / "raw"


def run(data, warehouse, binary, *options):
    """A cold run: seconds of wall time and of processor time, its manifest."""
    shutil.rmtree(warehouse, ignore_errors=True)
    command = [binary / "herkomst", "--warehouse", warehouse, "--data", data, "--json", "run", *options]
    wall, cpu, _, output, _ = measured(command)
    return wall, cpu, json.loads(output)


def capture(scale, rounds, folder, binary):
    """With capture and without, in turns."""
    data, warehouse = written(scale, folder, binary), folder / "warehouse-lineage"
    with_it, without = [], []
    for turn in range(rounds):
        without.append(run(data, warehouse, binary, "--no-lineage"))
        with_it.append(run(data, warehouse, binary))
        print(f"x{scale}, turn {turn + 1}: with {with_it[-1][0]:.1f} s wall {with_it[-1][1]:.1f} s processor, "
              f"without {without[-1][0]:.1f} s wall {without[-1][1]:.1f} s processor", flush=True)
    for what, place in [("processor", 1), ("wall", 0)]:
        on, off = (statistics.median(turn[place] for turn in turns) for turns in (with_it, without))
        print(f"x{scale}: capture takes {100 * (on / off - 1):+.1f} % of {what} time")
    tables = [table for node in with_it[-1][2]["nodes"] for table in node["tables"]]
    explained = [table for table in tables if table.get("lineage")]
    edges = sum(table["lineage"]["edges"] for table in explained)
    stored = sum(table["lineage"]["bytes"] for table in explained)
    beside = sum(table["bytes"] for table in explained)
    print(f"x{scale}: {edges} edges in {stored} bytes, {stored / edges:.4f} bytes an edge; "
          f"{100 * stored / beside:.2f} % of the tables that they explain, "
          f"{100 * stored / sum(table['bytes'] for table in tables):.2f} % of all")
    shutil.rmtree(warehouse)


def ask(scale, tables, folder, binary):
    """Every number of some tables, asked in one process."""
    data, warehouse = written(scale, folder, binary), folder / f"warehouse-asked-x{scale}"
    _, _, manifest = run(data, warehouse, binary)
    records = sum(file["records"] for file in manifest["inputs"])
    for table in tables:
        output = subprocess.run([binary / "examples" / "ask", ROOT / "pipelines/perspectief", warehouse, table],
                                check=True, capture_output=True, text=True).stdout
        cells = [{**cell, **{key: float(cell[key]) for key in ("records", "first_ms", "median_ms")}}
                 for cell in csv.DictReader(output.splitlines())]
        behind, first = ([cell[key] for cell in cells] for key in ("records", "first_ms"))
        warm = [cell["median_ms"] for cell in cells]
        print(f"x{scale}, {records} records, {table}: {len(cells)} numbers with {min(behind):.0f} to {max(behind):.0f} records behind "
              f"them (median {statistics.median(behind):.0f}); first answer of all {first[0]:.1f} ms; first answers median "
              f"{statistics.median(first[1:]):.1f} ms; warm median {statistics.median(warm):.1f} ms, "
              f"slowest {max(warm):.1f} ms", flush=True)
    shutil.rmtree(warehouse)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=int, default=1000, help="0: no runs with and without capture")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ask", default="1,140", help="scales, or nothing")
    parser.add_argument("--tables", default="appendix.bijlage_02,appendix.bijlage_03,appendix.bijlage_04")
    parser.add_argument("--folder", default=str(ROOT / "bench-data"))
    parser.add_argument("--bin")
    parser.add_argument("--keep", action="store_true", help="keep the data")
    options = parser.parse_args()
    binary, folder = binaries(options.bin, "-p", "engine", "--example", "ask"), pathlib.Path(options.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for scale in filter(None, options.ask.split(",")):
        ask(int(scale), options.tables.split(","), folder, binary)
    if options.scale:
        capture(options.scale, options.rounds, folder, binary)
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
