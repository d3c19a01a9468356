//! The API: who asks what, and who answers.

mod ask;
mod attach;
mod delete;
mod discover;
mod evict;
mod exec;
mod forward;
mod list;
mod log;
mod measure;
mod patch;
mod place;
mod pod;
mod reply;
mod review;
mod scale;
mod select;
mod socket;
mod table;
mod watch;
mod write;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Method, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch::{Receiver, Sender};

use self::ask::Ask;
use self::place::Place;
use self::reply::{Answer, Reply};
use super::Clock;
use super::cluster::Cluster;
use super::refusal::Refusal;
use crate::model::Time;

pub struct Api {
    cluster: Mutex<Cluster>,
    /// What time it is; without one, it is what the cluster was told last.
    clock: Option<Clock>,
    token: String,
    /// The version, for whoever waits for news. Told again when only time has passed.
    told: Sender<u64>,
}

impl Api {
    pub fn new(cluster: Cluster, clock: Option<Clock>, token: String) -> Self {
        let told = Sender::new(cluster.store.version());
        Self { cluster: Mutex::new(cluster), clock, token, told }
    }

    fn held(&self) -> MutexGuard<'_, Cluster> {
        self.cluster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A look that changes nothing.
    fn read<T>(&self, look: impl FnOnce(&Cluster) -> T) -> T {
        let mut cluster = self.held();
        if let Some(clock) = &self.clock {
            cluster.store.now = clock().max(cluster.store.now);
        }
        look(&cluster)
    }

    /// A change, and what follows from it.
    fn write<T>(&self, change: impl FnOnce(&mut Cluster) -> T) -> T {
        let mut cluster = self.held();
        let now = self.clock.as_ref().map_or(cluster.store.now, |clock| clock());
        cluster.live(now);
        let answer = change(&mut cluster);
        cluster.live(now);
        self.told.send_replace(cluster.store.version());
        answer
    }

    /// Lets the cluster live up to this moment; gives the one at which it next has something to do.
    pub fn live(&self, now: Time) -> Time {
        let mut cluster = self.held();
        cluster.live(now);
        self.told.send_replace(cluster.store.version());
        cluster.world.wake()
    }

    pub fn now(&self) -> Time {
        self.read(|cluster| cluster.store.now)
    }

    /// Forgets what happened, as a server does after a while.
    #[cfg(test)]
    pub fn forget(&self) {
        self.held().store.forget();
    }

    pub fn told(&self) -> Receiver<u64> {
        self.told.subscribe()
    }
}

/// Answers on a connection until it is closed.
pub async fn serve(api: Arc<Api>, stream: TcpStream) {
    let service = service_fn(move |request| answer(api.clone(), request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    // Whoever hangs up in the middle has nothing to be told.
    let _ = connection.await;
}

async fn answer(api: Arc<Api>, request: Request<Incoming>) -> Result<Reply, Infallible> {
    let answer = match Ask::read(request, &api.token).await {
        Ok(mut ask) => route(&api, &mut ask),
        Err(refusal) => Err(refusal),
    };
    Ok(answer.unwrap_or_else(|refusal| reply::refused(&refusal)))
}

fn route(api: &Arc<Api>, ask: &mut Ask) -> Answer {
    if let Some(answer) = discover::answer(ask) {
        return answer;
    }
    if let Some(answer) = review::answer(ask) {
        return answer;
    }
    let place = Place::read(&ask.path)?;
    match place.name.clone() {
        None => all(api, ask, &place),
        Some(name) if place.part.is_empty() => one(api, ask, &place, &name),
        Some(name) => part(api, ask, &place, &name),
    }
}

fn all(api: &Arc<Api>, ask: &Ask, place: &Place) -> Answer {
    if ask.method != Method::GET && place.resource.is_measured() {
        return Err(Refusal::method());
    }
    match ask.method {
        Method::GET if ask.is("watch") => watch::open(api, ask, place),
        Method::GET => list::list(api, ask, place),
        Method::POST => write::create(api, ask, place),
        Method::DELETE => delete::all(api, ask, place),
        _ => Err(Refusal::method()),
    }
}

fn one(api: &Arc<Api>, ask: &Ask, place: &Place, name: &str) -> Answer {
    if ask.method != Method::GET && place.resource.is_measured() {
        return Err(Refusal::method());
    }
    match ask.method {
        Method::GET if ask.is("watch") => watch::open(api, ask, place),
        Method::GET => list::one(api, ask, place, name),
        Method::PUT => write::replace(api, ask, place, name),
        Method::PATCH => patch::patch(api, ask, place, name),
        Method::DELETE => delete::one(api, ask, place, name),
        _ => Err(Refusal::method()),
    }
}

fn part(api: &Arc<Api>, ask: &mut Ask, place: &Place, name: &str) -> Answer {
    match (place.part.as_str(), ask.method.clone()) {
        ("status", Method::GET) => list::one(api, ask, place, name),
        ("status", Method::PUT) => write::replace(api, ask, place, name),
        ("status", Method::PATCH) => patch::patch(api, ask, place, name),
        ("scale", Method::GET) => scale::read(api, place, name),
        ("scale", Method::PUT | Method::PATCH) => scale::write(api, ask, place, name),
        ("eviction", Method::POST) => evict::evict(api, ask, place, name),
        ("log", Method::GET) => log::read(api, ask, place, name),
        ("exec", Method::GET | Method::POST) => exec::open(api, ask, place, name),
        ("attach", Method::GET | Method::POST) => attach::open(api, ask, place, name),
        ("portforward", Method::GET | Method::POST) => forward::open(api, ask, place, name),
        _ => Err(Refusal::method()),
    }
}
