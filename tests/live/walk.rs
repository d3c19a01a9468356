//! A stranger's way through the program: start, find help, look at pods, filter, describe, read logs, open a shell, edit and
//! write, look at routes, shift a weight and take it back, look at containers, leave. The same on any cluster that has
//! the ground for it.

use crate::terminal::Terminal;

/// Names that the way leads along.
pub struct Ground {
    /// Begins the name of a running pod that writes a log and has a shell.
    pub pod: &'static str,
    /// Words of its log.
    pub said: &'static str,
    /// The prompt of its shell.
    pub prompt: &'static str,
    /// A deployment, and how many replicas it has.
    pub deployment: &'static str,
    pub replicas: u32,
    /// A filter that leaves one route, with its two backends and their shares.
    pub route: &'static str,
    pub backends: [&'static str; 2],
    pub shares: [u32; 2],
}

const ESC: &str = "\x1b";
const REVIEW: &str = "\x13";
const FIND: &str = "\x06";
const END: &str = "\x1b[F";

impl Ground {
    fn split(&self, [first, second]: [u32; 2]) -> String {
        format!("{} {first} %, {} {second} %", self.backends[0], self.backends[1])
    }
}

/// Comes back from a view, and waits until it is gone: a key that comes with Esc would be one with Alt.
fn back(terminal: &mut Terminal, view: &str) {
    terminal.keys(ESC);
    terminal.until(&format!("{view} left"), 5, |text| {
        let title = text.lines().next().unwrap_or_default();
        !title.contains(view) && text.contains("STATUS")
    });
}

/// Goes the whole way and leaves; the program answers at each step.
pub fn walk(mut terminal: Terminal, ground: &Ground) {
    look(&mut terminal, ground);
    reach_in(&mut terminal, ground);
    write(&mut terminal, ground);
    shift(&mut terminal, ground);
    terminal.keys(":containers\r");
    terminal.shows("› containers", 5);
    terminal.shows("live", 20);
    assert_eq!(terminal.quit(), 0);
}

fn look(terminal: &mut Terminal, ground: &Ground) {
    terminal.shows("› pods", 10);
    terminal.shows("live", 20);
    terminal.answers("?", "› help");
    terminal.shows("Here", 5);
    back(terminal, "› help");
    terminal.keys(&format!(":pods\r/{}\r", ground.pod));
    terminal.shows(ground.pod, 10);
    terminal.shows(" of ", 5);
    terminal.answers("d", "› describe");
    terminal.shows("Metadata", 10);
    back(terminal, "› describe");
    terminal.answers("l", "› logs");
    terminal.shows(ground.said, 20);
    back(terminal, "› logs");
}

fn reach_in(terminal: &mut Terminal, ground: &Ground) {
    terminal.keys("s");
    terminal.shows(ground.prompt, 20);
    // Put together by the shell: what was typed does not hold it.
    terminal.keys("echo spy''hop\r");
    terminal.shows("\nspyhop", 10);
    // What its user ended leads back by itself.
    terminal.keys("exit\r");
    terminal.until("the reload", 10, |text| text.contains("STATUS"));
}

fn write(terminal: &mut Terminal, ground: &Ground) {
    let (old, new) = (ground.replicas, ground.replicas + 1);
    terminal.keys(&format!(":deployments /{}\r", ground.deployment));
    terminal.shows("1 of ", 15);
    terminal.keys("e");
    terminal.shows("unchanged", 10);
    terminal.keys(FIND);
    terminal.shows("enter go", 5);
    terminal.keys(&format!("replicas: {old}\r"));
    terminal.until("the prompt gone", 5, |text| !text.contains("enter go"));
    terminal.keys(&format!("{END}{}{new}", "\x7f".repeat(old.to_string().len())));
    terminal.shows(&format!("replicas: {new}"), 5);
    terminal.keys(REVIEW);
    terminal.shows("what would be saved", 10);
    terminal.shows(&format!("{old} → {new}"), 5);
    terminal.writes();
    terminal.shows("is saved", 10);
    terminal.shows(&format!("{new}/{new}"), 60);
}

fn shift(terminal: &mut Terminal, ground: &Ground) {
    terminal.keys(&format!(":routes /{}\r", ground.route));
    terminal.shows(&ground.split(ground.shares), 20);
    terminal.keys(":shift 60 40\r");
    terminal.shows(&format!("{} % → 60 %", ground.shares[0]), 10);
    terminal.keys("\t\t\t\r");
    terminal.shows(&ground.split([60, 40]), 10);
    terminal.keys(":undo\r");
    terminal.shows("undo: shift", 5);
    terminal.keys("\t\r");
    terminal.shows(&ground.split(ground.shares), 10);
}
