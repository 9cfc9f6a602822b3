"""Exclusive time of the parts of the pipeline, and its rays by kind."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import scenegen.pipeline.attempts as attempts_module
import scenegen.pipeline.sample as sample_module
import scenegen.pipeline.studio as studio_module
from scenegen.pipeline.studio import Studio
from scenegen.rendering.compiled import lamps
from scenegen.tracing.embreex_tracer import EmbreexWorld
from scenegen.tracing.packet_tracer import PacketWorld

PARTS = (
    "load",
    "stage",
    "primary rays",
    "shadow rays",
    "track rays",
    "stage rays",
    "shading",
    "tracks",
    "encode",
    "other",
)
RAYS = tuple(part for part in PARTS if part.endswith("rays"))


class Clock:
    """Exclusive time by part: entering a part stops the clock of the one around it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.rays: Counter[str] = Counter()
        self._stack = ["other"]
        self._since = time.perf_counter()

    @property
    def part(self) -> str:
        """The part that is running."""
        return self._stack[-1]

    def switch(self) -> None:
        """Book the time since the last switch to the part that is running."""
        now = time.perf_counter()
        self.seconds[self.part] += now - self._since
        self._since = now

    def wrap(self, function: Callable[..., Any], part: str | Callable[["Clock"], str]) -> Callable[..., Any]:
        """The same function, its time booked to a part (or to one chosen by where it is called from)."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            name = part if isinstance(part, str) else part(self)
            self.switch()
            self._stack.append(name)
            try:
                return function(*args, **kwargs)
            finally:
                self.switch()
                self._stack.pop()

        return timed

    def counting(self, function: Callable[..., Any], count: Callable[..., int]) -> Callable[..., Any]:
        """The same function, the rays that `count` finds in its answer and arguments booked to the running part."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            answer = function(*args, **kwargs)
            self.rays[self.part] += count(answer, *args)
            return answer

        return counted

    def reset(self) -> None:
        """Forget what was measured so far."""
        self.switch()
        self.seconds.clear()
        self.rays.clear()


def _nearest_part(clock: Clock) -> str:
    """What first-hit rays are for, by the part that casts them."""
    return {"shading": "primary rays", "tracks": "track rays"}.get(clock.part, "stage rays")


def _blocked_part(clock: Clock) -> str:
    """The same of rays that ask whether anything is in the way."""
    return "shadow rays" if clock.part == "shading" else "stage rays"


@contextmanager
def instrumented(clock: Clock, studio: Studio) -> Iterator[None]:
    """Book the parts of the pipeline and of a studio, as long as this lasts."""
    with ExitStack() as stack:

        def put(owner: Any, name: str, instead: Any) -> None:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, instead)

        for world in (PacketWorld, EmbreexWorld):
            for name, part in (("pixels", _nearest_part), ("nearest", _nearest_part), ("blocked", _blocked_part)):
                put(world, name, clock.wrap(clock.counting(getattr(world, name), lambda answer, *_: len(answer)), part))
        for name in ("shadow_by_plan", "cast"):  # rays and what decides where they go, in one
            put(lamps, name, clock.wrap(clock.counting(getattr(lamps, name), lambda answer, *_: answer), "shadow rays"))
        put(studio_module, "prepare_room", clock.wrap(studio_module.prepare_room, "stage"))
        for name in ("build_layout", "shoot", "light"):
            put(attempts_module, name, clock.wrap(getattr(attempts_module, name), "stage"))
        put(sample_module, "_tracks", clock.wrap(sample_module._tracks, "tracks"))
        put(studio, "renderer", Timed(studio.renderer, render=clock.wrap(studio.renderer.render, "shading")))
        put(studio.object_cache, "load", clock.wrap(studio.object_cache.load, "load"))
        put(studio, "rooms", Timed(studio.rooms, load=clock.wrap(studio.rooms.load, "load")))
        yield


class Timed:
    """An object with some of its methods replaced."""

    def __init__(self, inner: Any, **methods: Any) -> None:
        self._inner = inner
        self.__dict__.update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
