"""Pairs of notebooks in which a function `f` must have the same key, or another one."""

from __future__ import annotations

import linecache
import os
import pathlib
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wfrepair_magic.engine.code_keys import code_of
from wfrepair_magic.engine.keys import digest


@dataclass(frozen=True)
class Code:
    """A notebook that defines a function `f`; `files` are modules that lie beside it."""

    source: str
    files: Mapping[str, str] = field(default_factory=dict)


def key_of(code: Code) -> str:
    """Run a notebook as a cell of its own, and give the digest of its function's key."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in code.files.items():
            path = pathlib.Path(folder, f"{name}.py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        sys.path.insert(0, folder)
        try:
            return digest(code_of(run_cell(code.source)["f"]).document)
        finally:
            sys.path.remove(folder)
            for name in code.files:
                sys.modules.pop(name.removesuffix("/__init__").replace("/", "."), None)


def run_cell(source: str) -> dict[str, Any]:
    """Run a text the way IPython runs a cell: its lines are there for who looks for them."""
    name = f"<cell {os.getpid()} {len(linecache.cache)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec", dont_inherit=True), namespace)
    return namespace


def _after(before: str, after: str, rest: str = "") -> tuple[Code, Code]:
    """Give two notebooks that begin otherwise and go on with the same."""
    return Code(before + "\n" + rest), Code(after + "\n" + rest)


def _beside(source: str, *files: Mapping[str, str]) -> tuple[Code, Code]:
    """Give one notebook beside two sets of files."""
    before, after = (Code(source, each) for each in files)
    return before, after


_WRAPS = """
import functools
def scale(by):
    def decorate(inner):
        @functools.wraps(inner)
        def wrapper(*given): return by {operator} inner(*given)
        return wrapper
    return decorate
@scale({argument})
def f(x): return x
"""
_CLASS = """
import dataclasses
class Base:
    def area(self): return self.size * {factor}
{decorator}
class Shape(Base):
    size: int = {size}
    LIMIT = {limit}
    @property
    def name(self): return {name!r}
    @staticmethod
    def of(x): return x + {step}
    @classmethod
    def make(cls): return cls, {made}
def f(x): return Shape().area()
"""
_DISPATCH = """
import functools
@functools.singledispatch
def show(x): return "any"
@show.register
def _(x: int): return {text!r}
def f(x): return show(x)
"""
_RECORD = """
import dataclasses
@dataclasses.dataclass
class R:
    k: int = 0
    def m(self, x): return self.k + k
