//! Writes under way: what was asked, of which objects, and how it goes.

use super::{Effect, Level, State, Ticket};
use crate::model::{Reply, Request, Result};

/// Writes that wait for their answers.
#[derive(Debug, Default)]
pub struct Acts {
    waiting: Vec<(Ticket, String)>,
    last: u32,
}

impl State {
    /// A request on its way out; the answer comes back with the ticket.
    pub fn send(&mut self, request: Request) -> (Ticket, Effect) {
        let ticket = self.ticket();
        (ticket, Effect::Call(ticket, Box::new(request)))
    }

    /// A number for something else that is waited for.
    pub fn ticket(&mut self) -> Ticket {
        self.acts.last += 1;
        Ticket(self.acts.last)
    }

    /// Sends a request whose outcome becomes a notice led by `what`.
    pub fn act(&mut self, what: String, request: Request) -> Effect {
        let (ticket, effect) = self.send(request);
        self.acts.waiting.push((ticket, what));
        effect
    }

    /// Gives an answer to whoever waits for it.
    pub(super) fn replied(&mut self, ticket: Ticket, result: Result<Reply>) -> Vec<Effect> {
        self.dirty = true;
        let Some(at) = self.acts.waiting.iter().position(|(known, _)| *known == ticket) else { return Vec::new() };
        let (_, what) = self.acts.waiting.swap_remove(at);
        match result {
            Ok(_) => self.tell(Level::Info, what),
            Err(error) => self.complain(&error.within(what)),
        }
        Vec::new()
    }
}
