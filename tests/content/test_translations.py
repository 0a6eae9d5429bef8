"""Translations are marked, listed, sent to a translator and taken back only if all is right."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.cli.__main__ import main
from bot.content_loader import ContentError
from bot.content_store import drafts_setting, shipped_guidance
from bot.keys import Key
from bot.rendering import Renderer
from bot.say import Choice, Say
from bot.translation_files import Unit, escaped, read_units, unescaped, units, write_units
from bot.translation_import import checked
from bot.translations import TranslationError, english_entries, stamp, status, write_translations
from bot.wording import FOLDER, known_placeholders, load_wording
from bot.wording_files import digest, merged, read_files

GUIDANCE = shipped_guidance()
KNOWN = known_placeholders(GUIDANCE)
TODAY = date(2026, 3, 2)
FEES = "topic.fees"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the English and Spanish wording to change."""
    for language in ("en", "es"):
        shutil.copytree(FOLDER / language, tmp_path / language)
    return tmp_path


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"`{old}` does not stand in {path.name}; mend this test"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def english_moves_on(folder: Path) -> None:
    old = "There may be a fee for some kinds of requests"
    changed(folder / "en" / "topics.yml", old, "Another text")


def load(folder: Path, drafts: str = "show"):
    return load_wording(GUIDANCE, ("en", "es"), folder, drafts=drafts)


# -- the mark of the English text --------------------------------------------------------------


def test_when_english_moves_on_the_start_up_stops_with_line_and_mend(folder):
    english_moves_on(folder)
    with pytest.raises(ContentError) as caught:
        load(folder)
    (problem,) = caught.value.problems
    assert "es/topics.yml:" in problem
    assert f"`roi translations stamp es {FEES}`" in problem
    assert status("es", folder).outdated == (FEES,)


def test_stamping_one_entry_changes_one_line(folder):
    english_moves_on(folder)
    path = folder / "es" / "topics.yml"
    before = path.read_text(encoding="utf-8").splitlines()
    assert stamp("es", [FEES], folder) == [FEES]
    after = path.read_text(encoding="utf-8").splitlines()
    differing = [new for old, new in zip(before, after, strict=True) if old != new]
    assert differing == [f'    of: "{digest(english_entries(folder)[FEES])}"']
    load(folder)


def test_a_translation_without_its_mark_is_refused(folder):
    mark = digest(english_entries(folder)[FEES])
    changed(folder / "es" / "topics.yml", f'    of: "{mark}"\n', "")
    with pytest.raises(ContentError, match="`of` is missing"):
        load(folder)
    assert stamp("es", (), folder) == [FEES]
    load(folder)


def test_a_reviewed_translation_of_another_english_text_becomes_a_draft(folder):
    entry = merged(read_files(folder / "es"))[FEES]
    write_translations("es", {FEES: entry}, "Ana Ruiz", TODAY, folder)
    assert FEES not in status("es", folder).unreviewed
    english_moves_on(folder)
    stamp("es", [FEES], folder)
    entry = merged(read_files(folder / "es"))[FEES]
    assert (entry.review, entry.reviewer, entry.reviewed_on) == (None, None, None)
    assert FEES in status("es", folder).unreviewed


@pytest.mark.parametrize(("language", "key"), [("es", "topic.fee"), ("en", FEES)])
def test_what_cannot_be_stamped_is_named(folder, language, key):
    with pytest.raises(TranslationError, match=r"no such entry|bears no marks"):
        stamp(language, [key], folder)


def test_the_list_counts_and_names(capsys):
    assert main(["translations", "--keys"]) == 0
    said = capsys.readouterr().out
    assert "es: " in said
    assert "0 outdated" in said


@pytest.mark.parametrize("language", ["en", "../es", "xx"])
@pytest.mark.parametrize("step", ["stamp", "export", "import"])
def test_a_language_that_is_not_translated_to_is_refused(step, language, tmp_path, capsys):
    file = [str(tmp_path / "a.xlf")] if step != "stamp" else []
    assert main(["translations", step, language, *file]) == 1
    assert f"{language} is not translated to" in capsys.readouterr().err


# -- to a translator and back ------------------------------------------------------------------


def rows(folder: Path) -> list[Unit]:
    return list(units(english_entries(folder), merged(read_files(folder / "es")), {}))


