"""What the comparison with Rasa's default is made from."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from benchmarks.rasa_default.project import config, write_project
from benchmarks.rasa_default.training import Network, Trained, networks_of
from benchmarks.sample import all_examples, size, stratified, utterances_of, write_nlu
from bot.nlu.utterances import read_examples
from bot.paths import PROJECT

SAID = (
    "Epochs:   0%|          | 0/4 [00:00<?, ?it/s]\r"
    "Epochs:  25%|##5  | 1/4 [00:10<00:30, 10.00s/it, t_loss=9, i_acc=0.1]\r"
    "Epochs:  50%|##5  | 2/4 [00:14<00:08,  4.00s/it, t_loss=9, i_acc=0.1]\r"
    "Epochs: 100%|#####| 4/4 [00:22<00:00,  5.50s/it, t_loss=2, i_acc=0.9]\n"
    "Epochs: 100%|#####| 4/4 [00:22<00:00,  5.50s/it, t_loss=2, i_acc=0.9]\n"
    "Processed trackers: 100%|###| 45/45 [00:01<00:00, 999it/s]\n"
    "Epochs:  50%|##5  | 1/2 [01:00<01:00, 60.00s/it, t_loss=9]\r"
    "Epochs: 100%|#####| 2/2 [01:05<00:00, 32.50s/it, t_loss=2]\n"
)


def test_the_seconds_of_an_epoch_are_read_off_without_the_first_which_compiles():
    assert networks_of(SAID) == (Network(4, 10.0, 4.0), Network(2, 60.0, 5.0))


def test_a_hundred_epochs_of_more_sentences_take_as_long_as_the_epochs_say():
    trained = Trained("m", sentences=100, seconds=100.0, networks=networks_of(SAID))
    # 13 s of other things; DIET 10 + 99 × 4, the policy 60 + 99 × 5
    assert trained.full(100) == pytest.approx(13 + 406 + 555)
    # three times the sentences: each epoch of DIET takes 12 s, what compiling takes stays
    assert trained.full(300) == pytest.approx(13 + 406 + 100 * 8 + 555)


def test_the_part_has_all_languages_and_intents_and_is_the_same_each_time():
    cells = all_examples()
    part = stratified(cells, 3)
    assert part == stratified(cells, 3)
    assert part.keys() == cells.keys()
    assert all(len(lines) == min(3, len(cells[cell])) for cell, lines in part.items())


def test_the_benchmark_reads_the_sentences_that_training_reads():
    assert sorted(utterances_of(all_examples())) == sorted(read_examples(PROJECT / "data" / "nlu"))


def test_a_part_is_written_in_rasas_format(tmp_path):
    part = stratified(all_examples(), 1)
    write_nlu(part, tmp_path)
    written = [YAML(typ="safe").load(path) for path in tmp_path.glob("*.yml")]
    lines = [
        line for file in written for block in file["nlu"] for line in block["examples"].split("\n")
    ]
    assert len([line for line in lines if line]) == size(part)


def test_the_defaults_project_answers_every_intent(tmp_path):
    part = stratified(all_examples(), 1)
    write_project(tmp_path, part, config(epochs=1, policy_epochs=1))
    rules = YAML(typ="safe").load(tmp_path / "data" / "rules.yml")["rules"]
    intents = {intent for _, intent in part}
    assert {rule["steps"][0]["intent"] for rule in rules} == intents | {"nlu_fallback"}
    names = [part["name"] for part in YAML(typ="safe").load(tmp_path / "config.yml")["pipeline"]]
    assert "DIETClassifier" in names
