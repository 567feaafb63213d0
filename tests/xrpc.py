"""A small server of Bluesky's protocol: one account, its records, and what they may look like."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import regex
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

DID, HANDLE, PASSWORD = "did:plc:ada", "ada.bsky.example", "abcd-efgh-ijkl-mnop"
POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
MAX_BLOB = 1_000_000

_TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*")


def error(status: int, name: str, message: str = "No.", **headers: str) -> Response:
    """Return an error as the protocol has it."""
    response = Response(status=status, content_type="application/json")
    response.set_data(f'{{"error": "{name}", "message": "{message}"}}')
    for header, value in headers.items():
        response.headers[header.replace("_", "-")] = value
    return response


class BadRecord(Exception):
    """A record is not what its lexicon says."""


@dataclass
class Pds:
    """The account of ``HANDLE``; ``records`` are its own, ``others`` are posts of other people.

    ``faults`` are asked in turn before a request is answered; the first answer
    counts, and what gave it is gone. With ``late`` they are asked once the
    request is done, as if its answer were lost.
    """

    server: HTTPServer
    records: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=lambda: {HANDLE: DID})
    blobs: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    faults: list[tuple[str, Response]] = field(default_factory=list)
    late: list[tuple[str, Response]] = field(default_factory=list)
    sessions: int = 0
    password: str = PASSWORD

    @property
    def url(self) -> str:
        """Where it is."""
        return self.server.url_for("/")

    def put_post(self, handle: str, key: str, reply: Any = None) -> str:
        """Put a post of somebody, and return the URL of its page."""
        did = self.handles.setdefault(handle, f"did:plc:{handle.partition('.')[0]}")
        uri = f"at://{did}/{POST}/{key}"
        record = {"$type": POST, "text": "Hello", "createdAt": "2025-01-01T00:00:00Z"}
        self.others[uri] = {
            "uri": uri,
            "cid": f"cid-{key}",
            "record": record | ({"reply": reply} if reply else {}),
        }
        return f"https://bsky.app/profile/{handle}/post/{key}"

    def posts(self) -> list[Any]:
        """Return the posts of the account."""
        return [record for uri, record in self.records.items() if f"/{POST}/" in uri]

    def count(self, name: str) -> int:
        """Return how often ``name`` was called."""
        return self.asked.count(name)

    def expire(self) -> None:
        """Let the access tokens that were given out so far be no good any more."""
        self.sessions += 1

    def answer(self, request: Request) -> Response:
        """Answer ``request``."""
        name = request.path.removeprefix("/xrpc/")
        self.asked.append(name)
        if fault := _take(self.faults, name):
            return fault
        try:
            answer = self._answer(name, request)
        except BadRecord as bad:
            answer = error(400, "InvalidRequest", f"Invalid record: {bad}")
        return _take(self.late, name) or answer

    def _answer(self, name: str, request: Request) -> Response:
        if name == "com.atproto.server.createSession":
            return self._begin(request.get_json())
        token = request.headers.get("Authorization", "")
        if name == "com.atproto.server.refreshSession":
            return self._refresh(token)
        if not token:
            return error(401, "AuthMissing")
        if token != f"Bearer access-{self.sessions}":
            return error(400, "ExpiredToken", "Token has expired")
        query = {key: values[0] for key, values in parse_qs(request.query_string.decode()).items()}
        match name:
            case "com.atproto.server.getSession":
                return _json({"did": DID, "handle": HANDLE})
            case "com.atproto.identity.resolveHandle":
                return self._resolve(query["handle"])
            case "app.bsky.feed.getPosts":
                found = self.others.get(query["uris"])
                return _json({"posts": [found] if found else []})
            case "com.atproto.repo.uploadBlob":
                return self._upload(request)
            case "com.atproto.repo.getRecord":
                return self._get(_uri(query))
        return self._change(name, request.get_json())

    def _begin(self, body: Any) -> Response:
        if set(body) != {"identifier", "password"} or body["identifier"] not in self.handles:
            return error(400, "InvalidRequest")
        if body["password"] != self.password:
            return error(401, "AuthenticationRequired", "Invalid identifier or password")
        self.sessions += 1
        return _json(self._session())

    def _refresh(self, token: str) -> Response:
        if token != f"Bearer refresh-{self.sessions - 1}":
            return error(400, "ExpiredToken", "Token has been revoked")
        return _json(self._session())

    def _session(self) -> dict[str, str]:
        number = self.sessions
        tokens = {"accessJwt": f"access-{number}", "refreshJwt": f"refresh-{number}"}
        return {"did": DID, "handle": HANDLE, **tokens}

    def _resolve(self, handle: str) -> Response:
        did = self.handles.get(handle)
        return _json({"did": did}) if did else error(400, "InvalidRequest", "Unable to resolve")

    def _upload(self, request: Request) -> Response:
        content = request.get_data()
        assert request.content_length == len(content)
        if len(content) > MAX_BLOB:
            return error(400, "BlobTooLarge", "This file is too large")
        cid = f"blob-{len(self.blobs)}"
        self.blobs[cid] = (request.headers["Content-Type"], content)
        return _json({"blob": self._blob(cid)})

    def _blob(self, cid: str) -> dict[str, Any]:
        media_type, content = self.blobs[cid]
        size = len(content)
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": media_type, "size": size}

    def _get(self, uri: str) -> Response:
        if uri not in self.records:
            return error(400, "RecordNotFound", "Could not locate record")
        return _json({"uri": uri, "cid": f"cid-of-{uri}", "value": self.records[uri]})

    def _change(self, name: str, body: Any) -> Response:
        uri = _uri(body)
        if body["repo"] != DID:
            return error(400, "InvalidRequest", "Could not find repo")
        match name:
            case "com.atproto.repo.createRecord":
                if uri in self.records:
                    return error(500, "InternalServerError", "There is already a value at key")
                self._store(uri, body)
            case "com.atproto.repo.putRecord":
                self._store(uri, body)
            case "com.atproto.repo.deleteRecord":
                self.records.pop(uri, None)
                return Response(status=200)
            case _:
                return error(501, "MethodNotImplemented")
        return _json({"uri": uri, "cid": f"cid-of-{uri}"})

    def _store(self, uri: str, body: Any) -> None:
        require(set(body) == {"repo", "collection", "rkey", "record"}, f"keys {sorted(body)}")
        require(_TID.fullmatch(body["rkey"]), "rkey")
        record = body["record"]
        require(record["$type"] == body["collection"], "$type")
        require(_TIME.fullmatch(record["createdAt"]), "createdAt")
        if record["$type"] == POST:
            self._check_post(record)
        else:
            require(record["$type"] in (LIKE, REPOST), "$type")
            require(set(record) == {"$type", "createdAt", "subject"}, "keys of a like")
            self._check_reference(record["subject"])
        self.records[uri] = record

    def _check_post(self, record: Any) -> None:
        known = {"$type", "createdAt", "text", "facets", "langs", "reply", "embed"}
        require(set(record) <= known, f"keys {sorted(record)}")
        text = record["text"]
        require(len(regex.findall(r"\X", text)) <= 300, "text has too many graphemes")
        require(len(text.encode()) <= 3000, "text has too many bytes")
        require(len(record.get("langs", [])) <= 3, "langs")
        for language in record.get("langs", []):
            require(_LANGUAGE.fullmatch(language), "langs")
        self._check_facets(text.encode(), record.get("facets", []))
        if "reply" in record:
            require(set(record["reply"]) == {"root", "parent"}, "reply")
            self._check_reference(record["reply"]["root"])
            self._check_reference(record["reply"]["parent"])
        if "embed" in record:
            self._check_embed(record["embed"])

    def _check_facets(self, text: bytes, facets: list[Any]) -> None:
        end = 0
        for facet in facets:
            require(set(facet) == {"index", "features"}, "facet")
            index = facet["index"]
            require(set(index) == {"byteStart", "byteEnd"}, "index")
            require(end <= index["byteStart"] < index["byteEnd"] <= len(text), "offsets")
            # In the middle of a letter this raises UnicodeDecodeError, which is a 500.
            words, end = text[index["byteStart"] : index["byteEnd"]].decode(), index["byteEnd"]
            [feature] = facet["features"]
            self._check_feature(words, feature)

    def _check_feature(self, words: str, feature: Any) -> None:
        match feature:
            case {"$type": "app.bsky.richtext.facet#link", "uri": uri, **rest}:
                host = uri.partition("://")[2].partition("/")[0].removeprefix("www.")
                require(not rest and words.startswith(host), f"link {words!r}")
            case {"$type": "app.bsky.richtext.facet#tag", "tag": tag, **rest}:
                require(not rest and words == f"#{tag}" and len(tag) <= 64, f"tag {words!r}")
            case {"$type": "app.bsky.richtext.facet#mention", "did": did, **rest}:
                require(not rest and self.handles[words[1:].lower()] == did, f"mention {words!r}")
            case _:
                raise BadRecord("feature")

    def _check_embed(self, embed: Any) -> None:
        match embed:
            case {"$type": "app.bsky.embed.images", "images": images, **rest}:
                require(not rest and 1 <= len(images) <= 4, "images")
                for image in images:
                    require(set(image) == {"image", "alt", "aspectRatio"}, "image")
                    require(isinstance(image["alt"], str), "alt")
                    require(min(image["aspectRatio"].values()) >= 1, "aspectRatio")
                    self._check_blob(image["image"])
            case {"$type": "app.bsky.embed.external", "external": external, **rest}:
                require(not rest, "external")
                require({"uri", "title", "description"} <= set(external), "external")
                require(set(external) <= {"uri", "title", "description", "thumb"}, "external")
                if "thumb" in external:
                    self._check_blob(external["thumb"])
            case {"$type": "app.bsky.embed.record", "record": record, **rest}:
                require(not rest, "record")
                self._check_reference(record)
            case {"$type": "app.bsky.embed.recordWithMedia", "record": r, "media": media, **rest}:
                require(not rest and r["$type"] == "app.bsky.embed.record", "record")
                self._check_embed(r)
                require(media["$type"] != "app.bsky.embed.record", "media")
                self._check_embed(media)
            case _:
                raise BadRecord("embed")

    def _check_blob(self, blob: Any) -> None:
        require(blob == self._blob(blob["ref"]["$link"]), "blob")

    def _check_reference(self, reference: Any) -> None:
        require(set(reference) == {"uri", "cid"}, "reference")
        uri = reference["uri"]
        own = {"cid": f"cid-of-{uri}"} if uri in self.records else None
        known = self.others.get(uri, own)
        require(known is not None and known["cid"] == reference["cid"], "reference")


def require(condition: object, what: str) -> None:
    """Raise BadRecord unless the condition holds."""
    if not condition:
        raise BadRecord(what)


def _uri(place: Any) -> str:
    return f"at://{place['repo']}/{place['collection']}/{place['rkey']}"


def _take(faults: list[tuple[str, Response]], name: str) -> Response | None:
    for fault in faults:
        if name.endswith(fault[0]):
            faults.remove(fault)
            return fault[1]
    return None


def _json(value: Any) -> Response:
    return Response(json.dumps(value), content_type="application/json; charset=utf-8")
