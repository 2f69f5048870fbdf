#!/usr/bin/env python3
"""Reads the book back: every cell of every table in HTML, XLSX, DOCX, PDF and CSV is what `herkomst sql` and the presentation say.

What is printed is computed here a second time, from the rows of `herkomst sql` and the YAML of the study. The workbook is read with
openpyxl and, as it is shown, with LibreOffice; the document with python-docx and with LibreOffice; the PDF with poppler; the data package with
frictionless and the published profile. A second book of the same run has the same bytes. Then all of that again for deliveries and lists whose
texts are formulas, scripts, markup, marks of direction and control characters.

    book.py PROGRAM
"""

import csv
import datetime
import decimal
import hashlib
import importlib.resources
import io
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from decimal import Decimal

import docx
import frictionless
import jsonschema
import lxml.etree
import lxml.html
import openpyxl
import yaml
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDY = ROOT / "pipelines/perspectief"
MONTHS = "jan feb mrt apr mei jun jul aug sep okt nov dec".split()
SIGNS = {"misprints": "†", "unreached": "‡", "differences": "≠"}
NOTICE = "Synthetische gegevens: berekend uit verzonnen registraties"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://example.org";"x")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "-2+3",
    "]]></w:t><w:fldSimple/>",
    "<!--'--></style></table>",
    "\u202egnp.exe\u200f\u2066",
    "\x08\x0b\x1b[31m",
    "{{7*7}} ${x} #{y}",
    "&lt;b&gt; &#60;script&#62;",
    "_x0041_",
    "javascript:alert(1)",
]
decimal.getcontext().prec = 60
findings = []


def expect(what, found, expected):
    if found != expected:
        if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
            # The first place that differs says more than the whole.
            found, expected = next((one, other) for one, other in zip(found, expected) if one != other)
        findings.append(f"{what}: {found!r}"[:300] + f", not {expected!r}"[:300])


def seen(text):
    """What people are shown of a text: U+FFFD for what could show another one."""
    return "".join("\ufffd" if (ord(c) < 32 and c not in "\t\n") or 127 <= ord(c) < 160 or c in "\u061c\u200e\u200f\ufffe\uffff"
                   or "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" else c for c in text)


def rounded(number, places):
    return number.quantize(Decimal(1).scaleb(-places), rounding=decimal.ROUND_HALF_UP)


def number_text(number, form):
    """A number as the study's YAML has it printed."""
    if form is None:
        text = format(number.normalize(), "f")
        return "0" if text == "-0" else text
    below = form.get("below")
    if below and number < Decimal(str(below["limit"])):
        return below["text"]
    places = form["decimals"]
    if form.get("significant") and number:
        digits = lambda value: form["significant"] - 1 - value.adjusted()
        places = max(0, min(places, digits(number)))
        places = max(0, min(places, digits(rounded(number, places)) if rounded(number, places) else places))
    text = format(rounded(number, places), "f")
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    sign = sign if Decimal(text) else ""
    whole, _, fraction = text.partition(".")
    separators = {"point": ".", "comma": ","}
    if form.get("thousands"):
        whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", separators[form["thousands"]], whole)
    if whole == "0" and fraction and not form.get("leading_zero", True):
        whole = ""
    return sign + whole + (separators[form.get("separator", "comma")] + fraction if fraction else "") + form.get("suffix", "")


class Cell:
    """What a cell should be: its text, the number behind it, its marker, and the sign for a difference from the print."""

    def __init__(self, raw, kind, form):
        self.number = Decimal(raw) if raw and kind in ("integer", "number") else None
        self.form, self.marker, self.sign = form, "", ""
        if self.number is not None:
            self.text = number_text(self.number, form)
        elif raw and kind == "date":
            day = datetime.date.fromisoformat(raw)
            self.text = f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}"
        elif raw and kind == "boolean":
            self.text = {"true": "Ja", "false": "Nee"}[raw]
        else:
            self.text = raw

    @property
    def printed(self):
        return self.text + self.marker

    def shown(self):
        """What a spreadsheet shows where the decimal sign is a point; an empty cell has nothing to show a sign behind."""
        if self.number is None:
            return "" if not self.text else seen(self.text) + self.sign
        below = (self.form or {}).get("below")
        if below and self.number < Decimal(str(below["limit"])):
            return self.text + self.marker + self.sign
        form = dict(self.form or {}, separator="point") if self.form else None
        if form and form.get("thousands"):
            form["thousands"] = "comma"
        return number_text(self.number, form) + self.marker + self.sign


