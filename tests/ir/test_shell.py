"""Where a value may stand in a shell program, how it is quoted there, and where it is refused."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic.ir.model import MISSING
from wfrepair_magic.ir.shell import Program, compile, refused
from wfrepair_magic.ir.templates import UNDECIDED, Gone, TemplateError, Unresolved, parse
from wfrepair_magic.settings import LIMITS

SCOPE = {"x": "one", "y": "two", "n": 5, "none": None, "later": UNDECIDED, "gone": Gone("skipped")}


def program(command: str, scope: dict[str, Any] | None = None) -> Program:
    """Compile a command that must be accepted."""
    found = compile(command, SCOPE if scope is None else scope)
    assert isinstance(found.value, Program), found
    return found.value


def reasons(command: str) -> dict[str, str]:
    """Give the templates of a command that are refused, with the reasons."""
    return {expression.text: reason for expression, reason in refused(command)}


def problem(command: str, scope: dict[str, Any] | None = None) -> Unresolved:
    """Compile a command in which one template is refused."""
    found = compile(command, SCOPE if scope is None else scope, ("nodes", 0, "params", "command"))
    (unresolved,) = found.unresolved
    assert found.value is MISSING and unresolved.kind == "shell"
    return unresolved


QUOTED = {
    # bare words
    "cat ${x}": 'cat "$WFV_1"',
    "cat a${x}b${y}": 'cat a"$WFV_1"b"$WFV_2"',
    "${x} --version": '"$WFV_1" --version',
    "cat ${x}>f": 'cat "$WFV_1">f',
    "cat <${x} >> ${y} 2>&1": 'cat <"$WFV_1" >> "$WFV_2" 2>&1',
    "a=${x} b=1 cat": 'a="$WFV_1" b=1 cat',
    "cat ${x}# # it's": "cat \"$WFV_1\"# # it's",
    "cat \\\n ${x}": 'cat \\\n "$WFV_1"',
    "cat *.${x}": 'cat *."$WFV_1"',
    "cat <<< ${x}": 'cat <<< "$WFV_1"',
    "cat $HOME $1 $$ $? $(pwd) ${x}": 'cat $HOME $1 $$ $? $(pwd) "$WFV_1"',
    # quoted words
    'cat "a ${x} b"': 'cat "a ${WFV_1} b"',
    'cat "a\\"${x}$y`pwd`"': 'cat "a\\"${WFV_1}$y`pwd`"',
    "cat 'a ${x} b'": "cat 'a '\"$WFV_1\"' b'",
    "cat '\\${x}'": "cat '\\'\"$WFV_1\"''",
    "cat '$$${x}'": "cat '$'\"$WFV_1\"''",
    "echo it\\'s ${x} \"it's ${y}\"": 'echo it\\\'s "$WFV_1" "it\'s ${WFV_2}"',
    # substitutions
    'cat "$(cat ${x} "${y}")"': 'cat "$(cat "$WFV_1" "${WFV_2}")"',
    "$(case a in a) cat ${x};; esac)": '$(case a in a) cat "$WFV_1";; esac)',
    "cat $(cat ')' ${x} # )\n) ${y}": 'cat $(cat \')\' "$WFV_1" # )\n) "$WFV_2"',
    "diff <(cat ${x}) >(cat ${y})": 'diff <(cat "$WFV_1") >(cat "$WFV_2")',
    "cat < <(cat ${x})": 'cat < <(cat "$WFV_1")',
    "(cd ${x} && ls) | cat": '(cd "$WFV_1" && ls) | cat',
    # heredocs
    "cat <<E\na ${x}'\"\nE\n": "cat <<E\na ${WFV_1}'\"\nE\n",
    "cat <<E ${x}\n${y}\nE": 'cat <<E "$WFV_1"\n${WFV_2}\nE',
    "cat <<-E\n\t${x}\n\tE\ncat ${y}": 'cat <<-E\n\t${WFV_1}\n\tE\ncat "$WFV_2"',
    "cat <<A <<B\n${x}\nA\n${y}\nB\n": "cat <<A <<B\n${WFV_1}\nA\n${WFV_2}\nB\n",
    "cat <<E\n$(cat ${x}) \\$x\nE": 'cat <<E\n$(cat "$WFV_1") \\$x\nE',
    "cat <<'E'\n$x `\nE\ncat ${x}": "cat <<'E'\n$x `\nE\ncat \"$WFV_1\"",
    'x=$(cat <<E\n)"${x}\nE\n)': 'x=$(cat <<E\n)"${WFV_1}\nE\n)',
    # compound commands
    "if [ ${x} = a ]; then cat ${y}; fi": 'if [ "$WFV_1" = a ]; then cat "$WFV_2"; fi',
    "for i in ${x} b; do cat $i; done": 'for i in "$WFV_1" b; do cat $i; done',
    "while ! test -f ${x}; do cat; done": 'while ! test -f "$WFV_1"; do cat; done',
    "case ${x} in ${y}|b) cat;; (*) cat ${x} ;; esac":
        'case "$WFV_1" in "$WFV_2"|b) cat;; (*) cat "$WFV_3" ;; esac',
    "f() { cat ${x}; }; f": 'f() { cat "$WFV_1"; }; f',
    "function f { cat ${x}; }": 'function f { cat "$WFV_1"; }',
    "[[ ${x} == a* && -n ${y} ]]": '[[ "$WFV_1" == a* && -n "$WFV_2" ]]',
    "a=(${x} b); cat": 'a=("$WFV_1" b); cat',
    "export A=${x}": 'export A="$WFV_1"',
    "cat a &> ${x}": 'cat a &> "$WFV_1"',
    "n=${x}; echo $((m + 1))": 'n="$WFV_1"; echo $((m + 1))',
    # beside program text
    "sh -c 'cat \"$1\"' _ ${x}": "sh -c 'cat \"$1\"' _ \"$WFV_1\"",
    "bash -eo pipefail -c 'cat $1' _ ${x}": "bash -eo pipefail -c 'cat $1' _ \"$WFV_1\"",
    "A=${x} sh -c 'echo $A'": "A=\"$WFV_1\" sh -c 'echo $A'",
    "python3 -c 'import sys' ${x}": "python3 -c 'import sys' \"$WFV_1\"",
    "python3.12 tool.py ${x}": 'python3.12 tool.py "$WFV_1"',
    "${x} -m pip install ${y}": '"$WFV_1" -m pip install "$WFV_2"',
    "python -- ${x} ${y}": 'python -- "$WFV_1" "$WFV_2"',
    "awk '{print $1}' ${x}": "awk '{print $1}' \"$WFV_1\"",
    "awk -F, -v a=${x} '{print a}' f": "awk -F, -v a=\"$WFV_1\" '{print a}' f",
    "sed -n -- 1p ${x}": 'sed -n -- 1p "$WFV_1"',
    "cat ${x} | ssh host 'cat > f'": "cat \"$WFV_1\" | ssh host 'cat > f'",
    "find ${x} -exec sh -c 'cat \"$1\"' _ {} \\;":
        "find \"$WFV_1\" -exec sh -c 'cat \"$1\"' _ {} \\;",
    "timeout ${n} cat": 'timeout "$WFV_1" cat',
    "set -- ${x} ${y}": 'set -- "$WFV_1" "$WFV_2"',
    "a=(b # c\n${x}\n)": 'a=(b # c\n"$WFV_1"\n)',
    "function f () { cat ${x}; }": 'function f () { cat "$WFV_1"; }',
    "case a in\n# c\n a) cat ${x} ;;& b) cat ;& c) cat\nesac":
        'case a in\n# c\n a) cat "$WFV_1" ;;& b) cat ;& c) cat\nesac',
    "cat a\\\nb\"c\\\nd\" ${x}": 'cat a\\\nb"c\\\nd" "$WFV_1"',
    "cat \"$\" $ ${x}": 'cat "$" $ "$WFV_1"',
    "select i in ${x}; do break; done": 'select i in "$WFV_1"; do break; done',
    "for ((i=0;i<3;i++)); do cat ${x}; done": 'for ((i=0;i<3;i++)); do cat "$WFV_1"; done',
    "find . -name ${x} 2>/dev/null | xargs cat": 'find . -name "$WFV_1" 2>/dev/null | xargs cat',
    '"$D/tool" ${x}': '"$D/tool" "$WFV_1"',
    "${x}": '"$WFV_1"',
    "for * in ${x}; do echo; done": 'for * in "$WFV_1"; do echo; done',
}  # fmt: skip


@pytest.mark.parametrize("command", QUOTED)
def test_a_value_becomes_a_reference_quoted_for_its_place(command: str) -> None:
    """Bare, quoted, substituted and in heredocs: the reference fits, all else stays."""
    assert program(command).text == QUOTED[command]
    assert refused(command) == []


def test_the_values_travel_beside_the_text() -> None:
    """The variables hold the text of the values, in the order of the templates."""
    assert program("f ${x} '${n}' ${none} ${x}").values == {
        "WFV_1": "one", "WFV_2": "5", "WFV_3": "", "WFV_4": "one",
    }  # fmt: skip


def test_a_command_without_templates_is_a_program_too() -> None:
    """A plain command comes as it is, and an escape becomes the shell's own variable."""
    assert program("echo $HOME") == Program("echo $HOME")
    assert program('echo "$${HOME:-x}" ${x}').text == 'echo "${HOME:-x}" "$WFV_1"'


