"""What judges the speech of a call: the shipped detector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quivive.voices import judgement
from quivive.voices.live.scores import Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quivive.voices.condition import Condition
    from quivive.voices.judgement import Judgement
    from quivive.voices.score import Window
    from quivive.voices.speech import Segment


class Shipped:
    """`voices.score` and `voices.judgement`, as `quivive check` uses them."""

    def running(self) -> Scores:
        """The windows of a call that begins."""
        return Scores()

    def conclude(
        self, windows: tuple[Window, ...], spoken: tuple[Segment, ...], kind: Condition | None
    ) -> Judgement:
        """What the windows so far mean."""
        return judgement.conclude(windows, spoken, kind)

    def thresholds(self, kind: Condition | None) -> tuple[float, float]:
        """The scores up to which a recording is clear, and from which it raises the alarm."""
        desk = judgement.desks()[kind or "wideband"]
        return desk.clear, desk.alarm

    def judge(self, samples: NDArray[np.float32]) -> Judgement:
        """What a file of these samples would be judged as."""
        return judgement.judge(samples)