class Table:
    """An appendix as it should be, from SQL and YAML."""

    def __init__(self, book, name, document):
        self.name, self.title = name, document["title"]
        self.columns = document["columns"]
        self.heading = document.get("row_headings")
        fields = book.fields[name]
        order = ", ".join(f'"{field}"' for field in fields)
        rows = book.sql(f"select {order} from appendix.{name}")
        self.published = document.get("published") or {}
        key = list(fields).index(self.published["key"]) if self.published else 0
        forms = {column["name"]: column.get("format") for column in self.columns}
        self.rows = []
        for row in rows:
            cells = {field: Cell(raw, fields[field], forms.get(field)) for field, raw in zip(fields, row)}
            cells[None] = list(cells.values())[key].text
            self.rows.append(cells)
        for marker in document.get("markers", []):
            for row in self.rows:
                if row[None] == str(marker["row"]):
                    row[marker["column"]].marker += marker["text"]
        for kind, sign in reversed(SIGNS.items()):
            for difference in book.differences(name, kind):
                for row in self.rows:
                    if row[None] == difference["row"] and difference["column"] in row:
                        row[difference["column"]].sign = sign

    def shown(self, for_the_eye):
        """Columns and the cells of each row; the eye does without those that are not printed, and the one that is above the rows anyway."""
        names = [column["name"] for column in self.columns]
        if for_the_eye:
            unprinted = [column["name"] for column in self.columns if not column.get("print", True)]
            names = [name for name in names if name != self.heading and name not in unprinted]
        return names, [[row[name] for name in names] for row in self.rows]


class Book:
    """A run of a study and its book."""

    def __init__(self, program, study, data, folder):
        self.folder, self.study = folder, study
        self.command = [program, "--study", study, "--warehouse", folder / "warehouse"]
        if data:
            self.command += ["--data", data]
        done = self.call("run")
        if done.returncode not in (0, 5):
            sys.exit(f"run ended with {done.returncode}: {done.stderr}")
        self.run = ["--run", "1"]
        self.write("book")
        verified = json.loads(self.call("--json", "verify", *self.run).stdout)
        self.compared = {comparison["appendix"]: comparison for comparison in verified["appendices"]}
        self.out = folder / "book"
        kinds = {"Int": "integer", "UIn": "integer", "Flo": "number", "Dec": "number", "Dat": "date", "Boo": "boolean"}
        columns = self.sql("select table_name, column_name, data_type from information_schema.columns where table_schema = 'appendix' "
                           "order by table_name, ordinal_position")
        # Columns of each appendix in their order, with what they hold.
        self.fields = {}
        for table, column, kind in columns:
            self.fields.setdefault(table, {})[column] = kinds.get(kind[:3], "string")
        documents = sorted((study / "appendices").glob("*.yaml"))
        self.tables = [Table(self, path.stem, yaml.safe_load(path.read_text())) for path in documents if not path.name.endswith(".test.yaml")]

    def call(self, *arguments):
        return subprocess.run([*self.command, *arguments], cwd=ROOT, capture_output=True, text=True)

    def write(self, name):
        done = self.call("report", "--out", self.folder / name, *self.run)
        if done.returncode != 0:
            sys.exit(f"report ended with {done.returncode}: {done.stderr}")

    def sql(self, query):
        done = self.call("sql", *self.run, "--format", "csv", "--raw", "-c", query)
        if done.returncode != 0:
            sys.exit(f"{query}: {done.stderr}")
        return list(csv.reader(io.StringIO(done.stdout, newline="")))[1:]

    def differences(self, name, kind):
        found = self.compared[name][kind] if name in self.compared else []
        return [entry.get("difference", entry) for entry in found]


