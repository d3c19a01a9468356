//! Counts what one server was asked. It counts always, which costs almost nothing, and reports only while somebody
//! wants to know.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::BoxStream;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::out::{self, Out};
use crate::kinds::program::itself::METER;
use crate::model::{Cell, Delta, Error, Health, Id, KindRef, Object, Query, Result, Str, Uid, human};

/// The number of latest seconds for which requests are counted separately: the least power of two above a minute.
const SECONDS: usize = 64;
/// The number of seconds over which the rate is computed.
const LATELY: u32 = 10;
const MINUTE: u32 = 60;
/// The number of requests in a minute above which a server is asked too often. No person causes so many, so something
/// repeats itself.
const STORM: u64 = 600;
/// The shortest time between two reports.
const BEAT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Meter {
    begun: Instant,
    requests: AtomicU64,
    /// The number of bytes of all bodies, decompressed.
    bytes: AtomicU64,
    /// The number of open streams: watches, events, logs.
    open: AtomicU32,
    /// The number of requests in each second. The upper half of each value is the second, the lower half is the number.
    recent: [AtomicU64; SECONDS],
    failed: Mutex<Option<(Instant, Str)>>,
    /// How the server is reached, if there are several ways.
    way: Mutex<String>,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            open: AtomicU32::new(0),
            recent: std::array::from_fn(|_| AtomicU64::new(0)),
            failed: Mutex::default(),
            way: Mutex::default(),
        }
    }
}

/// Counts one stream as open until it is dropped.
#[derive(Debug)]
pub struct Open(Arc<Meter>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

impl Meter {
    /// Counts a request.
    pub fn ask(&self) {
        self.requests.fetch_add(1, Relaxed);
        let now = self.second();
        let more = |slot: u64| Some(if slot >> 32 == u64::from(now) { slot + 1 } else { u64::from(now) << 32 | 1 });
        let _ = self.recent[now as usize % SECONDS].fetch_update(Relaxed, Relaxed, more);
    }

    /// Counts the bytes of an answer.
    pub fn take(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub fn fail(&self, error: &Error) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        *failed = Some((Instant::now(), error.text().into()));
    }

    /// Notes how the server is reached.
    pub fn reach(&self, way: String) {
        *self.way.lock().unwrap_or_else(PoisonError::into_inner) = way;
    }

    pub fn open(self: &Arc<Self>) -> Open {
        self.open.fetch_add(1, Relaxed);
        Open(self.clone())
    }

    fn second(&self) -> u32 {
        u32::try_from(self.begun.elapsed().as_secs()).unwrap_or(u32::MAX)
    }

    /// The number of requests in the last `seconds` seconds, including the present one.
    fn within(&self, seconds: u32) -> u64 {
        let from = u64::from((self.second() + 1).saturating_sub(seconds));
        let slots = self.recent.iter().map(|slot| slot.load(Relaxed)).filter(|slot| slot >> 32 >= from);
        slots.map(|slot| slot & u64::from(u32::MAX)).sum()
    }

    /// `50s ago: connection refused`
    fn last_failure(&self) -> Option<String> {
        let (when, text) = self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let mut age = String::new();
        human(i64::try_from(when.elapsed().as_millis()).unwrap_or(i64::MAX), &mut age);
        Some(format!("{age} ago: {text}"))
    }

    fn row(&self, id: &Id) -> Object {
        let minute = self.within(MINUTE);
        let storm = minute > STORM;
        let health = if storm { Health::Warn } else { Health::Unknown };
        let warning = storm.then(|| format!("{minute} requests in the last minute: something keeps asking"));
        let trouble: Vec<String> = warning.into_iter().chain(self.last_failure()).collect();
        let trouble = if trouble.is_empty() { Cell::None } else { Cell::text(trouble.join("; ")) };
        let cells = [
            Cell::Rate(self.within(LATELY) as f32 / LATELY as f32),
            Cell::Count(minute as i64),
            Cell::Count(self.requests.load(Relaxed) as i64),
            Cell::Count(self.open.load(Relaxed).into()),
            Cell::Bytes(self.bytes.load(Relaxed)),
            Cell::text(self.way.lock().unwrap_or_else(PoisonError::into_inner).as_str()),
            trouble,
        ];
        let (uid, labels, owner) = (Uid::None, Str::new(), Str::new());
        Object { id: id.clone(), uid, health, cells: cells.into(), labels, owner, link: None }
    }
}

/// The answer to a query for the meter of a source; `None` for all other queries.
pub fn answer(meter: &Arc<Meter>, query: &Query) -> Option<BoxStream<'static, Result<Delta>>> {
    let Query::List { at, kind, .. } = query else { return None };
    if *kind != KindRef(&METER) {
        return None;
    }
    let id = Id::new(*at, *kind, Str::new(), Str::new());
    let meter = meter.clone();
    Some(out::stream(move |out| async move { report(&meter, &id, out).await }.boxed()))
}

