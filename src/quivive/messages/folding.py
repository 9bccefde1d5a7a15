"""How is a text folded, so that a pattern need not know its accents, capitals, script or line breaks?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


class Folding(dict[int, str]):
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
class Folded:
    text: str
    offsets: Sequence[int]


_BREAK = re.compile(r"[ ]*\n\s*|[ ]{2,}|(?<=[!?…])[ ]|(?<=[^\W\d]{3}\.)[ ]")


def fold(text: str, table: Folding) -> Folded:
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
    return Folded("".join(pieces), offsets)


def _ends_sentence(text: str, start: int, end: int) -> bool:
    before = text[max(start - 4, 0) : start]
    stop = before[-1:] in ("!", "?", "…") or (before[-1:] == "." and before[:3].isalpha())
    return stop or text.count("\n", start, end) > 1
