"""Writes benchmarks/README.md from the result files (`--check` only compares): python benchmarks/table.py"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import table_calls
import table_money
from table_lines import table as _table

HERE = Path(__file__).parent
HEAD = """# Benchmarks

Written by `python benchmarks/table.py` from `results/*.json`, which the scripts named below wrote, with
data hashes, versions and date. Corpora are those of the shared data folder; none is in this repository.
R@1 % is the recall at 1 % false alarms; brackets are 95 % intervals. Times are of one shared machine.
"""


def main() -> None:
    """Write the page, or with --check say whether it is out of date."""
    page = HEAD + "".join(part for part in map(_section, SECTIONS) if part)
    path = HERE / "README.md"
    if "--check" in sys.argv:
        sys.exit(path.read_text("utf-8") != page)
    path.write_text(page, "utf-8")


def _section(entry: tuple[str, Any]) -> str:
    name, write = entry
    path = HERE / "results" / f"{name}.json"
    return "\n" + "\n".join(write(json.loads(path.read_text("utf-8")))) + "\n" if path.is_file() else ""


def _messages(result: Mapping[str, Any]) -> Iterator[str]:
    share = result.get("share", 1)
    yield "## Scam score: `benchmarks/messages.py`"
    yield ""
    used = f"samples of evaluate-only corpora divided by {share}" if share > 1 else "usual samples"
    yield f"{result['date']}, model `{result['model_sha256'][:12]}`, {used}."
    yield "Whole corpora held out: none of their messages, near-duplicates or translations was trained on."
    yield "The SpamAssassin row is a development figure all the same: what kinds of mail of our own to add"
    yield "was decided by its errors (training/messages/NOTES.md). UCI left out leaves 272 real texts."
    yield ""
    yield from _quality(result["held_out"])
    yield ""
    yield "Corpora that may be evaluated on but not trained on:"
    yield ""
    yield from _quality(result["evaluate_only"])
    yield ""
    yield "Disguises, at the threshold of 1 % false alarms (recall before → after):"
    yield ""
    languages = sorted({row["language"] for row in result["robustness"]})
    attacks = list(dict.fromkeys(row["attack"] for row in result["robustness"]))
    found = {(row["attack"], row["language"]): row for row in result["robustness"]}
    yield from _table(
        ["disguise", *languages],
        [[attack, *(_change(found.get((attack, language))) for language in languages)] for attack in attacks],
    )
    yield ""
    yield "Languages without legitimate messages of their own (recall alone, at the English threshold):"
    yield ""
    rows = [[r["language"], r["corpus"], r["scams"], f"{r['recall']:.2f}"] for r in result["recall_alone"]]
    yield from _table(["language", "corpus", "scams", "recall"], rows)
    yield ""
    yield "Masking traces of the corpora's making in mail bodies:"
    yield ""
    rows = [
        [r["masked"], f"{r['auc']:.4f}", f"{r['auc_masked']:.4f}", f"{r['change']:+.4f}"]
        for r in result["masking"]
    ]
    yield from _table(["masked", "AUC", "AUC masked", "change"], rows)


def _quality(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _table(
        ["test", "system", "scams / legitimate", "AUC", "R@1 %", "R@5 %", "F1", "Cllr", "Cllr min"],
        [[r["test"], r["system"], f"{r['scams']} / {r['legitimate']}", _interval(r["auc"], 3),
          _interval(r["recall_1"], 2), _interval(r["recall_5"], 2), _number(r.get("f1"), 2),
          _number(r.get("cllr"), 2), _number(r.get("cllr_min"), 2)] for r in rows],
    )  # fmt: skip


def _flags(result: Mapping[str, Any]) -> Iterator[str]:
    rules = result["rules"]
    yield "## Red flags: `benchmarks/flags.py`"
    yield ""
    yield f"{result['date']}, {rules['count']} flags in nine languages, rules `{rules['sha256'][:12]}`. The"
    yield "messages were written without sight of the patterns. Rule authors saw the development half and"
    yield "widened patterns by it, so only the test half counts. It is not wholly blind: nobody read its"
    yield "texts, but which flags to widen first was chosen partly by its totals for each flag."
    yield ""
    halves = result["all"]["all"]
    rows = [
        [name.replace("_", " "), *(_share(halves[half][name]) for half in ("dev", "test"))]
        for name in halves["dev"]
    ]
    yield from _table(["measure", "development half", "test half"], rows)
    yield ""
    rows = [
        [language, *(_share(halves["test"][f"recall_{which}_flag"]) for which in ("own", "any"))]
        for language, halves in result["language"].items()
    ]
    yield from _table(["language (test half)", "recall of the flag", "recall of any flag"], rows)


def _speed(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Speed: `benchmarks/speed.py`"
    yield ""
    yield f"{result['date']}, {result['machine']}, {result['jobs']} processes, their start included."
    yield ""
    aims = result["targets"]
    rows = [[name, f"{rate:,.0f}", aims.get(name, "")] for name, rate in result["per_second"].items()]
    yield from _table(["inputs", "a second", "aim"], rows)
    yield ""
    yield f"Two processes against one: {result['both_cores']} times the rate."
    if result.get("sms_over_bogofilter"):
        peer, times = result["bogofilter_sms_per_second"], 1 / result["sms_over_bogofilter"]
        yield f"bogofilter, which only counts words, does {peer:,.0f} texts a second: {times:.0f} times ours."
    cold = result["cold_seconds"]
    yield f"Cold start: `--help` {cold['--help']} s, `check --text …` {cold['check --text']} s."


def _fuzz(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Hostile input: `benchmarks/fuzz.py`"
    yield ""
    yield f"{result['inputs']:,} damaged inputs over every reader, seeds {result['seeds']}:"
    yield ""
    yield from _table(["outcome", "inputs"], [[name, count] for name, count in result["outcomes"].items()])
    yield ""
    yield f"Slowest input: {result['slowest_s'][0]} s ({result['slowest_s'][1]}). Inputs by kind of seed:"
    yield ""
    yield ", ".join(f"{kind} {count}" for kind, count in result["by_suffix"].items()) + "."


def _ocr(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Text in pictures: `benchmarks/ocr.py`"
    yield ""
    conditions = list(dict.fromkeys(row["condition"] for row in result["rows"]))
    languages = list(dict.fromkeys(row["language"] for row in result["rows"]))
    cells = {(row["language"], row["condition"]): row for row in result["rows"]}
    yield "Character error rate (values read of those in the picture) on rendered screenshots:"
    yield ""
    rows = [[name, *(_cell(cells[name, c]) for c in conditions)] for name in languages]
    yield from _table(["language", *conditions], rows)


def _calls_verify(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Signed calls: `benchmarks/calls_verify.py`"
    yield ""
    yield f"{result['date']}, {result['tokens']:,} distinct tokens, warm certificates, one core; median of"
    yield f"{result['rounds']} rounds. Two processes: {result['two_processes_over_one']} times one."
    yield ""
    yield from _table(
        ["checker", "calls a second", "over `openssl speed ecdsap256` (verify)"],
        [
            [name, f"{rate:,}", result["over_openssl"].get(name, "1")]
            for name, rate in result["per_second"].items()
        ],
    )


def _calls_lint(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## STI certificates: `benchmarks/calls_lint.py`"
    yield ""
    rate = result["certificates_per_second"]
    yield f"Agreement with the recorded findings; {rate:,} certificates a second."
    yield f"Lowest precision and recall are over the codes with {result['enough']} cases or more."
    yield ""
    rows = []
    for name, tally in result["tallies"].items():
        codes = [code for code in tally["codes"] if code["cases"] >= result["enough"]]
        worst = (min(_known(code[kind] for code in codes)) for kind in ("precision", "recall"))
        rows.append([name, f"{tally['same']:,} of {tally['of']:,}", len(codes), *(f"{w:.3f}" for w in worst)])
    head = ["certificates", "all codes alike", "codes", "lowest precision", "lowest recall"]
    yield from _table(head, rows)


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None] or [float("nan")]


def _calls_fuzz(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Hostile calls: `benchmarks/calls_fuzz.py`"
    yield ""
    yield from _table(
        ["reader", "inputs", "errors that are not ours", "slowest, s", "peak memory, MiB"],
        [
            [name, f"{row['inputs']:,}", row["errors_not_ours"], row["slowest_s"], row["peak_mib"]]
            for name, row in result["readers"].items()
        ],
    )


def _voices(result: Mapping[str, Any]) -> Iterator[str]:
    rows, clips = result["rows"], result["clips"]
    yield "## Synthetic voices: `benchmarks/voices.py`"
    yield ""
    yield f"{result['date']}, {clips['real']} real and {clips['synthetic']} synthetic clips of up to 4.1 s,"
    yield f"{result['folds']} folds that share no system or corpus, speaker or page. Calibration and alarm"
    yield "threshold of every detector, the peers' too, come from the training clips of each fold. EER,"
    yield "minDCF and actDCF as in ASVspoof 5 (prior 0.05, costs 1 and 10). The desk's threshold keeps false"
    yield "alarms at 5 % or less on every real source of at least 20 of the training clips."
    if result["channels_not_run"]:
        yield f"Left out of this run: {', '.join(result['channels_not_run'])}."
    yield ""
    yield from _table(
        ["detector", "channel", "real / synthetic", "EER %", "EER % without LibriSpeech", "minDCF", "actDCF",
         "Cllr", "Cllr min", "false alarms % / recall % at the desk's threshold"],
        [[r["detector"], r["condition"], f"{r['real']} / {r['synthetic']}", _percent(r["eer"]),
          f"{100 * r['eer_without_librispeech']:.1f}", _interval(r["min_dcf"], 2), _interval(r["act_dcf"], 2),
          _interval(r["cllr"], 2), _number(r["cllr_min"], 2),
          " / ".join(f"{100 * r['at_desk_threshold'][k]:.1f}" for k in ("false_alarms", "recall"))]
         for r in rows],
    )  # fmt: skip
    yield ""
    yield "False alarms on each real source of 13 clips or more, clean, %: at the EER threshold → the desk's:"
    yield ""
    clean = [row for row in rows if row["condition"] == "clean"]
    yield from _table(["source (clips)", *(row["detector"] for row in clean)], _shares(clean, "source"))
    yield ""
    yield "Recall of each system of 13 clips or more, clean, %: at the EER threshold → the desk's:"
    yield ""
    yield from _table(["system (clips)", *(row["detector"] for row in clean)], _shares(clean, "system"))
    yield ""
    yield from _people(result["people"])
    speeds = [f"{name} {factor:.3f}" for name, factor in result["real_time_factor"].items()]
    yield f"CPU seconds for one second of sound, one thread: {', '.join(speeds)}."


def _people(found: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterator[str]:
    """Real speech that nothing was learnt from and no threshold chosen by."""
    if not found:
        return
    yield "Real speech out of packages (`training/voices/packages.csv`), from which nothing was learnt and by"
    yield "which no threshold was chosen: share of each source of 20 clips or more that raises the alarm, %:"
    yield ""
    sizes = {name: int(count) for name, (_, count) in next(iter(found.values())).items()}
    yield from _table(
        ["source (clips)", *found],
        [[f"{name.removeprefix('real:')} ({count})", *(f"{100 * of[name][0]:.0f}" for of in found.values())]
         for name, count in sizes.items() if count >= 20]
        + [[f"all ({sum(sizes.values())})",
            *(f"{100 * sum(share * n for share, n in of.values()) / sum(sizes.values()):.1f}"
              for of in found.values())]],
    )  # fmt: skip
    yield ""


def _voices_turns(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Two voices on one channel: `benchmarks/voices_turns.py`"
    yield ""
    yield f"{result['date']}, {result['people']} people (and acted roles of games) who taught the model of"
    yield "voices nothing and did not choose the threshold; recordings of 10 to 24 s, in turns of 2 to 6 s."
    yield "Parted: taken for two voices. Rightly: the share of speech then given to who says it."
    yield ""
    rows = []
    for row in result["rows"]:
        parted = f"{100 * row['share']:.0f} [{', '.join(f'{100 * part:.0f}' for part in row['interval'])}]"
        right = row["told_rightly"]
        rows.append([row["kind"], row["line"], row["recordings"], parted,
                     "–" if right is None else f"{100 * right:.0f}"])  # fmt: skip
    yield from _table(["who speaks", "line", "recordings", "parted %", "rightly %"], rows)


def _voices_live(result: Mapping[str, Any]) -> Iterator[str]:
    alike, speed, heard = result["agreement"], result["speed"], result["latency"]
    yield "## Calls that go on: `benchmarks/voices_live.py`"
    yield ""
    yield f"{result['date']}, {result['cores']} cores for client and server. CPU seconds for one second of"
    yield f"sound, one thread: file {speed['file']:.3f}, stream {speed['stream']:.3f}, AASIST"
    yield f"{speed['aasist_file']:.3f} (file) and {speed['aasist_stream']:.3f} (anew every second)."
    yield f"First verdict after {heard['first_verdict_median']:.1f} s (median of {heard['calls']} calls,"
    yield f"at most {heard['first_verdict_most']:.1f} s), updates every"
    yield f"{heard['between_updates_median']:.1f} s (at most {heard['between_updates_most']:.1f} s)."
    yield "When a call ends its verdict is that on the file:"
    yield f"{alike['final_verdicts_alike']} of {alike['recordings']}, scores at most"
    yield f"{alike['final_score_apart_most']:.2f} apart; just before"
    yield f"{alike['running_verdicts_alike']}, at most {alike['running_score_apart_most']:.2f} apart."
    yield ""
    yield from _table(
        ["calls at once", "cores busy", "first verdict, at most s", "between updates, at most s"],
        [[row["calls"], row["cores_busy"], row["first_verdict_most"], row["between_updates_most"]]
         for row in result["at_once"]],
    )  # fmt: skip


def _voices_hostile(result: Mapping[str, Any]) -> Iterator[str]:
    limits, noises, damaged = result["limits"], result["noises"], result["damaged"]
    yield "## Hostile sound: `benchmarks/voices_hostile.py`"
    yield ""
    yield f"{result['date']}, `quivive check` in a process of its own with every detector, at most"
    yield f"{limits['mebibytes']:,} MiB and {limits['seconds']} s of processor time, its start included."
    yield ""
    rows = [[row["kind"], f"{row['bytes'] / 2**20:.1f}", row["answer"], row["seconds"], row["mebibytes"]]
            for row in result["files"]]  # fmt: skip
    yield from _table(["file", "MiB", "answer", "seconds", "peak MiB"], rows)
    yield ""
    yield f"Noises in which nobody speaks: {noises['answered']} of {noises['files']} answered,"
    yield f"{len(noises['verdicts'])} with a verdict, {len(noises['heard_as_speech'])} taken for speech."
    yield f"Damaged files: {damaged['answered']:,} of {damaged['inputs']:,} answered,"
    yield f"{len(damaged['faults'])} errors or dead processes, {len(damaged['verdicts_on_tones'])} verdicts"
    yield f"where nobody speaks; {damaged['seconds_a_file']} s a file, peak {damaged['mebibytes']} MiB."


def _media(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Pictures and videos, CPU seconds: `benchmarks/media.py`"
    yield ""
    yield f"{result['date']}; photograph {result['photo']}; video {result['video']}. The first in a"
    yield "fresh process"
    yield "pays for its start, for models and for the child process; each further one costs what it costs."
    yield ""
    rows = [[row["what"], row["first"], max(row["further"], 0.0)] for row in result["rows"]]
    yield from _table(["", "first", "each further"], rows)


def _media_provenance(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Signed provenance: `benchmarks/media_provenance.py`"
    yield ""
    seconds, damaged = result["seconds"], result["damaged"]
    yield f"{result['date']}, lists of {result['lists']['C2PA trust list']}. 12 megapixels:"
    yield f"{seconds['12_megapixels_bare']} CPU s without a manifest,"
    yield f"{seconds['12_megapixels_signed']} with one;"
    yield f"{seconds['loading']} once. {damaged['files']:,} damaged copies: {damaged['wrong']}"
    yield "claims where none may be."
    yield ""
    for folder, outcomes in result["shared"].items():
        yield f"* `{folder}`: " + ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())


def _media_marks(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Marks of generators: `benchmarks/media_marks.py`"
    yield ""
    made, real, packages = result["gen_meta"], result["real_coco"], result["packages"]
    yield f"{result['date']}. Shared examples: {made['right']} of {made['files']} right"
    yield f"({made['carry_none']} carry no"
    yield f"mark). Marks on pictures without one: {len(real['with_findings'])} of {real['pictures']} shared"
    yield f"photographs, {len(packages['with_findings'])} of {packages['pictures']:,} pictures out"
    yield "of packages"
    yield f"({packages['with_camera_data']} with a camera's data). 12 megapixels:"
    yield f"{result['cost']['JPEG']} CPU s as"
    yield f"JPEG, {result['cost']['PNG']} as PNG."


def _media_history(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## A file's history: `benchmarks/media_history.py`"
    yield ""
    twice, found = result["recompression"], result["findings"]
    yield f"{result['date']}. Of {found['pictures']:,} pictures out of packages"
    yield f"{len(found['review'])} got a finding for"
    yield "review; each was looked at and is what it says. Earlier compression, on the pictures on which"
    yield "the rule was"
    yield f"chosen ({twice['pictures']}, eight qualities each): seen in"
    yield f"{100 * twice['seen_10_apart_of_those']:.0f} % of"
    yield f"those with detail enough ({100 * twice['enough_to_judge']:.0f} %) and ten steps of"
    yield "quality or more between,"
    yield f"wrongly in {twice['false_alarms']} of {twice['once']} compressed once, and in"
    yield f"{100 * twice['seen_after_scaling_between']:.0f} % of those scaled in between."


def _media_likeness(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## The same picture elsewhere: `benchmarks/media_likeness.py`"
    yield ""
    different, geometry = result["different"], result["geometry"]
    yield f"{result['date']}, PDQ at 31 bits. {different['false links']} false links among"
    yield f"{different['pairs']:,} pairs of"
    yield f"{different['pictures']} different pictures, all parts and turns. `compare`:"
    yield f"{len(geometry['confirmed among them'])}"
    yield f"of {geometry['different pairs']} different pairs confirmed."
    yield ""
    rows = [
        [of, change, f"{row['linked']} of {row['of']}", f"{100 * row['share']:.1f}"]
        for of in ("photographs", "faces")
        for change, row in result[of]["changes"].items()
    ]
    yield from _table(["pictures", "change", "linked", "%"], rows)


def _media_video(result: Mapping[str, Any]) -> Iterator[str]:
    yield "## Videos: `benchmarks/media_video.py`"
    yield ""
    yield f"{result['date']}, a minute each, CPU seconds on a busy machine, the extra `words` installed."
    yield ""
    rows = [
        [row["film"], row["reading_cpu_s"], row.get("media_cpu_s", "–"), row.get("command_cpu_s", "–")]
        for row in result["films"]
    ]
    yield from _table(["video", "reading", "media channel", "whole command, cold"], rows)
    yield ""
    for row in result["vpdq"]:
        yield f"* vPDQ of {row['film']}: {row['worth_comparing_and_near']} of {row['worth_comparing']}"
        yield "pictures of"
        yield "  quality 50 or more within 31 bits of the reference's, at most"
        yield f"{row['largest_distance_worth_comparing']}."


def _media_text(result: Mapping[str, Any]) -> Iterator[str]:
    ours, other, cost = result["ours"], result.get("tesseract"), result["processor_seconds"]
    yield "## What stands in a picture: `benchmarks/media_text.py`"
    yield ""
    yield f"{result['date']}, {result['screenshots']} generated screenshots (drawn letters, one layout: no"
    yield "figure for what people send), six made-up values each. Found: whole and exact. Invented: found but"
    yield "not shown, most often a link with a letter misread. Reading one takes"
    yield f"{cost['first']} CPU s with the start of the child, {cost['further']} each further one"
    yield f"({cost['pixels']:,} pixels)."
    for name, row in result["shared"].items():
        yield f"{name} of the shared data: {row['found']} of {row['shown']}, {row['invented']} invented."
    yield ""
    head = ["", "values", "found %", "invented"]
    rows = [_recall(name, row) for name, row in ours.items()]
    if other:
        head += [f"Tesseract {other['version']}: found %", "invented"]
        rows = [[*row, *_recall(row[0], other[row[0]])[2:]] for row in rows]
    yield from _table(head, rows)


def _recall(name: str, row: Mapping[str, Any]) -> list[Any]:
    return [name, row["shown"], f"{100 * row['recall']:.0f}", row["invented"]]


def _media_hostile(result: Mapping[str, Any]) -> Iterator[str]:
    limits = result["limits"]
    yield "## Hostile pictures: `benchmarks/media_hostile.py`"
    yield ""
    yield f"{result['date']}, `Workbench.check` with every detector; wanted: a report for each, at most"
    yield f"{limits['processor_seconds']:g} CPU s and {limits['mebibytes']} MiB in either process, and the"
    yield "file afterwards as before."
    yield ""
    rows = []
    for name, what in (("made", "made to break"), ("damaged", "damaged copies")):
        row = result[name]
        rows.append([what, row["files"], len(row["faults"]), len(row["over_the_limits"]),
                     f"{row['most_processor_seconds']} ({row['slowest']})", row["most_parent_mebibytes"],
                     row["most_child_mebibytes"]])  # fmt: skip
    yield from _table(
        ["files", "number", "faults", "over the limits", "most CPU s", "MiB", "MiB of the child"], rows
    )
    over = [name for each in ("made", "damaged") for name in result[each]["over_the_limits"]]
    if over:
        yield ""
        yield f"Over the limits: {', '.join(over)}."


def _shares(rows: Sequence[Mapping[str, Any]], what: str) -> list[list[str]]:
    """A line for each source's false alarms or each system's recall, a column for each detector."""
    key = f"false_alarms_by_{what}" if what == "source" else f"recall_by_{what}"
    names = {name: n for row in reversed(rows) for name, (_, n) in row["at_eer_threshold"][key].items()}
    lines = []
    for name, clips in sorted(names.items()):
        cells = []
        for row in rows:
            pair = [row[f"at_{which}_threshold"][key].get(name) for which in ("eer", "desk")]
            cells.append(" → ".join(f"{100 * found[0]:.0f}" for found in pair if found) or "–")
        lines.append([f"{name.removeprefix('real:')} ({clips})", *cells])
    return lines


def _percent(value: Sequence[float]) -> str:
    return _interval([100 * part for part in value], 1)


SECTIONS = (
    ("messages", _messages),
    ("flags", _flags),
    ("speed", _speed),
    ("fuzz", _fuzz),
    ("ocr", _ocr),
    ("calls_verify", _calls_verify),
    ("calls_lint", _calls_lint),
    ("calls_fuzz", _calls_fuzz),
    ("calls_service", table_calls.service),
    ("calls_records", table_calls.records),
    ("calls_traceback", table_calls.traceback),
    ("calls_stream", table_calls.stream),
    ("voices", _voices),
    ("voices_live", _voices_live),
    ("voices_hostile", _voices_hostile),
    ("voices_turns", _voices_turns),
    ("media", _media),
    ("media_provenance", _media_provenance),
    ("media_marks", _media_marks),
    ("media_history", _media_history),
    ("media_likeness", _media_likeness),
    ("media_video", _media_video),
    ("media_text", _media_text),
    ("media_hostile", _media_hostile),
    ("money_cluster", table_money.cluster),
    ("money_taint", table_money.taint),
    ("money_exposure", table_money.exposure),
    ("money_coinjoin", table_money.coinjoin),
    ("money_patterns", table_money.patterns),
    ("money_ledger", table_money.ledger),
)


def _cell(row: Mapping[str, Any]) -> str:
    return f"{100 * row['cer']:.1f} % ({row['values']}/{row['of']})"


def _interval(value: Sequence[float], digits: int) -> str:
    return f"{value[0]:.{digits}f} [{value[1]:.{digits}f}, {value[2]:.{digits}f}]"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _share(value: Mapping[str, float]) -> str:
    share = value["hits"] / value["of"] if value["of"] else 0.0
    return f"{share:.2f} [{value['low']:.2f}, {value['high']:.2f}]"


def _change(row: Mapping[str, Any] | None) -> str:
    return f"{row['before_1']:.2f} → {row['after_1']:.2f}" if row else "–"


if __name__ == "__main__":
    main()
