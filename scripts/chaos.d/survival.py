"""What a pool does without the loss of a connection: held ones go on, with new ports, and new ones come."""

import asyncio
from collections.abc import Awaitable, Callable

import counters
from clients import Crowd, Size, crowd, visits
from outcome import Outcome
from pool import KEY, Pool, in_state, running
from scale import Scale
from split_handshake import SplitHandshake


async def survive(
    scale: Scale,
    outcome: Outcome,
    operate: Callable[[Pool, Crowd], Awaitable[None]],
    *options: str,
    workers: int = 2,
    size: Size | None = None,
    key: str | None = KEY,
    allowed: dict[str, int] | None = None,
) -> None:
    async with running(workers, *options, key=key) as pool:
        async with crowd(pool, size or scale.held) as held:
            async with visits(pool) as coming:
                await operate(pool, held)
            await outcome.look_at(held)
            await counters.check(outcome, pool, held, coming, allowed)
        await counters.check_ends(outcome, pool)


async def go_on(scale: Scale, held: Crowd) -> None:
    """Data moves, on each of them."""
    await asyncio.sleep(scale.between)
    await held.advance()


async def resize(scale: Scale, outcome: Outcome) -> None:
    await resizes(scale, outcome, "ebpf")


async def resize_forward(scale: Scale, outcome: Outcome) -> None:
    await resizes(scale, outcome, "forward")


async def resizes(scale: Scale, outcome: Outcome, steering: str) -> None:
    outcome.done = f"2→{'→'.join(map(str, scale.resizes))} workers, --steering {steering}"

    async def operate(pool: Pool, held: Crowd) -> None:
        first, *others = scale.resizes
        await pool.resize(first)
        # So that each slot has some, and those that drain do, too.
        await held.join(scale.held.half)
        for workers in others:
            await go_on(scale, held)
            await pool.resize(workers)
        await go_on(scale, held)

    # By the kernel's hash a handshake's first packets may reach another worker, or one that is about to end because a
    # third one does not know it yet: such a client is refused or gets no answer, and begins again.
    allowed = {"dropped-unknown-connection": scale.held.total, "refused-stopping": 5}
    if steering == "ebpf":
        allowed = {}
    options = ["--steering", steering]
    await survive(scale, outcome, operate, *options, size=scale.held.half, allowed=allowed)


async def rotate_key(scale: Scale, outcome: Outcome) -> None:
    outcome.done = f"rotate-key ×{scale.rotations}, 4 workers"

    async def operate(pool: Pool, held: Crowd) -> None:
        for _ in range(scale.rotations):
            await pool.ask("rotate-key", grace=20)
            await pool.until("end of the rotation", lambda status: len(status["configurations"]) == 1)
            await go_on(scale, held)

    # What is on its way with an old ID when its configuration goes is sent again.
    late = scale.rotations * scale.held.total
    allowed = dict.fromkeys(["dropped-unknown-connection", "dropped-foreign-server-id"], late)
    await survive(scale, outcome, operate, workers=4, key=None, allowed=allowed)


async def reload(scale: Scale, outcome: Outcome) -> None:
    outcome.done = f"reload ×{scale.reloads}, 2 workers"

    async def operate(pool: Pool, held: Crowd) -> None:
        for _ in range(scale.reloads):
            await pool.ask("reload")
        await held.advance()

    await survive(scale, outcome, operate)


async def restart(scale: Scale, outcome: Outcome) -> None:
    outcome.done = f"restart --all ×{scale.restarts}, 3 workers"

    async def operate(pool: Pool, held: Crowd) -> None:
        for _ in range(scale.restarts):
            await pool.ask("restart")
            outcome.expect(len(in_state(await pool.status(), "active")) == 3, "not 3 active slots")
            await go_on(scale, held)

    await survive(scale, outcome, operate, workers=3)


async def upgrade(scale: Scale, outcome: Outcome) -> None:
    outcome.done = f"upgrade ×{scale.upgrades}, 2 workers"

    async def operate(pool: Pool, held: Crowd) -> None:
        for _ in range(scale.upgrades):
            before = {slot["pid"] for slot in in_state(await pool.status(), "active")}
            await pool.ask("upgrade")
            after = {slot["pid"] for slot in in_state(await pool.status(), "active")}
            outcome.expect(len(after) == 2 and not before & after, f"workers {before} became {after}")
            await go_on(scale, held)

    await survive(scale, outcome, operate)


async def handshakes(scale: Scale, outcome: Outcome) -> None:
    """A first flight in two datagrams, with a resize between them: the pin keeps them together."""
    count = scale.held.total // 4
    outcome.done = f"2→6 workers between the two datagrams of {count} first flights"
    outcome.connections = count
    async with running(2, "--steering", "ebpf") as pool:
        clients = [SplitHandshake(pool.port) for _ in range(count)]
        for client in clients:
            client.send_first()
        await pool.until(
            "first datagrams", lambda status: counters.total(status, "datagrams-received") == count
        )
        await pool.resize(6)
        results = await asyncio.gather(*(client.complete() for client in clients))
        outcome.lost = results.count(False)
        outcome.expect(outcome.lost == 0, f"{outcome.lost} handshakes failed")
        status = await pool.status()
        counters.expect_equal(outcome, "accepted", counters.total(status, "accepted"), count)
        outcome.expect(status["kernel"]["pin"] >= count, f"pin {status['kernel']['pin']}")
        outcome.add(f"{status['kernel']['pin']} datagrams steered by pins")
        for client in clients:
            client.close()


SCENARIOS = [resize, resize_forward, handshakes, rotate_key, reload, restart, upgrade]
