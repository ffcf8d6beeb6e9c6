"""A secret in any form a node may print it in reaches no place where we write or show anything."""

from __future__ import annotations

import base64
import html
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic import Action, Context, Run, node, run
from wfrepair_magic.monitor import history, text
from wfrepair_magic.monitor.state import replay
from wfrepair_magic.notebook import report
from wfrepair_magic.notebook.report import html as html_report

SECRET = 'cänary/"7?&<+\\x\nline-two-of-it/its-path-part/x'
FORMS: Mapping[str, Callable[[str], str]] = {
    "raw": str,
    "json": lambda text: json.dumps(text),
    "json-utf8": lambda text: json.dumps(text, ensure_ascii=False),
    "url": lambda text: urllib.parse.quote(text, safe=""),
    "url-path": urllib.parse.quote,
    "form": urllib.parse.quote_plus,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "basic": lambda text: base64.b64encode(f"u:{text}".encode()).decode(),
    "basic-url": lambda text: base64.urlsafe_b64encode(f"user:{text}:x".encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "html": html.escape,
    "repr": repr,
    "a line": lambda text: text.splitlines()[1],
}
TRACES = {
    *(write(SECRET) for write in FORMS.values()),
    *SECRET.splitlines(),
    "line-two-of-it",
    "its-path-part",
    base64.b64encode(SECRET.encode())[:-4].decode(),
    base64.b64encode(f"u:{SECRET}".encode())[3:-4].decode(),
    base64.urlsafe_b64encode(f"user:{SECRET}:x".encode())[7:-5].decode(),
}
"""What must stand nowhere: each form, each line, and the inside of what was encoded with others."""


@node(effect="pure")
def says(word: str, form: str, how: str, ctx: Context) -> Any:
    """Give the secret away in one of the ways that a node has."""
    leak = FORMS[form](word)
    ctx.log(f"log: {leak}")
    ctx.progress(0.5, f"progress: {leak}")
    match how:
        case "fails":
            raise ValueError(f"failed with {leak}")
        case "key":
            return {leak: 1, "rows": [{leak: {leak}}]}
        case "bytes":
            return {"raw": leak.encode(), "many": (leak, [leak], frozenset([leak]))}
        case "action":
            return Action(leak, {"rows": [leak]})
    return {"text": f"<<{leak}>>", "items": [leak]}


@node(effect="write")
def sends(word: str, form: str, how: str, ctx: Context) -> Any:
    """Do the same as an effect."""
    return says(word, form, how, ctx)


@node(effect="read")
def reads(word: str, form: str, how: str, ctx: Context) -> Any:
    """Do the same as a reading."""
    return says(word, form, how, ctx)


class Echo(http.server.BaseHTTPRequestHandler):
    """A service that answers with what it was told, in its body, headers and reason."""

    def do_POST(self) -> None:
        """Answer 200, or 400 where the path says so."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400 if self.path.startswith("/fails") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Told", self.headers["X-Told"])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """Give the address of a running echo service."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


ARGV = "tr '\\0' '\\n' < /proc/$$/cmdline > argv.txt; : ${token} \"${token}\" ${shown.text}"
"""Leaves the shell's own command line, which every process of the machine can read, in a file."""


def workflow(form: str, echo: str) -> str:
    """Write a workflow in which every kind of node gives the secret away in every way it has."""
    nodes: list[dict[str, Any]] = []
    for kind in ("says", "sends", "reads"):
        for how in ("gives", "key", "bytes", "action", "fails"):
            params = {"word": "${token}", "form": form, "how": how}
            nodes.append({"id": f"{kind}_{how}", "type": kind, "params": params})
    told = "${shown.text}"  # the form itself, as a node before gave it
    nodes += [
        {"id": "shown", "type": "says", "params": {"word": "${token}", "form": form, "how": ""}},
        {"id": "shell", "type": "shell", "params": {"command": f"echo {told} | tee /dev/stderr"}},
        {"id": "shell_fails", "type": "shell", "params": {"command": f"echo {told} >&2; exit 3"}},
        {"id": "argv", "type": "shell", "params": {"command": ARGV}},
        {"id": "stays", "type": "value", "params": {"x": told, "y": ["${token}"]}},
        {"id": "file", "type": "write-file", "params": {"path": "out.txt", "content": told}},
        {"id": "back", "type": "read-file", "after": ["file"], "params": {"path": "out.txt"}},
        {"id": "missing", "type": "read-file", "params": {"path": "no/${token}"}},
        {"id": "away", "type": "read-file", "params": {"path": "../${token}"}},
        {"id": "moved", "type": "move-file", "params": {"path": "${token}", "to": "x/${token}"}},
        *(
            {
                "id": f"http_{what}",
                "type": "http",
                "params": {
                    "url": f"{echo}/{what}", "method": "POST", "body": {"echo": told},
                    "headers": {"X-Told": "${token | tojson}"},
                },
            }
            for what in ("gives", "fails")
        ),
        {"id": "astray", "type": "http", "params": {"url": "http://127.0.0.1:9/${token | tojson}"}},
        {"id": "no_field", "type": "value", "params": {"x": "${shown.txt}"}},
    ]  # fmt: skip
    inputs = {"token": {"type": "string", "secret": True}}
    return json.dumps({"inputs": inputs, "nodes": nodes, "outputs": {"o": {"source": told}}})


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file of the project store."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def shown(done: Run, store: Path) -> Iterator[tuple[str, bytes]]:
    """Give every text that the faces make of a run."""
    state = replay(history.read(store, done.id))
    commands = text.Commands("%workflow apply", "%workflow resolve")
    yield "report", html_report(state, 0.0, commands, True).encode()
    yield "text report", text.draw(state, 0.0, commands).encode()
    yield "bundle", repr(report.bundle(state, 0.0, commands, True)).encode()
    yield "repr", repr((done.outputs, done.failures, done.nodes, done.fixes)).encode()
    yield "the repaired text", done.repaired_text.encode()
    yield "metrics", repr(done.metrics).encode()


def traces(places: Iterator[tuple[str, bytes]]) -> list[str]:
    """Name every place in which a form of the secret stands."""
    return [
        f"{place}: {trace}"
        for place, raw in places
        for trace in TRACES
        if any(form in raw for form in (trace.encode(), json.dumps(trace)[1:-1].encode()))
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_place_holds_a_secret(form: str, echo: str, tmp_path: Path) -> None:
    """Store, ledger, history, events, outputs, failures, reports and texts hold its name only."""
    store, told = tmp_path / ".wfrepair", list[bytes]()
    for _ in range(2):
        done = run(
            workflow(form, echo), {"token": SECRET}, name="leaks", store=store, folder=tmp_path,
            repair="suggest", sinks=[lambda event: told.append(repr(event).encode())],
        )  # fmt: skip
        assert "shown" in done.nodes and done.nodes["shown"].state in ("done", "reused"), done
        assert traces(written(store)) == []
        assert traces(shown(done, store)) == []
        assert traces(("an event", raw) for raw in told) == []
        assert traces(iter([("argv", (tmp_path / "argv.txt").read_bytes())])) == []


@pytest.mark.parametrize("how", [(), ("--json",)], ids=["text", "json"])
def test_the_terminal_shows_no_secret(how: tuple[str, ...], tmp_path: Path) -> None:
    """What the command line prints, in either form, holds the secret's name only."""
    inputs = {"token": {"type": "string", "secret": True, "env": "CANARY"}}
    nodes = [
        {"id": "gives", "type": "shell", "params": {"command": "printf %s ${token}"}},
        {
            "id": "fails", "type": "shell",
            "params": {"command": "echo ${gives.stdout} >&2; printf u:%s ${token} | base64; false"},
        },
    ]  # fmt: skip
    file = tmp_path / "w.json"
    outputs = {"o": {"source": "${gives.stdout}"}}
    file.write_text(json.dumps({"inputs": inputs, "nodes": nodes, "outputs": outputs}))
    command = [sys.executable, "-m", "wfrepair_magic", "run", str(file), *how]
    done = subprocess.run(
        command, env={**os.environ, "CANARY": SECRET}, capture_output=True, check=False
    )
    assert (done.returncode, b"secret:token" in done.stdout) == (1, True)
    assert traces(iter([("stdout", done.stdout), ("stderr", done.stderr)])) == []
