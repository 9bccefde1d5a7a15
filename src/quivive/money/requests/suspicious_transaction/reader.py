"""What does a goAML report say, in the words of our input? An old report becomes the start of a new one."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from quivive.errors import UsageError
from quivive.money.requests.problems import Problem, Refused
from quivive.money.requests.reading import DEEPEST, Document
from quivive.money.requests.suspicious_transaction.structure import Field, structure

_MOST_BYTES = 20 * 2**20


def read_report(data: bytes, name: str) -> Document:
    """The input document of a goAML file.

    Raises UsageError where it is not XML or declares entities (which can grow without bound), and Refused
    naming every element that this version would not write back.
    """
    root = _root(data, name)
    problems: list[Problem] = []
    document = _part("report", root, "", f"/{root.tag}", problems, 0)
    if root.tag != "report":
        problems.insert(0, Problem(f"/{root.tag}", "is no goAML report: its first element must be 'report'."))
    if problems:
        raise Refused(f"{name} is not taken over.", problems)
    return document


def _root(data: bytes, name: str) -> ET.Element:
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{name} is larger than {_MOST_BYTES >> 20} MiB.")
    try:
        text = data.decode("utf-8-sig")
        if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
            raise UsageError(f"{name} has a document type declaration, which a report has no need of.")
        return ET.fromstring(text)  # noqa: S314 - no declarations, so no entities
    except (UnicodeDecodeError, ET.ParseError, ValueError) as error:
        raise UsageError(f"{name} does not read as XML in UTF-8: {error}.") from error


def _part(
    kind: str, element: ET.Element, prefix: str, at: str, problems: list[Problem], depth: int
) -> dict[str, Document]:
    found: dict[str, Document] = {}
    if depth > DEEPEST:
        problems.append(Problem(at, "is nested too deeply."))
        return found
    fields = [field for field in structure()[kind] if field.element and field.kind != "wallet"]
    names = {field.tag(prefix, client): (field, client) for client in (True, False) for field in fields}
    for child in element:
        place = f"{at}/{child.tag}"
        field, client = names.get(child.tag) or _plural(fields, child) or (None, False)
        if field is None:
            problems.append(
                Problem(place, "is no element that is written here; take it out or report it to us.")
            )
            continue
        _take(found, field, child, place, problems, depth)
        if client and child.tag.endswith("_my_client"):
            _mark(found, kind, field)
    return found


def _plural(fields: list[Field], child: ET.Element) -> tuple[Field, bool] | None:
    """Later versions put repeated elements into one of their plural: identifications/identification."""
    inner = {each.tag for each in child}
    return next(
        ((f, False) for f in fields if f.many and inner == {f.element} and child.tag == f"{f.element}s"), None
    )


def _take(
    found: dict[str, Document], field: Field, child: ET.Element, at: str, problems: list[Problem], depth: int
) -> None:
    below = f"{field.name}_" if field.kind == "side" else ""

    def value(element: ET.Element) -> Document:
        if field.kind in structure():
            return _part(field.kind, element, below, at, problems, depth + 1)
        return (element.text or "").strip() or None

    wrapped = field.inner is not None or (field.many and child.tag != field.element)
    if wrapped:
        found[field.name] = [value(each) for each in child]
    elif field.many:
        rows = found.setdefault(field.name, [])
        assert isinstance(rows, list)
        rows.append(value(child))
    else:
        found[field.name] = value(child)


def _mark(found: dict[str, Document], kind: str, field: Field) -> None:
    """The holder is the reporter's client: said of the side, or of the party."""
    side = found.get(field.name)
    if field.kind == "side" and isinstance(side, dict):
        side["client"] = "true"
    elif kind == "party":
        found["client"] = "true"
