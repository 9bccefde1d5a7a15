"""The design's one rule of structure: imports go one way (DESIGN.md, Layout)."""

import ast
from pathlib import Path

import pytest

from conftest import ROOT

SOURCE = ROOT / "src" / "quivive"
CHANNELS = {"messages", "calls", "voices", "media", "money"}
# Each ring may import those after it. A ring of several packages: they do not import each other.
RINGS: tuple[frozenset[str], ...] = (
    frozenset({"cli", "web", "__main__"}),
    frozenset({"evaluate", "labelled"}),
    frozenset({"workbench"}),
    frozenset(CHANNELS | {"cases", "share", "render"}),
    frozenset({"config", "feedback", "advice", "pool"}),
    frozenset(
        {
            "apart",
            "foreign_onnx",
            "examine",
            "intake",
            "observables",
            "evidence",
            "codec",
            "sniff",
            "exports",
            "engines",
            "wallets",
        }
    ),
    frozenset({"model", "errors", "sniff_sound"}),
)
# Modules of one ring that lean on each other by design.
WITHIN = {
    ("__main__", "cli"),
    ("evaluate", "labelled"),
    ("intake", "sniff"),
    ("observables", "wallets"),
    ("sniff", "exports"),
}


def ring(package: str) -> int:
    for number, members in enumerate(RINGS):
        if package in members:
            return number
    raise AssertionError(f"{package} has no ring: say in tests/test_imports.py where it belongs")


def imports(path: Path) -> set[str]:
    """First names below `quivive` that a module imports at run time."""
    tree = ast.parse(path.read_text("utf-8"))
    only_types = {id(n) for block in ast.walk(tree) if _is_type_checking(block) for n in ast.walk(block)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "quivive":
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("quivive.")}
    return found - {"__version__"}


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_one_way(path):
    package = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if package == "__init__":
        return
    for other in imports(path) - {package}:
        allowed = ring(package) < ring(other) or (package, other) in WITHIN
        assert allowed, f"{path.relative_to(ROOT)} may not import quivive.{other}"
