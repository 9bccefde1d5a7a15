"""Which red flags of fraud does a text raise?

The flags are data: one file each in `rules/`, with its wording in several languages and the examples that
test it. To work on one flag, write `rules/<code>.yaml` and run only its tests:

    pytest tests/messages/test_rules.py -k gift-card-payment            one flag, all languages
    pytest tests/messages/test_rules.py -k gift-card-payment-tr         one flag in Turkish

How patterns read: RE2 syntax (linear time, no look-around) against the *folded* text: tricks undone, lower
case, accents dropped (Turkish dotless i too), traditional characters simplified, white space squeezed, and
each sentence on a line of its own, so that `.` and `{gap}` end with the sentence and `\\s` may cross into the
next. Patterns are folded alike: write `código`, `überweis` (which also matches `ueberweis`) or `Straße` as
usual; `\\b` and `\\w` then work on accented words. `{name}` inserts a fragment of `rules/vocabulary/`;
`{gap}` stands for up to six words in between within the sentence and `{far}` for up to fourteen across
sentences, both with the spaces around them. A hit whose sentence also matches `unless`, in any language, is
none.

All languages are tried on every text: scams mix them, and short texts defeat language guessers. RE2's
`FilteredRE2` finds in one pass which patterns have all their required words, so only those few are run. One
filter a language: the states of a single one, or of an RE2 set of all patterns, outgrow RE2's memory.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from quivive.errors import BadConfig, TooLarge
from quivive.messages.normalise import Normalised, normalise
from quivive.model import Context, Finding, Item, Kind, Source, Subject, Where, finding

RULES_DATE = "2026-11-22"
LONGEST = 60_000
"""Characters of a text that are searched: what a person reads stands before that."""
MOST_HITS = 50
"""Hits of one flag that are counted."""
KINDS = ("fail", "review", "informational")
TOPICS = frozenset(
    {"investment", "crypto", "romance", "relative", "bank", "authority", "delivery", "account", "job",
     "prize", "refund", "recovery", "sextortion", "tech-support", "invoice", "marketplace", "loan", "charity",
     "money-mule", "payment", "general"}
)  # fmt: skip
READERS = ("en", "de", "es")
"""Languages in which every flag is named and explained."""


@dataclass(frozen=True)
class Wording:
    """How a flag sounds in one language; `positives` and `near_misses` are its tests."""

    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    positives: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One red flag: what it is called, why it matters, who says so and how it is worded."""

    code: str
    kind: Kind
    topics: tuple[str, ...]
    name: Mapping[str, str]
    explanation: Mapping[str, str]
    sources: tuple[str, ...]
    languages: Mapping[str, Wording]

    def sentence(self, language: str = "en") -> str:
        """Name and explanation in the reader's language, English where there is none."""
        return f"{self.name.get(language, self.name['en'])}: " + self.explanation.get(
            language, self.explanation["en"]
        )


@dataclass(frozen=True)
class Match:
    """A flag raised: its first hit at characters [start, end) of the original, and how many hits in all."""

    rule: Rule
    language: str
    start: int
    end: int
    hits: int


def all_rules() -> tuple[Rule, ...]:
    """Every flag, in the order of the codes. Raises BadConfig naming file and place."""
    return _library().rules


def languages() -> frozenset[str]:
    """Languages in which at least one flag is worded."""
    return frozenset(language for rule in all_rules() for language in rule.languages)


def sentences(language: str) -> dict[str, str]:
    """Finding code → sentence in the reader's language, for the renderers' `flag.yaml`."""
    own = {f"flag/{rule.code}": _literal(rule.sentence(language)) for rule in all_rules()}
    return {**own, "flag/obfuscation": _OBFUSCATION[language]}


def match(text: str) -> tuple[Match, ...]:
    """The flags that `text` raises, in the order of their first hits; bounded by LONGEST characters."""
    return _match(normalise(text[:LONGEST]))


class _Codes(Mapping[str, str]):
    """Every flag's code and English sentence; the rules are read when the first is asked for."""

    @cached_property
    def _sentences(self) -> Mapping[str, str]:
        return sentences("en")

    def __getitem__(self, code: str) -> str:
        return self._sentences[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)


