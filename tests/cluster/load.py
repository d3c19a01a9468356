#!/usr/bin/env python3
"""Fills and churns the test cluster over its API; Python's standard library only.

  load.py nodes N                    kwok nodes fake-0 to fake-(N-1)
  load.py deploy NS COUNT REPLICAS   deployments; the controller-manager and the scheduler do the rest
  load.py pods NS N                  bare pods on kwok nodes (fastest)
  load.py releases NS N              Helm releases, one revision each, in Secrets as helm writes them
  load.py churn NS RATE SECONDS      RATE changes a second that are seen: restarts, readiness, replaced pods
  load.py replace NS RATE SECONDS    RATE pods a second are deleted, the oldest first, and others made in their place
  load.py log DIR                    the log files that kwok serves
"""
import argparse
import base64
import collections
import datetime
import gzip
import http.client
import json
import os
import queue
import ssl
import threading
import time
from urllib.parse import urlparse

TAINT = {'key': 'kwok.x-k8s.io/node', 'value': 'fake', 'effect': 'NoSchedule'}


class Api:
    """One keep-alive connection per thread."""

    def __init__(self, server, pki):
        self.address = urlparse(server)
        self.tls = ssl.create_default_context(cafile=f'{pki}/ca.crt')
        self.tls.load_cert_chain(f'{pki}/admin.crt', f'{pki}/admin.key')
        self.local = threading.local()
        self.failed = 0

    def ask(self, method, path, body=None, kind='application/json'):
        data = None if body is None else json.dumps(body)
        for attempt in range(40):
            if not hasattr(self.local, 'connection'):
                self.local.connection = http.client.HTTPSConnection(self.address.hostname, self.address.port, context=self.tls)
            try:
                self.local.connection.request(method, path, data, {'content-type': kind})
                answer = self.local.connection.getresponse()
                text = answer.read()
            except (http.client.HTTPException, OSError):
                del self.local.connection
                time.sleep(0.1)
                continue
            if answer.status == 429:
                time.sleep(0.2)
                continue
            if answer.status >= 400 and answer.status not in (404, 409):
                self.failed += 1
                if self.failed < 4:
                    print(method, path, answer.status, text[:200])
            return json.loads(text) if text else {}
        raise SystemExit(f'{method} {path}: no answer')

    def many(self, jobs, threads=32):
        todo = queue.SimpleQueue()
        for job in jobs:
            todo.put(job)

        def work():
            while True:
                try:
                    job = todo.get_nowait()
                except queue.Empty:
                    return
                self.ask(*job)

        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def names(self, path):
        return [item['metadata']['name'] for item in self.ask('GET', path)['items']]

    def namespace(self, name):
        self.ask('POST', '/api/v1/namespaces', {'metadata': {'name': name}})
        self.ask('POST', f'/api/v1/namespaces/{name}/serviceaccounts', {'metadata': {'name': 'default'}})


def node(i):
    name = f'fake-{i}'
    labels = {'type': 'kwok', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'topology.kubernetes.io/zone': f'z{i % 3}'}
    notes = {'kwok.x-k8s.io/node': 'fake', 'metrics.k8s.io/resource-metrics-path': f'/metrics/nodes/{name}/metrics/resource'}
    return {'metadata': {'name': name, 'annotations': notes, 'labels': labels}, 'spec': {'taints': [TAINT]}}


def pod_spec(on=None):
    container = {'name': 'app', 'image': 'rig.local/busybox:1', 'command': ['sleep', '1d'], 'ports': [{'containerPort': 8080}],
                 'resources': {'requests': {'cpu': '10m', 'memory': '16Mi'}, 'limits': {'cpu': '100m', 'memory': '64Mi'}}}
    spec = {'containers': [container], 'tolerations': [{'key': TAINT['key'], 'operator': 'Exists'}], 'nodeSelector': {'type': 'kwok'},
            'automountServiceAccountToken': False, 'terminationGracePeriodSeconds': 1}
    return dict(spec, nodeName=on) if on else spec