def test_a_value_of_a_list_is_one_word_of_json() -> None:
    """Values become text as anywhere else."""
    assert program("f ${v}", {"v": {"a": [1, None]}}).values == {"WFV_1": '{"a": [1, null]}'}


def test_filters_apply_before_the_value_travels() -> None:
    """A chain and its filters give the value of the variable."""
    assert program("f ${nobody ?? n | tojson}").values == {"WFV_1": "5"}


def test_a_quoted_value_is_not_quoted_twice() -> None:
    """In a bare place `| sh` says what happens anyway; inside quotes it is the text asked for."""
    assert program("f ${v | sh}", {"v": "a b"}).values == {"WFV_1": "a b"}
    assert program('f "${v | sh}"', {"v": "a b"}).values == {"WFV_1": "'a b'"}


REFUSED = {
    "arithmetic": ["echo $((1 + ${x}))", "(( ${x} ))", "((i = ${x}))",
                   "for ((i=${x};;)); do :; done",
                   'echo "$((${x}))"', "echo $(( $(cat ${x}) ))"],
    "condition": ["[[ ${x} -eq 1 ]]", "[[ 1 -lt ${x} ]]", "[[ -v ${x} ]]", "[ -v ${x} ]",
                  "test -v ${x}", "[[ a == b || ${x} -ge 2 ]]"],
    "backticks": ["echo `cat ${x}`", 'echo "`cat ${x}`"'],
    "end mark is quoted": ["cat <<'E'\n${x}\nE", 'cat <<"E"\n${x}\nE', "cat <<\\E\n${x}\nE",
                           "cat <<E'F'\n${x}\nEF"],
    "comment": ["# ${x}", "cat a # ${x}\n", "cat;# ${x}", "(# ${x}\ncat)"],
    "`eval`": ["eval ${x}", "eval \"cat ${x}\"", "eval 'cat ${x}'", "a=1 eval ${x}",
               "e\"va\"l ${x}", "command eval ${x}", "if true; then eval ${x}; fi",
               "eval \"$(tool ${x})\"", "time -p eval ${x}", "{ eval ${x}; }", "! eval ${x}",
               "f() { eval ${x}; }", "for i do eval ${x}; done", "case a in a) eval ${x};; esac",
               "echo $(eval ${x})", "\\eval ${x}", "cat <(eval ${x})"],
    "program text of `sh`": ["sh -c ${x}", "sh -c 'cat ${x}'", 'sh -ec "cat ${x}" _',
                             "/bin/sh -c ${x}", "sh -c -e ${x}", "env A=1 sh -c ${x}",
                             "sudo -u me sh -c \"cat ${x}\"", "find . -exec sh -c 'cat ${x}' \\;",
                             "sh -c \"$(cat ${x})\"", "docker exec c sh -c ${x}", "sh <(cat ${x})"],
    "program text of `bash`": ["bash -c ${x}", "bash -o pipefail -c ${x}", "timeout 5 bash -c ${x}",
                               "busybox env bash -c ${x}"],
    "program text of `python`": ["python -c ${x}", "python3 -c 'print(${x})'",
                                 "python3.11 -Bc ${x}",
                                 'python -c"${x}"', "python -m ${x}"],
    "program text of `awk`": ["awk '{print ${x}}' f", "awk -F: \"${x}\"", "awk -f ${x} f"],
    "program text of `sed`": ["sed s/a/${x}/ f", "sed -e 's/a/${x}/' f"],
    "program text of `perl`": ["perl -lane 'print ${x}'", "perl -e 1 -e ${x}",
                               "perl -pi -e '${x}'"],
    "program text of `node`": ["node -e ${x}", "node -pe '${x}'"],
    "program text of `ssh`": ["ssh host cat ${x}", "ssh -p 22 me@host \"cat ${x}\"",
                              "ssh -o ProxyCommand=${x} host cat"],
    "takes its program from its input": ["cat ${x} | sh", "sh <<E\n${x}\nE", "bash <<< ${x}",
                                         "cat ${x} | sudo sh", "cat ${x} | sh -",
                                         "python <<E\n${x}\nE",
                                         "ssh host <<E\n${x}\nE", ". /dev/stdin <<< ${x}",
                                         "cat ${x} | ssh host", "cat ${x} | sudo -s",
                                         "cat ${x} | parallel"],
    "not known here": ["sh -s ${x}", "bash --login <<E\n${x}\nE", "perl -de1 <<< ${x}"],
    "gives its input to": ["cat ${x} | xargs -I{} sh -c 'cat {}'",
                           "cat ${x} | sudo xargs bash -c a"],
    "began with `-`": ["bash ${x}", "python ${x} ${y}", "ssh ${x} cat", "sed -n 1p ${x}"],
    "takes names": ["let ${x}", "unset ${x}", "read ${x}", "declare ${x}", "export ${x}",
                    "printf -v ${x} a", "local -n a=${x}", "mapfile ${x}", "printf ${x} ${y}"],
    "assignments are evaluated": ["declare -i a=${x}", "declare -i n; n=${x}"],
    "which the program evaluates": ["n=${x}; echo $((n + 1))", "export n=${x}; (( n++ ))",
                                    "for n in ${x}; do [[ $n -gt 1 ]]; done",
                                    'n=${x}; let "n += 1"', 'c=${x}; eval "$c"',
                                    'c=$(cat ${x}); bash -c "$c"'],
    "which the shell runs": ["PS4=${x}; set -x", "PROMPT_COMMAND=${x}", "export BASH_ENV=${x}"],
    "in which `env` splits words": ["env -S 'cat a' ${x}"],
    "in the words of `flock`": ["flock f -c ${x}"],
    "an array": ["a[${x}]=1", "a=([${x}]=1)"],
    "follows another value": ["[ ${x} ${y} ]"],
    "name not known yet": ['"$PY" -c ${x}', "$SHELL -ec ${x}", "${y} -c ${x}"],
    "`${…}` of the shell's own": ["echo $${a:-${x}}", 'echo "$${a#${x}}"'],
    "backslash": ["echo \\${x}", 'echo "\\${x}"', "cat <<E\n\\${x}\nE"],
    "follows a dollar": ["echo $$${x}", 'echo "$$${x}"'],
    "only some shells know": ["echo $'${x}'", 'echo $"${x}"'],
    "takes the name": ["for ${x} in a; do :; done"],
    "takes its name": ["function ${x} { :; }"],
    "cannot be placed for certain": [
        "cat 'a ${x}", 'cat "a ${x}', "cat $(cat ${x}", "cat `a ${x}", "cat ${x} )", "esac ${x}",
        "cat <<E\n${x}", "cat <<$x\n${x}\n", "cat <<E ${x}", "cat $[1] ${x}",
        "cat $((a); (b)) ${x}",
        "a@(b) ${x}", "cat <<E 'a\n${x}\nE\n'", "cat <<E\na\\\nE\n${x}\nE", "coproc cat ${x}",
        'cat "$${a:-\'b\'}" ${x}', "cat $'\\'' ${x}", "cat &> f ${x}", "cat ${x} >",
        "case ${x} of a",
        "x=$(cat <<E) ${x}", "cat ${x} " + "$(" * 100, "cat \0 ${x}",
        "case a in a ${x}) cat;; esac",
        "f(a) { cat ${x}; }", "function f (a) { cat ${x}; }", "case in ${x}", "a () ( ${x}",
        "case a in a) cat ${x}", "cat <<E &> f\n${x}\nE\n(", "cat $(( 'a' )) ${x}",
        "cat <<E $(\ncat ${x})\nE\n",
        "cat <\\\n<E ${x}", "$${ cat ${x}; }",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "command"), [(why, command) for why, all_ in REFUSED.items() for command in all_]
)
def test_a_value_is_refused_where_a_shell_would_run_it(reason: str, command: str) -> None:
    """Everywhere else a template is refused, with the reason and what to do instead."""
    found = reasons(command)
    assert any(reason in why for why in found.values()), found
    assert all("`stdin:`" in why and "argument" in why for why in found.values())


