"""What must not be written down: credentials in headers, addresses and texts.

Redacted are names that can be nothing else. A query field called `key` or `sign` stays: on many sites it is
what tells one page from another, and without it two resources would be one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "set-cookie2",
        "x-amz-security-token",
        "x-api-key",
        "x-auth-token",
        "x-csrf-token",
        "x-xsrf-token",
    }
)
"""Headers whose value is a credential or a session, in lower case."""

# Signed addresses of AWS, Google, Aliyun OSS, Tencent COS, Huawei OBS, Azure and others; and plain
# credentials.
_FIELDS = "|".join(
    (
        r"x-(?:amz|goog|oss|cos|obs|bce|tos)-(?:signature|credential|security-token)",
        r"aws_?access_?key_?id|oss_?access_?key_?id|google_?access_?id",
        r"q-signature|q-ak|security-token|signature|sig",
        r"access_token|refresh_token|id_token|client_secret|api_?key|password|passwd|pwd",
    )
)
_QUERY = re.compile(rf"(?i)([?&;](?:amp;)?(?:{_FIELDS})=)[^&;#\s\"'<>\\]+")
_USER = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/?#\s\"'<>@]+@")
_ENVIRONMENT = re.compile(r"(?i)\b(aws_(?:secret_access_key|session_token)\s*[=:]\s*)[^\s\"',]+")
_HEADER = re.compile(rf"(?i)\b((?:{'|'.join(sorted(SECRET_HEADERS))})\s*[:=]\s*)[^\r\n\"']+")


def redact_url(url: str) -> str:
    """Return an address without user, password and signatures."""
    if "@" not in url and "=" not in url:  # nearly all
        return url
    return _USER.sub(rf"\1{REDACTED}@", _QUERY.sub(rf"\1{REDACTED}", url))


def redact_text(text: str) -> str:
    """Return a text, such as a line of a log, without credentials in addresses, headers and settings."""
    return _HEADER.sub(rf"\1{REDACTED}", _ENVIRONMENT.sub(rf"\1{REDACTED}", redact_url(text)))


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with the values of credentials and cookies replaced, and addresses in them redacted."""
    return {
        name: REDACTED if name.lower() in SECRET_HEADERS else redact_url(value)
        for name, value in headers.items()
    }


def guard_logs() -> None:
    """Redact every message that this process logs from now on."""
    make = logging.getLogRecordFactory()

    def guarded(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            return record  # a wrong call; logging itself says so
        redacted = redact_text(message)
        if redacted != message:
            record.msg, record.args = redacted, ()
        return record

    logging.setLogRecordFactory(guarded)
