//! A log that goes on until its container does not.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch::Receiver;

use super::written;
use crate::demo::api::Api;
use crate::demo::api::place::Place;
use crate::demo::api::pod::{self, Target};
use crate::demo::cluster::Cluster;
use crate::model::{Time, Value};

pub struct Follow {
    api: Arc<Api>,
    told: Receiver<u64>,
    place: Place,
    target: Target,
    /// Told up to here.
    upto: Time,
    stamps: bool,
    first: Bytes,
    over: bool,
}

/// What has become of the container.
enum Now {
    Runs,
    /// Its last lines are those of this instance: the one before, or the present one.
    Ended(bool),
    Gone,
}

impl Follow {
    pub fn new(api: &Arc<Api>, place: &Place, target: Target, upto: Time, stamps: bool, first: Bytes) -> Self {
        Self { api: api.clone(), told: api.told(), place: place.clone(), target, upto, stamps, first, over: false }
    }

    pub async fn next(mut self) -> Option<(Bytes, Self)> {
        let first = std::mem::take(&mut self.first);
        if !first.is_empty() {
            return Some((first, self));
        }
        while !self.over {
            self.told.borrow_and_update();
            let text = self.news();
            if !text.is_empty() {
                return Some((text, self));
            }
            if !self.over {
                self.over = self.told.changed().await.is_err();
            }
        }
        None
    }

    fn news(&mut self) -> Bytes {
        let api = self.api.clone();
        let lines = api.read(|cluster| {
            let pod = self.look(cluster);
            let now = cluster.store.now;
            let last = match self.state(pod.as_deref()) {
                Now::Runs => false,
                Now::Ended(last) => {
                    self.over = true;
                    last
                }
                Now::Gone => {
                    self.over = true;
                    return Vec::new();
                }
            };
            self.target.pod = pod.unwrap_or_else(|| self.target.pod.clone());
            let from = std::mem::replace(&mut self.upto, now);
            cluster.world.log(&self.target.pod, &self.target.container, last, from, now)
        });
        written(&lines, self.stamps)
    }

    /// The same pod, and no other of its name.
    fn look(&self, cluster: &Cluster) -> Option<Arc<Value>> {
        let metadata = &self.target.pod["metadata"];
        let found = cluster.store.find(self.place.resource, self.place.home(), metadata["name"].as_str()?)?;
        (found["metadata"]["uid"] == metadata["uid"]).then(|| found.clone())
    }

    fn state(&self, pod: Option<&Value>) -> Now {
        let Some(pod) = pod else { return Now::Gone };
        let container = &self.target.container;
        let (was, is) = (pod::status(&self.target.pod, container), pod::status(pod, container));
        if was["containerID"] == is["containerID"] && is["state"]["running"].is_object() {
            return Now::Runs;
        }
        let present = is["state"]["terminated"]["containerID"] == was["containerID"];
        Now::Ended(!present && is["lastState"]["terminated"].is_object())
    }
}
