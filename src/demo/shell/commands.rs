//! The commands of the shell, one a row.

use std::collections::BTreeSet;

use super::Shell;

type Done = (String, i32);

struct Command {
    name: &'static str,
    help: &'static str,
    run: fn(&mut Shell, &[String], &str) -> Done,
}

macro_rules! command {
    ($name:literal, $help:literal, $run:expr) => {
        Command { name: $name, help: $help, run: $run }
    };
}

static COMMANDS: &[Command] = &[
    command!("cat", "print files", cat),
    command!("cd", "change the directory", cd),
    command!("clear", "clear the screen", |_, _, _| well("\u{1b}[H\u{1b}[2J")),
    command!("command", "check whether a command exists", which),
    command!("curl", "send a request to a service", curl),
    command!("date", "print the time", |shell, _, _| well(&format!("{}\n", shell.now.rfc3339()))),
    command!("echo", "print words", echo),
    command!("env", "print the environment", env),
    command!("exit", "exit, with a code", exit),
    command!("export", "set a variable", export),
    command!("false", "fail", |_, _, _| (String::new(), 1)),
    command!("grep", "print lines with a word", grep),
    command!("head", "print the first lines", |shell, argv, input| cut(shell, argv, input, false)),
    command!("help", "print this", help),
    command!("hostname", "print the name of the pod", |shell, _, _| well(&format!("{}\n", shell.host))),
    command!("id", "print who you are", |_, _, _| well("uid=0(root) gid=0(root) groups=0(root)\n")),
    command!("kill", "end a process", kill),
    command!("ls", "list a directory", ls),
    command!("nslookup", "look up a name", nslookup),
    command!("ps", "list processes", ps),
    command!("pwd", "print the directory", |shell, _, _| well(&format!("{}\n", shell.place))),
    command!("sleep", "wait (here it returns at once)", |_, _, _| well("")),
    command!("sort", "sort lines", sort),
    command!("stty", "print the size of the terminal", |shell, _, _| well(&format!(
        "{} {}\n",
        shell.size.1, shell.size.0
    ))),
    command!("tail", "print the last lines", |shell, argv, input| cut(shell, argv, input, true)),
    command!("true", "do nothing, successfully", |_, _, _| well("")),
    command!("uname", "print the system", uname),
    command!("wc", "count lines", |shell, argv, input| {
        let text = input_of(shell, argv, input);
        well(&format!("{}\n", text.lines().count()))
    }),
    command!("wget", "send a request to a service", wget),
    command!("which", "show where a command is", which),
    command!("whoami", "print who you are", |_, _, _| well("root\n")),
];

/// Services that answer, with their ports.
const SERVICES: &[(&str, u16)] = &[
    ("web", 80),
    ("web-next", 80),
    ("cart", 80),
    ("catalog", 9080),
    ("ratings", 9080),
    ("checkout", 80),
    ("search", 80),
    ("mail", 80),
    ("inventory", 9090),
    ("recommendation", 80),
    ("pricing", 80),
    ("shipping", 80),
    ("tax", 80),
    ("currency", 80),
    ("session", 80),
    ("wishlist", 80),
    ("loyalty", 80),
    ("promo", 80),
    ("returns", 80),
    ("admin", 80),
    ("feed", 80),
    ("notifier", 80),
    ("image-resizer", 80),
    ("redis", 6379),
    ("postgres", 5432),
];
/// Services that are there, and behind which nobody is ready.
const SILENT: &[&str] = &["payment", "checkout-canary"];

pub fn is_known(name: &str) -> bool {
    COMMANDS.iter().any(|command| command.name == name)
}

pub fn run(shell: &mut Shell, argv: &[String], input: &str) -> Done {
    let Some((name, rest)) = argv.split_first() else { return well("") };
    // `NAME=value` alone sets a variable.
    if rest.is_empty()
        && let Some((variable, value)) = name.split_once('=')
    {
        shell.environment.insert(variable.to_owned(), value.to_owned());
        return well("");
    }
    let short = name.rsplit('/').next().unwrap_or(name);
    match COMMANDS.iter().find(|command| command.name == short) {
        Some(command) => (command.run)(shell, rest, input),
        None => (format!("sh: {name}: not found\n"), 127),
    }
}

