//! The page of all deeds.

use super::Stage;
use crate::app::State;
use crate::app::store::path;
use crate::app::view::Line;
use crate::model::{Health, Str, human};
use crate::theme::{Role, glyph};

/// The word in `about` of a page that makes a help page the page of acts.
pub const PAGE: &str = "acts";

/// A heading for each deed, the latest first, and a line for each of its objects.
pub fn lines(state: &State) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for deed in state.acts.deeds.iter().rev() {
        let mut age = String::new();
        human(state.now.since(deed.since), &mut age);
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        let title = arcstr::format!("{} {}", deed.verb.name, deed.noun());
        lines.push(vec![(title, Role::Title), (arcstr::format!("  {age} ago"), Role::Muted)]);
        let contexts = deed.steps.windows(2).any(|two| two[0].object.id.at != two[1].object.id.at);
        for step in &deed.steps {
            let (health, text) = outcome(&step.stage);
            let shape = arcstr::format!("  {} ", glyph(health, state.display.options.unicode));
            let name = arcstr::format!("{}  ", path(&step.object.id));
            let place = state.place(step.object.id.at).filter(|_| contexts);
            let context = place.map(|place| (arcstr::format!("{}  ", place.name), Role::Accent));
            let line = [(shape, Role::of(health))].into_iter().chain(context);
            lines.push(line.chain([(name, Role::Text), (text, Role::Muted)]).collect());
        }
    }
    if lines.is_empty() {
        lines.push(vec![("nothing has been done yet".into(), Role::Muted)]);
    }
    lines
}

fn outcome(stage: &Stage) -> (Health, Str) {
    match stage {
        Stage::Reading => (Health::Progress, "reading".into()),
        Stage::Sent => (Health::Progress, "sent, no answer yet".into()),
        Stage::Settling { .. } => (Health::Progress, "accepted, in progress".into()),
        Stage::Done(text) => (Health::Good, text.as_str().into()),
        Stage::Failed(error) => (Health::Bad, error.text().into()),
    }
}
