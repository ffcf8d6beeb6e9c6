"""Keys of functions: what changes what they do changes the key, and nothing else does."""

from __future__ import annotations

import ast
import importlib
import json
import linecache
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic.engine import known_code, shipped
from wfrepair_magic.engine.ast_form import form_digest
from wfrepair_magic.engine.code_keys import CodeKey, code_of, digest_with_code
from wfrepair_magic.engine.keys import Unkeyable, digest
from wfrepair_magic.engine.known_code import references_of
from wfrepair_magic.engine.sources import done_by

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the tables lie beside this file, which is in no package
code_pairs = importlib.import_module("code_pairs")


def cell(source: str) -> dict[str, Any]:
    """Run a text as a notebook cell and give what it defined."""
    found: dict[str, Any] = code_pairs.run_cell(textwrap.dedent(source))
    return found


def key(function: Any, effect: bool = False) -> str:
    """Give the digest of a function's key."""
    return digest(code_of(function, effect=effect).document)


class Project:
    """A folder with modules of a project, importable while a test runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[str] = []

    def write(self, name: str, text: str) -> Path:
        """Write a module's file, without loading it."""
        path = self.folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        self.names.append(name.removesuffix("/__init__").replace("/", "."))
        importlib.invalidate_caches()
        return path

    def load(self, name: str, text: str) -> Any:
        """Write a module's file and import it."""
        self.write(name, text)
        return importlib.import_module(self.names[-1])

    def forget(self) -> None:
        """Take the project's modules out of memory, as a restart does."""
        for name in self.names:
            sys.modules.pop(name, None)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Give an empty project."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made = Project(tmp_path)
    yield made
    made.forget()


@pytest.mark.parametrize("name", code_pairs.DIFFERENT)
def test_a_change_of_what_a_function_does_changes_its_key(name: str) -> None:
    """A function that may now act otherwise never gets the result of the old one."""
    before, after = code_pairs.DIFFERENT[name]
    assert code_pairs.key_of(before) != code_pairs.key_of(after)


@pytest.mark.parametrize("name", code_pairs.SAME)
def test_a_change_of_how_it_is_written_does_not(name: str) -> None:
    """A function that does the same keeps its key, so that nothing is sent or computed again."""
    before, after = code_pairs.SAME[name]
    assert code_pairs.key_of(before) == code_pairs.key_of(after)


@pytest.mark.parametrize("name", [*code_pairs.DIFFERENT, *code_pairs.SAME])
def test_a_key_is_the_same_the_second_time(name: str) -> None:
    """Running the same notebook again gives the same key."""
    before, _ = {**code_pairs.DIFFERENT, **code_pairs.SAME}[name]
    assert code_pairs.key_of(before) == code_pairs.key_of(before)


# The values of globals are looked up each time.


def test_a_global_that_changed_is_noticed_at_once() -> None:
    """What a function says is kept, what it refers to is read again for every key."""
    names = cell("K = [1]\ndef g(x): return K\ndef f(x): return g(x)")
    before = key(names["f"])
    names["K"].append(2)
    changed = key(names["f"])
    names["K"].pop()
    assert changed != before == key(names["f"])


def test_a_helper_that_was_defined_anew_is_noticed_at_once() -> None:
    """Running the cell of a helper again with another body changes the key of its user."""
    names = cell("def g(x): return 1\ndef f(x): return g(x)")
    before = key(names["f"])
    names["g"] = cell("def g(x): return 2")["g"]
    changed = key(names["f"])
    names["g"] = cell("# again\ndef g(x): return 1")["g"]
    assert changed != before == key(names["f"])


def test_a_class_that_was_patched_is_noticed_at_once() -> None:
    """A method or constant that is replaced in memory changes the key."""
    names = cell("class C:\n K = 1\n def m(self): return 1\ndef f(x): return C().m()")
    before = key(names["f"])
    names["C"].K = 2
    assert key(names["f"]) != before


# Source, and what to do where there is none or a false one.


def test_without_source_the_instructions_count() -> None:
    """A function of `exec` is keyed by its bytecode, under the name of this Python."""
    one: dict[str, Any] = {}
    exec("def f(x): return x + 1", one)
    says = code_of(one["f"]).document["parts"]["f"]["says"]
    assert says[:2] == ["bytecode", f"cpython {sys.version_info.major}.{sys.version_info.minor}"]
    moved: dict[str, Any] = {}
    exec("\n\ndef f(x): return x + 1", moved)
    other: dict[str, Any] = {}
    exec("def f(x): return x + 2", other)
    assert key(one["f"]) == key(moved["f"]) != key(other["f"])


