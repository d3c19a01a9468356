//! Measures what containers use. The containers on the screen are measured in turn, with a limit on how many at the
//! same time and how many in a second. So the cost is bounded, and a round over more containers takes longer. An engine
//! answers only about once a second, so measuring one container after the other would take too long.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::time::{Instant, sleep_until, timeout};

use super::engine::Engine;
use super::wire::segment;
use crate::kinds::docker::containerstats::Sample;
use crate::model::{Cell, Delta, Error, Health, Id, KindRef, Object, Part, Result, Str, Uid};
use crate::source::out::Out;
use crate::source::poll::Poll;

/// The time between the starts of two measurements.
const STEP: Duration = Duration::from_millis(30);
/// The shortest round, in seconds. The first round is shorter, because CPU usage shows only after the second.
const ROUND: u16 = 2;
/// Measurements of this time are sent together, because each batch draws a frame.
const TOGETHER: Duration = Duration::from_millis(500);
/// A container that takes longer to measure is left out.
const PATIENCE: Duration = Duration::from_secs(5);

pub async fn run(engine: Arc<Engine>, kind: KindRef, part: Part, out: &mut Out) -> Result<()> {
    let (begun, mut poll) = (Instant::now(), Poll::every(ROUND, out));
    // If a container was never measured before, the answer is complete after the second round, with all CPU usages.
    if round(&engine, kind, &part, out).await? {
        out.say(Delta::Ready);
    }
    out.flush().await;
    sleep_until(begun + Duration::from_secs(ROUND.into()) / 2).await;
    loop {
        let begun = Instant::now();
        round(&engine, kind, &part, out).await?;
        out.say(Delta::Ready);
        out.flush().await;
        poll.wait_from(begun).await;
    }
}

/// Measures each container once. True if the CPU usage of all is known.
async fn round(engine: &Arc<Engine>, kind: KindRef, part: &Part, out: &mut Out) -> Result<bool> {
    let begun = Instant::now();
    let names = names(engine, part).await?;
    out.say(Delta::Reset);
    let mut samples = stream::iter((0..).zip(names))
        .map(|(i, name)| {
            let engine = engine.clone();
            async move {
                sleep_until(begun + STEP * i).await;
                measure(&engine, &name).await.map(|sample| Some((name, sample?)))
            }
        })
        .buffer_unordered(engine.breadth());
    let (mut said, mut whole) = (begun, true);
    while let Some(measured) = samples.next().await {
        let Some((name, sample)) = measured? else { continue };
        let row = row(engine, kind, name, sample);
        whole &= row.cells.first().is_some_and(|cpu| *cpu != Cell::None);
        out.say(Delta::Upsert(row));
        if said.elapsed() >= TOGETHER {
            said = Instant::now();
            out.flush().await;
        }
    }
    drop(samples);
    engine.samples.prune();
    Ok(whole)
}

async fn names(engine: &Engine, part: &Part) -> Result<Vec<Str>> {
    if let Part::Names(names) = part {
        return Ok(names.to_vec());
    }
    let running = engine.containers("/containers/json").await?;
    Ok(running.iter().map(|container| container.name().into()).collect())
}

/// `None` if the container does not run or has ended meanwhile.
async fn measure(engine: &Engine, name: &str) -> Result<Option<Sample>> {
    let path = format!("/containers/{}/stats?stream=false&one-shot=1", segment(name)?);
    match timeout(PATIENCE, engine.read(&path)).await {
        Ok(Err(error @ (Error::Offline(_) | Error::Lost(_) | Error::Denied(_)))) => Err(error),
        Ok(sample) => Ok(sample.ok().filter(|sample: &Sample| !sample.is_idle())),
        Err(_) => Ok(None),
    }
}

fn row(engine: &Engine, kind: KindRef, name: Str, sample: Sample) -> Object {
    let id = Id::new(engine.at, kind, Str::new(), name);
    let uid = Uid::from(sample.id.as_str());
    let cells = engine.samples.cells(&id.name, sample).into();
    Object { id, uid, health: Health::Unknown, cells, labels: Str::new(), owner: Str::new(), link: None }
}
