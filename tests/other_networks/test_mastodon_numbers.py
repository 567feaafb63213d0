"""The numbers of things: given once, in the order of time, the same on every machine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from received_mentions import receive

from endpoint.domain.posts import Post
from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.services.numbers import ACCOUNT, MEDIA, PAGE, POST, Numbers, number_at
from endpoint.stores.mentions.inbox import Inbox
from endpoint.stores.numbers import NumberStore
from endpoint.stores.numbers.rows import MOST, Nameless

MOMENT = "2025-11-22T08:30:15+00:00"


@pytest.fixture
def numbers(parts):
    return parts.timelines.numbers


@pytest.fixture
def another_machine(parts):
    """The numbers as another process sees them that shares the database."""
    return Numbers(NumberStore(parts.engine), parts.clock)


def make_post(slug="a", published=MOMENT):
    properties = {"content": ["Hello"], "published": [published]} if published else {}
    return Post("h-entry", "note", properties, f"https://site.example/{slug}/", f"{slug}.md")


def test_a_number_is_the_time_and_room_for_more(numbers):
    number = int(numbers.post(make_post()))

    moment = datetime.fromisoformat(MOMENT)
    assert number >> 16 == int(moment.timestamp() * 1000)
    assert number & 0xFFFF == 0


def test_numbers_grow_with_time_as_strings_of_digits(numbers):
    moments = ["1980-01-01", "2001-09-09T01:46:40Z", "2025-11-22", "2026-01-01", "2299-01-01"]

    given = [numbers.post(make_post(str(n), moment)) for n, moment in enumerate(moments)]

    assert all(number.isdigit() for number in given)
    assert sorted(given, key=lambda number: (len(number), number)) == given


@pytest.mark.parametrize(
    "published",
    [
        pytest.param("1000-01-01", id="before 1970"),
        pytest.param("9998-12-31T23:59:59Z", id="beyond 63 bits"),
        pytest.param(None, id="no date"),
    ],
)
def test_every_number_is_above_1_and_fits_63_bits(numbers, published):
    given = [int(numbers.post(make_post(str(n), published))) for n in range(3)]

    assert all(1 < number < 2**63 for number in given)
    assert len(set(given)) == 3


def test_those_of_one_moment_count_up(numbers):
    posts = [make_post(slug) for slug in "abc"]

    given = numbers.posts(posts)

    assert [int(given[post.permalink]) & 0xFFFF for post in posts] == [0, 1, 2]


def test_it_stays_when_the_date_is_edited(numbers, another_machine):
    first = numbers.post(make_post())

    again = another_machine.post(make_post(published="2020-01-01"))

    assert again == first


def test_the_app_is_kept_with_the_number_whenever_that_was_given(numbers, another_machine):
    numbered, new, other = make_post("numbered"), make_post("new"), make_post("other")
    given = another_machine.posts([numbered, other])

    numbers.note_app(numbered, {"name": "Tusky"})
    numbers.note_app(new, {"name": "Ivory"})

    given |= numbers.posts([numbered, new])
    assert another_machine.apps(given.values()) == {
        given[numbered.permalink]: {"name": "Tusky"},
        given[new.permalink]: {"name": "Ivory"},
    }


def test_it_stays_when_the_post_moves(numbers):
    first = numbers.post(make_post())

    numbers.readdress("https://site.example/a/", "https://site.example/b/")

    assert numbers.post(make_post("b")) == first
    assert numbers.find(first, POST).name == "https://site.example/b/"


def test_machines_that_number_at_once_agree(numbers, another_machine):
    posts = [make_post(str(n)) for n in range(40)]
    here, there = posts, list(reversed(posts))

    with ThreadPoolExecutor(4) as pool:
        given = list(
            pool.map(
                lambda job: job[0].posts(job[1]), [(numbers, here), (another_machine, there)] * 2
            )
        )

    assert all(each == given[0] for each in given)
    assert len(set(given[0].values())) == 40


def test_no_two_things_share_a_number(numbers, parts, clock):
    store = NumberStore(parts.engine)
    now = number_at(clock())
    wanted = [Nameless(family, name, name, now) for family in "ab" for name in "cd"]

    given = store.give(wanted, clock())

    assert sorted(given.values()) == [now, now + 1, now + 2, now + 3]


def test_a_page_is_known_by_any_spelling_and_says_what_it_said_last(numbers):
    first = numbers.page("https://Grace.example/1", Mention("mention", "", text="Old"))

    again = numbers.page("https://grace.example/1/#x", Mention("mention", "", text="New"))

    assert again == first
    assert Mention.from_json(numbers.find(first, PAGE).content).text == "New"


def test_a_person_has_60_bits_that_hang_on_the_url_alone(numbers):
    url, grace = "https://grace.example/", Author("Grace", "https://grace.example/")

    first = numbers.accounts({url: grace})[url]
    again = numbers.accounts({url: Author("Grace Hopper", url)})[url]

    assert again == first
    assert 1 < int(first) < 2**60
    assert "Hopper" in numbers.find(first, ACCOUNT).content


def test_a_file_keeps_its_description_until_there_is_another(numbers):
    first = numbers.media("a.jpg", "A cat")

    numbers.media("a.jpg")
    kept = numbers.find(first, MEDIA).content
    numbers.media("a.jpg", "A dog")

    assert (kept, numbers.find(first, MEDIA).content) == ("A cat", "A dog")


def test_a_mention_approved_late_is_as_new_as_its_approval(numbers, parts, clock, installation):
    mention_id = receive(parts)
    clock.forward(days=3)
    parts.webmentions.moderation.moderating.decide((mention_id,), "approve")

    number = int(numbers.mention(Inbox(parts.engine).find(mention_id)))

    assert number == number_at(clock())


@pytest.mark.parametrize(
    "text", ["", "-1", "1.0", "abc", "²", "0" * 30, "9" * 19, str(MOST + 1), "\0"]
)
def test_what_is_no_number_finds_nothing(numbers, text):
    assert numbers.find(text, POST, PAGE) is None


def test_a_number_of_another_family_finds_nothing(numbers):
    number = numbers.media("a.jpg")

    assert numbers.find(number, POST) is None


@given(moments=st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2))
def test_later_is_never_less(moments):
    earlier, later = sorted(moments)

    assert number_at(earlier) <= number_at(later)


def test_they_are_the_same_after_the_index_is_rebuilt_and_after_the_database_is_lost(
    installation, start, client_of, bearer_of, clock
):
    def read(parts):
        found = client_of(parts).get("/api/v1/timelines/home", headers=bearer_of(parts, "read"))
        return {status["url"]: status["id"] for status in found.json}

    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    for text in ("One", "Two", "Three"):
        clock.forward(seconds=1)
        client.post("/micropub", data={"content": text}, headers=headers)
    before = read(parts)

    parts.index.rebuild()
    rebuilt = read(parts)
    parts.close()
    for file in (installation.folder / "state").glob("endpoint.db*"):
        file.unlink()
    lost = read(start())

    assert len(before) == 3
    assert before == rebuilt == lost
