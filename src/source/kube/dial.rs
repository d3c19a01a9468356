//! The way to one API server: connects when first asked.

use tokio::sync::Mutex;

use super::error;
use crate::model::{Error, Result};

pub struct Dial(Mutex<Option<kube::Client>>);

impl Dial {
    pub fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// For tests: a client that is already there.
    #[cfg(test)]
    pub fn ready(client: kube::Client) -> Self {
        Self(Mutex::new(Some(client)))
    }

    pub async fn client(&self) -> Result<kube::Client> {
        let mut known = self.0.lock().await;
        if let Some(client) = &*known {
            return Ok(client.clone());
        }
        let mut config = kube::Config::infer().await.map_err(|e| Error::Invalid(error::chain(&e)))?;
        config.default_retry = false;
        config.read_timeout = None;
        let client = kube::Client::try_from(config).map_err(|e| Error::Invalid(error::chain(&e)))?;
        *known = Some(client.clone());
        Ok(client)
    }

    pub fn forget(&self) {
        if let Ok(mut known) = self.0.try_lock() {
            *known = None;
        }
    }
}