class RedFlags:
    """Wording that fraud has and honest messages hardly ever have."""

    name = "messages.flags"
    version = "1"
    accepts = frozenset({"text/plain"})
    online = False

    def __init__(self) -> None:
        self.codes: Mapping[str, str] = _Codes()

    def sources(self) -> tuple[Source, ...]:
        return (Source("red flag rules", RULES_DATE, _library().sha256, "Apache-2.0"),)

    def examine(self, subject: Subject, context: Context) -> Iterator[Finding]:
        if not isinstance(subject, Item) or not subject.text:
            return
        text = subject.text[:LONGEST]
        plain = normalise(text)
        yield from self._obfuscation(subject, text, plain)
        for hit in _match(plain):
            yield finding(
                self,
                f"flag/{hit.rule.code}",
                hit.rule.kind,
                subject,
                params={"hits": hit.hits, "language": hit.language},
                where=Where(hit.start, hit.end, text[hit.start : hit.end]),
                references=hit.rule.sources,
                topics=hit.rule.topics,
            )
        if len(subject.text) > LONGEST:
            raise TooLarge(f"Only the first {LONGEST} characters were searched for red flags.")

    def _obfuscation(self, item: Item, text: str, plain: Normalised) -> Iterator[Finding]:
        tricks = plain.tricks - {"defanged"}  # analysts defang links as well as senders do
        if tricks:
            start, end = _tricked_word(text, plain)
            yield finding(
                self,
                "flag/obfuscation",
                "review",
                item,
                params={"tricks": ", ".join(sorted(tricks))},
                where=Where(start, end, text[start:end]),
                topics=("general",),
            )


DETECTORS = (RedFlags,)

_OBFUSCATION = {
    "en": "Disguised writing: words are written so that filters do not recognise them ({tricks}). "
    "Honest senders have nothing to hide from a spam filter.",
    "de": "Getarnte Schrift: Wörter sind so geschrieben, dass Filter sie nicht erkennen ({tricks}). "
    "Ehrliche Absender haben vor einem Spamfilter nichts zu verbergen.",
    "es": "Escritura disfrazada: hay palabras escritas para que los filtros no las reconozcan ({tricks}). "
    "Un remitente honrado no tiene nada que ocultar a un filtro.",
}


def _literal(sentence: str) -> str:
    return sentence.replace("{", "{{").replace("}", "}}")


def _tricked_word(text: str, plain: Normalised) -> tuple[int, int]:
    """The first place where the normalised text differs from the original, widened to the word."""
    at = next(
        (
            i
            for i, (char, offset) in enumerate(zip(plain.text, plain.offsets, strict=True))
            if char != text[offset] or (i and offset > plain.offsets[i - 1] + 1)
        ),
        0,
    )
    start = plain.text.rfind(" ", 0, at) + 1
    end = min(n for n in (plain.text.find(" ", at + 1), start + 60, len(plain.text)) if n > at)
    return plain.span(start, end)


# --- folding: what patterns are matched against ---


