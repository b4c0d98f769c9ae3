#!/usr/bin/env python3
"""Our schemas and rules of the Gateway API's kinds against upstream's CRDs, experimental channel.

The CRDs are read from Go's module cache (`go mod download sigs.k8s.io/gateway-api@v1.6.3` puts them
there) or from the folder $GATEWAY_API_CRDS; they are not kept in this tree. Without them: a skip.
--found: are they there?
"""
import hashlib
import os
import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MODULE = "sigs.k8s.io/gateway-api@v1.6.3"
KINDS = {"gatewayclasses": "gatewayclass", "gateways": "gateway", "httproutes": "httproute",
         "referencegrants": "referencegrant"}
SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
NAME_PATH = r"\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$"
# upstream's pattern → our format of src/config/format.h
FORMATS = {
    f"^$|^{SUBDOMAIN}$": "group",
    r"^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$": "kind-name",
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$": "dns1123-label",
    rf"^(\*\.)?{SUBDOMAIN}$": "hostname-pattern",
    f"^{SUBDOMAIN}$": "section-name",
    f"^{SUBDOMAIN}{NAME_PATH}": "controller-name",
    f"^Hostname|IPAddress|NamedAddress|{SUBDOMAIN}{NAME_PATH}": "address-type",
    rf"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|{SUBDOMAIN}\/[A-Za-z0-9]+$": "listener-protocol",
    r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$": "label-value",
    r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$": "header-name",
    r"^[!-~]+([\t ]?[!-~]+)*$": "visible-text",
    r"^([0-9]{1,5}(h|m|s|ms)){1,4}$": "gep2257-duration",
    r"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$": "uri-path",
    r"(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)": "cors-origin",
}
OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"]
SELECTOR = "selector.matchExpressions[].operator"
# Where ours is another on purpose: field → word → ours.
OURS = {
    # A rule of our own name tells it.
    "gateways.spec.listeners": {"list-keys": None},
    "gateways.spec.tls.frontend.perPort": {"list-keys": None},
    # Kubernetes reads no other operator.
    f"gateways.spec.listeners[].allowedRoutes.namespaces.{SELECTOR}": {"enum": OPERATORS},
    f"gateways.spec.allowedListeners.namespaces.{SELECTOR}": {"enum": OPERATORS},
    # As of v1.7.
    "httproutes.spec.rules[].retry.attempts": {"minimum": 0},
}


def crds():
    if folder := os.environ.get("GATEWAY_API_CRDS"):
        return pathlib.Path(folder)
    try:
        cache = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    folder = pathlib.Path(cache) / MODULE / "config" / "crd" / "experimental"
    return folder if folder.is_dir() else None


def upstream_schema(folder, plural):
    crd = yaml.safe_load((folder / f"gateway.networking.k8s.io_{plural}.yaml").read_text())
    version = next(v for v in crd["spec"]["versions"] if v["name"] == "v1")
    return version["schema"]["openAPIV3Schema"]


def rules_of(schema, path=""):
    for rule in schema.get("x-kubernetes-validations", []):
        yield path, hashlib.sha256(rule["rule"].encode()).hexdigest()[:16]
    for name, field in schema.get("properties", {}).items():
        yield from rules_of(field, f"{path}.{name}")
    if "items" in schema:
        yield from rules_of(schema["items"], path + "[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from rules_of(schema["additionalProperties"], path + "{}")


def compare_rules(folder):
    theirs = {(plural, *rule) for plural in KINDS for rule in rules_of(upstream_schema(folder, plural))}
    ours = set()
    for line in (ROOT / "api" / "upstream-rules.tsv").read_text().splitlines():
        if not line.startswith("#"):
            ours.add(tuple(line.split("\t")[1:]))
    yield from (f"{rule}: a rule of upstream without a name" for rule in sorted(theirs - ours))
    yield from (f"{rule}: a name without a rule of upstream" for rule in sorted(ours - theirs))


def words_of(schema):
    """What of a field's schema is compared, in one form for both sides."""
    kind = schema.get("x-kubernetes-list-type")
    words = {
        "type": schema.get("type"),
        "format": FORMATS.get(schema["pattern"], "unknown pattern") if "pattern" in schema else None,
        "required": sorted(schema.get("required", [])) or None,
        "minLength": schema.get("minLength") or None,
        "list-keys": schema.get("x-kubernetes-list-map-keys") or (kind if kind == "set" else None),
    }
    for word in ("enum", "minimum", "maximum", "maxLength", "minItems", "maxItems", "maxProperties", "default"):
        words[word] = schema.get(word)
    return words


def our_words(schema):
    return {**words_of(schema), "format": schema.get("format")}


def compare_fields(theirs, ours, path):
    expected = {**words_of(theirs), **OURS.get(path, {})}
    found = our_words(ours)
    for word, value in expected.items():
        if found[word] != value:
            yield f"{path}: {word} is {found[word]!r}, upstream's {value!r}"
    names = set(theirs.get("properties", {})), set(ours.get("properties", {}))
    yield from (f"{path}: field {name} of one side only" for name in sorted(names[0] ^ names[1]))
    for name in sorted(names[0] & names[1]):
        yield from compare_fields(theirs["properties"][name], ours["properties"][name], f"{path}.{name}")
    for word, step in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(theirs.get(word), dict):
            yield from compare_fields(theirs[word], ours.get(word, {}), path + step)


def compare_schemas(folder):
    for plural, name in KINDS.items():
        theirs = upstream_schema(folder, plural)
        ours = yaml.safe_load((ROOT / "api" / f"{name}.yaml").read_text())["schema"]
        if sorted(theirs.get("required", [])) != sorted(ours.get("required", [])):
            yield f"{plural}: required is {ours.get('required')}"
        yield from compare_fields(theirs["properties"]["spec"], ours["properties"]["spec"], f"{plural}.spec")


def main():
    folder = crds()
    if sys.argv[1:] == ["--found"]:
        return 0 if folder else 1
    if folder is None:
        print(f"skip crds: no CRDs here; `go mod download {MODULE}` fetches them")
        return 0
    failed = False
    for case, differences in (("rules", compare_rules(folder)), ("schemas", compare_schemas(folder))):
        told = list(differences)
        failed = failed or bool(told)
        for line in told:
            print(line)
        print(f"not ok {case}: {len(told)} differences" if told else f"ok {case}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
