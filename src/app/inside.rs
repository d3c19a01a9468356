//! Looking into a cluster: whether services that run there are read through its API server.

use super::dialog::Dialog;
use super::{Effect, Level, Place, State};
use crate::kinds::program::contexts;
use crate::model::{Error, Id, KindRef, Result, SourceId, Str};
use crate::theme::Role;

impl State {
    /// The cluster that the screen is about, and what may be reached inside of it.
    fn cluster_here(&self) -> Result<(&Place, &Place)> {
        let here = self.here().ok_or_else(|| Error::Invalid("this works in a cluster".to_owned()))?;
        let cluster = here.within.unwrap_or(here.id);
        let inside = self.places.inside.iter().find(|place| place.within == Some(cluster));
        match (self.place(cluster), inside) {
            (Some(cluster), Some(inside)) => Ok((cluster, inside)),
            _ => match self.places.iter().find(|place| place.measures.contains(&cluster)) {
                Some(known) => Err(Error::Invalid(format!("{} is named in config.toml already", known.name))),
                None => Err(Error::Unsupported(format!("nothing is read inside of {}", here.name))),
            },
        }
    }

    /// Switches looking into the cluster off, or asks whether it shall be on.
    pub(super) fn switch_inside(&mut self) -> Result<Vec<Effect>> {
        let (cluster, inside) = self.cluster_here()?;
        let (at, name, family) = (cluster.id, cluster.name.clone(), inside.family.sources.one);
        self.policy.may_look_inside(at)?;
        if self.policy.looks_inside(at) {
            let effect = keep(cluster, false);
            self.policy.look_inside(at, false);
            self.show_inside();
            self.tell(Level::Info, format!("services in {name} are no longer read"));
            return Ok(vec![effect]);
        }
        let question = format!("Read services inside of {name}?");
        let id = Id::new(at, KindRef(&contexts::KIND), Str::new(), name);
        let mut dialog = Dialog::new(question, "Read", vec![id], |state, dialog| Ok(state.look_inside(dialog)));
        let asks = format!("{family} is looked for among its services, and asked what pods use.");
        let muted = [
            "Only GETs are sent, by the API server's proxy (get on services/proxy),",
            "or by a port-forward to a pod. No port is opened on this machine.",
            "Protected namespaces stay closed. :look-inside again ends it.",
        ];
        dialog.lines = vec![vec![(Str::from(asks), Role::Text)]];
        dialog.lines.extend(muted.map(|text| vec![(Str::from(text), Role::Muted)]));
        self.ask(dialog);
        Ok(Vec::new())
    }

    fn look_inside(&self, dialog: &Dialog) -> Vec<Effect> {
        let clusters = dialog.ids.iter().filter_map(|id| self.place(id.at));
        clusters.map(|cluster| keep(cluster, true)).collect()
    }

    /// Looks into a cluster once that is recorded.
    pub(super) fn looks_inside(&mut self, at: SourceId, recorded: Result<()>) {
        if let Err(error) = recorded {
            return self.complain(&error.within("services are not read"));
        }
        self.policy.look_inside(at, true);
        self.show_inside();
        let name = self.place(at).map(|place| place.name.clone()).unwrap_or_default();
        self.tell(Level::Info, format!("services in {name} are read; :look-inside ends it"));
    }

    /// Lists the places inside of the clusters into which the user looks, and no others.
    pub(super) fn show_inside(&mut self) {
        let policy = &self.policy;
        let is_open = |place: &Place| place.within.is_none_or(|cluster| policy.looks_inside(cluster));
        self.places.all.retain(is_open);
        for place in self.places.inside.iter().filter(|place| is_open(place)) {
            if self.places.all.iter().all(|known| known.id != place.id) {
                self.places.all.push(place.clone());
            }
        }
        self.display.dirty = true;
    }
}

/// Records the choice, and keeps it for the next start.
fn keep(cluster: &Place, on: bool) -> Effect {
    let id = Id::new(cluster.id, KindRef(&contexts::KIND), Str::new(), cluster.name.clone());
    Effect::LookInside { id, server: cluster.server.clone(), on }
}