@pytest.mark.parametrize("command", [item for items in REFUSED.values() for item in items])
def test_what_the_check_refuses_does_not_resolve_either(command: str) -> None:
    """Were the check passed over, the run would refuse the same templates."""
    found = compile(command, SCOPE)
    assert found.value is MISSING
    assert {item.template for item in found.unresolved} == set(reasons(command))
    assert {item.kind for item in found.unresolved} == {"shell"}


def test_only_what_stands_wrong_is_refused() -> None:
    """A template in a good place is no problem because another one is."""
    assert list(reasons("cat ${x} # ${y}\n")) == ["${y}"]


def test_a_finding_has_the_templates_place() -> None:
    """A refused template is unresolved with its slot, its text and its span."""
    found = problem("echo hi # ${x}")
    assert (found.slot, found.template, found.ref, found.segment_span) == (
        ("nodes", 0, "params", "command"), "${x}", "x", (10, 14),
    )  # fmt: skip


def test_a_command_that_cannot_be_read_is_told_by_parse() -> None:
    """`refused` passes over a text whose templates cannot be read; compiling tells it."""
    assert refused("cat ${x") == []
    (found,) = compile("cat ${x", SCOPE).unresolved
    assert found.kind == "unreadable"


# --- raw


def test_raw_puts_the_value_into_the_text() -> None:
    """`| raw` splices the text in, once: a template in it is text."""
    assert program("ls ${v | raw} ${x}", {"v": "-l $HOME ${x}", "x": "f"}) == Program(
        'ls -l $HOME ${x} "$WFV_1"', {"WFV_1": "f"}
    )


