"""What does the API's document say, for people who read it? Resources, operations, fields."""

import dataclasses
import json
from typing import Any

PLACES = {"path": "address", "query": "parameter", "header": "header"}


@dataclasses.dataclass(frozen=True)
class Field:
    """One thing that is sent or told: where it stands, of what kind, and what it means."""

    name: str
    kind: str
    text: str
    place: str = ""
    required: bool = False


@dataclasses.dataclass(frozen=True)
class Operation:
    """One thing that can be asked: `example` is a body to begin with, as JSON."""

    name: str
    method: str
    path: str
    title: str
    text: str
    scope: str
    sent: list[Field]
    told: list[Field]
    example: str

    @property
    def in_address(self) -> list[Field]:
        return [field for field in self.sent if field.place == "address"]

    @property
    def parameters(self) -> list[Field]:
        return [field for field in self.sent if field.place == "parameter"]

    @property
    def writes(self) -> bool:
        return self.method != "GET"


@dataclasses.dataclass(frozen=True)
class Resource:
    """What belongs together, under one heading."""

    name: str
    operations: list[Operation]

    @property
    def anchor(self) -> str:
        return self.name.lower().replace(" ", "-")


def resources(document: dict[str, Any]) -> list[Resource]:
    """The document's operations under their headings, in its order."""
    reader = Reader(document["components"]["schemas"])
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            (heading,) = said["tags"]
            found.setdefault(heading, []).append(reader.operation(path, method.upper(), said))
    return [Resource(name, operations) for name, operations in found.items()]


class Reader:
    """Reads schemas; those with a name are in `schemas`."""

    def __init__(self, schemas: dict[str, Any]):
        self.schemas = schemas

    def operation(self, path: str, method: str, said: dict[str, Any]) -> Operation:
        sent = [
            Field(
                each["name"],
                self.kind(each["schema"]),
                each.get("description", ""),
                PLACES[each["in"]],
                each.get("required", False),
            )
            for each in said["parameters"]
        ]
        body = said.get("requestBody", {}).get("content", {}).get("application/json")
        example = ""
        if body:
            sent += self.fields(body["schema"], place="body")
            example = json.dumps(self.example(body["schema"]), indent=2)
        answer = next(iter(said["responses"].values()))
        return Operation(
            name=said["operationId"],
            method=method,
            path=path,
            title=said["summary"],
            text=said.get("description", ""),
            scope=said["x-scope"],
            sent=sent,
            told=self.fields(answer["content"]["application/json"]["schema"]),
            example=example,
        )

    def whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What a reference stands for."""
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.schemas[name] if name else schema

    def fields(self, schema, *, place="", inside="", depth=0) -> list[Field]:
        """The fields of an object, and those of the objects in it: items.name."""
        schema = self.whole(schema)
        required, found = schema.get("required", ()), []
        for name, inner in schema.get("properties", {}).items():
            field = Field(
                inside + name,
                self.kind(inner),
                inner.get("description", ""),
                place,
                bool(place) and not inside and name in required,
            )
            found.append(field)
            deeper = self.object_in(inner)
            if deeper and depth < 2:
                found += self.fields(
                    deeper, place=place, inside=f"{inside}{name}.", depth=depth + 1
                )
        return found

    def object_in(self, schema) -> dict[str, Any] | None:
        """The object that a field is, or is a list of, or may be."""
        for each in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
            whole = self.whole(each)
            if whole.get("properties"):
                return whole
        return None

    def kind(self, schema) -> str:
        """text; number; day or null; list of numbers; "a", "b"."""
        schema = self.whole(schema)
        if "anyOf" in schema:
            return " or ".join(dict.fromkeys(self.kind(each) for each in schema["anyOf"]))
        if "enum" in schema:
            return ", ".join(f"“{each}”" for each in schema["enum"])
        if "const" in schema:
            return f"“{schema['const']}”"
        if schema.get("type") == "array":
            return f"list of {self.kind(schema.get('items', {}))}"
        if schema.get("format") in {"date", "date-time"}:
            return "day" if schema["format"] == "date" else "moment"
        words = {"string": "text", "integer": "number", "number": "number", "boolean": "yes or no"}
        return words.get(schema.get("type", ""), schema.get("type", "anything"))

    def example(self, schema) -> Any:
        """Something to begin with: what is required, made up."""
        schema = self.whole(schema)
        if "default" in schema:
            return schema["default"]
        if "anyOf" in schema:
            return self.example(schema["anyOf"][0])
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "array":
            return [self.example(schema["items"])]
        if "properties" in schema:
            required = schema.get("required", ())
            shown = {n: self.example(s) for n, s in schema["properties"].items() if n in required}
            return shown or {}
        if schema.get("format") == "date":
            return "2027-11-22"
        return {"integer": 1, "boolean": False, "string": ""}.get(schema.get("type", ""))
