"""Makes the documents of the tests: PDF, Office, RTF, calendar, honest and not. Nothing in them can run.

python tests/data/documents/make_documents.py FOLDER     writes them, to look at
"""

from __future__ import annotations

import hashlib
import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

Parts = dict[str, str | bytes]
TEXT = "Your parcel is held. Pay the fee at the link or call +44 7700 900123."
LINK = "https://parcel.example/fee"


def pdf(
    text: str = TEXT,
    annotations: str = "",
    catalog: str = "",
    extra: Sequence[bytes] = (),
    shapes: str = "",
    resources: str = "",
) -> bytes:
    """A PDF of one page. Objects: 1 catalog, 2 pages, 3 page, 4 content, 5 font, 6… `extra`."""
    content = f"BT /F 14 Tf 40 750 Td ({text}) Tj ET\n{shapes}".encode("latin-1")
    page = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [{annotations}] "
        f"/Resources << /Font << /F 5 0 R >> {resources} >> >>"
    )
    return assembled(
        [
            f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page.encode(),
            b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            *extra,
        ]
    )


def assembled(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """Header, objects, cross-reference table and trailer."""
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    return out


def link(target: str = LINK, box: str = "40 745 500 765") -> str:
    """A link annotation."""
    return f"<< /Type /Annot /Subtype /Link /Rect [{box}] /A << /S /URI /URI ({target}) >> >>"


LAUNCH = "<< /Type /Annot /Subtype /Link /Rect [40 700 200 720] /A << /S /Launch /F (calc.exe) >> >>"
SCRIPT = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"


def pdf_with_picture(width: int, height: int, pixels: bytes) -> bytes:
    """A page that is nothing but an RGB picture."""
    packed = zlib.compress(pixels)
    picture = (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB "
        f"/BitsPerComponent 8 /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
    ).encode()
    return pdf(
        "", shapes="q 500 0 0 700 40 60 cm /I Do Q", resources="/XObject << /I 6 0 R >>",
        extra=[picture + packed + b"\nendstream"],
    )  # fmt: skip


def pdf_with_file(name: str, data: bytes) -> bytes:
    """A PDF that carries a file (ISO 32000-1, 7.11.4)."""
    catalog = f"/Names << /EmbeddedFiles << /Names [({name}) 6 0 R] >> >>"
    spec = f"<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F 7 0 R >> >>".encode()
    stream = b"<< /Type /EmbeddedFile /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"
    return pdf(catalog=catalog, extra=[spec, stream])


def pdf_with_hidden_script() -> bytes:
    """The catalog, with its script, lies in a packed object stream; the name is spelt /J#61vaScript."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /J#61vaScript /JS (1) >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    places = [sum(len(body) + 1 for body in bodies[:i]) for i in range(3)]
    heads = " ".join(f"{i + 1} {place}" for i, place in enumerate(places)).encode() + b" "
    packed = zlib.compress(heads + b" ".join(bodies))
    stream = b"<< /Type /ObjStm /N 3 /First %d /Filter /FlateDecode /Length %d >>" % (len(heads), len(packed))
    out = b"%PDF-1.7\n4 0 obj\n" + stream + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    start = len(out)
    rows = [(0, 0, 255), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, 9, 0), (1, start, 0)]
    table = b"".join(struct.pack(">BHB", *row) for row in rows)
    head = b"<< /Type /XRef /Size 6 /W [1 2 1] /Root 1 0 R /Length %d >>" % len(table)
    out += b"5 0 obj\n" + head + b"\nstream\n" + table + b"\nendstream\nendobj\n"
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def pdf_locked(password: str, catalog: str = "") -> bytes:
    """A PDF locked with the standard handler, revision 2: RC4 of 40 bits (ISO 32000-1, 7.6.3)."""
    from Cryptodome.Cipher import ARC4

    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    padded = (password.encode() + pad)[:32]
    file_id = hashlib.md5(b"quivive", usedforsecurity=False).digest()
    owner = ARC4.new(hashlib.md5(padded, usedforsecurity=False).digest()[:5]).encrypt(padded)
    rights = struct.pack("<i", -4)
    key = hashlib.md5(padded + owner + rights + file_id, usedforsecurity=False).digest()[:5]
    user = ARC4.new(key).encrypt(pad)
    content = f"BT /F 14 Tf 40 750 Td ({TEXT}) Tj ET".encode()
    salted = hashlib.md5(key + b"\x04\0\0\0\0", usedforsecurity=False).digest()[:10]
    content = ARC4.new(salted).encrypt(content)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    lock = (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P -4 >> "
        f"/ID [<{file_id.hex()}> <{file_id.hex()}>]"
    )
    return assembled(objects, lock)


def zipped(parts: Parts) -> bytes:
    """Parts as a zip, the way Office and OpenDocument files are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relations(*targets: tuple[str, str]) -> str:
    """External relationships: (kind, target)."""
    rows = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
        for i, (kind, target) in enumerate(targets)
    )
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0"?><Relationships xmlns="{namespace}">{rows}</Relationships>'


