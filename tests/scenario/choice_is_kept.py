#!/usr/bin/env python3
"""A nonPreemptive node does not go back by itself, whether a probe or a document took its first kid."""
import lib

lib.need("dig")

POLICY = """apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: shop, namespace: default}
spec:
  hostnames: [shop.example.com]
  root: first
  nodes:
  - name: first
    select: {op: priority, nonPreemptive: true}
    children: [{node: eu, priority: 1}, {node: us, priority: 2}]
  - {name: eu, leaf: {serviceRef: {name: eu}}}
  - {name: us, leaf: {serviceRef: {name: us}}}
"""


def service(name, address, ready):
    return f"""apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: default}}
spec: {{ports: [{{name: http, port: 80}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: {name}
  namespace: default
  labels: {{kubernetes.io/service-name: {name}}}
addressType: IPv4
ports: [{{name: http, port: 80}}]
endpoints: [{{addresses: [{address}], conditions: {{ready: {str(ready).lower()}}}}}]
"""


with lib.Report() as report, lib.workdir() as folder:
    manifests = folder / "manifests"
    lib.write(manifests, {"zone.yaml": lib.ZONE, "policy.yaml": POLICY,
                          "eu.yaml": service("eu", "192.0.2.1", True),
                          "us.yaml": service("us", "192.0.2.2", True)})
    with lib.Fairway(manifests, folder) as fairway:
        ask = lambda: fairway.dig("shop.example.com")
        report.check("the first kid answers", ask() == ["192.0.2.1"], ask())
        lib.write(manifests, {"eu.yaml": service("eu", "192.0.2.1", False)})
        moved, _ = lib.wait_until(lambda: ask() == ["192.0.2.2"], 3)
        report.check("its endpoints are taken out by a document: the second answers", moved, ask())
        before = fairway.status()["generation"]
        lib.write(manifests, {"eu.yaml": service("eu", "192.0.2.1", True)})
        lib.wait_until(lambda: fairway.status()["generation"] > before, 3)
        report.check("they are back: the second goes on answering", ask() == ["192.0.2.2"], ask())
        fairway.process.popen.kill()
        fairway.process.stop()
        fairway.start()
        report.check("and after a crash, too", ask() == ["192.0.2.2"], ask())
