"""Imports point down (lint-imports checks it), and no module stands beside the floors."""

import tomllib
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OURS = {"tms", "catalog", "crm", "passes", "tokens", "lms", "comms"}


def test_every_module_stands_on_a_floor():
    house = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = house["contracts"]
    named = {
        name.strip(" ()\n")
        for layer in contract["layers"]
        for name in layer.replace("|", ":").split(":")
    }
    modules = {f"tms.{path.stem}" for path in (ROOT / "tms").glob("*.py")}
    modules |= {f"tms.{path.parent.name}" for path in (ROOT / "tms").glob("*/__init__.py")}
    assert modules - {"tms.__init__"} - named == set()
    assert set(house["root_packages"]) == OURS


def test_no_column_reads_the_clock_by_itself():
    columns = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.get_fields()
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    ]
    assert columns == []
