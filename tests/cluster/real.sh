#!/bin/bash
# real.sh KUBECTL KUBECONFIG [remove]: pods in every state; waits until they are in it
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
k() { "$KUBECTL" --kubeconfig "$CONFIG" "$@"; }
KUBECTL=$1 CONFIG=$2
state() { k get pod -n "$1" "$2" --no-headers 2>/dev/null | awk '{print $3}'; }
until_state() { # NAMESPACE NAME PATTERN
  local i
  for ((i = 0; i < 600; i++)); do [[ $(state "$1" "$2") =~ ^($3)$ ]] && return; sleep .2; done
  echo "pod $1/$2 is '$(state "$1" "$2")', not $3" >&2; return 1
}
let_go() { # NAMESPACE NAME: removed whatever holds it
  k patch pod -n "$1" "$2" --type=merge -p '{"metadata":{"finalizers":null}}' >/dev/null 2>&1 || true
  k delete pod -n "$1" "$2" --force --grace-period=0 --ignore-not-found >/dev/null 2>&1
}
if [ "${3:-}" = remove ]; then
  for ns in real states; do for pod in $(k get pods -n $ns -o name); do let_go $ns "${pod#pod/}"; done; done
  k delete --ignore-not-found --timeout=120s -f "$HERE/real-crds.yaml" -f "$HERE/real.yaml" -f "$HERE/states.yaml" >/dev/null
  exit
fi
# Two pods are kept Terminating by a finalizer. kubectl no longer calls one so when its containers have ended, and a
# pod that is being deleted takes no finalizer: then it is made anew.
for pod in real/leaving states/terminating; do
  ns=${pod%/*} name=${pod#*/}
  [[ $(state "$ns" "$name")=$(k get pod -n "$ns" "$name" --ignore-not-found -o jsonpath='{.metadata.finalizers}') == Terminating=*example.io/hold* ]] || let_go "$ns" "$name"
done
apply() { k apply "$@" 2> >(grep -v 'currently being deleted' >&2) >/dev/null; }
apply -f "$HERE/real.yaml" -f "$HERE/real-crds.yaml"
# Nothing but this file speaks for the node of these pods, so the status they are given stays.
apply -f "$HERE/states.yaml"
apply --server-side --force-conflicts --subresource=status -f "$HERE/states.yaml"
k delete pod -n states terminating --wait=false >/dev/null
# On a machine so slow that even its wait is too short, it is made anew.
for _ in 1 2 3; do
  until_state real oom 'OOMKilled|Error'
  [ "$(state real oom)" = Error ] || break
  echo "pod real/oom ended as Error: once more"
  let_go real oom
  apply -f "$HERE/real.yaml"
done
until_state real leaving 'Running|Terminating'
k delete pod -n real leaving --wait=false >/dev/null
for want in box=Running sidecar=Running hostnet=Running crash='CrashLoopBackOff|Error' failed=Error killed=Error done=Completed \
  oom=OOMKilled noimage=ErrImageNeverPull waits=Init:1/2 initfails='Init:CrashLoopBackOff|Init:Error' gated=SchedulingGated \
  unready=Running leaving=Terminating; do
  until_state real "${want%%=*}" "${want#*=}"
done
k patch pod -n real box --subresource=ephemeralcontainers --type=strategic -p \
  '{"spec":{"ephemeralContainers":[{"name":"debug","image":"rig.local/busybox:1","imagePullPolicy":"Never","command":["sleep","1d"]}]}}' >/dev/null 2>&1 || true
