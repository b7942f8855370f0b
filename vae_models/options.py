"""From the words of a command line to a configuration: fields by name, and parts by kind.

A field may be given by the end of its name where no other ends so: ``--learning-rate`` for
``--optimiser.learning-rate``. A part is exchanged by its kind, ``--model.decoder brenier``, before its fields are read.
"""

import contextlib
import dataclasses
import functools
import io
import operator
import typing
from collections.abc import Iterable, Sequence, Set
from typing import Any

from vae_models.config import RunConfig
from vae_models.settings.paths import exchanged, kinds, leaves, members, parts, type_of
from variational.command_line import suggest
from variational.errors import InvalidInputError

_HELP_OPTION = "--help"
_HELP = (
    "Besides --out DIR and --resume DIR, every setting is an option. The end of its name is enough where no other "
    "ends so: --learning-rate. A part is exchanged by one of its kinds, before the settings of that kind:"
)


def read_fields(template: RunConfig, words: Sequence[str]) -> RunConfig:
    """Return the configuration with the options of a command line; underscores and dashes are alike.

    Raises:
        InvalidInputError: A name fits no setting or several, there is no such kind, or a value makes no sense.
        SystemExit: Help was asked for (status 0).
    """
    if not words:
        return template
    begun, rest = _with_kinds(template, _split(words))
    names = {*leaves(begun)}
    options = [f"--{_full(word, names) or word[2:]}" if _is_option(word) else word for word in rest]
    options = _one_length(begun, options)
    try:
        config: RunConfig = _widened(
            _parsed(begun, options, prog=f"python -m vae_models.train {template.preset}"), begun
        )
    except SystemExit as error:
        if not error.code:  # help was printed
            raise
        raise _refusal(begun, options) from error
    if config.preset != template.preset:
        msg = f"preset must be left as it is, {template.preset}, got {config.preset!r}"
        raise InvalidInputError(msg)
    return config


def _parsed(begun: RunConfig, options: Sequence[str], *, prog: str) -> Any:
    """Return what tyro reads of options, which ends the program, in silence, where it cannot."""
    import tyro  # noqa: PLC0415  a command without fields need not load it

    helping = _HELP_OPTION in options
    named = {word[2:] for word in options if _is_option(word)}
    with contextlib.nullcontext() if helping else contextlib.redirect_stderr(io.StringIO()):
        return tyro.cli(
            _narrowed(begun, {*leaves(begun)} if helping else named),
            prog=prog,
            description=_description(begun) if helping else None,
            args=options,
            config=(tyro.conf.FlagConversionOff,),
        )


def _refusal(begun: RunConfig, options: Sequence[str]) -> InvalidInputError:
    """Return what is wrong with the first option that cannot be read."""
    places = [place for place, word in enumerate(options) if _is_option(word)]
    if not places or places[0]:
        return InvalidInputError(f"settings must be written --name value, got {options[0]!r}")
    known = leaves(begun)
    for place, end in zip(places, [*places[1:], len(options)], strict=True):
        name = options[place][2:]
        if name not in known:
            short = {full.rpartition(".")[2].replace("_", "-") for full in known}
            rule = f"options must be settings of {begun.preset}, which --help lists"
            return InvalidInputError(f"{rule}, got --{name}{suggest(name, short)}")
        try:
            _parsed(begun, options[place:end], prog="")
        except SystemExit:
            wanted, values = _expected(type_of(begun, name)), " ".join(options[place + 1 : end])
            return InvalidInputError(f"--{name.replace('_', '-')} must be {wanted}, got {values!r}")
    return InvalidInputError(f"settings must be written --name value, got {' '.join(options)}")


