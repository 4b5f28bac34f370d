"""What a pool's counters have to add up to."""

from clients import Crowd, Visits
from outcome import Outcome
from pool import Overdue, Pool, Status, current, total

# Datagrams that a pool without fault has no reason to drop, and answers that it has no reason to give.
NEVER = [
    *("dropped-malformed-header", "dropped-invalid-initial", "dropped-unknown-version"),
    *("dropped-foreign-slot", "dropped-foreign-server-id", "dropped-other-address"),
    *("dropped-forward-queue-full", "dropped-malformed-forward", "dropped-send-refused"),
    *("refused-connection-limit", "refused-half-open-limit", "refused-stopping", "refused-pool-limit"),
    *("refused-address-limit", "refused-invalid-token", "dropped-replayed-token", "unroutable-ids"),
    *("resets-sent", "retries-sent", "version-negotiations-sent"),
]
# By ways on which the program finds no socket where one has to be.
NEVER_IN_KERNEL = ["kernel-hash", "empty-slot", "stale-pin", "unpinned"]
EXITS = ["server-id", "pin", "ring", "tuple", "malformed", "kernel-hash"]
# What becomes of a datagram, besides what the names of counters begin with.
ENDS = ["datagrams-delivered", "version-negotiations-sent", "resets-sent", "retries-sent", "forwarded"]
# Lost before they were received, or on the way out; or no datagrams.
NO_ENDS = ["dropped-receive-queue-full", "dropped-send-refused", "dropped-malformed-forward"]


async def check(
    outcome: Outcome, pool: Pool, crowd: Crowd, visits: Visits, allowed: dict[str, int] | None = None
) -> None:
    """With all connections of the crowd up, and no visit under way.

    `allowed` are counters that may go up to a number.
    """
    failed = [visit for visit in visits.all() if visit.get("failure")]
    refusals = (allowed or {}).get("refused-stopping", 0)
    outcome.expect(len(failed) <= refusals, f"{len(failed)} new connections failed: {failed[:1]}")
    try:
        # Those of the visits have their closing periods.
        status = await pool.until("visits' end", lambda status: current(status) <= crowd.count)
    except Overdue as error:
        outcome.failures.append(str(error))
        status = await pool.status()
    made = crowd.count + len(visits.all()) - len(failed)
    outcome.add(f"{made} handshakes, {len(failed) or 'none'} failed, the longest {longest(visits):.2f} s")
    expect_equal(outcome, "current", current(status), crowd.count)
    expect_equal(outcome, "accepted", total(status, "accepted"), made)
    expect_equal(outcome, "handshakes", total(status, "handshakes"), made)
    expect_equal(outcome, "accepted - closed", made - total(status, "closed"), current(status))
    allowed = {"dropped-unknown-connection": 0, **dict.fromkeys(NEVER, 0), **(allowed or {})}
    for name, limit in allowed.items():
        count = total(status, name)
        outcome.expect(count <= limit, f"{name} {count}")
    check_steering(outcome, status)


def check_steering(outcome: Outcome, status: Status) -> None:
    if not status["kernel"]:
        outcome.expect(total(status, "forwarded") > 0, "nothing was forwarded")
        return
    # Each connection has a socket of its own, so that no train holds another's datagrams.
    outcome.expect_none([("forwarded", total(status, "forwarded"))])
    outcome.expect_none((name, status["kernel"][name]) for name in NEVER_IN_KERNEL)
    runs = sum(status["kernel"][name] for name in EXITS)
    received = total(status, "datagrams-received") + total(status, "dropped-receive-queue-full")
    # One run for each datagram or train of them; some are still in the sockets.
    outcome.expect(runs <= received + 100, f"{runs} steered, {received} received")
    outcome.add(f"{runs} steered, {received} received in them")


async def check_ends(outcome: Outcome, pool: Pool) -> None:
    """When all clients have gone: every datagram that a slot received came to an end."""

    def differences(status: Status) -> list[str]:
        found = []
        for slot in status["slots"]:
            counters: dict[str, int] = slot["counters"]
            received = counters["datagrams-received"] + counters["taken-over"]
            ended = sum(count for name, count in counters.items() if is_end(name))
            if received != ended:
                found.append(f"slot {slot['slot']} received {received} and ended {ended}")
        forwarded, taken = total(status, "forwarded"), total(status, "taken-over")
        if forwarded != taken:
            found.append(f"{forwarded} forwarded and {taken} taken over")
        return found

    try:
        # A worker counts while it is looked at.
        await pool.until("sums of counters", lambda status: not differences(status), within=5)
    except Overdue:
        outcome.failures += differences(await pool.status())


def is_end(name: str) -> bool:
    return name in ENDS or (name.startswith(("dropped-", "refused-")) and name not in NO_ENDS)


def expect_equal(outcome: Outcome, name: str, count: int, expected: int) -> None:
    outcome.expect(count == expected, f"{name} {count}, not {expected}")


def longest(visits: Visits) -> float:
    return max((visit["handshake"] for visit in visits.all()), default=0.0)
