"""The policy: what may be applied without asking."""

from __future__ import annotations

import pytest

from wfrepair_magic.engine.result import Preview
from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir.patch import Patch
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.repair.fix import Fix, Level, LevelName, Rung, Signature
from wfrepair_magic.repair.policy import MODES, Mode, Policy, choose, effective_level, sending

EMPTY = Workflow.build([])


def _fix(
    level: LevelName = "SAFE", rung: Rung = "V2", repairs: int = 1, sends: tuple[str, ...] = ()
) -> Fix:
    return Fix(
        code="TPL02", level=level, confidence=0.9, origin="rule", why="", evidence=(),
        patch=Patch(()), rung=rung, preview={}, title="", node="send", slot=(),
        before=EMPTY, after=EMPTY, sends=sends,
        repairs=tuple(Signature("send", "TPL02", ("nodes", n)) for n in range(repairs)),
    )  # fmt: skip


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "hint"])
def test_a_policy_is_read_by_its_name(mode: Mode) -> None:
    """Every policy that is built can be named, and its maker gives the same value."""
    assert Policy.parse(mode) == Policy(mode) == getattr(Policy, mode)()


def test_hint_is_not_supported_yet() -> None:
    """The policy `hint` is refused with a sentence, never taken for another."""
    with pytest.raises(BadWorkflow, match="'hint' is not supported yet"):
        Policy.parse("hint")


@pytest.mark.parametrize(
    ("text", "says"), [("sugest", "did you mean 'suggest'"), ("qqqq", "there are off, explain")]
)
def test_an_unknown_policy_is_refused(text: str, says: str) -> None:
    """What is no policy is refused with the nearest one, or with the list."""
    with pytest.raises(BadWorkflow, match=says):
        Policy.parse(text)


@pytest.mark.parametrize(
    ("mode", "diagnoses", "proposes"),
    [
        ("off", False, False),
        ("explain", True, False),
        ("suggest", True, True),
        ("safe", True, True),
        ("auto", True, True),
    ],
)
def test_what_a_policy_looks_for(mode: str, diagnoses: bool, proposes: bool) -> None:
    """`off` looks into nothing, `explain` proposes nothing."""
    policy = Policy.parse(mode)
    assert (policy.diagnoses, policy.proposes) == (diagnoses, proposes)


@pytest.mark.parametrize(
    ("mode", "fix", "applied"),
    [
        ("off", _fix(), False),
        ("explain", _fix(), False),
        ("suggest", _fix(), False),
        ("safe", _fix(), True),
        ("safe", _fix(sends=("send",)), True),
        ("safe", _fix("ASK"), False),
        ("safe", _fix(rung="V1"), True),
        ("safe", _fix(rung="V0"), False),
        ("auto", _fix("ASK", rung="V1"), False),
        ("auto", _fix("ASK"), True),
        ("auto", _fix("ASK", sends=("send",)), False),
        ("auto", _fix("ASK", rung="V0"), False),
        ("auto", _fix("SHOW"), False),
    ],
)
def test_what_is_applied_unasked(mode: str, fix: Fix, applied: bool) -> None:
    """Only what its policy, its level, its rung and the effects of the next run allow."""
    assert choose(Policy.parse(mode), [fix]) is (fix if applied else None)


def test_the_fix_that_repairs_most_is_chosen() -> None:
    """Of several that are allowed the widest is applied; among equals the first."""
    wide, first, asked = _fix(repairs=3), _fix(), _fix("ASK", repairs=9)
    assert choose(Policy.safe(), [first, wide, asked]) is wide
    other = _fix(rung="V3")
    assert choose(Policy.safe(), [first, other]) is first
    assert choose(Policy.safe(), []) is None


EDITED = {"send": frozenset({"text"})}


@pytest.mark.parametrize(
    ("preview", "level", "says"),
    [
        (Preview({"send": "would send"}), Level.SAFE, ""),
        (Preview({"send": "runs"}, changed={"send": ("text",)}), Level.SAFE, ""),
        (
            Preview({"send": "would send again"}, changed={"send": ("text", "channel")}),
            Level.ASK,
            "send would send with another `channel` too",
        ),
        (
            Preview({"log": "would send again"}, changed={"log": ("text",)}),
            Level.ASK,
            "log would send with another `text` too",
        ),
        (
            Preview({"send": "would send again"}, changed={"send": ("text",)}),
            Level.ASK,
            "send would send again",
        ),
    ],
)
def test_a_safe_fix_is_asked_about_where_effects_would_change(
    preview: Preview, level: Level, says: str
) -> None:
    """SAFE becomes ASK if an effect would be repeated, or get more of its input changed."""
    found, note = effective_level(Level.SAFE, EDITED, preview)
    assert (found, says in note) == (level, True)


def test_a_lower_level_stays() -> None:
    """What is asked about anyway needs no reason from the effects."""
    preview = Preview({"send": "would send again"}, changed={"send": ("a", "b")})
    assert effective_level(Level.ASK, EDITED, preview) == (Level.ASK, "")
    assert effective_level(Level.SHOW, EDITED, preview) == (Level.SHOW, "")


def test_nodes_with_effects_that_would_run_are_named() -> None:
    """What would send, for the first time or again, is told apart from what only runs."""
    verdicts = {"a": "reused", "b": "runs", "c": "would send", "d": "would send again"}
    assert sending(Preview(verdicts)) == ("c", "d")
