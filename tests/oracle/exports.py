"""Checks what `herkomst export` writes against what others published about it.

usage: exports.py HERKOMST

Runs the flagship study, the small one, and the small one with a violated check into temporary warehouses and exports the
runs. Every OpenLineage event is validated against the published JSON schemas (tests/schemas/openlineage); facets of which no
schema is there are read with the classes of the official client, which are made from the schemas and refuse what they do not
know. The crates are validated with roc-validator against everything that the Provenance Run Crate 0.5 and the profiles below
it require; files in them are hashed again, no delivery may be among them, and no value of an identifying column may stand in
what is made of a run. Then each validator has to find a fault that is put in. Nothing is fetched. Any finding ends in exit
status 1.
"""

import copy
import hashlib
import importlib
import importlib.resources
import inspect
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import attr
import jsonschema
import referencing
import requests
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "tests/schemas/openlineage"
STUDIES = (ROOT / "pipelines/perspectief", ROOT / "tests/studies/library")
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "provenance-run-crate-0.5"
findings = []


class Events:
    """The validators of events and facets."""

    def __init__(self):
        schemas = [json.loads(path.read_text()) for path in sorted(SCHEMAS.rglob("*.json"))]
        resources = [(schema["$id"], referencing.Resource.from_contents(schema)) for schema in schemas]
        self.registry = referencing.Registry().with_resources(resources)
        self.known = {schema["$id"] for schema in schemas}
        self.classes = facet_classes()
        self.by_schema, self.by_class = set(), set()

    def faults(self, event):
        """What is wrong with an event, in words."""
        yield from self.schema_faults(event["schemaURL"], event)
        for place, facet in facets(event):
            url = facet["_schemaURL"]
            if url.split("#")[0] in self.known:
                self.by_schema.add(url)
                yield from (f"{place}: {fault}" for fault in self.schema_faults(url, facet))
            else:
                self.by_class.add(url)
                yield from (f"{place}: {fault}" for fault in self.class_faults(url, facet))

    def schema_faults(self, url, value):
        validator = jsonschema.Draft202012Validator(
            {"$ref": url}, registry=self.registry, format_checker=jsonschema.FormatChecker()
        )
        return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in validator.iter_errors(value)]

    def class_faults(self, url, facet):
        try:
            made = self.classes[url](**{name.lstrip("_"): value for name, value in facet.items() if name != "_schemaURL"})
        except (KeyError, TypeError, ValueError) as error:
            return [f"{url}: {error!r}"]
        return [f"{url}: {fault}" for fault in unlike(made, facet)]


def facet_classes():
    """The client's facets by the address of their schema."""
    classes = {}
    package = importlib.resources.files("openlineage.client.generated")
    for file in package.iterdir():
        if file.name.endswith(".py") and file.name != "__init__.py":
            module = importlib.import_module(f"openlineage.client.generated.{file.name[:-3]}")
            for _, found in inspect.getmembers(module, lambda one: attr.has(one) and hasattr(one, "_get_schema")):
                classes[found._get_schema()] = found
    return classes


def unlike(made, value):
    """Members of lists of objects that the client's classes do not take."""
    for field in attr.fields(type(made)):
        given = value.get(field.name)
        inner = str(field.type).removesuffix(" | None")
        if isinstance(given, list) and inner.startswith("list["):
            member = getattr(sys.modules[type(made).__module__], inner[5:-1], None)
            for one in given if member else []:
                try:
                    member(**one)
                except (TypeError, ValueError) as error:
                    yield f"{field.name}: {error!r}"


def facets(event):
    """Every facet of an event with its place."""
    owners = [("run", event["run"]), ("job", event["job"])]
    owners += [(f"inputs/{dataset['name']}", dataset) for dataset in event["inputs"]]
    owners += [(f"outputs/{dataset['name']}", dataset) for dataset in event["outputs"]]
    for place, owner in owners:
        for kind in ("facets", "inputFacets", "outputFacets"):
            for name, facet in owner.get(kind, {}).items():
                yield f"{place}/{name}", facet


def check_events(validators, path, end):
    events = [json.loads(line) for line in path.read_text().splitlines()]
    for place, event in enumerate(events, 1):
        for fault in validators.faults(event):
            findings.append(f"{path.name}, event {place}: {fault}")
    runs = {}
    for event in events:
        runs.setdefault(event["run"]["runId"], []).append(event["eventType"])
    parent = events[0]["run"]["runId"]
    for run, kinds in runs.items():
        if kinds != ["START", end if run == parent else "COMPLETE"]:
            findings.append(f"{path.name}: run {run} has {kinds}")
    for change in (
        lambda event: event.update(eventTime="yesterday"),
        lambda event: event["run"].update(runId="1"),
        lambda event: event.pop("producer"),
        lambda event: event["job"]["facets"]["jobType"].pop("integration"),
        lambda event: event["run"]["facets"]["tags"]["tags"][0].pop("value"),
        lambda event: event["run"]["facets"]["tags"].update(invented=1),
    ):
        broken = copy.deepcopy(events[0])
        change(broken)
        if not list(validators.faults(broken)):
            findings.append(f"{path.name}: a fault that was put in is not found: {inspect.getsource(change).strip()}")
    return len(events)


