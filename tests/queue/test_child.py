"""The evaluator's process: whatever it does, the worker gets an answer and the next evaluation a fresh process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import StageTimeout
from app.queue.child import ChildRunner
from app.queue.jobs import Picture
from app.queue.process import identity
from app.queue.runner import EvaluatorDied, EvaluatorUnavailable, Interrupted, NeedsAnswer, Refused, StageEnded
from tests.support.building import wait_for

Start = Callable[..., ChildRunner]


class Heard:
    """An observer that remembers the stages, and raises Interrupted at one when told to."""

    needs = ""

    def __init__(self, stop_at: str = "") -> None:
        self.stages: list[str] = []
        self.findings: list[bytes] = []
        self.waited: list[tuple[str | None, bool]] = []
        self.pictures: tuple[Picture, ...] = ()
        self._stop_at = stop_at

    def began_anew(self) -> None: ...

    def began(self, stage: str) -> None:
        if stage == self._stop_at:
            raise Interrupted
        self.stages.append(stage)

    def ended(self, stage: StageEnded) -> None:
        self.findings.append(stage.finding)

    def waits(self, service: str | None, turn: bool = False) -> None:
        self.waited.append((service, turn))

    def drew(self, pictures: tuple[Picture, ...]) -> None:
        self.pictures += pictures


@pytest.fixture
def start() -> Iterator[Start]:
    runners: list[ChildRunner] = []

    def start(name: str = "by_listing", stage_timeout_seconds: float = 30.0) -> ChildRunner:
        command = (sys.executable, "-m", "tests.support.evaluations", name)
        runners.append(ChildRunner(command, stage_timeout_seconds))
        return runners[-1]

    yield start
    for runner in runners:
        runner.close()


def gone(pid: int | None) -> bool:
    """Return whether a process has ended with all its threads: the first one may be a zombie for a moment."""
    tasks = Path(f"/proc/{pid}/task")
    return not identity(pid) and not (tasks.exists() and len(list(tasks.iterdir())) > 1)


def test_it_returns_the_report_and_tells_every_stage(start: Start) -> None:
    heard = Heard()
    assert start().run('"well"', (), heard) == b'{"listing": "well"}'
    assert heard.stages == [f"stage {n}" for n in range(5)]
    assert heard.findings[0] == b"finding 0"


def test_pictures_come_with_the_report(start: Start) -> None:
    heard = Heard()
    assert start().run('"slowly"', (), heard) == b'{"listing": "slowly"}'
    assert heard.pictures == (Picture("map.svg", b"a map"),)


def test_it_goes_on_after_finished_stages(start: Start) -> None:
    heard = Heard()
    start().run('"well"', (b"finding 0", b"finding 1"), heard)
    assert heard.stages == ["stage 2", "stage 3", "stage 4"]


def test_it_keeps_the_process_warm(start: Start) -> None:
    runner = start()
    runner.run('"well"', (), Heard())
    pid = runner.pid
    runner.run('"well"', (), Heard())
    assert runner.pid == pid


def test_what_a_library_prints_harms_nothing(start: Start) -> None:
    assert start().run('"chatty"', (), Heard()) == b'{"listing": "chatty"}'


def test_an_expected_failure_comes_with_its_words(start: Start) -> None:
    with pytest.raises(Refused) as refusal:
        start().run('"refusing"', (), Heard())
    failure = refusal.value.failure
    assert failure.code == "address-not-found"
    assert "covers Monaco" in failure.message
    assert not refusal.value.passing


def test_a_question_comes_as_it_was_asked_and_costs_no_process(start: Start) -> None:
    runner = start()
    with pytest.raises(NeedsAnswer) as asked:
        runner.run('"asking"', (), Heard())
    assert asked.value.question == '{"about": "London"}'
    pid = runner.pid
    assert runner.run('"well"', (), Heard())
    assert runner.pid == pid


def test_an_unexpected_failure_comes_with_an_id_only(start: Start, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused) as refusal:
        start().run('"leaking"', (), Heard())
    message = refusal.value.failure.message
    assert "SECRET" not in message
    assert message.removesuffix(".").split()[-1] in capfd.readouterr().err


@pytest.mark.parametrize("how", ["hanging", "hanging_in_native_code", "busy", "hanging_in_a_message"])
def test_a_stage_that_takes_too_long_is_stopped(start: Start, how: str) -> None:
    runner = start(stage_timeout_seconds=0.3)
    runner.run('"well"', (), Heard())
    hung = runner.pid
    with pytest.raises(StageTimeout, match=r'"Finding schools and childcare" took longer than 0\.3 seconds'):
        runner.run(f'"{how}"', (), Heard())
    assert gone(hung)
    assert runner.run('"well"', (), Heard())


def test_it_tells_what_it_waits_for_and_each_wait_has_the_time_of_a_stage(start: Start) -> None:
    runner, heard = start(stage_timeout_seconds=0.9), Heard()
    began = time.monotonic()
    assert runner.run('"asking_services"', (), heard) == b"report"
    assert time.monotonic() - began > 0.9
    assert heard.waited == [("nominatim", False), ("overpass", True), ("overpass", False), (None, False)]


def test_a_wait_without_end_is_stopped_as_any_stage_is(start: Start) -> None:
    with pytest.raises(StageTimeout, match="Finding schools"):
        start(stage_timeout_seconds=0.5).run('"asking_a_silent_server"', (), Heard())


def test_a_failure_comes_with_the_time_to_try_again_and_whether_it_counts(start: Start) -> None:
    runner = start()
    with pytest.raises(Refused) as resting:
        runner.run('"at_a_resting_service"', (), Heard())
    assert resting.value.passing
    assert (resting.value.failure.retry_after_seconds, resting.value.failure.counts) == (90, True)
    with pytest.raises(Refused) as busy:
        runner.run('"at_a_busy_service"', (), Heard())
    assert busy.value.passing
    assert (busy.value.failure.retry_after_seconds, busy.value.failure.counts) == (5, False)


def test_a_crash_is_told_and_survived(start: Start) -> None:
    runner = start()
    with pytest.raises(EvaluatorDied):
        runner.run('"crashing"', (), Heard())
    assert runner.run('"well"', (), Heard())


def test_a_process_that_cannot_start_is_told(start: Start) -> None:
    with pytest.raises(EvaluatorUnavailable):
        start("no_such_evaluation").run("{}", (), Heard())


def test_a_process_killed_while_idle_is_replaced(start: Start) -> None:
    runner = start()
    runner.run('"well"', (), Heard())
    assert runner.pid
    os.kill(runner.pid, signal.SIGKILL)
    wait_for(lambda: gone(runner.pid))
    assert runner.run('"well"', (), Heard())


def test_progress_stops_the_evaluation(start: Start) -> None:
    runner = start()
    heard = Heard(stop_at="stage 3")
    with pytest.raises(Interrupted):
        runner.run('"well"', (), heard)
    assert heard.stages == ["stage 0", "stage 1", "stage 2"]
    assert runner.run('"well"', (), Heard())


@pytest.mark.parametrize("how", ["hanging", "hanging_in_native_code", "busy"])
def test_it_is_interrupted_in_the_middle_of_a_stage(start: Start, how: str) -> None:
    runner, heard = start(), Heard()

    def interrupt() -> None:
        wait_for(lambda: heard.stages == ["geocode", "schools"])
        runner.interrupt()

    threading.Thread(target=interrupt).start()
    with pytest.raises(Interrupted):
        runner.run(f'"{how}"', (), heard)


def fork_of(findings: list[bytes]) -> int:
    """Return the process id of the fork that the evaluation told as its first finding."""
    wait_for(lambda: bool(findings))
    assert not gone(int(findings[0]))
    return int(findings[0])


@pytest.mark.parametrize("how", ["interrupted", "told too late", "killed"])
def test_what_it_forked_ends_with_it(start: Start, how: str) -> None:
    runner, heard = start(stage_timeout_seconds=0.5 if how == "told too late" else 30.0), Heard()
    runner.start()
    pid, forked = runner.pid or 0, []

    def end() -> None:
        forked.append(fork_of(heard.findings))
        if how == "interrupted":
            runner.interrupt()
        elif how == "killed":
            os.kill(pid, signal.SIGKILL)

    threading.Thread(target=end).start()
    with pytest.raises((Interrupted, StageTimeout, EvaluatorDied)):
        runner.run('"forking"', (), heard)
    wait_for(lambda: gone(forked[0]) and gone(pid))


def test_it_is_interrupted_while_it_loads() -> None:
    runner = ChildRunner((sys.executable, "-c", "import time; time.sleep(600)"), 30.0)

    def interrupt() -> None:
        wait_for(lambda: runner.pid is not None)
        runner.interrupt()

    threading.Thread(target=interrupt).start()
    with pytest.raises(Interrupted):
        runner.start()


def test_an_interruption_is_forgotten_at_the_next_evaluation(start: Start) -> None:
    runner = start()
    runner.start()
    runner.interrupt()
    with pytest.raises(EvaluatorDied):
        runner.run('"crashing"', (), Heard())


def test_closing_ends_the_process(start: Start) -> None:
    runner = start()
    runner.start()
    pid = runner.pid
    runner.close()
    assert gone(pid)


PARENT = """
import sys
from app.queue.child import ChildRunner
from tests.queue.test_child import Heard
class Telling(Heard):
    def ended(self, stage):
        print(stage.finding.decode(), flush=True)
runner = ChildRunner((sys.executable, "-m", "tests.support.evaluations", "by_listing"), 60)
runner.run('"well"', (), Heard())
print(runner.pid, flush=True)
runner.run(sys.argv[1], (), Telling())
"""


@pytest.mark.parametrize("how", ["hanging", "hanging_in_native_code", "busy"])
def test_it_ends_when_its_worker_is_killed(how: str) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, f'"{how}"'], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        time.sleep(0.2)
        parent.kill()
    wait_for(lambda: gone(pid))


def test_what_it_forked_ends_when_its_worker_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, '"forking"'], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pids = [int(parent.stdout.readline()) for _ in range(2)]
        assert not any(map(gone, pids))
        parent.kill()
    wait_for(lambda: all(map(gone, pids)))


def test_it_yields_to_the_pages() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    runner = ChildRunner((sys.executable, "-m", "app.queue.evaluator", "no-regions", "7"), 30.0)
    try:
        runner.start()
        assert os.getpriority(os.PRIO_PROCESS, runner.pid or 0) == min(ours + 7, 19)
    finally:
        runner.close()