fn well(text: &str) -> Done {
    (text.to_owned(), 0)
}

fn plain(argv: &[String]) -> Vec<&str> {
    argv.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect()
}

fn input_of(shell: &Shell, argv: &[String], input: &str) -> String {
    match plain(argv).last().and_then(|path| shell.files.get(&shell.absolute(path))) {
        Some(text) => text.clone(),
        None => input.to_owned(),
    }
}

fn is_directory(shell: &Shell, path: &str) -> bool {
    let inside = if path == "/" { "/".to_owned() } else { format!("{path}/") };
    shell.files.keys().any(|file| file.starts_with(&inside))
}

fn cat(shell: &mut Shell, argv: &[String], input: &str) -> Done {
    if argv.is_empty() {
        return well(input);
    }
    let (mut out, mut code) = (String::new(), 0);
    for path in plain(argv) {
        let whole = shell.absolute(path);
        match shell.files.get(&whole) {
            Some(text) => out.push_str(text),
            None => {
                let why = if is_directory(shell, &whole) { "read error: Is a directory" } else { "can't open" };
                out.push_str(&match why {
                    "can't open" => format!("cat: can't open '{path}': No such file or directory\n"),
                    why => format!("cat: {why}\n"),
                });
                code = 1;
            }
        }
    }
    (out, code)
}

fn cd(shell: &mut Shell, argv: &[String], _: &str) -> Done {
    let path = argv.first().map_or("/root", String::as_str);
    let whole = shell.absolute(path);
    if !is_directory(shell, &whole) {
        return (format!("sh: cd: can't cd to {path}: No such file or directory\n"), 2);
    }
    shell.place = whole;
    well("")
}

fn ls(shell: &mut Shell, argv: &[String], _: &str) -> Done {
    let path = plain(argv).first().map_or(".".to_owned(), |path| (*path).to_owned());
    let (long, hidden) = (
        argv.iter().any(|flag| flag.starts_with('-') && flag.contains('l')),
        argv.iter().any(|flag| flag.starts_with('-') && flag.contains('a')),
    );
    let whole = shell.absolute(&path);
    if shell.files.contains_key(&whole) {
        return well(&format!("{path}\n"));
    }
    let inside = if whole == "/" { "/".to_owned() } else { format!("{whole}/") };
    let names: BTreeSet<(String, bool)> = shell
        .files
        .keys()
        .filter_map(|file| file.strip_prefix(&inside))
        .map(|rest| rest.split_once('/').map_or((rest.to_owned(), false), |(name, _)| (name.to_owned(), true)))
        .filter(|(name, _)| hidden || !name.starts_with('.'))
        .collect();
    if names.is_empty() && !is_directory(shell, &whole) {
        return (format!("ls: {path}: No such file or directory\n"), 1);
    }
    let stamp = shell.started.rfc3339().get(..10).unwrap_or_default().to_owned();
    let one = |(name, directory): &(String, bool)| match (long, directory) {
        (false, _) => format!("{name}\n"),
        (true, true) => format!("drwxr-xr-x    2 root     root          4096 {stamp} {name}\n"),
        (true, false) => {
            let size = shell.files.get(&format!("{inside}{name}")).map_or(0, String::len);
            format!("-rw-r--r--    1 root     root     {size:>9} {stamp} {name}\n")
        }
    };
    well(&names.iter().map(one).collect::<String>())
}

fn echo(_: &mut Shell, argv: &[String], _: &str) -> Done {
    let (end, words) = if argv.first().is_some_and(|flag| flag == "-n") { ("", &argv[1..]) } else { ("\n", argv) };
    well(&format!("{}{end}", words.join(" ")))
}

