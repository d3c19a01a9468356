//! What was done.

use crate::app::acts;
use crate::app::view::Subject;
use crate::app::{Effect, State};
use crate::model::Result;

pub fn list(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.show(Subject::Help);
    if let Some(page) = state.page_mut() {
        page.about = vec![acts::PAGE.to_owned()];
    }
    Ok(Vec::new())
}
