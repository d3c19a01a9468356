//! The fields of a pod that rows need (core/v1 generated.proto), shared with containers.

use crate::kinds::lens::{Moment, or_default};
use crate::kinds::message::{Meta, Text, message};

message! {
    Pod<'a> {
        1 metadata: Option<Meta<'a>>,
        2 spec: Option<Spec<'a>>,
        3 status: Option<Status<'a>>,
    }
}

message! {
    Spec<'a> {
        #[serde(deserialize_with = "or_default")]
        2 containers: Vec<Container<'a>>,
        8 service_account_name: Text<'a>,
        10 node_name: Text<'a>,
        #[serde(deserialize_with = "or_default")]
        20 init_containers: Vec<Container<'a>>,
        #[serde(deserialize_with = "or_default")]
        28 readiness_gates: Vec<Gate<'a>>,
    }
}

message! {
    Container<'a> {
        1 name: Text<'a>,
        24 restart_policy: Text<'a>,
    }
}

impl Container<'_> {
    /// An init container that stays (KEP-753).
    pub fn is_sidecar(&self) -> bool {
        self.restart_policy == "Always"
    }
}

message! {
    Gate<'a> {
        1 condition_type: Text<'a>,
    }
}

message! {
    Status<'a> {
        1 phase: Text<'a>,
        #[serde(deserialize_with = "or_default")]
        2 conditions: Vec<Condition<'a>>,
        4 reason: Text<'a>,
        #[serde(deserialize_with = "or_default")]
        8 container_statuses: Vec<ContainerStatus<'a>>,
        9 qos_class: Text<'a>,
        #[serde(deserialize_with = "or_default")]
        10 init_container_statuses: Vec<ContainerStatus<'a>>,
        11 nominated_node_name: Text<'a>,
        #[serde(rename = "podIPs", deserialize_with = "or_default")]
        12 pod_ips: Vec<Ip<'a>>,
        #[serde(deserialize_with = "or_default")]
        13 ephemeral_container_statuses: Vec<ContainerStatus<'a>>,
    }
}

message! {
    Ip<'a> {
        1 ip: Text<'a>,
    }
}

message! {
    Condition<'a> {
        1 r#type: Text<'a>,
        2 status: Text<'a>,
        5 reason: Text<'a>,
    }
}

message! {
    ContainerStatus<'a> {
        1 name: Text<'a>,
        2 state: Option<State<'a>>,
        3 last_state: Option<State<'a>>,
        4 ready: bool,
        5 restart_count: i32,
        9 started: Option<bool>,
    }
}

message! {
    State<'a> {
        1 waiting: Option<Waiting<'a>>,
        2 running: Option<Running>,
        3 terminated: Option<Terminated<'a>>,
    }
}

message! {
    Waiting<'a> {
        1 reason: Text<'a>,
    }
}

message! {
    Running {
        1 started_at: Option<Moment>,
    }
}

message! {
    Terminated<'a> {
        1 exit_code: i32,
        2 signal: i32,
        3 reason: Text<'a>,
        6 finished_at: Option<Moment>,
    }
}
