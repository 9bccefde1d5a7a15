"""Each generator is told by the form of its text, and what it says is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from media.marks.made import (
    DRAWN,
    SETTINGS,
    chunk,
    comment,
    exif,
    exif_segment,
    film,
    found,
    graph,
    hidden,
    international,
    jpeg,
    packed,
    png,
    saved,
    sound,
    text,
    xmp,
)

BOAT = "a paper boat on a pond"
FOOOCUS = {
    "prompt": BOAT,
    "base_model": "boats_v2",
    "seed": "12345",
    "sampler": "euler",
    "resolution": "(64, 48)",
    "adm_guidance": "(1.5, 0.8, 0.3)",
    "version": "Fooocus v2.5.5",
    "metadata_scheme": "fooocus",
}
NOVELAI = {
    "prompt": BOAT,
    "seed": 12345,
    "sampler": "k_euler",
    "width": 64,
    "height": 48,
    "uc": "rust",
    "signed_hash": "c2lnbmVk",
}
SWARM = json.dumps(
    {
        "sui_image_params": {
            "prompt": BOAT,
            "model": "boats_v2",
            "seed": 12345,
            "width": 64,
            "height": 48,
            "sampler": "euler",
        }
    }
)


def message(data: bytes, code: str) -> str:
    told = found(data)
    assert set(told) == {code}, set(told)
    assert told[code].kind == "review"
    assert told[code].message.startswith("The file carries ")
    assert "Anyone can add or remove" in told[code].message
    return told[code].message


# --- A1111 and its relatives ---


@pytest.mark.parametrize(
    "data",
    [
        png(text("parameters", SETTINGS)),
        png(international("parameters", SETTINGS, pack=True)),
        jpeg(exif_segment({0x9286: comment(SETTINGS)})),
        jpeg(exif_segment({0x9286: comment(SETTINGS, "little")}, "little")),
        saved("WEBP", exif=exif({0x9286: comment(SETTINGS)})),
        saved("AVIF", exif=exif({0x9286: comment(SETTINGS)})),
        saved("GIF", comment=SETTINGS.encode()),
    ],
)
def test_a1111_is_read_in_every_container(data):
    told = message(data, "mark/a1111")
    for part in (BOAT, "boats_v2", "Seed: 12345", "DPM++ 2M", "Size: 64×48", "v1.10.1"):
        assert part in told


@pytest.mark.parametrize(
    "settings",
    [
        "x\nSteps: 8, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, "
        "Seed: 12345, Size: 64x48, Version: f2.0.1v1.10.1-previous-1",
        "x\nNegative prompt: y\nSteps: 20, Size: 64x48, Sampler: UniPC, Seed: 12345, CFG scale: 6, "
        "App: SD.Next, Version: 1a2b3c, Pipeline: StableDiffusionXLPipeline, Operations: txt2img",
        "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 12345, Size: 64x48, "
        'Civitai resources: [{"type":"checkpoint","modelVersionId":1}], Created Date: 2026-01-01',
        "x. Negative prompt: y. Steps: 20, Sampler: euler, CFG scale: 7, Seed: 12345, Size: 64x48",
        'x\nSteps: 20, Sampler: "odd, one", Seed: 12345, Size: 64x48, Lora hashes: "a: 1, b: 2"\nTemplate: x',
    ],
)
def test_forks_and_savers_are_read(settings):
    assert "Seed: 12345" in message(png(text("parameters", settings)), "mark/a1111")


@pytest.mark.parametrize(
    "caption",
    [
        "Steps: 2. We took them two at a time. Sampler: none.",
        "How it is made – prompt: a boat; Steps: 20, Sampler: Euler a, Seed: 1",
        "Steps: 300, a long way up to the monastery",
        "Negative prompt: blurry",
        "Prompt delivery. Workflow: {edit, export}. Seed: sunflower",
        'The "prompt" and the "workflow" of our office, "nodes" included',
    ],
)
@pytest.mark.parametrize("place", [0x010E, "Description", "IPTC", "XMP"])
def test_a_caption_that_talks_of_steps_and_prompts_is_no_mark(caption, place):
    if isinstance(place, int):
        data = jpeg(exif_segment({place: caption}))
    elif place == "Description":
        data = png(text("Description", caption))
    else:
        data = png(
            international("XML:com.adobe.xmp", xmp("<dc:description/>").decode()), text("Title", caption)
        )
    assert found(data) == {}


# --- ComfyUI ---


@pytest.mark.parametrize(
    "data",
    [
        png(text("prompt", graph())),
        png(packed("prompt", graph()), international("workflow", json.dumps(DRAWN), pack=True)),
        png(late=chunk(b"comf", b"prompt\0" + graph().encode())),
        saved("WEBP", exif=exif({0x0110: f"prompt:{graph()}", 0x010F: f"workflow:{json.dumps(DRAWN)}"})),
        jpeg(exif_segment({0x010E: f"Prompt: {graph()}"})),
        saved("AVIF", exif=exif({0x0110: f"prompt:{graph()}"}, "little")),
        saved("WEBP", exif=exif({0x9286: comment(json.dumps({"prompt": graph(), "workflow": DRAWN}))})),
        film("mp4", {"prompt": graph(), "workflow": json.dumps(DRAWN)}),
        film("mp4", {"comment": json.dumps({"prompt": graph(), "workflow": DRAWN})}),
        film("webm", {"prompt": graph()}, "libvpx"),
        film("matroska", {"COMMENT": json.dumps({"prompt": json.loads(graph())})}),
        sound("flac", "flac", {"prompt": graph()}),
        sound("ogg", "libopus", {"prompt": graph()}),
        sound("mp3", "libmp3lame", {"prompt": graph()}),
    ],
)
def test_comfyui_is_read_in_every_container(data):
    told = message(data, "mark/comfyui")
    for part in (BOAT, "boats.safetensors", "Seed: 777", "Sampler: euler", "KSampler"):
        assert part in told


def test_a_drawn_workflow_is_read_into_its_subgraphs_without_what_was_muted():
    told = message(png(text("workflow", json.dumps(DRAWN))), "mark/comfyui")
    assert "Seed: 4242" in told
    assert "Size: 64×48" in told
    assert "pond.safetensors" in told
    assert "muted" not in told


def test_nodes_that_nobody_knows_are_read_by_the_names_of_their_inputs():
    new: dict[str, Any] = {
        "57:8": {
            "class_type": "Pond9TextToImageApi",
            "inputs": {"prompt": BOAT, "seed": 99, "model": "pond-9-pro"},
        },
        "9": {"class_type": "SaveImageAdvanced", "inputs": {"images": ["57:8", 0]}},
    }
    told = message(png(text("prompt", json.dumps(new))), "mark/comfyui")
    for part in (BOAT, "Seed: 99", "pond-9-pro", "Pond9TextToImageApi"):
        assert part in told


@pytest.mark.parametrize("kept", [0.5, 0.8, 0.99])
@pytest.mark.parametrize("whole", [graph(), json.dumps(DRAWN)])
def test_a_graph_that_breaks_off_is_still_a_mark(kept, whole):
    message(png(text("workflow", whole[: int(len(whole) * kept)])), "mark/comfyui")


def _wrapped(times: int) -> str:
    value = graph()
    for _ in range(times):
        value = json.dumps(value)
    return value


@pytest.mark.parametrize(
    "value", [_wrapped(1), _wrapped(3), "xxxx" + graph(), "\0\0\0" + graph(), graph() + "\0x"]
)
def test_a_graph_in_wrappings_is_read(value):
    assert "Seed: 777" in message(film("matroska", {"prompt": value.replace("\0", " ")}), "mark/comfyui")


def test_the_least_that_comfyui_takes_is_a_mark():
    drawn = '{"nodes": [{"id": 1, "type": "KSampler", "pos": [100, 100], "size": [200, 200]}]}'
    message(film("mp4", {"WORKFLOW": drawn}), "mark/comfyui")
    message(png(text("workflow", '{"nodes": []}')), "mark/comfyui")
    message(
        png(text("prompt", '{"1":{"class_type":"KSampler","inputs":{"cfg":NaN,"denoise":Infinity}}}')),
        "mark/comfyui",
    )


def test_other_programs_drawings_are_no_mark():
    flow = {
        "nodes": [{"id": "a", "type": "n8n-nodes-base.set", "typeVersion": 1, "parameters": {}}],
        "connections": {},
    }
    assert found(png(text("Description", json.dumps(flow)))) == {}
    assert found(png(text("mxfile", json.dumps({"nodes": ["a", "b"], "links": []})))) == {}


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (saved("AVIF") + b"\0\0\4\xffuuidcomfyui_workflow" + json.dumps({"prompt": graph()}).encode(), None),
        (b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\4\xffudta" + graph().encode() + b"\0\1", "video/mp4"),
        (
            b"<svg xmlns='x'><metadata><![CDATA["
            + json.dumps({"prompt": json.loads(graph())}).encode()
            + b"]]></metadata></svg>",
            "image/svg+xml",
        ),
        (jpeg() + b"\0" + graph().encode(), None),
    ],
)
def test_a_graph_in_plain_letters_is_found_where_no_reader_looks(data, media_type):
    told = found(data, media_type=media_type)
    assert "Seed: 777" in told["mark/comfyui"].message
    assert "file plain text" in told["mark/comfyui"].message


def test_a_graph_with_nothing_in_it_is_a_mark_too():
    assert "“{" in message(
        png(text("workflow", '{"last_node_id": 0, "nodes": [], "links": []}')), "mark/comfyui"
    )


# --- others ---


def test_invokeai_is_read_in_its_layouts():
    line = f'"{BOAT}" -s 50 -S 12345 -W 64 -H 48 -C 7.5 -A k_lms'
    modern = {
        "positive_prompt": BOAT,
        "seed": 12345,
        "width": 64,
        "height": 48,
        "scheduler": "euler",
        "model": {"name": "boats_v2", "base": "sdxl"},
    }
    middle = {
        "model_weights": "boats_v2",
        "image": {
            "prompt": [{"prompt": BOAT, "weight": 1}],
            "seed": 12345,
            "width": 64,
            "height": 48,
            "sampler": "k_lms",
        },
    }
    for chunks in (
        (text("Dream", line),),
        (text("sd-metadata", json.dumps(middle)), text("Dream", line)),
        (text("invokeai_metadata", json.dumps(modern)), text("invokeai_graph", '{"id": "x"}')),
    ):
        told = message(png(*chunks), "mark/invokeai")
        assert BOAT in told
        assert "Seed: 12345" in told


def test_a_dream_in_words_is_no_mark():
    assert found(png(text("Dream", "I had a dream -s last night"))) == {}


def test_novelai_is_read_open_and_hidden():
    chunks = [
        text("Software", "NovelAI"),
        text("Source", "NovelAI Diffusion V4 0A1B2C3D"),
        text("Description", BOAT),
        text("Comment", json.dumps(NOVELAI)),
    ]
    told = message(png(*chunks), "mark/novelai")
    assert "NovelAI Diffusion V4" in told
    content = json.dumps(
        {
            "Software": "NovelAI",
            "Description": BOAT,
            "Comment": json.dumps({**NOVELAI, "width": 200, "height": 160}),
        }
    )
    picture = hidden(content, "stealth_pngcomp")
    assert "alpha channel" in message(png(picture=picture), "mark/novelai")
    # The same in the open and hidden is one mark, found in two places.
    both = found(
        png(
            *chunks[:3],
            text("Comment", json.dumps({**NOVELAI, "width": 200, "height": 160})),
            picture=picture,
        )
    )
    assert set(both) == {"mark/novelai"}
    assert "PNG Software, alpha channel" in both["mark/novelai"].message


def test_fooocus_is_read_in_both_schemes_and_is_not_taken_for_a1111():
    infotext = SETTINGS.replace("v1.10.1", "Fooocus v2.5.5")
    for data in (
        png(text("parameters", json.dumps(FOOOCUS)), text("fooocus_scheme", "fooocus")),
        png(text("parameters", infotext), text("fooocus_scheme", "a1111")),
        png(text("parameters", infotext)),
        jpeg(
            exif_segment({0x9286: comment(json.dumps(FOOOCUS)), 0x0131: "Fooocus v2.5.5", 0x927C: b"fooocus"})
        ),
    ):
        assert "Seed: 12345" in message(data, "mark/fooocus")


@pytest.mark.parametrize(
    "data", [png(text("parameters", SWARM)), jpeg(exif_segment({0x9286: comment(SWARM)}))]
)
def test_swarmui_is_read(data):
    assert "boats_v2" in message(data, "mark/swarmui")


def test_easy_diffusion_is_read_as_texts_and_as_json():
    values = {
        "prompt": BOAT,
        "seed": "12345",
        "use_stable_diffusion_model": "boats_v2",
        "width": "64",
        "height": "48",
        "num_inference_steps": "20",
    }
    for data in (
        png(*(text(key, value) for key, value in values.items())),
        jpeg(exif_segment({0x9286: comment(json.dumps(values))})),
    ):
        assert "Seed: 12345" in message(data, "mark/easydiffusion")


def test_draw_things_is_read():
    content = json.dumps(
        {
            "c": BOAT,
            "uc": "",
            "seed": 12345,
            "sampler": "UniPC",
            "size": "64x48",
            "steps": 8,
            "model": "boats_v2",
        }
    ).replace('"', "&quot;")
    packet = xmp(f"<exif:UserComment><rdf:Alt><rdf:li>{content}</rdf:li></rdf:Alt></exif:UserComment>")
    assert "Size: 64×48" in message(
        png(international("XML:com.adobe.xmp", packet.decode())), "mark/drawthings"
    )


# --- hidden in the pixels ---


@pytest.mark.parametrize(
    "signature", ["stealth_pnginfo", "stealth_pngcomp", "stealth_rgbinfo", "stealth_rgbcomp"]
)
@pytest.mark.parametrize("size", [(200, 160), (300, 50)])
def test_settings_hidden_in_the_lowest_bits_are_read(signature, size):
    settings = SETTINGS.replace("64x48", f"{size[0]}x{size[1]}")
    told = message(png(picture=hidden(settings, signature, size)), "mark/a1111")
    assert signature in told
    assert BOAT in told


def test_settings_hidden_in_lossless_webp_are_read():
    import io

    out = io.BytesIO()
    settings = SETTINGS.replace("64x48", "200x160")
    hidden(settings, "stealth_pngcomp").save(out, "WEBP", lossless=True, exact=True)
    assert BOAT in message(out.getvalue(), "mark/a1111")


def test_a_hidden_text_that_nobody_knows_is_told_too():
    told = message(png(picture=hidden("meet at the pond", "stealth_pnginfo")), "mark/stealth")
    assert "meet at the pond" in told
