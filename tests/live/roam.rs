//! A run through many views, again and again, while the cluster changes: what a recording with contents is made of.

use std::time::{Duration, Instant};

use crate::terminal::Terminal;

/// Where the run leads.
pub struct Ground<'a> {
    pub namespace: &'a str,
    /// Begins the name of a running pod that writes a log and has a shell.
    pub pod: &'a str,
    pub said: &'a str,
    pub prompt: &'a str,
    pub deployment: &'a str,
}

/// Goes round until the time is over, and once at least.
pub fn roam(terminal: &mut Terminal, ground: &Ground<'_>, lasts: Duration) {
    let begun = Instant::now();
    loop {
        tables(terminal, ground);
        pages(terminal, ground);
        shell(terminal, ground);
        panes(terminal, ground);
        if begun.elapsed() >= lasts {
            return;
        }
    }
}

fn tables(terminal: &mut Terminal, ground: &Ground<'_>) {
    terminal.keys(":pods all\r");
    terminal.until("all pods", 20, |text| text.contains("NAMESPACE") && text.contains("live"));
    // Sorted by age, by state and by name, and with all columns.
    for keys in ["A", "S", "N", "\x17", "\x17", "G", "g", "\x1b[6~", "\x1b[5~"] {
        terminal.keys(keys);
    }
    terminal.resize(140, 45);
    terminal.resize(120, 40);
    terminal.keys(&format!(":pods {}\r/{}\r", ground.namespace, ground.pod));
    terminal.until(ground.pod, 20, |text| {
        text.contains(&format!("/{}", ground.pod)) && text.lines().nth(3).is_some_and(|row| row.contains(ground.pod))
    });
}

/// The pages about the row, and back.
fn pages(terminal: &mut Terminal, ground: &Ground<'_>) {
    for (key, title, words) in
        [("d", "› describe", "Metadata"), ("y", "› yaml", "kind: Pod"), ("l", "› logs", ground.said)]
    {
        terminal.keys(key);
        terminal.until(words, 20, |text| text.contains(title) && text.contains(words));
        terminal.keys("jjk");
        terminal.keys("\x1b");
        terminal.until("the pods", 5, |text| !text.contains(title) && text.contains("STATUS"));
    }
}

fn shell(terminal: &mut Terminal, ground: &Ground<'_>) {
    // The key waits a moment after a shell has ended.
    terminal.typed("s", ground.prompt);
    // Put together by the shell: what was typed does not hold it.
    terminal.typed("echo spy''hop\r", "\nspyhop");
    terminal.keys("exit\r");
    terminal.until("the pods", 10, |text| text.contains("STATUS"));
}

/// Two panes, and another tab.
fn panes(terminal: &mut Terminal, ground: &Ground<'_>) {
    terminal.keys(&format!(":deployments {}\r", ground.namespace));
    terminal.until("deployments", 20, |text| text.contains("› deployments") && text.contains(ground.deployment));
    terminal.keys("Wv");
    terminal.until("two panes", 5, |text| text.matches("AVAILABLE").count() == 2);
    terminal.keys(&format!(":pods {}\r", ground.namespace));
    terminal.until("pods beside", 20, |text| text.contains("AVAILABLE") && text.contains("STATUS"));
    terminal.keys("Wc");
    terminal.until("one pane", 5, |text| text.contains("AVAILABLE") && !text.contains("STATUS"));
    terminal.keys("Wt:events\r");
    terminal.shows("› events", 20);
    terminal.keys("Wx");
    terminal.until("the first tab", 5, |text| text.contains("AVAILABLE"));
}
