#!/bin/bash
# argocd.sh [remove]: Argo CD, and applications in every state (argocd/applications.yaml); waits until they are in it
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
eval "$("$HERE/cluster" env)"
RUN=$(dirname "$(dirname "$KUBECONFIG")")
REPO=$RUN/argocd/repo APPS=${APPS:-apps}
until_field() { # NAME FIELD VALUE
  kubectl wait -n argocd "application/$1" "--for=jsonpath={.status.$2}=$3" --timeout=120s >/dev/null ||
    { echo "application $1: $2 is '$(kubectl get -n argocd "application/$1" -o "jsonpath={.status.$2}")', not $3" >&2; return 1; }
}
export GIT_CONFIG_GLOBAL=/dev/null   # whoever runs this may sign commits
commit() { git -C "$REPO" add -A && git -C "$REPO" -c user.name=rig -c user.email=rig@example.com commit -q -m "$1"; }
refresh() { kubectl annotate application -n argocd "$@" argocd.argoproj.io/refresh=normal --overwrite >/dev/null; }

if [ "${1:-}" = remove ]; then
  kubectl delete applications,appprojects -n argocd --all --timeout=60s >/dev/null
  kubectl delete namespace "$APPS" "$APPS-both" --ignore-not-found --timeout=120s >/dev/null
  rm -rf "$REPO"
  exit
fi
"$HERE/cluster" up argocd
[ ! -f "$REPO/.git/complete" ] || exit 0
rm -rf "$REPO"; mkdir -p "$REPO"
cp -r "$HERE/argocd/repo/." "$REPO"
git -C "$REPO" init -q -b main
commit 'First of all'
sed "s#@REPO@#$REPO#g; s#@APPS@#$APPS#g" "$HERE/argocd/applications.yaml" | kubectl apply -f - >/dev/null
kubectl create namespace "$APPS" --dry-run=client -o yaml | kubectl apply -f - >/dev/null
until_field web sync.status Synced
until_field behind sync.status OutOfSync
kubectl patch application -n argocd behind --type=merge -p '{"operation":{"initiatedBy":{"username":"rig"},"sync":{"revision":"","syncStrategy":{"hook":{}}}}}' >/dev/null
until_field behind operationState.phase Succeeded
until_field web operationState.phase Succeeded
sed -i 's/greeting: hello/greeting: welcome/' "$REPO"/web/all.yaml "$REPO"/behind/all.yaml
commit 'Another greeting'
refresh web behind
for want in web=Synced/Healthy behind=OutOfSync/Healthy waiting=OutOfSync/Missing degraded=Synced/Degraded hooked=Synced/Healthy suspended=Synced/Suspended \
  broken=Unknown/Healthy held=OutOfSync/Missing both=OutOfSync/Missing; do
  name=${want%%=*} want=${want#*=}
  until_field "$name" sync.status "${want%/*}"
  until_field "$name" health.status "${want#*/}"
done
until_field web 'history[1].id' 1
touch "$REPO/.git/complete"
