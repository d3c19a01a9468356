#!/usr/bin/env python3
"""Expectations of the Gateway API conformance suite as JSON: conformance.py DIR (the unpacked Go module).

Reads the struct literals of the Go tests; what it cannot place (no gateway, no literal path) is counted as unclear."""
import json
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
consts = dict(re.findall(r'(\w+)\s+=\s+"([^"]*)"', (root / "utils/suite/consts.go").read_text()))


def text(value, source, upto):
    """A string: a literal, a constant of the suite, or a variable of the function."""
    value = value.strip().rstrip(",").strip()
    if value.startswith('"'):
        return value[1:-1] if value.count('"') == 2 and value.endswith('"') else None
    name = value.split(".")[-1]
    if name in consts:
        return consts[name]
    found = re.findall(r"\b%s\s*:?=\s*([^\n{]+)\n" % re.escape(name), source[:upto])
    return text(found[-1], source, upto) if found and found[-1].strip() != value else None


def closed(source, start):
    """The index behind the brace that closes the one at `start`."""
    depth, i = 0, start
    while i < len(source):
        c = source[i]
        if c == '"':
            i = source.index('"', i + 1)
        elif c == "`":
            i = source.index("`", i + 1)
        depth += (c == "{") - (c == "}")
        i += 1
        if depth == 0:
            return i
    return len(source)


def opened(source, at):
    depth = 0
    for i in range(at - 1, 0, -1):
        depth += (source[i] == "}") - (source[i] == "{")
        if depth < 0:
            return i
    return 0


def top(block):
    """The block without what stands in inner braces."""
    depth, out = 0, []
    for c in block[1:-1]:
        depth -= c == "}"
        if depth == 0:
            out.append(c)
        depth += c == "{"
    return "".join(out)


def field(block, name, source, upto):
    found = re.search(r"\b%s:\s*([^,\n}]+)" % name, block)
    return text(found.group(1), source, upto) if found else None


def gateway(source, upto):
    refs = re.findall(r'NewGatewayRef\((\w+)(?:,\s*"([^"]+)")?', source[:upto])
    if not refs:
        return None
    variable, listener = refs[-1]
    made = re.findall(r"\b%s\s*:?=\s*types\.NamespacedName\{([^}]*)\}" % variable, source[:upto])
    if not made:
        return None
    return {"name": field(made[-1], "Name", source, upto), "namespace": field(made[-1], "Namespace", source, upto), "listener": listener}


cases, unclear = [], 0
for path in sorted((root / "tests").glob("httproute*.go")) + sorted((root / "tests").glob("gateway-http*.go")):
    source = re.sub(r"(?m)^\s*//.*$", "", path.read_text())
    manifests = re.findall(r'"(tests/[^"]+\.yaml)"', source)
    features = re.findall(r"features\.Support(\w+)", source)
    for found in re.finditer(r"\bRequest:\s*(?:http\.Request)?\{", source):
        start = opened(source, found.start())
        whole = source[start : closed(source, start)]
        request = source[found.end() - 1 : closed(source, found.end() - 1)]
        if "ExpectedRequest: &http.ExpectedRequest" in source[max(0, start - 60) : start + 1]:
            continue
        flat, inner = top(whole), top(request)
        headers = re.search(r"Headers:\s*map\[string\]string\{([^}]*)\}", request)
        response = re.search(r"\bResponse:\s*(?:http\.Response)?\{([^}]*)\}", whole)
        status = re.search(r"StatusCodes?:\s*(?:\[\]int\{)?(\d+)", response.group(1) + "}" if response else "")
        place = gateway(source, start)
        wanted = {
            "file": path.stem, "manifests": manifests, "features": features, "gateway": place,
            "host": field(inner, "Host", source, start) or "", "path": field(inner, "Path", source, start),
            "method": field(inner, "Method", source, start) or "GET",
            "headers": dict(re.findall(r'"([^"]+)":\s*"([^"]*)"', headers.group(1))) if headers else {},
            "backend": field(flat, "Backend", source, start), "namespace": field(flat, "Namespace", source, start),
            "status": int(status.group(1)) if status else None, "redirect": "RedirectRequest:" in whole,
        }
        if place is None or place["name"] is None or wanted["path"] is None:
            unclear += 1
            continue
        cases.append(wanted)
json.dump({"cases": cases, "unclear": unclear}, sys.stdout, indent=1)
