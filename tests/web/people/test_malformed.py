"""Files that are broken, hostile or absurd: each gives a page that says what is wrong, never an error 500."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook
from tests.web.cast import World

from leadline.web.people import limits, reading
from leadline.web.people.models import Import

HEAD = b"person,name,email\n"


def book(*rows: list[object]) -> bytes:
    made = Workbook()
    for row in [["person", "name", "email"], *rows]:
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def with_part(name: str, content: bytes, base: bytes = b"") -> bytes:
    """A workbook one part of which is another."""
    file = io.BytesIO()
    with (
        ZipFile(io.BytesIO(base or book(["a", "Ann", None]))) as old,
        ZipFile(file, "w", ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return file.getvalue()


def lying(content: bytes, size: int) -> bytes:
    """A zip whose directory states another unpacked size of the first sheet."""
    at = content.rindex(b"xl/worksheets/sheet1.xml")
    entry = content.rindex(b"PK\x01\x02", 0, at)
    return content[: entry + 24] + struct.pack("<I", size) + content[entry + 28 :]


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><worksheet><sheetData>&j;</sheetData></worksheet>"
)
LAUGHS_16 = LAUGHS.decode().replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16")


def sheet(row: bytes) -> bytes:
    """A workbook whose sheet has one row, as it stands in the file."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (space, row)
    return with_part(SHEET, content)


FILES = {
    "empty.csv": b"",
    "blanks.csv": b"\n\n   \n\t\n",
    "only_a_mark.csv": b"\xef\xbb\xbf",
    "binary.csv": bytes(range(256)) * 20,
    "null.csv": HEAD + b"a,An\x00n,\n",
    "half_utf16.csv": "person,name\na,Ann\n".encode("utf-16")[:-1],
    "open_quote.csv": HEAD + b'a,"Ann,a@example.org\n' + b"b,Bob,\n" * 50_000,
    "long_line.csv": HEAD + b"a," + b"x" * (2 << 20),
    "many_lines.csv": HEAD + b"\n" * (limits.MOST_ROWS + 1),
    "many_cells.csv": HEAD + b"," * (limits.MOST_CELLS + 1),
    "wide.csv": b"person,name," + b"x," * (reading.MOST_COLUMNS + 1) + b"\n1,Ann\n",
    "headings_only.csv": HEAD,
    "a_picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(500),
    "markup.csv": HEAD + b"<script>alert(1)</script>,<b>Ann</b>,\n=cmd|' /C calc'!A0,Bob,\n",
    "surrogates.csv": HEAD + b"a,\xed\xa0\x80,\n",
    "odd_dates.csv": b"person,name,start\na,Ann,0000-00-00\nb,Bob,99999-01-01\nc,Cy,\xd9\xa1/\xd9\xa2/2020\n",
    "no_zip.xlsx": b"PK\x03\x04 but no more",
    "cut_off.xlsx": book(["a", "Ann", None])[:2000],
    "text.xlsx": HEAD + b"a,Ann,\n",
    "other_zip.xlsx": with_part("readme.txt", b"hello", base=b"PK\x05\x06" + bytes(18)),
    "no_sheet.xlsx": with_part(SHEET, b""),
    "no_strings.xlsx": with_part("xl/sharedStrings.xml", b"<sst"),
    "no_list_of_sheets.xlsx": with_part("xl/workbook.xml", b"<workbook/>"),
    "bad_index.xlsx": sheet(b'<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'),
    "bad_number.xlsx": sheet(b'<row r="1"><c r="A1"><v>one</v></c></row>'),
    "bad_date.xlsx": book(["a", "Ann", 1e300], ["b", float(10**16), -1]),
    "far_away.xlsx": sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "bomb.xlsx": lying(book(["a", "Ann", None]), limits.UNPACKED + 1),
    "cells.xlsx": sheet(b"<row>" + b"<c/>" * (limits.MOST_CELLS + 1) + b"</row>"),
    "laughs.xlsx": with_part(SHEET, LAUGHS),
    "laughs_utf16.xlsx": with_part(SHEET, LAUGHS_16),
    "doctype.xlsx": with_part("xl/styles.xml", b'<!DOCTYPE s SYSTEM "file:///etc/passwd"><styleSheet/>'),
    "lying.xlsx": lying(book(["a", "Ann", None]), 5),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_malformed_file_gives_a_page(
    world: World, as_visitor: Callable[[str], Client], language: str
) -> None:
    client = as_visitor("analytics")
    client.post("/language/", {"language": language})
    found = Import.objects.filter(organisation=world.organisation)
    for name, content in FILES.items():
        n = found.count()
        page = client.post("/people/imports/new/", {"file": SimpleUploadedFile(name, content)}, follow=True)
        assert page.status_code == 200, name
        text = page.content.decode()
        assert "<script>alert" not in text, name
        # Refused in the form, or read as far as it goes, with what is wrong.
        assert ("invalid-feedback" in text) != (found.count() > n), name


REFUSED = {
    "bomb.xlsx": "unpacks to more than 150 MB",
    "cells.xlsx": "more than 1,000,000 cells",
    "laughs.xlsx": "document type definition",
    "laughs_utf16.xlsx": "document type definition",
    "doctype.xlsx": "document type definition",
    "many_lines.csv": "more than 100,000 rows",
    "many_cells.csv": "more than 1,000,000 cells",
    "wide.csv": "more than 500 columns",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_too_large_or_hostile_is_refused_before_it_is_parsed(
    world: World, as_visitor: Callable[[str], Client], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parsed(*_: object, **__: object) -> None:
        raise AssertionError(name)

    if name != "wide.csv":
        monkeypatch.setattr(reading, "load_workbook", parsed)
        monkeypatch.setattr(reading, "read_records", parsed)
    file = SimpleUploadedFile(name, FILES[name])
    page = as_visitor("analytics").post("/people/imports/new/", {"file": file}).content.decode()
    assert REFUSED[name] in page
