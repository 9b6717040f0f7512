"""Text files as UTF-8, read by streaming: encodings are told apart and lines too long are refused."""

from __future__ import annotations

import codecs
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from leadline.errors import SourceError
from leadline.evidence.sources.foreign import CHINESE, encoding_of

LONGEST_LINE = 1 << 20
"""Bytes of the longest line that is read; a longer one is no table."""

SEPARATORS = b",;\t|"
QUOTE = ord('"')

_CHUNK = 1 << 20
_THREE_BYTES = "\u0800"
"""Characters from here on take three bytes in UTF-8, which other encodings hardly ever imitate."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text file made ready for a parser.

    Attributes
    ----------
    source : Path or bytes
        The file itself where it is UTF-8, else its content as UTF-8.
    head : str
        The first lines, up to 1 MB.
    counts : mapping of str to int
        How often each possible separator and the quotation mark occur in the whole file.
    strange : mapping of line number to fault code
        Lines, counted from 1, that are not in the encoding of the rest.
    """

    source: Path | bytes
    head: str
    counts: Mapping[str, int]
    strange: Mapping[int, str] = field(default_factory=dict)


def read_text(path: Path, place: str) -> Text:
    """Find the encoding of a text file and look at all of its lines, a chunk at a time.

    Parameters
    ----------
    path : Path
    place : str
        How messages call the file.

    Returns
    -------
    Text

    Raises
    ------
    SourceError
        A line beyond the limit (the rest is not read), or bytes that are no text.
    """
    counts: Counter[str] = Counter()
    with path.open("rb") as file:
        start = file.read(_CHUNK)
        file.seek(0)
        chunks = iter(partial(file.read, _CHUNK), b"")
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            content = b"".join(_checked(_from_utf16(chunks), place, counts))
            return Text(content, _head(content), counts)
        if b"\r" in start and b"\n" not in start:
            content = b"".join(_checked(_from_old_mac(chunks), place, counts))
        elif _all_utf8(_checked(chunks, place, counts)):
            return Text(path, _head(start), counts)
        else:
            file.seek(0)
            content = file.read()
    if _all_utf8([content]):
        return Text(content, _head(content), counts)
    text, strange = _line_by_line(content)
    content = text.encode()
    return Text(content, _head(content), counts, strange)


def _head(content: bytes) -> str:
    return content[:_CHUNK].decode("utf-8-sig", errors="ignore")


def _checked(chunks: Iterable[bytes], place: str, counts: Counter[str]) -> Iterator[bytes]:
    """Chunks passed on, their lines and separators counted. Cost: a few searches a chunk."""
    line, length = 1, 0
    for chunk in chunks:
        if b"\0" in chunk:
            raise SourceError("evidence.binary_file", place=place)
        first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
        length += len(chunk) if first < 0 else first
        if length > LONGEST_LINE:
            raise SourceError("evidence.long_line", place=place, row=line, limit=LONGEST_LINE)
        if first >= 0:
            line += chunk.count(b"\n")
            length = len(chunk) - last - 1
        for mark in (*SEPARATORS, QUOTE):
            counts[chr(mark)] += chunk.count(mark)
        yield chunk


def _all_utf8(chunks: Iterable[bytes]) -> bool:
    """Whether everything is UTF-8; always reads to the end, so that every line is looked at."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    for chunk in chunks:
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
    return is_utf8 and _decodes(decoder, b"", is_last=True)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, is_last: bool = False) -> bool:
    try:
        decoder.decode(chunk, is_last)
    except UnicodeDecodeError:
        return False
    return True


def _from_utf16(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _from_old_mac(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk.replace(b"\r", b"\n")


def _line_by_line(content: bytes) -> tuple[str, dict[int, str]]:
    """Text of a file that is not all UTF-8, and the lines that do not go with the rest.

    A line counts as UTF-8 when it has a character that other encodings would hardly imitate, as foreign
    when it is no UTF-8; lines that could be either follow the majority.
    """
    lines = list(io.BytesIO(content))
    codec = encoding_of(line for line in lines if _decode(line, "utf-8") is None)
    texts: list[str] = []
    utf8: list[int] = []
    foreign: list[int] = []
    either: dict[int, str] = {}
    neither: list[int] = []
    for number, line in enumerate(lines, start=1):
        as_utf8, as_foreign = _decode(line, "utf-8"), _decode(line, codec or CHINESE)
        texts.append(as_utf8 or as_foreign or line.decode("latin-1"))
        if line.isascii():
            continue
        if as_utf8 is not None and (as_foreign is None or max(as_utf8) >= _THREE_BYTES):
            utf8.append(number)
        elif as_utf8 is not None and as_foreign is not None:
            either[number] = as_foreign
        else:
            (neither if as_foreign is None else foreign).append(number)
    strange = dict.fromkeys(neither, "evidence.unknown_encoding")
    if codec is None:
        strange.update(dict.fromkeys(foreign, "evidence.unknown_encoding"))
    elif utf8:
        fewer = foreign if len(foreign) <= len(utf8) else utf8
        strange.update(dict.fromkeys(fewer, "evidence.mixed_encodings"))
    if len(foreign) > len(utf8):
        for number, text in either.items():
            texts[number - 1] = text
    return "".join(texts).removeprefix("\ufeff"), dict(sorted(strange.items()))


def _decode(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
