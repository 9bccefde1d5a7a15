"""The shared examples give their marks, real photographs none, and what is shown does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from media.marks.made import SETTINGS, comment, exif_segment, found, jpeg, png, text
from quivive.media.marks import references
from quivive.media.marks.detector import GeneratorMarks

EXPECTED = {
    "comfyui/img2img__img2img_workflow.png": "comfyui",
    "comfyui/lora__lora.png": "comfyui",
    "comfyui/lora__lora_multiple.png": "comfyui",
    "comfyui/sd3__sd3_text_encoders_example.png": "comfyui",
    "comfyui/unclip__sunset.png": "",  # a photograph that a workflow starts from; it carries only its camera
    "sdparsers/bad_images/empty_image.jpg": "",
    "sdparsers/bad_images/empty_image.png": "",
    "sdparsers/bad_images/text_after_idat.png": "a1111",
    "sdparsers/parsers/AUTOMATIC1111/automatic1111_cropped.jpg": "a1111",
    "sdparsers/parsers/AUTOMATIC1111/automatic1111_cropped.png": "a1111",
    "sdparsers/parsers/AUTOMATIC1111/automatic1111_stealth.png": "a1111",
    "sdparsers/parsers/ComfyUI/img2img_cropped.png": "comfyui",
    "sdparsers/parsers/ComfyUI/night_evening_day_morning_cropped.png": "comfyui",
    "sdparsers/parsers/ComfyUI/noisy_latents_3_subjects_cropped.png": "comfyui",
    "sdparsers/parsers/ComfyUI/unclip_2pass_cropped.png": "comfyui",
    "sdparsers/parsers/Fooocus/fooocus1_cropped.png": "fooocus",
    "sdparsers/parsers/InvokeAI/invokeai_dream1.png": "invokeai",
    "sdparsers/parsers/InvokeAI/invokeai_imeta1.png": "invokeai",
    "sdparsers/parsers/InvokeAI/invokeai_sdmeta1.png": "invokeai",
    "sdparsers/parsers/NovelAI/novelai1_cropped.png": "novelai",
}


def test_every_shared_example_gives_its_mark_and_no_other(shared_data: Path) -> None:
    folder = shared_data / "media" / "gen_meta"
    given = {}
    for path in sorted(folder.rglob("*.*")):
        if path.stat().st_size:
            told = found(path.read_bytes(), path.name)
            marks = [code for code in told if "contradiction" not in code and code != "mark/scaled"]
            given[path.relative_to(folder).as_posix()] = " ".join(marks).replace("mark/", "")
    assert given == EXPECTED


def test_the_photograph_among_the_examples_keeps_its_camera_to_itself(shared_data: Path) -> None:
    path = shared_data / "media/gen_meta/comfyui/unclip__sunset.png"
    assert found(path.read_bytes()) == {}


def test_no_real_photograph_gives_a_mark(shared_data: Path) -> None:
    paths = sorted((shared_data / "media" / "real_coco").iterdir())
    assert len(paths) == 19
    assert {path.name: found(path.read_bytes()) for path in paths} == {path.name: {} for path in paths}


@pytest.mark.parametrize("folder", ["c2pa_public", "c2pa_rs", "c2pa_openai", "pdq"])
def test_files_of_other_collections_give_no_generators_text(folder: str, shared_data: Path) -> None:
    paths = [path for path in sorted((shared_data / "media" / folder).rglob("*.jp*g")) if path.is_file()]
    codes = {code for path in paths for code in found(path.read_bytes())}
    assert not codes & {"mark/a1111", "mark/comfyui", "mark/novelai", "mark/invokeai", "mark/vendor"}


def test_a_prompt_is_shown_short_on_one_line_and_without_live_links() -> None:
    prompt = "a boat\u202e\x1b[31m at https://evil.example/x?y and mail@evil.example.org " + "w" * 3000
    told = found(png(text("parameters", SETTINGS.replace("a paper boat on a pond", prompt))))["mark/a1111"]
    assert "https://" not in told.message
    assert "hxxps://evil[.]example" in told.message
    assert "mail[@]evil[.]example[.]org" in told.message
    assert told.message.isprintable()
    assert len(told.message) < 700
    assert all(len(value) < 500 for value in told.params.values())


def test_a_hostile_name_of_a_text_is_shown_without_harm() -> None:
    data = png(text("para\x1bmeters\n" + "k" * 60, SETTINGS + ", Model: http://evil.example/m"))
    for told in found(data).values():
        assert told.message.isprintable()
        assert "http://" not in told.message


def test_the_finding_says_where_the_mark_stands() -> None:
    told = found(jpeg(exif_segment({0x9286: comment(SETTINGS)})))["mark/a1111"]
    assert told.where is not None
    assert told.where.part == "EXIF UserComment"


def test_every_mark_names_where_it_is_documented() -> None:
    marks = {code for code in GeneratorMarks.codes if "contradiction" not in code}
    for code in marks - {"mark/scaled", "mark/partly-read"}:
        assert references.of(code, "Ideogram"), code
    told = found(png(text("Software", "Recraft")))["mark/vendor"]
    assert told.references == (references.OWN_NAME,)


def test_what_was_not_read_is_said() -> None:
    told = found(png(text("parameters", SETTINGS))[:-30])
    assert {"mark/a1111", "mark/partly-read"} == set(told)
    assert "breaks off" in told["mark/partly-read"].message
    assert told["mark/partly-read"].kind == "informational"
