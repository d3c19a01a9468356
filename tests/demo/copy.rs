//! What is copied arrives: by a program, through tmux, or through the terminal, and the notice says which.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::place::Home;
use crate::terminal::Terminal;

/// Nothing of the desktop or the session that the tests run in.
const AWAY: [&str; 9] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "TMUX",
    "STY",
    "SSH_TTY",
    "SSH_CONNECTION",
    "WSL_DISTRO_NAME",
    "WSL_INTEROP",
    "TMUX_PANE",
];

/// The words before a program that take the environment away and put these in its place.
fn bare(vars: &[String]) -> Vec<String> {
    let away = AWAY.iter().flat_map(|name| ["-u".to_owned(), (*name).to_owned()]);
    away.chain(vars.iter().cloned()).collect()
}

fn explorer(home: &Home, vars: &[String]) -> Terminal {
    let program = [env!("CARGO_BIN_EXE_spyhop"), "--demo", "--no-remember", "-c", "namespaces /shop"];
    let args: Vec<String> = bare(vars).into_iter().chain(program.map(str::to_owned)).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let terminal = home.other("env", &args, 100, 30);
    terminal.until("the namespace", 20, |text| text.contains("shop") && text.contains("live"));
    terminal
}

/// `shop` in base64.
const SENT: &str = "c2hvcA==";

#[test]
fn without_a_desktop_the_terminal_is_sent_it_and_nobody_says_it_arrived() {
    let home = Home::new("copy-terminal");
    let mut terminal = explorer(&home, &[]);
    terminal.keys("c");
    terminal.shows("sent to the terminal: shop", 10);
    terminal.copies(SENT, 5);
    assert!(!terminal.text().contains("copied"));
}

#[test]
fn a_program_of_the_desktop_takes_it_and_one_that_fails_is_passed_over() {
    let home = Home::new("copy-program");
    let taken = home.file("taken", "");
    let bin = |name: &str, script: &str| {
        let path = home.file(name, script);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    };
    bin("xclip", "#!/bin/sh\nexit 1\n");
    let xsel = bin("xsel", &format!("#!/bin/sh\ncat > {taken}\n"));
    let dir = std::path::Path::new(&xsel).parent().unwrap().display().to_string();
    let path = format!("PATH={dir}:{}", std::env::var("PATH").unwrap());
    let mut terminal = explorer(&home, &[path.clone(), "DISPLAY=:9".to_owned()]);
    terminal.keys("c");
    terminal.shows("copied shop", 10);
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "shop");
    assert_eq!(terminal.clipboard(), "", "the terminal was not asked");
    drop(terminal);
    // Over ssh the clipboard is another.
    let mut terminal = explorer(&home, &[path, "DISPLAY=:9".to_owned(), "SSH_TTY=/dev/pts/9".to_owned()]);
    terminal.keys("c");
    terminal.shows("sent to the terminal: shop", 10);
}

/// A server of tmux of its own; it ends with the test.
struct Tmux(String);

impl Tmux {
    fn run(&self, args: &[&str]) -> String {
        let output = Command::new("tmux").args(["-L", &self.0]).args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

#[test]
fn within_tmux_it_reaches_the_buffer_and_the_terminal_around() {
    if Command::new("tmux").arg("-V").output().is_err() {
        eprintln!("there is no tmux here: not tried");
        return;
    }
    let home = Home::new("copy-tmux");
    let tmux = Tmux(format!("spyhop-copy-{}", std::process::id()));
    let program = format!("{} --demo --no-remember -c 'namespaces /shop'", env!("CARGO_BIN_EXE_spyhop"));
    let args = ["tmux", "-L", &tmux.0, "-f", "/dev/null", "-u", "new-session", &program].map(str::to_owned);
    let args: Vec<String> = bare(&[]).into_iter().chain(args).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut terminal = home.other("env", &args, 100, 30);
    terminal.until("the namespace", 20, |text| text.contains("shop") && text.contains("live"));
    assert_eq!(tmux.run(&["show-options", "-gsv", "set-clipboard"]).trim(), "external", "tmux's default");
    terminal.keys("c");
    terminal.shows("copied shop", 10);
    assert_eq!(tmux.run(&["show-buffer"]), "shop");
    terminal.copies(SENT, 10);
}