class _Folding(dict[int, str]):
    """One character to one: lower case, no accents, simplified characters; learned as it is used."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


_ASCII = "iioollddddttssaaoo" + "'" * 5 + '"' * 5 + "-" * 5
_SPECIAL = {
    **dict(zip("ıİøØłŁđĐðÐþÞßẞæÆœŒ’‘ʼ´`“”„«»–—−‐‑", _ASCII, strict=True)),
    **dict(zip("，：（）、“”。！？；｡", ',:(),""\n\n\n\n\n', strict=True)),
}
_TRADITIONAL = (
    "們们個个為为這这來来說说時时會会對对發发經经過过還还後后開开關关電电話话請请錢钱銀银賬账帳账號号碼码轉转匯汇款款"
    "資资費费稅税險险額额貸贷單单價价買买賣卖貨货職职業业員员務务聯联絡络繫系連连線线網网頁页鏈链點点擊击認认證证驗验"
    "實实獎奖領领獲获賺赚錢钱報报酬酬兼兼導导師师學学習习組组織织團团隊队員员財财產产遺遗繼继律律師师醫医親亲愛爱"
    "媽妈爸爸兒儿孫孙機机換换壞坏緊紧急急幫帮借借還还給给讓让從从與与無无須须風风險险穩稳賠赔損损虧亏盈盈投投資资"
    "現现場场賓宾館馆車车運运遞递郵邮稱称檢检察察調调查查凍冻結结嚴严罰罚條条約约區区東东門门馬马長长張张許许"
    "謝谢記记設设計计訊讯課课誠诚誰谁議议護护讀读變变貴贵賀贺贈赠購购贏赢質质資资賴赖農农邊边達达適适選选邏逻鄰邻"
    "錄录鏡镜鐘钟閉闭間间隱隐隨随雙双離离難难靈灵響响項项順顺預预頭头題题類类顧顾顯显飛飞飯饭驚惊體体點点黨党齊齐"
    "龍龙億亿優优傳传債债傷伤僅仅內内兩两別别創创劃划動动勞劳勝胜區区協协單单卻却參参問问啟启單单嗎吗國国圍围圖图"
    "園园壓压壞坏奪夺婦妇屬属師师帶带幣币幾几庫库廠厂廣广應应懷怀戰战戲戏擁拥擇择據据擔担擴扩數数斷断於于書书東东"
    "條条樂乐樣样標标樓楼權权歡欢歲岁歸归氣气決决沒没涼凉準准滿满災灾營营獨独環环產产畫画當当療疗監监盤盘眾众確确"
    "禮礼種种積积節节範范簡简簽签籌筹紅红級级紙纸細细終终結结絕绝統统經经維维綠绿編编緣缘縣县總总繳缴續续罷罢義义"
    "聖圣聞闻聲声聽听舉举舊旧華华萬万葉叶藝艺藥药處处虛虚術术衛卫補补裝装見见規规視视觀观觸触訂订訓训詐诈詢询試试"
    "詳详誤误課课調调談谈論论諮咨謹谨識识警警讚赞豐丰貝贝負负責责貼贴賺赚輔辅輕轻輛辆輪轮辦办農农遊游遠远鄉乡銷销"
    "錯错鎖锁闆板闲闲陽阳階阶際际雲云靜静韓韩頻频額额願愿飽饱養养餘余騙骗髮发鬥斗麼么黃黄點点"
)
_SIMPLIFIED = dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True))


def _fold_character(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char in _SIMPLIFIED:
        return _SIMPLIFIED[char]
    if char.isspace() and char != "\n":
        return " "
    base = unicodedata.normalize("NFKD", char)[0]
    folded = base.lower() if base.isascii() and base.isalnum() else char.lower()
    return folded if len(folded) == 1 else char


@dataclass(frozen=True)
class _Folded:
    text: str
    offsets: Sequence[int]


_BREAK = re.compile(r"[ ]*\n\s*|[ ]{2,}|(?<=[!?…])[ ]|(?<=[^\W\d]{3}\.)[ ]")


def _fold(text: str, table: _Folding) -> _Folded:
    """Folded text, a sentence a line, and where each character stood. A lone line break is a space."""
    folded = text.translate(table)
    pieces: list[str] = []
    offsets: list[int] = []
    done = 0
    for gap in _BREAK.finditer(folded):
        start, end = gap.span()
        pieces += folded[done:start], "\n" if _ends_sentence(folded, start, end) else " "
        offsets.extend(range(done, start + 1))
        done = end
    pieces.append(folded[done:])
    offsets.extend(range(done, len(folded)))
    return _Folded("".join(pieces), offsets)


def _ends_sentence(text: str, start: int, end: int) -> bool:
    before = text[max(start - 4, 0) : start]
    stop = before[-1:] in ("!", "?", "…") or (before[-1:] == "." and before[:3].isalpha())
    return stop or text.count("\n", start, end) > 1


# --- matching ---


@dataclass(frozen=True)
class _Language:
    """One language's patterns, compiled; `owners[i]` is the rule of pattern number i."""

    code: str
    patterns: Any
    owners: tuple[Rule, ...]


@dataclass(frozen=True)
class _Library:
    """All flags, compiled; `unless` holds the exceptions of a rule in all languages."""

    rules: tuple[Rule, ...]
    sha256: str
    languages: tuple[_Language, ...]
    unless: Mapping[str, Any]
    table: _Folding = field(default_factory=_Folding)


_Hit = tuple[int, int, str]
"""Byte span in the folded text, language."""


def _match(plain: Normalised) -> tuple[Match, ...]:
    library = _library()
    folded = _fold(plain.text, library.table)
    raw = folded.text.encode("utf-8", "replace")
    hits: dict[str, list[_Hit]] = {}
    for language in library.languages:
        for number in language.patterns.Match(raw, True) or ():
            rule = language.owners[number]
            found = hits.setdefault(rule.code, [])
            spans = _spans(
                language.patterns.re(number), library.unless.get(rule.code), raw, MOST_HITS - len(found)
            )
            found += [(start, end, language.code) for start, end in spans]
    by_code = {rule.code: rule for rule in library.rules}
    matches = [_as_match(by_code[code], found, raw, folded, plain) for code, found in hits.items() if found]
    return tuple(sorted(matches, key=lambda m: (m.start, m.rule.code)))


