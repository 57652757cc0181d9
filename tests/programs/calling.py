"""Whoever calls the API with a key, for the tests of every app."""

import json

from django.test import Client

BASE = "/api/v1"


class Program:
    """A program that calls with a secret, as one would from outside."""

    def __init__(self, secret="", client=None):
        self.client, self.secret = client or Client(), secret

    def call(self, method, path, body=None, *, key=None, **headers):
        """Call `path` under /api/v1 with JSON; `key` is the Idempotency-Key."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        if key:
            headers["Idempotency-Key"] = key
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        if "data" in sent and not isinstance(body, str | bytes):
            sent["data"] = json.dumps(body)
        return self.client.generic(
            method,
            BASE + path,
            sent.get("data", ""),
            content_type=sent.get("content_type", "application/octet-stream"),
            headers=headers,
        )

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, {} if body is None else body, **more)

    def patch(self, path, body, **more):
        return self.call("PATCH", path, body, **more)
