"""Shows that a scenario fails where the mechanism that it tests is off: in a copy of the tree with a small patch."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATCHES = Path(__file__).parent / "mutants"

# What each patch turns off is in its first line; here are the scenarios that have to see it.
MUTANTS = {
    "no-pins": ["handshakes"],
    "early-ring": ["resize"],
    "early-unregister": ["resize"],
    "drain-closes": ["resize", "restart", "upgrade"],
    "no-forwarding": ["resize-forward"],
    "ids-not-replaced": ["rotate-key"],
    "reload-stops-workers": ["reload"],
    "sockets-not-kept": ["kills"],
    "no-resets": ["kills"],
    "no-heartbeat-check": ["stuck"],
    "orphan-workers": ["supervisor-killed", "killed-in-resize", "killed-in-upgrade"],
    "any-count": ["resize-refused"],
    "save-unchecked": ["full-disk"],
    "leak": ["leaks"],
}


def run(names: list[str]) -> bool:
    """Prints a table, and returns whether each scenario failed as it has to."""
    rows, are_all_seen = [], True
    with worktree() as tree:
        for name in names:
            with patched(tree, PATCHES / f"{name}.patch") as about:
                build(tree)
                for scenario in MUTANTS[name]:
                    failed, result = fails(tree, scenario)
                    are_all_seen = are_all_seen and failed
                    rows.append(f"| {name} | {about} | {scenario} | {result} |")
                    print(rows[-1], file=sys.stderr, flush=True)
    print("\n".join(["| mutant | what is off | scenario | its result |", "| --- | --- | --- | --- |", *rows]))
    return are_all_seen


@contextmanager
def worktree() -> Iterator[Path]:
    """A copy of what is committed and what is not, with a build of its own."""
    changed = git(ROOT, "stash", "create").strip() or "HEAD"
    with tempfile.TemporaryDirectory(prefix="drover-mutants-") as directory:
        tree = Path(directory) / "tree"
        git(ROOT, "worktree", "add", "--detach", str(tree), changed)
        try:
            yield tree
        finally:
            git(ROOT, "worktree", "remove", "--force", str(tree))


@contextmanager
def patched(tree: Path, patch: Path) -> Iterator[str]:
    git(tree, "apply", "-C1", str(patch))
    try:
        yield patch.read_text().splitlines()[0]
    finally:
        git(tree, "apply", "-C1", "--reverse", str(patch))


def git(directory: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=directory, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def build(tree: Path) -> None:
    command = ["swift", "build", "--configuration", "release", "--static-swift-stdlib", "--product", "drover"]
    done = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SystemExit(f"{done.stdout}\n{tree}: the mutant cannot be built")


def fails(tree: Path, scenario: str) -> tuple[bool, str]:
    """Whether it does, and its result."""
    environment = {**os.environ, "DROVER_BINARY": str(tree / ".build/release/drover")}
    main = [sys.executable, str(Path(__file__).parent / "main.py"), scenario]
    done = subprocess.run(main, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    result = done.stdout.splitlines()[-1].split(" | ")[-1].removesuffix(" |")
    return done.returncode != 0, result
