"""The farm without Ray: no line is lost, none comes twice, workers come and go with the queue."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import launcher
from bridge.batch.job import SpeakJob, Spoken
from bridge.batch.many import READ_AHEAD, TogetherRenderer, of_like_length
from bridge.errors import BadArgumentError
from bridge.farm.clip_shelf import ClipShelf
from bridge.farm.command import run as run_farm
from bridge.farm.command import workers_of
from bridge.farm.fleet import About, FarmError
from bridge.farm.renderer import FarmRenderer
from bridge.farm.results import ResultFolder, key_of
from bridge.settings import Settings
from tests.bridge.farm_fleet import CLIP, StepFleet, ToneWorker, jobs
from tests.fakes import FakeSynthesizer

NEVER = threading.Event()


def alone(several: list[SpeakJob]) -> dict[str, Spoken]:
    """What one process makes of them."""
    return {each.id: each for each in TogetherRenderer(FakeSynthesizer).render(several, NEVER)}


def same(one: Spoken, other: Spoken) -> bool:
    assert one.audio is not None and other.audio is not None
    return one == replace(other, render_s=one.render_s) and np.array_equal(one.audio, other.audio)


def test_every_line_comes_once_and_as_one_process_makes_it() -> None:
    shelf, wanted = ClipShelf(), jobs(150)
    fleet = StepFleet(shelf)
    with FarmRenderer(fleet, shelf, n_together=8) as farm:
        made = list(farm.render(iter(wanted), NEVER))
        assert farm.model_id == "fake-1"
    assert sorted(each.id for each in made) == [job.id for job in wanted]
    expected = alone(wanted)
    assert all(same(each, expected[each.id]) for each in made)
    assert fleet.n_workers == 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.integers(0, 29), max_size=6), st.integers(1, 5), st.booleans())
def test_workers_that_die_in_the_middle_lose_no_line_and_double_none(deaths: set[int], size: int, twice: bool) -> None:
    shelf, wanted = ClipShelf(), jobs(30)
    left = {f"l{i:04}": 2 if twice else 1 for i in deaths}

    def dies_at(worker: int, job: SpeakJob) -> bool:
        left[job.id] = left.get(job.id, 0) - 1
        return left[job.id] >= 0

    fleet = StepFleet(shelf, room=3, dies_at=dies_at)
    with FarmRenderer(fleet, shelf, n_together=size) as farm:
        made = list(farm.render(iter(wanted), NEVER))
    assert sorted(each.id for each in made) == [job.id for job in wanted]
    assert not any(each.error for each in made)
    assert sorted(fleet.rendered) == [job.id for job in wanted]  # none of them was made twice
    assert farm.dispatcher.n_lost == len(deaths) * (2 if twice else 1)


def test_a_line_that_kills_every_worker_is_given_up_and_the_others_are_made() -> None:
    shelf, wanted = ClipShelf(), jobs(20)
    fleet = StepFleet(shelf, dies_at=lambda worker, job: job.id == "l0007")
    with FarmRenderer(fleet, shelf, n_together=8) as farm:
        made = {each.id: each for each in farm.render(iter(wanted), NEVER)}
    assert len(made) == 20
    assert made["l0007"].error_code == "worker_lost"
    assert sum(bool(each.error) for each in made.values()) == 1


def test_workers_come_with_the_queue_and_go_when_it_is_empty() -> None:
    shelf = ClipShelf()
    fleet = StepFleet(shelf, room=3)
    with FarmRenderer(fleet, shelf, n_together=4) as farm:
        assert farm.model_id and fleet.n_workers == 1
        assert len(list(farm.render(iter(jobs(3)), NEVER))) == 3
        assert farm.dispatcher.most_at_once == 1  # one batch: nobody else is needed
        seen: list[int] = []
        for _ in farm.render(iter(jobs(80)), NEVER):
            seen.append(fleet.n_workers)
            if len(seen) == 40:
                fleet.room_left += 2  # another machine joins
        assert max(seen[:40]) == 3
        assert max(seen[40:]) == 5
        assert fleet.n_workers == 1  # the rest had nothing to do any more
        assert farm.dispatcher.most_at_once == 5


def test_no_more_workers_than_asked_for_and_no_fewer() -> None:
    shelf = ClipShelf()
    fleet = StepFleet(shelf, room=9)
    with FarmRenderer(fleet, shelf, least=2, most=3, n_together=4) as farm:
        list(farm.render(iter(jobs(60)), NEVER))
        assert (fleet.n_workers, farm.dispatcher.most_at_once) == (2, 3)


def test_a_second_batch_lies_ready_and_no_third_one() -> None:
    shelf = ClipShelf()
    fleet = StepFleet(shelf)
    with FarmRenderer(fleet, shelf, most=1, n_together=4) as farm:
        results = farm.render(iter(jobs(60)), NEVER)
        given = []
        for _ in range(6):
            next(results)
            given.append(len(fleet.batches))
        assert given == [2, 2, 2, 2, 3, 3]


def test_jobs_are_taken_as_there_is_room_for_them() -> None:
    taken = 0

    def endless() -> Iterator[SpeakJob]:
        nonlocal taken
        for job in jobs(2_000):
            taken += 1
            yield job

    shelf = ClipShelf()
    with FarmRenderer(StepFleet(shelf, room=2), shelf, n_together=4) as farm:
        results = farm.render(endless(), NEVER)
        for _ in range(10):
            next(results)
        assert taken <= 2 * READ_AHEAD


def test_a_cancelled_batch_ends_and_the_next_one_goes_on() -> None:
    shelf, wanted, cancelled = ClipShelf(), jobs(60), threading.Event()
    fleet = StepFleet(shelf)
    with FarmRenderer(fleet, shelf, n_together=4) as farm:
        made = []
        for each in farm.render(iter(wanted), cancelled):
            made.append(each.id)
            if len(made) == 9:
                cancelled.set()
        assert 9 <= len(made) < 60
        assert fleet.n_workers == 0
        rest = [job for job in wanted if job.id not in made]
        made += [each.id for each in farm.render(iter(rest), NEVER)]
    assert sorted(made) == [job.id for job in wanted]


def test_with_a_shared_folder_a_line_that_was_made_is_found_again(tmp_path: Path) -> None:
    """The one that asked dies; its successor gets what lies in the folder, and only the rest is made."""
    shelf, wanted = ClipShelf(), jobs(40)
    first = StepFleet(shelf, shared=tmp_path)
    with FarmRenderer(first, shelf, shared=tmp_path, n_together=4) as farm:
        results = farm.render(iter(wanted), NEVER)
        kept = [next(results).id for _ in range(10)]
        results.close()
    waiting = len(list(tmp_path.rglob("*.npz")))
    assert waiting >= 1
    second = StepFleet(shelf, shared=tmp_path)
    with FarmRenderer(second, shelf, shared=tmp_path, n_together=4) as farm:
        made = list(farm.render((job for job in wanted if job.id not in kept[:-1]), NEVER))
        assert farm.n_found == waiting
    assert sorted(kept[:-1] + [each.id for each in made]) == [job.id for job in wanted]
    assert len(second.rendered) == 40 - 9 - waiting
    assert all(same(each, alone(wanted)[each.id]) for each in made[:3])
    assert not list(tmp_path.rglob("*.npz"))


def test_a_damaged_result_in_the_shared_folder_is_made_again(tmp_path: Path) -> None:
    job = ClipShelf().packed(jobs(1)[0])
    about = About("fake-1", "w", "d")
    results = ResultFolder(tmp_path)
    made = alone(jobs(1))["l0000"]
    results.put(key_of(job, about), made)
    found = results.get(key_of(job, about), "l0000")
    assert found is not None and same(found, made)
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(file.read_bytes()[:200])
    assert results.get(key_of(job, about), "l0000") is None
    assert not file.exists()


def test_a_key_tells_all_that_makes_the_samples_and_nothing_else() -> None:
    job, about = ClipShelf().packed(jobs(1)[0]), About("m", "w", "d", "host a")
    key = key_of(job, about)
    assert key == key_of(replace(job, id="other"), replace(about, host="host b"))
    others = [replace(job, seed=5), replace(job, text="x"), replace(job, rate=9), replace(job, n_samples=9)]
    keys = {key_of(each, about) for each in others} | {key_of(job, replace(about, device="e")), key}
    assert len(keys) == 6


def test_a_worker_with_another_voice_or_device_does_not_render() -> None:
    shelf = ClipShelf()

    def about(worker: int, made: About) -> About:
        return replace(made, weights="old") if worker == 2 else made

    fleet = StepFleet(shelf, room=2, about=about)
    with FarmRenderer(fleet, shelf, n_together=4) as farm:
        assert len(list(farm.render(iter(jobs(40)), NEVER))) == 40
    assert {worker for worker, _ in fleet.batches} == {1}
    assert fleet.removed[0] == 2


def test_a_voice_that_no_worker_can_load_is_told() -> None:
    shelf = ClipShelf()
    fleet = StepFleet(shelf, about=lambda worker, made: replace(made, problem="box 3: no such folder"))
    with FarmRenderer(fleet, shelf) as farm, pytest.raises(FarmError, match="box 3: no such folder"):
        list(farm.render(iter(jobs(4)), NEVER))


def test_a_clip_that_is_gone_is_an_error_of_its_lines_alone(tmp_path: Path) -> None:
    shelf, wanted = ClipShelf(), jobs(5)
    wanted[2] = replace(wanted[2], timbre=tmp_path / "gone.wav")
    with FarmRenderer(StepFleet(shelf), shelf, n_together=4) as farm:
        made = {each.id: each for each in farm.render(iter(wanted), NEVER)}
    assert "gone.wav" in made["l0002"].error
    assert sum(not each.error for each in made.values()) == 4


@given(st.integers(0, 200), st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_lists_of_like_length_hold_every_job_once(n: int, size: int) -> None:
    several = jobs(n)
    lists = list(of_like_length(iter(several), size))
    assert sorted(job.id for some in lists for job in some) == [job.id for job in several]
    assert all(1 <= len(some) <= size for some in lists)
    assert (
        [len(job.text) for some in lists[:1] for job in some] == sorted(len(job.text) for job in lists[0])
        if n
        else True
    )


def test_the_clip_goes_by_its_content() -> None:
    packed = ClipShelf().packed(jobs(1)[0])
    assert packed.timbre.parent == Path() and packed.timbre.suffix == CLIP.suffix


@pytest.mark.parametrize(("text", "workers"), [("", (1, None)), ("8", (1, 8)), ("2-8", (2, 8)), (" 3 - 3 ", (3, 3))])
def test_a_number_of_workers_is_read(text: str, workers: tuple[int, int | None]) -> None:
    assert workers_of(text) == workers


@pytest.mark.parametrize("text", ["0", "8-2", "many", "-1", "1.5", "99999"])
def test_a_number_of_workers_that_is_none_is_told(text: str) -> None:
    with pytest.raises(BadArgumentError, match="--workers"):
        workers_of(text)


def test_clips_of_workers_that_were_killed_are_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    of_the_dead = tmp_path / "cuevox-worker-4194304-x"  # above the highest process number of Linux
    of_the_dead.mkdir()
    worker = ToneWorker()
    assert [path.name.split("-")[2] for path in tmp_path.iterdir()] == [str(os.getpid())]
    del worker


def test_a_dry_run_needs_no_cluster(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("id,text\ngate_01,Who goes there?\n")
    arguments = ["--data", str(tmp_path), "farm", str(tmp_path / "s.csv"), "--out", str(tmp_path / "o"), "--dry-run"]
    told: list[str] = []
    status = run_farm(launcher.parse(arguments), Settings(data_folder=tmp_path), "fake", told.append)
    assert status == 0
    assert "gate_01" in "\n".join(told)
    assert "ray" not in sys.modules or "CUEVOX_FARM" in os.environ
