"""The promises of the object store, on a local disk and on a real S3 server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from storage import InvalidKeyError, ObjectInfo, ObjectNotFoundError, ObjectStore, open_store


@pytest.fixture(params=[pytest.param("file"), pytest.param("s3", marks=pytest.mark.s3)])
def new_store_url(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Make an empty store and return its URL."""
    if request.param == "s3":
        return request.getfixturevalue("new_s3_url")
    folder = request.getfixturevalue("tmp_path")
    numbers = iter(range(1000))
    return lambda: (folder / f"store {next(numbers)} 档案").as_uri()


@pytest.fixture
def url(new_store_url: Callable[[], str]) -> str:
    return new_store_url()


@pytest.fixture
def store(url: str) -> ObjectStore:
    return open_store(url)


def test_url_opens_the_same_store(store: ObjectStore, url: str) -> None:
    store.put("a/b", b"1")
    assert store.url == url
    assert open_store(store.url).get("a/b") == b"1"


def test_put_new_leaves_what_is_there(store: ObjectStore) -> None:
    assert store.put_new("a/b", b"first") is True
    assert store.put_new("a/b", b"second") is False
    assert store.get("a/b") == b"first"


def test_put_new_leaves_what_is_there_when_it_is_large(store: ObjectStore) -> None:
    large = bytes(1_000_000)
    assert store.put_new("a/b", large) is True
    assert store.put_new("a/b", large + b"x") is False
    assert store.get("a/b") == large


def test_put_new_many_answers_in_order(store: ObjectStore) -> None:
    store.put_new("k/5", b"old")
    items = [(f"k/{n}", b"%d" % n) for n in range(100)] + [("k/7", b"again")]
    answers = store.put_new_many(items)
    assert list(answers) == [n != 5 for n in range(100)] + [False]
    assert store.get("k/5") == b"old"
    assert [store.get(f"k/{n}") for n in (0, 7, 99)] == [b"0", b"7", b"99"]
    assert list(store.put_new_many([])) == []


def test_put_replaces(store: ObjectStore) -> None:
    store.put("a/b", b"first, and longer")
    store.put("a/b", b"second")
    assert store.get("a/b") == b"second"
    assert store.put_new("a/b", b"third") is False


def test_empty_object(store: ObjectStore) -> None:
    assert store.put_new("a/empty", b"") is True
    assert store.get("a/empty") == b""
    assert store.stat("a/empty") == ObjectInfo("a/empty", 0)
    assert list(store.list("")) == ["a/empty"]


def test_what_is_not_there(store: ObjectStore) -> None:
    store.put("folder/object", b"1")
    for key in ("nothing", "folder", "folder/object/below", "nothing/at/all"):
        assert store.stat(key) is None
        with pytest.raises(ObjectNotFoundError, match=key):
            store.get(key)
    assert list(store.list("nothing/")) == []
    assert list(store.list("folder/object/")) == []


def test_a_part_of_an_object(store: ObjectStore) -> None:
    store.put("a/b", b"0123456789")
    assert store.get_range("a/b", 0, 3) == b"012"
    assert store.get_range("a/b", 7, 3) == b"789"
    assert store.get_range("a/b", 7, 100) == b"789"
    assert store.get_range("a/b", 10, 1) == b""
    with pytest.raises(ObjectNotFoundError, match="a/c"):
        store.get_range("a/c", 0, 1)


def test_stat(store: ObjectStore) -> None:
    store.put("a/b", b"12345")
    assert store.stat("a/b") == ObjectInfo("a/b", 5)


KEYS = [
    "a-b", "a.x", "a/b", "a/c", "a/d/e", "a/d-e", "a/d.json", "a0", "ab", "b c/ d", "x+y/100%/a=b&c?d#e",
    "中/文 a+b%20.txt", "文/件~(1)'!*", "\U0002000b/𠀋", "\uffee", "Z/z", "quo\"te<>&;",
]  # fmt: skip


@pytest.fixture
def filled(store: ObjectStore) -> ObjectStore:
    store.put_new_many([(key, key.encode()) for key in KEYS])
    return store


