"""How does the input become a goAML report? Every fault is said at once, each with its field.

The input names fields as people do (structure.yaml, 'as'); the writer puts them in goAML's order and
under its names. What a unit wants beyond that is in its own schema: `schema.py`.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from quivive.money.requests import checks
from quivive.money.requests.problems import Problem, Refused, pointer
from quivive.money.requests.reading import Document, unseen
from quivive.money.requests.suspicious_transaction.plain_names import plain_name
from quivive.money.requests.suspicious_transaction.structure import Field, structure
from quivive.money.requests.suspicious_transaction.values import written

At = tuple[str | int, ...]
_MOST_COMMENTS = 8000
_HOLDERS = ("person", "entity", "account", "wallet")
_HOLDING = ("side", "party", "report_party")


@dataclass(frozen=True)
class Report:
    """The report, and the place in the input of each of its elements."""

    root: ET.Element
    places: dict[ET.Element, str]

    def text(self) -> str:
        """The file: UTF-8, indented."""
        ET.indent(self.root, "  ")
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(self.root, encoding="unicode") + "\n"


def report(document: Document, *, plain_names: bool = False) -> Report:
    """The report of an input document. Raises Refused with everything that is missing or wrong.

    `plain_names`: names in ASCII, for units that take no others; the given spelling goes into comments.
    """
    writer = _Writer(list(unseen(document)), plain_names)
    root = writer.part("report", document, (), "report", "")
    _needs(document, writer.problems)
    if writer.problems:
        number = len(set(writer.problems))
        count = "1 thing is" if number == 1 else f"{number} things are"
        raise Refused(f"The report is not written: {count} missing or wrong.", writer.problems)
    return Report(root, writer.places)


class _Writer:
    """Walks the structure; keeps the faults and where each element came from."""

    def __init__(self, problems: list[Problem], plain: bool) -> None:
        self.problems, self.plain, self.places = problems, plain, dict[ET.Element, str]()

    def part(self, kind: str, document: Document, at: At, tag: str, prefix: str) -> ET.Element:
        """One part of the report with all below it."""
        element = self._element(tag, at)
        if not isinstance(document, dict):
            self.fault(at, "is not a table of fields and values")
            return element
        fields = structure()[kind]
        self._strangers(document, fields, at)
        client = document.get("client") in ("true", "yes", "1")
        for field in fields:
            for child in self._field(field, document.get(field.name), (*at, field.name), prefix, client):
                element.append(child)
        self._rules(kind, document, at, element)
        return element

    def fault(self, at: At, text: str) -> None:
        """Note a problem at a place of the input."""
        self.problems.append(Problem(pointer(*at), text if text.endswith("?") else f"{text}."))

    def _field(
        self, field: Field, value: Document, at: At, prefix: str, client: bool
    ) -> Iterator[ET.Element]:
        if value is None or value == []:
            if field.needed:
                self.fault(at, "is missing")
        elif field.element is None:
            self._leaf(field, value, at, "input")
        elif field.many or field.inner:
            yield from self._list(field, value, at, prefix)
        elif field.kind in structure():
            tag = field.tag(prefix, client or _is_client(field, value))
            below = f"{field.name}_" if field.kind == "side" else ""
            yield self.part(field.kind, value, at, tag, below)
        else:
            yield self._leaf(field, value, at, field.tag(prefix, client))

    def _list(self, field: Field, value: Document, at: At, prefix: str) -> Iterator[ET.Element]:
        rows = value if isinstance(value, list) else [value]
        tag = field.inner or field.tag(prefix, False)
        children = [
            self.part(field.kind, row, (*at, number), tag, "")
            if field.kind in structure()
            else self._leaf(field, row, (*at, number), tag)
            for number, row in enumerate(rows)
        ]
        if not field.inner:
            yield from children
            return
        holder = self._element(field.tag(prefix, False), at)
        holder.extend(children)
        yield holder

    def _leaf(self, field: Field, value: Document, at: At, tag: str) -> ET.Element:
        element = self._element(tag, at)
        if not isinstance(value, str):
            self.fault(at, "is missing" if value is None else "is not a text or number")
            return element
        try:
            text = plain_name(value) if self.plain and field.kind == "name" else value
            element.text = written(field.kind, text, field.most)
        except ValueError as error:
            self.fault(at, str(error))
        return element

    def _element(self, tag: str, at: At) -> ET.Element:
        element = ET.Element(tag)
        self.places[element] = pointer(*at)
        return element

    def _strangers(self, document: dict[str, Document], fields: tuple[Field, ...], at: At) -> None:
        known = {field.name: field for field in fields}
        for name in document.keys() - known.keys():
            near = next((f.name for f in fields if name == f.element), None)
            near = near or next(iter(get_close_matches(name, known, 1)), None)
            self.fault((*at, name), f"is no field here{f': did you mean {near!r}?' if near else ''}")

    def _rules(self, kind: str, document: dict[str, Document], at: At, element: ET.Element) -> None:
        """What goes beyond one field."""
        if kind in _HOLDING:
            given = [name for name in _HOLDERS if document.get(name) is not None]
            if len(given) != 1:
                said = f"not {' and '.join(given)}" if given else "none is given"
                self.fault(at, f"needs exactly one of {', '.join(_HOLDERS)}: {said}")
        if kind == "transaction":
            self._transaction(document, at, element)
        if kind == "wallet":
            self._wallet(document, at, element)
        if kind == "account" and (document.get("institution_code") is None) == (
            document.get("swift") is None
        ):
            self.fault(at, "needs institution_code or swift, one of them")
        if self.plain:
            self._spelling(kind, document, at, element)

    def _transaction(self, document: dict[str, Document], at: At, element: ET.Element) -> None:
        sides = [name for name in ("from", "to") if document.get(name) is not None]
        if (document.get("parties") is None) == (not sides) or len(sides) == 1:
            self.fault(at, "needs from and to, or else parties")
        receiver = document.get("to")
        if isinstance(receiver, dict) and receiver.get("conductor") is not None:
            self.fault((*at, "to", "conductor"), "is of the paying side: put it under 'from'")
        if document.get("txid") is None and document.get("chain") is None:
            return
        try:
            chain = checks.chain(str(document.get("chain") or ""))
            txid = checks.txid(str(document.get("txid") or ""), chain)
        except ValueError as error:
            self.fault((*at, "txid"), f"with its chain {error}")
            return
        self._comment(element, f"Blockchain transaction on {chain.name}: {txid}.", at)

    def _wallet(self, document: dict[str, Document], at: At, element: ET.Element) -> None:
        """A wallet is written as an account whose number is the address."""
        named = [name for name in ("institution_code", "swift") if document.get(name) is not None]
        unhosted = document.get("unhosted") in ("true", "yes", "1")
        if len(named) + unhosted != 1:
            self.fault(
                at, "needs institution_code or swift of who hosts it, or 'unhosted: true'; one of them"
            )
        if unhosted:
            self._insert(element, "institution_code", "UNHOSTED", at)
        if not isinstance(document.get("chain"), str) or not isinstance(document.get("address"), str):
            return
        try:
            chain = checks.chain(str(document["chain"]))
        except ValueError as error:
            self.fault((*at, "chain"), str(error))
            return
        try:
            checks.address(str(document["address"]), chain)
        except ValueError as error:
            self.fault((*at, "address"), str(error))
        if document.get("name") is None:
            self._insert(element, "account_name", f"Wallet on {chain.name}", at)
        self._comment(element, f"Wallet of virtual assets on {chain.name}.", at)

    def _spelling(self, kind: str, document: dict[str, Document], at: At, element: ET.Element) -> None:
        names = [document.get(field.name) for field in structure()[kind] if field.kind == "name"]
        if any(isinstance(name, str) and not name.isascii() for name in names):
            given = " ".join(name for name in names if isinstance(name, str))
            self._comment(element, f"Name as given: {given}.", at)

    def _insert(self, element: ET.Element, tag: str, text: str, at: At) -> None:
        """Put an element where goAML's order wants it."""
        order = [field.element for field in structure()["account"]]
        before = sum(order.index(child.tag) < order.index(tag) for child in element)
        child = self._element(tag, at)
        child.text = text
        element.insert(before, child)

    def _comment(self, element: ET.Element, text: str, at: At) -> None:
        """Add a sentence to the comments, which are the last element wherever there are some."""
        comments = element.find("comments")
        if comments is None:
            comments = self._element("comments", at)
            # Only a director's role comes after the comments.
            last = element.tag == "director_id" and element.find("role") is not None
            element.insert(len(element) - last, comments)
        comments.text = f"{comments.text}\n{text}" if comments.text else text
        if len(comments.text) > _MOST_COMMENTS:
            self.fault(
                (*at, "comments"), f"is too long with what is added: at most {_MOST_COMMENTS} characters"
            )


def _is_client(field: Field, value: Document) -> bool:
    """A side is named for whether its holder is the reporter's client."""
    return field.kind == "side" and isinstance(value, dict) and value.get("client") in ("true", "yes", "1")


def _needs(document: Document, problems: list[Problem]) -> None:
    """A report is about transactions or, where there were none, about parties."""
    if isinstance(document, dict) and not document.get("transactions") and not document.get("activity"):
        problems.append(Problem("/transactions", "is missing: list at least one, or give an activity."))
