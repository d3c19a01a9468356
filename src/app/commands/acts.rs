//! What was done.

use crate::app::acts;
use crate::app::view::{Subject, Text};
use crate::app::{Effect, State};
use crate::model::Result;

pub fn list(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let lines = acts::lines(state);
    state.show(Subject::Help);
    if let Some(page) = state.page_mut() {
        page.about = vec!["acts".to_owned()];
        page.show(Text::Plain(lines));
    }
    Ok(Vec::new())
}
