"""A provider of single sign-on on this machine, as OpenID Connect describes one."""

import base64
import contextlib
import hashlib
import http.server
import json
import threading
import urllib.parse

import jwt


class Provider:
    """Says `claims` of whoever comes; `token` is laid over them in the ID token alone.

    `asked` holds what the browser was sent with, as soon as `visit` was told of it.
    """

    def __init__(self):
        self.claims = {
            "sub": "77",
            "email": "kim@example.com",
            "email_verified": True,
            "name": "Kim Novak",
        }
        self.token = {}
        self.asked = {}
        self.address = ""

    def visit(self, location: str) -> str:
        """The browser was sent to `location`; answers the path that it is sent back to."""
        address, _mark, query = location.partition("?")
        assert address == f"{self.address}/authorize"
        self.asked = dict(urllib.parse.parse_qsl(query))
        back = urllib.parse.urlsplit(self.asked["redirect_uri"]).path
        return f"{back}?{urllib.parse.urlencode({'code': 'c1', 'state': self.asked['state']})}"

    def discovery(self) -> dict:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def tokens(self, given: dict) -> dict:
        """What a code is exchanged for, by who knows what its challenge was made of."""
        made = hashlib.sha256(given["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(made).decode().rstrip("=") == self.asked["code_challenge"]
        claims = {
            "iss": self.address,
            "aud": given["client_id"],
            "exp": 4_000_000_000,
            "nonce": self.asked.get("nonce"),
            **self.claims,
            **self.token,
        }
        said = jwt.encode(claims, "of these tests alone, thirty-two bytes", algorithm="HS256")
        return {"access_token": "a1", "token_type": "Bearer", "id_token": said}


@contextlib.contextmanager
def serving():
    """A `Provider` at an address of this machine."""
    provider = Provider()

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.say(provider.discovery() if ".well-known" in self.path else provider.claims)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.say(provider.tokens(dict(urllib.parse.parse_qsl(body))))

        def say(self, answer):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_words):
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    provider.address = f"http://127.0.0.1:{server.server_port}"
    yield provider
    server.shutdown()
    server.server_close()
