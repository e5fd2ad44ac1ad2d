"""How we speak to S3 and to what calls itself S3: the client, and its errors in words that say what to do.

Endpoint: ``GONGKAI_S3_ENDPOINT``, else the usual AWS settings (``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL``,
profile). Credentials and region: the usual AWS settings. ``GONGKAI_S3_ADDRESSING`` is ``path`` or ``virtual``
where a store takes only one of them; boto3 chooses where it is not set. ``GONGKAI_S3_TIMEOUT`` is how many
seconds a silent store is waited for (60) before it is asked again.

No message holds a credential: of an error only its code is told, and an endpoint that holds one is refused.
"""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlsplit

import boto3
from botocore import exceptions as boto
from botocore.config import Config
from urllib3.exceptions import HTTPError

from storage.objects import StoreError, StoreUnreachableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, GetObjectRequestTypeDef

CONNECTIONS = 32
"""Requests that may be under way at once."""

ATTEMPTS = 6
"""Of what boto3 does not try again itself: a body that breaks off, a conflict of conditional writes."""

_CODES = {
    "NoSuchBucket": "there is no such bucket; create it or correct the URL",
    "AccessDenied": "access denied; give these credentials list, get and put on the bucket",
    "AllAccessDisabled": "access denied; the bucket is disabled",
    "AccountProblem": "access denied; the account has a problem",
    "InvalidAccessKeyId": "the access key is unknown; check AWS_ACCESS_KEY_ID or the profile",
    "SignatureDoesNotMatch": "the secret key is wrong; check AWS_SECRET_ACCESS_KEY or the profile",
    "ExpiredToken": "the credentials have expired; renew them",
    "ExpiredTokenException": "the credentials have expired; renew them",
    "TokenRefreshRequired": "the credentials have expired; renew them",
    "InvalidToken": "the session token is wrong; check AWS_SESSION_TOKEN",
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
    "PermanentRedirect": "the bucket is in another region; set AWS_DEFAULT_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set AWS_DEFAULT_REGION",
    "IllegalLocationConstraintException": "the bucket is in another region; set AWS_DEFAULT_REGION",
    "QuotaExceeded": "the storage quota is used up; free space or raise it",
    "XMinioStorageFull": "the storage is full; free space",
    "InvalidBucketName": "that is no bucket name; correct the URL",
}
# What a HEAD, which has no body, says instead of the code.
_CODES |= {"401": _CODES["AccessDenied"], "403": _CODES["AccessDenied"], "301": _CODES["PermanentRedirect"]}
_INSUFFICIENT_STORAGE = 507


def make_client(*, patient: bool = True) -> S3Client:
    """Return a client; a patient one tries again through a minute of trouble, the other one gives up soon.

    Raises:
        StoreUnreachableError: the settings contradict themselves.
    """
    addressing = os.environ.get("GONGKAI_S3_ADDRESSING", "auto")
    if addressing not in {"auto", "path", "virtual"}:
        raise StoreUnreachableError(f"GONGKAI_S3_ADDRESSING is {addressing!r}: write path or virtual")
    try:
        silence = float(os.environ.get("GONGKAI_S3_TIMEOUT") or 60)
    except ValueError:
        raise StoreUnreachableError("GONGKAI_S3_TIMEOUT is not a number of seconds") from None
    config = Config(
        # Without these two boto3 adds checksums that stores other than AWS refuse (boto3#4392).
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "standard", "total_max_attempts": 8 if patient else 3},
        connect_timeout=min(silence, 10 if patient else 5),
        read_timeout=silence if patient else min(silence, 15),
        max_pool_connections=CONNECTIONS,
        s3={"addressing_style": cast("Literal['auto', 'path', 'virtual']", addressing)},
        user_agent_extra="gongkai",
    )
    try:
        session = boto3.session.Session()
        endpoint = os.environ.get("GONGKAI_S3_ENDPOINT") or None
        # Stores of one's own mostly have no regions, and take this name for "the one there is".
        client = session.client(
            "s3", endpoint_url=endpoint, region_name=session.region_name or "us-east-1", config=config
        )
    except boto.BotoCoreError as error:
        raise translate(error, "the S3 settings") from error
    except ValueError as error:  # what boto3 raises for an endpoint that is no URL
        raise StoreUnreachableError(
            "the S3 endpoint is not a URL; write GONGKAI_S3_ENDPOINT=https://host:port"
        ) from error
    if "@" in client.meta.endpoint_url:  # boto3's errors would show it
        client.close()
        raise StoreUnreachableError("an S3 endpoint holds no credentials; set AWS_ACCESS_KEY_ID and so on")
    return client


