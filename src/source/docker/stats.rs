//! What containers use.

use std::sync::Arc;

use super::engine::Engine;
use crate::source::kube::out::Out;
use crate::model::{Delta, KindRef, Result};

pub async fn run(_engine: Arc<Engine>, _kind: KindRef, out: &mut Out) -> Result<()> {
    out.say(Delta::Reset);
    out.say(Delta::Ready);
    out.flush().await;
    std::future::pending().await
}
