"""What does not fit together is told, and what only looks so is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from media.marks.made import (
    CAMERA,
    SETTINGS,
    comment,
    exif,
    exif_segment,
    found,
    graph,
    iptc_segment,
    jpeg,
    png,
    saved,
    text,
    xmp_segment,
)
from quivive.media.marks.carried import Mark, Reading, Settings
from quivive.media.marks.contradictions import find

CAPTURE = '<x Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"/>'


def sized(told: str, size: tuple[int, int], more: str = "") -> set[str]:
    settings = f"boat\nSteps: 20, Sampler: Euler, Seed: 1, Size: {told}{more}"
    return set(found(png(text("parameters", settings), size=size))) - {"mark/a1111"}


def test_another_size_is_a_contradiction_and_both_are_named():
    told = found(png(text("parameters", SETTINGS.replace("64x48", "512x512")), size=(640, 480)))
    assert "512×512 pixels, the picture has 640×480" in told["mark/contradiction-size"].message
    assert told["mark/contradiction-size"].kind == "review"


@pytest.mark.parametrize(
    ("told", "size", "more"),
    [
        ("512x512", (512, 512), ""),
        ("500x400", (496, 400), ""),  # rounded down to eights
        ("512x768", (768, 512), ""),  # turned
        ("512x512", (1024, 1024), ", Hires upscale: 2, Hires upscaler: Latent"),
        ("512x512", (768, 768), ", Hires upscale: 1.5"),
        ("512x512", (1024, 1024), ", Hires resize: 1024x0"),
        ("512x512", (512, 512), ", Hires upscale: 2"),  # the picture before the second pass
        ("512x512", (2048, 2048), ", Postprocess upscale by: 4, Postprocess upscaler: R-ESRGAN"),
        ("512x512", (900, 700), ", Ultimate SD upscale upscaler: ESRGAN"),
    ],
)
def test_a_size_that_the_text_explains_is_none(told, size, more):
    assert sized(told, size, more) == set()


@pytest.mark.parametrize("size", [(1024, 1024), (256, 256), (1024, 512), (1536, 1024)])
def test_the_same_shape_or_a_grid_is_told_but_is_no_contradiction(size):
    assert sized("512x512", size) == {"mark/scaled"}


@pytest.mark.parametrize("size", [(512, 640), (400, 512), (1024, 700), (512, 472), (1, 1)])
def test_another_shape_is_a_contradiction(size):
    assert sized("512x512", size) == {"mark/contradiction-size"}


def _inputs(node: str, **values: object) -> str:
    def change(nodes: dict[str, Any]) -> None:
        nodes[node]["inputs"] |= values

    return graph(change)


def test_a_graph_contradicts_only_a_picture_whose_size_it_sets():
    assert "mark/contradiction-size" in found(png(text("prompt", graph()), size=(640, 500)))
    linked = _inputs("4", width=["9", 0])
    assert set(found(png(text("prompt", linked), size=(640, 500)))) == {"mark/comfyui"}
    edited = {**json.loads(graph()), "7": {"class_type": "ImageScaleBy", "inputs": {"scale_by": 2}}}
    assert set(found(png(text("prompt", json.dumps(edited)), size=(640, 500)))) == {"mark/comfyui"}
    only_edits = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "x.png"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}},
    }
    assert set(found(png(text("prompt", json.dumps(only_edits)), size=(640, 500)))) == {"mark/comfyui"}


def test_a_camera_beside_a_workflow_is_a_contradiction():
    told = found(
        png(
            text("prompt", graph()),
            text("exif:Make", "ACME"),
            text("exif:Model", "Pocket 3"),
            text("exif:ExposureTime", "1/200"),
        )
    )
    assert "ACME Pocket 3, exposuretime: 1/200" in told["mark/contradiction-camera"].message
    told = found(jpeg(exif_segment({**CAMERA, 0x9286: comment(SETTINGS)})))
    assert "mark/contradiction-camera" in told


def test_a_cameras_name_without_exposure_or_filled_by_a_generator_is_none():
    named = {0x010F: "Acme", 0x0110: "Pocket 3", 0x9286: comment(SETTINGS)}
    assert set(found(jpeg(exif_segment(named)))) == {"mark/a1111"}
    filled = {0x0110: f"prompt:{graph()}", 0x010F: 'workflow:{"nodes": []}', 0x829A: (1, 200)}
    assert set(found(saved("WEBP", exif=exif(filled)))) == {"mark/comfyui"}
    flux = {0x0131: "AI generated;txt2img;flux", 0x010F: "Black Forest Labs", 0x0110: "flux", 0x829A: (1, 2)}
    assert set(found(jpeg(exif_segment(flux)))) == {"mark/vendor"}


def test_a_photograph_that_a_telephone_edited_with_ai_contradicts_nothing():
    told = found(jpeg(exif_segment(CAMERA), iptc_segment({110: "Edited with Google AI"})))
    assert set(told) == {"mark/vendor"}


def test_a_capture_label_beside_a_generators_text_is_a_contradiction():
    told = found(jpeg(xmp_segment(CAPTURE), exif_segment({0x9286: comment(SETTINGS)})))
    assert "“digitalCapture”" in told["mark/contradiction-source-type"].message
    assert "mark/source-type-captured" in told


def test_a_capture_label_or_a_camera_alone_is_none():
    assert set(found(jpeg(xmp_segment(CAPTURE), exif_segment(CAMERA)))) == {"mark/source-type-captured"}


def test_two_generators_are_a_contradiction():
    told = found(png(text("parameters", SETTINGS), text("Software", "NovelAI"), text("Comment", "{}")))
    assert "NovelAI" in told["mark/contradiction-generators"].message


def test_comfyui_with_settings_as_of_a1111_is_one_making_unless_the_seeds_differ():
    same = _inputs("5", seed=12345)
    assert set(found(png(text("parameters", SETTINGS), text("prompt", same)))) == {
        "mark/a1111",
        "mark/comfyui",
    }
    told = found(png(text("parameters", SETTINGS), text("prompt", graph())))
    assert "seed 12345" in told["mark/contradiction-generators"].message
    assert "seed 777" in told["mark/contradiction-generators"].message


def test_two_texts_of_one_generator_with_different_seeds_are_a_contradiction():
    other = SETTINGS.replace("12345", "54321")
    assert "mark/contradiction-generators" in found(png(text("parameters", SETTINGS), text("comment", other)))


def test_a_file_without_pixels_contradicts_no_size():
    mark = Mark("mark/comfyui", "ComfyUI", ("tag prompt",), Settings(sizes=((512, 512),)))
    assert list(find(Reading((mark,), size=(0, 0)))) == []
