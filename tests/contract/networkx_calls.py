"""A pytest plugin for NetworkX's own tests: it counts the calls that our backend answered.

NetworkX falls back to its own function where a backend refuses; counting what ours gave back keeps the praise
from being empty. NetworkX also skips its tests of the functions that only a backend can run (Leiden) unless
the backend announces them, which would take an import of `graph` at every `import networkx`; here they are
announced.
"""

import json
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graph.nx import FUNCTIONS, backend

answered: Counter[str] = Counter()


def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        try:
            return function(*args, **kwargs)
        except NotImplementedError:
            answered[name] -= 1
            raise
        finally:
            answered[name] += 1

    return call


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--calls-to", type=Path, required=True, help="the file to write the counts to, as JSON")


def pytest_configure() -> None:
    for name, function in FUNCTIONS.items():
        setattr(backend, name, counted(name, function))
        registered = nx.utils.backends._registered_algorithms  # type: ignore[attr-defined]
        registered[name].backends.add("sharegraph")


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.getoption("--calls-to").write_text(json.dumps(answered))
