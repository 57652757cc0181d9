"""The cast of programs: a key of the office's for everything, and whoever calls with a key."""

import json

import pytest
from django.test import Client

from tms.programs import keys, scopes

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


@pytest.fixture
def program(office, clock):
    """`program("people:read", ...)`: a program with these scopes; without any: with all."""

    def made(*wanted, by=office, **particulars):
        wanted = wanted or tuple(scopes.all_of())
        _key, secret = keys.make(
            name="Payroll", scopes=wanted, by=by, at=clock.at, on=clock.on(), **particulars
        )
        return Program(secret)

    return made
