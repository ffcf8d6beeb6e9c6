"""What another side says gains it nothing: no fix that follows from it is applied unasked."""

from __future__ import annotations

import http.server
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from durability import powers
from durability.hostile import TOLD, said, told

from wfrepair_magic import Run, node, run
from wfrepair_magic.events import Event, FixApplied
from wfrepair_magic.nodes.base import Permanent
from wfrepair_magic.repair.policy import Policy

SECRET = "s3cret-of-the-author"
STATUSES = (400, 401, 403, 404, 409, 410, 422, 500)
PRIVATE = "what lies beside the project"
SENT: list[tuple[str, str]] = []
"""What left for the world: to whom, and what.  It plays the other side of the effects."""

DATA: dict[str, Any] = {}
"""What the functions of a run have to say."""


@node(effect="write")
def posts(to: str, text: str) -> dict[str, Any]:
    """Send something to somebody."""
    SENT.append((to, text))
    return {"sent": True}


@node(effect="pure")
def keeps(text: Any) -> dict[str, Any]:
    """Hand something on."""
    return {"text": text}


@node(effect="pure")
def refuses(number: int) -> dict[str, Any]:
    """Fail on purpose, with data."""
    raise Permanent(DATA["text"], {"response": DATA["said"]})


@node(effect="pure")
def breaks(number: int) -> dict[str, Any]:
    """Fail as code fails, in the words of another."""
    kinds = (ValueError, KeyError, NameError, ModuleNotFoundError, FileNotFoundError, TypeError)
    raise kinds[number % len(kinds)](DATA["text"])


