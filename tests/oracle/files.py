"""Reads every published file with DuckDB, Polars and pandas, and compares them with each other and with `herkomst sql`.

usage: files.py HERKOMST

Runs both studies into temporary warehouses. Of every table of `warehouse/published` the three programs must read the same cells, of the
types that `datapackage.json` names; `herkomst sql` must count the same rows, values and sums; the keys must tell the rows apart; bytes,
SHA-256 and rows must be those of the data package, and the data package one by the published profile (dplib) and for frictionless. No
value of schema `identity` may be in any file. At last the blocks of docs/read-the-files.md are run as they stand. Any difference is
printed and ends in exit status 1.
"""

import csv
import datetime
import decimal
import hashlib
import importlib.resources
import io
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import duckdb
import frictionless
import jsonschema
import pandas as pd
import polars as pl

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDIES = [ROOT / "tests/studies/library", ROOT / "pipelines/perspectief"]
PAGE = (ROOT / "docs/read-the-files.md").read_text()
# What each program calls the types of the data package; a list has the type of its values behind it.
TYPES = {
    "string": ("VARCHAR", "String"),
    "integer": ("BIGINT", "Int64"),
    "number": ("DOUBLE|DECIMAL.*", "Float64|Decimal.*"),
    "boolean": ("BOOLEAN", "Boolean"),
    "date": ("DATE", "Date"),
    "datetime": ("TIMESTAMP.*", "Datetime.*"),
    "array": (r"(VARCHAR|BIGINT|DOUBLE)\[\]", "List.*"),
}
# So many tables are summed up in one query of ours.
TABLES_A_QUERY = 12
LARGE = 1_000_000_000_000
findings = []


def expect(what, one, other):
    if one != other:
        findings.append(f"{what}: {shown(one)}, not {shown(other)}")


def shown(value, most=160):
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"


def plain(value):
    """A cell as every program can give it: no NaN, no NaT, no array of another program."""
    if value is None or value is pd.NaT or isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, (pl.Series, list)) or hasattr(value, "tolist") and getattr(value, "ndim", 0):
        return [plain(item) for item in (value.to_list() if isinstance(value, pl.Series) else list(value))]
    if isinstance(value, (datetime.datetime, pd.Timestamp)):
        return pd.Timestamp(value).to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def rows(columns):
    """Rows of plain cells, of columns of cells."""
    return list(zip(*([plain(value) for value in column] for column in columns)))


def by_duckdb(path):
    relation = duckdb.sql(f"from '{path}'")
    return list(zip(relation.columns, map(str, relation.types))), [tuple(map(plain, row)) for row in relation.fetchall()]


def by_polars(path):
    frame = pl.read_parquet(path)
    return [(name, str(kind)) for name, kind in frame.schema.items()], rows(frame[name] for name in frame.columns)


def by_pandas(path):
    frame = pd.read_parquet(path, dtype_backend="pyarrow")
    return list(frame.columns), rows(frame[name].array.__arrow_array__().to_pylist() for name in frame.columns)


def summed_here(kind, values):
    """What `summed_there` asks of a column."""
    there = [value for value in values if value is not None]
    amount = {
        "string": len,
        "array": len,
        "number": lambda value: value if isinstance(value, decimal.Decimal) else thousandths(value),
        "date": lambda value: (value - datetime.date(1970, 1, 1)).days,
        "datetime": lambda value: 0,
    }.get(kind, int)
    return [len(there), sum(map(amount, there))]


def thousandths(value):
    """Floats are summed as whole thousandths, so that the order does not count; what is too large for that counts as none."""
    return math.floor(value * 1000) if abs(value) < LARGE else 0


def summed_there(kind, column, stored):
    amount = {
        "string": f'character_length("{column}")',
        "array": f'cardinality("{column}")',
        "boolean": f'case when "{column}" then 1 else 0 end',
        "date": f'cast("{column}" as int)',
        "datetime": "0",
    }.get(kind, f'"{column}"')
    if stored == "DOUBLE":
        amount = f'case when abs("{column}") < {LARGE} then cast(floor("{column}" * 1000) as bigint) else 0 end'
    return [f'count("{column}")', f"coalesce(sum({amount}), 0)"]


