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
  let_go real held; let_go real leaving
  for pod in $(k get pods -n states -o name); do let_go states "${pod#pod/}"; done
  k delete --ignore-not-found --timeout=120s -f "$HERE/real-crds.yaml" -f "$HERE/real.yaml" -f "$HERE/states.yaml" >/dev/null
  exit
fi
# A pod whose containers have ended is not Terminating for kubectl, so the two are made anew when they are not.
for pod in leaving held; do [[ $(state real $pod) == @(|Terminating) ]] || let_go real $pod; done
k apply -f "$HERE/real.yaml" -f "$HERE/real-crds.yaml" >/dev/null
# Nothing but this file speaks for the node of these pods, so the status they are given stays.
k apply -f "$HERE/states.yaml" >/dev/null
k apply --server-side --force-conflicts --subresource=status -f "$HERE/states.yaml" >/dev/null
k delete pod -n states terminating --wait=false >/dev/null 2>&1
until_state real leaving 'Running|Terminating'
k delete pod -n real leaving held --wait=false >/dev/null
for want in box=Running sidecar=Running hostnet=Running crash='CrashLoopBackOff|Error' failed=Error killed=Error done=Completed \
  oom=OOMKilled noimage=ErrImageNeverPull waits=Init:1/2 initfails='Init:CrashLoopBackOff|Init:Error' gated=SchedulingGated \
  unready=Running leaving=Terminating held=Terminating; do
  until_state real "${want%%=*}" "${want#*=}"
done
k patch pod -n real box --subresource=ephemeralcontainers --type=strategic -p \
  '{"spec":{"ephemeralContainers":[{"name":"debug","image":"rig.local/busybox:1","imagePullPolicy":"Never","command":["sleep","1d"]}]}}' >/dev/null 2>&1 || true
