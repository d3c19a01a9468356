//! Sessions: something started on the other side that lives as long as it is listed.

use bytes::Bytes;

use super::Str;

/// A shell, an attach or a forward: opened once, never shared, never reopened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u32);

/// What a session does in its container.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

/// What goes into a session, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Bytes(Bytes),
    /// Columns and rows.
    Resize(u16, u16),
    /// Whether what goes in has to wait: a forward takes no connection and carries nothing to the pod meanwhile.
    Hold(bool),
    /// No more input.
    Close,
}

/// How a forward stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The port it listens on.
    pub local: u16,
    /// Connections that are open.
    pub open: u32,
    /// Bytes to the pod.
    pub sent: u64,
    /// Bytes from the pod.
    pub received: u64,
    /// What the last connection failed of.
    pub failed: Option<String>,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The exit code of its process.
    Code(i32),
    /// Why it ended otherwise.
    Closed(String),
}
