//! A shell in a container of the demo cluster: a handful of commands over the pod it runs in, and a terminal line that
//! can be edited. Bytes in, bytes out; no process is behind it.

mod commands;
mod files;
mod line;
mod words;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::Time;
use line::{LineEditor, Typed};
use words::Joint;

#[derive(Debug)]
pub struct Shell {
    host: String,
    container: String,
    image: String,
    command: String,
    namespace: String,
    started: Time,
    now: Time,
    size: (u16, u16),
    environment: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
    place: String,
    line: LineEditor,
    code: i32,
    ended: Option<i32>,
}

impl Shell {
    pub fn new(pod: &Value, container: &str, now: Time, tty: bool) -> Self {
        let all = pod["spec"]["containers"].as_array().map(Vec::as_slice).unwrap_or_default();
        let spec = all.iter().find(|spec| spec["name"] == container).or(all.first()).cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let command = spec["command"].as_array().map(|words| words.iter().map(&text).collect::<Vec<_>>().join(" "));
        let name = text(&spec["name"]);
        let mut shell = Self {
            host: text(&pod["metadata"]["name"]),
            command: command.unwrap_or_else(|| format!("/app/{name}")),
            container: name,
            image: text(&spec["image"]),
            namespace: text(&pod["metadata"]["namespace"]),
            started: pod["status"]["startTime"].as_str().and_then(Time::parse).unwrap_or(now),
            now,
            size: (80, 24),
            environment: BTreeMap::new(),
            files: BTreeMap::new(),
            place: "/app".to_owned(),
            line: LineEditor::new(tty),
            code: 0,
            ended: None,
        };
        shell.environment = files::environment(pod, &spec, tty);
        shell.files = files::files(pod, &shell.namespace, &shell.container);
        shell
    }

