"""The ways out of a doubt, in their order: send again with the same key, look, ask a person."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fakes import EffectLog
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wfrepair_magic import Context, Run, events, node, run
from wfrepair_magic.engine import places
from wfrepair_magic.engine.doubts import doubt_text
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
from wfrepair_magic.engine.receipts import RECEIPTS
from wfrepair_magic.engine.rows import update
from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.nodes import registry
from wfrepair_magic.nodes.base import ConnectFailed, ConnectionLost, ExitCode
from wfrepair_magic.session import preview

MEMORY = "/dev/shm"
"""Where files need not reach a disk."""

SEND = "nodes: [{id: s, type: send%s}]"


class Service:
    """The other side: it notes each key that it sees, then does what the mood says."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.moods: list[str] = []

    def send(self, ctx: Context) -> str:
        """Take a message; without a mood all is well."""
        mood = self.moods.pop(0) if self.moods else "works"
        if mood != "is down":
            self.keys.append(ctx.idempotency_key)
        match mood:
            case "is lost":
                raise ConnectionLost("reset", "cut off")
            case "is down":
                raise ConnectFailed("refused", "nobody there")
            case "refuses":
                raise ExitCode(9, "no", {})
        return "sent"


@pytest.fixture
def service() -> Service:
    """Give a service whose messages are sent by the node type `send`."""
    found = Service()
    define(found)
    return found


def define(service: Service, **options: Any) -> None:
    """Define the node type `send` anew."""

    def send(ctx: Context) -> str:
        return service.send(ctx)

    node(name="send", **options)(send)


def state(done: Run, id: str = "s") -> tuple[str, str]:
    """Give the state of a run and of one node."""
    return done.state, done.nodes[id].state


# --- idempotent -----------------------------------------------------------------------------


def test_an_idempotent_effect_in_doubt_is_sent_again_with_its_key(
    store: Path, service: Service
) -> None:
    """The next run sends it by itself, with the same idempotency key, and says so."""
    text, told = SEND % ", idempotent: true", []
    service.moods = ["is lost"]
    first = run(text, name="w", store=store)
    assert state(first) == ("WAITING", "in_doubt")
    assert "run again: it is then sent again" in first.nodes["s"].question
    assert preview(text, name="w", store=store).verdicts == {"s": "would resend"}
    done = run(text, name="w", store=store, sinks=[told.append])
    assert state(done) == ("SUCCESS", "done")
    assert len(service.keys) == 2
    assert len(set(service.keys)) == 1
    assert [e.text for e in told if isinstance(e, events.Notice)][-1] == (
        "s: sent again with the same idempotency key (the outcome of its last attempt was lost);"
        " it is idempotent"
    )
    assert state(run(text, name="w", store=store)) == ("SUCCESS", "reused")


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_retry_repeats_a_lost_outcome_only_if_that_is_harmless(
    store: Path, service: Service, idempotent: bool
) -> None:
    """Within a run `retry` counts for doubt, too, where the node is idempotent."""
    define(service, idempotent=idempotent, retry=3)
    service.moods = ["is lost", "is down", "works"]
    text = SEND % ", retry: {attempts: 3, wait: 1ms}"
    done = run(text, name="w", store=store)
    assert state(done)[0] == ("SUCCESS" if idempotent else "WAITING")
    assert (len(service.keys), len(set(service.keys))) == (2 if idempotent else 1, 1)


def test_after_its_window_a_person_is_asked_and_told_why(store: Path, service: Service) -> None:
    """The window counts from the first attempt with the key; a node's own key wins over @node's."""
    define(service, idempotent=True)
    service.moods = ["is lost"]
    text = SEND % ", idempotent: 1ms"
    assert state(run(text, name="w", store=store)) == ("WAITING", "in_doubt")
    asks = run(text, name="w", store=store)
    assert state(asks) == ("WAITING", "in_doubt")
    assert "It is idempotent for 1ms only, and its first attempt was" in asks.nodes["s"].question
    assert len(service.keys) == 1
    refused = SEND % ", idempotent: false"
    assert state(run(refused, name="w", store=store)) == ("WAITING", "in_doubt")
    asks.resolve("s", "not-sent")
    assert run(text, name="w", store=store).state == "SUCCESS"
    assert len(set(service.keys)) == 1


@pytest.mark.parametrize("mood", ["is down", "refuses", "is lost"])
def test_a_resend_that_fails_leaves_the_doubt(store: Path, service: Service, mood: str) -> None:
    """That the second attempt failed says nothing of the first, so nothing of it is hidden."""
    service.moods = ["is lost", mood]
    text = SEND % ", idempotent: true"
    for _ in range(2):
        assert state(run(text, name="w", store=store)) == ("WAITING", "in_doubt")
    assert state(run(SEND % "", name="w", store=store)) == ("WAITING", "in_doubt")
    ledger = Ledger.open(store)
    assert [one.state for one in ledger.receipts()] == ["RESENT", "IN_DOUBT"]
    ledger.close()


