"""A report is of one build of its region, however often its evaluation was broken off, whatever was imported since."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app.atlas.files import build_of
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.errors import BuildGone
from app.pipeline.evaluate import STAGES
from app.pipeline.listing import Listing
from app.pipeline.report import finding_from_json, to_json
from app.queue.evaluation import as_configured
from app.queue.jobs import Picture, Status
from app.queue.runner import Evaluate, InlineRunner, Interrupted, StageEnded
from app.queue.store.attempts import BEGUN_ANEW
from tests.queue.conftest import Site
from tests.support.building import create, ended, wait_for_status
from tests.support.extracts import small_town

LISTING = to_json(Listing("3 Main Street, Smallville")).decode()
NAMES = [stage.name for stage in STAGES]


class Observer:
    """Keeps what an attempt tells; breaks it off at a stage, or does something there."""

    def __init__(self, stop_at: str = "", needs: str = "", at: dict[str, Callable[[], object]] | None = None) -> None:
        self.needs = needs
        self.stages: list[str] = []
        self.findings: list[bytes] = []
        self.anew = 0
        self._stop_at, self._at = stop_at, at or {}

    def began_anew(self) -> None:
        self.anew += 1

    def began(self, stage: str) -> None:
        self.stages.append(stage)
        if stage == self._stop_at:
            raise Interrupted
        self._at.get(stage, lambda: None)()

    def ended(self, stage: StageEnded) -> None:
        self.findings.append(stage.finding)

    def waits(self, service: str | None, turn: bool = False) -> None: ...

    def drew(self, pictures: tuple[Picture, ...]) -> None: ...

    def goes_on(self) -> None: ...


class Host:
    """A data folder with one region, of which there are two builds: with a pharmacy near by, and with none."""

    def __init__(self, path: Path) -> None:
        self.config = Config(data_dir=path / "var")
        self.regions = RegionStore(self.config.regions_dir)
        self._built = RegionStore(path / "built")
        for name in ("with", "without"):
            town = small_town()
            if name == "with":
                town.node(-200, 8, {"amenity": "pharmacy", "name": "Old Pharmacy"})
            import_region(self._built, name, RegionInput(town.write(path / "town.osm.pbf"), title="Smallville"))

    def put(self, which: str) -> str:
        """Put a build in place as an import does; return its name."""
        with self.regions.new_build("town") as folder:
            shutil.copytree(self._built.directory(which), folder, dirs_exist_ok=True)
        return build_of(self.regions.directory("town"))

    def evaluate(self) -> Evaluate:
        """Return an evaluation that has looked at the regions anew."""
        return as_configured(self.config)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    return Host(tmp_path_factory.mktemp("host"))


@pytest.fixture(autouse=True)
def looking_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sources.opened.LOOK_AGAIN_S", 0.0)


def run(evaluate: Evaluate, observer: Observer, finished: Sequence[bytes] = ()) -> dict[str, object]:
    report: dict[str, object] = json.loads(evaluate(LISTING, finished, observer))
    return report


def broken_off(evaluate: Evaluate, stop_at: str) -> list[bytes]:
    """Return what an attempt kept that was broken off as a stage began."""
    observer = Observer(stop_at)
    with pytest.raises(Interrupted):
        evaluate(LISTING, (), observer)
    return observer.findings


def test_it_goes_on_where_it_was_on_the_same_build(host: Host) -> None:
    host.put("with")
    kept = broken_off(host.evaluate(), "schools")
    second = Observer()
    report = run(host.evaluate(), second, kept)
    assert (second.anew, second.stages) == (0, NAMES[NAMES.index("schools") :])
    assert report == run(host.evaluate(), Observer())
    host.put("with")
    third = Observer()
    run(host.evaluate(), third, kept)
    assert third.anew == 0, "the same build in another folder"


def test_it_begins_anew_on_another_build(host: Host) -> None:
    host.put("with")
    evaluate = host.evaluate()
    kept = broken_off(evaluate, "tier2_scoring")
    assert any(b"Old Pharmacy" in finding for finding in kept)
    host.put("without")
    second = Observer()
    report = run(evaluate, second, kept)
    assert (second.anew, second.stages) == (1, NAMES)
    assert "Old Pharmacy" not in json.dumps(report)
    assert report == run(host.evaluate(), Observer())


def test_checkpoints_say_the_build_from_the_first_on_and_stay_findings(host: Host) -> None:
    build = host.put("with")
    kept = broken_off(host.evaluate(), "schools")
    assert {tuple(json.loads(finding)["builds"]) for finding in kept} == {(f"town@{build}",)}
    assert [finding_from_json(finding).stage for finding in kept] == NAMES[: len(kept)]


def test_what_a_version_kept_that_did_not_say_the_build_is_begun_anew(host: Host) -> None:
    host.put("with")
    kept = [to_json(finding_from_json(finding)) for finding in broken_off(host.evaluate(), "schools")]
    second = Observer()
    run(host.evaluate(), second, kept)
    assert (second.anew, second.stages) == (1, NAMES)


def test_what_is_imported_in_the_middle_of_an_attempt_is_for_the_next(host: Host) -> None:
    host.put("with")
    evaluate = host.evaluate()
    alone = run(evaluate, Observer())
    disturbed = run(evaluate, Observer(at={"neighborhood": lambda: host.put("without")}))
    assert disturbed == alone
    assert "Old Pharmacy" not in json.dumps(run(evaluate, Observer()))


def test_it_begins_anew_where_the_region_is_gone_from_the_host(host: Host) -> None:
    host.put("with")
    kept = broken_off(host.evaluate(), "schools")
    host.regions.remove("town")
    second = Observer()
    with pytest.raises(Exception, match="No region has been imported"):
        host.evaluate()(LISTING, kept, second)
    assert second.anew == 1


def test_it_runs_on_the_build_that_it_needs(host: Host) -> None:
    old = host.put("with")
    host.regions.note_published("town")
    new = host.put("without")
    assert host.regions.builds("town").keys() == {old, new}
    evaluate = host.evaluate()
    for needs, has in ((f"town@{old}", True), ("", False), (f"town@{new}", False), (f"town@{old}", True)):
        report = run(evaluate, Observer(needs=needs))
        assert ("Old Pharmacy" in json.dumps(report)) is has, needs


def test_it_waits_where_that_build_is_gone(host: Host) -> None:
    host.put("with")
    with pytest.raises(BuildGone) as gone:
        run(host.evaluate(), Observer(needs=f"town@{'0' * 16}"))
    assert (gone.value.passing, gone.value.counts) == (True, False)


def test_a_worker_forgets_what_was_kept_of_another_build(host: Host, site: Site) -> None:
    host.put("with")
    kept = broken_off(host.evaluate(), "schools")
    job = create(site.store, listing=LISTING)
    claim = site.store.claim_next_job("w")
    assert claim
    for number, finding in enumerate(kept):
        site.store.update_job_stage(claim, NAMES[number], None, None)
        site.store.update_job_stage(claim, NAMES[number + 1], ended(NAMES[number]).record, finding)
    site.store.release_job(claim)
    host.put("without")
    site.start(InlineRunner(host.evaluate()))
    done = wait_for_status(site.store, job, Status.DONE, seconds=60.0)
    assert done.resumed == 0
    assert BEGUN_ANEW in [event.why for event in site.store.events(job.job_id)]
    assert [record.stage for record in site.store.stages(job.job_id)] == NAMES
    assert done.result_snapshot_id
    assert b"Old Pharmacy" not in site.store.get_snapshot(done.result_snapshot_id).report
