"""Kernels come and go: what happened stays known, and nothing is sent twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kernels import Notebook

BODY = """\
inputs: {word: {type: string}}
nodes:
  - {id: first, type: shell, params: {command: "echo first >> log; echo ${word}"}}
  - id: send
    type: shell
    params: {command: "echo send >> log; test -e gate || sleep 60; echo ${first.stdout}"}
  - {id: last, type: shell, params: {command: "echo last >> log; echo ${send.stdout}"}}
outputs: {said: {source: "${last.stdout}"}}
"""


@contextmanager
def opened(folder: Path) -> Iterator[Notebook]:
    """Give a kernel of its own with the extension loaded, and end it."""
    notebook = Notebook(folder)
    try:
        assert notebook.run("%load_ext wfrepair_magic").status == "ok"
        yield notebook
    finally:
        notebook.kill()


def log(folder: Path) -> list[str]:
    """Give the effects that happened."""
    return (folder / "log").read_text().split()


def killed_while_sending(folder: Path) -> None:
    """Run the workflow and kill the kernel while `send` is under way."""
    with opened(folder) as first:
        sent = first.send(f"%%workflow chat --input word=hi --out r\n{BODY}", live=True)
        first.wait_for_output(sent, "◐  send")
        while log(folder) != ["first", "send"]:  # it is shown before its command has begun
            time.sleep(0.01)


def test_a_killed_kernel_leaves_a_question_and_no_second_send(tmp_path: Path) -> None:
    """In a new kernel `resume` asks what became of the effect; answered, it goes on from there."""
    killed_while_sending(tmp_path)
    (tmp_path / "gate").touch()
    with opened(tmp_path) as second:
        waiting = second.run("%workflow resume", live=True)
        assert waiting.status == "ok"
        assert "? WAITING" in waiting.last["text/plain"]
        assert "%workflow resolve send sent|not-sent" in waiting.last["text/html"]
        assert log(tmp_path) == ["first", "send"]

        second.run("lost = {'stdout': 'hi', 'stderr': '', 'exit_code': 0}")
        answered = second.run("%workflow resolve send sent --value lost")
        assert answered.status == "ok"
        assert "send" in answered.text
        done = second.run("%workflow resume", live=True)
        assert "✓ SUCCESS" in done.last["text/plain"]
        assert log(tmp_path) == ["first", "send", "last"]
        assert second.value("_wf.outputs['said']") == "'hi'"


def test_what_was_not_sent_is_sent_then(tmp_path: Path) -> None:
    """Answered with not-sent, the node runs again, once; the cell of before says the same."""
    killed_while_sending(tmp_path)
    (tmp_path / "gate").touch()
    with opened(tmp_path) as second:
        second.run(f"%%workflow chat --input word=hi\n{BODY}", live=True)
        assert second.value("_wf.state") == "'WAITING'"
        assert second.run("%workflow resolve send not-sent").status == "ok"
        second.run(f"%%workflow chat --input word=hi\n{BODY}", live=True)
        assert second.value("_wf.state") == "'SUCCESS'"
        assert log(tmp_path) == ["first", "send", "send", "last"]


def test_a_fresh_start_over_a_doubt_asks_first(tmp_path: Path) -> None:
    """`--fresh` while an effect is in doubt shows the doubt instead of sending again."""
    killed_while_sending(tmp_path)
    (tmp_path / "gate").touch()
    with opened(tmp_path) as second:
        ended = second.run(f"%%workflow chat --input word=hi --fresh\n{BODY}", live=True)
        assert "chat · ? WAITING" in ended.last["text/plain"]
        assert "%workflow resolve send" in ended.last["text/plain"]
        assert log(tmp_path) == ["first", "send"]


def test_resume_asks_for_inputs_that_could_not_be_kept(tmp_path: Path) -> None:
    """A secret is not written down: a new kernel names it instead of running with another value."""
    body = "inputs: {key: {secret: true}}\nnodes: [{id: a, type: value, params: {x: '${key}'}}]\n"
    with opened(tmp_path) as first:
        assert first.run(f"%%workflow s --input key=s3cret\n{body}").status == "ok"
    with opened(tmp_path) as second:
        refused = second.run("%workflow resume s")
        assert "--input key=$variable" in refused.errors
        second.run("k = 's3cret'")
        ended = second.run("%workflow resume s --input key=$k")
        assert ended.status == "ok"
        assert "✓ SUCCESS" in ended.last["text/plain"]
        assert "s3cret" not in str(ended)
