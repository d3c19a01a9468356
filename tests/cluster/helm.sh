#!/bin/bash
# helm.sh [remove]: releases in every state, made by the real helm 3 and 4 in two namespaces, once
#   charts   web       helm 3: revision 3 deployed, a rollback to 1
#            shop      helm 4: revision 2 deployed, applied by the server, labels of its own
#            flaky     helm 3: revision 2 failed, 1 deployed
#            stillborn helm 4: its installation failed
#            gone      helm 3: uninstalled, its history kept
#            stuck     helm 3: pending-install, its helm was killed
#            halfway   helm 4: pending-upgrade of revision 1
#            mapped, mapped4   in ConfigMaps
#   shops    web       helm 4: the same name elsewhere; of five revisions the last three are kept
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
eval "$("$HERE/cluster" env)"
NAMESPACES=${CHARTS:-charts shops}
read -r ONE TWO <<<"$NAMESPACES"
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
export HELM_CACHE_HOME=$home/cache HELM_CONFIG_HOME=$home/config HELM_DATA_HOME=$home/data

remove() {
  local ns
  for ns in $NAMESPACES; do kubectl delete namespace "$ns" --ignore-not-found --timeout=120s >/dev/null; done
}
if [ "${1:-}" = remove ]; then remove; exit; fi
"$HERE/cluster" has helm || { echo "helm 3 and 4 are missing: cluster build helm3 helm4" >&2; exit 1; }
# What they are made from, so that a change makes them anew.
made=$(cd "$HERE" && find helm helm.sh go/helm/go.mod -type f -print0 | sort -z | xargs -0 cat | sha256sum | cut -c -16)
[ "$(kubectl get namespace "$TWO" --ignore-not-found -o jsonpath='{.metadata.annotations.rig/made}')" != "$made" ] || exit 0
remove
for ns in $NAMESPACES; do
  kubectl create namespace "$ns" >/dev/null
  kubectl wait --for=create serviceaccount/default -n "$ns" --timeout=60s >/dev/null
done
for v in 1 2; do helm3 package "$HERE/helm/web" --version "0.$v.0" --app-version "$v.0" -d "$home" >/dev/null; done
OLD=$home/web-0.1.0.tgz NEW=$home/web-0.2.0.tgz
h3() { helm3 -n "$ONE" "$@" >/dev/null; }
h4() { helm4 -n "$ONE" "$@" >/dev/null; }
fails() { ! "$@" 2>/dev/null || { echo "it was to fail: $*" >&2; return 1; }; }
# Kills a helm as soon as its release is in some state.
abandoned() { # STATUS NAME HELM ARGS...
  local status=$1 name=$2 pid i; shift 2
  "$@" -n "$ONE" >/dev/null 2>&1 & pid=$!
  for ((i = 0; i < 300; i++)); do
    [ -z "$(kubectl get secret -n "$ONE" -l "owner=helm,name=$name,status=$status" -o name)" ] || break
    sleep .1
  done
  kill -9 $pid; wait $pid 2>/dev/null || true
  [ $i -lt 300 ] || { echo "$name was never $status" >&2; return 1; }
}
h3 install web "$OLD" --description 'first of all'
h3 upgrade web "$NEW" --set greeting=welcome --set labels.zone=null
h3 rollback web 1
h4 install shop "$OLD" --labels team=blue
h4 upgrade shop "$NEW" --set replicas=2,side.colour=green --labels team=blue
h3 install flaky "$OLD"
fails h3 upgrade flaky "$NEW" --set refused=true
fails h4 install stillborn "$OLD" --set hook='exit 3'
h3 install gone "$OLD"
h3 uninstall gone --keep-history
abandoned pending-install stuck helm3 install stuck "$OLD" --set hook='sleep 1d'
h4 install halfway "$OLD"
abandoned pending-upgrade halfway helm4 upgrade halfway "$NEW" --set hook='sleep 1d'
HELM_DRIVER=configmap h3 install mapped "$OLD"
HELM_DRIVER=configmap h3 upgrade mapped "$NEW"
HELM_DRIVER=configmap h4 install mapped4 "$NEW"
helm4 -n "$TWO" install web "$OLD" --set replicas=0 >/dev/null
for i in {1..4}; do helm4 -n "$TWO" upgrade web "$NEW" --history-max 3 --set "replicas=0,greeting=hello $i" >/dev/null; done
kubectl annotate namespace "$TWO" --overwrite "rig/made=$made" >/dev/null
