"""Is the file itself a program, and does its name hide it? Nothing is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quivive.messages.mails.disguise import risks
from quivive.model import Context, Item, Kind, Source, Subject, Yield, finding

_RISKS: dict[str, tuple[str, Kind]] = {
    "program": ("program/runs", "fail"),
    "double-extension": ("program/double-extension", "fail"),
    "reversed-name": ("program/reversed-name", "fail"),
}
_TOLD = ("attachment", "in the archive")
"""Origins whose own readers have already said what the file is."""


class Programs:
    """Names programs, scripts, apps and shortcuts for what they are."""

    name = "messages.programs"
    version = "1"
    accepts = frozenset(
        {"application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary",
         "application/x-ms-shortcut", "application/vnd.android.package-archive", "application/java-archive",
         "text/x-shellscript"}
    )  # fmt: skip
    online = False
    codes: Mapping[str, str] = {
        "program/runs": "{name} is {kind}. Whoever opens it hands the device to its maker; "
        "no bank, parcel service or authority sends programs.",
        "program/double-extension": "{name} looks like a {pretends} file but is a {extension} file.",
        "program/reversed-name": "The name of {name} holds invisible signs that turn its letters around, "
        "to hide what kind of file it is.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: marks in the files decide."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield what the file is, unless the mail or archive that carried it has been told so already."""
        if not isinstance(subject, Item) or subject.origin in _TOLD:
            return
        for risk, params in risks(subject.name.rsplit("/", 1)[-1], subject.data):
            if risk in _RISKS:
                code, kind = _RISKS[risk]
                yield finding(self, code, kind, subject, params=params)


DETECTORS = (Programs,)
