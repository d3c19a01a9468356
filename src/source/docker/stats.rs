//! What containers use: each running one is measured in turn, so many at a time and so many a second. The cost is
//! bounded however many there are; the more there are, the longer a round takes. An engine answers on its own beat
//! of about a second, so to measure one after the other would take for ever.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::time::{Instant, sleep_until, timeout};

use super::engine::Engine;
use crate::kinds::docker::containers::Container;
use crate::kinds::docker::containerstats::Sample;
use crate::model::{Delta, Error, Health, Id, KindRef, Object, Result, Str};
use crate::source::kube::out::Out;

/// Measured at the same time.
const AT_ONCE: usize = 32;
/// Between the beginnings of two measurements.
const STEP: Duration = Duration::from_millis(30);
/// A round takes at least so long, but for the first one: CPU shows after the second.
const ROUND: Duration = Duration::from_secs(2);
/// What was measured leaves together: each time the screen is drawn anew.
const TOGETHER: Duration = Duration::from_millis(500);
/// A container that cannot be measured sooner is left out.
const PATIENCE: Duration = Duration::from_secs(5);

pub async fn run(engine: Arc<Engine>, kind: KindRef, out: &mut Out) -> Result<()> {
    let mut before: HashMap<String, Sample> = HashMap::new();
    loop {
        let begun = Instant::now();
        let running: Vec<Container> = engine.read("/containers/json").await?;
        before.retain(|id, _| running.iter().any(|container| container.id == *id));
        let is_first = before.is_empty();
        out.say(Delta::Reset);
        let mut samples = stream::iter((0..).zip(running))
            .map(|(i, container)| {
                let engine = engine.clone();
                async move {
                    sleep_until(begun + STEP * i).await;
                    let sample = measure(&engine, &container.id).await;
                    (container, sample)
                }
            })
            .buffer_unordered(AT_ONCE);
        let mut said = begun;
        while let Some((container, sample)) = samples.next().await {
            let Some(sample) = sample? else { continue };
            let id = Id { at: engine.at, kind, namespace: Str::new(), name: container.name().into() };
            let cells = sample.cells(before.get(&container.id)).into();
            let uid = Str::from(container.id.as_str());
            let (labels, owner, health) = (Str::new(), Str::new(), Health::Unknown);
            out.say(Delta::Upsert(Object { id, uid, health, cells, labels, owner, link: None }));
            before.insert(container.id, sample);
            if said.elapsed() >= TOGETHER {
                said = Instant::now();
                out.flush().await;
            }
        }
        drop(samples);
        out.say(Delta::Ready);
        out.flush().await;
        sleep_until(begun + if is_first { ROUND / 2 } else { ROUND }).await;
    }
}

/// Nothing for one that ended meanwhile.
async fn measure(engine: &Engine, id: &str) -> Result<Option<Sample>> {
    let path = format!("/containers/{id}/stats?stream=false&one-shot=1");
    match timeout(PATIENCE, engine.read(&path)).await {
        Ok(Err(error @ (Error::Offline(_) | Error::Denied(_)))) => Err(error),
        Ok(sample) => Ok(sample.ok()),
        Err(_) => Ok(None),
    }
}
