//! The program without terminal, clock and network: keys and deltas in, a picture in text out.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::{Value, json};
use spyhop::app::keymap::Keymap;
use spyhop::app::{Effect, Message, Opening, Place, State};
use spyhop::config::Config;
use spyhop::kinds;
use spyhop::model::{
    Delta, Door, Error, Found, KindRef, Object, Query, Reading, Reply, Scope, SourceId, Strings, Time, Wire,
};
use spyhop::theme::Theme;
use spyhop::ui;

pub const HERE: SourceId = SourceId(1);
/// The clock of all screens.
pub const NOW: &str = "2026-01-31T12:00:00Z";

pub struct Screen {
    pub state: State,
    pub effects: Vec<Effect>,
}

pub fn kind(name: &str) -> KindRef {
    kinds::named(name).unwrap_or_else(|| panic!("no kind {name}"))
}

/// The rows of one object's JSON.
pub fn rows(kind: KindRef, body: &Value) -> Vec<Object> {
    let (mut strings, mut out) = (Strings::default(), Vec::new());
    let scope = Scope::default();
    let (Door::Lens(read) | Door::Poll(read, _)) = kind.door else { panic!("{} has no lens", kind.name) };
    let mut reading = Reading { at: HERE, kind, scope: &scope, strings: &mut strings };
    read(&mut reading, Wire::Json, body.to_string().as_bytes(), &mut out).unwrap();
    out
}

/// A pod in one of the states that matter.
pub fn pod(namespace: &str, name: &str, state: &str) -> Value {
    let since = "2026-01-31T11:50:00Z";
    let (ready, restarts, state) = match state {
        "Running" => (true, 0, json!({"running": {"startedAt": since}})),
        "Completed" => (false, 0, json!({"terminated": {"exitCode": 0, "reason": "Completed"}})),
        waiting => (false, 7, json!({"waiting": {"reason": waiting}})),
    };
    let last = json!({"terminated": {"exitCode": 1, "finishedAt": "2026-01-31T11:58:00Z"}});
    json!({
        "metadata": {"name": name, "namespace": namespace, "uid": name, "creationTimestamp": "2026-01-28T08:00:00Z", "labels": {"app": name.split('-').next()}},
        "spec": {"nodeName": "node-1", "containers": [{"name": "app"}]},
        "status": {
            "phase": if ready { "Running" } else { "Pending" },
            "podIPs": [{"ip": "10.0.0.7"}],
            "containerStatuses": [{"name": "app", "ready": ready, "restartCount": restarts, "state": state, "lastState": if restarts > 0 { last } else { json!({}) }}],
        },
    })
}

impl Screen {
    /// Nothing to connect to.
    pub fn start() -> Self {
        let now = Time::parse(NOW).unwrap();
        let mut state = State::new(now, (80, 24), Keymap::named("k9s").unwrap(), Theme::named("spyhop-dark").unwrap());
        state.settings.themes = Theme::all().unwrap();
        Self { state, effects: Vec::new() }
    }

    /// A cluster, and a kind of it in namespace shop.
    pub fn open(line: &str) -> Self {
        let mut screen = Self::start();
        for (id, name) in [(HERE, "prod-eu"), (SourceId(2), "staging")] {
            screen.state.places.all.push(Place {
                cluster: "cluster".into(),
                user: "admin".into(),
                namespace: "shop".into(),
                server: "https://10.0.0.1:6443".into(),
                ..Place::new(id, name, &spyhop::kinds::kube::FAMILY)
            });
        }
        screen.state.places.home = Some(HERE);
        screen.state.policy.regard(&screen.state.places, &Config::default());
        screen.state.open(&Opening::parse(line)).unwrap();
        screen.pass(0)
    }

    /// Another moment than [`NOW`].
    pub fn at(mut self, time: &str) -> Self {
        self.state.now = Time::parse(time).unwrap();
        self.pass(0)
    }

    pub fn sized(mut self, width: u16, height: u16) -> Self {
        self.state.display.size = (width, height);
        self.pass(0)
    }

    /// The query of the top view.
    pub fn query(&self) -> Query {
        self.state.top().and_then(|view| view.query()).expect("no query here")
    }

    pub fn answer(self, deltas: Vec<Delta>) -> Self {
        let query = self.query();
        self.answer_to(query, deltas)
    }

    pub fn answer_to(self, query: Query, deltas: Vec<Delta>) -> Self {
        self.take(vec![Message::Answer { query, deltas }])
    }

    /// A whole list of these bodies.
    pub fn list(self, bodies: &[Value]) -> Self {
        let Query::List { kind, .. } = self.query() else { panic!("not a table") };
        let objects = bodies.iter().flat_map(|body| rows(kind, body)).map(Delta::Upsert);
        self.answer([Delta::Reset].into_iter().chain(objects).chain([Delta::Ready]).collect())
    }

