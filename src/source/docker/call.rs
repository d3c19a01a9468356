//! Requests, each sent once.

use std::sync::Arc;

use super::engine::Engine;
use super::one;
use crate::model::{Error, Reply, Request, Result, What};

pub async fn call(engine: Arc<Engine>, request: Request) -> Result<Reply> {
    match request.what {
        What::Get => Ok(Reply { body: one::body(&engine, &request.id).await?, warnings: Vec::new() }),
        _ => Err(Error::Unsupported(format!("a container engine cannot {} this", request.what.verb()))),
    }
}
