"""What came packed in this archive, could it be opened, and does it carry programs?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from quivive.errors import CouldNotLook, Unreadable
from quivive.intake import derive
from quivive.messages.documents.unpack import Bounds, Member, members
from quivive.messages.mails.disguise import risks
from quivive.model import Context, Finding, Item, Kind, Source, Subject, Where, Yield, finding

WRAPPER = 5
"""An archive of at most so many files is a wrapper around them, not a collection of software."""
FINDINGS = 10
_NO_READER = {
    "application/vnd.rar": "RAR",
    "application/x-7z-compressed": "7-Zip",
    "application/vnd.ms-cab-compressed": "cabinet",
    "application/x-iso9660-image": "disk image",
}
_RISKS: dict[str, tuple[str, Kind]] = {
    "program": ("archive/program", "fail"),
    "container": ("archive/container", "review"),
    "macro": ("archive/macro", "review"),
    "double-extension": ("archive/double-extension", "fail"),
    "reversed-name": ("archive/reversed-name", "fail"),
    "mismatch": ("archive/type-mismatch", "review"),
}


class Archives:
    """Unpacks archives in memory, with the password that stood in the message if need be."""

    name = "messages.archives"
    version = "1"
    accepts = frozenset(
        {"application/zip", "application/x-tar", "application/gzip", "application/x-bzip2",
         "application/x-xz", *_NO_READER}
    )  # fmt: skip
    online = False
    codes: Mapping[str, str] = {
        "archive/opened-with-password-from-the-message": "The archive was locked and the password stood in "
        "the message that brought it. A lock whose key comes along protects nothing; it keeps mail filters "
        "from looking inside.",
        "archive/opened-with-usual-password": "The archive was locked with a password that everyone knows.",
        "archive/program": "The archive holds {name}, {kind}, and little else. "
        "That is how harmful programs are sent.",
        "archive/software": "Among the {count} files of the archive is {name}, {kind}.",
        "archive/container": "The archive holds {name}, {kind}: a package in a package, "
        "a way to carry programs past filters.",
        "archive/macro": "The archive holds {name}, an Office file that can hold macros.",
        "archive/double-extension": "In the archive, {name} looks like a {pretends} file "
        "but is a {extension} file.",
        "archive/reversed-name": "In the archive, the name of {name} holds invisible signs that turn its "
        "letters around, to hide what kind of file it is.",
        "archive/type-mismatch": "In the archive, {name} is named as a {extension} file but is {content}.",
        "archive/path-trick": "A file in the archive is named {name}, "
        "so that careless unpacking would write it outside the folder.",
        "archive/not-all-read": "Not everything in the archive was read: {what}.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: the formats' specifications decide."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield the files inside as items and what is wrong with them; raise CouldNotLook where locked."""
        if not isinstance(subject, Item):
            return
        kind = _NO_READER.get(subject.media_type)
        if kind:
            raise Unreadable(
                f"This is a {kind} archive, which cannot be opened here. Unpack it on a machine kept for "
                "that, and check the files."
            )
        found: list[Member] = []
        trouble: CouldNotLook | None = None
        try:
            for member in self._members(subject, context):
                found.append(member)
                if not member.skipped:
                    yield self._item(subject, member, context)
        except CouldNotLook as error:
            trouble = error
        yield from self._opened(subject, found)
        yield from self._dangers(subject, found)
        yield from self._rest(subject, found)
        if trouble:
            raise trouble

    def _members(self, item: Item, context: Context) -> Iterator[Member]:
        limits = context.limits
        bounds = Bounds(file_bytes=min(limits.item_bytes, Bounds.file_bytes), bytes=limits.bytes // 2)
        return members(item.data, item.media_type, item.name, item.hints, bounds)

    def _item(self, parent: Item, member: Member, context: Context) -> Item:
        name = "/".join(_safe_parts(member.name)) or "unnamed"
        return derive(parent, name, member.data, origin="in the archive", limits=context.limits)

    def _opened(self, item: Item, found: list[Member]) -> Iterator[Finding]:
        passwords = {member.password for member in found if member.password}
        if passwords & set(item.hints):
            yield finding(self, "archive/opened-with-password-from-the-message", "review", item)
        elif passwords:
            yield finding(self, "archive/opened-with-usual-password", "informational", item)

    def _dangers(self, item: Item, found: list[Member]) -> Iterator[Finding]:
        for member, risk, params in islice(_risky(found), FINDINGS):
            code, kind = _RISKS[risk]
            if risk == "program" and len(found) > WRAPPER:
                code, kind, params = "archive/software", "review", params | {"count": str(len(found))}
            yield finding(self, code, kind, item, params=params, where=Where(part=member.name[:200]))
        tricks = [member.name for member in found if _is_trick(member.name)]
        if tricks:
            yield finding(self, "archive/path-trick", "review", item, params={"name": tricks[0][:200]})

    def _rest(self, item: Item, found: list[Member]) -> Iterator[Finding]:
        skipped = [member for member in found if member.skipped]
        if any(member.skipped == "locked" for member in skipped):
            names = ", ".join(member.name[:80] for member in skipped[:5])
            raise Unreadable(
                f"The archive is locked and no password at hand opens it ({names} inside were not seen). "
                "Look for the password in the message and unpack it on a machine kept for that."
            )
        if skipped:
            what = "; ".join(f"{m.name[:80]} {m.skipped}".strip() for m in skipped[:5])
            yield finding(self, "archive/not-all-read", "open", item, params={"what": what})


def _risky(found: list[Member]) -> Iterator[tuple[Member, str, dict[str, str]]]:
    """What is dangerous about each file; a locked one is judged by its name alone."""
    for member in found:
        for risk, params in risks(member.name, member.data):
            if member.data or risk != "mismatch":
                yield member, risk, params


def _safe_parts(name: str) -> list[str]:
    """The path inside the archive without drive, root and parent steps."""
    parts = name.replace("\\", "/").split("/")
    return [part for part in parts if part not in ("", ".", "..") and part[1:] != ":"]


def _is_trick(name: str) -> bool:
    path = name.replace("\\", "/")
    return path.startswith("/") or path[1:3] == ":/" or ".." in path.split("/")


DETECTORS = (Archives,)