class Study:
    """A published run of a study."""

    def __init__(self, program, study, folder):
        self.name, self.warehouse = study.name, folder / "warehouse"
        self.command = [program, "--study", study, "--warehouse", self.warehouse]
        self.herkomst("run")
        self.night = (self.warehouse / "published").resolve()
        self.package = json.loads((self.night / "datapackage.json").read_text())

    def herkomst(self, *arguments):
        done = subprocess.run([*self.command, *arguments], cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{arguments} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def sql(self, query):
        """Rows of texts; NULL is an empty one."""
        answer = self.herkomst("sql", "--format", "csv", "--raw", "-c", query)
        return list(csv.reader(io.StringIO(answer)))[1:]

    def manifest(self):
        return json.loads((self.warehouse / (self.warehouse / "current").read_text().strip()).read_text())


def check_package(study):
    """The data package is one, by the published profile and for frictionless; and one with faults is not."""
    manifest, text = study.manifest(), (study.night / "datapackage.json").read_bytes()
    expect("SHA-256 in the manifest", manifest["view"]["package"], hashlib.sha256(text).hexdigest())
    expect("name of the folder", study.night.name, manifest["view"]["package"])
    profile = json.loads((importlib.resources.files("dplib") / "profiles/2.0/datapackage.json").read_text())
    validator = jsonschema.validators.validator_for(profile)(profile)

    def faults(package):
        found = [error.message for error in validator.iter_errors(package)]
        return found + frictionless.Package.validate_descriptor(package).flatten(["note"])

    expect(f"{study.name}: faults of the data package", faults(study.package), [])
    expect(f"{study.name}: profile", study.package["$schema"], "https://datapackage.org/profiles/2.0/datapackage.json")
    expect(f"{study.name}: synthetic", "synthetic" in study.package["description"], study.package["synthetic"])
    for spoil in [
        lambda resource: resource.pop("path"),
        lambda resource: resource.update(bytes="many"),
        lambda resource: resource["schema"]["fields"][0].update(type="text"),
        lambda resource: resource["schema"]["fields"][0].pop("name"),
    ]:
        package = json.loads(text)
        spoil(package["resources"][0])
        if not faults(package):
            findings.append("a fault in a data package is not found")


def check_names(study):
    """All tables of the run are files under their names in SQL, but those that are left out."""
    open_tables = {"audit.waterfall": "audit.run_waterfall", "audit.files": "audit.run_files"}
    made = [table["table"] for node in study.manifest()["nodes"] for table in node["tables"]]
    private = re.compile(r"identity\.|checks\.|audit\.quarantine|audit\.decisions")
    pairs = {"linkage.registry", "linkage.dmb"}
    expected = {open_tables.get(name, name) for name in made if not private.match(name)} - pairs - {f"{name}_candidates" for name in pairs}
    named = [resource["name"] for resource in study.package["resources"]]
    expect(f"{study.name}: order of tables", named, sorted(named))
    left_out = {name for name in expected - set(named)}
    # Models that may read identity.
    declared = {"library": {"derived"}, "perspectief": {"linkage"}}[study.name]
    expect(f"{study.name}: schemas of models that are left out", {name.split(".")[0] for name in left_out}, declared)
    expect(f"{study.name}: strangers", set(named) - expected, set())
    files = {str(path.relative_to(study.night)) for path in study.night.glob("*/*")}
    expect(f"{study.name}: files", files, {resource["path"] for resource in study.package["resources"]})


def check_table(study, resource):
    """Reads one file with all programs; its fields, with what DuckDB calls their types, and its rows."""
    path, fields = study.night / resource["path"], resource["schema"]["fields"]
    name = f"{study.name}: {resource['name']}"
    expect(f"{name}, path", resource["path"], f"{resource['name'].replace('.', '/')}.parquet")
    expect(f"{name}, bytes", resource["bytes"], path.stat().st_size)
    expect(f"{name}, hash", resource["hash"], f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")
    (types, cells), (polars_types, polars_cells), (pandas_names, pandas_cells) = by_duckdb(path), by_polars(path), by_pandas(path)
    names = [field["name"] for field in fields]
    for program, found in [("DuckDB", [n for n, _ in types]), ("Polars", [n for n, _ in polars_types]), ("pandas", pandas_names)]:
        expect(f"{name}, columns in {program}", found, names)
    for field, (_, duck), (_, polars) in zip(fields, types, polars_types):
        if not (re.fullmatch(TYPES[field["type"]][0], duck) and re.fullmatch(TYPES[field["type"]][1], polars)):
            findings.append(f"{name}, {field['name']} is {field['type']}, {duck} in DuckDB, {polars} in Polars")
    expect(f"{name}, rows", len(cells), resource["rows"])
    expect(f"{name}, cells of Polars", polars_cells, cells)
    expect(f"{name}, cells of pandas", pandas_cells, cells)
    check_key(name, resource["schema"], names, cells)
    return fields, [kind for _, kind in types], cells


def check_key(name, schema, names, cells):
    primary, unique = schema.get("primaryKey"), schema.get("uniqueKeys")
    if not primary and not unique:
        findings.append(f"{name} has no key")
        return
    places = [names.index(column) for column in primary or unique[0]]
    keys = [tuple(row[place] for place in places) for row in cells]
    expect(f"{name}, rows told apart", len(set(map(repr, keys))), len(keys))
    if cells:
        expect(f"{name}, keys without a value", any(None in key for key in keys), not primary)


def check_sums(study, tables):
    """`herkomst sql` counts and sums every column of every table as the files have it."""
    names = sorted(tables)
    for chunk in (names[start:start + TABLES_A_QUERY] for start in range(0, len(names), TABLES_A_QUERY)):
        parts = []
        for name in chunk:
            fields, kinds, _ = tables[name]
            sums = [term for field, kind in zip(fields, kinds) for term in summed_there(field["type"], field["name"], kind)]
            parts.append(f"select '{name}', concat_ws(' ', count(*), {', '.join(sums)}) from {name}")
        for name, told in study.sql(" union all ".join(parts)):
            fields, _, cells = tables[name]
            columns = list(zip(*cells)) or [()] * len(fields)
            here = [len(cells)]
            for field, values in zip(fields, columns):
                here.extend(summed_here(field["type"], values))
            expect(f"{study.name}: sums of {name}", list(map(decimal.Decimal, told.split(" "))), list(map(decimal.Decimal, here)))


def check_identities(study, tables):
    """No name or number of a person is a cell of a file."""
    secrets = set()
    for table in (table for node in study.manifest()["nodes"] for table in node["tables"]):
        if table["table"].startswith("identity."):
            path = study.warehouse / "objects" / table["object"][:2] / f"{table['object'][2:]}.parquet"
            types, cells = by_duckdb(path)
            for place, (column, kind) in enumerate(types):
                if column != "row_id" and kind == "VARCHAR":
                    secrets.update(row[place] for row in cells if row[place] and len(row[place]) > 5)
    for name, (_, _, cells) in tables.items():
        held = {value for row in cells for value in row if isinstance(value, str)} & secrets
        if held:
            findings.append(f"{study.name}: {name} holds {len(held)} values of schema identity")
    return len(secrets)


def check_page(study, folder):
    """The blocks of the page, run where the warehouse is, give what `herkomst sql` gives."""
    blocks = re.findall(r"^```(\w+)(?: (\w+))?\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    asked = next(text for language, _, text in blocks if language == "sql")
    expected = study.sql(re.sub(r"'warehouse/published/(\w+)/(\w+)\.parquet'", r"\1.\2", asked))
    answers = {"SQL": duckdb.sql(asked).fetchall()}
    for _, program, text in (block for block in blocks if block[0] == "python"):
        names = {}
        exec(compile(text, f"read-the-files.md, {program}", "exec"), names)
        answer = names["answer"]
        answers[program] = answer.rows() if isinstance(answer, pl.DataFrame) else list(answer.itertuples(index=False, name=None))
    expect("programs of the page", sorted(answers), ["SQL", "duckdb", "pandas", "polars"])
    for program, answer in answers.items():
        expect(f"the page's {program}", [[str(cell) for cell in row] for row in answer], expected)
    shell = [text for language, _, text in blocks if language == "sh"]
    expect("commands of the page", len(shell), 3)
    if shutil.which("jq") is None:
        print("jq is not installed, so the page's commands are not run")
        return
    done = subprocess.run(["bash", "-euc", "\n".join(shell)], cwd=folder, capture_output=True, text=True)
    expect("the page's commands", (done.returncode, done.stdout, done.stderr), (0, "", ""))
    copied = folder / "copy" / study.package["resources"][0]["path"]
    expect("a copied file is a link", copied.is_symlink(), False)
    os.chmod(copied, 0o644)
    copied.write_bytes(copied.read_bytes() + b" ")
    done = subprocess.run(["bash", "-euc", shell[-1]], cwd=folder, capture_output=True)
    expect("the page's commands find a changed file", done.returncode != 0, True)


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    for path in STUDIES:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            study = Study(program, path, folder)
            check_package(study)
            check_names(study)
            tables = {resource["name"]: check_table(study, resource) for resource in study.package["resources"]}
            check_sums(study, tables)
            secrets = check_identities(study, tables)
            cells = sum(len(cells) * len(fields) for fields, _, cells in tables.values())
            print(f"{study.name}: {len(tables)} files, {cells} cells read by DuckDB, Polars and pandas; {secrets} identifying values looked for")
            if study.name == "perspectief":
                os.chdir(folder)
                check_page(study, folder)
                os.chdir(ROOT)
    for finding in findings:
        print(finding, file=sys.stderr)
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
