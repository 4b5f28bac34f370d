"""How long things take, and what they cost."""

import asyncio
import statistics
import time
from collections.abc import Awaitable

from clients import Habits, Size, crowd, visits
from deaths import Death, milliseconds
from outcome import Outcome
from pool import Pool, Status, in_state, running
from scale import Scale

# In seconds: what the pool promises of the median, on an idle host.
RESIZE, UPGRADE, RESPAWN = 0.05, 0.15, 0.05
MEBIBYTE = 1 << 20


async def timed(awaited: Awaitable[object]) -> float:
    start = time.monotonic()
    await awaited
    return time.monotonic() - start


def promise(outcome: Outcome, what: str, times: list[float], limit: float) -> None:
    outcome.add(f"{what} {milliseconds(times)}")
    median = statistics.median(times)
    outcome.expect(median <= limit, f"{what}: {median * 1000:.0f} ms, {limit * 1000:.0f} ms at most")


async def grow(pool: Pool, workers: int) -> None:
    """To more, from the command until all are active."""
    await pool.resize(workers, pause=0)


async def shrink(pool: Pool, workers: int) -> None:
    """To fewer, from the command until the slot is free, which it is when it has no connection."""
    await pool.ask("resize", workers=workers)
    await pool.until("free slots", lambda status: is_settled(status, workers), pause=0)


def is_settled(status: Status, workers: int) -> bool:
    return len(in_state(status, "active")) == workers == len(status["slots"]) - len(in_state(status, "retired"))


async def resize_times(scale: Scale, outcome: Outcome) -> None:
    outcome.done = f"resize 2→3→2, kill −9 of a worker, ×{scale.measurements}, no connections"
    grows, shrinks, respawns = [], [], []
    for _ in range(scale.measurements):
        # A pool for each: a worker that dies soon after another is replaced later on purpose.
        async with running(2) as pool:
            grows.append(await timed(grow(pool, 3)))
            shrinks.append(await timed(shrink(pool, 2)))
            death = Death((await pool.status())["slots"][0])
            await death.replaced(pool)
            respawns.append(death.respawn)
    promise(outcome, "one worker more", grows, RESIZE)
    promise(outcome, "one worker fewer", shrinks, RESIZE)
    promise(outcome, "respawn", respawns, RESPAWN)


async def upgrade_times(scale: Scale, outcome: Outcome) -> None:
    outcome.done = f"upgrade ×{scale.measurements}, no connections"
    times = []
    async with running(2) as pool, visits(pool, interval=0.01) as coming:
        for _ in range(scale.measurements):
            start = time.monotonic()
            await pool.ask("upgrade")
            answered = time.monotonic()
            # The ring has the new workers only.
            visit = await coming.first(lambda visit: visit["begun"] >= answered)
            times.append(visit["begun"] + visit["handshake"] - start)
            await pool.until("free slots", lambda status: is_settled(status, 2))
    promise(outcome, "upgrade to the first new handshake", times, UPGRADE)


async def growth(scale: Scale, outcome: Outcome) -> None:
    """The cost of a resize does not depend on the number of connections."""
    counts = ", ".join(f"{count:,}" for count in scale.growth)
    outcome.done = f"resize 4→5→4→3→4 with {counts} connections, ×{scale.measurements}"
    medians: dict[str, list[float]] = {}
    for count in scale.growth:
        async with (
            running(4, "--idle-timeout", "1h") as pool,
            # Hardly anything moves on them: it would be measured, too.
            crowd(pool, Size(drover=count), Habits(False, pause=60, idle_timeout=3600)) as held,
        ):
            await asyncio.sleep(2)
            times: dict[str, list[float]] = {}
            for _ in range(scale.measurements):
                before = pool.supervisor_seconds()
                await measure(pool, times)
                times.setdefault("supervisor's processor time for all four", []).append(
                    pool.supervisor_seconds() - before
                )
            outcome.connections = count
            outcome.lost += len(held.losses())
        for what, measured in times.items():
            medians.setdefault(what, []).append(statistics.median(measured))
    for what, values in medians.items():
        outcome.add(f"{what} {' / '.join(f'{value * 1000:.1f}' for value in values)} ms")
        # By chance it differs, and by far less than the connections do.
        outcome.expect(values[-1] <= 2 * values[0] + 0.02, f"{what} grows: {values}")
    outcome.expect(outcome.lost == 0, f"lost {outcome.lost}")


async def measure(pool: Pool, times: dict[str, list[float]]) -> None:
    async def take(what: str, awaited: Awaitable[object]) -> None:
        times.setdefault(what, []).append(await timed(awaited))

    await take("one more", grow(pool, 5))
    await take("the empty one fewer", shrink(pool, 4))
    await take("a full one drains", pool.resize(3, pause=0))
    await take("it is taken back", grow(pool, 4))


async def leaks(scale: Scale, outcome: Outcome) -> None:
    outcome.done = f"{scale.leak} resizes 2→3→2"
    async with running(2) as pool:
        warm = min(100, scale.leak // 2)
        for number in range(scale.leak // 2):
            if number == warm // 2:
                before = pool.supervisor_memory(), pool.supervisor_descriptors()
            await grow(pool, 3)
            await shrink(pool, 2)
        after = pool.supervisor_memory(), pool.supervisor_descriptors()
        grown = after[0] - before[0]
        outcome.add(
            f"supervisor's memory {before[0] / MEBIBYTE:.2f} MiB after {warm} and "
            f"{after[0] / MEBIBYTE:.2f} MiB at the end; descriptors {before[1]} and {after[1]}"
        )
        outcome.expect(grown <= MEBIBYTE // 4, f"memory grew by {grown} octets")
        outcome.expect(after[1] == before[1], f"descriptors {before[1]} became {after[1]}")


SCENARIOS = [resize_times, upgrade_times, growth, leaks]