def _spans(pattern: Any, unless: Any, raw: bytes, most: int) -> Iterator[tuple[int, int]]:
    """Byte spans where `pattern` holds and no exception does; at most `most` are tried."""
    at = 0
    for _ in range(most):
        hit = pattern.search(raw, at)
        if not hit:
            return
        start, end = hit.span()
        if not (unless and unless.search(_sentence(raw, start, end))):
            yield start, end
        at = max(end, start + 1)


def _sentence(raw: bytes, start: int, end: int, reach: int = 400) -> bytes:
    """The line or lines of a hit, at most `reach` bytes to either side."""
    low = max(raw.rfind(b"\n", max(start - reach, 0), start) + 1, start - reach, 0)
    high = raw.find(b"\n", end, end + reach)
    return raw[low : high if high >= 0 else end + reach]


def _as_match(rule: Rule, found: list[_Hit], raw: bytes, folded: _Folded, plain: Normalised) -> Match:
    """The earliest and longest hit, in characters of the original. Overlapping hits count once."""
    ordered = sorted(found, key=lambda hit: (hit[0], -hit[1]))
    count, reached = 0, -1
    for start, end, _ in ordered:
        count += start >= reached
        reached = max(reached, end)
    start, end, language = ordered[0]
    low = len(raw[:start].decode("utf-8", "ignore"))
    high = low + len(raw[start:end].decode("utf-8", "ignore"))
    first, last = folded.offsets[low], folded.offsets[high - 1] + 1
    return Match(rule, language, *plain.span(*_whole_words(plain.text, first, last)), count)


def _whole_words(text: str, start: int, end: int, reach: int = 30) -> tuple[int, int]:
    """The span widened to the ends of its words: a quote that stops inside a word or link reads badly."""
    while (
        end < len(text) and reach and text[end - 1].isalnum() and text[end].isalnum() and text[end].isascii()
    ):
        end, reach = end + 1, reach - 1
    while start and reach and text[start].isalnum() and text[start - 1].isalnum() and text[start].isascii():
        start, reach = start - 1, reach - 1
    return start, end


# --- reading the files ---

_GAPS = {  # a clitic or punctuation, the words in between, then a quote or an elided article (l'argent)
    "gap": r"(?:-\w+)?[,:;)\"'-]{0,2}(?: [^ \n]+){0,6} (?:[\"'(]|\w{1,5}')?",
    "far": r"(?:-\w+)?[,:;.!?)\"'-]{0,3}(?:\s[^\s]+){0,14}\s(?:[\"'(]|\w{1,5}')?",
}
_GAPS_WITHOUT_SPACES = {"gap": r"[^\n]{0,12}", "far": r"[\s\S]{0,40}"}
_FRAGMENT = re.compile(r"\{([a-z_]+)\}")
_PIECE = re.compile(r"\\.|[^\\]+", re.DOTALL)


@lru_cache(maxsize=1)
def _library() -> _Library:
    """Read and compile all rules, once a process."""
    folder = files("quivive.messages") / "rules"
    table = _Folding()
    vocabulary = _vocabulary(folder / "vocabulary")
    sources = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    texts = [(f.name, f.read_text(encoding="utf-8")) for f in sources]
    rules = tuple(_rule(name, _parse(name, text)) for name, text in texts)
    return _compile(rules, vocabulary, table, sha256("".join(t for _, t in texts).encode()).hexdigest())


def _compile(
    rules: tuple[Rule, ...], vocabulary: Mapping[str, Mapping[str, str]], table: _Folding, digest: str
) -> _Library:
    import re2

    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    options.max_mem = 2 << 20  # a pattern; thousands of them share the memory
    exceptions: dict[str, list[str]] = {}
    compiled: list[_Language] = []
    for language in sorted({language for rule in rules for language in rule.languages}):
        words, patterns, owners = vocabulary.get(language, {}), re2.Filter(), []
        for rule in (rule for rule in rules if language in rule.languages):
            place, wording = f"{rule.code}.yaml, {language}", rule.languages[language]
            for pattern in wording.patterns:
                _add(
                    re2,
                    patterns,
                    _ready(pattern, language, words, table, place),
                    options,
                    f"{place}: {pattern}",
                )
                owners.append(rule)
            exceptions.setdefault(rule.code, []).extend(
                _ready(pattern, language, words, table, place) for pattern in wording.unless
            )
        patterns.Compile()
        compiled.append(_Language(language, patterns, tuple(owners)))
    unless = {
        code: _add(re2, re2.Filter(), "|".join(some), options, f"{code}.yaml, unless")
        for code, some in exceptions.items()
        if some
    }
    return _Library(rules, digest, tuple(compiled), unless, table)


