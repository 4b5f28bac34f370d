"""How much of everything a run does."""

from dataclasses import dataclass

from clients import Size


@dataclass(frozen=True)
class Scale:
    held: Size
    # Seconds that data moves between one change of the pool and the next.
    between: float
    resizes: list[int]
    rotations: int
    reloads: int
    restarts: int
    upgrades: int
    # Those of a worker that dies connect again all at once.
    kill_held: Size
    kills: int
    midway: int
    measurements: int
    growth: list[int]
    leak: int


FULL = Scale(
    held=Size(drover=340, aioquic=30, qh3=30),
    between=4,
    resizes=[6, 3, 8, 2],
    rotations=5,
    reloads=20,
    restarts=3,
    upgrades=5,
    kill_held=Size(drover=170, qh3=30),
    kills=60,
    midway=20,
    measurements=20,
    growth=[100, 1000, 10_000],
    leak=1000,
)
SHORT = Scale(
    held=Size(drover=48, aioquic=6, qh3=6),
    between=1,
    resizes=[4, 2],
    rotations=1,
    reloads=1,
    restarts=1,
    upgrades=1,
    kill_held=Size(drover=48, qh3=12),
    kills=1,
    midway=2,
    measurements=5,
    growth=[100],
    leak=20,
)