def rows_with(folder: Path, **changes: str) -> list[Unit]:
    """The rows of one entry, its full text changed."""
    return [
        Unit(**{**row.__dict__, **(changes if row.part == "text" else {}), "row": "row 7"})
        for row in rows(folder)
        if row.key == FEES
    ]


def problems(folder: Path, found: list[Unit]) -> list[str]:
    return checked(found, english_entries(folder), merged(read_files(folder / "es")), KNOWN)[1]


@pytest.mark.parametrize("ending", ["xlf", "xlsx"])
def test_what_is_exported_comes_back_as_it_was(folder, tmp_path, ending):
    if ending == "xlsx":
        pytest.importorskip("openpyxl")
    path = tmp_path / f"es.{ending}"
    write_units(path, "es", rows(folder))
    back = read_units(path, "es")
    texts = [(row.key, row.part, row.english, row.translation) for row in rows(folder)]
    assert [(row.key, row.part, row.english, row.translation) for row in back] == texts
    translated, found = checked(
        back, english_entries(folder), merged(read_files(folder / "es")), KNOWN
    )
    assert found == []
    before = {p.name: p.read_bytes() for p in (folder / "es").iterdir()}
    assert write_translations("es", translated, None, TODAY, folder) == []
    assert before == {p.name: p.read_bytes() for p in (folder / "es").iterdir()}


def test_a_reviewed_file_marks_its_entries_with_name_and_date(folder):
    translated, found = checked(
        rows_with(folder, translation="No sé los precios. Llame al {him_phone}."),
        english_entries(folder),
        merged(read_files(folder / "es")),
        KNOWN,
    )
    assert found == []
    assert write_translations("es", translated, "Ana Ruiz", TODAY, folder) == [FEES]
    entry = merged(read_files(folder / "es"))[FEES]
    assert entry.text == "No sé los precios. Llame al {him_phone}."
    assert (entry.review, entry.reviewer, entry.reviewed_on) == ("reviewed", "Ana Ruiz", TODAY)
    write_translations(
        "es", {FEES: entry.copy(update={"text": "Otra {him_phone}."})}, None, TODAY, folder
    )
    assert merged(read_files(folder / "es"))[FEES].reviewer is None
    assert FEES in status("es", folder).unreviewed


def test_a_missing_entry_is_added_to_the_file_of_its_name(folder):
    path = folder / "es" / "labels.yml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(x for x in lines if "page.send:" not in x), encoding="utf-8")
    assert status("es", folder).missing == ("page.send",)
    row = Unit("page.send", "text", english_entries(folder)["page.send"].text, "Enviar")
    present = merged(read_files(folder / "es"))
    translated, found = checked([row], english_entries(folder), present, KNOWN)
    assert found == []
    write_translations("es", translated, None, TODAY, folder)
    load(folder)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"key": "topic.fee"}, "topic.fee (text): there is no such text"),
        ({"part": "title"}, "there is no such text"),
        ({"english": "An older text"}, "is not the present one"),
        ({"translation": " "}, "the text is empty"),
        ({"translation": "Llame a HIM."}, "{him_phone}"),
        ({"translation": "Llame al 617.414.4213."}, "a number stands in the text"),
        ({"translation": "{him_phone} {him_fone}"}, "no fact {him_fone}"),
        ({"translation": "{him_phone"}, "the braces do not match"),
        ({"translation": "Llame:\n{him_phone}"}, "line breaks"),
    ],
)
def test_a_mistake_in_what_comes_back_names_row_and_key(folder, changes, says):
    found = problems(folder, rows_with(folder, **changes))
    assert says in "\n".join(found)
    assert all("row 7: topic.fee" in problem for problem in found)


def test_english_left_in_place_is_no_translation(folder):
    english = english_entries(folder)[FEES].text
    (found,) = problems(folder, rows_with(folder, translation=english))
    assert "still in English" in found


def test_half_an_entry_and_an_entry_twice_are_refused(folder):
    both = rows_with(folder)
    assert "`sms` is not in the file" in problems(folder, both[:1])[0]
    assert "twice" in problems(folder, [*both, both[0]])[0]
    assert "nothing in the file" in problems(folder, [])[0]


