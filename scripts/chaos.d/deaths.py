"""Processes of a pool that die, or stand still."""

import asyncio
import os
import random
import signal
import statistics
import time
from collections.abc import Callable, Coroutine
from typing import Any

from clients import Crowd, Event, Habits, Size, Visits, crowd, slot_of, visits
from counters import NEVER_IN_KERNEL
from outcome import Outcome
from pool import HOST_ID, KEY, Pool, Refused, Status, directory, in_state, running
from scale import Scale

# Below the time after which a client says again what was lost.
HANDSHAKE = 0.9
# More are not there at a time.
VISITS = 5
# A worker that dies again within ten seconds is replaced so much later at least.
BACKOFF = 0.1
# Seconds from a command to the supervisor's death, at most: what a resize or an upgrade takes.
MIDWAY = 0.15
# A round trip, on two processors that others use; Drover's client has hundreds of connections at hand.
ROUND_TRIP = {"qh3": 0.05, "drover": 0.5}


def without_aioquic(size: Size) -> Size:
    """It does not see stateless resets."""
    return Size(drover=size.drover + size.aioquic, qh3=size.qh3)


class Death:
    """One worker's, and what came of it."""

    def __init__(self, slot: Event) -> None:
        self.slot: int = slot["slot"]
        self.incarnation: int = slot["incarnation"]
        self.connections: int = slot["connections"]
        self.at = time.monotonic()
        self.active_at = 0.0
        os.kill(slot["pid"], signal.SIGKILL)

    async def replaced(self, pool: Pool, within: float = 20) -> None:
        def is_replaced(status: Status) -> bool:
            slot = status["slots"][self.slot]
            return slot["state"] == "active" and slot["incarnation"] > self.incarnation

        await pool.until(f"a new worker in slot {self.slot}", is_replaced, within=within, pause=0.001)
        self.active_at = time.monotonic()

    @property
    def respawn(self) -> float:
        return self.active_at - self.at


async def kills(scale: Scale, outcome: Outcome) -> None:
    size = without_aioquic(scale.kill_held)
    outcome.done = f"kill −9 of one of 8 workers each second, ×{scale.kills}"
    deaths: list[Death] = []
    async with (
        running(8) as pool,
        crowd(pool, size, Habits(rebinds=False, reconnect=0.5)) as held,
        visits(pool, interval=0.05) as coming,
    ):
        for _ in range(scale.kills):
            next_second = time.monotonic() + 1
            await held.whole()
            death = Death(random.choice(in_state(await pool.status(), "active")))
            deaths.append(death)
            await death.replaced(pool)
            await losses(held, since=death.at, count=death.connections - VISITS)
            await asyncio.sleep(max(0.0, next_second - time.monotonic()))
        await held.whole()
        await outcome.look_at(held, may_lose=True)
        # The sockets of the dead stay where they are.
        kernel = (await pool.status())["kernel"]
        outcome.expect_none((name, kernel[name]) for name in NEVER_IN_KERNEL)
    check_losses(outcome, held, deaths)
    check_visits(outcome, coming, deaths)
    at_once = [death.respawn for death in deaths if death.respawn < BACKOFF]
    later = [death.respawn for death in deaths if death.respawn >= BACKOFF]
    outcome.add(f"respawn {milliseconds(at_once)}")
    if later:
        outcome.add(f"{len(later)} workers that died again within 10 s replaced after {milliseconds(later)}")


