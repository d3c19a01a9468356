//! What the program waits for, and what follows when it arrives: one table for all replies. A reply takes the screen
//! only if nobody has pressed a key since it was requested.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::asked::Line;
use super::commands;
use super::twin::Seek;
use super::view::EditorId;
use super::{Effect, Level, State};
use crate::model::{Id, Query, Reach, Reply, Request, Result, SourceId, Time};

/// The number that connects a reply with its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ticket(pub u32);

/// What the next key, click or paste does to something that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// It would take the screen, so it ends: the user has gone on.
    Ends,
    /// It fills its view, if that still exists.
    Fills,
    /// It continues whatever is on the screen, and its outcome is reported.
    GoesOn,
}

/// What follows when something arrives.
#[derive(Debug)]
pub(super) enum Then {
    /// A typed line is carried out when its queries are answered.
    Line(Line),
    /// The screen goes to the other side of a row when it is found.
    Twin(Seek),
    /// A login takes the terminal if this source asks for one.
    Login(SourceId),
    /// A session begins in this pod, or a question asks for the container.
    Session {
        id: Id,
        reach: Reach,
    },
    /// The user's own editor gets the text of this editor when it was read.
    Lend(EditorId),
    /// The question on the screen shows what was read for it.
    Question,
    Edit(EditorId),
    /// The page of documents that are being applied continues.
    Apply,
    /// A step of a deed continues, by the numbers of both.
    Step {
        deed: u32,
        step: usize,
    },
    /// A text was sent to the server. Its editor may be left meanwhile.
    Write {
        editor: EditorId,
        id: Id,
        draft: Option<u32>,
    },
    /// The outcome of a request becomes a notice that begins with these words.
    Tell(String),
    /// A notice says why something did not take the screen.
    Overtaken(String),
}

impl Then {
    fn rule(&self) -> Rule {
        match self {
            Self::Line(_) | Self::Twin(_) | Self::Login(_) | Self::Session { .. } | Self::Lend(_) => Rule::Ends,
            Self::Question | Self::Edit(_) | Self::Apply => Rule::Fills,
            Self::Step { .. } | Self::Write { .. } | Self::Tell(_) | Self::Overtaken(_) => Rule::GoesOn,
        }
    }

    /// What remains of it when the user goes on.
    fn overtaken(self) -> Option<Self> {
        match self {
            Self::Session { id, reach } => Some(Self::Overtaken(commands::sessions::overtaken(&id, &reach))),
            then => (then.rule() != Rule::Ends).then_some(then),
        }
    }

    /// Whether it replaces an earlier one, because both continue the same thing. A view waits for one reply at a time,
    /// for example.
    fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Line(_), Self::Line(_))
            | (Self::Twin(_), Self::Twin(_))
            | (Self::Question, Self::Question)
            | (Self::Apply, Self::Apply) => true,
            (Self::Login(new), Self::Login(old)) => new == old,
            (Self::Edit(new), Self::Edit(old)) | (Self::Lend(new), Self::Lend(old)) => new == old,
            _ => false,
        }
    }

    /// The queries that are open only for it.
    fn queries(&self) -> &[Query] {
        match self {
            Self::Line(line) => &line.queries,
            Self::Twin(seek) => &seek.queries,
            _ => &[],
        }
    }

    /// The moment at which it has waited long enough.
    fn due(&self) -> Option<Time> {
        match self {
            Self::Line(line) => line.due(),
            Self::Twin(seek) => Some(seek.until),
            _ => None,
        }
    }
}

/// Everything that is waited for.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    all: BTreeMap<Ticket, Then>,
    last: u32,
}

impl Waiting {
    pub fn expect(&mut self, then: Then) -> Ticket {
        self.cancel(|earlier| then.replaces(earlier));
        self.last += 1;
        self.all.insert(Ticket(self.last), then);
        Ticket(self.last)
    }

    pub fn take(&mut self, ticket: Ticket) -> Option<Then> {
        self.all.remove(&ticket)
    }

    /// Removes and returns the first one that fits.
    pub fn take_first(&mut self, fits: impl Fn(&Then) -> bool) -> Option<Then> {
        let ticket = *self.all.iter().find(|(_, then)| fits(then))?.0;
        self.take(ticket)
    }

    /// Removes all that fit, so that their replies are ignored.
    pub fn cancel(&mut self, fits: impl Fn(&Then) -> bool) {
        self.all.retain(|_, then| !fits(then));
    }

    /// Ends everything that would take the screen.
    fn go_on(&mut self) {
        let all = std::mem::take(&mut self.all);
        self.all = all.into_iter().filter_map(|(ticket, then)| Some((ticket, then.overtaken()?))).collect();
    }

