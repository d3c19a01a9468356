//! One engine: its connections, and questions to it.

use std::time::Duration;

use bollard::Docker;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::client::client;
use super::endpoint::{Endpoint, Way};
use super::line::Line;
use super::samples::Samples;
use super::wire;
use crate::kinds::docker::containers::Container;
use crate::model::{Error, Result, SourceId, Str, Value};

pub struct Engine {
    pub at: SourceId,
    pub line: Line,
    pub samples: Samples,
}

impl Engine {
    pub fn new(at: SourceId, endpoint: Endpoint) -> Self {
        Self { at, line: Line::new(endpoint), samples: Samples::default() }
    }

    /// The most questions that are asked at the same time.
    pub fn breadth(&self) -> usize {
        match self.line.endpoint.way {
            Way::Unix(_) | Way::Tcp(_) | Way::Tls(..) | Way::Closed(_) => 32,
            // Each connection is a program here and a login there.
            Way::Ssh(_) => 6,
        }
    }

    pub async fn get(&self, path: &str) -> Result<Bytes> {
        wire::get(&self.line, path).await
    }

    pub async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        parse(&self.get(path).await?)
    }

    /// A bollard client for orders, and for what is read with them.
    pub fn client(&self, patience: Duration) -> Result<Docker> {
        client(&self.line, patience)
    }

    /// The entries of a list, each as raw JSON. Null counts as an empty list.
    pub async fn entries(&self, path: &str) -> Result<Vec<Box<RawValue>>> {
        Ok(self.read::<Option<_>>(path).await?.unwrap_or_default())
    }

    /// The containers of a list. Entries that cannot be read are left out.
    pub async fn containers(&self, path: &str) -> Result<Vec<Container>> {
        let entries = self.entries(path).await?;
        Ok(entries.iter().filter_map(|entry| serde_json::from_str(entry.get()).ok()).collect())
    }

    /// The version, such as `20.10.24`, with the name of the engine if it is not docker.
    pub async fn version(&self) -> Result<Str> {
        let version: Value = self.read("/version").await?;
        let number = version["Version"].as_str().unwrap_or_default();
        match version["Components"][0]["Name"].as_str() {
            Some(name) if name != "Engine" => Ok(arcstr::format!("{name} {number}")),
            _ => Ok(arcstr::format!("docker {number}")),
        }
    }
}

pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| Error::Invalid(format!("the engine's answer is unreadable: {error}")))
}
