import json

import pytest

from quivive import evaluate, labelled
from quivive.errors import NotFound, UsageError
from quivive.evaluate import Outcome


def outcomes(n=300, shift=2.0):
    """Scores of two classes, alternating deterministically, in one cell."""
    import numpy as np

    rng = np.random.default_rng(7)
    return [
        Outcome(
            label=label,
            attention="act" if label else "nothing-found",
            codes=frozenset({"flag/x"} if label else ()),
            cell="sms/en",
            score=float(rng.normal(shift * label, 1)),
            log10=float(rng.normal(label - 0.5, 0.3)),
            period=f"2026-{1 + i % 2:02}",
        )
        for i in range(n)
        for label in (0, 1)
    ]


def test_rates_and_quality_are_measured_by_cell_and_period():
    result = evaluate.measure(outcomes(), "now", "1")
    assert (result.scams, result.legitimate) == (300, 300)
    assert result.findings[0].code == "flag/x"
    assert (result.findings[0].scams, result.findings[0].legitimate) == (1.0, 0.0)
    assert [quality.cell for quality in result.scores] == ["sms/en"]
    assert 0.88 < result.scores[0].auc < 0.95
    assert [quality.cell for quality in result.periods] == ["2026-01", "2026-02"]


def test_an_evaluation_needs_both_kinds():
    with pytest.raises(UsageError, match="both kinds"):
        evaluate.measure([o for o in outcomes() if o.label], "now", "1")


def test_recalibration_needs_200_of_each_kind():
    assert list(evaluate.recalibrate(outcomes(200), "ours")) == ["scam-message/sms/en"]
    assert evaluate.recalibrate(outcomes(199), "ours") == {}


def test_drift_says_what_changed():
    before, now = evaluate.measure(outcomes(), "a", "1"), evaluate.measure(outcomes(shift=0.5), "b", "1")
    changes = evaluate.drift(now, before)
    assert changes[0].startswith("sms/en: ")
    assert evaluate.drift(now, now) == []


def test_an_evaluation_survives_json():
    result = evaluate.measure(outcomes(), "now", "1")
    assert evaluate.from_json(evaluate.to_json(result)) == result
    with pytest.raises(UsageError):
        evaluate.from_json("{}")


def test_labelled_cases_come_from_lines_tables_and_folders(tmp_path):
    lines = tmp_path / "a.jsonl"
    lines.write_text(
        '{"text": "x", "label": 1, "channel": "sms", "date": "2026-10-03"}\n{"text": "y", "label": "ham"}\n'
    )
    table = tmp_path / "a.csv"
    table.write_text("text,label\nx,scam\ny,legitimate\n")
    for kind in ("scam", "legitimate"):
        (tmp_path / "folder" / kind).mkdir(parents=True)
        (tmp_path / "folder" / kind / "m.txt").write_text("x")
    for source in (lines, table, tmp_path / "folder"):
        assert [case.label for case in labelled.load(source)] == [1, 0]
    first = labelled.load(lines)[0]
    assert (first.given.channel, first.period) == ("sms", "2026-10")


@pytest.mark.parametrize(
    ("text", "says"),
    [('{"text": "x", "label": "maybe"}', "row 1"), ('{"label": 1}', "'text' or 'path'"), ("{", "line 1")],
)
def test_a_wrong_row_is_named(tmp_path, text, says):
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        labelled.load(path)


def test_a_missing_set_is_named(tmp_path):
    with pytest.raises(NotFound):
        labelled.load(tmp_path / "none")


def test_a_desk_measures_and_recalibrates_from_the_command_line(tmp_path):
    from click.testing import CliRunner

    from quivive.cli import cli

    path = tmp_path / "cases.jsonl"
    rows = [
        {"text": "Buy gift cards and send me the codes", "label": 1},
        {"text": "See you at seven", "label": 0},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    args = [
        "evaluate",
        str(path),
        "--jobs",
        "1",
        "--no-embeddings",
        "--recalibrate",
        str(tmp_path / "c.json"),
    ]
    result = CliRunner().invoke(cli, args, standalone_mode=False)
    assert "1 scams, 1 legitimate" in result.stdout
    assert "flag/gift-card-payment" in result.stdout
    assert "fewer than 200" in result.stderr
