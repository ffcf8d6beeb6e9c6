"""Completion as front ends ask for it: complete_request and inspect_request to a real kernel."""

from __future__ import annotations

from typing import Any

from kernels import PATIENCE, Notebook

from wfrepair_magic.notebook.asking import USAGES

RUN = """\
%%workflow chat --quiet
nodes:
  - id: fetch
    type: value
    params: {rows: [{user-name: ann, inner: {deep: 1}}], total: 2}
"""


def ask(notebook: Notebook, text: str) -> dict[str, Any]:
    """Ask for completions where the bar stands."""
    sent = notebook.client.complete(text.replace("|>", "", 1), text.index("|>"))
    return content(notebook, sent)


def content(notebook: Notebook, sent: str) -> dict[str, Any]:
    """Give the content of the reply to a message."""
    while True:
        reply = notebook.client.get_shell_msg(timeout=PATIENCE)
        if reply["parent_header"].get("msg_id") == sent:
            found: dict[str, Any] = reply["content"]
            return found


def matches(notebook: Notebook, text: str) -> list[str]:
    """Give the matches alone."""
    found: list[str] = ask(notebook, text)["matches"]
    return found


def test_real_outputs_of_the_last_run_are_offered(notebook: Notebook) -> None:
    """After a run its nodes' fields are there, nested, with indexes and hyphens, and only they."""
    body = RUN + '  - {id: next, type: value, params: {x: "${'
    assert matches(notebook, f'{body}fetch.|>"}}}}') == ["rows", "total"]
    notebook.run(RUN)
    shorter = body.replace("params: {rows: [{user-name: ann, inner: {deep: 1}}], total: 2}", "")
    assert matches(notebook, f'{shorter}fetch.|>"}}}}') == ["rows", "total"]
    assert matches(notebook, f"{shorter}fetch.rows[|>") == ["0]"]
    assert matches(notebook, f"{shorter}fetch.rows[0].|>") == ["user-name", "inner"]
    reply = ask(notebook, f"{shorter}fetch.rows[0].inner.de|>")
    assert reply["matches"] == ["deep"]
    assert reply["cursor_end"] - reply["cursor_start"] == len("de")


def test_another_workflow_has_other_outputs(notebook: Notebook) -> None:
    """Outputs belong to the workflow of that name, and to a node of that type."""
    notebook.run(RUN)
    for cell in (
        RUN.replace("chat", "other").replace("type: value", "type: shell"),
        RUN.replace("type: value", "type: shell"),
    ):
        offered = matches(notebook, cell + '  - {id: b, type: value, params: {x: "${fetch.|>')
        assert offered == ["stdout", "stderr", "exit_code"]


def test_options_keys_and_types_in_a_fresh_kernel(notebook: Notebook) -> None:
    """Before anything ran the language and the node types are there, the notebook's own too."""
    notebook.run(
        "from wfrepair_magic import node\n@node\ndef announce(text: str, loud: bool = False):\n"
        "    return {}\n"
    )
    assert matches(notebook, "%%workflow x --rep|>\nnodes: []") == ["--repair"]
    assert matches(notebook, "%%workflow x\nnodes:\n  - id: a\n    ty|>") == ["type"]
    assert matches(notebook, "%%workflow x\nnodes:\n  - id: a\n    type: ann|>") == ["announce"]
    cell = "%%workflow x\nnodes:\n  - id: a\n    type: announce\n    params: {"
    assert matches(notebook, f"{cell}|>}}") == ["text", "loud"]
    assert matches(notebook, f"{cell}loud: |>}}") == ["true", "false"]
    assert matches(notebook, "%workflow doc|>") == ["doctor"]


def test_python_stays_python(notebook: Notebook) -> None:
    """Other cells complete as ever, and no Python name comes into a workflow's text."""
    assert "print" in matches(notebook, "prin|>")
    assert matches(notebook, "%%workflow x\ndescription: prin|>") == ["prin"]


def test_unloading_takes_completion_away(notebook: Notebook) -> None:
    """After `%unload_ext` nothing of ours is offered, and loading twice offers nothing twice."""
    count = "len(get_ipython().Completer.custom_matchers)"
    before = int(notebook.value(count))
    notebook.run("%reload_ext wfrepair_magic")
    assert int(notebook.value(count)) == before
    notebook.run("%unload_ext wfrepair_magic")
    assert int(notebook.value(count)) == before - 1
    assert "--repair" not in matches(notebook, "%%workflow x --rep|>")
    notebook.run("%load_ext wfrepair_magic")


def test_help_pages_are_made_from_the_declared_arguments(notebook: Notebook) -> None:
    """`%%workflow?`, the tooltip and `help COMMAND` of every command show its usage."""
    for cell in ("%%workflow?", "%workflow?", "?%workflow"):
        sent = notebook.client.execute(cell)
        page = content(notebook, sent)["payload"][0]["data"]["text/plain"]
        assert "usage: %%workflow" in page
        assert "--dry-run" in page
        assert "%workflow doctor" in page
    tip = content(notebook, notebook.client.inspect("%workflow", 5))
    assert "--dry-run" in tip["data"]["text/plain"]
    for command in USAGES:
        shown = notebook.run(f"%workflow help {command}").text
        assert f"usage: %workflow {command}" in shown
        assert notebook.run(f"%workflow {command} --help").text == shown
    assert "did you mean doctor?" in notebook.run("%workflow dcotor").errors
