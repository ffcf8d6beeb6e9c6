"""The key of a function: what it says, and everything outside of it that it asks for.

Theory of operation.  A walk starts at the function and follows, part by part, what each part
refers to.  A part is a function, or a class, of the user's; it is described once, under a label.
What a part refers to is written as a short reference:

    ["code", LABEL]                     another part; recursion ends here
    ["value", KIND, DIGEST]             data, or a structure of data and code
    ["python", NAME]                    a built-in, or something of the standard library
    ["library", NAME, VERSION, WHAT]    something installed, keyed by its version
    ["ours", NAME]                      something of this package; KEY_VERSION stands for it
    ["file", MODULE, DIGEST]            a module of the project, by what its file says
    ["files", {MODULE: DIGEST}, DRIFT]  the same with all that it imports from the project
    ["type", NAME]                      an object that has no key, in the code of an effect
    ["changes", NAME]                   data that the code itself changes, by its type
    ["absent"]                          a name that nothing is bound to

Python's own modules have no version here: a key is the same on every Python.  What a part says
is read once per code object and kept, so that a later edit of the file cannot change the meaning
of what is in memory; what it refers to is looked up each time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import CellType, FunctionType, ModuleType
from typing import Any

from .class_parts import class_members
from .composites import composite, registry_of
from .keys import Unkeyable, digest
from .known_code import known
from .origins import origin_of_class, origin_of_code, origin_of_module
from .outside import Found, doors
from .parts import type_name
from .project import file_digest, files_of, imported_name
from .shipped import Reference, home_of, reference_to, shipped
from .spots import UNBOUND, Spot, changed_by, followed, is_code
from .why import spelt

_ABSENT: Reference = ["absent"]
_UNSEEING = frozenset({"eval", "exec", "globals"})
_OWN_NAMES = frozenset({"__file__", "__spec__", "__loader__", "__package__", "__doc__"})
"""What every module says of itself; it differs between folders and means nothing."""


@dataclass(frozen=True)
class CodeKey:
    """What a function says and refers to, as a plain tree; `notices` are for the report.

    `shown` holds a short text for what digests in the tree stand for: code, and plain values.
    `outside` is what the code reads that is not in the tree, as `outside.doors` finds it.
    """

    document: Mapping[str, Any]
    notices: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    outside: tuple[Found, ...] = ()


def code_of(function: Callable[..., Any], effect: bool = False) -> CodeKey:
    """Describe a function and, recursively, all of the user's code and data that it refers to.

    An object that cannot be keyed raises Unkeyable with the path to it (``analyse → CLIENT``).
    With `effect` it counts by its type alone, and a notice says so.  So does data that the code
    itself changes (a list of calls, a counter): it is another after each run, and the effect would
    be a new one each time.
    """
    name = str(getattr(function, "__name__", type_name(type(function))))
    walk = _Walk(effect)
    root = walk.all_from(function, name)
    while walk.changing > walk.known_to_change:  # a part met late changes what an early one uses
        walk = _Walk(effect, frozenset(walk.changing))
        root = walk.all_from(function, name)
    document = {"root": root, "parts": dict(sorted(walk.parts.items()))}
    return CodeKey(document, tuple(dict.fromkeys(walk.notices)), walk.shown, tuple(walk.outside))


def digest_with_code(value: object) -> str:
    """Give the digest of a value and of all of the user's code in it.

    A function counts with all that it refers to, and so does the class of a record, whose
    methods may have changed.  For data without such code it is `keys.digest`.  Raises Unkeyable
    with the path of the culprit.
    """
    walk = _Walk(effect=False)
    found = digest(value, walk.instead, walk.naming)
    while walk.waiting:
        walk.describe_next()
    return digest([found, walk.parts]) if walk.parts else found


class _Walk:
    """Follows references from one function; lives as long as one call of `code_of`."""

    def __init__(self, effect: bool, changing: frozenset[Spot] = frozenset()) -> None:
        self.changing: set[Spot] = set(changing)
        self.known_to_change = changing
        self.parts: dict[str, Any] = {}
        self.notices: list[str] = []
        self.shown: dict[str, str] = {}
        self.outside: list[Found] = []
        self.waiting: deque[tuple[str, Any, str]] = deque()
        self._effect = effect
        self._labels: dict[int, tuple[str, object]] = {}
        self._taken: set[str] = set()
        self._where = ""

    def all_from(self, function: Callable[..., Any], name: str) -> Reference:
        """Describe everything that can be reached from a function; gives its own reference."""
        root = self.refer(function, name)
        while self.waiting:
            self.describe_next()
        return root

    def describe_next(self) -> None:
        """Describe the next part, and put what it refers to in line."""
        label, part, where = self.waiting.popleft()
        describe = self._class if isinstance(part, type) else self._function
        self.parts[label] = describe(part, where)

    def refer(self, value: object, where: str) -> Reference:
        """Give the reference to a value that stands at a place of the code."""
        self._where = where
        named = self._named(value)
        if named is not None:
            return named
        if isinstance(value, ModuleType):
            return self._module(value.__name__, (), where)
        try:
            made_of = composite(value)
            kind = type_name(type(value)) if made_of is None else str(made_of[0])
            found = digest(value, self.instead, self.naming)
            self.shown[found] = spelt(value)
            return ["value", kind, found]
        except Unkeyable as error:
            if self._effect:
                return self._by_type(value)
            raise Unkeyable(where + error.path, error.what) from error

    # What `keys` asks about objects that are not data.

    def instead(self, value: object) -> object:
        """Give what stands for code within a structure of data."""
        named = self._named(value)
        if named is not None:
            return named
        if isinstance(value, ModuleType):
            return ("files", *files_of(value.__name__))
        made_of = composite(value)
        if made_of is not None:
            return made_of
        return self._by_type(value) if self._effect else NotImplemented

    def naming(self, cls: type) -> object:
        """Give what stands for the class of a record: a user's class is code."""
        return self._label(cls) if origin_of_class(cls) == "user" else type_name(cls)

    def _by_type(self, value: object) -> Reference:
        cls = type(value)
        self.notices.append(
            f"{self._where}: a {type_name(cls)} cannot be keyed and counts by its type alone"
        )
        return ["type", self.naming(cls)]

    def _named(self, value: object) -> Reference | None:
        """Refer to code by a name or a label; None for data, and for what is made of code."""
        theirs = reference_to(value)
        if theirs is None and isinstance(value, FunctionType | type):
            return self._label(value)
        return theirs

    def _label(self, part: Any) -> Reference:
        """Give the label of a part, and put it in line when it is met for the first time."""
        known_as = self._labels.get(id(part))
        if known_as is None:
            name, count = str(part.__qualname__), 1
            while name in self._taken:
                count += 1
                name = f"{part.__qualname__} ({count})"
            self._taken.add(name)
            known_as = self._labels[id(part)] = (name, part)
            self.waiting.append((name, part, self._where))
        return ["code", known_as[0]]

    def _module(self, name: str, names: tuple[str, ...], where: str) -> Reference:
        """Refer to a module as a whole, as one that is passed on or imported inside."""
        if origin_of_module(name) != "user":
            return shipped(name, "")
        files, drifted = files_of(name, names)
        return ["files", files, self.refer(drifted, where) if drifted else None]

    # What parts consist of.

    def _function(self, function: FunctionType, where: str) -> dict[str, Any]:
        own = origin_of_code(function.__code__, function.__globals__) == "user"
        read = known(function.__code__, function.__globals__)
        named = function.__kwdefaults__ or {}
        self.changing.update(changed_by(function, read.references.changed) if own else ())
        if own:
            self.shown.update({read.says[-1]: read.text} if read.text else {})
            self.outside += doors(read.references, function.__globals__, where)
        part: dict[str, Any] = {
            "says": read.says if own else shipped(home_of(function), function.__code__.co_qualname),
            "defaults": self._all(function.__defaults__ or (), f"{where}, default"),
            "named defaults": {
                name: self.refer(value, f"{where}, default of {name}")
                for name, value in sorted(named.items())
            },
            "closure": self._closure(function, where),
            "names": self._names(function, read.references.names, where) if own else {},
        }
        package = function.__globals__.get("__package__") or home_of(function).rpartition(".")[0]
        for level, module, names in read.references.imports if own else ():
            name = imported_name(level, module, package) or module
            reference = self._module(name, names, f"{where} → import {name}")
            part["names"][f"import {name}: {', '.join(names)}"] = reference
        return part

    def _class(self, cls: type, where: str) -> dict[str, Any]:
        return {
            "bases": self._all(cls.__bases__, f"{where}, base"),
            "metaclass": self.refer(type(cls), f"{where}, metaclass"),
            "members": {
                name: self._at((id(cls), name), value, f"{where}.{name}")
                for name, value in class_members(cls)
            },
        }

    def _all(self, values: Iterable[object], where: str) -> list[Reference]:
        return [self.refer(value, f"{where} {at}") for at, value in enumerate(values, 1)]

    def _closure(self, function: FunctionType, where: str) -> dict[str, Reference]:
        registry = registry_of(function)
        if registry is not None:
            ordered = sorted(registry.items(), key=lambda item: type_name(item[0]))
            return {"registry": self.refer(ordered, f"{where}.registry")}
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        return {name: self._cell(cell, f"{where} → {name}") for name, cell in cells}

    def _cell(self, cell: CellType, where: str) -> Reference:
        try:
            value = cell.cell_contents
        except ValueError:  # not bound yet
            return _ABSENT
        return self._at((id(cell), ""), value, where)

    def _at(self, spot: Spot, value: object, where: str) -> Reference:
        """Refer to a value by what it is, or, where the code itself changes it, by its type."""
        if spot not in self.known_to_change or is_code(value):
            return self.refer(value, where)
        if not self._effect:
            raise Unkeyable(where, "the code itself changes it, so that no key can hold it")
        self.notices.append(f"{where}: the code itself changes it, so it counts by its type alone")
        return ["changes", type_name(type(value))]

    def _names(
        self, function: FunctionType, chains: Iterable[tuple[str, ...]], where: str
    ) -> dict[str, Reference]:
        """Refer to what each global name means now; attributes of modules are followed."""
        found: dict[str, Reference] = {}
        for chain in chains:
            if chain[0] in function.__globals__ and chain[0] not in _OWN_NAMES:
                self._follow(found, function.__globals__, chain, where)
            else:
                found[chain[0]] = self._built_in(function, chain[0], where)
        return found

    def _follow(
        self,
        found: dict[str, Reference],
        namespace: Mapping[str, Any],
        chain: tuple[str, ...],
        where: str,
    ) -> None:
        """Refer to a global and, through modules and functions of the user's, its attributes.

        A module that only lends an attribute counts by its file; one that the code also has as
        a whole comes first, as the chains are sorted, and stays.
        """
        for name, spot, value, lends in followed(namespace, chain):
            if value is UNBOUND:
                found[name] = _ABSENT
            elif name not in found:
                file = ["file", value.__name__, file_digest(value.__name__)] if lends else None
                found[name] = file or self._at(spot, value, f"{where} → {name}")

    def _built_in(self, function: FunctionType, name: str, where: str) -> Reference:
        """Refer to a built-in; one that reaches what no name says cannot be followed."""
        if name not in getattr(function, "__builtins__", {}):
            return _ABSENT
        if name in _UNSEEING:
            what = f"`{name}` may refer to anything, which cannot be followed"
            if not self._effect:
                raise Unkeyable(f"{where} → {name}", what)
            self.notices.append(f"{where} → {name}: {what}")
        return ["python", name]
