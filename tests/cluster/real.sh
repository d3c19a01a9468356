#!/bin/bash
# real.sh KUBECTL KUBECONFIG: pods in every state, and waits until they are in it.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
kubectl() { "$1" --kubeconfig "$2" "${@:3}"; }
k() { kubectl "$KUBECTL" "$CONFIG" "$@"; }
KUBECTL=$1 CONFIG=$2
k apply -f "$HERE/real.yaml" >/dev/null
k apply -f "$HERE/real-crds.yaml" >/dev/null
state() { k get pod -n real "$1" --no-headers 2>/dev/null | awk '{print $3}'; }
until_state() {
  local i
  for ((i = 0; i < 600; i++)); do [[ $(state "$1") =~ $2 ]] && return; sleep .2; done
  echo "pod $1 is $(state "$1"), not $2" >&2; return 1
}
until_state leaving 'Running|Terminating'
k delete pod -n real leaving --wait=false >/dev/null
until_state box Running; until_state sidecar Running; until_state hostnet Running
until_state crash 'CrashLoopBackOff|Error'; until_state failed Error; until_state done Completed
until_state oom OOMKilled; until_state noimage ErrImageNeverPull; until_state waits 'Init:1/2'
until_state initfails 'Init:'; until_state gated SchedulingGated; until_state leaving Terminating
k patch pod -n real box --subresource=ephemeralcontainers --type=strategic -p \
  '{"spec":{"ephemeralContainers":[{"name":"debug","image":"rig.local/busybox:1","imagePullPolicy":"Never","command":["sleep","1d"]}]}}' >/dev/null 2>&1 || true
