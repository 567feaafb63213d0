"""``/metrics``, for Prometheus."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

NOTE = {"content": "Hello"}
TOKEN = {"Authorization": "Bearer of figures"}


@pytest.fixture
def measured(installation, start, client_of, bearer_of):
    """Client, headers of an app, and parts of an installation whose figures can be read."""
    installation.configure(metrics={"token": "of figures"})
    parts = start()
    return client_of(parts), bearer_of(parts), parts


def read(client):
    """Return each sample's value by its name and labels."""
    response = client.get("/metrics", headers=TOKEN)
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_requests_by_endpoint_and_status(measured):
    client, headers, _ = measured
    client.post("/micropub", data=NOTE, headers=headers)
    client.post("/micropub", data=NOTE)
    client.get("/no/such/page")
    client.open("/micropub", method="BREW")

    figures = read(client)

    def count(endpoint, method, status):
        labels = ("endpoint", endpoint), ("method", method), ("status", status)
        return figures[("endpoint_http_requests_total", *labels)]

    assert count("micropub.act", "POST", "201") == 1
    assert count("micropub.act", "POST", "401") == 1
    assert count("site.show", "GET", "404") == 1
    assert count("none", "other", "405") == 1
    assert figures["endpoint_http_request_seconds_count", ("endpoint", "micropub.act")] == 2
    assert not any("no/such" in str(name) for name in figures)


def test_posts_followers_and_the_queue(measured):
    client, headers, parts = measured
    before = read(client)
    client.post("/micropub", data=NOTE, headers=headers)

    figures = read(client)

    assert figures[("endpoint_ready",)] == 1
    assert figures[("endpoint_commits_waiting",)] == figures[("endpoint_conflicts",)] == 0
    assert figures[("endpoint_posts",)] == before[("endpoint_posts",)] + 1
    assert (before[("endpoint_queue_depth",)], figures[("endpoint_queue_depth",)]) == (0, 1)
    assert figures["endpoint_follower_behind", ("follower", "checkout")] == 1
    parts.following.work()
    assert read(client)["endpoint_follower_behind", ("follower", "checkout")] == 0


def test_failures_of_a_follower(installation, start, client_of):
    installation.configure(metrics={"token": "of figures"}, site={"build": "false {output}"})
    parts = start()
    parts.following.work()

    figures = read(client_of(parts))

    assert figures["endpoint_follower_failures", ("follower", "build")] == 1
    assert figures["endpoint_follower_behind", ("follower", "build")] == 1


def test_200_with_what_can_be_told_without_the_branch(measured, repo):
    client, _, _ = measured
    repo.git.update_ref("-d", "refs/heads/main")

    figures = read(client)

    assert figures[("endpoint_ready",)] == 0
    assert figures["endpoint_follower_behind", ("follower", "checkout")] == 1


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"Authorization": "Bearer of figure"}, id="wrong"),
        pytest.param({"Authorization": "Bearer \xe9"}, id="not ASCII"),
        pytest.param({"Authorization": "Basic of figures"}, id="another scheme"),
    ],
)
def test_401_without_the_token(measured, headers):
    response = measured[0].get("/metrics", headers=headers)

    assert response.status_code == 401
    assert "endpoint_" not in response.text


def test_404_where_no_token_is_set(client):
    """Also from this machine: behind a proxy everybody seems to come from there."""
    for headers in ({}, {"Authorization": "Bearer "}):
        assert client.get("/metrics", headers=headers).status_code == 404
