"""Documents that only the holder of a key can read: JSON, compressed, padded, authenticated.

AES-256-GCM of the library `cryptography`. What a document is about (a ratee, a run) is authenticated with it,
so that nobody can lay one row's document into another row. Lengths are rounded up to a power of two: how much
somebody wrote would otherwise be a trace of them.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from leadline.errors import LeadlineError

VERSION = b"\x01"
NONCE, HEAD = 12, 4
LEAST = 1024
"""Bytes, unless a caller knows how much people write."""
QUICK = 1
"""Level of compression: more takes three times as long for a tenth fewer bytes."""


class UnreadableError(LeadlineError):
    """A document that this key does not open: another key's, another row's, or changed."""


def derived(key: bytes, purpose: str) -> bytes:
    """A key of its own for one purpose (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=f"leadline {purpose}".encode()).derive(key)


class Cipher:
    """Encrypts and decrypts documents with one key.

    Parameters
    ----------
    key : bytes
        32 of them.

    Examples
    --------
    >>> own = Cipher(bytes(32))
    >>> own.decrypt(own.encrypt({"clarity_1": 4}, "sheet", "ada"), "sheet", "ada")
    {'clarity_1': 4}
    >>> len(own.encrypt({}, "sheet")) == len(own.encrypt({"clarity_1": 4}, "sheet"))
    True
    """

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, document: Any, *about: object, least: int = LEAST) -> bytes:
        """A document, JSON-ready, as bytes that tell nothing but a rounded length."""
        return self.encrypt_bytes(_packed(document), *about, least=least)

    def encrypt_bytes(self, content: bytes, *about: object, least: int = LEAST) -> bytes:
        """The same for bytes, as they are."""
        return self._seal(content, _about(about), _room(len(content), least))

    def encrypt_alike(self, documents: Iterable[Any], *about: object, least: int = LEAST) -> list[bytes]:
        """Several documents, all of the same length: not even the longest can be told."""
        packed = [_packed(one) for one in documents]
        room = _room(max(map(len, packed), default=0), least)
        return [self._seal(one, _about(about), room) for one in packed]

    def decrypt(self, sealed: bytes | memoryview, *about: object) -> Any:
        """The document.

        Raises
        ------
        UnreadableError
            ``web.look.unreadable``.
        """
        return json.loads(zlib.decompress(self.decrypt_bytes(sealed, *about)))

    def decrypt_bytes(self, sealed: bytes | memoryview, *about: object) -> bytes:
        """The bytes.

        Raises
        ------
        UnreadableError
            As :meth:`decrypt`.
        """
        whole = bytes(sealed)
        nonce, body = whole[1 : 1 + NONCE], whole[1 + NONCE :]
        try:
            padded = self._aead.decrypt(nonce, body, _about(about))
        except InvalidTag as cause:
            raise UnreadableError("web.look.unreadable") from cause
        return padded[HEAD : HEAD + int.from_bytes(padded[:HEAD])]

    def _seal(self, packed: bytes, about: bytes, room: int) -> bytes:
        padded = (len(packed).to_bytes(HEAD) + packed).ljust(room, b"\0")
        nonce = secrets.token_bytes(NONCE)
        return VERSION + nonce + self._aead.encrypt(nonce, padded, about)


def _room(length: int, least: int) -> int:
    """Bytes for a content of a length: the least, or the next power of two."""
    return least if length + HEAD <= least else 1 << (length + HEAD - 1).bit_length()


def _packed(document: Any) -> bytes:
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), QUICK)


def _about(parts: Iterable[object]) -> bytes:
    return "/".join(map(str, parts)).encode()