    pub fn found(self, kinds: Vec<KindRef>) -> Self {
        let found = Found { version: "v1.36.2".into(), kinds, ..Found::default() };
        self.answer_to(Query::Kinds { at: HERE }, vec![Delta::Found(Box::new(found))])
    }

    pub fn fails(self, error: Error) -> Self {
        let query = self.query();
        self.take(vec![Message::Ended { query, error }])
    }

    /// Answers the last call that went out.
    pub fn reply(self, result: Result<Reply, Error>) -> Self {
        let calls = self.effects.iter().rev().filter_map(|effect| match effect {
            Effect::Call(ticket, _) => Some(*ticket),
            _ => None,
        });
        let ticket = calls.into_iter().next().expect("nothing was asked");
        self.take(vec![Message::Replied(ticket, result)])
    }

    /// Something slow is done.
    pub fn worked(self, outcome: spyhop::app::Outcome) -> Self {
        self.take(vec![Message::Worked(outcome)])
    }

    pub fn paste(mut self, text: &str) -> Self {
        self.read();
        self.take(vec![Message::Paste(text.to_owned())])
    }

    /// Lets so many milliseconds pass.
    pub fn pass(mut self, millis: i64) -> Self {
        self.state.now = self.state.now.plus_millis(millis);
        self.take(Vec::new())
    }

    /// Keys by name, separated by spaces: `j ctrl-d enter`; `"text"` is typed letter by letter.
    pub fn keys(mut self, script: &str) -> Self {
        self.effects.clear();
        for event in events(script) {
            self.read();
            self = self.take(vec![Message::Key(event)]);
        }
        self
    }

    /// A question is read before it is answered.
    fn read(&mut self) {
        let quiet = self.state.focus.dialog().and_then(|dialog| dialog.attention.quiet);
        self.state.now = quiet.map_or(self.state.now, |quiet| quiet.max(self.state.now));
    }

    /// Presses the left button of the mouse, and releases it there.
    pub fn click(self, column: u16, row: u16) -> Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row).mouse(
            MouseEventKind::Up(MouseButton::Left),
            column,
            row,
        )
    }

    pub fn mouse(mut self, kind: MouseEventKind, column: u16, row: u16) -> Self {
        self.read();
        self.take(vec![Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })])
    }

    pub fn take(mut self, messages: Vec<Message>) -> Self {
        let effects = self.state.turn(messages);
        self.work(effects);
        loop {
            let (settled, effects) = self.state.prepare(usize::MAX / 2);
            self.work(effects);
            if settled {
                break;
            }
        }
        let effects = self.state.turn(Vec::new());
        self.work(effects);
        self.state.was_seen();
        self
    }

    /// The same keys, read at once: there is no frame between them.
    pub fn burst(mut self, script: &str) -> Self {
        self.effects.clear();
        self.take(events(script).into_iter().map(Message::Key).collect())
    }

    /// Jobs are done on the spot; everything else is kept for the test to see.
    fn work(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Work(job) => {
                    let outcome = Message::Worked(job.run());
                    let effects = self.state.turn([outcome]);
                    self.work(effects);
                }
                other => self.effects.push(other),
            }
        }
    }

    pub fn buffer(&self) -> Buffer {
        let (width, height) = self.state.display.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| ui::draw(&self.state, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The picture, without the blanks at line ends.
    pub fn text(&self) -> String {
        let buffer = self.buffer();
        let line =
            |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..buffer.area.height).map(line).collect::<Vec<_>>().join("\n")
    }

    pub fn has(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The line under the cursor bar.
    pub fn selected(&self) -> String {
        self.text().lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_owned()
    }
}

fn events(script: &str) -> Vec<KeyEvent> {
    let words = script.split(' ').filter(|word| !word.is_empty());
    let keys = words.map(|word| match word.strip_prefix('"').and_then(|word| word.strip_suffix('"')) {
        Some(text) => text.replace('_', " ").chars().map(|c| KeyEvent::from(KeyCode::Char(c))).collect(),
        None => vec![event(word)],
    });
    keys.collect::<Vec<Vec<KeyEvent>>>().concat()
}

fn event(name: &str) -> KeyEvent {
    let (name, modifiers) = match name.strip_prefix("ctrl-") {
        Some(name) => (name, KeyModifiers::CONTROL),
        None => (name, KeyModifiers::NONE),
    };
    let (name, modifiers) = match name.strip_prefix("shift-") {
        Some(name) => (name, modifiers | KeyModifiers::SHIFT),
        None => (name, modifiers),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "backspace" => KeyCode::Backspace,
        "pagedown" => KeyCode::PageDown,
        "f6" => KeyCode::F(6),
        "space" => KeyCode::Char(' '),
        _ => KeyCode::Char(name.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}
