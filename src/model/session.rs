//! Sessions: a program or a connection on the server that lives as long as the state lists it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Str;

/// The number of a shell, an attach or a port-forward. A session is opened once, never shared, and never reopened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(pub u32);

/// What a session does in its container.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reach {
    Shell,
    Attach,
    /// Connections to `address:local` go to the port `remote`; a local port of 0 is any free one.
    Forward {
        address: Str,
        local: u16,
        remote: u16,
    },
}

/// Input of a session, delivered in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Bytes(Bytes),
    /// The new size of the terminal, in columns and rows.
    Resize(u16, u16),
    /// Whether input has to wait. A port-forward that waits accepts no connection and sends nothing to the pod.
    Hold(bool),
    /// The end of the input.
    Close,
}

/// The state of a port-forward.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// The local port that it listens on.
    pub local: u16,
    /// The number of open connections.
    pub open: u32,
    /// The number of bytes that were sent to the pod.
    pub sent: u64,
    /// The number of bytes that were received from the pod.
    pub received: u64,
    /// Why the last connection failed, if it did.
    pub failed: Option<String>,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The exit code of its process.
    Code(i32),
    /// The reason, if no process ended.
    Closed(String),
}