def endpoint_of(client: S3Client) -> str:
    """Return scheme, host and port that the client speaks to."""
    parts = urlsplit(client.meta.endpoint_url)
    return f"{parts.scheme}://{parts.netloc}"


def error_code(error: boto.ClientError) -> tuple[str, int]:
    """Return S3's code and the HTTP status of an error."""
    return (
        error.response.get("Error", {}).get("Code", ""),
        error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0),
    )


def translate(error: boto.BotoCoreError | boto.ClientError, what: str) -> StoreError:
    """Return the error as the store says it: `what` could not be done, why, and what to do."""
    if isinstance(error, boto.ClientError):
        code, status = error_code(error)
        if advice := _CODES.get(code):
            return StoreUnreachableError(f"{what}: {advice}")
        if status == _INSUFFICIENT_STORAGE:
            return StoreUnreachableError(f"{what}: the storage is full; free space")
        if status >= 500 or status == 429 or code in {"SlowDown", "RequestTimeout", "Throttling"}:
            return StoreUnreachableError(
                f"{what}: the store is overloaded or failing ({code}); try again later"
            )
        return StoreError(f"{what}: the store refused ({code or status})")
    name = type(error).__name__
    if isinstance(
        error, boto.NoCredentialsError | boto.PartialCredentialsError | boto.CredentialRetrievalError
    ):
        return StoreUnreachableError(
            f"{what}: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        )
    if isinstance(error, boto.ProfileNotFound | boto.ConfigParseError | boto.ConfigNotFound):
        return StoreUnreachableError(f"{what}: the AWS settings cannot be used ({name}); check AWS_PROFILE")
    if isinstance(error, boto.SSLError):
        return StoreUnreachableError(f"{what}: no secure connection; check the endpoint's certificate")
    if isinstance(error, boto.ParamValidationError):
        return StoreUnreachableError(f"{what}: that is no bucket name; correct the URL")
    if isinstance(error, boto.ConnectionError | boto.HTTPClientError | boto.IncompleteReadError):
        return StoreUnreachableError(f"{what}: no answer ({name}); check GONGKAI_S3_ENDPOINT and the network")
    return StoreError(f"{what}: {name}")


def get_object(client: S3Client, request: GetObjectRequestTypeDef) -> GetObjectOutputTypeDef:
    """Ask for an object, again where an error answer breaks off.

    Botocore tries again what its HTTP client reports, but the body of an error answer to a request for a
    stream it reads later, outside of that, and lets urllib3's error through.

    Raises:
        botocore.exceptions.ResponseStreamingError: the answers keep breaking off.
    """
    for attempt in range(ATTEMPTS):
        try:
            return client.get_object(**request)
        except HTTPError as error:
            if attempt == ATTEMPTS - 1:
                raise boto.ResponseStreamingError(error=error) from error
            back_off(attempt)
    raise AssertionError("unreachable")


def back_off(attempt: int) -> None:
    """Wait before another attempt, longer each time."""
    # Random, so that those who met do not meet again.
    time.sleep(random.uniform(0, min(0.1 * 2**attempt, 5)))  # noqa: S311 - no secret
