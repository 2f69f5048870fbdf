"""Recomputes printed tables with DuckDB and with pandas, from the published Parquet objects alone.

usage: recompute.py HERKOMST

Runs the flagship study into a temporary warehouse, reads the objects that the manifest names, and computes the
waterfall and Bijlagen 1 to 4 again, in SQL that DuckDB runs and in pandas, independently of the project's own SQL.
Any difference ends in exit status 1.
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import pandas as pd

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Run:
    """The tables of one run, by name."""

    def __init__(self, warehouse: pathlib.Path):
        manifest = json.loads((warehouse / (warehouse / "current").read_text().strip()).read_text())
        self.paths = {}
        for node in manifest["nodes"]:
            for table in node["tables"]:
                digest = table["object"]
                self.paths[table["table"]] = warehouse / "objects" / digest[:2] / f"{digest[2:]}.parquet"

    def frame(self, table: str) -> pd.DataFrame:
        return pd.read_parquet(self.paths[table])

    def duck(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        for table, path in self.paths.items():
            schema, name = table.split(".")
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create view {schema}.{name} as select * from read_parquet('{path}')")
        return connection


class Comparison:
    """Counts compared values and keeps the differences."""

    def __init__(self):
        self.values, self.differences = 0, []

    def equal(self, what, expected, produced):
        self.values += 1
        close = (
            isinstance(expected, float)
            and isinstance(produced, float)
            and math.isclose(expected, produced, rel_tol=1e-12)
        )
        if not close and expected != produced:
            self.differences.append(f"{what}: recomputed {expected!r}, produced {produced!r}")


def responses(run, duck, compare):
    """Bijlage 1 from the rows of rounds and matching."""
    produced = {row.volgnr: row for row in run.frame("appendix.bijlage_01").itertuples()}
    recomputed = duck.execute(
        """
        select 1, count(*), 0 from staging.registratie_1
        union all select 2, count(*) filter (where populatie = 'huidig'), count(*) filter (where populatie = 'uitgestroomd')
            from cleaning.round_2
        union all select 3, count(*) filter (where populatie = 'huidig'), count(*) filter (where populatie = 'uitgestroomd')
            from cleaning.round_3
        union all select 4, count(*) filter (where populatie = 'huidig'), count(*) filter (where populatie = 'uitgestroomd')
            from cleaning.round_2 where row_id in (select left_id from linkage.dmb)
        union all select 5, count(*) filter (where populatie = 'huidig'), count(*) filter (where populatie = 'uitgestroomd')
            from cleaning.round_3 where row_id in (select left_id from linkage.dmb)
        """
    ).fetchall()
    for number, current, left in recomputed:
        compare.equal(f"bijlage_01 row {number} huidig", current, int(produced[number].huidig))
        compare.equal(f"bijlage_01 row {number} uitgestroomd", left, int(produced[number].uitgestroomd))
        compare.equal(f"bijlage_01 row {number} totaal", current + left, int(produced[number].totaal))


def waterfall(run, compare):
    """What each rule did, counted from its decisions; and the rows of each round, followed from the first."""
    decisions = run.frame("audit.decisions")
    decisions = decisions[decisions.applied]
    for row in run.frame("audit.waterfall").itertuples():
        mine = decisions[(decisions["round"] == row.round) & (decisions.step == row.step)]
        count = lambda verb, side: int(((mine.verb == verb) & (mine[side] == row.population)).sum())
        where = f"waterfall {row.round} {row.rule} {row.population}"
        compare.equal(f"{where} merged", count("merge", "population_from"), row.merged)
        compare.equal(f"{where} removed", count("remove", "population_from"), row.removed)
        compare.equal(f"{where} added", count("add", "population_to"), row.added)
        compare.equal(f"{where} moved in", count("move", "population_to"), row.moved_in)
        compare.equal(f"{where} moved out", count("move", "population_from"), row.moved_out)
    persons = set(run.frame("staging.registratie_1").row_id)
    for _, mine in decisions.groupby("round_no"):
        persons |= set(mine[mine.verb == "add"].row_id)
        persons -= set(mine[mine.verb.isin(["merge", "remove"])].row_id)
    compare.equal("persons after all rounds", persons, set(run.frame("cleaning.round_3").row_id))


def countries(run, duck, compare):
    """Bijlage 2 with DuckDB, Bijlage 3 with pandas."""
    produced = {row.land: row for row in run.frame("appendix.bijlage_02").itertuples()}
    counted = duck.execute("select land_van_herkomst, count(*) from cleaning.round_3 group by 1").fetchall()
    total = sum(n for _, n in counted)
    compare.equal("bijlage_02 countries", {land for land, _ in counted}, set(produced))
    for land, n in counted:
        compare.equal(f"bijlage_02 {land} n", n, int(produced[land].n))
        compare.equal(f"bijlage_02 {land} pct", round(100 * n / total, 1), round(float(produced[land].pct), 1))

    groups = run.frame("staging.landen").set_index("land").groep
    persons = run.frame("cleaning.round_3")
    table = pd.crosstab(persons.land_van_herkomst.map(groups), persons.sekse)
    for row in run.frame("appendix.bijlage_03").itertuples():
        mine = table.sum() if row.land_groep == "Totaal" else table.loc[row.land_groep]
        compare.equal(f"bijlage_03 {row.land_groep} vrouw", int(mine["vrouw"]), int(row.vrouw_n))
        compare.equal(f"bijlage_03 {row.land_groep} man", int(mine["man"]), int(row.man_n))
        compare.equal(f"bijlage_03 {row.land_groep} totaal", int(mine.sum()), int(row.totaal_n))


def months(first: pd.Timestamp, last: pd.Timestamp) -> int:
    """Completed months: the day of the month must be reached."""
    whole = (last.year - first.year) * 12 + last.month - first.month
    return whole - 1 if last.day < first.day else whole


def stays(run, compare):
    """Bijlage 4 with pandas: months from first registration to inflow, of the persons found in the register."""
    pairs = run.frame("linkage.dmb")[["left_id", "right_id"]]
    persons = run.frame("cleaning.round_3")[["row_id", "steunpunt", "datum_instroom"]]
    register = run.frame("staging.dmb_persoon")[["row_id", "datum_eerste_registratie"]]
    known = persons.merge(pairs, left_on="row_id", right_on="left_id")
    known = known.merge(register, left_on="right_id", right_on="row_id", suffixes=("", "_dmb"))
    known["months"] = [
        months(pd.Timestamp(first), pd.Timestamp(last))
        for first, last in zip(known.datum_eerste_registratie, known.datum_instroom)
    ]
    produced = {row.steunpunt: row for row in run.frame("appendix.bijlage_04").itertuples()}
    groups = dict(list(known.groupby("steunpunt"))) | {"Total": known}
    compare.equal("bijlage_04 rows", set(groups), set(produced))
    for name, group in groups.items():
        compare.equal(f"bijlage_04 {name} n", len(group), int(produced[name].n))
        compare.equal(f"bijlage_04 {name} mean", round(float(group.months.mean()), 2), round(float(produced[name].mean), 2))
        deviation = round(float(group.months.std(ddof=1)), 3)
        compare.equal(f"bijlage_04 {name} sd", deviation, round(float(produced[name].std_deviation), 3))


def main(herkomst: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = pathlib.Path(folder) / "warehouse"
        command = [str(pathlib.Path(herkomst).resolve()), "--warehouse", str(warehouse), "run"]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        run = Run(warehouse)
        duck, compare = run.duck(), Comparison()
        responses(run, duck, compare)
        waterfall(run, compare)
        countries(run, duck, compare)
        stays(run, compare)
    print(f"recomputed with DuckDB {duckdb.__version__} and pandas {pd.__version__}: "
          f"{compare.values} values compared, {len(compare.differences)} differ")
    for difference in compare.differences:
        print(f"  {difference}")
    return 1 if compare.differences else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