def test_without_source_what_it_refers_to_counts_as_well() -> None:
    """Globals, helpers and constants within nested code are found in the bytecode too."""
    keys = set()
    for text in ("K = 1", "K = 2", "K = 1.0"):
        names: dict[str, Any] = {}
        exec(f"{text}\ndef g(x): return lambda: [K for _ in x]\ndef f(x): return g(x)", names)
        keys.add(key(names["f"]))
    assert len(keys) == 3


def test_a_class_of_exec_without_a_module_is_code() -> None:
    """A class that claims to be a built-in, because it was made in no module, is not believed."""
    keys = set()
    for body in ("return 1", "return 2"):
        names: dict[str, Any] = {}
        exec(f"class C:\n def m(self): {body}\ndef f(x): return C().m()", names)
        keys.add(key(names["f"]))
    assert len(keys) == 2


def test_a_file_that_was_edited_after_the_import_deceives_nobody(project: Project) -> None:
    """The new text of a file never stands for the old code that is still in memory."""
    old = project.load("edited", "def g(x): return 1\n")
    project.write("edited", "def g(x): return 2\n")
    names = cell("import edited\nfrom edited import g\ndef f(x): return g(x)")
    stale = code_of(names["f"]).document["parts"]["g"]["says"]
    project.forget()
    new = importlib.import_module("edited")
    fresh = code_of(new.g).document["parts"]["g"]["says"]
    assert (stale[0], fresh[0]) == ("bytecode", "source")
    assert old.g(0) == 1 and new.g(0) == 2


def test_a_file_that_was_edited_changes_no_key_that_was_given(project: Project) -> None:
    """What is in memory keeps its key while the file is edited: no effect is sent again."""
    module = project.load("kept", "def g(x): return 1\n")
    before = key(module.g)
    project.write("kept", "def g(x): return 2\n")
    assert key(module.g) == before


def test_the_text_that_is_shown_is_the_one_that_runs(project: Project) -> None:
    """An edit of the file changes no text that was read, and what was never true is not shown."""
    text = "@str\ndef f(): return 0\n\n@print\ndef g(x):  # why\n    return 1"
    module = project.load("told", "def print(f): return f\nstr = print\n" + text)
    (shown,) = (text for text in code_of(module.g).shown.values() if "return 1" in text)
    assert shown == "@print\ndef g(x):  # why\n    return 1"
    project.write("told", "def print(f): return f\nstr = print\n" + text.replace("return", "pass;"))
    assert shown in code_of(module.g).shown.values()
    assert not [text for text in code_of(module.f).shown.values() if "def f" in text]


def test_lines_that_moved_after_the_import_change_nothing(project: Project) -> None:
    """A comment put above a loaded function leaves its key that of its source."""
    module = project.load("moved", "def g(x): return 1\n\ndef h(x): return 1\n")
    project.write("moved", "# A comment.\n\ndef h(x): return 1\n\n\ndef g(x): return 1\n")
    late = code_of(module.g).document
    project.forget()
    assert late == code_of(importlib.import_module("moved").g).document


def test_a_file_that_is_gone_changes_nothing_that_was_read(project: Project) -> None:
    """A form that was read once is kept as long as the code object lives."""
    module = project.load("gone", "def g(x): return 1\n")
    before = key(module.g)
    (project.folder / "gone.py").unlink()
    assert key(module.g) == before


def test_equal_code_with_other_annotations_is_kept_apart() -> None:
    """Forms are kept by the identity of the code, because annotations are no part of it."""
    one, other = cell("def f(x: int): return x")["f"], cell("def f(x: str): return x")["f"]
    assert one.__code__ == other.__code__
    assert key(one) != key(other)


def test_a_constant_of_a_loaded_file_that_was_edited_is_told_apart(project: Project) -> None:
    """A module that is imported inside, and whose file was edited, is keyed with what it holds."""
    function = cell("def f(x):\n import lazy\n return lazy.K")["f"]
    project.load("lazy", "K = 1\ndef g(x): return 1\n")
    project.write("lazy", "K = 2\ndef g(x): return 1\n")
    stale = key(function)
    project.forget()
    importlib.import_module("lazy")
    assert key(function) != stale