def test_what_was_edited_since_is_not_sent_again_by_itself(store: Path) -> None:
    """An effect in doubt from before an edit cannot be repeated: a person is asked."""
    hits: list[str] = []

    @node(idempotent=True)
    def send(text: str) -> None:
        hits.append(text)
        raise ConnectionLost("reset", "cut off")

    text = "nodes: [{id: s, type: send, params: {text: %s}}]"
    run(text % "one", name="w", store=store)
    asks = run(text % "two", name="w", store=store)
    assert (state(asks), hits) == (("WAITING", "in_doubt"), ["one"])
    assert "before its last edit" in asks.nodes["s"].question


@settings(max_examples=40)
@given(
    steps=st.lists(
        st.tuples(
            st.lists(st.sampled_from(["is lost", "is down", "refuses", "works"]), max_size=3),
            st.sampled_from(["run", "rerun", "sent", "not-sent"]),
        ),
        min_size=1, max_size=6,
    )
)  # fmt: skip
@example(steps=[([], "run"), (["is down", "is down"], "rerun"), ([], "run")])
def test_one_key_for_all_attempts_at_an_effect_and_a_new_one_for_the_next(
    steps: list[tuple[list[str], str]],
) -> None:
    """Whatever befalls it, the service sees one idempotency key until the effect was done."""
    place = MEMORY if Path(MEMORY).is_dir() else None
    folder, service = Path(tempfile.mkdtemp(dir=place)), Service()
    define(service, idempotent=True)
    effects: list[set[str]] = [set()]
    text = SEND % ", retry: {attempts: 2, wait: 0}"
    for moods, way in steps:
        service.keys, service.moods = [], list(moods)
        rerun = ["s"] if way == "rerun" else []
        done = run(text, name="w", store=folder / "s", rerun=rerun)
        before = effects[-1]
        if rerun and "done" in before:  # another effect from here on, whether it gets through now
            effects.append(set())
        effects[-1] |= set(service.keys)
        if done.state == "SUCCESS":
            effects[-1] |= {"done"}
        elif way in ("sent", "not-sent") and done.nodes["s"].state == "in_doubt":
            done.resolve("s", "sent" if way == "sent" else "not-sent")
            effects[-1] |= {"done"} if way == "sent" else set()
    keys = [effect - {"done"} for effect in effects]
    assert all(len(each) <= 1 for each in keys), keys
    assert len(set().union(*keys)) == sum(map(len, keys))
    registry.forget("send")
    shutil.rmtree(folder)


def test_a_wrong_declaration_is_refused() -> None:
    """`idempotent` of @node is True, False or a number of seconds."""
    with pytest.raises(BadWorkflow, match="idempotent is in seconds, above 0"):
        define(Service(), idempotent=-1)


# --- verify ---------------------------------------------------------------------------------


class Answers(BaseHTTPRequestHandler):
    """Answer ``/404`` with 404, and so on."""

    def do_GET(self) -> None:
        """Answer with the status that the path names; all are sent on to a page that is there."""
        self.send_response(int(self.path.strip("/").partition("?")[0]))
        self.send_header("Location", "/200")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"a":')

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Give the address of a server that answers what it is asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


