#!/bin/bash
# landscape.sh [remove]: definitions of many systems, and objects of each kind (landscape/*.yaml) with the statuses that their
# controllers would write, in the namespace `landscape`. No controller runs.
#   build   fetches the definitions (landscape/crds.tsv) out of Go modules, one after the other, and keeps nothing else of them
#   has     whether they are all there
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
DIR=${SPYHOP_CLUSTER:-${XDG_CACHE_HOME:-$HOME/.cache}/spyhop-cluster}/landscape
say() { echo "landscape: $*" >&2; }
lines() { grep -v '^#' "$HERE/landscape/crds.tsv"; }
# What a line has brought is kept under the name of its system and a sum of the line.
kept() { echo "$DIR/$(cut -f1 <<<"$1").$(sha256sum <<<"$1" | cut -c -12).yaml"; }
has() { local line; while read -r line; do [ -s "$(kept "$line")" ] || return 1; done < <(lines); }

# The definitions among the files of a module's archive, once its checksum is the pinned one.
unpack() { # LINE FILE: the answer of `go mod download` is read
  python3 - "$1" "$2" <(cat) <<'P'
import fnmatch, json, re, sys, zipfile
system, module, version, checksum, pattern = sys.argv[1].split("\t")
told = json.load(open(sys.argv[3]))
# A module for a newer Go has an error beside its archive.
if "Zip" not in told:
    sys.exit(f"{module}@{version}: {told.get('Error')}")
if told["Sum"] != checksum:
    sys.exit(f"{module}@{version}: the checksum is {told['Sum']}, not {checksum}")
archive = zipfile.ZipFile(told["Zip"])
names = sorted(name for name in archive.namelist() if fnmatch.fnmatchcase(name, f"{module}@{version}/{pattern}"))
files = [part for name in names for part in re.split(r"(?m)^---.*$", archive.read(name).decode())]
found = [part for part in files if re.search(r"(?m)^kind: *CustomResourceDefinition\s*$", part)]
if not found:
    sys.exit(f"{module}@{version}: no definitions in {pattern}")
open(sys.argv[2], "w").write("---\n" + "\n---\n".join(part.strip("\n") for part in found) + "\n")
P
}
build() {
  local line file module version wanted=()
  mkdir -p "$DIR"
  # The checksums are pinned beside the versions, so no database of them is asked.
  export GOTOOLCHAIN=local GOFLAGS='-mod=mod -modcacherw' GOSUMDB=off GOMODCACHE=$DIR/modules GOCACHE=$DIR/cache
  while read -r line; do
    file=$(kept "$line") module=$(cut -f2 <<<"$line") version=$(cut -f3 <<<"$line")
    wanted+=("$file")
    [ ! -s "$file" ] || continue
    say "fetching $module $version"
    (cd "$DIR" && go mod download -json "$module@$version" 2>/dev/null || true) | unpack "$line" "$file.new"
    mv "$file.new" "$file"
  done < <(lines)
  rm -rf "$DIR/modules" "$DIR/cache"
  for file in "$DIR"/*.yaml; do [[ " ${wanted[*]} " == *" $file "* ]] || rm "$file"; done
}
case ${1:-} in build | has) "$1"; exit ;; esac

eval "$("$HERE/cluster" env)"
# What kubectl remembers of the kinds of a server would be older than the definitions.
MEMORY=$(mktemp -d); trap 'rm -rf "$MEMORY"' EXIT
kubectl() { command kubectl --cache-dir "$MEMORY/$stage" "$@"; }
stage=before
# YAML becomes JSON, one object a line.
objects() { # FILE...
  awk 'FNR == 1 { print "---" } 1' "$@" | kubectl create -n landscape --dry-run=client --validate=false -o json -f - | python3 -c '
import json, sys
text, decoder = sys.stdin.read().strip(), json.JSONDecoder()
while text:
    body, end = decoder.raw_decode(text)
    text = text[end:].lstrip()
    for one in body.get("items", [body]):
        print(json.dumps(one))'
}
pick() { python3 -c "import json, sys
$1
for line in sys.stdin:
    one = json.loads(line)
    $2"; }
DEFINITIONS=("$DIR"/*.yaml "$HERE"/landscape/own/*.yaml)
if [ "${1:-}" = remove ]; then
  kubectl delete namespace landscape --ignore-not-found --timeout=120s >/dev/null
  objects "${DEFINITIONS[@]}" | pick '' 'print(one["metadata"]["name"])' |
    xargs kubectl delete customresourcedefinition --ignore-not-found --timeout=120s >/dev/null
  exit
fi
has || { say "definitions are missing: cluster build landscape"; exit 1; }
# What it is made from, so that a change makes it anew.
made=$(cat "$HERE/landscape.sh" "${DEFINITIONS[@]}" "$HERE"/landscape/*.yaml | sha256sum | cut -c -16)
[ "$(kubectl get namespace landscape --ignore-not-found -o jsonpath='{.metadata.annotations.rig/made}')" != "$made" ] || exit 0
kubectl delete namespace landscape --ignore-not-found --timeout=120s >/dev/null

# Nothing converts objects here: of versions that a program converts, only the newest is served.
objects "${DEFINITIONS[@]}" | pick 'import re
def age(version):
    major, stage, minor = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version["name"]).groups()
    return (["alpha", "beta", None].index(stage), int(major), int(minor or 0))' '
    spec = one["spec"]
    if spec.pop("conversion", {}).get("strategy") == "Webhook":
        newest = max((version for version in spec["versions"] if version["served"]), key=age)
        for version in spec["versions"]:
            version["served"] = version["storage"] = version is newest
    print(json.dumps(one))' |
  kubectl apply --server-side --force-conflicts --validate=false -f - >/dev/null
# Not by `kubectl wait`: that fails on a definition that has no conditions yet.
late() { kubectl get crd -o json | python3 -c '
import json, sys
for crd in json.load(sys.stdin)["items"]:
    told = {each["type"]: each["status"] for each in (crd.get("status") or {}).get("conditions") or []}
    if told.get("Established") != "True":
        print(crd["metadata"]["name"], told)'; }
# All definitions are thirty megabytes, so they are seldom asked for.
for ((i = 0; i < 40; i++)); do waiting=$(late); [ -n "$waiting" ] || break; sleep 3; done
[ -z "$waiting" ] || { say "not established: $waiting"; exit 1; }

stage=after
kubectl create namespace landscape >/dev/null
# Without validation, for which kubectl would wait until the server has described all definitions in one document. A field
# that is not known is dropped, and the tests see that its column is empty.
apply() { kubectl apply --server-side --force-conflicts --validate=false -n landscape "$@" >/dev/null; }
all() { objects "$HERE"/landscape/*.yaml; }
# Objects in no namespace may still be there: what they have no more is taken from them.
all | apply -f -
# A status that has no place of its own was applied with the object. Kinds that are in no definition always have such a place.
all | pick 'import subprocess
crds = json.loads(subprocess.run(["kubectl", "get", "crd", "-o", "json"], stdout=subprocess.PIPE, check=True).stdout)["items"]
apart = {(crd["spec"]["group"] + "/" + version["name"], crd["spec"]["names"]["kind"])
    for crd in crds for version in crd["spec"]["versions"] if "status" in version.get("subresources", {})}
defined = {(crd["spec"]["group"], crd["spec"]["names"]["kind"]) for crd in crds}
def is_apart(one):
    is_defined = (one["apiVersion"].split("/")[0], one["kind"]) in defined
    return "status" in one and ((one["apiVersion"], one["kind"]) in apart or not is_defined)' \
  'if is_apart(one): print(line, end="")' | apply --subresource=status -f -
kubectl annotate namespace landscape --overwrite "rig/made=$made" >/dev/null
