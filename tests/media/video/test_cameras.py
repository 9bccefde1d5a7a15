"""Names of programs that act as cameras are found where they stand as a device's name, and only there."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import yaml

from conftest import ROOT
from media.picture_helpers import codes
from media.video.clip_maker import film, scene
from quivive.errors import Unreadable
from quivive.intake import take
from quivive.media.video.camera_detector import CODES, Cameras
from quivive.media.video.cameras import in_tags, in_text
from quivive.media.video.video_detector import Video
from quivive.model import Detector, Finding, Item, Yield

Run = Callable[[Detector, Item], list[Yield]]


def dump(label: str) -> bytes:
    """What chrome://webrtc-internals saves, in the parts that matter."""
    media = {"pid": 1, "rid": 2, "origin": "https://meet.example", "video": "",
             "video_track_info": f"id:5f2c label:{label}", "request_type": "getUserMedia"}  # fmt: skip
    return json.dumps({"PeerConnections": {}, "getUserMedia": [media], "UserAgent": "Example"}).encode()


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("OBS Virtual Camera", "video/virtual-camera"),
        ("OBS-Camera2", "video/virtual-camera"),
        ("ManyCam Virtual Webcam", "video/virtual-camera"),
        ("Snap Camera", "video/virtual-camera"),
        ("XSplit VCam", "video/virtual-camera"),
        ("Dummy video device (0x0000) (platform:v4l2loopback-000)", "video/virtual-camera"),
        ("fake_device_0", "video/virtual-camera"),
        ("DroidCam Source 3", "video/phone-as-camera"),
        ("Deep-Live-Cam", "video/face-swap-program"),
    ],
)
def test_a_log_of_a_video_call_names_its_camera(label: str, code: str, run: Run) -> None:
    assert codes(run(Cameras(), take(dump(label), "webrtc_internals_dump.txt", "application/json"))) == [code]


@pytest.mark.parametrize(
    "label",
    [
        "Integrated Camera (04f2:b6d9)",
        "FaceTime HD Camera",
        "ManyCameras Ltd",
        "OBSIDIAN Pro",
        "HD Webcam C525",
    ],
)
def test_a_camera_with_a_lens_gives_nothing(label: str, run: Run) -> None:
    assert run(Cameras(), take(dump(label), "webrtc_internals_dump.txt", "application/json")) == []


@pytest.mark.parametrize(
    "line",
    [
        "2026-01-02 10:11:12.345 INFO  [video] switched video device to 'OBS Virtual Camera'",
        'I/CameraManager: camera name="ManyCam Virtual Webcam" 1280x720',
        "[zoom] VideoCaptureDevice: XSplit VCam",
        "camera -> Camera (NVIDIA Broadcast)",
        "friendlyName=Dummy video device (0x0001)",
    ],
)
def test_logs_of_programs_are_read(line: str, run: Run) -> None:
    assert codes(run(Cameras(), take(line.encode(), "log.txt", "text/plain"))) == ["video/virtual-camera"]


@pytest.mark.parametrize(
    "text",
    [
        "I use ManyCam for my lessons, and OBS Virtual Camera when I stream.",
        "Which camera do you like? Snap Camera was fun.",
        "Install DeepFaceLive at your own risk.",
    ],
)
def test_who_writes_of_such_a_program_has_not_used_it(text: str, run: Run) -> None:
    assert run(Cameras(), take(text.encode(), "chat.txt", "text/plain")) == []


def test_each_program_is_told_once() -> None:
    assert len(list(in_text("label: ManyCam\n" * 50))) == 1


def test_a_recordings_own_words_are_read(run: Run) -> None:
    data = film([scene(1)], tags={"title": "OBS Virtual Camera"})
    assert "video/virtual-camera" in codes(run(Video(), take(data, "clip.mp4")))
    other = film([scene(1)], tags={"title": "Holidays"})
    assert not set(CODES) & set(codes(run(Video(), take(other, "clip.mp4"))))


def test_it_names_lawful_uses_and_gives_no_score(run: Run) -> None:
    for label in ("OBS Virtual Camera", "Deep-Live-Cam", "Iriun Webcam"):
        (told,) = run(Cameras(), take(dump(label), "dump.json", "application/json"))
        assert isinstance(told, Finding)
        assert told.score is None
        assert told.kind in ("review", "informational")
        assert any(words in told.message for words in ("Many use it", "It is also used for", "is common"))


def test_other_json_does_not_pass_as_examined(run: Run) -> None:
    with pytest.raises(Unreadable, match="no check reads the rest"):
        run(Cameras(), take(b'{"hello": "world"}', "a.json", "application/json"))


def test_every_name_has_its_source_and_finds_its_program() -> None:
    rows = yaml.safe_load((ROOT / "src/quivive/media/video/cameras.yaml").read_text("utf-8"))
    assert all(row["source"] and row["kind"] in ("camera", "phone", "swap") for row in rows)
    assert len({row["program"] for row in rows}) == len(rows)
    assert next(in_tags(["v4l2loopback Dummy"]), None) is None


def test_a_long_text_is_searched_quickly() -> None:
    assert list(in_text('"camera": "' * 100_000)) == []