def pod(name, index, on):
    return {'metadata': {'name': name, 'labels': {'app': f'web-{index % 50}'}}, 'spec': pod_spec(on)}


def nodes(api, count):
    api.many([('POST', '/api/v1/nodes', node(i)) for i in range(int(count))])


def deploy(api, namespace, count, replicas):
    api.namespace(namespace)
    jobs = []
    for i in range(int(count)):
        labels = {'app': f'web-{i}'}
        template = {'metadata': {'labels': labels}, 'spec': pod_spec()}
        spec = {'replicas': int(replicas), 'selector': {'matchLabels': labels}, 'template': template}
        jobs.append(('POST', f'/apis/apps/v1/namespaces/{namespace}/deployments', {'metadata': {'name': f'web-{i}', 'labels': labels}, 'spec': spec}))
    api.many(jobs)


def pods(api, namespace, count):
    api.namespace(namespace)
    places = [name for name in api.names('/api/v1/nodes') if name.startswith('fake-')]
    if not places:
        raise SystemExit('no kwok nodes: load nodes N first')
    path = f'/api/v1/namespaces/{namespace}/pods'
    api.many([('POST', path, pod(f'web-{i:05d}', i, places[i % len(places)])) for i in range(int(count))])


def release(namespace, i):
    name, moment = f'release-{i:05d}', '2026-01-01T00:00:00Z'
    chart = {'metadata': {'name': f'chart-{i % 40}', 'version': f'1.{i % 7}.0', 'appVersion': f'{i % 5}.0', 'apiVersion': 'v2'}, 'templates': [], 'values': {'replicas': 1}}
    manifest = f'---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n'
    info = {'first_deployed': moment, 'last_deployed': moment, 'deleted': '', 'description': 'Install complete', 'status': 'deployed'}
    body = {'name': name, 'namespace': namespace, 'version': 1, 'info': info, 'chart': chart, 'config': {'number': i}, 'manifest': manifest}
    # Once by helm, once more because it is the data of a Secret.
    data = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(body).encode()))).decode()
    labels = {'owner': 'helm', 'name': name, 'status': 'deployed', 'version': '1', 'createdAt': '1767225600'}
    return {'metadata': {'name': f'sh.helm.release.v1.{name}.v1', 'labels': labels}, 'type': 'helm.sh/release.v1', 'data': {'release': data}}


def releases(api, namespace, count):
    api.namespace(namespace)
    api.many([('POST', f'/api/v1/namespaces/{namespace}/secrets', release(namespace, i)) for i in range(int(count))])


def churn(api, namespace, rate, seconds):
    """Four in five changes are a restart or a flip of readiness, one in five replaces a pod; the first pods by
    name are taken, so that the first screen shows it."""
    path = f'/api/v1/namespaces/{namespace}/pods'
    lock, pods, turns = threading.Lock(), {}, {}

    def look():
        listed = api.ask('GET', f'{path}?limit=200&fieldSelector=status.phase=Running')['items']
        with lock:
            pods.clear()
            for item in sorted(listed, key=lambda item: item['metadata']['name'])[:40]:
                pods[item['metadata']['name']] = item

    def status(item, turn):
        restarts = turn // 2 + 1
        ready = turn % 2 == 1
        now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
        state = {'running': {'startedAt': now}} if ready else {'waiting': {'reason': 'CrashLoopBackOff'}}
        last = {'terminated': {'exitCode': 1, 'reason': 'Error', 'startedAt': now, 'finishedAt': now}}
        containers = [{'name': c['name'], 'image': c['image'], 'imageID': '', 'ready': ready, 'restartCount': restarts, 'state': state, 'lastState': last}
                      for c in item['spec']['containers']]
        # A merge patch replaces lists, so all conditions are named.
        conditions = [{'type': kind, 'status': str(ready or kind in ('Initialized', 'PodScheduled')), 'lastTransitionTime': now}
                      for kind in ('Initialized', 'Ready', 'ContainersReady', 'PodScheduled')]
        return {'status': {'conditions': conditions, 'containerStatuses': containers}}

    def change(step):
        with lock:
            if not pods:
                return
            name = list(pods)[step % len(pods)]
            item = pods[name]
            turns[name] = turn = turns.get(name, -1) + 1
        if turn % 5 == 4:
            api.ask('DELETE', f'{path}/{name}?gracePeriodSeconds=0')
            if not item['metadata'].get('ownerReferences'):   # else its owner makes the next one
                api.ask('POST', path, {'metadata': {'name': name, 'labels': item['metadata'].get('labels', {})}, 'spec': pod_spec(item['spec']['nodeName'])})
        else:
            api.ask('PATCH', f'{path}/{name}/status', status(item, turn), 'application/merge-patch+json')

    def work():
        while (step := todo.get()) is not None:
            change(step)

    look()
    if not pods:
        raise SystemExit(f'no running pods in {namespace}')
    start, total, todo, seen = time.time(), int(float(rate) * float(seconds)), queue.Queue(), time.time()
    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for step in range(total):
        time.sleep(max(0, start + step / float(rate) - time.time()))
        if time.time() - seen > 1:   # pods of an owner come back under other names
            look()
            seen = time.time()
        todo.put(step)
    for _ in workers:
        todo.put(None)
    for worker in workers:
        worker.join()
    took = time.time() - start
    look()
    for name, item in pods.items():   # all is well in the end
        if not all(c['ready'] for c in item['status'].get('containerStatuses', [])):
            api.ask('PATCH', f'{path}/{name}/status', status(item, turns.get(name, 0) | 1), 'application/merge-patch+json')
    print(f'churn: {total} changes in {took:.1f} s = {total / took:.0f}/s, {api.failed} failed')