def office(source, form, folder):
    """Has LibreOffice write a file in another form; none if it is not installed."""
    program = shutil.which("soffice")
    if program is None:
        return None
    folder.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    done = subprocess.run([program, profile, "--headless", "--convert-to", form, "--outdir", folder, source], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"LibreOffice could not open {source}: {done.stderr}")
    return folder


def check_html(book):
    document = lxml.html.parse(str(book.out / "book.html"), lxml.html.HTMLParser(encoding="utf-8")).getroot()
    policy = document.xpath("//meta[@http-equiv]/@content")[0]
    expect("policy", "unsafe" in policy or "default-src 'none'" not in policy, False)
    for style in document.xpath("//style"):
        digest = __import__("base64").b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
        expect("a style sheet that counts", f"'sha256-{digest}'" in policy, True)
    cells = 0
    sections = document.xpath("//section[@class='appendix']")
    expect("appendices in HTML", [section.xpath("string(h2)") for section in sections], [table.title for table in book.tables])
    for table, section in zip(book.tables, sections):
        expect(f"{table.name}: notice", len(section.xpath("p[@class='synthetic']")), 1)
        rows = [row for row in section.xpath("(.//table)[1]/tbody/tr") if row.get("class") != "heading"]
        found = [[cell.text_content() for cell in row] for row in rows]
        expected = [[seen(cell.printed) + cell.sign for cell in row] for row in table.shown(True)[1]]
        expect(f"{table.name} in HTML", found, expected)
        cells += sum(map(len, found))
    return cells, document


def sheet_rows(table, rows):
    """Names of the columns and rows of a table as a sheet has them: what heads its rows comes first, if no column has it."""
    names, _ = table.shown(False)
    lead = [table.heading] if table.heading and table.heading not in names else []
    return [[row[name] for name in lead + names] for row in table.rows]