class Service(http.server.BaseHTTPRequestHandler):
    """A service that says what it was given to say, as an answer or as an error."""

    def do_GET(self) -> None:
        """Answer with data; where the path says `fails`, as an error."""
        self.server.asked.append(self.path)  # type: ignore[attr-defined]  # of the one below
        body = json.dumps(DATA.get("said", {})).encode()
        number = int(self.path.partition("?")[0].rpartition("/")[2] or 0)
        fails = self.path.startswith("/fails")
        self.send_response(STATUSES[number % len(STATUSES)] if fails else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Hint", quote(DATA.get("text", ""), safe=" ;|&$`(){}<>:/'"))
        self.send_header("Allow", "DELETE")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_PUT = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


class Listening(http.server.ThreadingHTTPServer):
    """The service, which remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Service)
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


@dataclass
class World:
    """A folder, a service that answers, one that nobody may reach, and a file nobody may make."""

    folder: Path
    good: Listening
    evil: Listening
    events: list[Event] = field(default_factory=list)

    @property
    def canary(self) -> Path:
        """The file that nobody may make."""
        return self.folder / "canary"

    def speak(self, number: int) -> None:
        """Let all channels say one of the hostile texts."""
        text = told(self.evil.address, str(self.canary))[number]
        DATA.update(text=text, said=said(text, number, self.evil.address))
        (self.folder / "work" / "said.json").write_text(json.dumps(DATA["said"]))
        (self.folder / "work" / "said.txt").write_text(text)
        SENT.clear()
        self.events.clear()


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    """Give a world with two services on this machine, and a secret file beside the project."""
    (folder / "work").mkdir()
    (folder / "secret.txt").write_text(PRIVATE)
    good, evil = Listening(), Listening()
    yield World(folder, good, evil)
    for service in (good, evil):
        service.shutdown()
        service.server_close()


def one(id: str, type: str, **params: Any) -> dict[str, Any]:
    """Write a node."""
    return {"id": id, "type": type, "params": params}


def answers(address: str, number: int) -> list[dict[str, Any]]:
    """Hear it in an answer over HTTP, which goes well."""
    told = one("told", "http", url=f"{address}/says/{number}", headers={"X-Key": "${token}"})
    return [told, {**one("heard", "value", all="${told.response}"), "after": ["told"]}]


def errors(address: str, number: int) -> list[dict[str, Any]]:
    """Hear it in an answer over HTTP that is an error, its body and its headers."""
    told = one("told", "http", url=f"{address}/fails/{number}", headers={"X-Key": "${token}"})
    again = {**told, "id": "again"}
    near = one("near", "keeps", text="${told.Response.clean} ${told.Headers.x-hint}")
    return [told, again, one("heard", "value", all="${told.response}"), near]


def programs(address: str, number: int) -> list[dict[str, Any]]:
    """Hear it from a program that fails: on its stderr and its stdout."""
    codes = (1, 2, 126, 127, 64)
    command = f"cat said.txt >&2; cat said.json; exit {codes[number % len(codes)]}"
    told = {**one("told", "shell", command=command), "effect": "read"}
    near = one("near", "keeps", text="${told.StdErr} ${told.exitCode}")
    return [told, {**told, "id": "again"}, one("heard", "value", all="${told.stdout}"), near]


def exceptions(address: str, number: int) -> list[dict[str, Any]]:
    """Hear it from an exception of a function: its message, its traceback, its facts."""
    told, again = one("told", "refuses", number=number), one("again", "breaks", number=number)
    near = one("near", "keeps", text="${told.Error.Message} ${told.Response.clean}")
    return [told, again, one("heard", "value", all="${told.response}"), near]


def files(address: str, number: int) -> list[dict[str, Any]]:
    """Hear it from a file that is read."""
    return [
        one("told", "read-file", path="said.json"),
        one("heard", "value", all="${told.content}"),
        one("again", "read-file", path="said.txt"),
        one("near", "keeps", text="${again.Content} ${told.Content.clean}"),
    ]


Channel = Callable[[str, int], list[dict[str, Any]]]
CHANNELS: tuple[Channel, ...] = (answers, errors, programs, exceptions, files)


def workflow(channel: Channel, world: World, number: int) -> str:
    """Write a workflow that nearly names what it hears, once where it would give power.

    Each text comes to another place on every channel.
    """
    heard = channel(world.good.address, number)
    heard = [one for one in heard if one["id"] != "near" or number % 3 == 0]
    handled = channel in (errors, programs, exceptions)
    clean, dirty = "${heard.all.clean", "${heard.all.dirty"
    traps = (
        one("look", "http", url=f"{clean}.nextUrl}}"),
        one("load", "read-file", path=f"{clean}.filePath}}"),
        one("tell", "posts", to=f"{clean}.sendTo}}", text="hello"),
        one("page", "http", url=f"http://{clean}.nextUrl}}/{number}"),
        {**one("tool", "shell", command=f"{clean}.toolName}} now"), "effect": "read"},
        one("ask", "http", url=f"{world.good.address}/says/{number}?q={clean}.Data}}"),
        one("odd", "keeps", text=f"{dirty}.userName}} {dirty}.apiKey}}"),
    )
    place = (number + 3 * CHANNELS.index(channel)) % len(traps)
    nodes = [
        *heard,
        one("note", "keeps", text=f"{clean}.userName}}"),  # a name that is mended unasked
        one("post", "posts", to="team", text="about ${note.text}"),
        traps[place],
    ]
    ids = [one["id"] for one in heard if one["id"] in ("heard", "near")]
    edges = [{"from": "told", "to": id, "action": "error"} for id in ids]
    return json.dumps(
        {
            "inputs": {"token": {"type": "string", "secret": True}},
            "defaults": {"on_failure": "continue", "retry": {"attempts": 1}},
            "nodes": nodes,
            **({"edges": edges} if handled else {}),
        },
        indent=1,
    )


def check(done: Run, world: World) -> Counter[str]:
    """See that nothing was gained unasked; count what was applied, and what was only offered."""
    applied = [event for event in world.events if isinstance(event, FixApplied)]
    assert len(applied) == len(done.applied)
    for fix in done.applied:
        completed = [id for id, verdict in fix.preview.items() if verdict == "reused"]
        assert not powers.gained(fix.before, fix.after), fix.diff
        assert not powers.lost(fix.before, fix.after), fix.diff
        assert not powers.changed(completed, fix.before, fix.after), fix.diff
    counts = Counter(applied=len(applied))
    for fix in done.fixes:
        if powers.gained(fix.before, fix.after) or powers.lost(fix.before, fix.after):
            assert fix.level == "ASK", fix.diff
            assert not Policy.auto().allows(fix), fix.diff
            counts["held back"] += 1
    assert {to for to, _ in SENT} <= {"team"}
    assert max(Counter(SENT).values(), default=0) <= 1
    assert not world.evil.asked
    assert not world.canary.exists()
    assert PRIVATE not in repr(done.nodes)
    return counts


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_said_gains_nothing_unasked(channel: Channel, world: World) -> None:
    """Sixty hostile texts, with the widest policy: no host, program, recipient, folder or secret.

    Names that are mended unasked go on to be mended, and the effect of the author happens once.
    """
    counts: Counter[str] = Counter()
    for number in range(len(TOLD)):
        world.speak(number)
        done = run(
            workflow(channel, world, number), {"token": SECRET}, name=f"hears-{number}",
            store=world.folder / ".wfrepair", folder=world.folder / "work", repair="auto",
            sinks=(world.events.append,),
        )  # fmt: skip
        counts += check(done, world)
        counts["sent"] += len(SENT)
    assert counts["applied"] >= len(TOLD) // 2, counts  # the rules did look at what was said
    assert counts["held back"] >= len(TOLD) // 4, counts
    assert counts["sent"] >= len(TOLD) // 2, counts