def replace(api, namespace, rate, seconds):
    """About five events for each pod: it goes, another one comes and is made to run."""
    path = f'/api/v1/namespaces/{namespace}/pods'
    items = sorted(api.ask('GET', path)['items'], key=lambda item: item['metadata']['creationTimestamp'])
    if not items:
        raise SystemExit(f'no pods in {namespace}')
    line, todo = collections.deque((item['metadata']['name'], item['spec']['nodeName']) for item in items), queue.Queue(maxsize=1000)

    def work():
        while (step := todo.get()) is not None:
            name, node_name = line.popleft()
            fresh = f'web-{int(start):x}-{step:06d}'
            api.ask('DELETE', f'{path}/{name}?gracePeriodSeconds=0')
            api.ask('POST', path, pod(fresh, step, node_name))
            line.append((fresh, node_name))

    start, total = time.time(), int(float(rate) * float(seconds))
    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for step in range(total):
        time.sleep(max(0, start + step / float(rate) - time.time()))
        todo.put(step)
    for _ in workers:
        todo.put(None)
    for worker in workers:
        worker.join()
    took = time.time() - start
    print(f'replace: {total} pods in {took:.1f} s = {total / took:.0f}/s, {api.failed} failed')


def log(directory):
    os.makedirs(directory, exist_ok=True)
    moment = datetime.datetime(2026, 1, 1)
    with open(f'{directory}/app.log', 'w', encoding='utf-8') as out:
        for i in range(20000):
            moment += datetime.timedelta(milliseconds=37)
            stream = 'stderr' if i % 17 == 0 else 'stdout'
            out.write(f'{moment:%Y-%m-%dT%H:%M:%S.%f}000Z {stream} F request {i} status={200 if i % 13 else 500} took={i % 97}ms\n')
    with open(f'{directory}/prev.log', 'w', encoding='utf-8') as out:
        out.write('2025-12-31T23:59:59.000000000Z stderr F panic: boom\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--pki')
    parser.add_argument('--server')
    parser.add_argument('what', choices=['nodes', 'deploy', 'pods', 'releases', 'churn', 'replace', 'log'])
    parser.add_argument('args', nargs='*')
    given = parser.parse_args()
    if given.what == 'log':
        return log(*given.args)
    jobs = {'nodes': nodes, 'deploy': deploy, 'pods': pods, 'releases': releases, 'churn': churn, 'replace': replace}
    return jobs[given.what](Api(given.server, given.pki), *given.args)


if __name__ == '__main__':
    main()
