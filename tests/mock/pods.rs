//! Pods as deployments have them, each made of its number alone: about two kilobytes, as on a real server.

use std::fmt::Write;

use super::proto::{bytes, message, number, text, time};

/// Pods of one deployment, and deployments of one namespace.
const REPLICAS: u32 = 50;
const DEPLOYMENTS: u32 = 20;
const NODES: u32 = 5000;
/// Bytes of one pod.
pub const SIZE: usize = 2900;
/// A tag and a length of two bytes.
const FILLER_HEAD: usize = 3;
/// All containers started then: 2026-01-01.
const BORN: u64 = 1_767_225_600;

/// What changes of a pod; all else follows from its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pod {
    pub number: u32,
    /// How many pods had its place before it.
    pub life: u32,
    pub restarts: u32,
    pub version: u64,
}

impl Pod {
    pub fn new(number: u32) -> Self {
        Self { number, life: 0, restarts: 0, version: 1 }
    }

    pub fn namespace(&self) -> String {
        format!("team-{:04}", self.number / (REPLICAS * DEPLOYMENTS))
    }

    fn app(&self) -> String {
        format!("web-{:02}", self.number / REPLICAS % DEPLOYMENTS)
    }

    fn set(&self) -> String {
        format!("{}-{:010x}", self.app(), u64::from(self.number / REPLICAS).wrapping_mul(0x9e37_79b9) & 0xff_ffff_ffff)
    }

    pub fn name(&self) -> String {
        format!("{}-{:02}{:03x}", self.set(), self.number % REPLICAS, self.life & 0xfff)
    }

    pub fn uid(&self) -> String {
        let bits = (u64::from(self.number) << 20 | u64::from(self.life)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (high, low) = ((bits >> 32) as u32, bits as u32);
        format!("{high:08x}-{:04x}-4000-8000-{:012x}", low >> 16, self.number)
    }

    fn node(&self) -> String {
        format!("node-{:04}", self.number.wrapping_mul(7919) % NODES)
    }

    fn ip(&self) -> String {
        let n = self.number;
        format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255)
    }

    /// The message `core/v1.Pod`, always of [`SIZE`], so that the size of a list is known before it is made.
    pub fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        message(out, 1, |out| self.metadata(out));
        message(out, 2, |out| self.spec(out));
        message(out, 3, |out| self.status(out));
        let lack = start + SIZE - out.len() - FILLER_HEAD;
        assert!((128..16_384).contains(&lack), "{lack} bytes are no filler");
        bytes(out, 9, &vec![b' '; lack]);
    }

    fn metadata(&self, out: &mut Vec<u8>) {
        let set = self.set();
        text(out, 1, &self.name());
        text(out, 2, &set);
        text(out, 3, &self.namespace());
        text(out, 5, &self.uid());
        text(out, 6, &self.version.to_string());
        time(out, 8, BORN + u64::from(self.number % 10_000));
        for (key, value) in [("app", self.app().as_str()), ("pod-template-hash", &set[set.len() - 10..])] {
            message(out, 11, |out| {
                text(out, 1, key);
                text(out, 2, value);
            });
        }
        message(out, 13, |out| {
            text(out, 1, "ReplicaSet");
            text(out, 3, &set);
            text(out, 4, "6d0f3c1e-8d2b-4c55-9a53-000000000000");
            text(out, 5, "apps/v1");
            number(out, 6, 1);
            number(out, 7, 1);
        });
        managed(out, "kube-controller-manager", "", MANAGED);
        managed(out, "kubelet", "status", MANAGED_STATUS);
    }

    fn spec(&self, out: &mut Vec<u8>) {
        message(out, 1, |out| bytes(out, 1, VOLUME));
        message(out, 2, |out| {
            text(out, 1, "app");
            text(out, 2, "registry.example.com/shop/web:1.42.0");
            bytes(out, 9, MOUNT);
            text(out, 13, "/dev/termination-log");
            text(out, 14, "IfNotPresent");
        });
        text(out, 3, "Always");
        number(out, 4, 30);
        text(out, 6, "ClusterFirst");
        text(out, 8, "web");
        text(out, 9, "web");
        text(out, 10, &self.node());
        text(out, 19, "default-scheduler");
        (0..2).for_each(|_| bytes(out, 22, TOLERATION));
    }

    fn status(&self, out: &mut Vec<u8>) {
        let (ip, since) = (self.ip(), BORN + u64::from(self.number % 10_000));
        text(out, 1, "Running");
        for kind in ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"] {
            message(out, 2, |out| {
                text(out, 1, kind);
                text(out, 2, "True");
                message(out, 3, |_| {});
                time(out, 4, since);
                text(out, 5, "");
                text(out, 6, "");
            });
        }
        text(out, 5, "10.0.0.1");
        text(out, 6, &ip);
        time(out, 7, since);
        message(out, 8, |out| self.container(out, since));
        text(out, 9, "BestEffort");
        message(out, 12, |out| text(out, 1, &ip));
        message(out, 16, |out| text(out, 1, "10.0.0.1"));
    }

    fn container(&self, out: &mut Vec<u8>, since: u64) {
        text(out, 1, "app");
        message(out, 2, |out| message(out, 2, |out| time(out, 1, since + u64::from(self.restarts))));
        number(out, 4, 1);
        number(out, 5, self.restarts.into());
        text(out, 6, "registry.example.com/shop/web:1.42.0");
        text(
            out,
            7,
            "registry.example.com/shop/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        );
        let mut id = "containerd://".to_owned();
        let _ = write!(id, "{:064x}", u128::from(self.number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        text(out, 8, &id);
        number(out, 9, 1);
    }
}

fn managed(out: &mut Vec<u8>, manager: &str, part: &str, fields: &str) {
    message(out, 17, |out| {
        text(out, 1, manager);
        text(out, 2, "Update");
        text(out, 3, "v1");
        time(out, 4, BORN);
        text(out, 6, "FieldsV1");
        message(out, 7, |out| text(out, 1, fields));
        text(out, 8, part);
    });
}

const VOLUME: &[u8] =
    b"kube-api-access-x7f2k/projected/serviceAccountToken/3607/kube-root-ca.crt/ca.crt/metadata.namespace";
const MOUNT: &[u8] = b"kube-api-access-x7f2k/var/run/secrets/kubernetes.io/serviceaccount";
const TOLERATION: &[u8] = b"node.kubernetes.io/not-ready/Exists/NoExecute/300";
const MANAGED: &str = r#"{"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:app":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"6d0f3c1e\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{}}},"f:dnsPolicy":{},"f:restartPolicy":{}}}"#;
const MANAGED_STATUS: &str = r#"{"f:status":{"f:conditions":{"k:{\"type\":\"ContainersReady\"}":{".":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Initialized\"}":{".":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Ready\"}":{".":{},"f:status":{},"f:type":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:phase":{},"f:podIP":{},"f:podIPs":{},"f:startTime":{}}}"#;