def test_raw_may_stand_anywhere() -> None:
    """What was opted out is not refused."""
    assert refused("eval ${x | raw} `${y | raw}` # ${x | raw}") == []


def test_what_raw_brings_in_counts_for_the_others() -> None:
    """The places of the other values are found in the text with what was spliced in."""
    assert program('echo ${q | raw} ${x}"', {"q": '"', "x": "1"}).text == 'echo " ${WFV_1}"'
    assert "comment" in problem("echo ${q | raw} ${x}", {"q": "#", "x": "1"}).message
    assert "eval" in problem("${q | raw} ${x}", {"q": "eval", "x": "1"}).message


# --- values that cannot travel


def test_a_nul_is_refused_when_it_is_met() -> None:
    """No environment variable holds a NUL; the message says what to do instead."""
    found = problem("cat ${x}", {"x": "a\0b"})
    assert "NUL" in found.message and "stdin:" in found.message


def test_a_value_over_the_limit_is_refused_when_it_is_met() -> None:
    """At the limit a value passes, one byte over it does not; bytes count, not letters."""
    limit = LIMITS.shell_value_bytes
    assert len(program("cat ${x}", {"x": "a" * limit}).values["WFV_1"]) == limit
    assert "100 kB" in problem("cat ${x}", {"x": "a" * (limit + 1)}).message
    assert "stdin:" in problem("cat ${x}", {"x": "é" * (limit // 2 + 1)}).message


def test_half_a_character_is_refused_when_it_is_met() -> None:
    """A lone surrogate has no bytes; one that stands for a byte of a file name has."""
    assert problem("cat ${x}", {"x": "\ud800"}).kind == "shell"
    assert program("cat ${x}", {"x": "a\udcff"}).values == {"WFV_1": "a\udcff"}


def test_what_does_not_resolve_is_told_as_anywhere() -> None:
    """Unknown, gone and undecided heads are told with their kinds, all at once."""
    found = compile("cat ${nope} ${gone.x} ${later.y} ${x}", SCOPE)
    assert [item.kind for item in found.unresolved] == ["unknown_head", "gone"]
    assert found.value is MISSING
    assert (set(found.undecided), set(found.gone)) == ({"later"}, {"gone"})
    assert compile("cat ${later} ${x}", SCOPE).value is UNDECIDED


def test_a_shell_variable_in_braces_is_a_template() -> None:
    """`${HOME}` is a template whose head is unknown; `$HOME` is the shell's."""
    (found,) = compile("ls ${HOME} $HOME", SCOPE).unresolved
    assert (found.kind, found.head) == ("unknown_head", "HOME")


def test_a_program_is_a_frozen_value() -> None:
    """Programs compare by their text and values, and cannot be changed."""
    assert program("cat ${x}") == Program('cat "$WFV_1"', {"WFV_1": "one"})
    with pytest.raises(dataclasses.FrozenInstanceError):
        program("cat").__setattr__("text", "rm")


TOKENS = st.sampled_from(
    ["${x}", "${y | raw}", "${x}", " ", "\n", ";", "|", "&", "'", '"', "`", "$(", ")", "(", "((",
     "$((", "[[ ", " ]]", "{ ", "}", "<<E\n", "\nE\n", "<<-'E'\n", "<", ">f", "\\", "#", "$",
     "$${a",
     "if ", "; then ", "fi", "for i in ", "for * in ", "case ", " in ", "*) ", ";;", "esac ", "x=",
     "a=(", "a[", "eval ", "sh -c ", "-c ", "cat ", "\x00", "é", "time ", "function f", "${", "}",
     "do "]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=25).map("".join) | st.text(max_size=30))
@settings(max_examples=500)
def test_any_text_is_compiled_or_refused(command: str) -> None:
    """Whatever a command holds, compiling never raises; a template is placed or told."""
    found = compile(command, {"x": "1", "y": "2", "a": "3"})
    told = refused(command)
    assert isinstance(found.value, Program) == found.complete
    if isinstance(found.value, Program):
        assert told == []
        references = found.value.text.count("WFV_") - command.count("WFV_")
        assert references == len(found.value.values)
    else:
        assert found.unresolved
    try:
        expressions = parse(command).expressions
    except TemplateError:
        expressions = ()
    assert {expression for expression, _ in told} <= set(expressions)
