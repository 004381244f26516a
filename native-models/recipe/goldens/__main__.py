"""Writes the golden values the tests compare with: `python -m goldens [--out DIR] [NAME ...]`.

A name is a module of this package with a function `write(out_dir)`; without names all run.
"""

import argparse
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

DEFAULT_OUT = Path(__file__).resolve().parents[3] / "test" / "golden" / "data"


def writers() -> dict[str, ModuleType]:
    """Modules of this package that write golden values, by name."""
    folder = str(Path(__file__).parent)
    names = sorted(info.name for info in pkgutil.iter_modules([folder]) if info.name != "__main__")
    modules = {name: importlib.import_module(f"goldens.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "write")}


def main() -> None:
    available = writers()
    parser = argparse.ArgumentParser(prog="python -m goldens", description=__doc__)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder to write to")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(available)}")
    arguments = parser.parse_args()
    for name in arguments.names or available:
        if name not in available:
            parser.error(f"there is no script for {name}")
        available[name].write(arguments.out)
        print(f"{name}: written below {arguments.out}", flush=True)


if __name__ == "__main__":
    main()
