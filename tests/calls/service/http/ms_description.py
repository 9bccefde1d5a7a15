"""The 3GPP description's schemas and examples, read from the shared data; nothing of it is copied here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

_COMMA = re.compile(r'(["\]}])(\s*\n\s*")')


@dataclass(frozen=True)
class Sample:
    """One request with its response. `repaired`: the JSON of the request lacked a comma."""

    path: str
    label: str
    request: dict[str, Any]
    response: dict[str, Any]
    repaired: bool

    @property
    def asked(self) -> dict[str, Any]:
        """What stands inside 'signingRequest' or 'verificationRequest'."""
        (inner,) = self.request.values()
        return dict(inner)

    @property
    def answered(self) -> dict[str, Any]:
        """What stands inside 'signingResponse' or 'verificationResponse'."""
        (inner,) = self.response.values()
        return dict(inner)


@dataclass(frozen=True)
class Description:
    """The OpenAPI file as a value."""

    whole: dict[str, Any]

    def faults(self, schema: str, value: Any) -> list[str]:
        """Why the value does not fit `components/schemas/<schema>`, empty if it does."""
        root = {"$ref": f"#/components/schemas/{schema}", "components": self.whole["components"]}
        return [each.message for each in Draft202012Validator(root).iter_errors(value)] + (
            [] if isinstance(value, dict) and schema in value else [f"no {schema}"]
        )

    def samples(self, path: str) -> list[Sample]:
        """The requests with their responses, in the order of the file."""
        return [_sample(path, each) for each in self.whole["paths"][path]["post"]["x-code-samples"]]

    def errors(self, path: str) -> Iterator[tuple[int, str]]:
        """Status and text of every error example."""
        for status, said in self.whole["paths"][path]["post"]["responses"].items():
            content = said["content"]["application/json"]
            if status != "200":
                for each in content.get("examples", {}).values():
                    yield int(status), each["value"]["error"]
                if "schema" in content:
                    yield int(status), content["schema"]["properties"]["error"]["example"]

    def by_properties(self, schema: str) -> dict[str, Any]:
        """The object that the `example` of each property of a schema makes."""
        return dict(_examples(self.whole["components"]["schemas"][schema]["properties"][schema]))


@cache
def read(shared_data: Path) -> Description:
    """The description in the shared data."""
    path = shared_data / "calls" / "api" / "3gpp-ms-openapi.yaml"
    return Description(yaml.safe_load(path.read_text("utf-8")))


def _sample(path: str, said: dict[str, Any]) -> Sample:
    request, _, response = said["source"].partition("Response:")
    text = request.partition("Request:")[2]
    try:
        value, repaired = json.loads(text), False
    except ValueError:
        value, repaired = json.loads(_COMMA.sub(r"\1,\2", text)), True
    return Sample(path, said["label"], value, json.loads(response), repaired)


def _examples(schema: dict[str, Any]) -> Any:
    if "example" in schema:
        return schema["example"]
    if schema["type"] == "array":
        return [_examples(schema["items"])]
    return {name: _examples(each) for name, each in schema["properties"].items()}
