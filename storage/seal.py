"""A seal on JSON objects, so that a flipped bit is found in what has no hash for a name.

A body's key is its hash. A record, a state or a line of captures is not so lucky: one bit turns a 3 into a
7, and the JSON is as good as before. So the store writes such an object with one more field at its end,

    {…,"seal":"<SHA-256 of the object as it would be without this field>"}

and takes it off again when it reads. It guards against accidents, not against people: who can write can
also seal.
"""

from __future__ import annotations

import hashlib
import re

_SEAL = re.compile(rb'[,{]"seal":"([0-9a-f]{64})"\}$')
_LENGTH = len(b',"seal":""}') + 64


class SealError(ValueError):
    """The bytes are not those that were sealed."""


def seal(data: bytes) -> bytes:
    """Return a JSON object, serialised without spaces, with its seal."""
    if not data.startswith(b"{") or not data.endswith(b"}"):
        raise ValueError("only a JSON object can be sealed")
    return (
        (data[:-1] + b"," if data != b"{}" else b"{")
        + b'"seal":"'
        + hashlib.sha256(data).hexdigest().encode()
        + b'"}'
    )


def unseal(data: bytes) -> bytes:
    """Return the object without its seal.

    Raises:
        SealError: there is no seal, or it is that of other bytes.
    """
    match = _SEAL.search(data[-_LENGTH:])
    if match is None:
        raise SealError("it has no seal: cut off, or not written by gongkai")
    plain = b"".join((memoryview(data)[:-_LENGTH], b"}")) if len(data) > _LENGTH else b"{}"
    if hashlib.sha256(plain).hexdigest().encode() != match[1]:
        raise SealError("its bytes are not those that were sealed")
    return plain


def unseal_any(data: bytes) -> bytes:
    """Return the object without its seal, where it has one: for objects that others write too.

    Raises:
        SealError: there is a seal, and it is that of other bytes.
    """
    return data if _SEAL.search(data[-_LENGTH:]) is None else unseal(data)
