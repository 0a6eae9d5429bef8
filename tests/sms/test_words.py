"""Stop, start, help, more and numbers are heard in every language, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.sms.words import FILE, load_words, shipped_words
from bot.content_loader import ContentError
from bot.languages import load_languages

WORDS = shipped_words()

SENTENCES = {
    "en": ["please stop texting me", "Don't text me again.", "no more text messages please"],
    "es": ["no me manden más mensajes", "Ya no quiero recibir mensajes", "dejen de escribirme"],
    "pt": ["não me mandem mais mensagens", "nao quero mais mensagens", "Parem de me escrever"],
    "ht": ["pa voye mesaj ban m ankò", "Pa ekri m ankò tanpri", "Mwen pa vle resevwa mesaj"],
    "fr": ["ne m'envoyez plus de messages", "Arrêtez de m’écrire", "je ne veux plus de messages"],
    "vi": ["đừng nhắn tin cho tôi nữa", "Xin đừng gửi tin nhắn", "tôi không muốn nhận tin nhắn"],
    "zh-Hans": ["请不要再给我发短信了", "别再发信息", "不要再發短訊給我"],
    "ar": ["لا ترسلوا لي رسائل بعد الآن", "توقفوا عن مراسلتي", "لا أريد رسائل"],
    "ru": ["Не присылайте мне больше сообщений", "перестаньте мне писать", "Больше не пишите мне"],
}  # fmt: skip
WORD = {
    "en": "STOP", "es": "ALTO", "pt": "SAIR", "ht": "SISPANN", "fr": "ARRÊT",
    "vi": "DỪNG", "zh-Hans": "退订", "ar": "توقف", "ru": "СТОП",
}  # fmt: skip


@pytest.mark.parametrize(
    "word",
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "Stop.",
     " stop ", "stop!", "Opt-out", "Stop all"],
)  # fmt: skip
def test_the_words_of_twilio_stop(word):
    assert WORDS.command(word) == "stop"


@pytest.mark.parametrize("language", load_languages().offered)
def test_each_language_has_a_word_and_plain_sentences_to_stop(language):
    for text in (WORD[language], *SENTENCES[language]):
        assert WORDS.command(text) == "stop", text


@pytest.mark.parametrize(
    "text",
    [
        "I want to cancel my request", "Stop sending my records to my ex", "end of life papers",
        "how do I opt out of sharing my records?", "when does it end", "no mas", "para",
        "don't send my records to my lawyer", "no manden mi expediente a mi ex",
        "quiero cancelar mi cita", "não mande meu prontuário para ele", "đúng", "Đúng rồi",
        "ne m'envoyez pas le dossier par la poste", "pa voye dosye m bay li", "rete",
        "不要寄给我的律师", "прекратите отправлять мои документы",
        "لا ترسل سجلاتي إلى المحامي",
        "start over", "go back", "I have a message in MyChart", "stop the pain medication list",
    ],
)  # fmt: skip
def test_what_only_sounds_alike_does_not_stop(text):
    assert WORDS.command(text) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("START", "start"), ("unstop", "start"), ("YES", "resume"), ("Sí", "resume"),
        ("HELP", "help"), ("info", "help"), ("ayuda", "help"), ("Ajuda!", "help"), ("ÈD", "help"),
        ("aide", "help"), ("trợ giúp", "help"), ("帮助", "help"), ("مساعدة", "help"),
        ("помощь", "help"), ("MORE", "more"), ("más", "more"), ("SEGUIR", "more"), ("mais", "more"),
        ("plis", "more"), ("suite", "more"), ("TIẾP", "more"), ("继续", "more"), ("المزيد", "more"),
        ("далее", "more"), ("hello", None), ("", None), ("1", None), ("help with my bill", None),
    ],
)  # fmt: skip
def test_other_words_are_heard_when_they_are_the_whole_message(text, command):
    assert WORDS.command(text) == command


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("uno", "1"),
        ("One.", "1"),
        ("três", "3"),
        ("tres", "3"),
        ("youn", "1"),
        ("DEUX", "2"),
        ("hai", "2"),
        ("三", "3"),
        ("واحد", "1"),
        ("два", "2"),
        ("2️⃣", "2"),
        ("one of them", None),
        ("1", None),
        ("hi", None),
    ],
)
def test_numbers_are_understood_as_words(text, number):
    assert WORDS.number(text) == number


@pytest.mark.parametrize(
    ("number", "language"),
    [("+16175550123", None), ("+525555550123", "es"), ("+18095550123", "es"), ("+5511555501", "pt"),
     ("+50955550123", "ht"), ("+84555501230", "vi"), ("+442055550123", None)],
)  # fmt: skip
def test_a_country_code_is_a_hint_of_the_language(number, language):
    assert WORDS.language_hint(number) == language


def broken(folder: Path, old: str, new: str) -> str:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = folder / "sms.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        load_words(load_languages(), path)
    return str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  ru:\n", "  uk:\n", "`ru` is offered and has no words"),
        ("  ru:\n", "  xx:\n", "there is no such language"),
        ("start: [start, unstop]", "start: [start, stop]", "`stop` means stop elsewhere"),
        ("numbers: [one, two,", "numbers: [one, one,", "means"),
        ("  en:\n    alphabet: gsm7", "  en:\n    alphabet: ascii", "alphabet"),
        ("help: [help, info, help me]", "help: []", "help"),
        ("    more: [more,", "    moar: [more,", "moar"),
        ('calling_codes: ["509"]', 'calling_codes: ["84"]', "`84` means"),
    ],
)
def test_a_mistake_in_the_words_names_line_and_mend(tmp_path, old, new, said):
    assert said in broken(tmp_path, old, new)
