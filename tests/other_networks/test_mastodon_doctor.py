"""``endpoint check`` on what apps need: their tokens arrive, and Mastodon's find their API."""

import threading

import pytest
from werkzeug.serving import make_server

from endpoint.app import make_app
from endpoint.assembly.doctor import make_doctor

TOKENS = "tokens"
APPS = "apps for Mastodon"


@pytest.fixture
def served(installation, start):
    """Return a function that returns what is found on a server behind ``proxy``."""

    def served(proxy=lambda application: application, path=""):
        server = make_server("127.0.0.1", 0, None, threaded=True)
        root = f"http://127.0.0.1:{server.port}"
        installation.configure(
            me=f"{root}/",
            public_url=f"{root}{path}",
            site={"build": ""},
            fetch={"allow_hosts": ["127.0.0.1"]},
        )
        parts = start()
        server.app = proxy(make_app(parts).wsgi_app)
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            return {finding.part: finding for finding in make_doctor(parts).examine()}
        finally:
            server.shutdown()
            serving.join()
            server.server_close()

    return served


def without_authorization(application):
    def proxy(environ, start_response):
        environ.pop("HTTP_AUTHORIZATION", None)
        return application(environ, start_response)

    return proxy


def only(*beginnings):
    """Return a proxy that passes on what begins so, and answers 404 to the rest."""

    def proxy(application):
        def pass_on(environ, start_response):
            if environ["PATH_INFO"].startswith(beginnings):
                return application(environ, start_response)
            start_response("404 Not Found", [("Content-Type", "text/html")])
            return [b"<p>No such page"]

        return pass_on

    return proxy


def test_apps_find_what_they_need(served):
    found = served()

    assert found[TOKENS].is_well
    assert found[APPS].is_well
    assert found[APPS].says.startswith("find their API at 127.0.0.1:")


def test_a_web_server_that_keeps_the_authorization_header(served):
    found = served(without_authorization)

    assert not found[TOKENS].is_well
    assert "does not get the Authorization header" in found[TOKENS].says


def test_a_web_server_that_passes_nothing_on(served):
    found = served(only("/nothing"))

    assert not found[TOKENS].is_well
    assert "/micropub?q=config answers 404; start endpoint serve" in found[TOKENS].says


def test_below_a_path_the_api_must_still_be_at_the_root(served):
    found = served(only("/endpoint/"), path="/endpoint")

    assert found[TOKENS].is_well
    assert not found[APPS].is_well
    assert "/api/v2/instance does not describe this server" in found[APPS].says
    assert "pass /api, /oauth, /nodeinfo" in found[APPS].says


def test_the_way_to_sign_in_is_passed_on_too(served):
    found = served(only("/endpoint/", "/api/"), path="/endpoint")

    assert not found[APPS].is_well
    assert "/oauth/authorize does not lead to" in found[APPS].says


@pytest.mark.parametrize("path", ["/endpoint", "/api"])
def test_below_a_path_with_all_passed_on(served, path):
    found = served(only("/endpoint/", "/api/", "/oauth/"), path=path)

    assert found[APPS].is_well
