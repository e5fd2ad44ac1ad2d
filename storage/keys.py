"""What may be a key: the same rule on every store, checked before any store sees it."""

from __future__ import annotations

import unicodedata

from storage.objects import InvalidKeyError

RESERVED = ".gongkai"
"""First segment that a store keeps for itself (temporary files, probes). Never a key, never listed."""

MAX_KEY_BYTES = 900  # S3 allows 1,024; the rest is room for the prefix in the store's URL
MAX_SEGMENT_BYTES = 255  # what ext4, XFS, APFS and NTFS allow for a file name

# Control characters, surrogates and line separators: invisible in logs, invalid in the XML of an S3 listing,
# or not encodable at all.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def check_key(key: str) -> str:
    """Return `key` if it may name an object.

    Raises:
        InvalidKeyError: it is empty, absolute, too long, climbs, or holds characters that no key may hold.
    """
    _check_characters(key)
    segments = key.split("/")
    if "" in segments:
        raise InvalidKeyError(f"key {key!r}: empty, absolute, or with an empty segment")
    if "." in segments or ".." in segments:
        raise InvalidKeyError(f"key {key!r}: '.' and '..' are not names")
    if segments[0] == RESERVED:
        raise InvalidKeyError(f"key {key!r}: {RESERVED}/ belongs to the store itself")
    if len(key.encode()) > MAX_KEY_BYTES or any(len(part.encode()) > MAX_SEGMENT_BYTES for part in segments):
        raise InvalidKeyError(
            f"key {key[:60]!r}…: longer than {MAX_KEY_BYTES} bytes, or a segment than {MAX_SEGMENT_BYTES}"
        )
    return key


def check_prefix(prefix: str) -> str:
    """Return `prefix` if keys can start with it: a key cut off anywhere, or nothing.

    Raises:
        InvalidKeyError: no key can start like that.
    """
    _check_characters(prefix)
    *folders, _ = prefix.split("/")
    if any(part in {"", ".", ".."} for part in folders):
        raise InvalidKeyError(f"prefix {prefix!r}: no key starts like that")
    return prefix


def _check_characters(text: str) -> None:
    if "\\" in text:
        raise InvalidKeyError(f"key {text!r}: holds a backslash, which some stores take for a slash")
    # Short cut: nearly all keys are plain ASCII.
    if text.isascii() and text.isprintable():
        return
    for character in text:
        code = ord(character)
        if unicodedata.category(character) in _FORBIDDEN_CATEGORIES or code & 0xFFFE == 0xFFFE:
            raise InvalidKeyError(f"key {text!r}: holds the character U+{code:04X}")
