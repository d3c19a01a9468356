//! Shells, attaches and forwards on the real kubelet.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::servers::{apply, kubeconfig, kubectl, program};
use crate::terminal::Terminal;

const COLS: u16 = 100;
const ROWS: u16 = 30;
/// Title and rule above, hints below.
const BODY: std::ops::Range<u16> = 2..ROWS - 1;
const LEAVE: &str = "\x1d";

/// A namespace with one pod on the real node; it goes with the test.
struct Pod(String);

impl Pod {
    fn new(name: &str) -> Self {
        let namespace = format!("shell-{name}");
        crate::servers::namespace(&namespace);
        apply(&POD.replace("NAMESPACE", &namespace));
        kubectl(&["-n", &namespace, "wait", "--for=condition=Ready", "pod/box", "--timeout=60s"]);
        Self(namespace)
    }

    fn explorer(&self) -> Terminal {
        let mut terminal = Terminal::sized(&kubeconfig(), &["-n", &self.0], COLS, ROWS);
        terminal.shows("● Running", 15);
        terminal.keys("s");
        terminal.shows("/ #", 15);
        terminal
    }

    /// The same shell without spyhop, in a terminal as large as its body.
    fn plain(&self) -> Terminal {
        let (kubectl, config) = (program("kubectl"), kubeconfig());
        let args = ["--kubeconfig", &config, "-n", &self.0, "exec", "-it", "box", "--", "sh"];
        let rows = BODY.end - BODY.start;
        let terminal = Terminal::program(kubectl.to_str().unwrap(), &args, COLS, rows, &[]);
        terminal.shows("/ #", 15);
        terminal
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        kubectl(&["delete", "namespace", &self.0, "--wait=false"]);
    }
}

const POD: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: box, namespace: NAMESPACE}
spec:
  nodeName: rig-real
  terminationGracePeriodSeconds: 0
  containers:
  - name: box
    image: rig.local/busybox:1
    imagePullPolicy: Never
    tty: true
    stdin: true
    command: [sh, -c, "seq 1 500 >/tmp/lines; (while true; do echo served | nc -l -p 8080; done) & exec sh"]
    ports: [{containerPort: 8080, name: http}]
"#;