def test_an_import_inside_has_one_key_before_and_after_it_ran(project: Project) -> None:
    """Whether a module is loaded already does not show, although loading fills its globals."""
    text = """
        import functools
        REGISTRY = {}
        COUNT = 0
        CLIENT = None
        def mark(function):
            global COUNT
            COUNT += 1
            REGISTRY[function.__name__] = function
            return function
        @mark
        def g(x): return x
    """
    project.write("lazy", text)
    function = cell("def f(x):\n import lazy, json, numpy.linalg\n return lazy.g(x)")["f"]
    before = key(function)
    importlib.import_module("lazy")
    assert key(function) == before


def test_ipython_cells_have_source(tmp_path: Path) -> None:
    """Functions, lambdas and classes of IPython cells, also after magics, are keyed by source."""
    script = textwrap.dedent(
        '''
        from traitlets.config import Config
        from IPython.core.interactiveshell import InteractiveShell
        from wfrepair_magic.engine.code_keys import code_of
        config = Config()
        config.HistoryManager.enabled = False
        shell = InteractiveShell.instance(config=config)
        shell.run_cell("""%time K = 1
        class C:
            def m(self): return K
        async def f(x):
            g = lambda: !echo
            return C().m(), (lambda y: y)(x)
        await f(1)
        5""".replace("\\n        ", "\\n").replace("!echo", "K"))
        parts = code_of(shell.user_ns["f"]).document["parts"]
        print(sorted(parts), {part["says"][0] for part in parts.values() if "says" in part})
        '''
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ, "PYTHONPATH": str(HERE.parent.parent), "IPYTHONDIR": str(tmp_path),
        },
        stdout=subprocess.PIPE, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "['C', 'C.m', 'f'] {'source'}"


# What is not the user's.


def install(folder: Path, name: str, version: str, text: str) -> Path:
    """Install a library of one module in a folder, the way pip does."""
    site = folder / version / "site-packages"
    about = site / f"{name}-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (site / f"{name}.py").write_text(textwrap.dedent(text))
    return site


LIBRARY = """
    import functools
    def plain(x): return x
    def twice(inner):
        @functools.wraps(inner)
        def wrapper(*given): return inner(*given), inner(*given)
        return wrapper
    class Thing:
        pass
"""


def keyed_with(source: str, site: Path, monkeypatch: pytest.MonkeyPatch) -> CodeKey:
    """Give the key of a cell's function beside a library that is installed in a folder."""
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(site))
        shipped.version_of.cache_clear()
        sys.modules.pop("afakelib", None)
        try:
            return code_of(cell(source)["f"])
        finally:
            sys.modules.pop("afakelib", None)
            shipped.version_of.cache_clear()


