"""How does a report enter a tool chain? SARIF 2.1.0 (OASIS), one run for all inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from quivive.model import Finding, Report
from quivive.render.safe import inert

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"fail": "error", "review": "none", "open": "none"}


def render(reports: Sequence[Report]) -> str:
    """SARIF text. Kinds are SARIF's own (§3.27.9); only `fail` has a level other than 'none' (§3.27.10)."""
    codes = sorted({f.code for report in reports for f in report.findings})
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(reports, codes)]}
    return json.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _run(reports: Sequence[Report], codes: Sequence[str]) -> dict[str, Any]:
    version = str(reports[0].tool.get("version", "")) if reports else ""
    artifacts = [(report, item) for report in reports for item in report.items]
    index = {(id(report), item.name): number for number, (report, item) in enumerate(artifacts)}
    return {
        "tool": {"driver": {"name": "quivive", "version": version, "rules": [{"id": c} for c in codes]}},
        "artifacts": [
            {
                "location": {"uri": quote(item.name)},
                "length": item.size,
                "mimeType": item.media_type,
                "hashes": {"sha-256": item.sha256},
            }
            for _, item in artifacts
        ],
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_skip(r, e.item, f"{e.detector}: {e.skipped}")
                                               for r in reports for e in r.examinations if e.skipped],
                "properties": {"attention": {r.name: r.attention for r in reports}},
            }
        ],
        "results": [
            _result(finding, codes, index.get((id(report), finding.item)), report)
            for report in reports
            for finding in report.findings
        ],
    }  # fmt: skip


def _skip(report: Report, item: str, text: str) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": quote(item or report.name)}}
    message = {"text": inert(text)}
    return {"level": "warning", "message": message, "locations": [{"physicalLocation": place}]}


def _result(finding: Finding, codes: Sequence[str], artifact: int | None, report: Report) -> dict[str, Any]:
    location: dict[str, Any] = {"uri": quote(finding.item or report.name)}
    if artifact is not None:
        location["index"] = artifact
    physical: dict[str, Any] = {"artifactLocation": location}
    where = finding.where
    if where and where.start is not None and where.end is not None:
        physical["region"] = {"charOffset": where.start, "charLength": where.end - where.start,
                              "snippet": {"text": inert(where.quote)}}  # fmt: skip
    weight = finding.weight
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "kind": finding.kind,
        "level": _LEVELS.get(finding.kind, "none"),
        "message": {"text": inert(finding.message)},
        "locations": [{"physicalLocation": physical}],
        "properties": {
            "detector": finding.detector,
            "score": finding.score,
            "log10_lr": weight.log10 if weight else None,
            "verbal": weight.verbal if weight else None,
        },
    }
