"""Each offered language has all its parts, and a new one is told what it lacks."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.completeness import evaluation_sentences, missing_parts
from bot.content_store import shipped_guidance
from bot.languages import load_languages
from bot.new_language import scaffold, to_do
from bot.nlu.utterances import read_examples, utterances_of
from bot.paths import PROJECT
from bot.text import fold

GUIDANCE = shipped_guidance()


@pytest.mark.parametrize("language", load_languages().offered)
def test_an_offered_language_has_all_its_parts(language):
    assert "\n".join(missing_parts(language, GUIDANCE)) == ""


# -- evaluation sentences are written apart from training ----------------------------------------

NEAR, SHORT = 0.8, 5
"""As many of all their words must be shared to be a near-copy; sets of fewer words (greetings,
"yes please") are compared as they stand."""


def words(text: str) -> frozenset[str]:
    """Folded words; each character of Chinese."""
    return frozenset(re.findall(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+", fold(text)))


def near_copies(sentences: Iterable[str], training: Iterable[str]) -> list[tuple[str, str]]:
    """Sentences that share NEAR of their words, or all of their text, with a training one."""
    known = list(training)
    sets, by_word = [words(text) for text in known], defaultdict(list)
    as_they_stand = {fold(text): text for text in known}
    for index, each in enumerate(sets):
        for word in each:
            by_word[word].append(index)
    found = []
    for sentence in sentences:
        if fold(sentence) in as_they_stand:
            found.append((sentence, as_they_stand[fold(sentence)]))
            continue
        mine = words(sentence)
        # Two sets that share so much share one of the rarest words of each.
        rarest = sorted(mine, key=lambda word: len(by_word[word]))
        needed = len(mine) - int(NEAR * len(mine)) + 1
        for index in {i for word in rarest[:needed] for i in by_word[word]}:
            both = mine | sets[index]
            if len(both) >= SHORT and len(mine & sets[index]) >= NEAR * len(both):
                found.append((sentence, known[index]))
    return found


def test_near_copies_are_found():
    training = [
        "how much do you charge for a copy of my records",
        "hello",
        "我想要我的病历副本谢谢",
    ]
    assert near_copies(["How much do you charge for a copy of my RECORDS??"], training)
    assert near_copies(["how much do you charge me for a copy of my records"], training)
    assert near_copies(["Hello", "我想要我的病历副本"], training) == [
        ("Hello", "hello"),
        ("我想要我的病历副本", training[2]),
    ]
    assert not near_copies(["hello there", "what does a copy of the chart cost"], training)


def test_no_evaluation_sentence_is_a_near_copy_of_a_training_one():
    training = defaultdict(list)
    for utterance in read_examples(PROJECT / "data" / "nlu"):
        training[utterance.language].append(utterance.text)
    found = {
        f"{language}: `{sentence}` is `{known}` of the training data; write another"
        for language in training
        for sentence, known in near_copies(
            (str(row["text"]) for row in evaluation_sentences(language)), training[language]
        )
    }
    assert not found, "\n".join(sorted(found))


# -- a new language ------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the tree without what no check of content reads."""
    ignore = shutil.ignore_patterns("__pycache__", "kea", "kea.yml", "*.bin", "*.onnx")
    for folder in ("bot", "data", "tests/nlu"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=ignore)
    return tmp_path


def test_a_new_language_keeps_what_is_there(project):
    path = project / "data" / "nlu" / "kea" / "records.yml"
    path.parent.mkdir()
    path.write_text("mine", encoding="utf-8")
    assert path not in scaffold("kea", project)
    assert path.read_text(encoding="utf-8") == "mine"
    assert scaffold("kea", project) == []


def test_the_training_files_of_a_new_language_hold_every_intent_and_no_sentence(project):
    scaffold("kea", project)
    assert utterances_of(project / "data" / "nlu" / "kea") == []
    text = "".join(
        path.read_text(encoding="utf-8") for path in (project / "data" / "nlu" / "kea").iterdir()
    )
    english = {row.intent for row in utterances_of(project / "data" / "nlu" / "en")}
    assert set(re.findall(r"- intent: (\w+)", text)) == english


def test_a_language_that_nobody_knows_yet_needs_an_entry(project):
    assert "- code: pap" in "\n".join(to_do("pap", project))
    assert "- code:" not in "\n".join(to_do("kea", project))


@pytest.mark.parametrize("code", ["../x", "en", "Kea", ""])
def test_what_is_no_code_of_a_new_language_is_refused(tmp_path, code):
    with pytest.raises(ValueError, match="no code of a new language"):
        scaffold(code, tmp_path)
