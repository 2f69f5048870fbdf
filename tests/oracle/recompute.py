"""Recomputes printed tables twice, with DuckDB and with pandas, from the stored Parquet objects alone.

usage: recompute.py HERKOMST

Runs the flagship study into a temporary warehouse and reads the objects that the manifest names: rounds, pairs and
staged answers, never features or appendices. From these it computes every cell of Bijlagen 1 to 13, the
waterfall (from the decisions) and the number of records of every delimited file (from the file), in SQL and Python
of its own. The tests of Bijlagen 14 to 20 it computes from the persons' characteristics (screens.py). Any difference from what the project made is printed and ends in exit status 1.
"""

import collections
import csv
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

import duckdb
import pandas as pd
from screens import screens

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "data/perspectief/raw"
STUDY = ROOT / "pipelines/perspectief"
POPULATIONS = ("huidig", "uitgestroomd")
MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


class Run:
    """The published run of a warehouse: its manifest and its tables."""

    def __init__(self, warehouse):
        self.manifest = json.loads((warehouse / (warehouse / "current").read_text().strip()).read_text())
        self.duck, self.paths = duckdb.connect(), {}
        for node in self.manifest["nodes"]:
            for table in node["tables"]:
                name, digest = table["table"], table["object"]
                self.paths[name] = warehouse / "objects" / digest[:2] / f"{digest[2:]}.parquet"
                self.duck.execute(f"create schema if not exists {name.split('.')[0]}")
                self.duck.execute(f"create view {name} as select * from read_parquet('{self.paths[name]}')")

    def frame(self, table):
        return pd.read_parquet(self.paths[table])

    def sql(self, query):
        return self.duck.execute(query).fetchall()


class Comparison:
    """Counts compared values for each table and keeps the differences."""

    def __init__(self):
        self.values, self.differences = collections.Counter(), []

    def equal(self, table, place, recomputed, produced):
        self.values[table] += 1
        recomputed, produced = plain(recomputed), plain(produced)
        if isinstance(recomputed, float) and isinstance(produced, (int, float)):
            same = math.isclose(recomputed, produced, rel_tol=1e-12)
        else:
            same = recomputed == produced
        if not same:
            self.differences.append(f"{table}, {place}: recomputed {shown(recomputed)}, produced {shown(produced)}")

    def rows(self, table, engine, recomputed, produced):
        """Compares all cells of two tables, rows in order; `produced` is a frame with the columns of `recomputed`."""
        self.equal(table, f"{engine}, columns", sorted(recomputed[0]), sorted(produced.columns))
        self.equal(table, f"{engine}, number of rows", len(recomputed), len(produced))
        for place, (row, other) in enumerate(zip(recomputed, produced.to_dict("records")), 1):
            for column, value in row.items():
                self.equal(table, f"{engine}, row {place}, {column}", value, other.get(column))


def shown(value, most=120):
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"


def plain(value):
    """Python's own types, and one word for what is missing."""
    if isinstance(value, (list, set, tuple)):
        return value
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def response(run, compare):
    """Bijlage 1: persons of each stand, and the numbers inside its texts."""
    stands = [("staging.registratie_1", "true"), ("cleaning.round_2", "true"), ("cleaning.round_3", "true")]
    found = "row_id in (select left_id from linkage.dmb)"
    stands += [("cleaning.round_2", found), ("cleaning.round_3", found)]
    matched = set(run.frame("linkage.dmb").left_id)
    produced = run.frame("appendix.bijlage_01").to_dict("records")
    compare.equal("bijlage_01", "number of rows", len(stands), len(produced))
    for number, ((table, condition), row) in enumerate(zip(stands, produced), 1):
        frame = run.frame(table)
        frame = frame if condition == "true" else frame[frame.row_id.isin(matched)]
        # What is delivered first is a list of current participants.
        column = "populatie" if "populatie" in frame else "'huidig'"
        for population in POPULATIONS:
            query = f"select count(*) from {table} where {condition} and {column} = '{population}'"
            compare.equal("bijlage_01", f"DuckDB, row {number}, {population}", run.sql(query)[0][0], row[population])
            mine = frame.populatie == population if "populatie" in frame else [population == "huidig"] * len(frame)
            compare.equal("bijlage_01", f"pandas, row {number}, {population}", int(sum(mine)), row[population])
        compare.equal("bijlage_01", f"row {number}, totaal", len(frame), row["totaal"])
        compare.equal("bijlage_01", f"row {number}, volgnr", number, row["volgnr"])
    second = run.frame("cleaning.round_2")
    unknown = ((second.populatie == "huidig") & (second.uitgestroomd == "onbekend")).sum()
    verbs = run.sql("select verb, count(*) from audit.decisions where round = 'round_3' and applied group by verb")
    numbers = lambda row, column: [int(n) for n in re.findall(r"(?<!\d)\d+(?!e)", produced[row][column])]
    compare.equal("bijlage_01", "number in note 2", [int(unknown)], numbers(1, "noot"))
    compare.equal("bijlage_01", "numbers in note 3", [dict(verbs)[v] for v in ("move", "add", "remove")], numbers(2, "noot"))
    compare.equal("bijlage_01", "persons asked for", len(second), numbers(3, "label")[0])


