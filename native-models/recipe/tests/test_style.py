"""The recipe's own code: formatted, without lint, and typed throughout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RECIPE = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "tool",
    [("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy", ".")],
    ids=" ".join,
)
def test_the_recipe_is_clean(tool: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", *tool]
    done = subprocess.run(command, cwd=RECIPE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(tool)}:\n{done.stdout}{done.stderr}"
