#!/usr/bin/env python3
"""Validates the exported codebook against the schema of DDI-Codebook 2.5, and compares it with the study's own lists and contracts.

The schema lies in `ddi-codebook-2.5`, as the DDI Alliance published it (free software under LGPL 3 or later, see its first lines; it is only
read here and no part of any program). Every question, answer, column and variable is compared, ids are unique and references lead somewhere.

    codebook.py PROGRAM
"""

import csv
import pathlib
import subprocess
import sys
import tempfile

import lxml.etree
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDY = ROOT / "pipelines/perspectief"
SCHEMA = pathlib.Path(__file__).with_name("ddi-codebook-2.5") / "codebook.xsd"
N = {"d": "ddi:codebook:2_5"}
findings = []


def expect(what, found, expected):
    if found != expected:
        findings.append(f"{what}: {found!r}"[:400] + f", not {expected!r}"[:400])


def texts(element, path):
    return [found.text or "" for found in element.findall(path, N)]


def rows(source):
    contract = yaml.safe_load((STUDY / f"sources/{source}.yaml").read_text())
    return list(csv.DictReader((STUDY / contract["files"]).open(newline="", encoding="utf-8-sig")))


def check_lists(tree, declared):
    variables = {variable.get("ID"): variable for variable in tree.iterfind(".//d:var", N)}
    answers = declared["answers"]
    by_question = {}
    for row in rows(answers["source"]):
        missing = "Y" if row[answers["code"]] in answers["missing"] else "N"
        by_question.setdefault(row[answers["question"]], []).append((row[answers["code"]], row[answers["label"]], missing))
    count = 0
    for number, entry in enumerate(declared["lists"], 1):
        for place, row in enumerate(rows(entry["source"]), 1):
            variable = variables[f"Q{number}_{place}"]
            squeeze = lambda text: " ".join((text or "").split())
            expect(f"{entry['source']} {place}", [variable.get("name"), squeeze(variable.findtext("d:qstn/d:qstnLit", None, N)),
                   squeeze(variable.findtext("d:qstn/d:ivuInstr", "", N))],
                   [row[entry["code"]], squeeze(row[entry["text"]]), squeeze(row.get(entry.get("options"), ""))])
            found = [(c.findtext("d:catValu", None, N), c.findtext("d:labl", None, N), c.get("missing")) for c in variable.iterfind("d:catgry", N)]
            expect(f"answers to {row[entry['code']]}", found, by_question.get(row[entry["code"]], []))
            count += 1
    expect("questions", count, sum(1 for name in variables if name.startswith("Q")))
    dictionary = declared["dictionary"]
    made = rows(dictionary["source"])
    expect("dictionary", [(v.get("name"), v.findtext("d:labl", None, N), v.get("measUnit") or "") for k, v in variables.items() if k.startswith("D")],
           [(row[dictionary["name"]], row[dictionary["label"]], row[dictionary["unit"]]) for row in made])
    return count, len(made)


def check_contracts(tree):
    groups = [group for group in tree.iterfind(".//d:varGrp", N) if group.get("type") == "file"]
    variables = {variable.get("ID"): variable for variable in tree.iterfind(".//d:var", N)}
    pipeline = yaml.safe_load((STUDY / "pipeline.yaml").read_text())
    contracts = [yaml.safe_load((STUDY / path).read_text()) for path in pipeline["sources"]]
    by_name = {contract["source"]: contract for contract in contracts}
    contracts = [contract for contract in contracts if contract.get("root") != "study"]
    expect("delivered sources", [group.get("name") for group in groups], [contract["source"] for contract in contracts])
    count = 0
    for group, contract in zip(groups, contracts):
        columns = ([contract["file_column"]] if "file_column" in contract else [])
        columns = columns + by_name[contract.get("columns_from", contract["source"])]["columns"]
        own = [variables[name] for name in group.get("var").split()]
        expect(f"columns of {contract['source']}", [variable.get("name") for variable in own], [column["name"] for column in columns])
        for variable, column in zip(own, columns):
            expect(f"{column['name']}: security", texts(variable, "d:security"), [s] if (s := column.get("sensitivity", "public")) != "public" else [])
            if column["type"] == "code":
                codes = [row["code"] for row in csv.DictReader((STUDY / column["codes"]).open(encoding="utf-8-sig"))]
                expect(f"{contract['source']} {column['name']}: codes", texts(variable, "d:catgry/d:catValu"), list(dict.fromkeys(codes)))
            count += 1
    return count


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        command = [program, "--study", STUDY, "--warehouse", folder / "warehouse"]
        for arguments in (["run"], ["export", "ddi", "--out", folder / "codebook.xml"]):
            done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"{arguments} ended with {done.returncode}: {done.stderr}")
        again = subprocess.run([*command, "export", "ddi"], cwd=ROOT, capture_output=True).stdout
        text = (folder / "codebook.xml").read_bytes()
        expect("the same bytes again", again == text, True)
        tree = lxml.etree.fromstring(text)
    ids = [element.get("ID") for element in tree.iter() if element.get("ID")]
    expect("ids that are not unique", sorted({one for one in ids if ids.count(one) > 1}), [])
    named = {one for element in tree.iter() for key in ("var", "varGrp", "files") for one in (element.get(key) or "").split()}
    expect("references to nothing", sorted(named - set(ids)), [])
    declared = yaml.safe_load((STUDY / "pipeline.yaml").read_text())["codebook"]
    questions, made = check_lists(tree, declared)
    columns = check_contracts(tree)
    told = f"codebook: {questions} questions and facts, {made} variables of the dictionary, {columns} delivered columns"
    validator = lxml.etree.XMLSchema(lxml.etree.parse(str(SCHEMA)))
    expect("faults by the schema", [] if validator.validate(tree) else [str(error) for error in validator.error_log], [])
    tree.find("d:dataDscr", N).append(tree.find("d:stdyDscr", N))
    expect("a spoilt codebook is valid", validator.validate(tree), False)
    print(f"{told}; valid by {SCHEMA.name} of DDI-Codebook 2.5")
    for finding in findings[:40]:
        print(finding, file=sys.stderr)
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
