"""In which words are findings on a file's history said? Never 'genuine': what a file says can be typed in."""

from __future__ import annotations

from collections.abc import Mapping

BY_FAMILY = (
    "history/uploaded", "history/edited", "history/screenshot", "history/messenger-name",
    "history/screenshot-name", "history/converted", "history/messenger-size", "history/screen-size",
)  # fmt: skip
"""Codes of the line on what the file is, the most telling first."""
RECOMPRESSION = (
    "Lukáš, Fridrich: Estimation of Primary Quantization Matrix in Double Compressed JPEG Images, 2003",
    "Error rates: benchmarks/media_history.py",
)
_FILE = "The picture is a {format} file of {size} pixels"

CODES: Mapping[str, str] = {
    "history/camera": _FILE + " and carries the data of a camera ({camera}). Such data can be copied or "
    "altered.",
    "history/edited": _FILE + " and names {program}, a program that edits pictures. That it was saved there "
    "is nothing unusual; what was changed, the file does not say.",
    "history/edited-camera": _FILE + ". It carries the data of a camera ({camera}) and names {program}, a "
    "program that edits pictures. What was changed there, the file does not say.",
    "history/converted": _FILE + " and names {program}, which converts or scales pictures. That takes marks "
    "and camera data away.",
    "history/software": _FILE + " and names the software “{program}”.",
    "history/uploaded": _FILE + " and carries the mark that {program} write into pictures that are uploaded "
    "there. Uploading takes other marks and camera data away.",
    "history/messenger-name": _FILE + " whose name is one that {program} gives. Messengers save pictures "
    "anew, which takes marks and camera data away.",
    "history/messenger-size": "The picture is a JPEG of {size} pixels, saved at a quality of about {quality} "
    "of 100, without camera data. Pictures that passed {program} look like this, and so do others. "
    "Messengers take marks and camera data away.",
    "history/screenshot": _FILE + " and is marked as a picture of a screen, as {program} writes it. What a "
    "screen shows can be made up.",
    "history/screenshot-name": _FILE + " whose name says that it is a picture of a screen. What a screen "
    "shows can be made up.",
    "history/screen-size": _FILE + " without camera data: the size of a screen. It may be a picture of a "
    "screen; what that shows can be made up.",
    "history/jpeg": "The picture is a JPEG of {size} pixels, saved at a quality of about {quality} of 100, "
    "without camera data. Its structure does not tell which program wrote it.",
    "history/file": _FILE + " without camera data. Its structure does not tell which program wrote it.",
    "history/cut-off": "The file breaks off before its picture ends. The rest did not arrive, or was taken "
    "away: ask for the file once more.",
    "history/hidden-file": "Behind the end of the picture stands something else ({type}, {octets} octets) "
    "that no picture viewer shows. It was examined as a file of its own. Do not open it.",
    "history/text-behind": "Behind the end of the picture stands text ({octets} octets) that no picture "
    "viewer shows. It was examined as a text of its own.",
    "history/film-behind": "Behind the picture stands a short film ({octets} octets), as telephones record "
    "it with a picture. It was examined as a film of its own.",
    "history/picture-behind": "Behind the end of the picture stands another picture ({octets} octets) that "
    "viewers do not show. It was examined as a picture of its own.",
    "history/unknown-behind": "Behind the end of the picture stand {octets} octets that no picture viewer "
    "shows. What they are is not known.",
    "history/preview-cropped": "The small preview in the file shows more than the picture does: the picture "
    "is a part, about {share} %, of what the preview shows. Look at the preview: what was cut away may "
    "matter.",
    "history/preview-differs": "The small preview in the file shows something else than the picture. The "
    "picture was changed or replaced after the preview was made. Look at both.",
    "history/changed-before-made": "The times in the file contradict each other: it says that it was last "
    "changed on {at} ({field}), which is before it was made, on {other} ({other_field}). A clock was set "
    "wrong, or a time was altered.",
    "history/satellite-time": "The times in the file contradict each other: the satellites' time is {at}, "
    "the camera's is {other} ({other_field}). No time zone explains that. A clock was set wrong, or a time "
    "was altered.",
    "history/future": "The file carries a time that lies in the future: {at} ({field}). A clock was set "
    "wrong, or the time was altered.",
    "history/steps": "The file keeps a record of how it was edited, {count} steps: {steps}.",
    "history/recompressed": "The picture was compressed as a JPEG at least twice: earlier at a quality of "
    "about {first} of 100, last at about {last}. Whoever saves a picture again leaves that trace; it says "
    "nothing about what was changed.",
    "history/serial-number": "The file carries the serial number of a camera or lens. It ties pictures to "
    "one device and is a person's data: pass the file on only to those who need it.",
    "history/owner-name": "The file names an owner or author. It is a person's data, and can be typed in: "
    "pass the file on only to those who need it.",
    "history/location": "The file says where the picture was taken: about {latitude} north, {longitude} "
    "east (negative: south, west), rounded to some ten kilometres. It is a person's data, and can be "
    "altered.",
}
