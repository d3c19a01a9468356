//! The view of a session: the screen of its program.

use crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::layout::Position;

use super::{Face, Frame, Heard};
use crate::app::layout::Layout;
use crate::app::session::Session;
use crate::app::{Effect, State};
use crate::model::{SessionId, SourceId, Str};

#[derive(Debug)]
pub struct Terminal {
    pub session: SessionId,
    pub at: SourceId,
    /// The name for the crumbs, as in `shell web/app`.
    pub title: Str,
}

impl Face for Terminal {
    fn crumb(&self) -> String {
        self.title.to_string()
    }

    /// Keys go into the session, so no other scope takes one away.
    fn scopes(&self) -> Vec<String> {
        vec!["view.terminal".to_owned()]
    }

    fn at(&self) -> Option<SourceId> {
        Some(self.at)
    }

    fn is_typed_into(&self) -> bool {
        true
    }

    fn way_to_rows(&self) -> &'static str {
        "{session-leave@view.terminal} leaves the shell running and comes back."
    }

    fn prepare(&mut self, state: &mut State, frame: Frame, _: usize) -> (bool, Vec<Effect>) {
        (true, state.sessions.fit(self.session, (frame.width, frame.height)))
    }

    /// An ended session takes no keys. Some keys close its view.
    fn press(&mut self, state: &mut State, event: KeyEvent) -> Heard {
        let is_over = !state.sessions.find(self.session).is_some_and(Session::runs);
        match event.code {
            KeyCode::Enter | KeyCode::Esc | KeyCode::Char('q') if is_over => Heard::Command("session-leave"),
            _ if is_over && state.prompt_line(event).is_some() => Heard::Nothing,
            _ => Heard::Done(state.sessions.key(self.session, event)),
        }
    }

    fn paste(&mut self, state: &mut State, text: &str) -> Heard {
        Heard::Done(state.sessions.paste(self.session, text))
    }

    fn mouse(&mut self, state: &mut State, event: MouseEvent, layout: &Layout) -> Heard {
        let (at, body) = (Position::new(event.column, event.row), layout.body);
        match body.contains(at) {
            true => Heard::Done(state.sessions.mouse(self.session, event, (at.x - body.x, at.y - body.y))),
            false => Heard::Done(Vec::new()),
        }
    }
}
