//! Runs a computation while somebody looks at it, once for all who do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures::future::{Either, pending};
use tokio::sync::watch;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Compute;
use super::gathering::Gathering;
use crate::model::{Error, Result, Scope, SourceId, Time, Within};
use crate::source::kube::lists::Lists;
use crate::source::now;

/// Changes within this time lead to one result.
const MOMENT: Duration = Duration::from_millis(40);
/// Limits the share of time that is spent on computing to one part in `SHARE`: the pause is as long as the computation,
/// or longer.
const SHARE: u32 = 2;

/// A result, and the namespaces that it covers, if not all.
pub struct Seen<P> {
    pub picture: P,
    pub within: Option<Within>,
}

type Shown<E> = Option<Result<Arc<Seen<<E as Compute>::Picture>>>>;

/// The running computation for some namespaces.
struct Live<E: Compute> {
    shown: watch::Receiver<Shown<E>>,
    task: AbortHandle,
}

impl<E: Compute> Drop for Live<E> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// All runs of one computation for one server. Views of the same namespaces share one.
pub struct Hub<E: Compute> {
    lists: Lists,
    live: Mutex<HashMap<Scope, Weak<Live<E>>>>,
}

/// Receives the results of a computation.
pub struct Watcher<E: Compute> {
    shown: watch::Receiver<Shown<E>>,
    /// The computation runs as long as somebody holds this.
    _live: Arc<Live<E>>,
}

impl<E: Compute> Hub<E> {
    pub fn new(lists: Lists) -> Self {
        Self { lists, live: Mutex::default() }
    }

    pub fn at(&self) -> SourceId {
        self.lists.server.at
    }

    /// Joins the computation for the namespaces of a scope. If all namespaces are computed already, that computation is
    /// shared.
    pub fn join(&self, scope: &Scope) -> Watcher<E> {
        let scope = Scope { namespace: scope.namespace.clone(), ..Scope::default() };
        self.lists.used.note(scope.namespaces());
        let mut all = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, live| live.strong_count() > 0);
        let known = all.get(&scope).or_else(|| all.get(&Scope::all())).and_then(Weak::upgrade);
        let live = known.filter(|live| !live.task.is_finished()).unwrap_or_else(|| {
            let live = Arc::new(self.begin(scope.clone()));
            all.insert(scope, Arc::downgrade(&live));
            live
        });
        Watcher { shown: live.shown.clone(), _live: live }
    }

    fn begin(&self, scope: Scope) -> Live<E> {
        let (sender, shown) = watch::channel(None);
        Live { shown, task: tokio::spawn(compute::<E>(self.lists.clone(), scope, sender)).abort_handle() }
    }
}

impl<E: Compute> Watcher<E> {
    /// Waits for the next result.
    pub async fn next(&mut self) -> Result<Arc<Seen<E::Picture>>> {
        loop {
            self.shown.changed().await.map_err(|_| Error::Offline("the rows are no longer computed".to_owned()))?;
            if let Some(seen) = self.shown.borrow_and_update().clone() {
                return seen;
            }
        }
    }
}

async fn compute<E: Compute>(lists: Lists, scope: Scope, sender: watch::Sender<Shown<E>>) {
    if let Err(error) = keep::<E>(lists, scope, &sender).await {
        let _ = sender.send(Some(Err(error)));
    }
}

async fn keep<E: Compute>(lists: Lists, scope: Scope, sender: &watch::Sender<Shown<E>>) -> Result<()> {
    let mut gathering = Gathering::<E>::new(&lists, &scope);
    match E::PATIENCE {
        Some(patience) => timeout(patience, gathering.all()).await.unwrap_or(Ok(()))?,
        None => gathering.all().await?,
    }
    loop {
        let begun = Instant::now();
        let picture = draw(&mut gathering).await?;
        let wake = E::wake(&picture);
        let seen = Seen { picture, within: gathering.within() };
        if sender.send(Some(Ok(Arc::new(seen)))).is_err() {
            return Ok(());
        }
        let pause = MOMENT.max(begun.elapsed() * (SHARE - 1));
        wait(&mut gathering, wake, pause).await?;
    }
}

async fn draw<E: Compute>(gathering: &mut Gathering<E>) -> Result<E::Picture> {
    let mut computation = std::mem::take(&mut gathering.computation);
    let drawn = spawn_blocking(move || {
        let picture = computation.draw(now());
        (computation, picture)
    });
    let (computation, picture) =
        drawn.await.map_err(|error| Error::Offline(format!("the rows could not be computed: {error}")))?;
    gathering.computation = computation;
    picture
}

/// Waits for a change, and then takes in what follows within `pause`.
async fn wait<E: Compute>(gathering: &mut Gathering<E>, wake: Option<Time>, pause: Duration) -> Result<()> {
    let woken = match wake {
        Some(wake) => Either::Left(sleep(Duration::from_millis(u64::try_from(wake.0 - now().0).unwrap_or_default()))),
        None => Either::Right(pending()),
    };
    tokio::select! {
        taken = gathering.take() => taken?,
        () = woken => {}
    }
    let due = Instant::now() + pause;
    loop {
        tokio::select! {
            biased;
            () = sleep_until(due) => return Ok(()),
            taken = gathering.take() => taken?,
        }
    }
}