fn env(shell: &mut Shell, _: &[String], _: &str) -> Done {
    let mut all = shell.environment.clone();
    all.insert("PWD".to_owned(), shell.place.clone());
    well(&all.iter().map(|(name, value)| format!("{name}={value}\n")).collect::<String>())
}

fn export(shell: &mut Shell, argv: &[String], _: &str) -> Done {
    for word in argv {
        if let Some((name, value)) = word.split_once('=') {
            shell.environment.insert(name.to_owned(), value.to_owned());
        }
    }
    well("")
}

fn exit(shell: &mut Shell, argv: &[String], _: &str) -> Done {
    let code = argv.first().map_or(Ok(shell.code), |word| word.parse());
    match code {
        Ok(code) => {
            shell.ended = Some(code & 0xff);
            (String::new(), code)
        }
        Err(_) => ("sh: exit: Illegal number\n".to_owned(), 2),
    }
}

/// Who ends the first process ends the container, and this shell with it.
fn kill(shell: &mut Shell, argv: &[String], _: &str) -> Done {
    match plain(argv).first() {
        Some(&"1") => {
            shell.ended = Some(137);
            (String::new(), 137)
        }
        Some(&"42") => {
            shell.ended = Some(143);
            (String::new(), 143)
        }
        Some(pid) => (format!("sh: kill: can't kill pid {pid}: No such process\n"), 1),
        None => ("sh: usage: kill [-s sigspec | -n signum | -sigspec] pid\n".to_owned(), 1),
    }
}

fn ps(shell: &mut Shell, _: &[String], _: &str) -> Done {
    let minutes = shell.now.since(shell.started) / 60_000;
    well(&format!(
        "PID   USER     TIME  COMMAND\n    1 root     {:>2}:{:02} {}\n   42 root      0:00 sh\n   57 root      0:00 ps\n",
        minutes / 60,
        minutes % 60,
        shell.command
    ))
}

fn uname(shell: &mut Shell, argv: &[String], _: &str) -> Done {
    let all = argv.first().is_some_and(|flag| flag == "-a");
    well(&if all {
        format!("Linux {} 6.12.58-talos #1 SMP x86_64 Linux ({})\n", shell.host, shell.image)
    } else {
        "Linux\n".to_owned()
    })
}

fn which(_: &mut Shell, argv: &[String], _: &str) -> Done {
    match plain(argv).first() {
        Some(name) if is_known(name) => well(&format!("/usr/bin/{name}\n")),
        _ => (String::new(), 127),
    }
}

fn help(_: &mut Shell, _: &[String], _: &str) -> Done {
    let rows: String = COMMANDS.iter().map(|command| format!("  {:<10} {}\n", command.name, command.help)).collect();
    well(&format!("A shell of the demo cluster knows:\n{rows}"))
}

fn grep(shell: &mut Shell, argv: &[String], input: &str) -> Done {
    let words = plain(argv);
    let Some((wanted, files)) = words.split_first() else { return ("usage: grep WORD [FILE]\n".to_owned(), 2) };
    let wide = argv.iter().any(|flag| flag == "-i");
    let text = match files.first() {
        Some(path) => shell.files.get(&shell.absolute(path)).cloned().unwrap_or_default(),
        None => input.to_owned(),
    };
    let fits =
        |line: &&str| if wide { line.to_lowercase().contains(&wanted.to_lowercase()) } else { line.contains(wanted) };
    let out: String = text.lines().filter(fits).map(|line| format!("{line}\n")).collect();
    let code = i32::from(out.is_empty());
    (out, code)
}

