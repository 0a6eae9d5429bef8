"""Workers come, go and die under load."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from benchmarks.people import talking
from bot.cluster.cluster import Cluster
from tests.cluster.conftest import nothing_was_taken_twice


def test_workers_are_replaced_by_ones_with_another_model_without_a_failed_turn(
    cluster: Cluster, model_path: Path
) -> None:
    new_model = cluster.folder / "roi-of-tomorrow.tar.gz"
    shutil.copy(model_path, new_model)
    before = {worker.process.pid for worker in cluster.workers}
    with talking(cluster.url, 2, pause=0.5) as (tally, everybody):
        cluster.roll(new_model)
        time.sleep(1)
    assert (tally.lost, tally.soft, tally.again) == (0, 0, 0), tally
    assert before.isdisjoint(worker.process.pid for worker in cluster.workers)
    assert all(str(new_model) in worker.process.args for worker in cluster.workers)
    assert len(tally.seconds) > 10
    nothing_was_taken_twice(everybody)


def test_a_worker_killed_under_load_loses_no_turn_and_takes_none_twice(cluster: Cluster) -> None:
    with talking(cluster.url, 4) as (tally, everybody):
        time.sleep(2)
        cluster.workers[0].kill()
        time.sleep(4)
    assert tally.lost == 0 and tally.soft == 0, tally
    nothing_was_taken_twice(everybody)
