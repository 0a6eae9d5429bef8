"""Loads the YAML that staff and translators edit, and says which line to mend.

Everything under ``bot/content`` is read through :func:`validated`. A mistake stops
the start-up with one line per problem::

    bot/content/dates/es.yml:12: months: field required. Add the key `months:` here.

Models should set ``extra = pydantic.Extra.forbid`` so that a misspelt key is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase, CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import VersionedResolver

from bot.content_mends import Location, mend

Model = TypeVar("Model", bound=BaseModel)

# Anchors and tags; also where they only look like it, which costs nothing but time. An asterisk
# with a space after it is neither: the emergency phrases are full of them.
_NEEDS_CARE = re.compile(r"(?:^|[\[{,:]|[?-]\s)\s*(?:[&*](?=\S)|!)", re.MULTILINE)

# Parts of a file with its anchors written out; the largest of ours has some thousands.
_LARGEST = 200_000

_PROJECT = Path(__file__).resolve().parent.parent


class ContentError(ValueError):
    """Content that cannot be used, with the file, the line and how to mend it.

    Attributes:
        problems: One ``<file>:<line>: <field>: <message>. <how to mend>`` each.
    """

    def __init__(self, *problems: str) -> None:
        """Keeps every problem, so that a translator can mend them in one go."""
        super().__init__("\n".join(problems))
        self.problems = problems


class LineLookup:
    """Finds the line on which a part of a loaded file stands."""

    def __init__(self, path: Path, tree: object = None) -> None:
        """Args: the file, and its annotated tree if that has been read already."""
        self.path = path
        self._tree = tree

    @property
    def tree(self) -> object:
        """The annotated tree; read only when a line is asked for, since that is slow."""
        if self._tree is None:
            self._tree = YAML(typ="rt").load(_read(self.path))
        return self._tree

    def line(self, *location: int | str) -> int:
        """The line (counted from 1) of a key or item, or of what should hold it.

        Parts of ``location`` that the file does not have are skipped: pydantic puts
        names of union members and missing fields there.
        """
        node: Any = self.tree
        line = _first_line(node)
        for part in location:
            if _has(node, part):
                # A key that arrives through a merge (`<<:`) has no line of its own.
                line = (node.lc.data or {}).get(part, [line])[0]
                node = node[part]
        return int(line) + 1

    def problem(self, location: Location, message: str, advice: str) -> str:
        """One problem in the house format, for checks beyond a model's reach."""
        return problem(self.path, self.line(*location), _field(location), message, advice)

    def error(self, location: Location, message: str, advice: str) -> ContentError:
        """The same as an exception to raise."""
        return ContentError(self.problem(location, message, advice))


def problem(path: Path, line: int, field: str, message: str, advice: str) -> str:
    """Formats a mistake as ``<file>:<line>: <field>: <message>. <how to mend>``."""
    return f"{_shown(path)}:{line}: {field}: {_sentence(message)} {_sentence(advice)}"


def load_yaml(path: Path) -> tuple[Any, LineLookup]:
    """Reads one UTF-8 YAML 1.2 file.

    Args:
        path: The file to read.

    Returns:
        Its content as plain dicts, lists and scalars, and the lookup of its lines.

    Raises:
        ContentError: The file is absent, empty, not UTF-8 or not valid YAML, repeats a
            key or uses a YAML tag.
    """
    text = _read(path)
    if not _NEEDS_CARE.search(text):
        # libyaml reads ten times faster than the annotating reader, which is left for
        # files with something to complain about and for the few with anchors or tags.
        try:
            data = _quick_reader().load(text)
        except (YAMLError, ValueError):
            data = None
        if data is not None:
            return data, LineLookup(path)
    try:
        tree = YAML(typ="rt").load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1
        key = str(error.problem).partition(' key "')[2].partition('"')[0]
        first = error.context_mark.line + 1 if error.context_mark else line
        advice = f"Keep one of the two in the block that starts on line {first}"
        message = f"the key `{key}` stands here twice"
        raise _error(path, line, key, message, advice) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        advice = "Check the indentation, colons and quotes on this line and the one before"
        message = str(error.problem or error.context)
        raise _error(path, mark.line + 1, "syntax", message, advice) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"the character U+{error.character:04X} is not allowed in YAML"
        raise _error(path, line, "syntax", message, "Remove it") from error
    except YAMLError as error:
        advice = "Compare it with a file of another language"
        raise _error(path, 1, "syntax", str(error), advice) from error
    lookup = LineLookup(path, tree)
    if tree is None:
        raise lookup.error((), "the file is empty", "Fill it, or remove the file")
    if _size(tree, {}) > _LARGEST:
        message = "its anchors (`&`, `*`) name more than can be read"
        raise lookup.error((), message, "Write out what they stand for")
    return _plain(tree, lookup, ()), lookup


