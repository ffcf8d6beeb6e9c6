"""`@node` makes a function of the notebook a node type."""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypedDict, TypeVar, Unpack, overload

from ..errors import BadWorkflow
from ..ir.model import MISSING, Effect
from ..ir.spec import NodeSpec, Param
from .annotations import ANY, Kind, annotations_of, fields_of, kind_of, type_name
from .base import NodeType
from .registry import NOTEBOOK, register

P = ParamSpec("P")
R = TypeVar("R")

EFFECTS: tuple[Effect, ...] = ("pure", "read", "write")


class NodeOptions(TypedDict, total=False):
    """What `@node(…)` takes, all by name.

    `name` is the type's name in workflows (else the function's).  `effect` is what it does to
    the world: nothing (`pure`), looks at it (`read`), or changes it (`write`, unless said).
    `retry` is the number of attempts, `timeout` is in seconds, `cache` is True, False or a
    lifetime in seconds.  `idempotent` says that it may be called again with the same
    `Context.idempotency_key` where the outcome was lost: True (for a day), or for how many
    seconds after the first time.  `outputs` names the fields that it returns, as a list or with
    their types; `actions` the actions that it may end with.
    """

    name: str
    effect: Effect
    retry: int
    timeout: float
    cache: bool | float
    idempotent: bool | float
    outputs: Iterable[str] | Mapping[str, Any]
    actions: Iterable[str]
    description: str


@overload
def node(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def node(**options: Unpack[NodeOptions]) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def node(
    function: Callable[..., Any] | None = None, /, **options: Unpack[NodeOptions]
) -> Callable[..., Any]:
    """Make a function, sync or async, a node type that workflows can name.

    ``@node`` or ``@node(effect="pure", retry=3)`` (see NodeOptions).  The function's parameters
    are the type's params, by their annotations; one annotated Context receives it.  A dict that
    it returns is its outputs, anything else its `result`.  The function itself stays as it is,
    and defining it again replaces the type.  Raises BadWorkflow for a function that cannot be
    called by keywords, an unknown option, or a name that is taken.
    """

    def registered(decorated: Callable[..., Any]) -> Callable[..., Any]:
        register(type_of(decorated, options))
        return decorated

    return registered if function is None else registered(function)


def type_of(function: Callable[..., Any], options: NodeOptions) -> NodeType:
    """Read a function and its options as a NodeType, without registering it."""
    name = _name_of(function, options)
    _check_options(name, options)
    hints = annotations_of(function)
    parameters = _parameters(name, function)
    kinds = {key: kind_of(hints.get(key, Any)) for key in parameters}
    asking = [key for key, kind in kinds.items() if kind.context]
    if len(asking) > 1:
        raise BadWorkflow(f"`{name}` asks for the Context twice: {', '.join(asking)}")
    spec = NodeSpec(
        name,
        params=_params(parameters, kinds),
        outputs=_outputs(options.get("outputs"), hints.get("return")),
        effect=options.get("effect", "write"),
        open=any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()),
        description=options.get("description") or _first_line(function),
        origin=NOTEBOOK,
        actions=tuple(options["actions"]) if "actions" in options else None,
    )
    return NodeType(
        spec,
        function,
        code=function,
        is_async=_is_async(function),
        context_param=asking[0] if asking else None,
        retry=options.get("retry"),
        timeout=options.get("timeout"),
        cache=options.get("cache"),
        idempotent=options.get("idempotent"),
    )


def _name_of(function: Callable[..., Any], options: NodeOptions) -> str:
    if not callable(function) or inspect.isclass(function):
        raise BadWorkflow(f"@node decorates functions, and {function!r} is none")
    name = options.get("name") or getattr(function, "__name__", "")
    if not isinstance(name, str) or not name or name == "<lambda>":
        raise BadWorkflow('a function without a name needs one: `node(name="…")(function)`')
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise BadWorkflow(f"`{name}` yields; a node function returns its outputs once")
    return name


def _check_options(name: str, options: NodeOptions) -> None:
    known = tuple(NodeOptions.__annotations__)
    for key in options:
        if key not in known:
            raise BadWorkflow(f"@node of `{name}`: no option `{key}`{_near(key, known)}")
    effect = options.get("effect", "write")
    if effect not in EFFECTS:
        hint = _near(str(effect), EFFECTS) or f"; it is one of {', '.join(EFFECTS)}"
        raise BadWorkflow(f"@node of `{name}`: there is no effect {effect!r}{hint}")
    retry = options.get("retry", 1)
    if not isinstance(retry, int) or isinstance(retry, bool) or retry < 1:
        raise BadWorkflow(f"@node of `{name}`: retry is a number of attempts, not {retry!r}")
    _check_seconds(name, "timeout", options.get("timeout", 1))
    for key, value in (("cache", options.get("cache")), ("idempotent", options.get("idempotent"))):
        if value is not None and not isinstance(value, bool):
            _check_seconds(name, key, value)


def _check_seconds(name: str, key: str, value: object) -> None:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf:
        return
    raise BadWorkflow(f"@node of `{name}`: {key} is in seconds, above 0, not {value!r}")


def _near(word: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean `{found[0]}`?" if found else ""


def _parameters(name: str, function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Give the parameters by name; refuse those that no keyword can reach."""
    try:
        found = dict(inspect.signature(function).parameters)
    except (TypeError, ValueError) as error:
        raise BadWorkflow(f"`{name}` does not say what parameters it takes: {error}") from error
    for parameter in found.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            raise BadWorkflow(
                f"`{name}` takes `*{parameter.name}`, but params of a node have names: take a"
                f" list, `{parameter.name}: list`"
            )
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise BadWorkflow(
                f"`{name}` takes `{parameter.name}` by position only, but params of a node have"
                " names: take the `/` out"
            )
    return found


def _params(
    parameters: Mapping[str, inspect.Parameter], kinds: Mapping[str, Kind]
) -> dict[str, Param]:
    return {
        key: _param(parameter, kinds[key])
        for key, parameter in parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD and not kinds[key].context
    }


def _param(parameter: inspect.Parameter, kind: Kind) -> Param:
    """Make a parameter a Param.

    A default that is plain data becomes the param's; any other (a client, a sentinel) is left
    for Python to fill in and belongs to the function's code.
    """
    has_default = parameter.default is not parameter.empty
    return Param(
        parameter.name,
        types=kind.types,
        required=not has_default,
        default=parameter.default if has_default and _is_data(parameter.default) else MISSING,
        enum=kind.enum,
        description=kind.description,
    )


def _is_data(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_data(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(_is_data(item) for item in value)
    return value is None or isinstance(value, (bool, int, float, str))


def _outputs(declared: Any, returned: Any) -> dict[str, str] | None:
    """Give the fields that the decorator names, else those of a TypedDict that is returned."""
    if declared is None:
        return fields_of(returned)
    if isinstance(declared, Mapping):
        return {key: _declared_type(value) for key, value in declared.items()}
    return dict.fromkeys([declared] if isinstance(declared, str) else declared, ANY)


def _declared_type(value: Any) -> str:
    return value if isinstance(value, str) else type_name(kind_of(value))


def _first_line(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0].strip()


def _is_async(function: Callable[..., Any]) -> bool:
    """Tell whether a call gives a coroutine; an object with an async `__call__` does too."""
    return any(map(inspect.iscoroutinefunction, (function, type(function).__call__)))