def _expected(hint: Any) -> str:
    """Return in words what values of a type are."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return f"one of {', '.join(map(str, arguments))}"
    if origin is tuple:
        count = "" if Ellipsis in arguments else f"{len(arguments)} "
        return f"{count}{'whole numbers' if arguments[0] is int else 'numbers'}"
    if arguments:
        return " or ".join(getattr(member, "kind", None) or _expected(member) for member in arguments)
    return {int: "a whole number", float: "a number", bool: "True or False", str: "a text"}.get(hint, "None")


def _description(config: RunConfig) -> str:
    """Return the head of the help, with the kinds of every part."""
    present = leaves(config)
    lines = [
        f"  --{name.replace('_', '-')} {{{','.join(kinds(hint))}}} (now {present[name]})"
        for name, hint in parts(config).items()
    ]
    return "\n".join([_HELP, "", *lines])


def _is_option(word: str) -> bool:
    return word.startswith("--")


def _split(words: Sequence[str]) -> list[str]:
    """Return the words with --name=value in two."""
    return [part for word in words for part in (word.split("=", 1) if _is_option(word) else (word,))]


def _full(option: str, names: Iterable[str]) -> str | None:
    """Return the name of the setting that an option ends; None where there is none."""
    wanted = option[2:].replace("-", "_")
    fitting = sorted(name for name in names if f".{name}".endswith(f".{wanted}"))
    if wanted in fitting or not fitting:
        return wanted if fitting else None
    if len(fitting) > 1:
        choices = " or ".join(f"--{name.replace('_', '-')}" for name in fitting)
        msg = f"{option} must be one of several settings in full: {choices}"
        raise InvalidInputError(msg)
    return fitting[0]


def _with_kinds(config: RunConfig, words: list[str]) -> tuple[RunConfig, list[str]]:
    """Return the configuration with the parts exchanged that the words name by kind, and the other words."""
    rest: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        choices = parts(config)
        name = _full(word, {*leaves(config), *choices}) if _is_option(word) else None
        if name not in choices:
            rest.append(word)
            continue
        value, classes = waiting.pop(0) if waiting else "", kinds(choices[name])
        if value in classes:
            config = exchanged(config, name, classes[value]())
        elif float in members(choices[name]):
            config = exchanged(config, name, 0.0)  # a number, which is read with the others
            rest += [word, value]
        else:
            msg = f"{word} must be one of {', '.join(classes)}, got {value!r}"
            raise InvalidInputError(msg)
    return config, rest


def _narrowed(record: Any, names: Set[str], *, prefix: str = "") -> Any:
    """Return a class with the named fields of a record, its parts of the kinds they are, and its values as defaults.

    What is read into it costs tyro the time of one setting each, hence only those that are named.
    """
    hints = typing.get_type_hints(type(record))
    fields: list[Any] = []
    for field in dataclasses.fields(record):
        name, value = prefix + field.name, getattr(record, field.name)
        if dataclasses.is_dataclass(value):
            if any(other.startswith(f"{name}.") for other in names):
                inner = _narrowed(value, names, prefix=f"{name}.")
                fields.append((field.name, inner, dataclasses.field(default_factory=inner)))
        elif name in names:
            plain = [member for member in members(hints[field.name]) if not hasattr(member, "kind")]
            hint = functools.reduce(operator.or_, plain)
            fields.append((field.name, hint, dataclasses.field(default=value)))
    text = {"__doc__": type(record).__doc__, "__module__": __package__}  # the shortest source, in which tyro looks
    return dataclasses.make_dataclass(type(record).__name__, fields, kw_only=True, namespace=text)


def _widened(found: Any, template: Any) -> Any:
    """Return the template with the values that were read."""
    values = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    for name, value in values.items():
        if dataclasses.is_dataclass(value):
            values[name] = _widened(value, getattr(template, name))
    return dataclasses.replace(template, **values)


def _one_length(template: RunConfig, options: list[str]) -> list[str]:
    """Return the options with the other length taken back, where one of epochs and steps is given."""
    if "--steps" in options and "--epochs" not in options and template.epochs is not None:
        return [*options, "--epochs", "None"]
    if "--epochs" in options and "--steps" not in options and template.steps is not None:
        return [*options, "--steps", "None"]
    return options