class _YamlOneTwo(VersionedResolver):
    """What is a number, a truth value or a text in YAML 1.2.

    The parent looks up the version, which no file of ours names, twice for every scalar, and tries
    patterns on texts that begin like none of them.
    """

    processing_version = (1, 2)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        """The tag of a node."""
        if kind is ScalarNode and implicit[0] and value:
            if value[0] not in self.versioned_resolver:
                return self.DEFAULT_SCALAR_TAG
        return super().resolve(kind, value, implicit)


def _quick_reader() -> Any:
    reader: Any = YAML(typ="safe")  # its types allow None alone for the resolver
    reader.Resolver = _YamlOneTwo
    return reader


def validated(path: Path, model: type[Model]) -> Model:
    """Reads a file into a pydantic model.

    A top-level ``language`` must equal the name of the file or of its folder, so that
    a file copied for a new language cannot speak for the old one.

    Args:
        path: The file to read.
        model: The model that describes it.

    Returns:
        The validated content.

    Raises:
        ContentError: The file does not fit; all problems are listed.
    """
    data, lookup = load_yaml(path)
    if isinstance(data, dict):
        _check_keys(data, lookup)
        _check_language(data, lookup)
    try:
        return model.parse_obj(data)
    except ValidationError as error:
        problems = [_describe(item, model, data, lookup) for item in error.errors()]
        raise ContentError(*problems) from error


def _error(path: Path, line: int, field: str, message: str, advice: str) -> ContentError:
    return ContentError(problem(path, line, field, message, advice))


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read ({error.strerror or error})"
        advice = "Check its name and place"
        raise _error(path, 1, "file", message, advice) from error
    try:
        return raw.decode("utf-8-sig")  # Windows editors put a byte order mark first
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        advice = "Save the file with the encoding UTF-8"
        raise _error(path, line, "file", "this is not UTF-8", advice) from error


def _size(node: object, known: dict[int, float]) -> float:
    """How many parts a tree has once its anchors are written out."""
    if id(node) not in known:
        known[id(node)] = inf  # whoever meets it inside itself would go round for ever
        inside: Iterable[object] = ()
        if isinstance(node, CommentedMap):
            inside = node.values()
        elif isinstance(node, CommentedSeq):
            inside = node
        known[id(node)] = 1 + sum(_size(part, known) for part in inside)
    return known[id(node)]


def _plain(node: object, lookup: LineLookup, location: Location) -> Any:
    """Turns ruamel's annotated tree into plain values that pydantic and == understand."""
    if _is_tagged(node):
        raise lookup.error(location, "YAML tags (`!`) are not used here", "Put it in quotes")
    if isinstance(node, CommentedMap):
        return {
            _scalar(key): _plain(value, lookup, (*location, key)) for key, value in node.items()
        }
    if isinstance(node, CommentedSeq):
        return [_plain(value, lookup, (*location, index)) for index, value in enumerate(node)]
    return _scalar(node)


def _scalar(value: object) -> Any:
    # ruamel remembers quotes, bases and anchors in subclasses of these.
    for plain in (bool, int, float, str):
        if isinstance(value, plain):
            return plain(value)
    return value


def _check_keys(data: dict[Any, Any], lookup: LineLookup) -> None:
    for key in data:
        if not isinstance(key, str):
            raise lookup.error((key,), "a key must be text", f'Put it in quotes: "{key}":')


def _check_language(data: dict[str, Any], lookup: LineLookup) -> None:
    if "language" not in data:
        return
    names = (lookup.path.stem, lookup.path.absolute().parent.name)
    if data["language"] not in names:
        message = f"`{data['language']}` is the name of neither the file nor its folder"
        advice = "Write the language code that the file or its folder is named for"
        raise lookup.error(("language",), message, advice)


def _describe(item: Any, model: type[BaseModel], data: object, lookup: LineLookup) -> str:
    location: Location = tuple(part for part in item["loc"] if part != "__root__")
    return lookup.problem(location, item["msg"], mend(item, model, location, data))


def _has(node: object, part: int | str) -> bool:
    if isinstance(node, CommentedSeq):
        return isinstance(part, int) and part < len(node)
    return isinstance(node, CommentedMap) and part in node


def _is_tagged(node: object) -> bool:
    return isinstance(node, CommentedBase) and node.tag.value is not None


def _first_line(tree: object) -> int:
    return tree.lc.line or 0 if isinstance(tree, CommentedMap | CommentedSeq) else 0


def _field(location: Location) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "file"


def _shown(path: Path) -> str:
    absolute = path.absolute()
    inside = absolute.is_relative_to(_PROJECT)
    return (absolute.relative_to(_PROJECT) if inside else path).as_posix()


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!")) else f"{text}."