def countries(run, compare):
    """Bijlage 2: persons by country, most first, countries of equal number in the order of the list."""
    query = """
        with n as (select land_van_herkomst as land, count(*) as n from cleaning.round_3 group by all)
        select row_number() over (order by n desc, volgorde) as volgnr, land, n, 100.0::double * n / sum(n) over () as pct
        from n left join staging.landen using (land) order by 1"""
    with_duck = [dict(zip(("volgnr", "land", "n", "pct"), row)) for row in run.sql(query)]
    table = run.frame("cleaning.round_3").groupby("land_van_herkomst").size().rename("n").rename_axis("land")
    table = table.reset_index().merge(run.frame("staging.landen")[["land", "volgorde"]], how="left", on="land")
    table = table.sort_values(["n", "volgorde"], ascending=[False, True], ignore_index=True)
    table["pct"], table["volgnr"] = 100 * table.n / table.n.sum(), table.index + 1
    with_pandas = table.drop(columns="volgorde").to_dict("records")
    produced = run.frame("appendix.bijlage_02")
    compare.rows("bijlage_02", "DuckDB", with_duck, produced)
    compare.rows("bijlage_02", "pandas", with_pandas, produced)


def groups(run, compare):
    """Bijlage 3: groups of countries by sex."""
    query = """
        select coalesce(groep_volgnr, (select max(groep_volgnr) + 1 from staging.landen)), coalesce(groep, 'Totaal'),
               count(*) filter (where sekse = 'vrouw'), count(*) filter (where sekse = 'man'), count(*)
        from cleaning.round_3 join staging.landen on land = land_van_herkomst
        group by grouping sets ((groep_volgnr, groep), ()) order by 1"""
    rows = [group_row(*row) for row in run.sql(query)]
    lands = run.frame("staging.landen")
    persons = run.frame("cleaning.round_3").merge(lands, left_on="land_van_herkomst", right_on="land")
    table = pd.crosstab([persons.groep_volgnr, persons.groep], persons.sekse)
    mine = [group_row(*key, row.vrouw, row.man, row.vrouw + row.man) for key, row in table.iterrows()]
    total = table.sum()
    mine.append(group_row(lands.groep_volgnr.max() + 1, "Totaal", total.vrouw, total.man, total.sum()))
    produced = run.frame("appendix.bijlage_03")
    compare.rows("bijlage_03", "DuckDB", rows, produced)
    compare.rows("bijlage_03", "pandas", mine, produced)


def group_row(number, name, women, men, both):
    numbers = {"volgnr": number, "land_groep": name, "vrouw_n": women, "man_n": men, "totaal_n": both}
    return numbers | {"vrouw_pct": 100 * women / both, "man_pct": 100 * men / both, "totaal_pct": 100.0}


def stays(run, compare):
    """Bijlage 4: completed months from first registration to inflow, of the persons found in the register."""
    query = """
        with m as (
            select p.steunpunt, 12 * (year(datum_instroom) - year(datum_eerste_registratie))
                   + month(datum_instroom) - month(datum_eerste_registratie)
                   - (day(datum_instroom) < day(datum_eerste_registratie))::int as months
            from cleaning.round_3 p join linkage.dmb l on left_id = p.row_id join staging.dmb_persoon d on d.row_id = right_id)
        select coalesce(volgnr, 1 + (select max(volgnr) from staging.steunpunten)), coalesce(steunpunt, 'Total'),
               avg(months), count(months), stddev_samp(months)
        from staging.steunpunten left join m using (steunpunt) group by grouping sets ((volgnr, steunpunt), ()) order by 1"""
    names = ("volgnr", "steunpunt", "mean", "n", "std_deviation")
    pairs, register = run.frame("linkage.dmb"), run.frame("staging.dmb_persoon")
    known = run.frame("cleaning.round_3").merge(pairs[["left_id", "right_id"]], left_on="row_id", right_on="left_id")
    known = known.merge(register[["row_id", "datum_eerste_registratie"]], left_on="right_id", right_on="row_id")
    known["months"] = list(map(months, known.datum_eerste_registratie, known.datum_instroom))
    places = run.frame("staging.steunpunten").sort_values("volgnr")
    parts = [(n, name, known[known.steunpunt == name].months) for n, name in zip(places.volgnr, places.steunpunt)]
    parts.append((len(places) + 1, "Total", known.months))
    mine = [dict(zip(names, (n, name, part.mean(), len(part), part.std(ddof=1)))) for n, name, part in parts]
    produced = run.frame("appendix.bijlage_04")
    compare.rows("bijlage_04", "DuckDB", [dict(zip(names, row)) for row in run.sql(query)], produced)
    compare.rows("bijlage_04", "pandas", mine, produced)


def months(first, last):
    """Completed months: the day of the month must be reached."""
    return 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)


