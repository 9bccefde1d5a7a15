"""Do the checks of this picture or video decide anything, and if not, what was looked at?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from quivive.media import pictures
from quivive.media.video.opening import FORMATS
from quivive.media.video.video_detector import ORIGIN
from quivive.model import Context, Examination, Finding, Item, Source, Subject, Yield, finding

CHECKS = ("media.provenance", "media.marks")
"""The checks that could show who or what made it, or that it was changed; and what reads its container."""
_CONTAINER = {"image": "media.history", "video": "media.video"}
DECIDES = frozenset({"c2pa/trusted", "c2pa/content-changed", "c2pa/claims-ai", "match/known-picture"})


class Answer:
    """Says 'cannot tell' where nothing was found that decides; no score stands behind it."""

    name = "media.answer"
    version = "1"
    accepts = pictures.TYPES | frozenset(FORMATS)
    online = False
    codes: Mapping[str, str] = {
        "media/cannot-tell": "Whether this was taken with a camera, changed or made by a machine cannot be "
        "told from the file: nothing that would decide was found. Checked: {checked}. Could not be checked: "
        "{unchecked}. Messengers and websites remove such signs, so their absence proves nothing. Ask where "
        "it came from, and for the original file.",
    }

    def sources(self) -> tuple[Source, ...]:
        """No dated data."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Nothing by itself."""
        yield from ()

    def conclude(
        self,
        subject: Subject,
        examinations: Sequence[Examination],
        findings: Sequence[Finding],
        context: Context,
    ) -> Iterator[Finding]:
        """One finding, unless something decides; none for the single pictures of a video."""
        if not isinstance(subject, Item) or subject.origin == ORIGIN or any(map(_decides, findings)):
            return
        checks = (*CHECKS, _CONTAINER[subject.media_type.partition("/")[0]])
        looked = {each.detector for each in examinations if not each.skipped}
        params = {
            "checked": ", ".join(name for name in checks if name in looked) or "–",
            "unchecked": ", ".join(name for name in checks if name not in looked) or "–",
        }
        yield finding(self, "media/cannot-tell", "open", subject, params=params)


def _decides(found: Finding) -> bool:
    return found.code in DECIDES or (found.code.startswith("mark/") and found.kind == "review")


DETECTORS = (Answer,)
