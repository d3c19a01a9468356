//! The user's clipboard. The first choice is a program of the desktop, then tmux if spyhop runs inside it, then the
//! terminal (OSC 52). The terminal works over ssh too, but never confirms that it took the text.

use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

type Env<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// A program that takes the text on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Program {
    argv: &'static [&'static str],
    form: Form,
}

/// The encoding in which a program reads text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Utf8,
    Utf16,
}

const fn utf8(argv: &'static [&'static str]) -> Program {
    Program { argv, form: Form::Utf8 }
}

const MACOS: Program = utf8(&["pbcopy"]);
/// `clip.exe` reads UTF-16 whatever the code page of the console is, and the code page is not known here.
const WINDOWS: Program = Program { argv: &["clip.exe"], form: Form::Utf16 };
const WAYLAND: Program = utf8(&["wl-copy", "--type", "text/plain"]);
const X11: [Program; 2] =
    [utf8(&["xclip", "-in", "-selection", "clipboard"]), utf8(&["xsel", "--input", "--clipboard"])];
/// With `-w` (from 3.2 on) tmux also passes the text to its terminal. A program inside tmux cannot do that by itself
/// unless `set-clipboard on` is set.
const TMUX: Program = utf8(&["tmux", "load-buffer", "-w", "-"]);

/// The time after which a program is given up.
const PATIENCE: Duration = Duration::from_secs(2);
/// The largest text, in bytes, that all terminals accept: hterm, Chromium's, reads no sequence of more than 100,000
/// bytes.
const MOST: usize = 74_994;
/// The bytes of one piece for GNU screen, whose common versions cut strings at 768 bytes (MAXSTR).
const PIECE: usize = 512;

fn is_set(env: Env<'_>, name: &str) -> bool {
    env(name).is_some_and(|value| !value.is_empty())
}

/// The programs that may reach the clipboard from here, best first.
fn programs(env: Env<'_>) -> Vec<Program> {
    let is_set = |name| is_set(env, name);
    let mut all = Vec::new();
    // A user who comes over ssh sits at another machine with another clipboard.
    if !is_set("SSH_CONNECTION") && !is_set("SSH_TTY") {
        all.extend(cfg!(target_os = "macos").then_some(MACOS));
        all.extend((is_set("WSL_DISTRO_NAME") || is_set("WSL_INTEROP")).then_some(WINDOWS));
        all.extend(is_set("WAYLAND_DISPLAY").then_some(WAYLAND));
        all.extend(X11.into_iter().filter(|_| is_set("DISPLAY")));
    }
    all.extend(is_set("TMUX").then_some(TMUX));
    all
}

/// Passes a text to the first program that accepts it; false if none did.
pub async fn by_program(text: &str, env: Env<'_>) -> bool {
    for program in programs(env) {
        if matches!(tokio::time::timeout(PATIENCE, give(program, text)).await, Ok(Ok(true))) {
            return true;
        }
    }
    false
}

/// Passes a text to a program; true if the program accepted it.
async fn give(program: Program, text: &str) -> std::io::Result<bool> {
    let [name, args @ ..] = program.argv else { return Ok(false) };
    let mut command = Command::new(name);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    // Some programs stay alive to serve the text, also after this terminal is closed.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&bytes(text, program.form)).await?;
        input.shutdown().await?;
    }
    child.wait().await.map(|status| status.success())
}

fn bytes(text: &str, form: Form) -> Vec<u8> {
    match form {
        Form::Utf16 if !text.is_ascii() => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Form::Utf8 | Form::Utf16 => text.as_bytes().to_vec(),
    }
}

