"""Builds in a region store, a folder or a real S3 server: whole or not there, checked, never half in place."""

from __future__ import annotations

import errno
import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import boto3
import pytest

from app.atlas.atlas import Atlas
from app.atlas.files import MANIFEST_FILE, AtlasFiles, build_of, read_manifest
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.published.builds import Fetching, FetchStopped, publish
from app.atlas.published.stores import Reader, Store, store_at
from app.atlas.regions import BUILDS, RegionStore
from app.errors import (
    AtlasDamaged,
    BadRegionStore,
    BuildNotInStore,
    BuildOutdated,
    NoRoomForRegion,
    RegionNotFound,
    RegionStoreNotSet,
    RegionStoreTrouble,
    StoredBuildDamaged,
)
from tests.support.extracts import small_town
from tests.support.s3_server import BUCKET, S3Server, s3_server


@pytest.fixture(scope="session")
def server() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@dataclass
class Place:
    """A store, and how its files are reached without our own code."""

    where: str
    folder: Path | None = None
    client: Any = None
    prefix: str = ""

    def names(self) -> set[str]:
        """Return the keys of all files."""
        if self.folder:
            return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=self.prefix)
        return {each["Key"].removeprefix(self.prefix) for page in pages for each in page.get("Contents", ())}

    def write(self, key: str, data: bytes) -> None:
        if self.folder:
            (self.folder / key).write_bytes(data)
        else:
            self.client.put_object(Bucket=BUCKET, Key=self.prefix + key, Body=data)

    def remove(self, key: str) -> None:
        if self.folder:
            (self.folder / key).unlink()
        else:
            self.client.delete_object(Bucket=BUCKET, Key=self.prefix + key)


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty store of either kind."""
    if request.param == "folder":
        (tmp_path / "store").mkdir()
        return Place(str(tmp_path / "store"), folder=tmp_path / "store")
    server: S3Server = request.getfixturevalue("server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    prefix = f"{tmp_path.name}/regions"
    return Place(f"s3://{BUCKET}/{prefix}", client=boto3.client("s3"), prefix=f"{prefix}/")


@pytest.fixture
def folder_place(tmp_path: Path) -> Place:
    """An empty folder, for what is the same with any store."""
    (tmp_path / "store").mkdir()
    return Place(str(tmp_path / "store"), folder=tmp_path / "store")


@pytest.fixture
def here(tmp_path: Path) -> RegionStore:
    """The regions of a host that has imported one."""
    regions = RegionStore(tmp_path / "here")
    put(regions)
    return regions


@pytest.fixture
def there(tmp_path: Path) -> RegionStore:
    """The regions of a host that has none."""
    return RegionStore(tmp_path / "there")


@cache
def built(cafe: str) -> Path:
    """Import the town once, with one more cafe where it is named; return the folder of its atlas."""
    path, town = Path(mkdtemp()), small_town()
    if cafe:
        town.node(300, 5, {"amenity": "cafe", "name": cafe})
    import_region(RegionStore(path), "town", RegionInput(town.write(path / "town.osm.pbf")))
    return RegionStore(path).directory("town")


@pytest.fixture(scope="module", autouse=True)
def tidied() -> Iterator[None]:
    yield
    for cafe in ("", "Nord"):
        shutil.rmtree(built(cafe).parents[1])
    built.cache_clear()


def put(regions: RegionStore, cafe: str = "") -> str:
    """Put what was imported in place as an import does; return its build."""
    with regions.new_build("town") as folder:
        shutil.copytree(built(cafe), folder, dirs_exist_ok=True)
    return build_of(regions.directory("town"))


def fetch(place: Place, regions: RegionStore, build: str) -> None:
    Fetching(store_at(place.where), regions, "town", build).run()


def in_place(path: Path) -> list[str]:
    """Return the folders of builds."""
    return sorted(each.name for each in (path / BUILDS).iterdir() if each.is_dir())


def test_a_build_is_named_by_its_content(here: RegionStore, there: RegionStore, tmp_path: Path) -> None:
    build = build_of(here.directory("town"))
    source = small_town().write(tmp_path / "town.osm.pbf")
    for regions in (there, RegionStore(tmp_path / "elsewhere")):
        import_region(regions, "town", RegionInput(source))
    imported = {build_of(RegionStore(tmp_path / place).directory("town")) for place in ("there", "elsewhere")}
    assert len(imported) == 1, "the same extract gives the same build on any host"
    assert put(there, "Nord") != build
    assert Atlas("town", here.directory("town")).build == build


def test_what_is_published_is_fetched_whole(place: Place, here: RegionStore, there: RegionStore) -> None:
    build = publish(store_at(place.where), here, "town")
    fetch(place, there, build)
    original = here.directory("town")
    files = {*read_manifest(original).files, MANIFEST_FILE}
    assert {file: (original / file).read_bytes() for file in files} == {
        file: (there.directory("town") / file).read_bytes() for file in files
    }
    assert Atlas("town", there.directory("town")).meta.addresses == 10
    assert there.builds("town").keys() == {build}


def test_a_build_is_put_there_once(place: Place, here: RegionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_at(place.where)
    publish(store, here, "town")
    monkeypatch.setattr(type(store), "put", lambda *_: pytest.fail("it is there already"))
    publish(store, here, "town")


def test_the_manifest_comes_last(place: Place, here: RegionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_at(place.where)
    put_there, last = type(store).put, []

    def breaking_off(store: Store, path: Path, key: str) -> None:
        last.append(key)
        if len(last) == 5:
            raise KeyboardInterrupt
        put_there(store, path, key)

    monkeypatch.setattr(type(store), "put", breaking_off)
    with pytest.raises(KeyboardInterrupt):
        publish(store, here, "town")
    assert len(place.names()) == 4
    build = publish(store, here, "town")
    assert last[-1] == f"town/{build}/{MANIFEST_FILE}"
    assert len(last) == len(set(last)) + 1, "only the one that broke off is put there twice"


def test_half_a_build_is_none(place: Place, here: RegionStore, there: RegionStore) -> None:
    build = publish(store_at(place.where), here, "town")
    place.remove(f"town/{build}/{MANIFEST_FILE}")
    with pytest.raises(BuildNotInStore, match=r"manifest\.json is missing"):
        fetch(place, there, build)
    publish(store_at(place.where), here, "town")
    place.remove(f"town/{build}/atlas.sqlite")
    with pytest.raises(BuildNotInStore, match=r"atlas\.sqlite is missing"):
        fetch(place, there, build)
    assert there.names() == ()
    publish(store_at(place.where), here, "town")
    fetch(place, there, build)
    assert there.names() == ("town",)


@pytest.mark.parametrize("file", ["atlas.sqlite", MANIFEST_FILE])
@pytest.mark.parametrize("damage", ["other", "short", "long"])
def test_what_is_damaged_in_the_store_is_not_put_in_place(
    folder_place: Place, here: RegionStore, there: RegionStore, tmp_path: Path, file: str, damage: str
) -> None:
    before = put(there, "Nord")
    build = publish(store_at(folder_place.where), here, "town")
    data = (here.directory("town") / file).read_bytes()
    damaged = {"other": bytes([data[0] ^ 1]) + data[1:], "short": data[:-9], "long": data + b"!"}[damage]
    folder_place.write(f"town/{build}/{file}", damaged)
    with pytest.raises(StoredBuildDamaged, match=file.replace(".", r"\.")) as refused:
        fetch(folder_place, there, build)
    assert "flask region publish town --again" in refused.value.message
    assert build_of(there.directory("town")) == before
    publish(store_at(folder_place.where), here, "town", again=True)
    fetch(folder_place, there, build)
    assert build_of(there.directory("town")) == build


def test_other_bytes_of_the_same_number_are_seen_in_any_store(
    place: Place, here: RegionStore, there: RegionStore
) -> None:
    build = publish(store_at(place.where), here, "town")
    data = (here.directory("town") / "covered.npy").read_bytes()
    place.write(f"town/{build}/covered.npy", data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(StoredBuildDamaged, match=r"covered\.npy is not what was published"):
        fetch(place, there, build)
    assert there.names() == ()


def test_a_damaged_region_is_not_published(place: Place, here: RegionStore) -> None:
    (here.directory("town") / "covered.npy").write_bytes(b"odd")
    with pytest.raises(AtlasDamaged):
        publish(store_at(place.where), here, "town")
    assert place.names() == set()


def test_an_unknown_region_is_not_published(place: Place, here: RegionStore) -> None:
    with pytest.raises(RegionNotFound):
        publish(store_at(place.where), here, "nowhere")


def test_a_fetch_goes_on_where_it_was_stopped(
    place: Place, here: RegionStore, there: RegionStore, tmp_path: Path
) -> None:
    build, seen = publish(store_at(place.where), here, "town"), []
    stopped = Fetching(
        store_at(place.where), there, "town", build, lambda _, file: seen.append(file), lambda: len(seen) == 6
    )
    with pytest.raises(FetchStopped):
        stopped.run()
    assert there.names() == ()
    assert in_place(tmp_path / "there") == [f"town.{build}.part"]
    again: list[str] = []
    Fetching(store_at(place.where), there, "town", build, lambda _, file: again.append(file)).run()
    assert again[0] == seen[-1], "the five before are whole"
    assert in_place(tmp_path / "there") == [f"town.{build}"]
    AtlasFiles("town", there.directory("town")).check()


def test_what_a_stopped_fetch_left_damaged_is_fetched_again(
    place: Place, here: RegionStore, there: RegionStore, tmp_path: Path
) -> None:
    build = publish(store_at(place.where), here, "town")
    part = tmp_path / "there" / BUILDS / f"town.{build}.part"
    part.mkdir(parents=True)
    (part / "atlas.sqlite").write_bytes(b"\0" * (here.directory("town") / "atlas.sqlite").stat().st_size)
    (part / "stray").write_bytes(b"of another version")
    fetch(place, there, build)
    AtlasFiles("town", there.directory("town")).check()
    assert not (there.directory("town") / "stray").exists()


def test_a_fetched_region_that_was_damaged_is_mended(place: Place, here: RegionStore, there: RegionStore) -> None:
    build = publish(store_at(place.where), here, "town")
    fetch(place, there, build)
    (there.directory("town") / "atlas.sqlite").write_bytes(b"odd")
    fetch(place, there, build)
    AtlasFiles("town", there.directory("town")).check()


@pytest.mark.parametrize("file", ["../../../outside", "/tmp/outside", "a/../../outside", ".."])
def test_no_file_is_written_outside_the_region(
    folder_place: Place, here: RegionStore, there: RegionStore, tmp_path: Path, file: str
) -> None:
    publish(store_at(folder_place.where), here, "town")
    manifest = json.loads((here.directory("town") / MANIFEST_FILE).read_bytes())
    manifest["files"] = {file: {"size": 3, "crc32": 0}}
    (tmp_path / MANIFEST_FILE).write_text(json.dumps(manifest))
    build = build_of(tmp_path)
    (tmp_path / "store" / "town" / build).mkdir()
    folder_place.write(f"town/{build}/{MANIFEST_FILE}", (tmp_path / MANIFEST_FILE).read_bytes())
    with pytest.raises(StoredBuildDamaged, match="outside"):
        fetch(folder_place, there, build)
    assert there.names() == ()


def test_a_build_of_a_newer_version_is_not_put_in_place(
    place: Place, here: RegionStore, there: RegionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = put(there, "Nord")
    build = publish(store_at(place.where), here, "town")
    monkeypatch.setattr("app.atlas.atlas.FORMAT_VERSION", 1)
    with pytest.raises(BuildOutdated, match="a newer version"):
        fetch(place, there, build)
    assert build_of(there.directory("town")) == before


def test_without_room_nothing_is_begun(place: Place, here: RegionStore, there: RegionStore, tmp_path: Path) -> None:
    before = put(there, "Nord")
    build = publish(store_at(place.where), here, "town")
    greedy = Fetching(store_at(place.where), there, "town", build, spare_bytes=shutil.disk_usage(tmp_path).total)
    with pytest.raises(NoRoomForRegion, match="There is no room for the region town"):
        greedy.run()
    assert build_of(there.directory("town")) == before


def test_a_disk_that_fills_meanwhile_gets_its_room_back(
    place: Place, here: RegionStore, there: RegionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = publish(store_at(place.where), here, "town")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    fetching = Fetching(store_at(place.where), there, "town", build)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(NoRoomForRegion):
            fetching.run()
    assert in_place(tmp_path / "there") == []
    fetching.run()
    assert there.names() == ("town",)


def test_a_transfer_that_breaks_off_is_gone_on_with(
    place: Place, here: RegionStore, there: RegionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_at(place.where)
    build, opened, asked = publish(store, here, "town"), type(store).opened, []

    @contextmanager
    def breaking_off(store: Store, key: str, offset: int = 0) -> Iterator[Reader]:
        with opened(store, key, offset) as reader:
            asked.append((key, offset))
            yield _Breaking(reader, 100) if key.endswith("atlas.sqlite") and offset < 300 else reader

    monkeypatch.setattr(type(store), "opened", breaking_off)
    monkeypatch.setattr("app.atlas.published.builds.PAUSE_SECONDS", 0.0)
    Fetching(store, there, "town", build).run()
    assert [offset for key, offset in asked if key.endswith("atlas.sqlite")] == [0, 100, 200, 300]
    AtlasFiles("town", there.directory("town")).check()


class _Breaking:
    """A file of which some bytes come, and then nothing more."""

    def __init__(self, reader: Reader, bytes_left: int) -> None:
        self._reader, self._left = reader, bytes_left

    def read(self, size: int, /) -> bytes:
        if not self._left:
            raise RegionStoreTrouble(store="it", why="fell silent")
        data = self._reader.read(min(size, self._left))
        self._left -= len(data)
        return data


def test_two_who_publish_at_once_leave_one_whole_build(
    place: Place, here: RegionStore, there: RegionStore, tmp_path: Path
) -> None:
    failed: list[Exception] = []

    def publish_here() -> None:
        try:
            publish(store_at(place.where), here, "town")
        except Exception as error:  # noqa: BLE001 - the test tells
            failed.append(error)

    threads = [threading.Thread(target=publish_here) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    fetch(place, there, build_of(here.directory("town")))
    AtlasFiles("town", there.directory("town")).check()


# --- what is no store ---


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("s3:bucket", "not written as"),
        ("s3://", "not written as"),
        ("s3://bucket?x=1", "not written as"),
        ("s3://key:secret@bucket/x", "keys do not belong there"),
        ("https://key:secret@example.org/x", "neither a folder nor s3"),
    ],
)
def test_a_place_that_is_none_is_told_without_what_was_typed(where: str, why: str) -> None:
    with pytest.raises(BadRegionStore, match=why) as refused:
        store_at(where)
    assert "secret" not in refused.value.message


def test_a_store_must_be_named() -> None:
    with pytest.raises(RegionStoreNotSet, match="name one with --from"):
        store_at("", "--from")


def test_a_folder_that_is_not_there_is_no_empty_store(tmp_path: Path, here: RegionStore, there: RegionStore) -> None:
    store = store_at(str(tmp_path / "unmounted"))
    for ask in (lambda: publish(store, here, "town"), Fetching(store, there, "town", "0" * 16).run):
        with pytest.raises(RegionStoreTrouble, match="is not there: no folder has this name"):
            ask()


# --- S3 ---


def ask_s3(here: RegionStore, there: RegionStore, bucket: str = BUCKET) -> list[Callable[[], object]]:
    store = store_at(f"s3://{bucket}/asked")
    return [lambda: publish(store, here, "town"), Fetching(store, there, "town", "0" * 16).run]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "guessed-secret"}, "does not accept the secret key"),
        ({"AWS_ACCESS_KEY_ID": "AKIAGUESSED"}, "does not know the access key"),
    ],
)
def test_a_wrong_key_is_told_without_the_key(
    server: S3Server,
    here: RegionStore,
    there: RegionStore,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, str],
    why: str,
) -> None:
    for name, value in (server.environment | changed).items():
        monkeypatch.setenv(name, value)
    for ask in ask_s3(here, there):
        with pytest.raises(RegionStoreTrouble, match=why) as refused:
            ask()
        assert not [value for value in changed.values() if value in refused.value.message]


def test_no_keys_at_all_are_told(
    server: S3Server, here: RegionStore, there: RegionStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in server.environment:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for ask in ask_s3(here, there):
        with pytest.raises(RegionStoreTrouble, match="needs keys, and this host has none"):
            ask()


def test_a_bucket_that_is_not_there_is_told(
    server: S3Server, here: RegionStore, there: RegionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    for ask in ask_s3(here, there, bucket="elsewhere"):
        with pytest.raises(RegionStoreTrouble, match="has no bucket of this name"):
            ask()


def test_a_server_that_cannot_be_reached_is_told(
    here: RegionStore, there: RegionStore, server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        for name, value in (
            server.environment | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{taken.getsockname()[1]}"}
        ).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("app.atlas.published.s3.TRIES", 1)
        for ask in ask_s3(here, there):
            with pytest.raises(RegionStoreTrouble, match=r"cannot be reached \(EndpointConnectionError\)"):
                ask()


def test_large_files_go_up_in_parts_and_come_back(
    server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("app.atlas.published.s3.PART_BYTES", 5 << 20)  # the least that S3 takes
    store, path = store_at(f"s3://{BUCKET}/large"), tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 50_000)
    store.put(path, "large")
    tag = boto3.client("s3").head_object(Bucket=BUCKET, Key="large/large")["ETag"]
    assert tag.strip('"').endswith("-3"), "three parts"
    with store.opened("large", 10_000_001) as reader:
        rest = b""
        while chunk := reader.read(1 << 20):
            rest += chunk
    assert rest == path.read_bytes()[10_000_001:]
