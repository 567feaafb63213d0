"""Apps in a browser page may call the API from any origin."""

import pytest


@pytest.mark.parametrize("path", ["/micropub", "/micropub?q=config", "/feed.json"])
def test_204_preflight_without_credentials(client, path):
    headers = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }

    response = client.options(path, headers=headers)

    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    assert response.status_code in (200, 204)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed.split(", "))


def test_201_location_and_link_are_exposed(client, bearer):
    headers = {**bearer(), "Origin": "https://app.example"}

    response = client.post("/micropub", data={"content": "Hi"}, headers=headers)

    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert {"Location", "Link"} <= set(exposed)


def test_errors_can_be_read_too(client):
    response = client.post("/micropub", data={"content": "Hi"})

    assert response.status_code == 401
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_405_other_methods(client, method):
    response = client.open("/micropub", method=method)

    assert response.status_code == 405
    assert response.json["error"] == "invalid_request"
    assert "POST" in response.headers["Allow"]


def test_200_head(client, bearer):
    response = client.head("/micropub?q=config", headers=bearer())

    assert response.status_code == 200
    assert response.data == b""