/// Sends the row, and sends it again whenever it has changed.
async fn report(meter: &Meter, id: &Id, out: &mut Out) -> Result<()> {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = None;
    loop {
        beat.tick().await;
        let row = Some(meter.row(id));
        if row != told {
            let first = told.is_none();
            out.extend(first.then_some(Delta::Reset));
            out.extend(row.clone().map(Delta::Upsert));
            out.extend(first.then_some(Delta::Ready));
            out.flush().await;
            told = row;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use tokio::time::{advance, timeout};

    use super::*;
    use crate::model::{Scope, SourceId, Time};

    fn cells(meter: &Meter) -> Vec<String> {
        let id = Id::new(SourceId(1), KindRef(&METER), Str::new(), Str::new());
        meter.row(&id).cells.iter().map(|cell| cell.to_text(Time::default())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn requests_count_for_a_while_in_the_rate_and_for_ever_in_the_sum() {
        let meter = Arc::new(Meter::default());
        assert_eq!(cells(&meter), ["0", "0", "0", "0", "0Mi", "", ""]);
        (0..20).for_each(|_| meter.ask());
        let watch = meter.open();
        meter.take(5000);
        assert_eq!(cells(&meter), ["2.0", "20", "20", "1", "5Ki", "", ""]);
        advance(Duration::from_secs(9)).await;
        assert_eq!(cells(&meter)[..3], ["2.0", "20", "20"]);
        advance(Duration::from_secs(1)).await;
        meter.ask();
        assert_eq!(cells(&meter)[..3], ["0.1", "21", "21"]);
        drop(watch);
        meter.fail(&Error::Offline("gone".into()));
        advance(Duration::from_secs(50)).await;
        assert_eq!(cells(&meter), ["0", "1", "21", "0", "5Ki", "", "50s ago: gone"]);
        // A slot of long ago is used again.
        advance(Duration::from_secs(4)).await;
        meter.ask();
        assert_eq!(cells(&meter)[1], "2");
    }

    #[tokio::test(start_paused = true)]
    async fn more_requests_than_anybody_needs_are_a_warning_until_they_end() {
        let meter = Arc::new(Meter::default());
        let id = Id::new(SourceId(1), KindRef(&METER), Str::new(), Str::new());
        (0..STORM).for_each(|_| meter.ask());
        assert_eq!(meter.row(&id).health, Health::Unknown);
        meter.fail(&Error::Gone("too old resource version".into()));
        meter.ask();
        assert_eq!(meter.row(&id).health, Health::Warn);
        let told = "601 requests in the last minute: something keeps asking; 0s ago: too old resource version";
        assert_eq!(cells(&meter)[6], told);
        advance(Duration::from_secs(60)).await;
        assert_eq!(meter.row(&id).health, Health::Unknown);
        assert_eq!(cells(&meter)[6], "60s ago: too old resource version");
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_told_once_a_second_at_most_and_only_when_it_changed() {
        let meter = Arc::new(Meter::default());
        let query = Query::List { at: SourceId(1), kind: KindRef(&METER), scope: Scope::all() };
        let mut told = answer(&meter, &query).unwrap();
        let first: Vec<Delta> = told.by_ref().take(3).map(Result::unwrap).collect().await;
        assert!(matches!(&first[..], [Delta::Reset, Delta::Upsert(_), Delta::Ready]));
        assert!(timeout(Duration::from_secs(30), told.next()).await.is_err());
        (0..5).for_each(|_| meter.ask());
        let asked = Instant::now();
        assert!(matches!(told.next().await, Some(Ok(Delta::Upsert(_)))));
        assert!(asked.elapsed() <= BEAT);
    }
}