    pub fn iter(&self) -> impl Iterator<Item = &Then> {
        self.all.values()
    }

    /// Whether something that is waited for may open another view. A login takes the terminal, not a view.
    pub fn takes_screen(&self) -> bool {
        self.iter().any(|then| then.rule() == Rule::Ends && !matches!(then, Then::Login(_)))
    }

    pub fn line(&mut self) -> Option<&mut Line> {
        self.all.values_mut().find_map(|then| if let Then::Line(line) = then { Some(line) } else { None })
    }

    pub fn twin(&self) -> Option<&Seek> {
        self.iter().find_map(|then| if let Then::Twin(seek) = then { Some(seek) } else { None })
    }

    /// The queries that stay wanted although no view shows their answers.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.iter().flat_map(Then::queries)
    }

    pub fn due(&self) -> Option<Time> {
        self.iter().filter_map(Then::due).min()
    }
}

impl State {
    /// Notes that the user goes on. Earlier requests no longer take the screen.
    pub(super) fn go_on(&mut self) {
        self.waiting.go_on();
        self.focus.take_held();
    }

    /// The effect that sends a request, and remembers what follows its reply.
    pub(super) fn send(&mut self, then: Then, request: Request) -> Effect {
        Effect::Call(self.waiting.expect(then), Box::new(request))
    }

    /// Takes in a reply, and does what follows it.
    pub(super) fn replied(&mut self, ticket: Ticket, result: Result<Reply>) -> Vec<Effect> {
        self.display.dirty = true;
        match self.waiting.take(ticket) {
            Some(Then::Session { id, reach }) => {
                let begun = result.and_then(|reply| commands::sessions::chosen(self, id, reach, &reply.body));
                return self.settle_result(begun);
            }
            Some(Then::Question) => self.read_for_question(result),
            Some(Then::Edit(editor)) => return self.edited(editor, result),
            Some(Then::Write { editor, id, draft }) => return self.wrote(editor, &id, draft, result),
            Some(Then::Apply) => return self.apply_answered(result),
            Some(Then::Step { deed, step }) => return self.stepped(deed, step, result),
            Some(Then::Tell(what)) => match result {
                Ok(_) => self.tell(Level::Info, what),
                Err(error) => self.complain(&error.within(what)),
            },
            Some(Then::Overtaken(words)) => self.tell(Level::Info, words),
            Some(Then::Line(_) | Then::Twin(_) | Then::Login(_) | Then::Lend(_)) | None => {}
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::model::{Scope, Str};

    fn pod() -> Id {
        Id::new(SourceId(0), kinds::named("pods").unwrap(), "shop", "web")
    }

    fn rules(waiting: &Waiting) -> Vec<Rule> {
        waiting.iter().map(Then::rule).collect()
    }

    #[test]
    fn a_key_leaves_nothing_that_would_take_the_screen() {
        let mut waiting = Waiting::default();
        let session = waiting.expect(Then::Session { id: pod(), reach: Reach::Shell });
        waiting.expect(Then::Login(SourceId(0)));
        waiting.expect(Then::Lend(EditorId(1)));
        waiting.expect(Then::Edit(EditorId(1)));
        waiting.expect(Then::Step { deed: 1, step: 0 });
        waiting.go_on();
        assert_eq!(rules(&waiting), [Rule::GoesOn, Rule::Fills, Rule::GoesOn]);
        let Some(Then::Overtaken(words)) = waiting.take(session) else { panic!("nobody is told") };
        assert!(words.contains("web"), "{words}");
    }

    #[test]
    fn a_view_waits_for_its_latest_question_alone() {
        let mut waiting = Waiting::default();
        let [first, other, second] = [1, 2, 1].map(|editor| waiting.expect(Then::Edit(EditorId(editor))));
        let write = waiting.expect(Then::Write { editor: EditorId(1), id: pod(), draft: None });
        assert!(waiting.take(first).is_none());
        assert!([other, second, write].into_iter().all(|ticket| waiting.take(ticket).is_some()));
    }

    #[test]
    fn what_a_line_asks_is_wanted_until_the_line_is_gone() {
        let query = Query::List {
            at: SourceId(0),
            kind: kinds::named("namespaces").unwrap(),
            scope: Scope { namespace: None::<Str>, ..Scope::default() },
        };
        let mut waiting = Waiting::default();
        waiting.expect(Then::Line(Line::about(query.clone())));
        assert_eq!(waiting.queries().collect::<Vec<_>>(), [&query]);
        waiting.go_on();
        assert_eq!(waiting.queries().next(), None);
    }
}