def answers(run, compare):
    """Bijlagen 5 to 13: the answers of each centre in the words of the code book."""
    lists = ("steunpunt", "gemeente", "dtv", "ind")
    union = " union all ".join(f"select '{name}' as vragenlijst, steunpunt, vraag, antwoord from staging.vragenlijst_{name}" for name in lists)
    query = f"""
        select k.bijlage, g.steunpunt, k.question_key, k.soort, coalesce(c.label, g.antwoord)
        from ({union}) g join staging.kenmerk k using (vragenlijst, vraag)
        left join staging.antwoorden c on c.vraag = g.vraag and c.code = g.antwoord where k.bijlage is not null"""
    frames = [run.frame(f"staging.vragenlijst_{name}").assign(vragenlijst=name) for name in lists]
    given = pd.concat(frames).merge(run.frame("staging.kenmerk").dropna(subset="bijlage"), on=["vragenlijst", "vraag"])
    words = run.frame("staging.antwoorden").rename(columns={"code": "antwoord"})[["vraag", "antwoord", "label"]]
    given = given.merge(words, how="left", on=["vraag", "antwoord"])
    given["label"] = given.label.fillna(given.antwoord)
    columns = ["bijlage", "steunpunt", "question_key", "soort", "label"]
    for engine, rows in (("DuckDB", run.sql(query)), ("pandas", given[columns].itertuples(index=False))):
        tables = collections.defaultdict(lambda: collections.defaultdict(dict))
        for number, place, name, kind, word in rows:
            tables[int(number)][place][name] = as_printed(kind, word)
        compare.equal("bijlage_05", f"{engine}, tables of answers", sorted(tables), list(range(5, 14)))
        for number, places in sorted(tables.items()):
            table = [{"steunpunt": place} | cells for place, cells in sorted(places.items())]
            compare.rows(f"bijlage_{number:02}", engine, table, run.frame(f"appendix.bijlage_{number:02}"))


def as_printed(kind, word):
    if kind == "getal":
        return int(word)
    if kind == "datum":
        year, month, day = word.split("-")
        return f"{day}-{MONTHS[int(month) - 1]}-{year}"
    return word


def waterfall(run, compare):
    """What each rule did, counted from its decisions, and the populations, followed row by row."""
    decisions = run.frame("audit.decisions")
    decisions = decisions[decisions.applied]
    at = {row: "huidig" for row in run.frame("staging.registratie_1").row_id}
    steps = run.frame("audit.waterfall")
    for (_, step, round_name), told in steps.groupby(["round_no", "step", "round"]):
        before = collections.Counter(at.values())
        mine = decisions[(decisions["round"] == round_name) & (decisions.step == step)]
        did = collections.Counter()
        for row in mine.itertuples():
            old, new = at.get(row.row_id), row.population_to
            did[row.verb, "add" if row.verb == "add" else "from", new if row.verb == "add" else old] += 1
            if row.verb == "move":
                did["move", "to", new] += 1
            if row.verb in ("merge", "remove"):
                del at[row.row_id]
            elif row.verb in ("add", "move"):
                at[row.row_id] = new
        after = collections.Counter(at.values())
        for row in told.itertuples():
            counts = {"rows_in": before[row.population], "rows_out": after[row.population]}
            counts |= {"merged": did["merge", "from", row.population], "removed": did["remove", "from", row.population]}
            counts |= {"added": did["add", "add", row.population], "updated": did["update", "from", row.population]}
            counts |= {"moved_in": did["move", "to", row.population], "moved_out": did["move", "from", row.population]}
            for column, count in counts.items():
                compare.equal("waterfall", f"{round_name}, {row.rule}, {row.population}, {column}", count, getattr(row, column))
        if step == steps[steps["round"] == round_name].step.max():
            left = run.frame(f"cleaning.{round_name}").set_index("row_id").populatie.to_dict()
            compare.equal("waterfall", f"persons after {round_name}", sorted(at.items()), sorted(left.items()))


def files(run, compare):
    """Records of every delimited file, counted by Python's own reader."""
    for record in run.manifest["inputs"]:
        path = next(path for path in (DATA / record["file"], STUDY / record["file"]) if path.exists())
        if path.suffix == ".csv":
            delimiter = {"tab": "\t"}.get(mark := record["format"].split(", ")[-1], mark)
            with open(path, encoding="latin-1", newline="") as lines:
                rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(cell.strip() for cell in row)]
            compare.equal("records of files", record["file"], len(rows) - 1, record["records"])
        compare.equal("records of files", f"{record['file']}, staged and refused", record["staged"] + record["quarantined"], record["records"])


def main(herkomst):
    with tempfile.TemporaryDirectory() as folder:
        warehouse = pathlib.Path(folder) / "warehouse"
        command = [pathlib.Path(herkomst).resolve(), "--warehouse", warehouse, "--study", STUDY, "run"]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        run, compare = Run(warehouse), Comparison()
        for table in (response, countries, groups, stays, answers, waterfall, files, screens):
            table(run, compare)
    print(f"recomputed with DuckDB {duckdb.__version__} and pandas {pd.__version__}:")
    for table, count in sorted(compare.values.items()):
        print(f"  {table:<18} {count:>6} values compared")
    print(f"{sum(compare.values.values())} values compared, {len(compare.differences)} differ")
    for difference in compare.differences:
        print(f"  {difference}")
    return 1 if compare.differences else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