/// The sequence that passes a text to the terminal, through whatever programs are in between. The error says in words
/// why it is impossible.
pub fn sequence(text: &str, env: Env<'_>) -> Result<String, String> {
    if text.len() > MOST {
        let kb = |bytes: usize| bytes.div_ceil(1000);
        return Err(format!("too long for the terminal: {} KB, at most {}", kb(text.len()), MOST / 1000));
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    Ok(match (is_set(env, "TMUX"), is_set(env, "STY")) {
        (true, _) => format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
        (false, true) => in_pieces(&plain),
        (false, false) => plain,
    })
}

/// The sequence in pieces that GNU screen passes on, one after the other.
fn in_pieces(sequence: &str) -> String {
    let pieces = sequence.as_bytes().chunks(PIECE).map(String::from_utf8_lossy);
    pieces.map(|piece| format!("\x1bP{piece}\x1b\\")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &'static str) -> impl Fn(&str) -> Option<String> + Sync {
        move |name| {
            let pairs = pairs.split_whitespace().filter_map(|pair| pair.split_once('='));
            pairs.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).next()
        }
    }

    #[test]
    fn the_way_to_the_clipboard_follows_the_environment() {
        for (pairs, expected) in [
            ("", ""),
            ("TERM=xterm LANG=C", ""),
            ("DISPLAY=:0", "xclip xsel"),
            ("DISPLAY=", ""),
            ("WAYLAND_DISPLAY=wayland-0", "wl-copy"),
            ("WAYLAND_DISPLAY=wayland-0 DISPLAY=:0", "wl-copy xclip xsel"),
            ("WAYLAND_DISPLAY=wayland-0 DISPLAY=:0 WSL_DISTRO_NAME=Debian", "clip.exe wl-copy xclip xsel"),
            ("WSL_INTEROP=/run/WSL/8_interop", "clip.exe"),
            ("TMUX=/tmp/tmux-0/default,1,0", "tmux"),
            ("TMUX=/tmp/tmux-0/default,1,0 DISPLAY=:0", "xclip xsel tmux"),
            ("SSH_CONNECTION=10.0.0.1 DISPLAY=localhost:10.0", ""),
            ("SSH_TTY=/dev/pts/1 WAYLAND_DISPLAY=wayland-0", ""),
            ("SSH_TTY=/dev/pts/1 TMUX=/tmp/x,1,0 DISPLAY=:0", "tmux"),
            ("STY=1.pts-0", ""),
        ] {
            let found: Vec<&str> = programs(&env(pairs)).iter().map(|program| program.argv[0]).collect();
            let found: Vec<&str> = found.into_iter().filter(|name| *name != "pbcopy").collect();
            assert_eq!(found.join(" "), expected, "{pairs}");
        }
        let here = programs(&env("")).contains(&MACOS);
        assert_eq!(here, cfg!(target_os = "macos"));
        assert!(!programs(&env("SSH_TTY=/dev/pts/1")).contains(&MACOS));
    }

    #[test]
    fn the_terminal_is_reached_through_what_stands_between() {
        assert_eq!(sequence("foobar", &env("")).unwrap(), "\x1b]52;c;Zm9vYmFy\x07");
        assert_eq!(sequence("f", &env("STY=1")).unwrap(), "\x1bP\x1b]52;c;Zg==\x07\x1b\\");
        assert_eq!(sequence("f", &env("TMUX=/tmp/x STY=1")).unwrap(), "\x1bPtmux;\x1b\x1b]52;c;Zg==\x07\x1b\\");
        let long = "ä".repeat(3_000);
        let whole = sequence(&long, &env("STY=1")).unwrap();
        let pieces: Vec<&str> =
            whole.split_terminator("\x1b\\").map(|piece| piece.strip_prefix("\x1bP").unwrap()).collect();
        assert!(pieces.len() > 10 && pieces.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(pieces.concat(), sequence(&long, &env("")).unwrap(), "nothing is lost between the pieces");
        assert!(sequence(&"x".repeat(MOST), &env("")).unwrap().len() <= 100_000);
        let too_long = sequence(&"x".repeat(MOST + 1), &env("")).unwrap_err();
        assert_eq!(too_long, "too long for the terminal: 75 KB, at most 74");
    }

    #[test]
    fn letters_arrive_as_they_are() {
        assert_eq!(bytes("pod ä", Form::Utf8), "pod ä".as_bytes());
        assert_eq!(bytes("pod", Form::Utf16), b"pod");
        assert_eq!(bytes("ä", Form::Utf16), [0xe4, 0]);
    }

    #[cfg(unix)]
    #[tokio::test(flavor = "multi_thread")]
    async fn only_what_a_program_took_is_copied() {
        let shell = |script: &'static [&'static str]| utf8(script);
        let text = "x".repeat(1 << 20);
        assert!(give(shell(&["sh", "-c", "cat > /dev/null"]), &text).await.unwrap());
        assert!(!give(shell(&["sh", "-c", "cat > /dev/null; exit 1"]), &text).await.unwrap());
        assert!(give(shell(&["no-such-program-here"]), &text).await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test(start_paused = true)]
    async fn a_program_that_hangs_is_given_up() {
        let hangs = give(utf8(&["sleep", "1000"]), "x");
        assert!(tokio::time::timeout(PATIENCE, hangs).await.is_err());
    }
}
