"""Proof Key for Code Exchange: S256 and nothing else (RFC 7636, IndieAuth §5.2)."""

from typing import Any

from authlib.oauth2.rfc6749 import BaseGrant, InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge


class Pkce(CodeChallenge):
    """Checks the challenge when it is sent, and the verifier wherever there was one.

    An app may leave it out where others cannot use its code, unless ``always``:
    see ``needs_pkce`` of both kinds of client.
    """

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def __init__(self, *, always: bool) -> None:
        super().__init__(required=False)
        self._always = always

    def validate_code_challenge(self, grant: BaseGrant, result: Any) -> None:
        """Raise InvalidRequestError if the challenge is wrong, or missing where it must be."""
        request = grant.request
        sent = request.payload.data
        if sent.keys().isdisjoint({"code_challenge", "code_challenge_method"}):
            if self._always or request.client.needs_pkce(request.payload.redirect_uri):
                raise InvalidRequestError("code_challenge is missing; this app must use PKCE")
        # Without a method the challenge would be the verifier itself (RFC 7636 §4.3).
        elif sent.get("code_challenge_method") != "S256" or not sent.get("code_challenge"):
            raise InvalidRequestError("code_challenge must come with code_challenge_method=S256")
        super().validate_code_challenge(grant, result)

    def validate_code_verifier(self, grant: BaseGrant, result: Any) -> None:
        """Raise InvalidGrantError unless the verifier is the one behind the challenge.

        A verifier without a challenge means that somebody took the challenge
        away on the road (RFC 9700 §4.8.2).
        """
        try:
            super().validate_code_verifier(grant, result)
        except (InvalidRequestError, InvalidGrantError) as error:
            raise InvalidGrantError(
                "code_verifier does not belong to the code_challenge of this code"
            ) from error

    def get_authorization_code_challenge_method(self, _code: Any) -> str:
        """Return the one method that is accepted."""
        return "S256"
