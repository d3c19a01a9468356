//! Where a command reads and writes: a source behind the gate, and the part of it that is meant.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::OnceCell;

use super::print::asked;
use super::{Setup, start};
use crate::app::policy::Policy;
use crate::app::view::Contexts;
use crate::kinds;
use crate::model::{Delta, Error, Found, Kind, Place, Query, Reply, Request, Result, SourceId};
use crate::runtime::audit::Audit;
use crate::runtime::gate::Gate;
use crate::source::fleet::Fleet;
use crate::source::{Connected, Source};

/// A whole answer of the largest clusters arrives within seconds. A server that says nothing for so long is down.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub struct Aim {
    pub at: SourceId,
    /// The place, or the first of several.
    pub place: Place,
    /// The places that the source stands for, if there are several.
    pub contexts: Contexts,
    /// `None` for all namespaces.
    pub namespace: Option<String>,
    /// The time within which an answer must be complete.
    pub patience: Duration,
    /// The same for a write.
    patience_to_write: Duration,
    pub policy: Policy,
    /// Reads what may be written once more.
    rules: Option<Arc<dyn Fn() -> Policy + Send + Sync>>,
    gate: Gate,
    source: Arc<dyn Source>,
    /// The place that measures its objects, besides itself.
    measured_by: Option<Box<Self>>,
    /// What the source serves, once it was asked.
    found: Arc<OnceCell<Found>>,
}

impl Aim {
    /// A place where nothing may be written, because no rules are known for it.
    pub fn new(place: &Place, source: Arc<dyn Source>, patience: Duration) -> Self {
        Self {
            at: place.id,
            place: place.clone(),
            contexts: Contexts::default(),
            namespace: Some(place.namespace.to_string()).filter(|name| !name.is_empty()),
            patience,
            patience_to_write: patience,
            policy: Policy::default(),
            rules: None,
            gate: Gate::new(Audit::new(None), &[]),
            source,
            measured_by: None,
            found: Arc::default(),
        }
    }

    /// A place as the command line and the configuration mean it.
    pub fn of(place: &Place, setup: Setup<'_>) -> Result<Self> {
        let none = || Error::Invalid("there is no such context".to_owned());
        let Setup { cli, connected, policy } = setup;
        let source = connected.sources.get(place.id).ok_or_else(none)?.clone();
        let mut aim = Self::new(place, source, cli.kube.patience().unwrap_or(PATIENCE));
        aim.patience_to_write = cli.kube.patience().unwrap_or(place.family.patience);
        aim.namespace = aim.namespace.filter(|_| !cli.kube.all_namespaces);
        let measures = connected.places.iter().find(|other| other.measures.contains(&place.id));
        aim.measured_by = measures.map(|other| Self::of(other, setup).map(Box::new)).transpose()?;
        let gate = Gate::new(Audit::standard(), &connected.places);
        let (flags, wanted, places) = (start::flags(cli), cli.wanted(), start::places(connected));
        let rules = move || start::ruled(flags.clone(), &places, wanted.config().as_ref());
        gate.grant(&connected.sources.permit);
        let aim = aim.under(policy.clone(), gate);
        Ok(Self { rules: Some(Arc::new(rules)), ..aim })
    }

    /// The place that plain words are about.
    pub fn current(setup: Setup<'_>) -> Result<Self> {
        Self::of(current(setup.connected)?, setup)
    }

    /// Several places as one.
    pub fn over(places: &[&Place], setup: Setup<'_>) -> Result<Self> {
        let first = places.first().ok_or_else(|| nothing(setup.connected))?;
        let member = |place: &&Place| Some((place.id, setup.connected.sources.get(place.id)?.clone()));
        let source = Arc::new(Fleet(places.iter().filter_map(member).collect()));
        let contexts = Contexts::new(places.iter().map(|place| (place.id, place.name.clone())).collect());
        Ok(Self { source, contexts, measured_by: None, ..Self::of(first, setup)? })
    }

    /// Asks the user, and returns the answer. What was written into the configuration meanwhile holds from then on.
    pub fn answer_to(&self, question: &str) -> Result<String> {
        let answer = asked(question)?;
        if let Some(rules) = &self.rules {
            self.gate.obey(&rules());
        }
        Ok(answer)
    }

    /// With rules of what may be written.
    pub fn under(self, policy: Policy, gate: Gate) -> Self {
        gate.obey(&policy);
        Self { policy, gate, ..self }
    }

    /// Another of the places that the source stands for.
    pub fn member(&self, at: SourceId) -> Self {
        Self { at, found: Arc::default(), ..self.clone() }
    }

    /// Who has the rows of a kind that lend their cells to the rows of its source.
    pub fn lender(&self, kind: &Kind) -> Option<&Self> {
        [Some(self), self.measured_by.as_deref()].into_iter().flatten().find(|aim| kind.is_of(aim.place.family))
    }

    /// In all namespaces, and with less patience.
    pub fn briefly(&self, most: Duration) -> Self {
        Self { namespace: None, patience: self.patience.min(most), ..self.clone() }
    }

    /// In the namespace of its context, whatever else was said.
    pub fn within(self, place: &Place) -> Self {
        Self { namespace: Some(place.namespace.to_string()), ..self }
    }

    pub fn open(&self, query: Query) -> BoxStream<'static, Result<Delta>> {
        self.gate.open(self.source.as_ref(), &query, None)
    }

    /// Goes on where an answer was interrupted.
    pub fn reopen(&self, query: &Query, since: Option<crate::model::Version>) -> BoxStream<'static, Result<Delta>> {
        self.gate.open(self.source.as_ref(), query, since)
    }

    /// Carries out a request, once.
    pub async fn request(&self, request: Request) -> Result<Reply> {
        let patience = if request.what.writes() { self.patience_to_write } else { self.patience };
        let late = |_| Error::Lost(format!("no answer after {} s", patience.as_secs()));
        let reply = self.gate.call(self.source.clone(), request);
        tokio::time::timeout(patience, reply).await.map_err(late)?
    }

    /// All objects that decide the mesh routes.
    pub async fn world(&self) -> Result<crate::mesh::World> {
        self.patiently(self.source.world(self.namespace.as_deref().map(Into::into))).await
    }

    pub async fn patiently<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        let late = |_| {
            let seconds = self.patience.as_secs();
            Error::Offline(format!("no complete answer after {seconds} s; --request-timeout allows more"))
        };
        tokio::time::timeout(self.patience, answer).await.map_err(late)?
    }

    /// What the source serves. It is asked once.
    pub async fn found(&self) -> Result<&Found> {
        self.found.get_or_try_init(|| self.patiently(self.ask())).await
    }

    async fn ask(&self) -> Result<Found> {
        let mut answers = self.open(Query::Kinds { at: self.at });
        while let Some(delta) = answers.next().await {
            if let Delta::Found(found) = delta? {
                return Ok(*found);
            }
        }
        Err(Error::Offline("the server did not list its kinds".to_owned()))
    }
}

pub fn current(connected: &Connected) -> Result<&Place> {
    let none = || connected.problems.first().cloned().unwrap_or_else(|| nothing(connected));
    connected.home().ok_or_else(none)
}

fn nothing(connected: &Connected) -> Error {
    Error::Invalid(kinds::USUAL.nothing(&connected.places))
}