def _document(body: str, before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<w:document {_W}><w:body>{body}</w:body></w:document>'


def _paragraph(text: str) -> str:
    """Word cuts paragraphs into runs at will."""
    return f"<w:p><w:r><w:t>{text[:9]}</w:t></w:r><w:r><w:t>{text[9:]}</w:t></w:r></w:p>"


def docx(
    paragraphs: Sequence[str] = (TEXT,),
    rels: str = "",
    parts: Parts | None = None,
    field: str = "",
) -> bytes:
    """A Word document."""
    body = "".join(
        f"<w:p><w:r><w:t>{p[:9]}</w:t></w:r><w:r><w:t>{p[9:]}</w:t></w:r></w:p>" for p in paragraphs
    )
    if field:
        body += f"<w:p><w:r><w:instrText>{field}</w:instrText></w:r></w:p>"
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "word/document.xml": _document(body),
            "word/_rels/document.xml.rels": rels or relations(),
        }
        | (parts or {})
    )


def xlsx(strings: Sequence[str] = (TEXT,), rels: str = "", parts: Parts | None = None) -> bytes:
    """A workbook with shared strings and one number."""
    namespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared = "".join(f"<si><t>{text}</t></si>" for text in strings)
    cells = "".join(f'<row><c t="s"><v>{i}</v></c></row>' for i in range(len(strings)))
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "xl/sharedStrings.xml": f'<?xml version="1.0"?><sst {namespace}>{shared}</sst>',
            "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><worksheet {namespace}><sheetData>{cells}'
            "<row><c><v>2480</v></c></row></sheetData></worksheet>",
            "xl/worksheets/_rels/sheet1.xml.rels": rels or relations(),
        }
        | (parts or {})
    )


def pptx(text: str = TEXT) -> bytes:
    """A presentation of one slide."""
    namespace = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="p"'
    slide = f'<?xml version="1.0"?><p:sld {namespace}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'
    return zipped({"[Content_Types].xml": TYPES, "ppt/slides/slide1.xml": slide})


def odt(text: str = TEXT, link: str = LINK, kind: str = "text", parts: Parts | None = None) -> bytes:
    """An OpenDocument text (or spreadsheet)."""
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:'
        'office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<text:p>{text} <text:a xlink:href="{link}">here</text:a></text:p></office:document-content>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(zipfile.ZipInfo("content.xml"), content)
        for name, data in (parts or {}).items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


_ENTITIES = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>"
LAUGHS = _document("<w:p><w:t>&c;</w:t></w:p>", _ENTITIES)
OUTSIDE = _document("<w:p><w:t>&a;</w:t></w:p>", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>")


def compound(streams: dict[str, bytes]) -> bytes:
    """A small OLE2 compound file (MS-CFB) with the streams in its root; no mini stream, sectors of 512."""
    end, free, fat_sector = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    entries, body, fat = [], b"", [fat_sector]
    directory_sectors = (len(streams) + 1 + 3) // 4
    fat += [*range(2, directory_sectors + 1), end]
    for name, data in padded.items():
        start = len(fat)
        count = (len(data) + 511) // 512
        fat += [*range(start + 1, start + count), end]
        entries.append((name, start, len(data)))
        body += data.ljust(count * 512, b"\0")

    def entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le")
        head = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw) + 2, kind, 1, free, right, child)
        return head + bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)

    rows = [entry("Root Entry", 5, 1 if entries else free, free, end, 0)]
    for number, (name, start, size) in enumerate(entries, 1):
        rows.append(entry(name, 2, free, number + 1 if number < len(entries) else free, start, size))
    directory = b"".join(rows).ljust(directory_sectors * 512, b"\0")
    fat += [free] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    return header + struct.pack("<128I", *fat) + directory + body


def doc(text: str = TEXT, wide: bool = False, locked: bool = False) -> bytes:
    """A Word 97 document: a header block and a piece table of one piece (MS-DOC 2.5, 2.8.35)."""
    raw = text.encode("utf-16-le" if wide else "cp1252")
    flags = 0x0200 | (0x0100 if locked else 0)
    fib = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x409, 0, flags).ljust(0x1A2, b"\0")
    piece = struct.pack("<HIH", 0, 1024 if wide else 2048 | 0x40000000, 0)
    table = struct.pack("<II", 0, len(text)) + piece
    clx = b"\x02" + struct.pack("<I", len(table)) + table
    word = (fib + struct.pack("<II", 0, len(clx))).ljust(1024, b"\0") + raw
    return compound({"WordDocument": word, "1Table": clx})


def xls(strings: Sequence[str] = (TEXT,)) -> bytes:
    """An Excel 97 workbook: its shared strings (MS-XLS 2.4.265)."""
    rows = b""
    for text in strings:
        wide = not text.isascii()
        rows += struct.pack("<HB", len(text), int(wide)) + text.encode("utf-16-le" if wide else "latin-1")
    body = struct.pack("<II", len(strings), len(strings)) + rows
    records = struct.pack("<HH", 0x0809, 16) + bytes(16) + struct.pack("<HH", 0x00FC, len(body)) + body
    return compound({"Workbook": records + struct.pack("<HH", 0x000A, 0)})