def _add(re2: Any, patterns: Any, pattern: str, options: Any, place: str) -> Any:
    """Add a pattern to the filter; gives it compiled."""
    try:
        compiled = patterns.re(patterns.Add(pattern.encode(), options))
    except re2.error as error:
        raise BadConfig(f"A red flag's pattern does not read: {place}.") from error
    if compiled.search(b""):
        raise BadConfig(f"A red flag's pattern matches empty text: {place}.")
    return compiled


def _ready(pattern: str, language: str, words: Mapping[str, str], table: _Folding, place: str) -> str:
    """The pattern with its fragments filled in and folded like the text."""

    def fragment(found: re.Match[str]) -> str:
        try:
            return f"(?:{words[found[1]]})"
        except KeyError as error:
            raise BadConfig(f"No fragment {{{found[1]}}} in the vocabulary: {place}: {pattern}.") from error

    words = {**words, **(_GAPS_WITHOUT_SPACES if language == "zh" else _GAPS)}
    pattern = re.sub(r" ?(\{(?:gap|far)\}) ?", r"\1", pattern)
    for _ in range(4):
        pattern = _FRAGMENT.sub(fragment, pattern)
        if not _FRAGMENT.search(pattern):
            return _PIECE.sub(lambda piece: _fold_piece(piece[0], language, table), pattern)
    raise BadConfig(f"Vocabulary fragments refer to each other in a circle: {place}: {pattern}.")


_GERMAN = (("ä", "ae?"), ("ö", "oe?"), ("ü", "ue?"), ("ss", "ss?"), ("ß", "ss?"))


def _fold_piece(piece: str, language: str, table: _Folding) -> str:
    """Fold a piece of a pattern; in German also allow ae, oe, ue for umlauts and one s for ß."""
    if piece.startswith("\\"):
        return piece
    if language == "de":
        piece = piece.lower()
        for letter, either in _GERMAN:
            piece = piece.replace(letter, either)
    return piece.translate(table)


def _vocabulary(folder: Any) -> Mapping[str, Mapping[str, str]]:
    """Language → fragment → alternation, from `<language>.yaml` and `<language>_<theme>.yaml`."""
    merged: dict[str, dict[str, str]] = {}
    for source in sorted(folder.iterdir(), key=lambda f: f.name):
        if source.name.endswith(".yaml"):
            words = _parse(f"vocabulary/{source.name}", source.read_text(encoding="utf-8"))
            own = merged.setdefault(source.name.removesuffix(".yaml").split("_")[0], {})
            twice = own.keys() & words.keys()
            if twice:
                raise BadConfig(f"vocabulary/{source.name} defines {sorted(twice)[0]} a second time.")
            own.update({name: str(words[name]) for name in words})
    return merged


def _parse(name: str, text: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        value = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise BadConfig(f"rules/{name} is not YAML: {error}.") from error
    if not isinstance(value, dict):
        raise BadConfig(f"rules/{name} does not hold a mapping.")
    return value


def _rule(name: str, value: dict[str, Any]) -> Rule:
    """A rule from its file. Raises BadConfig where a part is missing or of the wrong kind."""
    try:
        wordings = {
            language: Wording(**{part: _strings(texts) for part, texts in parts.items()})
            for language, parts in value["languages"].items()
        }
        rule = Rule(
            str(value["code"]), value["kind"], _strings(value["topics"]), dict(value["name"]),
            dict(value["explanation"]), _strings(value["sources"]), wordings,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadConfig(f"rules/{name}: missing, unknown or misplaced part: {error}.") from error
    wrong = (
        f"code must be {name.removesuffix('.yaml')}" if rule.code + ".yaml" != name
        else f"kind must be one of {', '.join(KINDS)}" if rule.kind not in KINDS
        else f"unknown topic in {', '.join(rule.topics)}" if not set(rule.topics) <= TOPICS
        else "name or explanation lacks en" if not ("en" in rule.name and "en" in rule.explanation)
        else None
    )  # fmt: skip
    if wrong:
        raise BadConfig(f"rules/{name}: {wrong}.")
    return rule


def _strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise TypeError(f"expected a list of strings, not {str(value)[:60]!r}")
    return tuple(value)
