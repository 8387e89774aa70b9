"""The shape of the repository: what is documented, what handlers are given, what is imported."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slack_bolt.kwargs_injection.async_args import AsyncArgs

import handlers


ROOT = Path(__file__).parents[2]
PRODUCT = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")])
TESTS = sorted(ROOT.glob("tests/**/*.py"))
# What the bot adds to what Bolt injects; see handlers.register.
INJECTED = {"desk"}
KNOWN = set(AsyncArgs.__annotations__) | INJECTED
HEAVY = {"slack_bolt", "slack_sdk", "aiohttp", "redis", "docket", "structlog", "pydantic"}


def name_of(path: Path) -> str:
    """Name a file as seen from the repository's root."""
    return str(path.relative_to(ROOT))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """List every function of a module, methods included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_every_test_states_its_promise(path):
    """A test's docstring is what breaks when it fails."""
    silent = [
        one.name
        for one in functions(ast.parse(path.read_text()))
        if one.name.startswith("test_") and not ast.get_docstring(one)
    ]

    assert silent == []


def undocumented(body: list[ast.stmt], inside: str = "") -> Iterator[str]:
    """List public classes and functions without a docstring, those of classes included."""
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"{inside}{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node.body, f"{node.name}.")


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_every_public_name_says_what_it_is(path):
    """Every module, class and function says what it knows and does."""
    tree = ast.parse(path.read_text())

    assert ast.get_docstring(tree)
    # In the playground a route's handler is documented by the table that registers it.
    inside = [
        one for one in undocumented(tree.body) if "." not in one or "playground" not in str(path)
    ]
    assert inside == []


def listeners() -> list[tuple[str, Callable[..., object]]]:
    """List every function that Bolt may call: the public coroutines of the ways in."""
    found = []
    for module in pkgutil.iter_modules(handlers.__path__):
        ways = importlib.import_module(f"handlers.{module.name}")
        found += [
            (f"{module.name}.{name}", function)
            for name, function in inspect.getmembers(ways, inspect.iscoroutinefunction)
            if name.startswith("on_") and function.__module__ == ways.__name__
        ]
    return found


@pytest.mark.parametrize("name", [name for name, _ in listeners()])
def test_every_handler_asks_for_what_there_is(name):
    """A misspelt parameter is None at run time, and a keyword-only one is never given."""
    parameters = inspect.signature(dict(listeners())[name]).parameters.values()

    # What went wrong is given to the one listener for errors, by another road.
    given = KNOWN | {"error"} if name == "errors.on_error" else KNOWN
    assert {one.name for one in parameters} <= given
    assert {one.kind for one in parameters} <= {inspect.Parameter.POSITIONAL_OR_KEYWORD}


def test_the_handlers_were_found():
    """The guard above looks at something, and at every way in."""
    ways = {name.partition(".")[0] for name, _ in listeners()}

    assert {"commands", "mentions", "actions", "errors"} <= ways


def test_what_is_registered_is_what_is_guarded():
    """No lambda, partial or method is handed to Bolt, whose parameters nobody looks at."""
    tree = ast.parse((ROOT / "handlers" / "__init__.py").read_text())
    handed = [
        ast.unparse(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (isinstance(node.func, ast.Call) or ast.unparse(node.func) == "app.error")
        for argument in node.args
    ]

    assert handed
    assert set(handed) <= {name for name, _ in listeners()}


def test_explain_pays_for_nothing_that_it_does_not_use():
    """Naming a cause loads neither Bolt, nor an HTTP client, nor the queue, nor the settings."""
    program = (
        "import io, sys; from bot.cli import app;"
        "sys.stdin = io.TextIOWrapper(io.BytesIO(b'a log'));"
        "app(['explain', '--json'], result_action='return_value');"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = {name.partition(".")[0] for name in done.stderr.split()}

    assert "bot" in loaded
    assert not loaded & HEAVY


def in_git() -> list[Path]:
    """List the files that git has, or would take; all files where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    if listed.returncode:
        return [*PRODUCT, *TESTS]
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_no_file_names_the_place_where_it_was_made():
    """A repository that was cloned elsewhere refers to nothing outside itself."""
    # In parts, so that this file does not name them either.
    foreign = [re.compile(rb"/" + rb"work(?![\w-])"), re.compile(rb"\.\." + rb"/shared")]
    found = [
        name_of(path)
        for path in in_git()
        if path.is_file() and any(word.search(path.read_bytes()) for word in foreign)
    ]

    assert found == []
