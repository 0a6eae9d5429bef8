"""Says which language a message is written in, and whether that is sure enough to act on.

Four sources, each for what it is good at: the script; greetings and everyday words that staff can
edit in ``bot/content/languages.yml``; a Naive Bayes on our own utterances for the languages we
answer in; and langdetect's stock profiles, so that Italian is not taken for Spanish.

``python -m benchmarks.language_id`` prints how often it is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.chinese import script_of
from bot.language_samples import read_samples
from bot.languages import Languages, load_languages
from bot.nlu.language_ngrams import NgramModel
from bot.nlu.language_profiles import ProfileDetector
from bot.nlu.language_romanised import ROMANISED, romanised_apart, with_digit_letters
from bot.nlu.language_scripts import LATIN, ScriptRules, other_script_letters
from bot.nlu.phrases import (
    PhraseLists,
    Phrases,
    capitalised_inside,
    without_accents,
    words_of,
)

LONGEST_TEXT = 300  # characters; more adds time, not certainty

_UNASKED_NATS = 1.5  # by which a language that nobody answers in must be likelier, in nats
_ANSWERED_WORDS = 0.4  # what a language with utterances leads by where its neighbours share words
_LOAN_WEIGHT = 0.25  # "quiero mis medical records" is Spanish
_GREETING_NATS, _WORD_NATS = 3.0, 1.0
_OWN_WORD = 0.9  # share from which a word is taken to be one language's own
_SHARED_WORD = 0.05  # share from which it belongs to the language at all ("my" in Spanish does not)
_SURE = 0.8
_CLEAR_LEAD = 0.25  # by which a language without utterances must explain a text better
_EVEN = 0.5
_HARDLY_KNOWN, _PART_KNOWN, _HALF_KNOWN = 0.34, 0.4, 0.5  # of the telling words
_FEW = 3
_CHINESE = "zh"  # whose scripts are told apart by OpenCC
_SENTENCE = 4  # informative words
_SENTENCE_LETTERS = 8  # in scripts that may not put spaces between words


@dataclass(frozen=True)
class LanguageEvidence:
    """What a message says about its language.

    Attributes:
        code: The likeliest language, or None where nothing points to one (a number, a name, "ok").
        confidence: From 0.0 to 1.0.
        clear: Strong enough to change the language of a conversation.
        sentence: Clear, and a whole sentence: strong enough to change one that was asked for.
    """

    code: str | None = None
    confidence: float = 0.0
    clear: bool = False
    sentence: bool = False


NO_EVIDENCE = LanguageEvidence()


@dataclass(frozen=True)
class _Message:
    """The words of a message and which of them say something about its language."""

    words: list[str]
    plain: list[str]
    told: list[int]  # positions of words that are neither neutral nor names
    faint: list[int]  # neutral everyday words ("o", "y"), which count beside others
    loans: set[int]  # those of them that are used inside other languages too
    greetings: dict[str, set[int]]
    known: dict[str, set[int]]  # by language, words of its lists

    @cached_property
    def content(self) -> list[int]:
        return [position for position in self.told if position not in self.loans]

    def is_initial(self, position: int) -> bool:
        return len(self.plain[position]) == 1 and self.plain[position].isascii()

    def text(self) -> str:
        return " ".join(self.words[position] for position in self.content or self.told)


class LanguageIdentifier:
    """Identifies languages; safe to share between threads."""

    def __init__(self, model: NgramModel, languages: Languages | None = None) -> None:
        """Use :meth:`train` or :meth:`load`."""
        self._model = model
        known = languages or load_languages()
        self._languages = known.languages
        self._latin = [language for language in self._languages if LATIN in language.scripts]
        self._romanised = [code for code in model.codes if code.endswith(ROMANISED)]
        self._unasked = {code for code in read_samples() if code not in known.offered}
        self._neutral = Phrases(known.neutral)
        self._names = Phrases(known.names)
        self._loans = PhraseLists({lang.code: lang.lends for lang in self._languages if lang.lends})
        self._greetings = PhraseLists({lang.code: lang.greetings for lang in self._languages})
        self._words = PhraseLists(
            {lang.code: (*lang.words, *lang.greetings) for lang in self._languages}
        )
        self._letters = {lang.code: set(lang.letters) for lang in self._latin if lang.letters}
        self._profiles = ProfileDetector(self._latin)
        self._scripts = ScriptRules(self._languages)

    @classmethod
    def train(
        cls, utterances: Mapping[str, Sequence[str]], languages: Languages | None = None
    ) -> LanguageIdentifier:
        """Learns from what people write and from the samples of languages nobody answers in.

        Args:
            utterances: Texts by language code.
            languages: The known languages, if not those of ``languages.yml``.

        Returns:
            The identifier.
        """
        known = languages or load_languages()
        texts = romanised_apart({**read_samples(), **utterances}, known)
        return cls(NgramModel.train(texts), known)

    def save(self, folder: Path) -> None:
        """Writes what was learnt into an existing folder."""
        self._model.save(folder)

    @classmethod
    def load(cls, folder: Path, languages: Languages | None = None) -> LanguageIdentifier:
        """Reads what :meth:`save` wrote."""
        return cls(NgramModel.load(folder), languages)

    def identify(self, text: str) -> LanguageEvidence:
        """Identifies the language of a message.

        Args:
            text: What somebody wrote, in any state; only its first 300 characters count.

        Returns:
            The evidence; a mixed text belongs to the language that holds it together.
        """
        message = self._read(text[:LONGEST_TEXT])
        if all(message.is_initial(position) for position in message.told):
            return NO_EVIDENCE
        if letters := other_script_letters(message.words[position] for position in message.told):
            return self._by_script(message, letters)
        if not message.content:
            return self._by_loans(message)
        return self._by_letters(message)

    def _read(self, text: str) -> _Message:
        words = words_of(text)
        plain = [without_accents(word) for word in words]
        greetings, listed = self._greetings.positions(plain), self._words.positions(plain)
        greeting = set().union(*greetings.values())
        names = self._names.positions(plain) | capitalised_inside(text, words)
        silent = (self._neutral.positions(plain) | names) - greeting
        for code, letters in self._letters.items():
            telling = {at for at, word in enumerate(words) if not letters.isdisjoint(word)}
            if telling:
                listed[code] = listed.get(code, set()) | telling
        for romanised in self._romanised:
            listed[romanised] = with_digit_letters(words)
        loans = set().union(*self._loans.positions(plain).values())
        return _Message(
            words=words,
            plain=plain,
            told=[position for position in range(len(words)) if position not in silent],
            faint=sorted(silent.intersection(set().union(*listed.values())) - names),
            loans=loans - greeting - silent,
            greetings=greetings,
            known={code: found - silent for code, found in listed.items()},
        )

    def _by_script(self, message: _Message, letters: Counter[str]) -> LanguageEvidence:
        known: dict[str, float] = {
            language.code: len(self._known(message, language.code))
            + (_ANSWERED_WORDS if language.code in self._model.codes else 0.0)
            for language in self._languages
        }
        found = self._scripts.probabilities(message.text(), letters, known)
        if not found:
            return NO_EVIDENCE
        code, confidence = next(iter(found.items()))
        if code.startswith(_CHINESE):
            script = script_of(message.text())
            code = f"{_CHINESE}-{script}" if script is not None else _CHINESE
        # Whatever neighbour it may be, it is surely not a language in Latin letters.
        clear = letters.total() > 1
        return LanguageEvidence(code, confidence, clear, letters.total() >= _SENTENCE_LETTERS)

    def _by_loans(self, message: _Message) -> LanguageEvidence:
        """Only words that travel ("medical records"): their own language, but not for sure."""
        found = self._loans.positions(message.plain)
        return LanguageEvidence(max(found, key=lambda code: len(found[code])), 0.6)

    def _by_letters(self, message: _Message) -> LanguageEvidence:
        trained, confidence = self._likeliest_trained(message)
        known = self._known(message, trained)
        others = [
            language.code
            for language in self._latin
            if language.code not in self._model.codes
            and self._may_be_other(message, language.code, known)
        ]
        if others:  # langdetect takes 1.5 ms, and most messages leave it nothing to decide
            profiles = self._profiles.probabilities(message.text())
            score = self._score(message, trained, profiles)
            scores = {code: self._score(message, code, profiles) for code in others}
            other = max(others, key=lambda code: scores[code])
            if scores[other] > score:
                return self._as_other(message, other, scores[other] - score, known)
        return self._as_trained(message, trained, confidence) if trained else NO_EVIDENCE

    def _likeliest_trained(self, message: _Message) -> tuple[str | None, float]:
        weighted = [
            (message.words[position], _LOAN_WEIGHT if position in message.loans else 1.0)
            for position in (*message.told, *message.faint)
        ]
        bonus = {
            code: _WORD_NATS * len(found & set(message.content))
            + _GREETING_NATS * bool(message.greetings.get(code))
            for code, found in message.known.items()
        }
        for unasked in self._unasked:
            bonus[unasked] = bonus.get(unasked, 0.0) - _UNASKED_NATS
        among = [*(language.code for language in self._latin), *self._romanised]
        found = self._model.probabilities(weighted, among, bonus)
        code = max(found, key=lambda code: found[code], default=None)
        return code, found[code] if code else 0.0

    def _may_be_other(self, message: _Message, code: str, known: set[int]) -> bool:
        """Whether a language without utterances comes into question at all.

        It needs a listed word that the likeliest trained language does not have ("me", "que" and
        "la" are everybody's), or a sentence of which that language knows next to nothing:
        langdetect alone calls short and misspelt texts Italian or Tagalog.
        """
        content = message.content
        if self._known(message, code) - known:
            return True
        return len(content) >= _SENTENCE and len(known) < len(content) * _HARDLY_KNOWN

    def _score(self, message: _Message, code: str | None, profiles: Mapping[str, float]) -> float:
        """How well a language explains the words; comparable between all languages."""
        if code is None:
            return 0.0
        trust = 0.5 if len(message.content) >= _SENTENCE else 0.3
        coverage = len(self._known(message, code)) / len(message.content)
        return coverage + trust * profiles.get(code, 0.0)

    def _known(self, message: _Message, code: str | None) -> set[int]:
        """The telling words that a language is known to have."""
        if code is None:
            return set()
        return {
            position
            for position in message.content
            if position in message.known.get(code, ())
            or self._model.word_share(message.plain[position], code) >= _SHARED_WORD
        }

    def _as_other(
        self, message: _Message, code: str, lead: float, trained_known: set[int]
    ) -> LanguageEvidence:
        content, known = message.content, self._known(message, code)
        confidence = min(1.0, _EVEN + lead)
        clear = self._is_only_greeting(message, code) or (
            lead >= _CLEAR_LEAD
            and len(known - trained_known) > 1
            and len(known) >= len(content) * _PART_KNOWN
        )
        return LanguageEvidence(code, confidence, clear, clear and len(content) >= _SENTENCE)

    def _as_trained(self, message: _Message, code: str, confidence: float) -> LanguageEvidence:
        content, own = message.content, self._own(message, code)
        known = self._known(message, code)
        if code in self._loans:  # "my records": in English, "records" is no loan
            known |= message.loans
        enough = len(known) > 1 or (len(content) == 1 and self._is_telling_alone(message, own))
        clear = self._is_only_greeting(message, code) or (
            confidence >= _SURE
            and bool(own)
            and enough
            and len(known) >= len(content) * _HALF_KNOWN
        )
        language = code.removesuffix(ROMANISED)
        return LanguageEvidence(language, confidence, clear, clear and len(content) >= _SENTENCE)

    def _is_only_greeting(self, message: _Message, code: str) -> bool:
        listed = [found for other, found in message.known.items() if other != code]
        # "ola" is Portuguese without its accent or Spanish without its h; "olá" leaves no doubt.
        shared = {pos for pos in set().union(*listed) if message.words[pos] == message.plain[pos]}
        return message.greetings.get(code, set()) - shared >= set(message.content)

    def _own(self, message: _Message, code: str) -> list[int]:
        """The words that, among the languages with utterances, only this one has."""
        rivals = [rival for rival in self._model.codes if rival != code]
        return [
            position
            for position in message.content
            if not any(position in message.known.get(rival, ()) for rival in rivals)
            and self._is_own(message, position, code)
        ]

    def _is_own(self, message: _Message, position: int, code: str) -> bool:
        share = self._model.word_share(message.plain[position], code)
        listed = position in message.known.get(code, ())
        return share >= _OWN_WORD or (not share and listed)

    def _is_telling_alone(self, message: _Message, own: Sequence[int]) -> bool:
        """Whether one word is enough: no short one, and none that stands in two lists."""
        return any(
            len(message.plain[position]) > _FEW
            and self._model.word_count(message.plain[position]) >= _FEW
            and sum(position in found for found in message.known.values()) <= 1
            for position in own
        )