LOOKS = {
    "exists: there": "yes", "exists: not-there": "no", "exists: there/below": "no",
    "exists: ../outside": "unknown", "exists: /etc/passwd": "unknown",
    "http: URL/200": "yes", "http: URL/204": "yes", "http: URL/404": "no", "http: URL/410": "no",
    "http: URL/302": "unknown", "http: URL/500": "unknown", "http: URL/401": "unknown",
    "http: http://127.0.0.1:9/": "unknown", "http: nonsense": "unknown",
    "command: 'true'": "yes", "command: exit 1": "no", "command: exit 2": "unknown",
    "command: kill -9 $$": "unknown", "command: no-such-program-at-all": "unknown",
    "command: test -e there": "yes", "command: grep -q x not-there": "unknown",
}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "needed"),
    [*((check, False) for check in LOOKS), ("command: 'true'", True), ("command: exit 1", True)],
)
def test_a_look_tells_what_became_of_an_effect(
    store: Path, service: Service, url: str, check: str, needed: bool
) -> None:
    """It happened: done, its value is waited for; it did not: it runs; else a person is asked."""
    (store.parent / "there").touch()
    service.moods = ["is lost"]
    user = ", {id: u, type: value, params: {x: '${s.result}'}}" if needed else ""
    plain = f"nodes: [{{id: s, type: send}}{user}]"
    run(plain, name="w", store=store, folder=store.parent)
    text = plain.replace("type: send", f"type: send, verify: {{{check.replace('URL', url)}}}")
    assert preview(text, name="w", store=store).verdicts["s"] == "would verify"
    done = run(text, name="w", store=store, folder=store.parent)
    verdict = LOOKS[check]
    if verdict == "yes":
        assert state(done) == (("WAITING", "waiting") if needed else ("SUCCESS", "reused"))
    elif verdict == "no":
        assert state(done) == ("SUCCESS", "done")
    else:
        assert state(done) == ("WAITING", "in_doubt")
        assert "Its `verify` cannot tell: " in done.nodes["s"].question
    assert len(service.keys) == (2 if verdict == "no" else 1)
    assert len(set(service.keys)) == 1
    if verdict == "yes" and needed:
        done.resolve("s", "sent", {"result": "sent"})
        assert run(text, name="w", store=store, folder=store.parent).state == "SUCCESS"


def test_a_look_has_its_word_in_the_ledger(store: Path, service: Service) -> None:
    """Who resolved an effect, and by what, is on record."""
    service.moods = ["is lost"]
    text = SEND % ", verify: {command: 'true'}"
    run(text, name="w", store=store)
    ledger = Ledger.open(store)
    (receipt,) = ledger.receipts()
    assert (receipt.state, receipt.resolution and receipt.resolution["by"]) == (
        "RESOLVED_SENT", "verify: the command ended with exit code 0",
    )  # fmt: skip
    ledger.close()


@pytest.mark.parametrize(
    ("there", "ends"), [(True, ("SUCCESS", "done")), (False, ("FAILED", "failed"))]
)
def test_a_look_follows_a_doubt_within_the_run(
    store: Path, there: bool, ends: tuple[str, str]
) -> None:
    """What timed out and surely happened is done; what surely did not is a failure like others."""
    log = EffectLog(store.parent / "log")
    command = f"{f'echo x >> {log.path}; ' if there else ''}sleep 30"
    text = f"""\
nodes:
  - {{id: s, type: shell, timeout: 0.2, params: {{command: "{command}"}}, verify: {{exists: log}}}}
  - {{id: last, type: value, after: [s]}}
"""
    done = run(text, name="w", store=store, folder=store.parent)
    assert state(done) == ends
    assert done.nodes["last"].state == ("done" if there else "skipped")
    if not there:
        assert (done.failures[0].code, done.failures[0].effect) == ("ENV07", "no")


def test_a_value_that_a_look_cannot_give_is_waited_for(store: Path) -> None:
    """Done, but what it said is lost: its user waits for a person."""
    text = """\
nodes:
  - {id: s, type: shell, timeout: 0.2, params: {command: "sleep 30"}, verify: {command: "true"}}
  - {id: u, type: value, params: {x: "${s.stdout}"}}
"""
    done = run(text, name="w", store=store)
    assert state(done) == ("WAITING", "waiting")
    assert "resolve s as sent, with its value" in done.nodes["s"].question
    assert state(run(text, name="w", store=store)) == ("WAITING", "waiting")
    done.resolve("s", "sent", {"stdout": "7"})
    assert run(text, name="w", store=store).nodes["u"].outputs == {"x": "7"}


def test_the_ways_are_taken_in_their_order(store: Path, service: Service) -> None:
    """Idempotent before verify, verify before a person, who is told what it said."""
    looks, asked = EffectLog(store.parent / "looks"), []

    def ask(node: str, question: str) -> str:
        asked.append(question)
        return "sent"

    verify = f"verify: {{command: 'echo look >> {looks.path}; exit 3'}}"
    service.moods = ["is lost"] * 2
    run(SEND % "", name="w", store=store)
    run(SEND % f", idempotent: 1h, {verify}", name="w", store=store, ask=ask)
    assert (len(service.keys), looks.counts(), asked) == (2, {"look": 1}, [])
    done = run(SEND % f", idempotent: 1ms, {verify}", name="w", store=store, ask=ask)
    assert (state(done), len(service.keys), looks.counts()) == (
        ("SUCCESS", "reused"), 2, {"look": 2},
    )  # fmt: skip
    assert "It is idempotent for 1ms only" in asked[0]
    assert "cannot tell: the command ended with exit code 3" in asked[0]


