"""Does a style keep text from the reader's eye?"""

from __future__ import annotations

import re

_CLASS = re.compile(r"\.[\w-]+")
_HIDING = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden"
    r"|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|text-indent\s*:\s*-\d{3,}|(?<![\w-])left\s*:\s*-\d{4,}"
)
_NO_HEIGHT = re.compile(r"(?i)max-height\s*:\s*0(?![.\d])")
_CUT_OFF = re.compile(r"(?i)overflow\s*:\s*hidden")
_FONT_SIZE = re.compile(r"(?i)(?<![\w-])font(?:-size)?\s*:\s*([^;!]+)")
_NO_SIZE = re.compile(r"(?i)0*(?:\.0+)?(?:px|pt|em|rem|%)?\s*")
_COLOUR = re.compile(r"(?i)(?<![\w-])color\s*:\s*([^;!]+)")
_GROUND = re.compile(r"(?i)background(?:-color)?\s*:\s*([^;!]+)")
_WHITE = frozenset({"white", "#fff", "#ffffff", "rgb(255,255,255)", "rgba(255,255,255,1)"})


def hides(style: str) -> bool:
    """Whether an inline style takes an element and all in it from view."""
    return bool(style) and bool(
        _HIDING.search(style) or (_NO_HEIGHT.search(style) and _CUT_OFF.search(style))
    )


def hiding_classes(sheet: str) -> set[str]:
    """Classes that a style sheet hides outright (rules for some screens only are left aside)."""
    sheet = sheet.partition("@media")[0][:200_000]
    rules = (rule.partition("{") for rule in sheet.split("}"))
    return {
        selector.strip()[1:].lower()
        for selectors, _, body in rules
        if _HIDING.search(body)
        for selector in selectors.split(",")
        if _CLASS.fullmatch(selector.strip())
    }


def colour(style: str, attributes: dict[str, str]) -> str:
    """Colour of the text, '' where the element sets none."""
    match = _COLOUR.search(style)
    return _plain_colour(match[1] if match else attributes.get("color", ""))


def ground(style: str, attributes: dict[str, str]) -> str:
    """Colour behind the text; 'unknown' where a picture lies there."""
    match = _GROUND.search(style)
    if attributes.get("background") or "url(" in style.lower():
        return "unknown"
    return _plain_colour(match[1] if match else attributes.get("bgcolor", ""))


def _plain_colour(value: str) -> str:
    value = re.sub(r"\s+", "", value.lower())[:40]
    if value in ("", "transparent", "inherit", "initial", "none"):
        return ""
    return "white" if value in _WHITE else value


def tiny(style: str) -> bool | None:
    """Whether the text has no size; None where the element sets none."""
    size = _FONT_SIZE.search(style)
    return bool(_NO_SIZE.fullmatch(size[1])) if size else None
