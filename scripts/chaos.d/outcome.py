"""What became of a scenario: a row of the table."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from clients import Crowd, Event


# Failures of a scenario that its row tells.
SHOWN = 5


@dataclass
class Outcome:
    scenario: str
    done: str = ""
    connections: int = 0
    lost: int = 0
    wrong: int = 0
    figures: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def expect(self, condition: bool, otherwise: str) -> None:
        if not condition:
            self.failures.append(otherwise)

    def expect_none(self, counts: Iterable[tuple[str, int]]) -> None:
        for name, count in counts:
            self.expect(count == 0, f"{name} {count}")

    def add(self, figure: str) -> None:
        self.figures.append(figure)

    async def look_at(self, crowd: Crowd, may_lose: bool = False) -> list[Event]:
        """Takes down how the connections of the crowd are; who makes no progress is lost, too."""
        late = await crowd.advance()
        states = await crowd.progress()
        losses = crowd.losses()
        self.connections += len(states)
        self.wrong += sum(state["corrupt"] for state in states)
        self.expect(self.wrong == 0, f"{self.wrong} connections got wrong octets")
        if not may_lose:
            self.lost += len(losses) + len(late)
            for event in [*losses, *late]:
                print(f"{self.scenario}: lost {event}", file=sys.stderr)
            reasons = sorted({f"{loss['library']} {loss['reason']}" for loss in losses})
            self.expect(self.lost == 0, f"lost {self.lost}: {', '.join(reasons) or 'no progress'}")
        verified = sum(state["verified"] for state in states)
        self.add(f"{verified / 1e6:.1f} MB verified")
        if rebinds := sum(state["rebinds"] for state in states):
            self.add(f"{rebinds} changes of port")
        slowest = max(states, key=lambda state: state["longest_wait"])
        self.add(f"longest wait for a message {slowest['longest_wait']:.2f} s ({slowest['library']})")
        return states

    @property
    def result(self) -> str:
        if not self.failures:
            return "pass"
        different = list(dict.fromkeys(self.failures))
        more = f"; and {len(different) - SHOWN} more" if len(different) > SHOWN else ""
        return "FAIL: " + "; ".join(different[:SHOWN]) + more


HEADER = ["scenario", "what was done", "connections", "lost", "wrong", "figures", "result"]


def table(outcomes: Iterable[Outcome]) -> str:
    rows = [HEADER, ["---"] * len(HEADER)]
    for outcome in outcomes:
        rows.append(
            [
                *(outcome.scenario, outcome.done, str(outcome.connections or "-")),
                *(str(outcome.lost), str(outcome.wrong), "; ".join(outcome.figures) or "-", outcome.result),
            ]
        )
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)
