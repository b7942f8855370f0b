"""The rules about modules that no reader should have to check by eye."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("variational", "numeric", "vae_models", "figures")
MODULES = sorted(module for name in NAMES for module in (ROOT / name).rglob("*.py"))
PACKAGES = [module for module in MODULES if module.name == "__init__.py"]
LONGEST_MODULE = 320  # lines; the aim is 300
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def path_in_project(path):
    return path.relative_to(ROOT).as_posix()


def test_the_import_contracts_are_kept():
    # No cache: the workers of a parallel run would write the same one.
    command = [sys.executable, "-c", LINT_IMPORTS, "--no-cache", "--no-logo"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_there_are_modules_to_look_at():
    assert ROOT / "variational" / "records.py" in MODULES
    assert ROOT / "variational" / "__init__.py" in PACKAGES


@pytest.mark.parametrize("module", MODULES, ids=path_in_project)
def test_a_module_says_what_it_holds(module):
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


@pytest.mark.parametrize("module", MODULES, ids=path_in_project)
def test_a_module_is_short_enough_to_read_at_once(module):
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("package", PACKAGES, ids=path_in_project)
def test_a_package_file_holds_a_docstring_and_nothing_else(package):
    tree = ast.parse(package.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1
