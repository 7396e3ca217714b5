"""Orders of the control plane are carried out once each, and their marks on disk stay few."""

import json
import os
import time
from pathlib import Path

from media_fakes import ACME, Stage

from callmodel.codec import to_wire
from callmodel.ids import CallId, Extension, SiteId
from callmodel.wire import PlaceCall
from media_nodes import orders
from media_nodes.orders import OrderBook


def placed(name: str) -> dict[str, str]:
    return {"m": json.dumps(to_wire(PlaceCall(CallId(name), ACME, Extension("1001"), SiteId("hq"), "1002", "u1")))}


async def test_marks_go_an_hour_later_while_the_conductor_runs(stage: Stage, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(orders, "FORGET_SECONDS", 0.0)
    book = OrderBook(stage.conductor, tmp_path / "placed", lambda: True)
    await book.handle("orders", "1-0", placed("old"))
    hour_ago = time.time() - orders.REMEMBER_SECONDS - 1
    os.utime(tmp_path / "placed" / "old", (hour_ago, hour_ago))

    await book.handle("orders", "2-0", placed("new"))
    await book.handle("orders", "3-0", placed("new"))

    assert [mark.name for mark in (tmp_path / "placed").iterdir()] == ["new"]
    assert len(stage.conductor.calls) == 2
