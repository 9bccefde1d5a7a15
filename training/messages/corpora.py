"""Which messages may train, which only test, and which belong together?

Near-duplicates (the same message but for numbers, names or a few words) get one group, and a group never
straddles a split: UCI and Mishra-Soni share half their rows, and the second Mishra-Soni is an augmented
copy of the first. Licences: see ../shared/data/INDEX.md. Nothing of an evaluate-only corpus reaches the
shipped weights."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from texts import Message, expand

from quivive.messages.features import fold
from quivive.messages.normalise import normalise

REPOSITORY = Path(__file__).resolve().parents[2]
SMS_EN = ("sms_uci_en", "sms_mishra_soni_5971", "sms_mishra_soni_10191")
TRAINED_ON = (
    *SMS_EN,
    "sms_uci_mt_hi_de_fr",
    "email_spamassassin",
    "calls_bothbosu_single",
    "calls_bothbosu_multi",
)
EVALUATED_ON = ("sms_turkish", "sms_fbs_chinese", "email_phishing_pot_to2024", "mixed_fraud_r1")
ADVERTS = frozenset({"promotion", "promo", "promo-hi", "advert", "marketing", "telemarketing"})
"""Kinds of our own legitimate texts left out: honest adverts are 'spam' in every public corpus."""


def data_folder() -> Path:
    """Where the shared data lies: $QUIVIVE_DATA, else ../shared/data beside the repository."""
    return Path(os.environ.get("QUIVIVE_DATA", REPOSITORY.parent / "shared" / "data")) / "messages"


def sha256(corpus: str) -> str:
    """Hash of a corpus file."""
    return hashlib.sha256((data_folder() / f"{corpus}.jsonl.gz").read_bytes()).hexdigest()


def read(corpus: str) -> list[Message]:
    """A corpus as it is, each message its own group."""
    with gzip.open(data_folder() / f"{corpus}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Message(
            r["id"], r["text"], r["label"], r["lang"], r["channel"], str(r.get("sub", "")), corpus, r["id"]
        )
        for r in rows
    ]


def sms_english() -> tuple[list[Message], list[Message]]:
    """UCI, and what Mishra-Soni holds beyond it: one message of each group of near-duplicates and label."""
    rows = [m for corpus in SMS_EN for m in read(corpus)]
    groups = near_duplicates([m.text for m in rows])
    rows = [regroup(m, f"en:{g}") for m, g in zip(rows, groups, strict=True)]
    uci = [m for m in rows if m.corpus == SMS_EN[0]]
    known = {m.group for m in uci}
    beyond = [m for m in rows if m.corpus != SMS_EN[0] and m.group not in known]
    return one_per_group(uci), [rename(m, "sms_mishra_soni") for m in one_per_group(beyond)]


def mail() -> list[Message]:
    """SpamAssassin's public corpus, near-duplicates grouped (they stay: mailings repeat in life too)."""
    rows = read("email_spamassassin")
    groups = near_duplicates([m.text[:2000] for m in rows])
    return [regroup(m, f"sa:{g}") for m, g in zip(rows, groups, strict=True)]


def translated(scams: int = 900, legitimate: int = 1800) -> list[Message]:
    """A fixed sample of UCI's machine translations: augmentation in Hindi, German and French, never a
    test."""
    rows = read("sms_uci_mt_hi_de_fr")
    draw = random.Random(7)
    positive = [m for m in rows if m.label == 1]
    negative = [m for m in rows if m.label == 0]
    draw.shuffle(positive)
    draw.shuffle(negative)
    return positive[:scams] + negative[:legitimate]


def calls(count: int = 600) -> list[Message]:
    """A fixed sample of templated call dialogues."""
    rows = read("calls_bothbosu_single") + read("calls_bothbosu_multi")
    random.Random(7).shuffle(rows)
    return [rename(m, "calls_bothbosu") for m in rows[:count]]


def own(copies: int = 1) -> list[Message]:
    """Our own texts but for honest adverts; the group is the template."""
    return [m for m in expand(copies) if not (m.label == 0 and m.kind in ADVERTS)]


_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|info|co|uk|ly|in|tr|example|top|xyz)\b\S*"
)


def without_links(messages: Iterable[Message]) -> list[Message]:
    """Copies of messages that hold a link, with it taken out: a scam stays one when its link was removed."""
    copies = []
    for message in messages:
        text = _LINK.sub("", message.text)
        if text != message.text and len(text.strip()) > 15:
            copies.append(Message(f"{message.id}/no-link", text, message.label, message.lang, message.channel,
                                  message.kind, message.corpus, message.group))  # fmt: skip
    return copies


def regroup(message: Message, group: str) -> Message:
    """The message in another group."""
    return Message(message.id, message.text, message.label, message.lang, message.channel, message.kind,
                   message.corpus, group)  # fmt: skip


def rename(message: Message, corpus: str) -> Message:
    """The message under another corpus name."""
    return Message(message.id, message.text, message.label, message.lang, message.channel, message.kind,
                   corpus, message.group)  # fmt: skip


def one_per_group(messages: Iterable[Message]) -> list[Message]:
    """The first message of each group and label."""
    first: dict[tuple[str, int], Message] = {}
    for message in messages:
        first.setdefault((message.group, message.label), message)
    return list(first.values())


# --- near-duplicates ---


def near_duplicates(texts: Sequence[str], threshold: float = 0.5) -> list[int]:
    """A group number per text: connected by a Jaccard index of 5-letter shingles of `threshold` or more."""
    shingles = _shingles(texts)
    sizes = np.asarray(shingles.sum(axis=1)).ravel()
    others = shingles.T.tocsr()
    left, right = [], []
    for begin in range(0, len(texts), 500):
        shared = (shingles[begin : begin + 500] @ others).tocoo()
        rows = shared.row + begin
        jaccard = shared.data / (sizes[rows] + sizes[shared.col] - shared.data)
        close = (jaccard >= threshold) & (shared.col > rows)
        left.append(rows[close])
        right.append(shared.col[close])
    a, b = np.concatenate(left), np.concatenate(right)
    graph = sp.coo_matrix((np.ones(len(a)), (a, b)), shape=(len(texts), len(texts)))
    return [int(g) for g in sp.csgraph.connected_components(graph, directed=False)[1]]


def _shingles(texts: Sequence[str], bits: int = 20) -> sp.csr_matrix:
    columns: list[int] = []
    ends = [0]
    for text in texts:
        plain = re.sub(r"\d+", "0", re.sub(r"[\W_]+", " ", fold(normalise(text[:4000]).text))).strip()
        columns += {
            zlib.crc32(plain[i : i + 5].encode("utf-8", "replace")) & ((1 << bits) - 1)
            for i in range(max(1, len(plain) - 4))
        }
        ends.append(len(columns))
    return sp.csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(texts), 1 << bits))