    /// A prompt, or all that a command says which runs to its end.
    pub fn start(&mut self, command: &[String]) -> Vec<u8> {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => self.end(0, ""),
            [shell, "-c", script, rest @ ..] if is_shell(shell) => self.script(script, rest),
            [shell, ..] if is_shell(shell) => self.begin(),
            [program, ..] => {
                let name = program.rsplit('/').next().unwrap_or(program);
                if !commands::is_known(name) {
                    let text = format!(
                        "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{program}\": executable file not found in $PATH: unknown\n"
                    );
                    return self.end(127, &text);
                }
                let argv: Vec<String> =
                    std::iter::once(name).chain(words[1..].iter().copied()).map(str::to_owned).collect();
                let (text, code) = commands::run(self, &argv, "");
                self.end(self.ended.unwrap_or(code), &text)
            }
        }
    }

    /// Scripts that lead to a shell of their own are that shell; others run to their end.
    fn script(&mut self, script: &str, rest: &[&str]) -> Vec<u8> {
        const LEAD_ON: &[&str] = &["exec bash", "exec sh", "(bash ||", "bash || ash", "exec /bin/sh"];
        if let Some(name) = rest.first() {
            self.environment.insert("SPYHOP_SESSION".to_owned(), (*name).to_owned());
        }
        if LEAD_ON.iter().any(|word| script.contains(word)) {
            return self.begin();
        }
        // What hangs up the processes of a session that is over: there are none.
        if script.starts_with("for p in /proc/") {
            return self.end(0, "");
        }
        let text = self.execute(script);
        self.end(self.ended.unwrap_or(self.code), &text)
    }

    fn begin(&mut self) -> Vec<u8> {
        self.prompt().into_bytes()
    }

    fn end(&mut self, code: i32, text: &str) -> Vec<u8> {
        self.ended = Some(code);
        self.shown(text)
    }

    /// What goes back to the terminal.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for byte in bytes {
            if self.ended.is_some() {
                break;
            }
            self.key(*byte, &mut out);
        }
        out
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
    }

    /// The time by which `date` and `ps` go.
    pub fn tell(&mut self, now: Time) {
        self.now = now;
    }

    /// The exit code, once it is over.
    pub fn ended(&self) -> Option<i32> {
        self.ended
    }

    fn prompt(&self) -> String {
        if self.line.tty { format!("{} {} $ ", self.host, self.place) } else { String::new() }
    }

    /// A terminal wants a carriage return before each line feed.
    fn shown(&self, text: &str) -> Vec<u8> {
        if self.line.tty { text.replace('\n', "\r\n").into_bytes() } else { text.as_bytes().to_vec() }
    }

    fn key(&mut self, byte: u8, out: &mut Vec<u8>) {
        match self.line.key(byte, out) {
            Typed::Nothing => {}
            Typed::Line(line) => {
                let text = self.execute(&line);
                out.extend(self.shown(&text));
                if self.ended.is_none() {
                    out.extend(self.prompt().bytes());
                }
            }
            Typed::Interrupt => {
                self.code = 130;
                out.extend_from_slice(b"^C\r\n");
                out.extend(self.prompt().bytes());
            }
            Typed::End => {
                self.line.echo(b"exit\r\n", out);
                self.ended = Some(self.code);
            }
            Typed::Clear => {
                out.extend(self.prompt().bytes());
                out.extend_from_slice(self.line.line());
            }
        }
    }

    /// Runs a line: pipelines, joined by `;`, `&&`, `||`.
    fn execute(&mut self, line: &str) -> String {
        let mut out = String::new();
        for step in words::steps(line) {
            let skip = match step.joint {
                Joint::Always => false,
                Joint::IfWell => self.code != 0,
                Joint::Else => self.code == 0,
            };
            if skip {
                continue;
            }
            out.push_str(&self.pipeline(&step.commands));
            if self.ended.is_some() {
                break;
            }
        }
        out
    }

    fn pipeline(&mut self, commands: &[String]) -> String {
        let mut text = String::new();
        for command in commands {
            let mut argv = words::words(command, |name| self.variable(name));
            let redirect = take_redirect(&mut argv);
            if argv.is_empty() {
                continue;
            }
            let (said, code) = commands::run(self, &argv, &text);
            self.code = code;
            text = match redirect {
                Some((path, append)) => self.write(&path, append, said),
                None => said,
            };
        }
        text
    }

    fn write(&mut self, path: &str, append: bool, text: String) -> String {
        let path = self.absolute(path);
        if path != "/dev/null" {
            let file = self.files.entry(path).or_default();
            if !append {
                file.clear();
            }
            file.push_str(&text);
        }
        String::new()
    }

    fn variable(&self, name: &str) -> String {
        match name {
            "?" => self.code.to_string(),
            "$" => "42".to_owned(),
            "PWD" => self.place.clone(),
            "0" => "sh".to_owned(),
            name => self.environment.get(name).cloned().unwrap_or_default(),
        }
    }

    /// A path in full, without `.` and `..`.
    fn absolute(&self, path: &str) -> String {
        let whole = match path.strip_prefix('~') {
            Some(rest) => format!("/root{rest}"),
            None if path.starts_with('/') => path.to_owned(),
            None => format!("{}/{path}", self.place),
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in whole.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }
}

fn is_shell(word: &str) -> bool {
    ["sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash", "/usr/bin/bash"].contains(&word)
}