def check_xlsx(book, folder):
    path = book.out / "book.xlsx"
    workbook = openpyxl.load_workbook(path)
    expect("sheets", [name for name in workbook.sheetnames if name.startswith("bijlage") and "knopen" not in name],
           [table.name for table in book.tables])
    texts = "".join(zipfile.ZipFile(path).read(name).decode() for name in zipfile.ZipFile(path).namelist() if name.endswith(".xml"))
    expect("formulas in the workbook", re.findall(r"<f[ >/]", texts), [])
    shown = office(path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1", folder / "sheets")
    cells = 0
    for table in book.tables:
        sheet, rows = workbook[table.name], sheet_rows(table, table.rows)
        expect(f"{table.name}: title and notice", [sheet["A1"].value, sheet["A2"].value.split(":")[0]], [seen(table.title), "Synthetische gegevens"])
        top = int(re.search(r"\d+", sheet.freeze_panes).group())
        expect(f"{table.name}: repeated header", sheet.print_title_rows, f"$3:${top - 1}")
        expect(f"{table.name}: header of a page", sheet.oddHeader.center.text, NOTICE)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                there = sheet.cell(top + place, column + 1)
                where = f"{table.name} {there.coordinate}"
                expect(f"{where} is a formula", there.data_type == "f", False)
                if cell.number is not None:
                    expect(f"{where} in the workbook", float(there.value) if isinstance(there.value, (int, float)) else there.value, float(cell.number))
                else:
                    expect(f"{where} in the workbook", there.value or "", seen(cell.text))
                cells += 1
        if shown:
            lines = list(csv.reader((shown / f"book-{table.name}.csv").open(newline="", encoding="utf-8")))
            found = [line[:len(rows[0])] for line in lines[top - 1:top - 1 + len(rows)]]
            expect(f"{table.name} in LibreOffice's sheet", found, [[cell.shown() for cell in row] for row in rows])
    return cells, shown is not None


def docx_tables(path):
    """Title and rows of texts of each table, a cell that spans columns once, header rows apart."""
    tables = []
    for table in docx.Document(path).tables:
        title = table._tbl.tblPr.find(f"{W}tblCaption").get(f"{W}val")
        header, rows = [], []
        for row in table.rows:
            texts = ["\n".join(p.text for p in docx.table._Cell(tc, table).paragraphs) for tc in row._tr.tc_lst]
            (header if row._tr.find(f"{W}trPr/{W}tblHeader") is not None else rows).append(texts)
        tables.append((title, header, rows))
    return tables


def check_docx(book, folder):
    path = book.out / "book.docx"
    archive = zipfile.ZipFile(path)
    for name in archive.namelist():
        if name.endswith(("xml", "rels")):
            lxml.etree.fromstring(archive.read(name))
    body = archive.read("word/document.xml").decode()
    expect("fields in the text", re.findall(r"<w:instrText[^>]*>([^<]*)", body), [" TOC \\o &quot;1-1&quot; \\h "])
    expect("fields elsewhere", sorted(set(re.findall(r'w:instr="([^"]*)"', "".join(archive.read(n).decode() for n in archive.namelist())))),
           ["NUMPAGES", "PAGE"])
    document = docx.Document(path)
    titles = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    expect("headings of the document", titles[2:-2], [seen(table.title) for table in book.tables])
    tables = docx_tables(path)
    cells = 0
    for table in book.tables:
        found = [rows for title, _, rows in tables if title == seen(table.title)]
        expect(f"{table.name}: tables in the document", len(found), 1)
        names, rows = table.shown(True)
        data = [row for row in found[0] if len(row) == len(names)]
        expect(f"{table.name} in the document", data, [[seen(cell.printed) + cell.sign for cell in row] for row in rows])
        cells += sum(map(len, data))
    shown = office(path, "html:HTML (StarWriter)", folder / "text")
    if shown:
        page = lxml.html.parse(str(shown / "book.html"), lxml.html.HTMLParser(encoding="utf-8")).getroot()
        squeeze = lambda text: " ".join(text.split())
        found = [[[squeeze(cell.text_content()) for cell in row.xpath("td|th")] for row in each.iter("tr")] for each in page.iter("table")]
        expected = [[[squeeze(text) for text in row] for row in rows] for _, _, rows in tables]
        expect("tables of the document in LibreOffice", len(found), len(expected))
        for (title, _, _), there, here in zip(tables, found, expected):
            expect(f"{title} in LibreOffice's text", there[len(there) - len(here):], here)
    return cells, shown is not None


def check_pages(book, folder):
    """Every page that LibreOffice makes of document and workbook says that the data is invented."""
    counts = {}
    if shutil.which("pdftotext") is None:
        return counts
    for name in ("book.docx", "book.xlsx"):
        made = office(book.out / name, "pdf", folder / name.replace(".", "_"))
        if made is None:
            return counts
        text = subprocess.run(["pdftotext", "-layout", made / "book.pdf", "-"], capture_output=True, text=True).stdout
        pages = text.split("\f")[:-1]
        counts[name] = len(pages)
        expect(f"pages of {name} without the notice", [number for number, page in enumerate(pages, 1) if NOTICE not in page], [])
        whole = " ".join(text.split())
        if name == "book.docx":
            expect("titles on no page", [table.title for table in book.tables if " ".join(seen(table.title).split()) not in whole], [])
    return counts


def squeezed(text):
    return re.sub(r"\s", "", text)


def check_pdf(book):
    """Text of every table in its order, page by page; fonts, outlines, tags; every page has ink, and none in its margins."""
    path = book.out / "book.pdf"
    data = path.read_bytes()
    expect("actions in the PDF", [word for word in (b"/JS", b"/JavaScript", b"/URI", b"/Launch", b"/OpenAction", b"/AA ") if word in data], [])
    if shutil.which("pdftotext") is None:
        return None
    call = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout
    facts = dict(line.split(":", 1) for line in call("pdfinfo", path).splitlines() if ":" in line)
    expect("tagged", facts["Tagged"].strip(), "yes")
    fonts = [line.split() for line in call("pdffonts", path).splitlines()[2:]]
    expect("fonts", [(font[0].split("+")[1], font[-5:-2]) for font in fonts],
           [("DejaVuSansCondensed", ["yes", "yes", "yes"]), ("DejaVuSansCondensed-Bold", ["yes", "yes", "yes"])])
    pages = call("pdftotext", "-raw", path, "-").split("\f")[:-1]
    expect("pages", len(pages), int(facts["Pages"]))
    whole = ""
    for number, page in enumerate(pages, 1):
        foot = squeezed(f"Pagina {number} van {len(pages)}{NOTICE}")
        text = squeezed(page)
        expect(f"foot of page {number}", text.endswith(foot), True)
        whole += text.removesuffix(foot)
    at = whole.find("Verschillenmetdedruk") + 1
    cells = 0
    for table in book.tables:
        at = whole.find(squeezed(seen(table.title)), at)
        for row in table.shown(True)[1]:
            # What stands between two rows is a heading, or the header again on the next page.
            text = "".join(squeezed(seen(cell.printed) + cell.sign) for cell in row)
            found = whole.find(text, at)
            if found < 0:
                findings.append(f"{table.name} in PDF: no {text[:120]!r} behind {whole[at:at + 120]!r}")
                break
            at = found + len(text)
            cells += len(row)
    check_ink(path)
    return cells


def check_ink(path):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-gray", "-r", "36", path, f"{folder}/page"], check=True)
        for picture in sorted(pathlib.Path(folder).iterdir()):
            header, _, rest = picture.read_bytes().partition(b"\n255\n")
            width, height = map(int, header.split()[1:3])
            rows = [rest[start:start + width] for start in range(0, width * height, width)]
            margin = 12
            expect(f"{picture.name} is not empty", min(map(min, rows)) < 128, True)
            edges = rows[:margin] + rows[-margin:] + [row[:margin] + row[-margin:] for row in rows]
            expect(f"{picture.name} has clean margins", min(map(min, edges)) > 200, True)


def check_csv(book):
    folder = book.out / "csv"
    package = json.loads((folder / "datapackage.json").read_text())
    profile = json.loads((importlib.resources.files("dplib") / "profiles/2.0/datapackage.json").read_text())
    validator = jsonschema.validators.validator_for(profile)(profile)
    expect("faults of the data package", [error.message for error in validator.iter_errors(package)], [])
    here = os.getcwd()
    os.chdir(folder)
    report = frictionless.validate("datapackage.json")
    os.chdir(here)
    expect("what frictionless finds", report.flatten(["title", "rowNumber", "fieldName", "type", "note"])[:5], [])
    expect("files of the data package", sorted(r["path"] for r in package["resources"]), sorted(p.name for p in folder.glob("*.csv")))
    for resource in package["resources"]:
        text = (folder / resource["path"]).read_bytes()
        expect(f"{resource['name']}: hash", resource["hash"], f"sha256:{hashlib.sha256(text).hexdigest()}")
    cells = 0
    harmful = re.compile("[=+\\-@\t\r\n＝＋－＠]")
    for table in book.tables:
        rows = list(csv.reader((folder / f"{table.name}.csv").open(newline="", encoding="utf-8")))[1:]
        lead = [table.heading] if table.heading else []
        names, _ = table.shown(False)
        for found, row in zip(rows, table.rows, strict=True):
            for text, cell in zip(found, [row[name] for name in lead + names], strict=True):
                plain = cell.printed
                formula = harmful.match(plain.lstrip("'")) and not re.fullmatch(r"[-+]?[\d.,]+ ?%?", plain.lstrip("'"))
                expect(f"{table.name}.csv", text, f"'{plain}" if formula else plain)
                cells += 1
    return cells


def check_again(book):
    """The same run gives the same bytes, also when the clock of a ZIP file has gone on."""
    time.sleep(2.1)
    book.write("again")
    files = lambda name: {str(path.relative_to(book.folder / name)): hashlib.sha256(path.read_bytes()).hexdigest()
                          for path in (book.folder / name).rglob("*") if path.is_file()}
    first, second = files("book"), files("again")
    expect("files that differ", [name for name in first if first[name] != second.get(name)], [])
    return len(first)


# Headers of columns in which people write what they like.
FREE = {"text", "label", "label_nl", "definitie", "functie", "rol", "titel", "Toelichting", "Toelichting op vorige vraag:", "C17",
        "C17 Toelichting", "Opmerkingen", "Voornaam", "Achternaam", "Naam", "toelichting", "C2", "C3", "C2 Voornaam", "C3 Achternaam",
        "Voornamen", "Voornaam/namen", "Familienaam"}


def spoil(source, target):
    """A copy of study or deliveries in which every free text is hostile; how many there are."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    # Verdicts name records, whose identity hangs on the texts that are changed here.
    for path in target.glob("review/*.csv"):
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    words = itertools.cycle(HOSTILE)
    count = 0
    for path in sorted(target.rglob("*")):
        if not {"published", "codes"} & set(path.parts):
            spoilt = {".csv": spoil_text, ".xlsx": spoil_workbook}.get(path.suffix)
            count += spoilt(path, words) if spoilt else 0
    return count


def spoil_text(path, words):
    """Puts a hostile word before each free text of a delimited file; how many."""
    raw = path.read_bytes()
    code = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = raw.decode(code)
    except UnicodeDecodeError:
        code, text = "cp1252", raw.decode("cp1252")
    sign = max(";,\t|", key=text.split("\n")[0].count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))
    places = [place for place, name in enumerate(rows[0]) if name in FREE]
    count = 0
    for row in rows[1:]:
        for place in (place for place in places if place < len(row) and row[place]):
            row[place] = f"{next(words)} {row[place]}".encode(code, "ignore").decode(code)
            count += 1
    if count:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=sign).writerows(rows)
        path.write_bytes(out.getvalue().encode(code))
    return count


def spoil_workbook(path, words):
    """The same in each sheet of a workbook, below whichever row has the headers."""
    workbook = openpyxl.load_workbook(path)
    count = 0
    for sheet in workbook:
        places = []
        for row in sheet.iter_rows():
            for cell in (cell for cell in row if cell.column in places and isinstance(cell.value, str)):
                # What XML cannot hold cannot be delivered in a workbook either.
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", f"{next(words)} {cell.value}")
                cell.data_type = "s"
                count += 1
            places = places or [cell.column for cell in row if cell.value in FREE]
    if count:
        workbook.save(path)
    return count


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        calm = Book(program, STUDY, None, folder / "calm")
        told, calm_page = check_book(calm)
        print(f"perspectief: {told}; {check_again(calm)} files the same when written again")
        count = spoil(STUDY, folder / "study") + spoil(ROOT / "data/perspectief/raw", folder / "raw")
        hostile = Book(program, folder / "study", folder / "raw", folder / "hostile")
        told, page = check_book(hostile)
        vocabulary = lambda page: {(e.tag, tuple(sorted(e.attrib))) for e in page.iter() if isinstance(e.tag, str)}
        expect("elements that only the hostile book has", vocabulary(page) - vocabulary(calm_page), set())
        texts = sum(any(word.strip() in cell.text for word in HOSTILE) for table in hostile.tables for row in table.rows
                    for key, cell in row.items() if key)
        expect("hostile texts reach the book", texts > 300, True)
        print(f"{count} hostile texts, {texts} in printed cells: {told}")
    for finding in findings[:40]:
        print(finding, file=sys.stderr)
    if len(findings) > 40:
        print(f"and {len(findings) - 40} more", file=sys.stderr)
    sys.exit(bool(findings))


def check_book(book):
    cells, page = check_html(book)
    sheets, in_office = check_xlsx(book, book.folder)
    document, _ = check_docx(book, book.folder)
    texts = check_csv(book)
    pages = check_pages(book, book.folder)
    printed = check_pdf(book)
    printed = f"{printed} in PDF" if printed is not None else "PDF NOT read, for pdftotext is not installed"
    told = f"{len(book.tables)} tables: {cells} cells in HTML, {sheets} in XLSX, {document} in DOCX, {texts} in CSV, {printed}"
    if not in_office:
        return f"{told}; NOT opened in LibreOffice, which is not installed (make setup does, as root)", page
    return f"{told}; the same in LibreOffice, pages {pages}", page


if __name__ == "__main__":
    main()
