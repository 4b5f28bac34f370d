"""What operators and hosts get wrong."""

import os
from pathlib import Path

from clients import crowd
from deaths import expect_service
from outcome import Outcome
from pool import NotStarted, Pool, Refused, directory, running, total
from scale import Scale

USAGE = 64


async def resize_refused(scale: Scale, outcome: Outcome) -> None:
    outcome.done = "resize to 0, 257, −1, 2.5, text and nothing"
    async with running(2) as pool, crowd(pool, scale.held) as held:
        before = await pool.status()
        for members in [*({"workers": count} for count in (0, 257, -1, 2.5, "6")), {}]:
            try:
                await pool.ask("resize", **members)
                outcome.failures.append(f"{members} was taken")
            except Refused as refusal:
                outcome.expect(refusal.exit_status == USAGE, f"{members}: {refusal.exit_status} {refusal}")
        after = await pool.status()
        pids = [[slot["pid"] for slot in status["slots"]] for status in (before, after)]
        outcome.expect(pids[0] == pids[1], f"workers {pids[0]} became {pids[1]}")
        await outcome.look_at(held)


async def full_disk(scale: Scale, outcome: Outcome) -> None:
    """The state directory is on a small file system of the pool's own mount namespace."""
    outcome.done = "a full disk under the state directory: start, rotate-key, resize 2→4→2"
    async with directory() as pool:
        pool.state_directory.mkdir()
        await start_on_small_disk(pool)
        state = Path(f"/proc/{pool.supervisor}/root{pool.state_directory}")
        async with crowd(pool, scale.held) as held:
            fill(state / "filler")
            try:
                await pool.ask("rotate-key")
                outcome.failures.append("the key was rotated without a place to keep it")
            except Refused as refusal:
                outcome.expect("No space left" in str(refusal), f"rotate-key: {refusal}")
            status = await pool.status()
            outcome.expect(len(status["configurations"]) == 1, f"configurations {status['configurations']}")
            await pool.resize(4)
            await pool.resize(2)
            await expect_service(pool)
            await outcome.look_at(held)
            unroutable = total(await pool.status(), "unroutable-ids")
            outcome.add(f"{unroutable} connection IDs without a nonce")
            (state / "filler").unlink()
            await pool.ask("rotate-key")
            await pool.until("end of the rotation", lambda status: len(status["configurations"]) == 1)
            await outcome.look_at(held)
            outcome.connections = scale.held.total
        await pool.stop()
    async with directory() as pool:
        pool.state_directory.mkdir()
        try:
            await start_on_small_disk(pool, then="dd if=/dev/zero of=$0/filler status=none; ")
            outcome.failures.append("a pool started without a place for its keys")
            await pool.stop()
        except NotStarted as failure:
            outcome.expect("No space left" in str(failure), f"start: {failure}")
            outcome.add(f"start: {str(failure).splitlines()[-1]}")


async def start_on_small_disk(pool: Pool, then: str = "") -> None:
    script = f'mount -t tmpfs -o size=128k,mode=700 drover-chaos "$0" && {{ {then}exec "$@"; }}'
    launcher = ("unshare", "--mount", "sh", "-c", script, str(pool.state_directory))
    await pool.start(2, launcher=launcher, key=None)


def fill(path: Path) -> None:
    """Takes all that the file system has."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        size = 65536
        while size:
            try:
                os.write(descriptor, bytes(size))
            except OSError:
                size //= 2
    finally:
        os.close(descriptor)


SCENARIOS = [resize_refused, full_disk]