def stay_here():
    """Gives the validator the context of RO-Crate 1.1 as the package rocrate ships it, and nothing else."""
    context = importlib.resources.files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes()

    def get(_, url, **__):
        response = requests.Response()
        response.url, response.status_code = url, 200 if url.rstrip("/") == CONTEXT else 404
        response.headers["Content-Type"] = "application/ld+json"
        response._content = context if response.status_code == 200 else b"{}"
        return response

    HttpRequester.get = HttpRequester.head = HttpRequester.fetch_fresh = get


def issues(crate):
    settings = services.ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier=PROFILE,
        requirement_severity=models.Severity.REQUIRED,
        skip_availability_check=True,
        no_cache=True,
    )
    result = services.validate(settings)
    return sorted({f"{issue.check.identifier}: {issue.message} ({issue.violatingEntity})" for issue in result.get_issues()})


def check_crate(crate, read):
    findings.extend(f"{crate.name}: {issue}" for issue in issues(crate))
    path = crate / "ro-crate-metadata.json"
    metadata = json.loads(path.read_text())
    packed = [file for file in sorted(crate.rglob("*")) if file.is_file() and file != path]
    entities = {entity["@id"]: entity for entity in metadata["@graph"]}
    for file in packed:
        name, data = file.relative_to(crate).as_posix(), file.read_bytes()
        entity = entities.get(name, {})
        if (entity.get("sha256"), entity.get("contentSize")) != (hashlib.sha256(data).hexdigest(), str(len(data))):
            findings.append(f"{crate.name}: {name} is not as it is described")
        if entity.get("sha256") in read:
            findings.append(f"{crate.name}: {name} is a delivery")
    return len(entities), len(packed)


def check_that_faults_are_found(crate):
    path = crate / "ro-crate-metadata.json"
    whole = path.read_text()
    for entity, term in (("./", "conformsTo"), ("workflow/pipeline.yaml", "programmingLanguage"), ("#run", "instrument")):
        metadata = json.loads(whole)
        next(one for one in metadata["@graph"] if one["@id"] == entity).pop(term)
        path.write_text(json.dumps(metadata))
        if not issues(crate):
            findings.append(f"{crate.name}: {entity} without {term} is not found")
    path.write_text(whole)


def check_identities(herkomst, run, events, crate):
    """No name or number of a person stands in what was made of a run; the study's own files are as its authors wrote them."""
    values = set()
    for table in (table["table"] for node in run["nodes"] for table in node["tables"]):
        if table.startswith("identity."):
            rows = json.loads(herkomst("sql", "--run", "1", "--format", "json", "-c", f"select * from {table}"))
            values.update(str(value) for row in rows for name, value in row.items() if name != "row_id")
    # A date of birth cannot be told from any other date, nor a short name from a part of a word.
    values = {value for value in values if len(value) > 5 and value[4:5] != "-"}
    made = [events, crate / "README.md", crate / "ro-crate-metadata.json", *sorted((crate / "results").iterdir())]
    for file in made:
        words = set(re.findall(r"\w+", file.read_text()))
        text = file.read_text()
        held = {value for value in values if (value in words if value.isalnum() else value in text)}
        if held:
            findings.append(f"{file.name} holds {len(held)} values of identifying columns, such as {min(held)}")
    return len(values)


def failing(folder):
    """The small study with a check of severity error that is violated, so that its run is not published."""
    study = shutil.copytree(ROOT / "tests/studies/library", folder / "failing_study")
    contents = study / "pipeline.yaml"
    contents.write_text(contents.read_text().replace("severity: warn", "severity: error"))
    return study


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    stay_here()
    validators = Events()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for study, end in [*((study, "COMPLETE") for study in STUDIES), (failing(folder), "FAIL")]:
            def herkomst(*arguments, ends=0, study=study, warehouse=folder / f"{study.name}.warehouse"):
                command = [program, "--study", study, "--warehouse", warehouse, *arguments]
                done = subprocess.run(command, capture_output=True, text=True)
                if done.returncode != ends:
                    sys.exit(f"{command} ended with {done.returncode}: {done.stderr}")
                return done.stdout

            run = json.loads(herkomst("--json", "run", ends=0 if end == "COMPLETE" else 5))
            events, crate = folder / f"{study.name}.ndjson", folder / f"{study.name}.crate"
            herkomst("export", "openlineage", "--run", "1", "--out", events)
            herkomst("export", "ro-crate", "--run", "1", "--out", crate)
            told = check_events(validators, events, end)
            entities, files = check_crate(crate, {file["sha256"] for file in run["inputs"]})
            values = check_identities(herkomst, run, events, crate)
            print(f"{study.name}: {told} events; crate of {entities} entities and {files} files; "
                  f"{values} identifying values looked for")
        check_that_faults_are_found(crate)
    print(f"facets by published schema: {len(validators.by_schema)}, by the official client: {len(validators.by_class)}")
    for finding in findings:
        print(finding, file=sys.stderr)
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
