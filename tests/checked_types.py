"""Import hook of the tests: calls of a package are checked against its annotations, shapes of arrays included.

jaxtyping brings such a hook, and 40% of the time of the tests of ``vae_models`` went into it: it binds the arguments
of every call by ``inspect``, checks them before the call and again with the result, and decorates a function inside a
function each time that the outer one runs. Here beartype checks arguments and result once, inside one scope of
jaxtyping, in which a name of an axis means one number. Functions inside functions are left out, as what they get and
give passes through the outer one.
"""

import ast
import contextlib
import functools
import importlib.abc
import importlib.machinery
import inspect
import sys

import jaxtyping
from beartype import beartype

_on = True


def checked(thing):
    """Return a function whose calls are checked; of a class made by dataclass, check how it is initialised."""
    if inspect.isclass(thing):
        if "__dataclass_fields__" in vars(thing) and "__init__" in vars(thing):
            thing.__init__ = checked(thing.__init__)
        return thing
    if inspect.isgeneratorfunction(thing):  # runs after the call, outside of the scope
        return jaxtyping.jaxtyped(thing, typechecker=beartype)
    # in quotation marks stand classes that are not defined yet, and some that only mypy imports
    thing.__annotations__ = {name: kind for name, kind in thing.__annotations__.items() if not isinstance(kind, str)}
    guarded = beartype(thing)

    @functools.wraps(thing)
    def scoped(*args, **kwargs):
        if not _on:
            return thing(*args, **kwargs)
        with jaxtyping.jaxtyped("context"):
            return guarded(*args, **kwargs)

    return scoped


@contextlib.contextmanager
def types_unchecked():
    """Turn the checks off, so that a test sees what an option's own validation says."""
    global _on  # noqa: PLW0603
    _on = False
    try:
        yield
    finally:
        _on = True


def install(package):
    """Check what is imported from a package from now on."""
    sys.meta_path.insert(0, _Finder(package))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, package):
        self.package = package

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.package and not fullname.startswith(f"{self.package}."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):  # neither takes bytecode of the unchecked module nor leaves its own
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

    def source_to_code(self, data, path, *, _optimize=-1):
        tree = ast.parse(data, path)
        _decorate(tree.body)
        tree.body.insert(1, ast.parse(f"import {__name__}").body[0])  # after the docstring
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True, optimize=_optimize)


def _decorate(nodes):
    for node in nodes:
        if isinstance(node, ast.FunctionDef):  # below its other decorators, which may drop annotations
            node.decorator_list.append(_decorator(node))
        elif isinstance(node, ast.ClassDef):  # above them, so that the class has its fields
            node.decorator_list.insert(0, _decorator(node))
            _decorate(node.body)


def _decorator(node):
    return ast.copy_location(ast.parse(f"{__name__}.checked", mode="eval").body, node)
