//! The ports of a container, as `docker ps` writes them but once for both families of addresses.

use serde::Deserialize;

use crate::kinds::lens::or_default;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Port {
    #[serde(rename = "IP", deserialize_with = "or_default")]
    address: String,
    private_port: u16,
    public_port: Option<u16>,
    #[serde(deserialize_with = "or_default")]
    r#type: String,
}

impl Port {
    /// `8080→80`, `127.0.0.1:8080→80/udp`, `80`.
    fn text(&self) -> String {
        let protocol = match self.r#type.as_str() {
            "tcp" | "" => String::new(),
            other => format!("/{other}"),
        };
        let inner = format!("{}{protocol}", self.private_port);
        let lead = match self.address.as_str() {
            "" | "0.0.0.0" | "::" => String::new(),
            address => format!("{address}:"),
        };
        self.public_port.map_or(inner.clone(), |public| format!("{lead}{public}→{inner}"))
    }

    /// Published ones first.
    fn rank(&self) -> (bool, u16, u16) {
        (self.public_port.is_none(), self.private_port, self.public_port.unwrap_or(0))
    }
}

pub fn text(ports: &[Port]) -> String {
    let mut sorted: Vec<&Port> = ports.iter().collect();
    sorted.sort_by_key(|port| port.rank());
    let mut texts: Vec<String> = sorted.into_iter().map(Port::text).collect();
    texts.dedup();
    texts.join(" ")
}
