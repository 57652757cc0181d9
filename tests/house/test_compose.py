"""The production layout says what docs/operations.md promises of it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.house.test_settings import documented

yaml = pytest.importorskip("yaml")
ROOT = Path(settings.BASE_DIR)
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(TEXT)["services"]
OURS = {"migrate", "web", "worker", "scheduler"}


def test_who_is_there_and_how_many():
    numbers = {name: each.get("deploy", {}).get("replicas", 1) for name, each in SERVICES.items()}
    assert numbers == {
        "database": 1,
        "broker": 1,
        "migrate": 1,
        "web": 2,
        "worker": 2,
        "scheduler": 1,
    }


def test_images_name_no_registry():
    images = {each["image"] for each in SERVICES.values()}
    assert images == {"lanyard", "postgres:17", "valkey/valkey:8"}


def test_everything_that_stays_is_watched():
    assert {name for name, each in SERVICES.items() if "healthcheck" not in each} == {"migrate"}


def test_all_wait_for_the_migrations():
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }


def test_only_the_migrations_know_the_owner():
    knowing = {name for name in OURS if "DATABASE_OWNER_URL" in SERVICES[name]["environment"]}
    assert knowing == {"migrate"}


def test_every_variable_is_a_setting():
    names = documented((ROOT / "docs/settings.md").read_text())
    for name in OURS:
        assert set(SERVICES[name]["environment"]) - names == set()


def test_every_secret_comes_from_outside_and_is_asked_for():
    asked = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert asked == {
        "SECRET_KEY",
        "SITE_URL",
        "ALLOWED_HOSTS",
        "DATABASE_PASSWORD",
        "DATABASE_OWNER_PASSWORD",
    }
    operating = (ROOT / "docs/operations.md").read_text()
    assert {name for name in asked if f"{name}=" not in operating} == set()


def test_the_image_runs_as_nobody_special_from_the_lock():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "\nUSER lanyard\n" in dockerfile
    assert "--require-hashes --only-binary :all: -r runtime.lock" in dockerfile
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["python:3.13-slim"] * 2