"""


def _wraps(operator: str, argument: int) -> Code:
    return Code(_WRAPS.format(operator=operator, argument=argument))


def _shape(**changed: Any) -> Code:
    whole = {"decorator": "", "size": 1, "factor": 2, "limit": 3, "name": "a", "step": 1, "made": 0}
    return Code(_CLASS.format(**{**whole, **changed}))


def _dispatch(text: str) -> Code:
    return Code(_DISPATCH.format(text=text))


_F_CALLS_G = "def f(x): return g(x)"
_F_GIVES_K = "def f(x): return K"
_DATACLASS = "@dataclasses.dataclass"
_FROM_SIDE = "from side import g\ndef f(x): return g(x)"

DIFFERENT: dict[str, tuple[Code, Code]] = {
    "a constant": _after("def f(x): return x + 1", "def f(x): return x + 2"),
    "the type of a constant": _after("def f(x): return 1", "def f(x): return True"),
    "the sign of zero": _after("def f(x): return 0.0", "def f(x): return -0.0"),
    "an operator": _after("def f(x): return x + x", "def f(x): return x * x"),
    "the order of statements": _after(
        "def f(x):\n x += 1\n x *= 2\n return x", "def f(x):\n x *= 2\n x += 1\n return x"
    ),
    "a keyword-only parameter": _after("def f(x, y): return x", "def f(x, *, y): return x"),
    "a coroutine": _after("def f(x): return x", "async def f(x): return x"),
    "a generator": _after("def f(x): return x", "def f(x): yield x"),
    "a nested function": _after(
        "def f(x):\n def g(y=1): return y\n return g()",
        "def f(x):\n def g(y=2): return y\n return g()",
    ),
    "a comprehension": _after(
        "def f(x): return [y for y in x]", "def f(x): return [y for y in x if y]"
    ),
    "a global": _after("K = 1", "K = 2", _F_GIVES_K),
    "the type of a global": _after("K = 1", "K = 1.0", _F_GIVES_K),
    "what a global holds": _after("K = [1, {2: 3}]", "K = [1, {2: 4}]", _F_GIVES_K),
    "a global in an f-string": _after("K = 1", "K = 2", 'def f(x): return f"{x:{K}}"'),
    "a global in a comprehension": _after("K = 1", "K = 2", "def f(x): return [K for _ in x]"),
    "a global in a lambda": _after("K = 1", "K = 2", "def f(x): return (lambda: K)()"),
    "a global in a class body": _after(
        "K = 1", "K = 2", "def f(x):\n class C:\n  k = K\n return C.k"
    ),
    "a global in an async function": _after("K = 1", "K = 2", "async def f(x): return K"),
    "a global over a built-in": _after("", "print = 5", "def f(x): return print"),
    "a name that was bound": _after("", "K = 5", _F_GIVES_K),
    "a mangled global": _after(
        "_C__k = 1", "_C__k = 2", "class C:\n def m(self): return __k\ndef f(x): return C().m()"
    ),
    "a default": _after("def f(x, y=1): return y", "def f(x, y=2): return y"),
    "a default that was computed": _after("K = 1", "K = 2", "def f(x, y=K * 2): return y"),
    "a default by name": _after("def f(x, *, y=1): return y", "def f(x, *, y=2): return y"),
    "a closure": _after(
        "k = 1", "k = 2", "def g(k):\n def f(x): return k\n return f\nf = g(k)"
    ),
    "a function in a closure": _after(
        "h = lambda: 1", "h = lambda: 2", "def g(h):\n def f(x): return h()\n return f\nf = g(h)"
    ),
    "an argument of a decorator": (_wraps("*", 2), _wraps("*", 3)),
    "the body of a decorator": (_wraps("*", 2), _wraps("+", 2)),
    "an argument of a partial": _after(
        "k = 1", "k = 2", "from functools import partial\ndef g(k, x): return k\nf = partial(g, k)"
    ),
    "what is under an lru_cache": _after(
        "def g(x): return 1", "def g(x): return 2",
        "import functools\ng = functools.lru_cache(g)\ndef f(x): return g(x)",
    ),
    "a context manager": _after(
        "def g(x): yield 1", "def g(x): yield 2",
        "import contextlib\ng = contextlib.contextmanager(g)\ndef f(x):\n with g(x) as y: return y",
    ),
    "one function of a single dispatch": (_dispatch("int"), _dispatch("number")),
    "a helper": _after("def g(x): return 1", "def g(x): return 2", _F_CALLS_G),
    "a helper's helper": _after(
        "def h(x): return 1", "def h(x): return 2", "def g(x): return h(x)\n" + _F_CALLS_G
    ),
    "one of two that call each other": _after(
        "def g(x): return x and f(x - 1)", "def g(x): return x and f(x - 2)", _F_CALLS_G
    ),
    "a helper that calls itself": _after(
        "def g(x): return x and g(x - 1)", "def g(x): return x and g(x - 2)", _F_CALLS_G
    ),
    "a lambda": _after("g = lambda x: x", "g = lambda x: -x", _F_CALLS_G),
    "which lambda of a line": _after(
        "g, h = lambda x: x.a, lambda x: x.b", "h, g = lambda x: x.a, lambda x: x.b", _F_CALLS_G
    ),
    "a function in a table": _after(
        "def g(x): return 1", "def g(x): return 2", "T = {'g': [g]}\ndef f(x): return T['g']"
    ),
    "an attribute of a function": _after(
        "k = 1", "k = 2", "def g(x): return x\ng.limit = k\ndef f(x): return g.limit"
    ),
    "the method of a base": (_shape(), _shape(factor=3)),
    "a class constant": (_shape(), _shape(limit=4)),
    "a property": (_shape(), _shape(name="b")),
    "a static method": (_shape(), _shape(step=2)),
    "a class method": (_shape(), _shape(made=1)),
    "a method that was patched in": _after(
        "g = lambda self: 1", "g = lambda self: 2",
        "class C: pass\nC.m = g\ndef f(x): return C().m()"
    ),
    "a default of a dataclass": (
        _shape(decorator=_DATACLASS), _shape(decorator=_DATACLASS, size=2),
    ),
    "the decorator of a dataclass": (
        _shape(decorator=_DATACLASS), _shape(decorator=f"{_DATACLASS}(order=True)"),
    ),
    "the method of a record in a global": _after(
        "k = 1", "k = 2", _RECORD + "K = [R()]\ndef f(x): return K[0].m(x)"
    ),
    "what a method is bound to": _after(
        "j = 1", "j = 2", "k = 0\n" + _RECORD + "f = R(j).m"
    ),
    "a member of an enum": _after(
        "import enum\nclass E(enum.Enum):\n A = 1", "import enum\nclass E(enum.Enum):\n A = 2",
        "def f(x): return E.A",
    ),
    "a cached method of an enum": _after(
        "def g(x): return 1", "def g(x): return 2",
        "import enum, functools\nclass E(enum.Enum):\n A = 1\n m = functools.lru_cache(g)\n"
        "def f(x): return E.A.m()",
    ),
    "what a partial in a dataclass is given": _after(
        "indent = 1", "indent = 2",
        "import dataclasses, functools, json\n@dataclasses.dataclass\nclass C:\n"
        " dump = functools.partial(json.dumps, indent=indent)\ndef f(x): return C.dump(x)",
    ),
    "which library function is a method of a dataclass": _after(
        "from json import dumps as used", "from json import loads as used",
        "import dataclasses\n@dataclasses.dataclass\nclass C:\n m = staticmethod(used)\n"
        "def f(x): return C.m(x)",
    ),
    "a default of a named tuple": _after(
        "import typing\nclass T(typing.NamedTuple):\n a: int = 1",
        "import typing\nclass T(typing.NamedTuple):\n a: int = 2",
        "def f(x): return T()",
    ),
    "a metaclass": _after(
        "class M(type):\n def __call__(cls): return 1",
        "class M(type):\n def __call__(cls): return 2",
        "class C(metaclass=M): pass\ndef f(x): return C()",
    ),
    "which module": _after("import math as m", "import cmath as m", "def f(x): return m.sqrt(x)"),
    "which function of a module": _after(
        "from math import sin as g", "from math import cos as g", _F_CALLS_G
    ),
    "a type that a global names": _after(
        "T = list[int]", "T = list[str] | None", "def f(x): return T"
    ),
    "the metadata of a type": _after(
        "from typing import Annotated\nT = Annotated[int, 1]",
        "from typing import Annotated\nT = Annotated[int, 2]",
        "def f(x): return T",
    ),
    "a field of a slotted dataclass": _after(
        "import dataclasses\n@dataclasses.dataclass(slots=True, frozen=True)\nclass R:\n a: int",
        "import dataclasses\n@dataclasses.dataclass(slots=True, frozen=True)\nclass R:\n a: str",
        "def f(x): return R(x)",
    ),
    "an abstract method": _after(
        "import abc\nclass A(abc.ABC):\n @abc.abstractmethod\n def m(self): return 1",
        "import abc\nclass A(abc.ABC):\n @abc.abstractmethod\n def m(self): return 2",
        "class B(A):\n def m(self): return super().m()\ndef f(x): return B().m()",
    ),
    "a field of a typed dict": _after(
        "import typing\nclass T(typing.TypedDict):\n a: int",
        "import typing\nclass T(typing.TypedDict):\n a: str",
        "def f(x): return T(a=x)",
    ),
    "a constant of a module": _beside(
        "import side\ndef f(x): return side.K", {"side": "K = 1"}, {"side": "K = 2"}
    ),
    "a constant of a module in a package": _beside(
        "import pack.side\ndef f(x): return pack.side.K",
        {"pack/__init__": "", "pack/side": "K = 1"}, {"pack/__init__": "", "pack/side": "K = 2"},
    ),
    "a function of a module": _beside(
        _FROM_SIDE, {"side": "def g(x): return 1"}, {"side": "def g(x): return 2"}
    ),
    "what the function of a module calls": _beside(
        _FROM_SIDE,
        {"side": "import deep\ndef g(x): return deep.h(x)", "deep": "def h(x): return 1"},
        {"side": "import deep\ndef g(x): return deep.h(x)", "deep": "def h(x): return 2"},
    ),
    "a module that is passed on": _beside(
        "import side\ndef f(x): return vars(side)", {"side": "K = [1]"}, {"side": "K = [2]"}
    ),
    "what a module imports that is passed on and asked for a name": _beside(
        "import side\ndef g(m): return m.deep.K\ndef f(x): return g(side), side.L",
        {"side": "import deep\nL = 1", "deep": "K = 1"},
        {"side": "import deep\nL = 1", "deep": "K = 2"},
    ),
    "a module that is imported inside": _beside(
        "def f(x):\n from side import K\n return K",
        {"side": "from deep import K", "deep": "K = 1"},
        {"side": "from deep import K", "deep": "K = 2"},
    ),
    "a module that was patched": (
        Code("import side\nside.K = 2\ndef f(x): return side.K", {"side": "K = 1"}),
        Code("import side\nside.K = 3\ndef f(x): return side.K", {"side": "K = 1"}),
    ),
}  # fmt: skip
"""What changes what a function does."""

_TERSE = """
def g(x):
    return x + K
