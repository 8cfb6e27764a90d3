"""Retries: which failures, how often, how long, and with which seed."""

from __future__ import annotations

import pytest
from llm_fakes import REQUEST, Scripted, paid

from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import RETRYABLE, FailureKind, ModelFailure, Reply


class Waits(list[float]):
    """Sleeps for no time and notes how long it would have been."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def failing(*kinds: FailureKind, retry_after: float | None = None) -> Scripted:
    return Scripted([ModelFailure(kind, kind, retry_after=retry_after) for kind in kinds])


async def test_a_first_success_is_passed_on() -> None:
    waits, inner = Waits(), Scripted()
    assert (await Retrying(inner, sleep=waits).reply(REQUEST)).text == "ok"
    assert waits == []
    assert inner.asked == [REQUEST]


@pytest.mark.parametrize("kind", sorted(RETRYABLE))
async def test_what_passes_is_tried_again(kind: FailureKind) -> None:
    inner = failing(kind, kind)
    reply, answered = await Retrying(inner, sleep=Waits()).reply_to(REQUEST)
    assert reply.text == "ok"
    assert [r.attempt for r in inner.asked] == [1, 2, 3]
    assert answered is inner.asked[-1]
    assert {r.fingerprint for r in inner.asked} == {"f"}


@pytest.mark.parametrize("kind", ["refused", "auth", "bad_request", "not_recorded"])
async def test_what_does_not_pass_is_not(kind: FailureKind) -> None:
    inner, waits = failing(kind), Waits()
    with pytest.raises(ModelFailure) as caught:
        await Retrying(inner, sleep=waits).reply(REQUEST)
    assert caught.value.kind == kind
    assert caught.value.attempts == len(inner.asked) == 1
    assert waits == []


async def test_a_lasting_failure_ends_the_retries() -> None:
    inner = failing("server", "timeout", "auth")
    with pytest.raises(ModelFailure) as caught:
        await Retrying(inner, sleep=Waits()).reply(REQUEST)
    assert caught.value.kind == "auth"
    assert caught.value.attempts == 3


async def test_attempts_are_bounded_and_the_last_failure_is_told() -> None:
    inner, waits = failing("server", "server", "timeout", "server"), Waits()
    with pytest.raises(ModelFailure) as caught:
        await Retrying(inner, RetryPolicy(attempts=3), sleep=waits).reply(REQUEST)
    assert caught.value.kind == "timeout"
    assert caught.value.attempts == len(inner.asked) == 3
    assert len(waits) == 2, "nobody waits after the last attempt"


async def test_one_attempt_means_no_retry() -> None:
    inner = failing("server")
    with pytest.raises(ModelFailure):
        await Retrying(inner, RetryPolicy(attempts=1), sleep=Waits()).reply(REQUEST)
    assert len(inner.asked) == 1


async def test_waits_double_up_to_their_limit_with_jitter() -> None:
    waits = Waits()
    policy = RetryPolicy(attempts=8, first_wait_s=1.0, longest_wait_s=10.0)
    with pytest.raises(ModelFailure):
        await Retrying(failing(*["server"] * 8), policy, sleep=waits).reply(REQUEST)
    full = [1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]
    assert all(f / 2 <= wait <= f for wait, f in zip(waits, full, strict=True))
    assert len(set(waits)) == len(waits)


async def test_the_server_is_not_asked_sooner_than_it_said() -> None:
    waits = Waits()
    await Retrying(failing("rate_limit", retry_after=30.0), sleep=waits).reply(REQUEST)
    assert 30.0 <= waits[0] <= 31.0


async def test_a_server_that_asks_for_too_long_is_not_waited_for() -> None:
    inner, waits = failing("rate_limit", retry_after=601.0), Waits()
    with pytest.raises(ModelFailure):
        await Retrying(inner, RetryPolicy(patience_s=600.0), sleep=waits).reply(REQUEST)
    assert waits == []


async def test_recorded_failures_are_gone_through_without_waiting() -> None:
    inner, waits = failing("rate_limit", "server", "server", retry_after=30.0), Waits()
    for failure in inner.script[:2]:
        assert isinstance(failure, ModelFailure)
        failure.recorded = True
    await Retrying(inner, sleep=waits).reply(REQUEST)
    assert waits[:2] == [0.0, 0.0]
    assert waits[2] >= 30.0
    assert inner.asked[-1].attempt == 4


async def test_a_text_at_fault_moves_the_seed_and_the_network_does_not() -> None:
    inner = Scripted(
        [
            ModelFailure("timeout", "slow"),
            paid(ModelFailure("cut_off", "at its length")),
            ModelFailure("cut_off", "connection"),
            paid(ModelFailure("malformed", "empty")),
        ]
    )
    await Retrying(inner, sleep=Waits()).reply(REQUEST)
    assert [r.seed for r in inner.asked] == [100, 100, 101, 101, 102]


async def test_other_errors_pass_through() -> None:
    class Broken:
        name = "broken"

        async def reply(self, request: object) -> Reply:
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        await Retrying(Broken(), sleep=Waits()).reply(REQUEST)


async def test_an_error_on_a_later_attempt_passes_through() -> None:
    def stop() -> None:
        if inner.asked:
            raise KeyboardInterrupt

    inner = failing("server")
    inner.at_call = stop
    with pytest.raises(KeyboardInterrupt):
        await Retrying(inner, sleep=Waits()).reply(REQUEST)


def recorded(kind: FailureKind, *, again: bool | None) -> ModelFailure:
    failure = ModelFailure(kind, kind)
    failure.recorded, failure.again = True, again
    return failure


async def test_what_a_journal_holds_is_gone_through_whatever_the_policy_is_by_now() -> None:
    inner = Scripted([recorded("server", again=True) for _ in range(4)])
    assert (
        await Retrying(inner, RetryPolicy(attempts=1), sleep=Waits()).reply(REQUEST)
    ).text == "ok"
    assert len(inner.asked) == 5
    never_again = Scripted([recorded("auth", again=True)])
    assert (await Retrying(never_again, sleep=Waits()).reply(REQUEST)).text == "ok"


async def test_a_replay_ends_with_the_journal_whatever_the_policy_is_by_now() -> None:
    inner = Scripted([recorded("server", again=True), recorded("server", again=False)])
    with pytest.raises(ModelFailure) as caught:
        await Retrying(inner, RetryPolicy(attempts=9), sleep=Waits()).reply(REQUEST)
    assert caught.value.kind == "server"
    assert len(inner.asked) == 2