def office_locked(package: bytes, password: str, spins: int = 100) -> bytes:
    """An Office package under agile encryption, AES-128 and SHA-1 for speed (MS-OFFCRYPTO 2.3.4.10)."""
    import base64

    from Cryptodome.Cipher import AES

    def digest(data: bytes) -> bytes:
        return hashlib.sha1(data, usedforsecurity=False).digest()

    def encrypt(key: bytes, vector: bytes, data: bytes) -> bytes:
        return AES.new(key, AES.MODE_CBC, vector[:16]).encrypt(data.ljust(-(-len(data) // 16) * 16, b"\0"))

    salt, package_salt, secret, check = (bytes([n]) * 16 for n in (1, 2, 3, 4))
    hashed = digest(salt + password.encode("utf-16-le"))
    for spin in range(spins):
        hashed = digest(struct.pack("<I", spin) + hashed)

    def sealed(purpose: str, data: bytes) -> str:
        key = digest(hashed + bytes.fromhex(purpose))[:16]
        return base64.b64encode(encrypt(key, salt, data)).decode()

    body = struct.pack("<Q", len(package)) + b"".join(
        encrypt(secret, digest(package_salt + struct.pack("<I", i)), package[i * 4096 : (i + 1) * 4096])
        for i in range(-(-len(package) // 4096))
    )
    common = 'cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA1" keyBits="128"'
    salts = [base64.b64encode(each).decode() for each in (package_salt, salt)]
    info = (
        f'<encryption xmlns:p="p"><keyData {common} saltValue="{salts[0]}"/><keyEncryptors><keyEncryptor>'
        f'<p:encryptedKey {common} spinCount="{spins:09d}" saltValue="{salts[1]}" '
        f'encryptedVerifierHashInput="{sealed("fea7d2763b4b9e79", check)}" '
        f'encryptedVerifierHashValue="{sealed("d7aa0f6d3061344e", digest(check))}" '
        f'encryptedKeyValue="{sealed("146e0be7abacd0d6", secret)}"/>'
        "</keyEncryptor></keyEncryptors></encryption>"
    )
    info_stream = b"\x04\0\x04\0\x40\0\0\0" + info.encode()
    return compound({"EncryptionInfo": info_stream.ljust(4096, b" "), "EncryptedPackage": body})


def packaged(name: str, data: bytes) -> bytes:
    """An embedded file as the Windows packager keeps it (\\1Ole10Native)."""
    raw = name.encode()
    body = struct.pack("<H", 2) + raw + b"\0" + b"C:\\" + raw + b"\0" + struct.pack("<HH", 0, 3)
    body += struct.pack("<I", len(raw) + 1) + raw + b"\0" + struct.pack("<I", len(data)) + data
    return compound({"\x01Ole10Native": struct.pack("<I", len(body)) + body})


RTF = (
    rb'{\rtf1\ansi Your parcel is held. {\field{\*\fldinst HYPERLINK "https://parcel.example/fee"}'
    rb"{\fldrslt pay here}}\par Gr\'fc\'dfe}"
)
RTF_TEMPLATE = rb"{\rtf1{\*\template http://files.example/t.dotm}Please enable editing.}"
RTF_OBJECT = rb"{\rtf1 Invoice {\object\objautlink\objupdate{\*\objdata 0105000002000000}}}"

INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Your subscription renews for 499 USD
DESCRIPTION:Call +1 202-555-0143 to cancel\\, or see https://refund.exam
 ple/cancel\\nBilling team
ORGANIZER;CN="Billing; Support":mailto:billing@example.org
ATTENDEE:mailto:you@example.com
LOCATION:https://meet.example/abc
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()

CARD = (
    b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bank Helpdesk\r\nTEL;TYPE=cell:+44 7700 900123\r\n"
    b"EMAIL:help@example.org\r\nURL:https://helpdesk.example/\r\nEND:VCARD\r\n"
)

DOCUMENTS = {
    "letter.pdf": lambda: pdf(annotations=link()),
    "launch.pdf": lambda: pdf(annotations=LAUNCH),
    "script.pdf": lambda: pdf(catalog=SCRIPT),
    "hidden_script.pdf": pdf_with_hidden_script,
    "locked.pdf": lambda: pdf_locked("Rechnung2024"),
    "letter.docx": docx,
    "table.xlsx": xlsx,
    "slides.pptx": pptx,
    "letter.odt": odt,
    "letter.doc": doc,
    "table.xls": xls,
    "letter.rtf": lambda: RTF,
    "invitation.ics": lambda: INVITATION,
    "card.vcf": lambda: CARD,
}


if __name__ == "__main__":
    for file, make in DOCUMENTS.items():
        Path(sys.argv[1], file).write_bytes(make())