class C:
    def m(self):
        return g(1)
def f(x, y=1):
    def inner(z):
        return [g(z), f"{z!r:>{y}} and {K}", C().m()]
    return inner(x)
"""
_WORDY = """
# A notebook.
class C:
    '''Holds a method.'''

    def m(self):
        '''Give a number.'''
        return g(1)  # one


def g(x):
    '''Add.

    More.
    '''
    return (x + K)



def f(
    x,
    y = 1,
):
    # The inner function.
    def inner(z):
        "Shown."
        return [
            g(z),
            f'{z!r:>{y}} '   f"and {K}",
            C().m(),
        ]
    return inner( x )
"""
_MARK = "def mark(**settings): return lambda function: function"

SAME: dict[str, tuple[Code, Code]] = {
    "comments, docstrings, layout, order": _after("K = 1" + _TERSE, "K = 1" + _WORDY),
    "a global that nothing asks for": _after("K = J = 1", "K = 1; J = 2", _TERSE),
    "the order of a global dict": _after(
        "K = {'a': 1, 'b': 2}", "K = {'b': 2, 'a': 1}", _F_GIVES_K
    ),
    "how a global came about": _after("K = [1, 2]", "K = []\nK += [1]\nK += [2]", _TERSE),
    "a local of the name of a global": _after("K = 1", "K = 2", "def f(K): return K"),
    "an attribute of the name of a global": _after("K = 1", "K = 2", "def f(x): return x.K"),
    "a lambda on another line": _after(
        "g, h = lambda x: x.a, lambda x: x.b", "h = lambda x: x.b\n\ng = lambda x: x.a", _F_CALLS_G
    ),
    "the settings of a decorator that changes nothing": _after(
        _MARK + "\n@mark(timeout=1)", _MARK + "\n@mark(timeout=2, retry=3)", "def f(x): return x"
    ),
    "comments in a module": _beside(
        "import side\ndef f(x): return side.g(x)",
        {"side": "'''One.'''\n# One.\ndef g(x): return x"},
        {"side": "'''Two.'''\n\n\n\ndef g(x): return x # Two."},
    ),
    "another function of a helper's file": _beside(
        _FROM_SIDE,
        {"side": "def g(x): return x\ndef h(x): return 1"},
        {"side": "def h(x): return 2\ndef g(x): return x"},
    ),
    "members of a class in another order": _after(
        "class C:\n a = 1\n b = 2", "class C:\n b = 2\n a = 1", "def f(x): return C.a"
    ),
    "a call instead of a decorator": _after(
        "import functools\n@functools.cache\ndef g(x): return x",
        "import functools\ndef g(x): return x\ng = functools.cache(g)",
        _F_CALLS_G,
    ),
    "a set of functions of one name": _after(
        "S = {lambda: 1,\n lambda: 2,\n lambda: 3}",
        "S = [lambda: 1,\n lambda: 2,\n lambda: 3]\nS = {*reversed(S)}",
        "def f(x): return S",
    ),
    "a set of functions": _after(
        "def g(x): return 1\ndef h(x): return 2\nS = {g, h}",
        "def h(x): return 2\ndef g(x): return 1\nS = {h, g}",
        "def f(x): return S",
    ),
}  # fmt: skip
"""What does not."""