fn sort(shell: &mut Shell, argv: &[String], input: &str) -> Done {
    let text = input_of(shell, argv, input);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    well(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}

fn cut(shell: &mut Shell, argv: &[String], input: &str, from_end: bool) -> Done {
    let mut count = 10;
    let mut rest: Vec<String> = Vec::new();
    let mut words = argv.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some("n") => count = words.next().and_then(|word| word.parse().ok()).unwrap_or(count),
            Some(number) => count = number.trim_start_matches('n').parse().unwrap_or(count),
            None => rest.push(word.clone()),
        }
    }
    let text = input_of(shell, &rest, input);
    let lines: Vec<&str> = text.lines().collect();
    let kept = if from_end { &lines[lines.len().saturating_sub(count)..] } else { &lines[..count.min(lines.len())] };
    well(&kept.iter().map(|line| format!("{line}\n")).collect::<String>())
}

/// What becomes of a request.
enum Answer {
    Body(String),
    Unknown,
    Refused(u16),
}

/// The host and path of a URL, looked up among the services of the shop.
fn ask(shell: &Shell, url: &str) -> (String, Answer) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) =
        authority.split_once(':').map_or((authority, 80), |(host, port)| (host, port.parse().unwrap_or(80)));
    let answer = match find(shell, host) {
        None if host == "localhost" || host == "127.0.0.1" => {
            Answer::Body(format!("{{\"status\":\"ok\",\"pod\":\"{}\"}}\n", shell.host))
        }
        None => Answer::Unknown,
        Some((name, Some(open))) if open == port => {
            Answer::Body(format!("{{\"service\":\"{name}\",\"path\":\"/{path}\",\"status\":\"ok\"}}\n"))
        }
        Some(_) => Answer::Refused(port),
    };
    (host.to_owned(), answer)
}

fn find<'a>(shell: &Shell, host: &'a str) -> Option<(&'a str, Option<u16>)> {
    let (name, rest) = host.split_once('.').unwrap_or((host, ""));
    let near = rest.is_empty() && shell.namespace.starts_with("shop");
    let far = ["shop", "shop.svc", "shop.svc.cluster.local"].contains(&rest);
    if !near && !far {
        return None;
    }
    if SILENT.contains(&name) {
        return Some((name, None));
    }
    SERVICES.iter().find(|(known, _)| *known == name).map(|(_, port)| (name, Some(*port)))
}

fn curl(shell: &mut Shell, argv: &[String], _: &str) -> Done {
    let words = plain(argv);
    let Some(url) = words.last() else { return ("curl: (2) no URL specified\n".to_owned(), 2) };
    let head = argv.iter().any(|flag| flag == "-I" || flag == "-v");
    match ask(shell, url) {
        (_, Answer::Body(body)) if head => {
            well(&format!("HTTP/1.1 200 OK\ncontent-type: application/json\ncontent-length: {}\n\n{body}", body.len()))
        }
        (_, Answer::Body(body)) => well(&body),
        (host, Answer::Unknown) => (format!("curl: (6) Could not resolve host: {host}\n"), 6),
        (host, Answer::Refused(port)) => {
            (format!("curl: (7) Failed to connect to {host} port {port}: Connection refused\n"), 7)
        }
    }
}

fn wget(shell: &mut Shell, argv: &[String], _: &str) -> Done {
    let words = plain(argv);
    let Some(url) = words.last() else { return ("wget: missing URL\n".to_owned(), 1) };
    match ask(shell, url) {
        (_, Answer::Body(body)) => well(&body),
        (host, Answer::Unknown) => (format!("wget: bad address '{host}'\n"), 1),
        (host, Answer::Refused(_)) => (format!("wget: can't connect to remote host ({host}): Connection refused\n"), 1),
    }
}

fn nslookup(shell: &mut Shell, argv: &[String], _: &str) -> Done {
    let Some(host) = argv.first() else { return ("usage: nslookup HOST\n".to_owned(), 1) };
    let head = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n";
    match find(shell, host) {
        Some((name, _)) => {
            let last = name.bytes().fold(7u32, |sum, byte| (sum * 31 + u32::from(byte)) % 250);
            well(&format!("{head}Name:\t{name}.shop.svc.cluster.local\nAddress: 10.96.12.{last}\n"))
        }
        None => (format!("{head}** server can't find {host}: NXDOMAIN\n"), 1),
    }
}