def check_losses(outcome: Outcome, held: Crowd, deaths: list[Death]) -> None:
    """Each loss is of a death, as many as its worker had, and each by a stateless reset at once."""
    ended = held.losses()
    outcome.lost = len(ended)
    delays: dict[str, list[float]] = {"qh3": [], "drover": []}
    for death, following in zip(deaths, [*deaths[1:], None], strict=True):
        until = following.at if following else float("inf")
        own = [loss for loss in ended if death.at <= loss["time"] < until]
        # The visits that were there count among the worker's connections.
        outcome.expect(
            death.connections - VISITS <= len(own) <= death.connections,
            f"slot {death.slot} had {death.connections} connections, and {len(own)} ended",
        )
        for loss in own:
            outcome.expect(loss["reason"] == "stateless_reset", f"{loss['library']}: {loss['reason']}")
            if cid := loss.get("server_cid"):
                slot = slot_of(cid, KEY, HOST_ID)
                outcome.expect(slot == death.slot, f"a connection of slot {slot} ended with {death.slot}")
            # A packet that is sent while there is no worker waits for one.
            delays[loss["library"]].append(loss["time"] - max(loss["sent"], death.active_at))
    early = [loss for loss in ended if loss["time"] < deaths[0].at]
    outcome.expect(not early, f"{len(early)} ended before the first death")
    for library, times in delays.items():
        if times:
            outcome.add(f"reset after the next packet {milliseconds(times)} ({library})")
        late = sum(time > ROUND_TRIP[library] for time in times)
        outcome.expect(late <= 1 + len(times) // 50, f"{late} resets took more than {ROUND_TRIP[library]} s")


def check_visits(outcome: Outcome, coming: Visits, deaths: list[Death]) -> None:
    """Who begins while there is no worker waits for the new one; only who was in the middle may fail."""
    longest, interrupted = 0.0, 0
    for visit in coming.all():
        end = visit["begun"] + visit["handshake"]
        if any(visit["begun"] <= death.at <= end for death in deaths):
            interrupted += 1
            continue
        began_in = next((death for death in deaths if death.at < visit["begun"] < death.active_at), None)
        limit = (began_in.active_at - visit["begun"] if began_in else 0.0) + HANDSHAKE
        outcome.expect(
            not visit.get("failure") and visit["handshake"] <= limit,
            f"a new connection {visit.get('failure', 'took')} {visit['handshake']:.2f} s",
        )
        longest = max(longest, visit["handshake"])
    outcome.add(f"{len(coming.all())} new connections, the longest handshake {longest * 1000:.0f} ms")
    outcome.add(f"{interrupted} more were under way at a death")


def milliseconds(times: list[float]) -> str:
    times = [max(0.0, seconds) * 1000 for seconds in times]
    return f"{statistics.median(times):.0f} ms in the median, {max(times):.0f} ms at most"


async def stuck(scale: Scale, outcome: Outcome) -> None:
    """A worker that stands still is killed and replaced."""
    timeout = 2.0
    outcome.done = f"SIGSTOP of one of 4 workers, --worker-timeout {timeout:.0f}s"
    size = without_aioquic(scale.held)
    async with (
        running(4, "--worker-timeout", f"{timeout:.0f}s") as pool,
        crowd(pool, size, Habits(rebinds=False)) as held,
    ):
        victim = max(in_state(await pool.status(), "active"), key=lambda slot: slot["connections"])
        os.kill(victim["pid"], signal.SIGSTOP)
        stopped = time.monotonic()

        def is_replaced(status: Status) -> bool:
            slot = status["slots"][victim["slot"]]
            return slot["state"] == "active" and slot["pid"] != victim["pid"]

        await pool.until("a new worker", is_replaced, within=timeout + 10)
        after = time.monotonic() - stopped
        outcome.add(f"replaced after {after:.2f} s")
        # A beat each second, looked at each second.
        outcome.expect(timeout - 1.1 <= after <= timeout + 1.5, f"replaced after {after:.2f} s")
        await losses(held, since=stopped, count=victim["connections"])
        await outcome.look_at(held, may_lose=True)
        ended = held.losses()
        outcome.lost = len(ended)
        outcome.expect(len(ended) == victim["connections"], f"{len(ended)} lost, not {victim['connections']}")
        outcome.expect(all(loss["reason"] == "stateless_reset" for loss in ended), "not by stateless reset")


async def supervisor_killed(scale: Scale, outcome: Outcome) -> None:
    outcome.done = "kill −9 of the supervisor, and another on the same port"
    size = without_aioquic(scale.held)
    async with directory() as pool:
        await pool.start(4)
        async with crowd(pool, size) as held:
            os.kill(pool.supervisor, signal.SIGKILL)
            outcome.add(f"all workers ended after {await pool.ended(within=5) * 1000:.0f} ms")
            await pool.start(4)
            await losses(held, since=0, count=size.total)
            outcome.connections, outcome.lost = size.total, len(held.losses())
            outcome.expect(outcome.lost == size.total, f"{outcome.lost} clients learned of it")
            reasons = {loss["reason"] for loss in held.losses()}
            outcome.add(f"clients learn of it: {', '.join(sorted(reasons))}")
            outcome.expect(reasons <= {"closed", "stateless_reset"}, f"{reasons}")
        await expect_service(pool)
        await pool.stop()


async def losses(held: Crowd, since: float, count: int) -> None:
    """Returns when so many connections have ended, or some time later: the caller looks."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and sum(loss["time"] >= since for loss in held.losses()) < count:
        await asyncio.sleep(0.01)


async def expect_service(pool: Pool) -> None:
    async with visits(pool) as coming:
        await coming.first(lambda visit: visit.get("failure") is None)


async def killed_in_resize(scale: Scale, outcome: Outcome) -> None:
    outcome.done = f"kill −9 of the supervisor at any moment of resize 2→6, ×{scale.midway}"
    await killed_midway(outcome, lambda pool: pool.ask("resize", workers=6, wait=True), scale.midway)


async def killed_in_upgrade(scale: Scale, outcome: Outcome) -> None:
    outcome.done = f"kill −9 of the supervisor at any moment of upgrade, ×{scale.midway}"
    await killed_midway(outcome, lambda pool: pool.ask("upgrade"), scale.midway)


async def killed_midway(
    outcome: Outcome, command: Callable[[Pool], Coroutine[Any, Any, Any]], count: int
) -> None:
    """All workers end, those that have just been started, too; another pool starts with the same directories."""
    longest, answered = 0.0, 0
    async with directory() as pool:
        for _ in range(count):
            await pool.start(2, key=None)
            asked = asyncio.create_task(command(pool))
            await asyncio.sleep(random.uniform(0, MIDWAY))
            answered += asked.done()
            os.kill(pool.supervisor, signal.SIGKILL)
            longest = max(longest, await pool.ended(within=5))
            error = (await asyncio.gather(asked, return_exceptions=True))[0]
            outcome.expect(not isinstance(error, Refused), f"{error}")
        await pool.start(2, key=None)
        await expect_service(pool)
        await pool.stop()
    outcome.add(f"all processes ended after {longest * 1000:.0f} ms at most; the next pool serves")
    outcome.add(f"{answered} of the commands were done")


SCENARIOS = [kills, stuck, supervisor_killed, killed_in_resize, killed_in_upgrade]