def test_a_look_uses_templates_and_tells_no_secret(store: Path, service: Service) -> None:
    """Values stand in a check as in params; what a look says is redacted."""
    service.moods = ["is lost"]
    text = """\
inputs: {token: {type: string, secret: true}}
nodes:
  - {id: v, type: value, params: {name: "a b"}}
  - id: s
    type: send
    verify: {command: "test ${v.name} = 'a b' && echo ${token} >&2 && exit 5"}
"""
    for _ in range(2):
        done = run(text, {"token": "hidden-word"}, name="w", store=store)
    assert "cannot tell: the command ended with exit code 5" in done.nodes["s"].question
    assert "hidden-word" not in done.nodes["s"].question


def test_a_broken_check_is_told_before_the_effect(store: Path, service: Service) -> None:
    """A template of `verify` that does not resolve fails the node while nothing is sent."""
    text = """\
nodes:
  - {id: v, type: value, params: {file_name: x}}
  - {id: s, type: send, verify: {exists: "${v.fileName}"}}
"""
    done = run(text, name="w", store=store, repair="suggest")
    assert (done.state, done.failures[0].code, service.keys) == ("FAILED", "TPL02", [])
    assert "fileName" not in done.apply().repaired_text


def test_an_interrupt_ends_a_look(store: Path, service: Service) -> None:
    """Who interrupts a run does not wait for a look; the doubt stays."""
    service.moods = ["is lost"]
    run(SEND % "", name="w", store=store)
    begun = store.parent / "begun"

    def interrupt() -> None:
        while not begun.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    text = SEND % f", verify: {{command: 'touch {begun}; sleep 60'}}"
    assert state(run(text, name="w", store=store)) == ("CANCELLED", "in_doubt")
    assert state(run(SEND % "", name="w", store=store)) == ("WAITING", "in_doubt")


def test_other_nodes_run_while_a_look_is_taken(store: Path, service: Service) -> None:
    """The loop does not stand still for a slow look."""
    service.moods = ["is lost"]
    run(SEND % "", name="w", store=store)
    flag = store.parent / "flag"
    text = f"""\
nodes:
  - {{id: s, type: send, verify: {{command: 'until test -e {flag}; do sleep 0.01; done'}}}}
  - {{id: t, type: shell, params: {{command: 'touch {flag}'}}}}
"""
    assert run(text, name="w", store=store).state == "SUCCESS"


# --- a person -------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "sends"), [("sent", 1), ("not-sent", 2)])
def test_a_person_is_heard_about_what_a_dead_process_left(
    store: Path, service: Service, word: str, sends: int
) -> None:
    """Their word counts at once for a claim whose owner is gone, too."""
    service.moods = ["is lost"]
    run(SEND % "", name="w", store=store)
    ledger = Ledger.open(store)
    (receipt,) = ledger.receipts()
    row = {"state": "STARTED", "owner": receipt.owner and _gone(receipt.owner.to_json())}
    _rewrite(ledger, receipt.id, row)
    ledger.close()
    done = run(SEND % "", name="w", store=store, ask=lambda node, question: word)
    assert (done.state, len(service.keys)) == ("SUCCESS", sends)


def test_of_two_doubts_of_one_node_each_is_answered_for(store: Path) -> None:
    """A word is about the newest effect; that another one is in doubt is said with it."""
    hits: list[str] = []

    @node
    def send(text: str) -> None:
        hits.append(text)
        raise ConnectionLost("reset", "cut off")

    text = "nodes: [{id: s, type: send, params: {text: %s}}]"
    first = run(text % "one", name="w", store=store)
    with contextlib.closing(Ledger.open(store)) as ledger:
        (old,) = ledger.receipts()
        place = dataclasses.replace(old.place, key="f" * 64)
        ledger.claim(place, "run", dataclasses.replace(me(), start="1", token="gone"), None)
    assert "1 more of s is in doubt" in first.resolve("s", "not-sent")
    asks = run(text % "one", name="w", store=store)
    assert (state(asks), hits) == (("WAITING", "in_doubt"), ["one"])
    assert "more of s" not in first.resolve("s", "not-sent")
    assert run(text % "one", name="w", store=store).nodes["s"].attempts == 1
    assert hits == ["one", "one"]


def _gone(owner: str) -> str:
    return owner.replace('"start": "', '"start": "9')


def _rewrite(ledger: Ledger, id: int, changes: dict[str, Any]) -> None:
    with ledger.file.transaction():
        row = places.row_of(ledger.file.sqlite, id)
        update(ledger.file.sqlite, RECEIPTS, {**row, **changes})


def test_a_question_is_one_sentence_however_its_cause_ends() -> None:
    """What a library said with a full stop is followed by none."""
    assert doubt_text("s", "it hung up.").startswith("s: it hung up, and its effect may")