@pytest.mark.parametrize(
    "source",
    [
        "import afakelib\ndef f(x): return afakelib.plain(x)",
        "from afakelib import plain\ndef f(x): return plain(x)",
        "from afakelib import Thing\ndef f(x): return Thing()",
        "def f(x):\n import afakelib\n return afakelib",
        "from afakelib import twice\n@twice\ndef f(x): return x",
        "from afakelib import Thing\nclass C(Thing): pass\ndef f(x): return C()",
    ],
)
def test_a_library_counts_by_its_version(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is installed is keyed by name and version, not by the text of its files."""
    one = install(tmp_path, "afakelib", "1.0", LIBRARY)
    edited = install(tmp_path / "edited", "afakelib", "1.0", LIBRARY + "\n    more = 1\n")
    newer = install(tmp_path, "afakelib", "2.0", LIBRARY)
    keys = [digest(keyed_with(source, site, monkeypatch).document) for site in (one, edited, newer)]
    assert keys[0] == keys[1] != keys[2]


def test_what_a_library_wraps_is_still_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decorator of a library does not hide the function under it."""
    site = install(tmp_path, "afakelib", "1.0", LIBRARY)
    source = "from afakelib import twice\n@twice\ndef f(x): return {}"
    one, other = (keyed_with(source.format(body), site, monkeypatch) for body in (1, 2))
    assert one.document["parts"]["f (2)"]["says"] != other.document["parts"]["f (2)"]["says"]


def test_the_standard_library_counts_by_name_alone() -> None:
    """Nothing of Python itself carries a version, so a key outlives an upgrade of Python."""
    source = "import json\nfrom pathlib import Path\ndef f(x): return len(json.dumps(Path(x)))"
    assert code_of(cell(source)["f"]).document["parts"]["f"]["names"] == {
        "Path": ["python", "pathlib.Path"],
        "json": ["python", "json"],
        "len": ["python", "len"],
    }


def test_our_own_names_outlive_our_versions() -> None:
    """What a node function uses of this package has no version: an upgrade sends nothing again."""
    source = "from wfrepair_magic.nodes.base import Action\ndef f(x): return Action('a')"
    assert code_of(cell(source)["f"]).document["parts"]["f"]["names"] == {
        "Action": ["ours", "Action"]
    }


# What cannot be keyed.

CLIENT = """
    import threading
    class Client:
        def __init__(self): self.lock = threading.Lock()
        def send(self, x): return {}
    CLIENT = Client()
    TABLE = {{"clients": [CLIENT], "limit": {}}}
    def g(x): return CLIENT.send(x)
    def f(x): return g(x)
    def h(x): return TABLE
"""


def test_a_pure_function_with_a_client_has_no_key() -> None:
    """An object without declared content is told with the path of names that leads to it."""
    names = cell(CLIENT.format(1, 1))
    with pytest.raises(Unkeyable) as caught:
        code_of(names["f"])
    assert caught.value.path == "f → g → CLIENT"
    assert str(caught.value).startswith("f → g → CLIENT cannot be keyed: an object of type")
    with pytest.raises(Unkeyable) as caught:
        code_of(names["h"])
    assert caught.value.path == "h → TABLE.clients[0]"


def test_a_client_of_an_effect_counts_by_its_type() -> None:
    """An effect is keyed although it uses a client, and a notice says what was left out."""
    one, again = (code_of(cell(CLIENT.format(1, 1))["f"], effect=True) for _ in range(2))
    assert one == again
    assert one.notices == (
        "f → g → CLIENT: a __main__.Client cannot be keyed and counts by its type alone",
    )


def test_what_can_be_keyed_of_an_effect_still_counts() -> None:
    """The class of the client, and what lies beside it in a table, are part of the key."""
    keys = {
        key(cell(CLIENT.format(*given))[name], effect=True)
        for given in ((1, 1), (1, 2), (2, 1))
        for name in ("f", "h")
    }
    assert len(keys) == 5  # f does not ask for the limit


def test_a_key_without_a_client_is_the_same_for_an_effect() -> None:
    """Being an effect changes nothing in the key of what can be keyed."""
    names = cell("K = 1\ndef f(x): return K")
    assert code_of(names["f"]) == code_of(names["f"], effect=True)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("def f(x, y=object()): return y", "f, default 1"),
        ("def f(x, *, y=object()): return y", "f, default of y"),
        ("def g(k):\n def f(x): return k\n return f\nf = g(object())", "f → k"),
        ("class C:\n k = object()\ndef f(x): return C.k", "f → C.k"),
        ("K = []\nK.append(K)\ndef f(x): return K", "f → K[0]"),
    ],
)
def test_the_path_of_names_leads_to_the_culprit(source: str, path: str) -> None:
    """Defaults, closures, class constants and globals are each told by their place."""
    with pytest.raises(Unkeyable) as caught:
        code_of(cell(source)["f"])
    assert caught.value.path == path


MODEL = """
    import pydantic
    class M(pydantic.BaseModel):
        model_config = {{"frozen": {frozen}}}
        a: int = pydantic.Field(default={default}, gt={bound})
        b: list[str] = pydantic.Field(default_factory=list)
        @pydantic.field_validator("a")
        @classmethod
        def check(cls, value): return value + {add}
    def f(x): return M(a=x)
"""
WHOLE = {"frozen": True, "default": 1, "bound": 0, "add": 0}


@pytest.mark.parametrize("change", [{"frozen": False}, {"default": 2}, {"bound": -1}, {"add": 1}])
def test_every_part_of_a_model_counts(change: dict[str, Any]) -> None:
    """Settings, defaults, constraints and validators of a pydantic model belong to its key."""
    one, same = (key(cell(MODEL.format(**WHOLE))["f"]) for _ in range(2))
    assert one == same != key(cell(MODEL.format(**{**WHOLE, **change}))["f"])


