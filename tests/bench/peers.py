"""SQLMesh and dbt on DuckDB beside herkomst, for `nights.py`: the same rows, as many nodes, and checks of the same kinds.

What they are given is more than herkomst starts from: each source as one clean CSV file, the rows that herkomst staged from the
deliveries of all encodings, separators and workbooks. What they do is less: no rules with verdicts, no matching, no
lineage of rows, no analysis, no verification of what is stored. A project has as many nodes as the study has steps:

    seeds     one for each source
    staged    one for each source: its distinct rows, trimmed; their row_id is not null and unique (an audit, a test)
    tables    counts by a column, as many as are left

Every column is text, so no time goes into guessing types. Nothing is sent to anybody (telemetry is off).
"""

import csv
import itertools
import json
import os
import pathlib
import subprocess
import sys
import time


class Project:
    """The seeds of a project, and the tables that are made of them."""

    def __init__(self, place, folder):
        self.folder = folder
        (folder / "seeds").mkdir(parents=True)
        nodes = place.last()["nodes"]
        staged = [table["table"] for node in nodes for table in node["tables"] if table["table"].startswith("staging.")]
        self.columns = {table.removeprefix("staging."): self.seed(place, table) for table in staged}
        self.rows = sum(len(path.read_text().splitlines()) - 1 for path in self.seeds())
        left = len(nodes) - 2 * len(self.columns)
        columns = [(name, column) for name, count in self.columns.items() for column in range(2, min(count, 6) + 1)]
        self.tables = list(itertools.islice(columns, max(left, 1)))

    def seed(self, place, table):
        """Writes the rows of a table as a seed; how many columns it has."""
        command = [*place.command, "sql", "--raw", "--format", "csv", "-c", f"select * from {table} order by row_id"]
        rows = list(csv.reader(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines(True)))
        row_id = rows[0].index("row_id")
        with (self.folder / "seeds" / f"{table.removeprefix('staging.')}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["row_id", *(f"c{n}" for n in range(2, len(rows[0]) + 1))])
            writer.writerows([row[row_id], *row[:row_id], *row[row_id + 1 :]] for row in rows[1:])
        return len(rows[0])

    def seeds(self):
        return sorted((self.folder / "seeds").glob("*.csv"))

    def change(self, name):
        """Changes the last cell of the first row of a seed, to and fro."""
        path = self.folder / "seeds" / f"{name}.csv"
        lines = path.read_text().splitlines(True)
        cell = lines[1].rstrip("\r\n")
        lines[1] = (cell[: -len("changed")] if cell.endswith("changed") else f"{cell}changed") + "\n"
        path.write_text("".join(lines))

    def write(self, path, text):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def names(self, source):
        return ["row_id", *(f"c{n}" for n in range(2, self.columns[source] + 1))]

    def staged(self, source, seed):
        return f"SELECT DISTINCT {', '.join(f'trim({name}) AS {name}' for name in self.names(source))} FROM {seed}\n"

    def nodes(self):
        return f"{len(self.columns)} seeds of {self.rows} rows, {len(self.columns)} staged, {len(self.tables)} tables"

    def timed(self, program, *options, **environment):
        """Milliseconds of a call."""
        start = time.perf_counter()
        done = subprocess.run(
            [program, *options], cwd=self.folder, env={**os.environ, **environment}, capture_output=True, text=True
        )
        took = 1000 * (time.perf_counter() - start)
        if done.returncode != 0:
            sys.exit(f"{program} {' '.join(options)} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return took


class SqlMesh(Project):
    """`sqlmesh run` in a night; a changed seed takes a `sqlmesh plan`."""

    name = "sqlmesh"

    def __init__(self, program, place, folder):
        super().__init__(place, folder)
        self.program = str(pathlib.Path(program).resolve())
        self.write(
            "config.yaml",
            "gateways: {local: {connection: {type: duckdb, database: nights.db}}}\n"
            "model_defaults: {dialect: duckdb, start: '2010-01-01'}\n",
        )
        for source in self.columns:
            columns = ", ".join(f"{name} TEXT" for name in self.names(source))
            self.write(
                f"models/seed_{source}.sql",
                f"MODEL (name raw.{source}, kind SEED (path '../seeds/{source}.csv'), columns ({columns}));\n",
            )
            self.write(
                f"models/staged_{source}.sql",
                f"MODEL (name staged.{source}, kind FULL, audits (not_null(columns := (row_id)), unique_values(columns := (row_id))));\n"
                + self.staged(source, f"raw.{source}"),
            )
        for source, column in self.tables:
            self.write(
                f"models/table_{source}_{column}.sql",
                f"MODEL (name counted.{source}_{column}, kind FULL);\n"
                f"SELECT c{column}, count(*) AS n FROM staged.{source} GROUP BY c{column}\n",
            )
        self.first = self.call("plan", "--auto-apply", "--no-prompts")

    def call(self, *options):
        return self.timed(self.program, *options, SQLMESH__DISABLE_ANONYMIZED_ANALYTICS="true", MAX_FORK_WORKERS="1")

    def quiet(self):
        return self.call("run")

    def changed(self, name):
        self.change(name)
        return self.call("plan", "--auto-apply", "--no-prompts")

    def everything(self):
        return self.call("plan", "--auto-apply", "--no-prompts", "--restate-model", "*", "--start", "2010-01-01")


class Dbt(Project):
    """`dbt build`, which makes everything again, and with `--select state:modified+` only what changed since the last one."""

    name = "dbt"

    def __init__(self, program, place, folder):
        super().__init__(place, folder)
        self.program = str(pathlib.Path(program).resolve())
        self.write("profiles.yml", "nights: {target: t, outputs: {t: {type: duckdb, path: nights.db, threads: 2}}}\n")
        text = {source: {"+column_types": dict.fromkeys(self.names(source), "varchar")} for source in self.columns}
        project = {
            "name": "nights",
            "profile": "nights",
            "version": "1.0",
            "models": {"nights": {"+materialized": "table"}},
            "seeds": {"nights": text},
            "flags": {"send_anonymous_usage_stats": False},
        }
        # JSON is YAML.
        self.write("dbt_project.yml", json.dumps(project))
        tests = [{"name": "row_id", "tests": ["not_null", "unique"]}]
        models = [{"name": f"staged_{source}", "columns": tests} for source in self.columns]
        self.write("models/staged.yml", json.dumps({"version": 2, "models": models}))
        for source in self.columns:
            self.write(f"models/staged_{source}.sql", self.staged(source, f"{{{{ ref('{source}') }}}}"))
        for source, column in self.tables:
            self.write(
                f"models/table_{source}_{column}.sql",
                f"SELECT c{column}, count(*) AS n FROM {{{{ ref('staged_{source}') }}}} GROUP BY c{column}\n",
            )
        self.first = self.call("build")

    def call(self, *options):
        took = self.timed(self.program, *options, "--profiles-dir", ".", DO_NOT_TRACK="1")
        # What the next call compares with.
        self.write("state/manifest.json", (self.folder / "target/manifest.json").read_text())
        return took

    def modified(self):
        return self.call("build", "--select", "state:modified+", "--state", "state")

    def quiet(self):
        return self.modified()

    def everything(self):
        return self.call("build")

    def changed(self, name):
        self.change(name)
        return self.modified()
