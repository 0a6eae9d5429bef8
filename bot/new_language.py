"""Begins a language: files that Rasa and the assistant can read, and that `roi check` completes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bot.content_loader import load_yaml
from bot.paths import PROJECT
from bot.translations import stamp
from bot.wording_files import SOURCE_LANGUAGE

# As in bot/languages.py; it also keeps the name of a folder from being a path.
_CODE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")

ENTRY = """\
- code: {code}
  name: what its speakers call it
  english_name: what to say to the operator at the interpreter line
  direction: ltr
  scripts: [latin]
  offered: false
  asked_for: [what people call it when they ask for it]
  greetings: [words that are safe evidence for this language alone]
  words: [small everyday words of this language]
"""


def scaffold(code: str, root: Path = PROJECT) -> list[Path]:
    """Writes the files of a new language; none that exists is touched.

    Args:
        code: BCP 47, such as `kea`.
        root: The project's folder.

    Returns:
        The files that were written.

    Raises:
        ValueError: The code is none, or English.
    """
    if not _CODE.fullmatch(code) or code == SOURCE_LANGUAGE:
        raise ValueError(f"`{code}` is no code of a new language. Write it as BCP 47: kea, zh-Hans")
    content = root / "bot" / "content"
    files = _responses(code, content / "responses")
    has_wording = any((content / "responses" / code).glob("*.yml"))
    files |= _training(code, root / "data" / "nlu")
    files |= {
        root / "tests" / "nlu" / code / name: _evaluation(code)
        for name in ("topics.yml", "dialogue.yml")
    }
    files[content / "lexicon" / f"{code}.yml"] = _lexicon(code, content / "lexicon")
    files[content / "emergency" / f"{code}.yml"] = _emergency(code, content / "emergency")
    files[content / "redaction" / f"{code}.yml"] = _redaction(code, content / "redaction")
    written = []
    for path, text in files.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    if not has_wording:
        stamp(code, (), content / "responses")
    return written


def to_do(code: str, root: Path = PROJECT) -> list[str]:
    """What a person has to do, in a good order."""
    known = load_yaml(root / "bot" / "content" / "languages.yml")[0]["languages"]
    steps = []
    if code not in [language["code"] for language in known]:
        entry = ENTRY.format(code=code)
        steps.append(f"add to bot/content/languages.yml under `languages`:\n\n{entry}")
    return [
        *steps,
        f"translate bot/content/responses/{code}/ (now in English): by hand, or with "
        f"`roi translations export {code} {code}.xlsx` and `roi translations import`",
        f"write sentences of every intent into data/nlu/{code}/ (docs/training-data.md)",
        f"write others to measure on into tests/nlu/{code}/",
        f"fill bot/content/lexicon/{code}.yml, bot/content/emergency/{code}.yml and "
        f"bot/content/redaction/{code}.yml",
        f"write bot/content/dates/{code}.yml, as for a similar language",
        "add its words to stop, start and get help by text message to bot/content/sms.yml",
        f"write {code}.yml in tests/data/emergency, language, redaction and wording, "
        "and its sentences in tests/conversations and tests/data/page_facts.yml",
        f"`roi check {code}` says what is missing; when it says nothing, set `offered: true`",
        "`make test`, and only then commit: an unfinished language fails the tests of all",
    ]


def _responses(code: str, folder: Path) -> dict[Path, str]:
    files = {}
    for path in sorted((folder / SOURCE_LANGUAGE).glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"(?m)^language: .*$", f"language: {code}", text, count=1)
        text = re.sub(r"(?m)^review: .*$", "review: draft", text, count=1)
        files[folder / code / path.name] = text
    return files


def _training(code: str, folder: Path) -> dict[Path, str]:
    files = {}
    for path in sorted((folder / SOURCE_LANGUAGE).glob("*.yml")):
        blocks = load_yaml(path)[0]["nlu"]
        intents = dict.fromkeys(block["intent"] for block in blocks if "intent" in block)
        # Rasa reads an empty block; it warns that the intent has no examples.
        lines = ['version: "3.1"', "nlu:"]
        for intent in intents:
            lines += [f"- intent: {intent}", "  examples: |"]
        files[folder / code / path.name] = "\n".join(lines) + "\n"
    return files


def _evaluation(code: str) -> str:
    example = '#  - text: "..."\n#    intent: fees\n#    entities: {item: records}\n'
    return f"language: {code}\nexamples: []\n{example}"


def _lexicon(code: str, folder: Path) -> str:
    english = load_yaml(folder / f"{SOURCE_LANGUAGE}.yml")[0]
    lines = [f"language: {code}", "possessives: []", "negations: []", "entities:"]
    for field, values in english["entities"].items():
        lines += [f"  {field}:", *(f"    {value}: []" for value in values)]
    return "\n".join(lines) + "\n"


def _redaction(code: str, folder: Path) -> str:
    english = load_yaml(folder / f"{SOURCE_LANGUAGE}.yml")[0]
    lists = [part for part, value in english.items() if isinstance(value, list)]
    lines = ["# bot/content/redaction/en.yml says what each list is for.", f"language: {code}"]
    return "\n".join([*lines, *(f"{part}: []" for part in lists)]) + "\n"


def _emergency(code: str, folder: Path) -> str:
    english: dict[str, Any] = load_yaml(folder / f"{SOURCE_LANGUAGE}.yml")[0]
    lines = [
        "# bot/nlu/emergency_rules.py explains how it is read.",
        f"language: {code}",
        "spellings: {}",
        "kinds:",
    ]
    for kind, groups in english["kinds"].items():
        lines += [f"  {kind}:", *(f"    {group}: []" for group in groups)]
    # There must be one, and this one of English changes nothing.
    lines += ["unless:", f'  - "{english["unless"][0]}"', "harmless: []"]
    return "\n".join(lines) + "\n"
