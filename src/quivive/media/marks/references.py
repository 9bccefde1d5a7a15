"""Where is it written what a mark looks like?"""

from __future__ import annotations

_IPTC_TYPES = "IPTC NewsCodes, Digital Source Type (cv.iptc.org/newscodes/digitalsourcetype), 2024-10-23"
REFERENCES = {
    "mark/a1111": "AUTOMATIC1111/stable-diffusion-webui, modules/infotext_utils.py",
    "mark/comfyui": "comfyanonymous/ComfyUI, nodes.py and comfy_api/latest/_ui.py",
    "mark/invokeai": "invoke-ai/InvokeAI, invokeai/app/services/image_files/image_files_disk.py",
    "mark/novelai": "NovelAI/novelai-image-metadata",
    "mark/fooocus": "lllyasviel/Fooocus, modules/meta_parser.py",
    "mark/swarmui": "mcmonkeyprojects/SwarmUI, docs/Image Metadata Format.md",
    "mark/easydiffusion": "easydiffusion/easydiffusion, ui/easydiffusion/utils/save_utils.py",
    "mark/drawthings": "receyuki/stable-diffusion-prompt-reader, sd_prompt_reader/format/drawthings.py",
    "mark/stealth": "ashen-sensored/sd_webui_stealth_pnginfo",
    "mark/ai-system": "IPTC Photo Metadata Standard 2025.1, AI System Used",
    "mark/digital-source-type": _IPTC_TYPES,
    "mark/source-type-computed": _IPTC_TYPES,
    "mark/source-type-captured": _IPTC_TYPES,
    "mark/source-type-other": _IPTC_TYPES,
    "mark/aigc-label": "GB 45438-2025, appendix E; TC260-PG-20258A",
    "mark/platform-label": "TikTok Research API, video tags of type AIGC",
}
"""Code of a finding → source; of vendors' marks see VENDORS."""
VENDORS = {
    "Google": "IPTC, 'Google extends AI transparency based on IPTC standards', 2024-10",
    "Black Forest Labs": "black-forest-labs/flux, src/flux/util.py (save_image)",
    "xAI Grok": "wiltodelta/remove-ai-watermarks, metadata.py (xai_signature)",
    "Ideogram": "wiltodelta/remove-ai-watermarks, metadata.py (exif_generator)",
    "Midjourney": "exiftool, PNG Description of a picture from Midjourney's site ('… Job ID: <UUID>')",
}
OWN_NAME = "EXIF 3.0 Software, XMP CreatorTool, IPTC Credit Line: fields that name the maker"
"""For vendors that are known by their name in such a field alone."""


def of(code: str, whose: str) -> tuple[str, ...]:
    """Sources for a mark; () where a contradiction needs none."""
    if code == "mark/vendor":
        return (VENDORS.get(whose, OWN_NAME),)
    return (REFERENCES[code],) if code in REFERENCES else ()
