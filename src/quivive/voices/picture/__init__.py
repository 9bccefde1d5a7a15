"""What can be seen of a recording: the voice's spectrogram, its scores along time, and the same in words?"""

from __future__ import annotations

from quivive.voices.picture.caption import caption, times
from quivive.voices.picture.drawing import figure, picture
from quivive.voices.picture.timeline import Passage, Timeline, timeline

__all__ = ["Passage", "Timeline", "caption", "figure", "picture", "timeline", "times"]