# Values with code in them.


def test_the_methods_of_a_record_count_with_it() -> None:
    """A record that is handed on is another input once a method of its class has changed."""
    source = (
        "import dataclasses\n@dataclasses.dataclass\nclass R:\n k: int\n def m(self): return {}"
    )
    one, other = (cell(source.format(body))["R"](1) for body in (1, 2))
    assert digest(one) == digest(other)
    assert digest_with_code(one) != digest_with_code(other)
    assert digest_with_code([one]) == digest_with_code([cell(source.format(1))["R"](1)])


def test_a_function_as_a_value_counts_by_its_code() -> None:
    """A function within data is keyed with all that it refers to."""
    values = [{"by": cell(f"K = {k}\ndef f(x): return K")["f"]} for k in (1, 1, 2)]
    one, same, other = map(digest_with_code, values)
    assert one == same != other


def test_data_without_code_has_its_plain_digest() -> None:
    """For data the two digests are one."""
    value = {"a": [1, (2.0, None)], "b": {"x"}}
    assert digest_with_code(value) == digest(value)


# Details that the rest stands on.


def test_a_form_does_not_depend_on_how_a_python_cuts_an_f_string() -> None:
    """Empty and divided pieces of text, which versions leave in f-strings, say nothing."""
    whole = ast.parse("f'ab{x:>3}'")
    value = whole.body[0].value
    field = value.values[1]
    cut = [ast.Constant("a"), ast.Constant("b"), field, ast.Constant("")]
    divided = ast.Module([ast.Expr(ast.JoinedStr(cut))], [])
    assert form_digest(divided) == form_digest(whole)
    assert form_digest(ast.parse("f'abc{x:>3}'")) != form_digest(whole)


def test_references_follow_the_scopes_of_the_compiler() -> None:
    """Only true globals are named, with the attributes that are taken from them."""
    names = cell(
        """
        def f(x, local):
            from ..up import thing
            import os.path as path
            def g(): return local, helpers.sub.LIMIT, x.attribute
            return [K for K in x], thing, path, other()
        """
    )
    found = references_of(names["f"].__code__)
    assert set(found.names) == {("helpers", "sub", "LIMIT"), ("other",)}
    assert set(found.imports) == {(2, "up", ("thing",)), (0, "os.path", ())}


def test_same_code_ignores_places_and_nothing_else() -> None:
    """Two code objects are the same wherever they stand, but not with other constants."""
    texts = ("lambda x: (x, 1)", "\n\nlambda x: (x, 1)", "lambda x: (x, True)", "lambda y: (y, 1)")
    one, moved, typed, named = (eval(text.strip(), {}).__code__ for text in texts)
    assert done_by(one) == done_by(moved)
    assert done_by(one) != done_by(typed)
    assert done_by(one) != done_by(named)


def test_hundreds_of_helpers_in_a_chain_are_followed() -> None:
    """No length of a chain of helpers exhausts the stack."""
    chain = "".join(f"def g{n}(x): return g{n + 1}(x)\n" for n in range(1200))
    ends = [cell(f"{chain}def g1200(x): return {end}")["g0"] for end in (1, 2)]
    assert key(ends[0]) != key(ends[1])


def test_a_long_expression_is_read() -> None:
    """No depth of a syntax tree exhausts the stack."""
    source = "def f(x): return " + " + ".join(["x"] * 2500)
    assert code_of(cell(source)["f"]).document["parts"]["f"]["says"][0] == "source"


def test_the_document_is_a_plain_tree() -> None:
    """A key document can be stored as JSON and read by people."""
    document = code_of(cell(CLIENT.format(1, 1))["f"], effect=True).document
    assert json.loads(json.dumps(document)) == document


def test_no_value_stands_in_a_document() -> None:
    """Globals count by their digest, so a password in one is never stored."""
    document = code_of(cell("K = 'hunter2'\ndef f(x, y='hunter2'): return K")["f"]).document
    assert "hunter2" not in repr(document)


def test_cells_are_forgotten_with_their_code() -> None:
    """What was read of a function is dropped when the function is gone."""
    names = cell("def f(x): return x")
    key(names["f"])
    kept = id(names["f"].__code__)
    assert kept in known_code._seen
    names.clear()
    linecache.clearcache()
    assert kept not in known_code._seen
