"""Resolving a profile against parsing its TOML: checks and layers may cost as much again."""

import gc
import time
import tomllib
from collections.abc import Callable

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.resources.profiles import resolve_texts
from sanzhi_desktop.resources.profiles.schema import schema

LIMIT = 2.0
ROUNDS = 12


def _seconds(run: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


@pytest.mark.benchmark
@pytest.mark.parametrize("chain", [("national", "hunan", "tianxin"), ("national", "shucheng")])
def test_resolving_costs_at_most_twice_the_parsing(chain: tuple[str, ...]) -> None:
    texts = [resources.path("profiles", f"{name}.toml").read_text("utf-8") for name in chain]
    schema()  # the key table is read once per run of the program
    pairs = [
        (
            _seconds(lambda: [tomllib.loads(text) for text in texts]),
            _seconds(lambda: resolve_texts(texts)),
        )
        for _ in range(ROUNDS)
    ]
    # The fastest round of each: what the work costs without the neighbours' on the machine.
    bare, ours = (min(times) for times in zip(*pairs, strict=True))
    name = "+".join(chain)
    print(f"\n{name}: parse {bare:.4f} s, resolve {ours:.4f} s, ratio {ours / bare:.2f}")
    assert ours <= LIMIT * bare
