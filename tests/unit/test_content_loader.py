"""Mistakes in content are named with file, line, field and how to mend them."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import pytest
from pydantic import BaseModel, Extra, Field, validator

from bot import content_loader
from bot.content_loader import ContentError, load_yaml, validated


class Kind(str, Enum):
    """Kinds of door."""

    OPEN = "open"
    CLOSED = "closed"


class Door(BaseModel):
    """A door in the test house."""

    class Config:
        """Unknown keys are mistakes."""

        extra = Extra.forbid

    name: str
    kind: Kind = Kind.OPEN
    width: int = 90

    @validator("name")
    def _is_lower_case(cls, value: str) -> str:
        if value != value.lower():
            raise ValueError("a name is written in lower case")
        return value


class House(BaseModel):
    """The test house."""

    class Config:
        """Unknown keys are mistakes."""

        extra = Extra.forbid

    language: str = "en"
    doors: list[Door] = Field(default_factory=list)
    rooms: dict[str, Door] = Field(default_factory=dict)


class Doors(BaseModel):
    """A file that is a list."""

    __root__: list[Door]


def write(folder: Path, text: str, name: str = "house.yml") -> Path:
    """Puts a content file in place."""
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, model: type[BaseModel] = House) -> list[str]:
    """The problems found, without the folder in front."""
    with pytest.raises(ContentError) as caught:
        validated(path, model)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [line.removeprefix(f"{path.parent.as_posix()}/") for line in caught.value.problems]


def test_a_good_file_becomes_its_model(tmp_path: Path) -> None:
    path = write(tmp_path, "doors:\n  - name: porta é çã 门 باب\n    width: 80\n")
    assert validated(path, House) == House(doors=[Door(name="porta é çã 门 باب", width=80)])


def test_a_file_that_is_a_list_works_too(tmp_path: Path) -> None:
    assert validated(write(tmp_path, "- name: a\n"), Doors).__root__[0].name == "a"
    assert problems(write(tmp_path, "- name: a\n- nam: b\n"), Doors) == [
        "house.yml:2: [1].name: field required. Add the key `name:` here.",
        ("house.yml:2: [1].nam: extra fields not permitted. Remove it, or did you mean `name`?"),
    ]


def test_loaded_values_are_plain_python(tmp_path: Path) -> None:
    text = "a: 'quoted'\nb: 0x10\nc: [1.5, true, null]\nd: |\n  block\ne: &x\n  f: no\n"
    data, _ = load_yaml(write(tmp_path, text + "g:\n  <<: *x\n  h: 08:00\n"))
    assert data == {
        "a": "quoted",
        "b": 16,
        "c": [1.5, True, None],
        "d": "block\n",
        "e": {"f": "no"},
        "g": {"f": "no", "h": "08:00"},
    }
    kinds = {type(data[key]) for key in data} | {type(item) for item in data["c"]}
    assert kinds == {str, int, list, dict, float, bool, type(None)}


def test_the_lookup_knows_the_line_of_every_key_and_item(tmp_path: Path) -> None:
    text = "# a comment\n\ndoors:\n  - name: a\n\n    width: 1\n  - {name: b}\nrooms: {}\n"
    _, lines = load_yaml(write(tmp_path, text))
    assert lines.line() == 3
    assert lines.line("doors") == 3
    assert lines.line("doors", 0) == 4
    assert lines.line("doors", 0, "width") == 6
    assert lines.line("doors", 1, "name") == 7
    assert lines.line("doors", 1, "absent") == 7
    assert lines.line("rooms", "absent", "deeper") == 8


def test_a_check_of_ones_own_can_name_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, "doors:\n  - name: a\n")
    _, lines = load_yaml(path)
    error = lines.error(("doors", 0, "name"), "no such door", "Use another one")
    assert str(error) == f"{path}:2: doors[0].name: no such door. Use another one."


def test_files_of_the_project_are_named_from_its_root() -> None:
    absent = Path(__file__).parent / "absent.yml"
    with pytest.raises(ContentError, match=r"^tests/unit/absent\.yml:1: file: "):
        load_yaml(absent)


def test_a_type_error_names_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "doors:\n  - name: a\n    width: wide\n")
    assert problems(path) == [
        (
            "house.yml:3: doors[0].width: value is not a valid integer. "
            "Write a whole number without quotes."
        )
    ]


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "doors:\n  - width: wide\n    colour: red\nrooms: 3\n")
    assert [line.split(": ")[:2] for line in problems(path)] == [
        ["house.yml:2", "doors[0].name"],
        ["house.yml:2", "doors[0].width"],
        ["house.yml:3", "doors[0].colour"],
        ["house.yml:4", "rooms"],
    ]


def test_an_unknown_key_is_compared_with_the_known_ones(tmp_path: Path) -> None:
    path = write(tmp_path, "rooms:\n  hall:\n    name: a\n    widht: 3\n    zzz: 1\n")
    assert problems(path) == [
        (
            "house.yml:4: rooms.hall.widht: extra fields not permitted. "
            "Remove it, or did you mean `width`?"
        ),
        (
            "house.yml:5: rooms.hall.zzz: extra fields not permitted. "
            "Remove it; known keys are kind, name, width."
        ),
    ]


def test_a_wrong_choice_is_told_the_right_ones(tmp_path: Path) -> None:
    text = "doors:\n  - {name: a, kind: opne}\n  - {name: b, kind: ajar}\n"
    first, second = problems(write(tmp_path, text))
    assert first.endswith("Did you mean `open`?")
    assert second.endswith("Write one of: open, closed.")


def test_a_models_own_rule_is_quoted_with_the_value(tmp_path: Path) -> None:
    assert problems(write(tmp_path, "doors:\n- name: Front\n")) == [
        (
            "house.yml:2: doors[0].name: a name is written in lower case. "
            "Correct the value; it is 'Front'."
        )
    ]


def test_a_duplicate_key_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "rooms: {}\ndoors: []\nrooms: {}\n")
    assert problems(path) == [
        (
            "house.yml:3: rooms: the key `rooms` stands here twice. "
            "Keep one of the two in the block that starts on line 1."
        )
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("doors: [1\nrooms: {}\n", 2),
        ("doors:\n\t- name: a\n", 2),
        ("doors: *nowhere\n", 1),
        ("doors: []\n---\nrooms: {}\n", 2),
        ("a: 1\nb: \x07\n", 2),
        ("a: 1\n\nb: 'open\n", 4),
    ],
)
def test_a_syntax_error_names_its_line(tmp_path: Path, text: str, line: int) -> None:
    (problem,) = problems(write(tmp_path, text))
    assert problem.startswith(f"house.yml:{line}: syntax: ")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_file_is_an_error(tmp_path: Path, text: str) -> None:
    assert problems(write(tmp_path, text)) == [
        "house.yml:1: file: the file is empty. Fill it, or remove the file."
    ]


def test_a_file_of_the_wrong_shape_is_an_error(tmp_path: Path) -> None:
    (problem,) = problems(write(tmp_path, "just words\n"))
    assert problem.startswith("house.yml:1: file: House expected dict not str.")


def test_another_encoding_names_the_line_of_the_first_odd_byte(tmp_path: Path) -> None:
    path = tmp_path / "house.yml"
    path.write_bytes("language: house\ndoors:\n- name: peão\n".encode("latin-1"))
    assert problems(path) == [
        "house.yml:3: file: this is not UTF-8. Save the file with the encoding UTF-8."
    ]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "house.yml"
    path.write_bytes(b"\xef\xbb\xbfdoors: []\n")
    assert validated(path, House) == House()


def test_a_language_may_name_the_file_or_the_folder(tmp_path: Path) -> None:
    for name in ("es.yml", "es/house.yml"):
        assert validated(write(tmp_path, "language: es\n", name), House)


def test_a_language_that_names_neither_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "doors: []\nlanguage: es\n", "pt.yml")
    assert problems(path) == [
        (
            "pt.yml:2: language: `es` is the name of neither the file nor its folder. "
            "Write the language code that the file or its folder is named for."
        )
    ]


def test_a_key_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    assert problems(write(tmp_path, "doors: []\n617: a\n")) == [
        'house.yml:2: [617]: a key must be text. Put it in quotes: "617":.'
    ]


@pytest.mark.parametrize(
    "text",
    [
        "doors: !x 1\n",
        "doors: !!python/object:os.system ls\n",
        "rooms: !y {}\n",
    ],
)
def test_yaml_tags_are_refused(tmp_path: Path, text: str) -> None:
    (problem,) = problems(write(tmp_path, text))
    assert "tags" in problem
    assert problem.startswith("house.yml:1: ")


@pytest.mark.parametrize(
    "text",
    [
        "&a x\n", "a: &b x\n", "a:   !c x\n", "- *a\n", "- - &a x\n", "[*a]\n", "[x, *a]\n",
        "{a: *b}\n", "{*a : b}\n", "a:\n  &b\n  c: d\n", "? &a b\n: c\n", "--- !a\n",
        "!!str x\n", "a: !\n", "{a:&b 1}\n", "-\n  &a x\n",
    ],
)  # fmt: skip
def test_an_anchor_or_a_tag_is_noticed_wherever_one_may_stand(text: str) -> None:
    assert content_loader._NEEDS_CARE.search(text)


@pytest.mark.parametrize(
    "text", ["a: Bonjour ! Ça va ?\n", "- 24 * 7\n", "a: x & y\n", "a: R&D\n", "a: what?! no\n"]
)
def test_signs_within_a_text_are_neither(text: str) -> None:
    assert not content_loader._NEEDS_CARE.search(text)
