"""Does nobody who hands records in slowly, or goes away, keep others from doing so?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from starlette.exceptions import HTTPException

from calls.service.http.serving import house
from quivive.calls.service.batches import Batches
from quivive.calls.service.house import Live
from quivive.calls.service.http import ops
from quivive.calls.service.metrics import Metrics


async def _silent() -> dict[str, Any]:
    await asyncio.sleep(60)
    raise AssertionError


async def _gone() -> dict[str, Any]:
    return {"type": "http.disconnect"}


@pytest.mark.parametrize(("receive", "status"), [(_silent, 408), (_gone, 400)])
def test_a_body_that_does_not_come_gives_its_place_back(receive: Any, status: int, tmp_path: Path) -> None:
    batches = Batches(tmp_path)
    operation = ops.Operation(
        Live(house), batches, Metrics(), lambda: None, tmp_path / "found", patience=0.05
    )
    request = Request({"type": "http", "method": "POST", "path": "/records", "headers": []}, receive)
    with pytest.raises(HTTPException) as refused:
        asyncio.run(ops._accept(operation, request))
    batches.close()
    assert refused.value.status_code == status
