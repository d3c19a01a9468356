//! Mesh routes: computed from all kinds that decide them, and anew when an object of one changes. However many views
//! look at them, each kind is read once.

mod feed;
mod picture;
pub mod rows;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{SelectAll, select_all};
use tokio::sync::watch;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use self::feed::{Feed, News};
pub use self::picture::Picture;
use super::server::Server;
use crate::mesh::read::READERS;
use crate::mesh::{World, check, resolve};
use crate::model::{Delta, Error, Id, KindRef, Object, Result, Scope};
use crate::source::out::Out;

/// Changes that come within this time are told together.
const MOMENT: Duration = Duration::from_millis(40);
/// A kind that is not all there by then is unknown until it is.
const PATIENCE: Duration = Duration::from_secs(3);

type Shown = Option<Result<Arc<Picture>>>;

/// The routes of one server and namespace, for as long as somebody looks at them.
pub struct Live {
    shown: watch::Receiver<Shown>,
    task: AbortHandle,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Where the views of one server meet.
#[derive(Default)]
pub struct Hub {
    live: Mutex<HashMap<Scope, Weak<Live>>>,
}

impl Hub {
    fn join(&self, server: &Arc<Server>, scope: &Scope) -> Arc<Live> {
        // Feeds read the whole cluster where they may; the namespace is only what they fall back to.
        let namespace = scope.namespace.clone().filter(|_| !scope.is_wide());
        let scope = Scope { namespace, ..Scope::default() };
        let mut all = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, live| live.strong_count() > 0);
        let known = all.get(&scope).or_else(|| all.get(&Scope::all())).and_then(Weak::upgrade);
        if let Some(live) = known.filter(|live| !live.task.is_finished()) {
            return live;
        }
        let (sender, shown) = watch::channel(None);
        let work = compute(server.clone(), scope.clone(), sender);
        let live = Arc::new(Live { shown, task: tokio::spawn(work).abort_handle() });
        all.insert(scope, Arc::downgrade(&live));
        live
    }
}

/// Answers a list of computed rows for as long as somebody listens.
pub async fn run(server: Arc<Server>, hub: Arc<Hub>, kind: KindRef, scope: Scope, out: &mut Out) -> Result<()> {
    let live = hub.join(&server, &scope);
    let mut shown = live.shown.clone();
    let mut told: HashMap<Id, Object> = HashMap::new();
    out.say(Delta::Reset);
    let mut first = true;
    loop {
        let picture = next(&mut shown).await?;
        let fresh: HashMap<Id, Object> =
            rows::rows(server.at, kind, &scope, &picture).into_iter().map(|row| (row.id.clone(), row)).collect();
        out.extend(told.keys().filter(|id| !fresh.contains_key(*id)).cloned().map(Delta::Remove));
        let changed = fresh.values().filter(|row| told.get(&row.id) != Some(*row));
        out.extend(changed.cloned().map(Delta::Upsert));
        if std::mem::take(&mut first) {
            out.say(Delta::Ready);
        }
        out.flush().await;
        told = fresh;
    }
}

/// Answers one computed row, whole.
pub async fn one(server: Arc<Server>, hub: Arc<Hub>, id: Id, out: &mut Out) -> Result<()> {
    let scope = Scope { namespace: Some(id.namespace.clone()), ..Scope::default() };
    let live = hub.join(&server, &scope);
    let mut shown = live.shown.clone();
    let mut told = None;
    loop {
        let body = rows::body(&id, &*next(&mut shown).await?);
        if told.as_ref() != Some(&body) {
            out.say(Delta::Body(body.clone().map(Box::new)));
            out.flush().await;
            told = Some(body);
        }
    }
}

/// The next picture that was not looked at yet.
async fn next(shown: &mut watch::Receiver<Shown>) -> Result<Arc<Picture>> {
    loop {
        shown.changed().await.map_err(|_| Error::Offline("the routes are no longer computed".to_owned()))?;
        if let Some(picture) = shown.borrow_and_update().clone() {
            return picture;
        }
    }
}

/// Everything that decides routes, as it is now.
pub async fn world(server: Arc<Server>, namespace: Option<&str>) -> Result<World> {
    let mut gathering = Gathering::new(&server, namespace);
    while !gathering.is_whole() {
        gathering.take().await?;
    }
    Ok(gathering.world)
}

async fn compute(server: Arc<Server>, scope: Scope, sender: watch::Sender<Shown>) {
    let error = match keep(server, scope, &sender).await {
        Ok(()) => return,
        Err(error) => error,
    };
    let _ = sender.send(Some(Err(error)));
}

async fn keep(server: Arc<Server>, scope: Scope, sender: &watch::Sender<Shown>) -> Result<()> {
    let mut gathering = Gathering::new(&server, scope.namespace.as_deref());
    let begun = Instant::now();
    while !gathering.is_whole() && begun.elapsed() < PATIENCE {
        tokio::select! {
            taken = gathering.take() => taken?,
            () = sleep_until(begun + PATIENCE) => {}
        }
    }
    loop {
        let (world, picture) = spawn_blocking(move || draw(gathering.world))
            .await
            .map_err(|error| Error::Offline(format!("the routes could not be computed: {error}")))?;
        gathering.world = world;
        if sender.send(Some(Ok(Arc::new(picture)))).is_err() {
            return Ok(());
        }
        gathering.take().await?;
        let due = Instant::now() + MOMENT;
        loop {
            tokio::select! {
                biased;
                () = sleep_until(due) => break,
                taken = gathering.take() => taken?,
            }
        }
    }
}

/// What is to be seen of a world.
pub fn draw(world: World) -> (World, Picture) {
    let rows = resolve(&world, None);
    let problems = check::problems(&world, &rows, None);
    (world, Picture::new(rows, problems))
}

/// All kinds at once, each as it comes.
struct Gathering {
    feeds: SelectAll<Feed>,
    world: World,
    /// Kinds, by their place in the table, of which nothing is known yet.
    open: Vec<usize>,
}

impl Gathering {
    fn new(server: &Arc<Server>, namespace: Option<&str>) -> Self {
        let feeds = (0..READERS.len()).map(|which| feed::open(server.clone(), which, namespace.map(str::to_owned)));
        Self { feeds: select_all(feeds), world: World::default(), open: (0..READERS.len()).collect() }
    }

    fn is_whole(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes the next thing in that changes what is known.
    async fn take(&mut self) -> Result<()> {
        loop {
            let Some((which, news)) = self.feeds.next().await else {
                return std::future::pending().await;
            };
            let reader = &READERS[which];
            match news? {
                News::Reset => self.world.forget(reader),
                News::Put(body) => self.world.put(reader, &body),
                News::Gone(name) => self.world.remove(reader, &name),
                News::Whole(namespace) => {
                    match namespace.as_str() {
                        "" => self.world.knows(reader.group, reader.kind),
                        namespace => self.world.knows_only(reader.group, reader.kind, namespace),
                    }
                    self.open.retain(|open| *open != which);
                    return Ok(());
                }
                News::Denied => {
                    self.world.forget(reader);
                    self.world.knows_only(reader.group, reader.kind, "");
                    self.open.retain(|open| *open != which);
                    return Ok(());
                }
                News::Nothing => continue,
            }
            // What a list brings counts once it is whole.
            if !self.open.contains(&which) {
                return Ok(());
            }
        }
    }
}
