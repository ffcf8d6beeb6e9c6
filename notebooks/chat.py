"""A small chat service in a process of its own, with its log on disk.

The notebooks post to it.  It stands for whatever is outside: it does not know the kernel, it
survives the kernel, and its log says how often a message really arrived.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

PORT = 8917
LOG = Path("chat.log")


def start(port: int = PORT, log: Path = LOG) -> str:
    """Start the service unless it runs already, and give its address.

    Raises RuntimeError where the port is taken, also by a service with another log.
    """
    if _answers(port):
        other = _request(port, "/health").decode().removeprefix("chat ")
        if Path(other) != log.resolve():
            raise RuntimeError(f"a chat service writes to {other}; end it first with chat.stop()")
        return f"http://127.0.0.1:{port}"
    command = [sys.executable, __file__, "--port", str(port), "--log", str(log)]
    subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(100):
        if _answers(port):
            return f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    raise RuntimeError(f"the chat service did not start; is port {port} taken by another program?")


def stop(port: int = PORT) -> None:
    """End the service and wait until it has; harmless where none runs."""
    if not _answers(port):
        return
    _request(port, "/stop", data=b"")
    while _answers(port):
        time.sleep(0.05)


def messages(log: Path = LOG) -> list[dict[str, object]]:
    """Read what really arrived, oldest first."""
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def _request(port: int, path: str, data: bytes | None = None) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data=data, timeout=5) as answer:
        return bytes(answer.read())


def _answers(port: int) -> bool:
    try:
        return _request(port, "/health").startswith(b"chat ")
    except (urllib.error.URLError, OSError):
        return False


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Say that the service is well, and where its log is."""
        self._answer(200, f"chat {self.server.log.resolve()}".encode(), "text/plain")

    def do_POST(self) -> None:
        """Take a message, and answer only after it is on disk."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/stop":
            self._answer(200, b"{}", "application/json")
            Thread(target=self.server.shutdown).start()
            return
        number = self.server.keep(json.loads(body), self.headers.get("Idempotency-Key", ""))
        answer = json.dumps({"ok": True, "number": number}).encode()
        self._answer(200, answer, "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the log on disk is what counts."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, log: Path) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.log, self.lock = log, Lock()

    def keep(self, message: dict[str, object], key: str) -> int:
        """Append a message to the log, on disk, and give its number."""
        with self.lock, self.log.open("a+", encoding="utf-8") as file:
            file.seek(0)
            number = sum(1 for _ in file) + 1
            file.write(json.dumps({"number": number, "key": key, **message}) + "\n")
            file.flush()
            os.fsync(file.fileno())
            return number


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--log", type=Path, default=LOG)
    given = parser.parse_args()
    with _Server(given.port, given.log) as server:
        server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