def test_keys_of_all_kinds(filled: ObjectStore) -> None:
    for key in KEYS:
        assert filled.get(key) == key.encode()
        assert filled.stat(key) == ObjectInfo(key, len(key.encode()))
    assert list(filled.list("")) == sorted(KEYS)


def test_list_is_the_sorted_keys_of_the_prefix(filled: ObjectStore) -> None:
    afters = ["", "a", "a-b", "a/", "a/c", "a/d", "a/d-e", "a/d0", "a0", "b", "b c/", "中/文", "\uffef"]
    for prefix in ("", "a", "a/", "a/d", "a/d/", "b c/", "中", "x+y/100%/", "zz", "a/b/"):
        for after in afters:
            expected = sorted(key for key in KEYS if key.startswith(prefix) and key > after)
            assert list(filled.list(prefix, after=after)) == expected, (prefix, after)


def test_list_of_more_than_one_page(store: ObjectStore) -> None:
    keys = [f"p/{n % 3}{tail}{n:04d}" for n in range(1100) for tail in ("/", "-")]
    store.put_new_many([(key, b"") for key in keys])
    assert list(store.list("p/")) == sorted(keys)
    assert list(store.list("p/1")) == sorted(key for key in keys if key.startswith("p/1"))
    for after in ("p/1-0500", "p/1/0500", "p/1", "p/10", "p/2-"):
        assert list(store.list("p/", after=after)) == sorted(key for key in keys if key > after)


NOT_KEYS = [
    "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "a/./b", "./a",
    "a\nb", "a\0b", "a\x7fb", "a\u2028b", "a\ud800", "a\uffff", "a\\b", ".gongkai/tmp/x", ".gongkai",
    "x" * 256, "x/" * 460 + "x", "中" * 86,
]  # fmt: skip


@pytest.mark.parametrize("key", NOT_KEYS, ids=lambda key: ascii(key)[:20])
def test_keys_that_are_none(store: ObjectStore, key: str) -> None:
    for operation in (
        lambda: store.get(key),
        lambda: store.put(key, b""),
        lambda: store.put_new(key, b""),
        lambda: store.put_new_many([("fine", b""), (key, b"")]),
        lambda: store.stat(key),
    ):
        with pytest.raises(InvalidKeyError):
            operation()
    assert list(store.list("")) == []


@pytest.mark.parametrize("prefix", ["/", "../", "a/../", "a//", "a\n"])
def test_prefixes_that_are_none(store: ObjectStore, prefix: str) -> None:
    with pytest.raises(InvalidKeyError):
        list(store.list(prefix))


def test_longest_key(store: ObjectStore) -> None:
    key = "/".join(["中" * 85] * 3) + "/" + "x" * 100
    assert store.put_new(key, b"1") is True
    assert list(store.list("中")) == [key]


@pytest.mark.parametrize("many", [False, True])
def test_one_winner_of_sixteen(new_store_url: Callable[[], str], many: bool) -> None:
    url = new_store_url()
    stores = [open_store(url) for _ in range(4)]  # as many processes would have them
    barrier = threading.Barrier(16)

    def race(racer: int, key: str) -> bool:
        store = stores[racer % 4]
        barrier.wait()
        if many:
            return list(store.put_new_many([(key, b"%d" % racer)])) == [True]
        return store.put_new(key, b"%d" % racer)

    with ThreadPoolExecutor(16) as pool:
        for round_ in range(3):
            key = f"race/{round_}"
            won = list(pool.map(race, range(16), [key] * 16))
            assert sum(won) == 1
            assert stores[0].get(key) == b"%d" % won.index(True)
    assert len(list(stores[0].list(""))) == 3


def test_a_reader_never_sees_half_an_object(new_store_url: Callable[[], str]) -> None:
    store = open_store(new_store_url())
    contents = {bytes([n]) * 300_000 for n in range(4)}
    store.put("x", min(contents))
    done = threading.Event()

    def write() -> None:
        try:
            for _ in range(5):
                for content in contents:
                    store.put("x", content)
        finally:
            done.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        while not done.is_set():
            assert store.get("x") in contents
        writing.result()
    assert store.get("x") in contents