@pytest.mark.parametrize("text", ["=1+1", "+a", "-a", "@a", "'=a", "''-a", "'a", "a=b", "\t=a"])
def test_no_spreadsheet_takes_a_text_for_a_formula(text):
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("value", ["=HYPERLINK(1)", "@x"])
def test_a_formula_in_a_sheet_is_refused(folder, tmp_path, value):
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "es.xlsx"
    write_units(path, "es", rows(folder))
    book = openpyxl.load_workbook(path)
    book.active["D5"] = value
    book.save(path)
    with pytest.raises(TranslationError, match="row 5: .* looks like a formula"):
        read_units(path, "es")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", r"\*.xlf or \*.xlsx"),
        ("a.xlf", b"<xliff", "not XML"),
        ("a.xlf", b'<!DOCTYPE x [<!ENTITY a "b">]><xliff/>', "without DOCTYPE"),
        ("a.xlf", "<xliff/>".encode("utf-16"), "UTF-8"),
        ("a.xlf", b"<xliff/>", "not XLIFF 1.2"),
        ("a.xlsx", b"PK", "no spreadsheet"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path, name, content, says):
    if name.endswith("xlsx"):
        pytest.importorskip("openpyxl")
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TranslationError, match=says):
        read_units(path, "es")


@pytest.mark.parametrize("ending", ["xlf", "xlsx"])
def test_a_file_of_another_language_is_refused(folder, tmp_path, ending):
    if ending == "xlsx":
        pytest.importorskip("openpyxl")
    path = tmp_path / f"es.{ending}"
    write_units(path, "es", rows(folder)[:3])
    with pytest.raises(TranslationError, match="not pt"):
        read_units(path, "pt")


def test_a_translator_is_told_of_placeholders_and_lengths(folder, tmp_path):
    path = tmp_path / "es.xlf"
    write_units(path, "es", rows(folder))
    root = ElementTree.parse(path).getroot()
    names = {"x": "urn:oasis:names:tc:xliff:document:1.2"}
    units_by_id = {u.get("id"): u for u in root.iterfind(".//x:trans-unit", names)}
    unit = units_by_id[f"{FEES}#sms"]
    assert int(unit.get("maxwidth", "0")) > 100
    assert "{him_phone}" in unit.findtext("x:note", "", names)


# -- drafts shown or withheld ------------------------------------------------------------------


def test_the_setting_has_two_values():
    assert drafts_setting({}) == drafts_setting({"ROI_DRAFTS": ""}) == "show"
    assert drafts_setting({"ROI_DRAFTS": "withhold"}) == "withhold"
    with pytest.raises(ContentError, match="ROI_DRAFTS: `hide` has no meaning"):
        drafts_setting({"ROI_DRAFTS": "hide"})


@pytest.mark.parametrize("channel", ["web", "sms"])
def test_withheld_drafts_are_said_in_english_and_end_with_the_interpreter(folder, channel):
    wording = load(folder, "withhold")
    renderer = Renderer(GUIDANCE, wording)
    choice = Choice(id="1", key="topic_title.status_time", intent="status_time")
    said = renderer.text(Say(key="topic.contact_hours", language="es", choices=(choice,)), channel)
    english = renderer.text(
        Say(key="topic.contact_hours", language="en", choices=(choice,)), channel
    )
    offer = wording.text_even_if_draft("es", "topic.interpreter", short=channel == "sms")
    assert said.startswith(english)
    assert said.endswith(offer)
    assert "617.414.5549" in offer
    assert not wording.is_draft("es")  # none is shown, so nothing need be said of drafts


def test_reviewed_entries_are_said_as_they_are(folder):
    entries = merged(read_files(folder / "es"))
    write_translations("es", {FEES: entries[FEES]}, "Ana Ruiz", TODAY, folder)
    renderer = Renderer(GUIDANCE, load(folder, "withhold"))
    said = renderer.text(Say(key=FEES, language="es"), "web")
    assert said == Renderer(GUIDANCE, load(folder)).text(Say(key=FEES, language="es"), "web")
    mixed = Say(key=FEES, language="es", after=(Key.TALK_THANK.value,))
    assert renderer.text(mixed, "web") != said


def test_links_in_reviewed_entries_are_withheld_too(folder):
    key = "statement.request_online"
    entries = merged(read_files(folder / "es"))
    write_translations("es", {key: entries[key]}, "Ana Ruiz", TODAY, folder)
    wording = load(folder, "withhold")
    words = wording.fact("en", "online_request")
    assert words in wording.text("es", key)
