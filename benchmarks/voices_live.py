"""How soon does `quivive voices listen` say something, how many calls can one machine hear, and does the
stream say what the file says?

    python benchmarks/voices_live.py [--calls 4 8 12 16] [--seconds 20] [--most 24]

Recordings are made of clips of ../shared/data/voices (or $QUIVIVE_DATA): those of one speaker or system, one
after another, at 8 kHz in G.711. A client plays them in real time over a WebSocket to the command itself, in
a process of its own, and hears of verdicts through the webhook. Client and server share the machine's cores.
Writes benchmarks/results/voices_live.json.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import csv
import json
import os
import platform
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quivive import __version__
from quivive.voices.judgement import judge
from quivive.voices.live.codecs import Codec, decoder
from quivive.voices.live.scoring import Shipped
from quivive.voices.live.stream import Stream
from quivive.voices.sound import RATE, decode
from quivive.voices.speech import segments

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "voices"
FRAME, TICK = 160, 0.02
_CLIPS = 6
"""Clips of one recording: 12 to 24 s."""
_MARGIN = 1.0
"""Seconds of silence before a recording, so that the beginning of speech is not that of the call."""

Wire = NDArray[np.int16]


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, nargs="*", default=[4, 8, 12, 16], help="calls at once to try")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long they are played")
    parser.add_argument(
        "--most", type=int, default=24, help="recordings that file and stream are compared on"
    )
    given = parser.parse_args()
    recorded = list(recordings(given.most))
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "agreement": agreement(recorded),
        "speed": speed(recorded[:6]),
        "latency": latency(recorded[:8]),
        "at_once": [at_once(recorded, number, given.seconds) for number in given.calls],
    }
    path = Path(__file__).parent / "results" / "voices_live.json"
    path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


# --- what is played ---


def recordings(most: int) -> Iterator[bytes]:
    """µ-law octets, people and machines in turn; every clip once."""
    found: dict[str, list[list[Path]]] = {"real": [], "synthetic": []}
    for (label, _), paths in sorted(_groups().items()):
        found["real" if label == "bonafide" else "synthetic"] += [
            paths[at : at + _CLIPS] for at in range(0, len(paths) - _CLIPS + 1, _CLIPS)
        ]
    pairs = zip(found["real"], found["synthetic"], strict=False)
    for paths in [each for pair in pairs for each in pair][:most]:
        yield _telephone(np.concatenate([decode(path.read_bytes())[0].samples for path in paths]))


def _groups() -> dict[tuple[str, str], list[Path]]:
    groups: dict[tuple[str, str], list[Path]] = defaultdict(list)
    with (DATA / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            groups[row["label"], row["speaker"] if row["label"] == "bonafide" else row["system"]].append(
                DATA / row["path"]
            )
    return groups


def _telephone(samples: NDArray[np.float32]) -> bytes:
    """G.711 of 16 kHz samples, with silence before."""
    import av

    frame = av.AudioFrame.from_ndarray(
        (np.clip(samples, -1, 1) * 32767).astype(np.int16)[None], "s16", "mono"
    )
    frame.sample_rate = RATE
    resampler = av.AudioResampler("s16", "mono", 8000)
    encoder = av.CodecContext.create("pcm_mulaw", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 8000, "mono", "s16"  # type: ignore[attr-defined]
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    coded = b"".join(bytes(packet) for part in parts for packet in encoder.encode(part))  # type: ignore[attr-defined]
    coded += b"".join(bytes(packet) for packet in encoder.encode(None))  # type: ignore[attr-defined]
    return b"\xff" * int(8000 * _MARGIN) + coded


def _wire(octets: bytes) -> Wire:
    return decoder(Codec("PCMU"))(octets)


def _file(samples: Wire) -> bytes:
    import wave

    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


# --- file and stream ---


def agreement(recorded: list[bytes]) -> dict[str, Any]:
    """The file's judgement beside the stream's: the last running one, and the last word."""
    running, final, verdicts, speech = [], [], [], []
    for octets in recorded:
        samples = _wire(octets)
        whole = judge(decode(_file(samples))[0].samples)
        stream = Stream(8000, Shipped())
        for at in range(0, len(samples), 8000):
            stream.feed(samples[at : at + 8000])
            last = stream.verdict()
        end = stream.finish()
        final.append(_apart(whole.score, end.score))
        running.append(_apart(whole.score, last.score))
        verdicts.append((whole.verdict == last.verdict, whole.verdict == end.verdict))
        speech.append(abs(whole.net - last.net))
    return {
        "recordings": len(recorded),
        "final_score_apart_most": max(final),
        "final_verdicts_alike": sum(alike for _, alike in verdicts),
        "running_score_apart_median": median(running),
        "running_score_apart_most": max(running),
        "running_verdicts_alike": sum(alike for alike, _ in verdicts),
        "running_speech_apart_most": round(max(speech), 3),
    }


def _apart(one: float | None, other: float | None) -> float:
    return 0.0 if one is None and other is None else abs((one or 0.0) - (other or 0.0))


def speed(recorded: list[bytes]) -> dict[str, float]:
    """CPU seconds a second of sound on one thread: as a file, as a stream, and AASIST's ONNX."""
    heard = stream_cpu = end_cpu = file_cpu = 0.0
    for octets in recorded:
        samples = _wire(octets)
        heard += len(samples) / 8000
        began = time.process_time()
        stream = Stream(8000, Shipped())
        for at in range(0, len(samples), 8000):
            stream.feed(samples[at : at + 8000])
            stream.verdict()
        stream_cpu += time.process_time() - began
        began = time.process_time()
        stream.finish()
        end_cpu += time.process_time() - began
        began = time.process_time()
        judge(decode(_file(samples))[0].samples)
        file_cpu += time.process_time() - began
    found = {"stream": stream_cpu / heard, "last_word": end_cpu / heard, "file": file_cpu / heard}
    return {key: round(value, 4) for key, value in (found | _aasist()).items()}


