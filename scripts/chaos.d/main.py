"""Runs the scenarios of scripts/chaos, and prints the table."""

import argparse
import asyncio
import resource
import signal
import sys
import time

import bad_input
import deaths
import figures
import mutants
import survival
from outcome import Outcome, table
from scale import FULL, SHORT, Scale

SCENARIOS = {
    scenario.__name__.replace("_", "-"): scenario
    for module in (survival, deaths, bad_input, figures)
    for scenario in module.SCENARIOS
}
# Times are no test where others use the processors, too.
SHORT_SCENARIOS = [name for name in SCENARIOS if name not in ("resize-times", "upgrade-times", "growth")]
DEADLINE = 900.0


async def run(name: str, scale: Scale) -> Outcome:
    outcome = Outcome(name)
    start = time.monotonic()
    try:
        async with asyncio.timeout(DEADLINE):
            await SCENARIOS[name](scale, outcome)
    except Exception as error:
        outcome.failures.append(f"{type(error).__name__}: {error}")
    print(f"{name}: {outcome.result} ({time.monotonic() - start:.0f} s)", file=sys.stderr, flush=True)
    return outcome


async def run_all(names: list[str], scale: Scale) -> bool:
    task = asyncio.current_task()
    assert task is not None
    # As an interrupt: everything that was started ends.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    outcomes = [await run(name, scale) for name in names]
    print(table(outcomes))
    return not any(outcome.failures for outcome in outcomes)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="small, for every change")
    parser.add_argument("--mutants", action="store_true", help="show that scenarios fail when they have to")
    parser.add_argument("names", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    arguments = parser.parse_args()
    known = mutants.MUTANTS if arguments.mutants else SCENARIOS
    if unknown := [name for name in arguments.names if name not in known]:
        parser.error(f"no such name: {', '.join(unknown)}; there are {', '.join(known)}")
    # A socket for each connection of a client.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if arguments.mutants:
        return 0 if mutants.run(arguments.names or list(mutants.MUTANTS)) else 1
    names = arguments.names or (SHORT_SCENARIOS if arguments.short else list(SCENARIOS))
    try:
        return 0 if asyncio.run(run_all(names, SHORT if arguments.short else FULL)) else 1
    except (asyncio.CancelledError, KeyboardInterrupt):
        print("interrupted; nothing is left running", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