/// `> path`, `>> path`; what goes to standard error goes to the terminal anyway.
fn take_redirect(argv: &mut Vec<String>) -> Option<(String, bool)> {
    argv.retain(|word| word != "2>&1" && word != "2>/dev/null");
    let at = argv.iter().position(|word| word == ">" || word == ">>" || word.starts_with(">/"))?;
    let append = argv[at] == ">>";
    let path = match argv[at].strip_prefix('>').filter(|rest| rest.starts_with('/')) {
        Some(path) => path.to_owned(),
        None => argv.get(at + 1).cloned().unwrap_or_default(),
    };
    argv.truncate(at);
    Some((path, append))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shell(tty: bool) -> Shell {
        let pod = json!({"metadata": {"name": "payment-5c9f-x2", "namespace": "shop"},
            "spec": {"containers": [{"name": "payment", "image": "registry.shop.example/shop/payment:2.3.1", "env": [{"name": "LOG_LEVEL", "value": "info"}]}]},
            "status": {"podIP": "10.244.1.9", "startTime": "2026-03-04T10:00:00Z"}});
        Shell::new(&pod, "payment", Time::parse("2026-03-04T10:17:23Z").unwrap(), tty)
    }

    fn words(text: &[&str]) -> Vec<String> {
        text.iter().map(|word| (*word).to_owned()).collect()
    }

    fn said(shell: &mut Shell, typed: &str) -> String {
        String::from_utf8(shell.feed(typed.as_bytes())).unwrap()
    }

    #[test]
    fn a_session_is_a_prompt_that_echoes_and_answers() {
        let mut shell = shell(true);
        let script = "export SPYHOP_SESSION=$0; command -v bash >/dev/null 2>&1 && exec bash || exec sh";
        let prompt = String::from_utf8(shell.start(&words(&["sh", "-c", script, "7-1"]))).unwrap();
        assert_eq!(prompt, "payment-5c9f-x2 /app $ ");
        assert_eq!(said(&mut shell, "echo $LOG_LEVEL\r"), format!("echo $LOG_LEVEL\r\ninfo\r\n{prompt}"));
        assert_eq!(said(&mut shell, "hostname\r"), format!("hostname\r\npayment-5c9f-x2\r\n{prompt}"));
        assert!(said(&mut shell, "env\r").contains("SPYHOP_SESSION=7-1"));
        assert!(said(&mut shell, "nonsense\r").contains("sh: nonsense: not found"));
        assert!(said(&mut shell, "echo $?\r").contains("\r\n127\r\n"));
        said(&mut shell, "exit 3\r");
        assert_eq!(shell.ended(), Some(3));
    }

    #[test]
    fn a_line_can_be_edited_as_a_terminal_does_it() {
        let mut shell = shell(true);
        shell.start(&words(&["sh"]));
        assert_eq!(
            said(&mut shell, "echx\x7fo h\u{e9}\x7fi\r"),
            "echx\x08 \x08o h\u{e9}\x08 \x08i\r\nhi\r\npayment-5c9f-x2 /app $ "
        );
        assert!(said(&mut shell, "rm -rf /\x15pwd\r").ends_with("pwd\r\n/app\r\npayment-5c9f-x2 /app $ "));
        assert!(said(&mut shell, "half\x03").ends_with("^C\r\npayment-5c9f-x2 /app $ "));
        assert!(said(&mut shell, "\x1b[A\r").contains("pwd\r\n/app"));
        assert!(said(&mut shell, "\x04").contains("exit"));
        assert_eq!(shell.ended(), Some(0));
    }

    #[test]
    fn a_command_runs_to_its_end() {
        let mut one = shell(false);
        assert_eq!(one.start(&words(&["sh", "-c", "cat /etc/hostname && echo done | wc -l"])), b"payment-5c9f-x2\n1\n");
        assert_eq!(one.ended(), Some(0));
        let mut other = shell(false);
        assert!(
            String::from_utf8(other.start(&words(&["vi"]))).unwrap().contains("executable file not found in $PATH")
        );
        assert_eq!(other.ended(), Some(127));
        let mut third = shell(false);
        assert_eq!(third.start(&words(&["cat", "/none"])), b"cat: can't open '/none': No such file or directory\n");
        assert_eq!(third.ended(), Some(1));
    }

    #[test]
    fn services_of_the_shop_answer_and_others_are_not_found() {
        let mut shell = shell(true);
        shell.start(&words(&["sh"]));
        assert!(said(&mut shell, "curl -s http://catalog:9080/items\r").contains("\"service\":\"catalog\""));
        assert!(said(&mut shell, "wget -qO- postgress\r").contains("bad address 'postgress'"));
        assert!(said(&mut shell, "nslookup postgres.shop.svc.cluster.local\r").contains("Address:"));
        assert!(said(&mut shell, "ls /etc\r").contains("resolv.conf"));
        assert!(said(&mut shell, "cd /etc; pwd > /tmp/here; cat /tmp/here\r").contains("/etc"));
        assert!(said(&mut shell, "ps\r").contains("/app/payment"));
        assert!(said(&mut shell, "help\r").contains("curl"));
        said(&mut shell, "kill 1\r");
        assert_eq!(shell.ended(), Some(137));
    }
}
