from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from flows.shards import hosts_of, make_shards


@dataclass(frozen=True)
class Place:
    id: str
    start: tuple[str, ...]
    hosts: tuple[str, ...] = ()


HOSTS = st.sampled_from([f"h{n}.example" for n in range(12)])


def _places(drawn: list[tuple[str, list[str]]]) -> list[Place]:
    return [Place(f"s{n}", (f"http://{host}/",), tuple(hosts)) for n, (host, hosts) in enumerate(drawn)]


PLACES = st.lists(st.tuples(HOSTS, st.lists(HOSTS, max_size=2)), max_size=40).map(_places)


@given(PLACES, st.integers(1, 10))
def test_two_sites_on_one_host_are_never_in_two_shards(places: list[Place], size: int) -> None:
    shards = make_shards(places, size)
    assert sorted(place.id for shard in shards for place in shard) == sorted(place.id for place in places)
    for host in {host for place in places for host in hosts_of(place)}:
        assert sum(any(host in hosts_of(place) for place in shard) for shard in shards) == 1


@given(PLACES, st.randoms())
def test_the_order_of_the_registry_does_not_matter(places: list[Place], random) -> None:
    shuffled = list(places)
    random.shuffle(shuffled)
    assert make_shards(shuffled, 5) == make_shards(places, 5)


def test_shards_are_filled() -> None:
    places = [Place(f"s{n:03}", (f"http://h{n}.example/",)) for n in range(100)]
    assert [len(shard) for shard in make_shards(places, 30)] == [30, 30, 30, 10]


def test_www_is_the_same_host() -> None:
    places = [Place("a", ("http://www.h.example/",)), Place("b", ("http://h.example/",))]
    assert len(make_shards(places, 1)) == 1
