"""Vendors' own marks and labels for AI content are told; what says nothing of AI is not taken for it."""

from __future__ import annotations

import json

import pytest

from media.marks.made import (
    CAMERA,
    comment,
    exif_segment,
    film,
    found,
    international,
    iptc_segment,
    jpeg,
    png,
    text,
    xmp,
    xmp_segment,
)

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
UUID = "0b6e1f2a-1111-4222-8333-444455556666"
LABEL = {
    "Label": "1",
    "ContentProducer": "pond-cloud",
    "ProduceID": "p1",
    "ReservedCode1": "",
    "ContentPropagator": "",
    "PropagateID": "",
    "ReservedCode2": "",
}


@pytest.mark.parametrize(
    ("vendor", "data"),
    [
        (
            "Midjourney",
            png(text("Description", f"a paper boat --ar 3:2 --v 7 Job ID: {UUID}"), text("Author", "me")),
        ),
        ("Google", jpeg(iptc_segment({110: "Made with Google AI"}))),
        ("Google", jpeg(xmp_segment("<photoshop:Credit>Edited with Google AI</photoshop:Credit>"))),
        (
            "Black Forest Labs",
            jpeg(
                exif_segment(
                    {
                        0x0131: "AI generated;txt2img;flux",
                        0x010F: "Black Forest Labs",
                        0x0110: "flux-dev",
                        0x010E: "boat",
                    }
                )
            ),
        ),
        ("xAI Grok", jpeg(exif_segment({0x010E: "Signature: " + "Ab3+" * 30, 0x013B: UUID}))),
        ("Ideogram", jpeg(exif_segment({0x010F: "Ideogram AI"}))),
        ("Adobe Firefly", jpeg(xmp_segment("<xmp:CreatorTool>Adobe Firefly</xmp:CreatorTool>"))),
        ("OpenAI", png(text("Software", "ChatGPT"))),
        ("Apple Image Playground", jpeg(iptc_segment({110: "Apple Image Playground"}))),
        ("Microsoft", jpeg(exif_segment({0x0131: "Bing Image Creator"}))),
    ],
)
def test_a_vendors_mark_is_told(vendor, data):
    told = found(data)
    assert set(told) == {"mark/vendor"}
    assert told["mark/vendor"].params["vendor"] == vendor
    assert told["mark/vendor"].kind == "review"


@pytest.mark.parametrize(
    "tags",
    [
        {0x013B: "Anna Kling"},
        {0x013B: "Kling"},
        {0x0131: "Adobe Photoshop 26.0"},
        {0x0131: "GIMP 3.0"},
        {0x010E: "A talk about Midjourney and DALL-E"},
        {0x010E: "Signature: J. Doe", 0x013B: UUID},
        {0x010E: f"printed, job id {UUID}"},
        {0x010E: "Firefly over a pond"},
        {0x010F: "Google", 0x0110: "Pixel 9"},
        {0x8298: "Imagen Studios"},
        {0x013B: "Runway"},
        {0x0131: "HDR+ 1.0"},
        CAMERA,
    ],
)
def test_people_editors_and_captions_are_no_vendors_mark(tags):
    assert found(jpeg(exif_segment(tags))) == {}


def test_iptc_says_which_ai_system_was_used():
    fields = (
        "<Iptc4xmpExt:AISystemUsed>Pond</Iptc4xmpExt:AISystemUsed><Iptc4xmpExt:AISystemVersionUsed>2"
        "</Iptc4xmpExt:AISystemVersionUsed><Iptc4xmpExt:AIPromptInformation>a paper boat"
        "</Iptc4xmpExt:AIPromptInformation>"
    )
    told = found(jpeg(xmp_segment(fields)))
    assert "AI system Pond" in told["mark/ai-system"].message
    assert "“a paper boat”" in told["mark/ai-system"].message


@pytest.mark.parametrize(
    ("term", "code", "kind"),
    [
        ("trainedAlgorithmicMedia", "digital-source-type", "review"),
        ("compositeWithTrainedAlgorithmicMedia", "digital-source-type", "review"),
        ("compositeSynthetic", "digital-source-type", "review"),
        ("algorithmicMedia", "source-type-computed", "review"),
        ("digitalArt", "source-type-computed", "review"),
        ("digitalCapture", "source-type-captured", "informational"),
        ("computationalCapture", "source-type-captured", "informational"),
        ("negativeFilm", "source-type-captured", "informational"),
        ("screenCapture", "source-type-other", "informational"),
        ("humanEdits", "source-type-other", "informational"),
        ("somethingNew", "source-type-other", "informational"),
    ],
)
@pytest.mark.parametrize("form", ["attribute", "element", "resource", "bare"])
def test_each_digital_source_type_is_told_for_what_it_means(term, code, kind, form):
    written = {
        "attribute": f'<x Iptc4xmpExt:DigitalSourceType="{VOCABULARY}{term}"/>',
        "element": f"<Iptc4xmpExt:DigitalSourceType>{VOCABULARY}{term}</Iptc4xmpExt:DigitalSourceType>",
        "resource": f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{VOCABULARY}{term}"/>',
        "bare": f"<Iptc4xmpExt:DigitalSourceType>{term}</Iptc4xmpExt:DigitalSourceType>",
    }[form]
    told = found(jpeg(xmp_segment(written)))
    assert set(told) == {f"mark/{code}"}
    assert told[f"mark/{code}"].kind == kind
    assert f"“{term}”" in told[f"mark/{code}"].message


@pytest.mark.parametrize(
    "data",
    [
        png(
            international(
                "XML:com.adobe.xmp",
                xmp(f"<TC260:AIGC>{json.dumps(LABEL).replace(chr(34), '&quot;')}</TC260:AIGC>").decode(),
            )
        ),
        png(text("AIGC", json.dumps(LABEL))),
        jpeg(exif_segment({0x9286: comment(json.dumps({"AIGC": LABEL}))})),
        film("mp4", {"AIGC": json.dumps(LABEL)}),
        film("matroska", {"AIGC": json.dumps(LABEL)}),
    ],
)
def test_chinas_label_is_told_with_its_value_and_producer(data):
    told = found(data)
    assert set(told) == {"mark/aigc-label"}
    assert "value 1," in told["mark/aigc-label"].message
    assert "pond-cloud" in told["mark/aigc-label"].message


@pytest.mark.parametrize(
    "content", ["{}", '{"Label": "1"}', '{"Label": "0", "ProduceID": "p"}', "AIGC", "[1]"]
)
def test_what_is_not_chinas_label_is_not_told(content):
    assert found(png(text("AIGC", content))) == {}


def test_a_platforms_label_is_told_only_where_it_labels():
    assert found(film("mp4", {"aigc_info": '{"aigc_label_type": 0}', "comment": "vid:v1"})) == {}
    told = found(film("mp4", {"aigc_info": '{"aigc_label_type": 2}'}))
    assert told["mark/platform-label"].params["label"] == "2"
