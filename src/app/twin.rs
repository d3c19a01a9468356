//! One container seen from two sides: as a part of a pod, and as what an engine runs for it. All who may know the other
//! side are asked at once; the first that has it is gone to, unless the user does something else meanwhile.

use super::store::{Answer, Phase};
use super::{Level, State};
use crate::kinds::docker::{FAMILY, pod::Member};
use crate::model::{Error, Link, Object, Query, Result, Scope, SourceId, Str, Time, Uid};

/// So long is waited for those who do not answer, in milliseconds.
const PATIENCE: i64 = 3_000;

/// A twin that is looked for.
#[derive(Debug)]
pub struct Seek {
    /// `shop/web-0/app`.
    path: String,
    /// That of the pod; others may bear its name.
    uid: Str,
    link: Link,
    asked: Vec<(SourceId, Query)>,
    until: Time,
}

impl Seek {
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.asked.iter().map(|(_, query)| query)
    }

    pub fn due(&self) -> Time {
        self.until
    }

    /// A row of that very pod, not of another one of the same name.
    fn is_exact(&self, row: &Object) -> bool {
        match Member::of_row(row) {
            Some(member) if row.id.kind.family == FAMILY => member.uid == self.uid,
            Some(_) | None => row.uid == Uid::from(self.uid.as_str()),
        }
    }
}

/// The path of the pod or of its container, and the pod's uid.
fn of_pod(row: &Object) -> (String, Str) {
    let uid = Str::from(&row.uid);
    let pod = uid.split('/').next().unwrap_or_default();
    (format!("{}/{}", row.id.namespace, row.id.title()), pod.into())
}

impl State {
    /// Looks for the other side of the row under the cursor.
    pub fn seek_twin(&mut self) -> Result<()> {
        let none = || Error::Invalid("no object is selected".to_owned());
        let row = self.table().and_then(|table| table.selected(&self.store)).ok_or_else(none)?;
        let (path, uid, link, places) = match (row.id.kind.family, row.id.kind.name) {
            (FAMILY, "containers") => {
                let member = Member::of_row(row).ok_or_else(|| {
                    Error::Unsupported(format!("{} belongs to no pod: the kubelet did not create it", row.id.name))
                })?;
                let scope = Scope::namespace(member.namespace.clone()).named(&member.pod);
                let path = format!("{}/{}", member.namespace, member.pod);
                (path, member.uid, Link { kind: "pods", scope }, self.connected())
            }
            ("kube", "pods" | "containers") => {
                let (path, uid) = of_pod(row);
                let scope = Scope::all().fields(format!("pod={path}"));
                (path, uid, Link { kind: "containers", scope }, self.engines())
            }
            _ => return Err(Error::Unsupported("this works on pods and containers only".to_owned())),
        };
        if places.is_empty() {
            return Err(Error::Unsupported(
                "there is no other cluster or engine to look at; :sources lists them".to_owned(),
            ));
        }
        let asked = places.into_iter().filter_map(|at| Some((at, self.query_of(at, &link)?))).collect();
        self.tell(Level::Info, format!("looking for {path} on the other side"));
        self.twin = Some(Seek { path, uid, link, asked, until: self.now.plus_millis(PATIENCE) });
        Ok(())
    }

    fn engines(&self) -> Vec<SourceId> {
        self.places.iter().filter(|place| place.family == FAMILY).map(|place| place.id).collect()
    }

    /// Contexts that were talked to, and the one at home: others may want a login first.
    fn connected(&self) -> Vec<SourceId> {
        let contexts = self.places.iter().filter(|place| place.family != FAMILY).map(|place| place.id);
        contexts.filter(|at| self.home == Some(*at) || !self.served(*at).is_empty()).collect()
    }

    /// Goes to the twin once it is found, or says that there is none.
    pub(super) fn follow_twin(&mut self) {
        let Some(seek) = &self.twin else { return };
        let answers = || seek.asked.iter().filter_map(|(at, query)| Some((*at, self.store.answer(query)?)));
        let exact = answers().find(|(_, answer)| answer.objects().any(|row| seek.is_exact(row)));
        let over = self.now >= seek.until || seek.queries().all(|query| self.store.answer(query).is_some_and(is_over));
        let namesake = || answers().find(|(_, answer)| !answer.is_empty()).filter(|_| over);
        let found = exact.or_else(namesake).map(|(at, _)| at);
        if found.is_some() || over {
            self.end_seek(found, exact.is_some());
        }
    }

    fn end_seek(&mut self, found: Option<SourceId>, exact: bool) {
        let Some(Seek { path, link, asked, .. }) = self.twin.take() else { return };
        self.notice = None;
        self.dirty = true;
        match found {
            Some(at) => {
                let gone = self.follow(at, &link, path.as_str().into());
                self.settle_result(gone);
                if !exact {
                    self.tell(Level::Info, format!("found by name only: {path} has another uid"));
                }
            }
            None => {
                let names = asked.iter().filter_map(|(at, _)| Some(self.place(*at)?.name.as_str()));
                let names = names.collect::<Vec<_>>().join(", ");
                self.tell(Level::Warn, format!("{path} not found; asked: {names}"));
            }
        }
    }
}

fn is_over(answer: &Answer) -> bool {
    answer.complete || matches!(answer.phase, Phase::Stale(..))
}