/// Cell by cell: the same characters and attributes, and the same colours where the program chose one.
fn assert_same(ours: &Terminal, theirs: &Terminal, what: &str) {
    // A page comes in pieces, in ours and in the plain one.
    let plain = |text: &str, rows: std::ops::Range<usize>| -> Vec<String> {
        let lines = text.lines().chain(std::iter::repeat("")).skip(rows.start).take(rows.len());
        lines.map(|line| line.trim_end().to_owned()).collect()
    };
    let (from, to) = (usize::from(BODY.start), usize::from(BODY.end));
    let same = |text: &str| plain(text, from..to) == plain(&theirs.text(), 0..to - from);
    ours.until(&format!("{what} as in a plain terminal"), 10, same);
    let (ours, theirs) = (ours.cells(BODY), theirs.cells(0..BODY.end - BODY.start));
    for (y, (row, plain)) in ours.iter().zip(&theirs).enumerate() {
        for (x, (cell, wanted)) in row.iter().zip(plain).enumerate() {
            let said = |cell: &vt100::Cell| match cell.contents() {
                "" => " ".to_owned(),
                contents => contents.to_owned(),
            };
            assert_eq!(said(cell), said(wanted), "{what}: row {y}, column {x}");
            assert_eq!(cell.inverse(), wanted.inverse(), "{what}: row {y}, column {x}");
            assert_eq!(cell.bold(), wanted.bold(), "{what}: row {y}, column {x}");
            if wanted.fgcolor() != vt100::Color::Default {
                assert_eq!(cell.fgcolor(), wanted.fgcolor(), "{what}: row {y}, column {x}");
            }
        }
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn programs_of_the_whole_screen_look_as_in_a_plain_terminal() {
    let pod = Pod::new("screens");
    let (mut ours, mut theirs) = (pod.explorer(), pod.plain());
    for terminal in [&mut ours, &mut theirs] {
        terminal.keys("clear; less /tmp/lines\r");
        terminal.until("the first page", 10, |text| has(text, "20") && !text.contains("/ #"));
        terminal.keys(" ");
        terminal.until("the second page", 10, |text| has(text, "40") && !has(text, "20"));
    }
    assert_same(&ours, &theirs, "less");
    for terminal in [&mut ours, &mut theirs] {
        terminal.keys("q");
        terminal.until("the prompt", 10, |text| has(text, "/ #"));
        terminal.keys("clear; vi /tmp/lines\r");
        terminal.shows("- /tmp/lines", 10);
        terminal.keys("5Gofound\x1b");
        terminal.until("the change", 10, |text| has(text, "found") && text.contains("6/501"));
    }
    assert_same(&ours, &theirs, "vi");
    for terminal in [&mut ours, &mut theirs] {
        terminal.keys(":q!\r");
        terminal.until("the prompt", 10, |text| has(text, "/ #"));
        let colours =
            "clear; printf '\\033[1;31mred\\033[0m \\033[7minverse\\033[0m \\033[38;5;208morange\\033[0m\\n'\r";
        terminal.typed(colours, "red inverse orange");
        terminal.until("the prompt after it", 10, |text| has(text, "/ #"));
    }
    assert_same(&ours, &theirs, "colours");
    for terminal in [&mut ours, &mut theirs] {
        // The heading of its table comes last.
        terminal.typed("clear; top\r", "PPID");
    }
    // Its figures change with each look: the words and their places are compared.
    let words = |rows: Vec<Vec<vt100::Cell>>| -> Vec<(String, bool)> {
        let line = |row: &Vec<vt100::Cell>| row.iter().map(vt100::Cell::contents).collect::<String>();
        let heading = rows.iter().find(|row| line(row).contains("PPID")).expect("top's heading");
        heading.iter().map(|cell| (cell.contents().trim().to_owned(), cell.inverse())).collect()
    };
    assert_eq!(words(ours.cells(BODY)), words(theirs.cells(0..BODY.end - BODY.start)));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_resize_reaches_the_process_and_exit_codes_are_shown() {
    let pod = Pod::new("exits");
    let mut terminal = pod.explorer();
    terminal.keys("stty size\r");
    terminal.shows("27 100", 5);
    terminal.resize(120, 40);
    terminal.typed("stty size\r", "37 120");
    for (command, code) in [("exit 5\r", "exit 5"), ("kill -9 $$\r", "exit 137")] {
        terminal.keys(command);
        terminal.shows(&format!("the shell ended: {code}"), 10);
        terminal.keys("\r");
        terminal.shows("● Running", 10);
        terminal.keys("s");
        terminal.until("a fresh shell", 15, |text| text.contains("/ #") && !text.contains("ended"));
    }
    // What its user ended leads back by itself.
    terminal.keys("exit\r");
    terminal.until("the list", 10, |text| text.contains("● Running") && !text.contains("ended"));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_long_paste_arrives_whole() {
    let pod = Pod::new("paste");
    let mut terminal = pod.explorer();
    // Raw, so that no line discipline cuts a line of a hundred thousand letters.
    terminal.keys("stty raw -echo; head -c 102400 | md5sum; stty sane\r");
    terminal.until("raw", 5, |text| text.contains("stty sane"));
    let text: String = (0..102_400u32).map(|i| char::from(b'a' + (i * 7 % 26) as u8)).collect();
    terminal.keys(&format!("\x1b[200~{text}\x1b[201~"));
    let sum = std::env::temp_dir().join(format!("paste-{}", std::process::id()));
    std::fs::write(&sum, &text).unwrap();
    let wanted = std::process::Command::new("md5sum").arg(&sum).output().unwrap();
    let wanted = String::from_utf8(wanted.stdout).unwrap();
    terminal.shows(wanted.split(' ').next().unwrap(), 30);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_session_that_is_left_goes_on_and_ends_with_the_program() {
    let pod = Pod::new("leave");
    let mut terminal = pod.explorer();
    terminal.keys("mark=here; sleep 3600\r");
    terminal.shows("sleep 3600", 5);
    terminal.keys(LEAVE);
    terminal.shows("it keeps running", 5);
    terminal.keys(":sessions\r");
    terminal.until("the session", 5, |text| text.contains("shell") && text.contains("● running"));
    terminal.keys("\r");
    terminal.shows("sleep 3600", 5);
    terminal.keys("\x03echo $mark-again\r");
    terminal.shows("here-again", 5);
    terminal.keys("sleep 3600\r");
    let sleeping = || kubectl(&["-n", &pod.0, "exec", "box", "--", "ps"]).contains("sleep 3600");
    wait("the sleep", sleeping);
    terminal.keys(LEAVE);
    terminal.shows("› sessions", 5);
    terminal.keys(":q\r");
    terminal.shows("quitting spyhop ends them", 5);
    terminal.keys("\t\r");
    wait("the end of the shell", || !sleeping());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn attaching_reaches_the_containers_own_process() {
    let pod = Pod::new("attach");
    let mut terminal = Terminal::sized(&kubeconfig(), &["-n", &pod.0], COLS, ROWS);
    terminal.shows("● Running", 15);
    terminal.keys("a");
    terminal.shows("attach box", 10);
    terminal.keys("\recho pid $$\r");
    terminal.shows("pid 1", 10);
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn ports_are_forwarded_until_they_are_stopped_or_the_pod_is_gone() {
    let pod = Pod::new("forward");
    let mut terminal = Terminal::sized(&kubeconfig(), &["-n", &pod.0], 120, ROWS);
    terminal.shows("● Running", 15);
    terminal.keys("F");
    terminal.shows("its containers declare: 8080 http", 10);
    // Any free local port.
    terminal.keys("\t\x150\r\r");
    terminal.shows("to port 8080 of box; :pf lists it", 10);
    // A port by the name that the container gives it, to a local port that somebody else has.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    terminal.keys("F");
    terminal.shows("its containers declare: 8080 http", 10);
    terminal.keys(&format!("\x15http\t\x15{port}\r\r"));
    terminal.shows(&format!("127.0.0.1:{port} is in use by another program"), 10);
    terminal.keys(":pf\r");
    terminal.shows("failed", 10);
    terminal.until("the port", 10, |text| text.contains("127.0.0.1:"));
    let text = terminal.text();
    let local = text.split("127.0.0.1:").nth(1).unwrap().split_whitespace().next().unwrap();
    let local: u16 = local.parse().unwrap();
    for _ in 0..3 {
        assert_eq!(fetch(local), "served\n");
    }
    // nc serves one after the other; a port without a listener is said.
    terminal.until("its bytes", 10, |text| text.contains("21"));
    kubectl(&["-n", &pod.0, "delete", "pod", "box", "--now"]);
    terminal.until("the lost pod", 30, |text| text.contains("not found") || text.contains("has ended"));
    assert!(TcpStream::connect(("127.0.0.1", local)).is_err(), "nobody listens any more");
    // What is over and what never began are taken from the list one by one.
    let rows = |text: &str| text.lines().filter(|line| line.contains(" box ")).count();
    terminal.until("two forwards", 5, |text| rows(text) == 2);
    terminal.keys("\x04");
    terminal.until("one forward", 5, |text| rows(text) == 1);
    terminal.keys("\x04");
    terminal.shows("no forwards", 5);
}

/// Whether a line of the screen is this and nothing else.
fn has(text: &str, line: &str) -> bool {
    text.lines().any(|shown| shown.trim_end() == line)
}

/// What a connection gives; the server in the pod may still be between two connections.
fn fetch(port: u16) -> String {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let mut text = String::new();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(b"x\n").unwrap();
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_string(&mut text);
        if !text.is_empty() {
            return text;
        }
        assert!(Instant::now() < deadline, "nothing came through the forward");
    }
}

fn wait(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "{what} never came");
    }
}