def _aasist() -> dict[str, float]:
    """Its real-time factor, one window after another, and with a window each second as a stream needs it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    path = next((DATA / "peers").rglob("*aasist.onnx"), None) or next((DATA / "peers").rglob("AASIST.onnx"))
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    window = np.random.default_rng(1).normal(size=(1, 64600)).astype(np.float32) * 0.05
    session.run(None, {name: window})
    began = time.process_time()
    for _ in range(5):
        session.run(None, {name: window})
    each = (time.process_time() - began) / 5
    return {"aasist_file": each / (64600 / RATE), "aasist_stream": each}


# --- over the wire ---


class _Desk:
    """Takes the webhook's posts; `told` holds (time of arrival, news)."""

    def __init__(self) -> None:
        told: list[tuple[float, dict[str, Any]]] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told.append((time.monotonic(), json.loads(body)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.told = told
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """No more posts."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def _listening(most: int) -> Iterator[tuple[str, int, _Desk]]:
    """The command in a process of its own: address of its streams, process id, and who hears its news."""
    desk = _Desk()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "quivive", "voices", "listen", "--port", str(port),
               "--most-calls", str(most), "--webhook", desk.url]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "listening" in process.stdout.readline()
    threading.Thread(target=process.stdout.read, daemon=True).start()
    try:
        yield f"ws://127.0.0.1:{port}/stream", process.pid, desk
    finally:
        process.terminate()
        process.wait(60)
        desk.close()


async def _play(address: str, octets: bytes, name: str, began: dict[str, float]) -> None:
    """One call in real time; notes when its first frame went."""
    from websockets.asyncio.client import connect

    form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    async with connect(address, compression=None) as link:
        await link.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        inner = {"streamSid": name, "callSid": name, "tracks": ["inbound"], "mediaFormat": form}
        await link.send(json.dumps({"event": "start", "streamSid": name, "start": inner}))
        start = began[name] = time.monotonic()
        for number, at in enumerate(range(0, len(octets), FRAME)):
            await asyncio.sleep(max(0.0, start + (number + 1) * TICK - time.monotonic()))
            payload = base64.b64encode(octets[at : at + FRAME]).decode()
            media = {"track": "inbound", "chunk": str(number + 1), "timestamp": str(number * 20),
                     "payload": payload}  # fmt: skip
            await link.send(json.dumps({"event": "media", "streamSid": name, "media": media}))
        await link.send(json.dumps({"event": "stop", "streamSid": name}))
        await link.wait_closed()


def latency(recorded: list[bytes]) -> dict[str, Any]:
    """Seconds from the beginning of speech to the first verdict that is one, calls one after another."""
    first, between, net = [], [], []
    with _listening(4) as (address, _, desk):
        for number, octets in enumerate(recorded):
            began: dict[str, float] = {}
            octets = octets[: 8000 * 12]
            asyncio.run(_play(address, octets, f"call{number}", began))
            time.sleep(1.0)
            told = [(at, each) for at, each in desk.told if each["call"] == f"call{number}"]
            spoken = segments(decode(_file(_wire(octets)))[0].samples)
            verdict = next(((at, each) for at, each in told if _judged(each)), None)
            if verdict and spoken:
                first.append(verdict[0] - began[f"call{number}"] - spoken[0].start)
                net.append(verdict[1]["directions"]["inbound"]["speech"])
            updates = [at for at, each in told if each["event"] in ("update", "verdict")]
            between += [later - at for at, later in pairwise(updates)]
    return {
        "calls": len(recorded),
        "first_verdict_median": round(median(first), 2),
        "first_verdict_most": round(max(first), 2),
        "first_verdict_each": [round(each, 2) for each in first],
        "speech_at_first_verdict_median": round(median(net), 2),
        "between_updates_median": round(median(between), 2),
        "between_updates_most": round(max(between), 2),
    }


def _judged(news: dict[str, Any]) -> bool:
    """Whether a running verdict, not the last word, rests on enough speech."""
    return news["state"] == "listening" and any(
        each["verdict"] != "insufficient" for each in news["directions"].values()
    )


def at_once(recorded: list[bytes], number: int, seconds: float) -> dict[str, Any]:
    """`number` calls in real time: the server's CPU, how late updates are, and the first verdicts."""
    began: dict[str, float] = {}
    names = [f"call{each}" for each in range(number)]
    with _listening(number) as (address, process, desk):
        before = _cpu(process)

        async def all_of_them() -> None:
            played = [(recorded[n % len(recorded)] * 9)[: int(8000 * seconds)] for n in range(number)]
            await asyncio.gather(
                *(_play_later(address, octets, name, began, n * 1.0 / number)
                  for n, (octets, name) in enumerate(zip(played, names, strict=True)))
            )  # fmt: skip

        asyncio.run(all_of_them())
        played_cpu = _cpu(process) - before
        time.sleep(3.0)
        told = list(desk.told)
    gaps, first = [], []
    for name in names:
        own = [(at, each) for at, each in told if each["call"] == name]
        updates = [at for at, each in own if each["event"] in ("update", "verdict")]
        gaps += [later - at for at, later in pairwise(updates)]
        judged = next((at for at, each in own if _judged(each)), None)
        first.append(judged - began[name] - _MARGIN if judged else float("inf"))
    return {
        "calls": number,
        "cpu_per_second_of_sound": round(played_cpu / (number * seconds), 4),
        "cores_busy": round(played_cpu / seconds, 2),
        "between_updates_95": round(float(np.quantile(gaps, 0.95)), 2) if gaps else None,
        "between_updates_most": round(max(gaps), 2) if gaps else None,
        "first_verdict_most": round(max(first), 2) if max(first) < 1e9 else None,
        "without_verdict": sum(each > 1e9 for each in first),
    }


async def _play_later(address: str, octets: bytes, name: str, began: dict[str, float], wait: float) -> None:
    await asyncio.sleep(wait)
    await _play(address, octets, name, began)


def _cpu(process: int) -> float:
    """CPU seconds that a process has used so far (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
