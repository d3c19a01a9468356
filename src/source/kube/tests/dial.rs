use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::source::kube::config;
use crate::source::tests::folder::Folder;

/// Not patient and not forgiving, and looks at its files each time.
const QUICK: Limits = Limits { plugin: Duration::from_secs(30), look: Duration::ZERO, grace: Duration::ZERO };
const LATER: &str = "2999-01-01T00:00:00Z";
const BEFORE: &str = "2001-01-01T00:00:00Z";

/// A server without TLS that answers `{}` and tells the heads of the requests it got.
fn server() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (heads, seen) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                head.push(byte[0]);
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
            if heads.send(String::from_utf8_lossy(&head).to_lowercase()).is_err() {
                return;
            }
        }
    });
    (address, seen)
}

fn context(server: &str, user: &str, flags: &Flags) -> Context {
    let folder = Folder::new();
    let path = folder.write(
        "config",
        format!(
            "clusters: [{{name: c, cluster: {{server: '{server}'}}}}]\nusers:\n- name: u\n  user: {user}\n\
             contexts: [{{name: x, context: {{cluster: c, user: u}}}}]\ncurrent-context: x\n"
        ),
    );
    let loaded = config::load(flags, &|name| (name == "KUBECONFIG").then(|| path.clone()));
    assert!(loaded.problems.is_empty(), "{loaded:?}");
    loaded.contexts[0].clone()
}

fn dial(server: &str, user: &str) -> Dial {
    Dial::within(context(server, user, &Flags::default()), Arc::default(), QUICK)
}

fn plugin(command: &str, more: &str) -> String {
    format!("{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: '{command}', {more}}}}}")
}

fn answer(status: &str) -> String {
    format!(r#"{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{{{status}}}}}"#)
}

/// A plugin that counts its runs and prints the token `t<run>`.
fn counting(folder: &Folder, expires: &str) -> String {
    let runs = folder.path().join("runs").display().to_string();
    let status = format!(r#""token":"t'$n'","expirationTimestamp":"{expires}""#);
    folder.script("counting", &format!("echo run >> {runs}\nn=$(grep -c run {runs})\necho '{}'", answer(&status)))
}

async fn head(dial: &Dial, seen: &Receiver<String>) -> String {
    let client = dial.client().await.unwrap();
    client.request_text(http::Request::get("/version").body(Vec::new()).unwrap()).await.unwrap();
    seen.recv().unwrap()
}

async fn error(dial: &Dial) -> Error {
    dial.client().await.err().unwrap()
}

fn why(error: &Error) -> &str {
    assert!(!error.text().contains('\n'), "one line: {error}");
    error.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_sent() {
    let (address, seen) = server();
    let head = head(&dial(&address, "{token: abc}"), &seen).await;
    assert!(head.contains("authorization: bearer abc\r\n") && head.contains("user-agent: spyhop/"), "{head}");
}

#[tokio::test(flavor = "multi_thread")]
async fn impersonation_is_sent() {
    let (address, seen) = server();
    let flags = Flags {
        as_user: Some("bob".into()),
        as_groups: vec!["g1".into(), "g2".into()],
        as_uid: Some("7".into()),
        ..Flags::default()
    };
    let context = context(&address, "{as: alice, as-user-extra: {k: [v]}}", &flags);
    let head = head(&Dial::new(context, Arc::new(flags)), &seen).await;
    for line in [
        "impersonate-user: bob",
        "impersonate-group: g1",
        "impersonate-group: g2",
        "impersonate-uid: 7",
        "impersonate-extra-k: v",
    ] {
        assert!(head.contains(&format!("{line}\r\n")), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_alone_cannot_be_impersonated() {
    let dial = dial("http://127.0.0.1:1", "{as-groups: [g]}");
    assert!(why(&error(&dial).await).contains("add --as"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_password_are_sent() {
    let (address, seen) = server();
    assert!(
        head(&dial(&address, "{username: me, password: pw}"), &seen)
            .await
            .contains("authorization: basic bwu6chc=\r\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_sent_in_the_clear_over_a_network() {
    let context = context("http://192.0.2.1", "{token: abc}", &Flags::default());
    let plan = connect::plan(&context, &Flags::default(), None).unwrap();
    assert!(plan.config.auth_info.token.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_file_wins_and_is_read_again_when_it_changes() {
    let (address, seen) = server();
    let folder = Folder::new();
    let path = folder.write("token", "one\n");
    let dial = dial(&address, &format!("{{token: fixed, tokenFile: '{path}'}}"));
    assert!(head(&dial, &seen).await.contains("bearer one\r\n"));
    folder.write("token", "second\n");
    assert!(head(&dial, &seen).await.contains("bearer second\r\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_file_that_is_taken_away_ends_nothing() {
    let (address, seen) = server();
    let folder = Folder::new();
    let path = folder.write("token", "one");
    let dial = dial(&address, &format!("{{tokenFile: '{path}'}}"));
    head(&dial, &seen).await;
    std::fs::remove_file(&path).unwrap();
    assert!(head(&dial, &seen).await.contains("bearer one\r\n"));
    dial.forget();
    assert!(why(&error(&dial).await).starts_with(&format!("cannot read the tokenFile {path}: ")));
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_certificates_are_named() {
    let text = |user| async move { why(&error(&dial("https://127.0.0.1:1", user)).await).to_owned() };
    assert!(
        text("{client-certificate: /no.crt, client-key: /no.key}")
            .await
            .starts_with("cannot read the client-certificate /no.crt: ")
    );
    assert!(text("{client-certificate-data: YQ==}").await.contains("without its client-key"));
    assert!(
        text("{client-certificate-data: '!', client-key-data: YQ==}")
            .await
            .contains("client-certificate-data is not base64")
    );
    assert!(text("{client-certificate-data: YQ==, client-key-data: YQ==}").await.starts_with("context \"x\": "));
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_that_are_gone_say_what_to_use() {
    let error = error(&dial("https://127.0.0.1:1", "{auth-provider: {name: gcp}}")).await;
    assert!(matches!(&error, Error::Unsupported(text) if text.contains("gke-gcloud-auth-plugin")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oidc_token_is_sent_while_it_is_good() {
    let (address, seen) = server();
    // {"exp":32472144000}
    let token = "e30.eyJleHAiOjMyNDcyMTQ0MDAwfQ.e30";
    let head =
        head(&dial(&address, &format!("{{auth-provider: {{name: oidc, config: {{id-token: {token}}}}}}}")), &seen)
            .await;
    assert!(head.contains(&format!("authorization: bearer {}", token.to_lowercase())), "{head}");
    let error = error(&dial(&address, "{auth-provider: {name: oidc}}")).await;
    assert!(why(&error).contains("log in with the program"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_with_a_problem_says_it() {
    let mut context = context("https://127.0.0.1:1", "{}", &Flags::default());
    context.problem = Some("it is broken".to_owned());
    assert_eq!(error(&Dial::new(context, Arc::default())).await, Error::Invalid("it is broken".to_owned()));
}

#[cfg(unix)]
mod plugins {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn many_callers_make_one_login() {
        let (address, seen) = server();
        let folder = Folder::new();
        let dial = dial(&address, &plugin(&counting(&folder, LATER), ""));
        let clients = futures::future::join_all((0..8).map(|_| dial.client())).await;
        assert!(clients.iter().all(Result::is_ok));
        assert!(head(&dial, &seen).await.contains("authorization: bearer t1\r\n"));
        assert_eq!(folder.read("runs"), "run\n");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_callers_see_one_failure() {
        let folder = Folder::new();
        let script = folder.script("plug", &format!("echo run >> {}; exit 1", folder.path().join("runs").display()));
        let dial = dial("http://127.0.0.1:1", &plugin(&script, ""));
        let clients = futures::future::join_all((0..8).map(|_| dial.client())).await;
        assert!(clients.iter().all(Result::is_err));
        assert_eq!(folder.read("runs"), "run\n");
        error(&dial).await;
        assert_eq!(folder.read("runs"), "run\nrun\n");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_expired_credential_is_renewed() {
        let (address, seen) = server();
        let folder = Folder::new();
        let dial = dial(&address, &plugin(&counting(&folder, BEFORE), ""));
        assert!(head(&dial, &seen).await.contains("bearer t1\r\n"));
        assert!(head(&dial, &seen).await.contains("bearer t2\r\n"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_refused_credential_is_renewed() {
        let (address, seen) = server();
        let folder = Folder::new();
        let dial = dial(&address, &plugin(&counting(&folder, LATER), ""));
        assert!(head(&dial, &seen).await.contains("bearer t1\r\n"));
        assert!(head(&dial, &seen).await.contains("bearer t1\r\n"));
        dial.forget();
        assert!(head(&dial, &seen).await.contains("bearer t2\r\n"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_late_refusal_of_the_former_client_is_ignored() {
        let (address, seen) = server();
        let folder = Folder::new();
        let context = context(&address, &plugin(&counting(&folder, LATER), ""), &Flags::default());
        let dial = Dial::within(context, Arc::default(), Limits { grace: Duration::from_secs(1000), ..QUICK });
        head(&dial, &seen).await;
        dial.forget();
        assert!(head(&dial, &seen).await.contains("bearer t1\r\n"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_login_outlives_the_one_who_asked() {
        let folder = Folder::new();
        let dial = dial("http://127.0.0.1:1", &plugin(&counting(&folder, LATER), ""));
        let mut first = Box::pin(dial.client());
        assert!(futures::poll!(&mut first).is_pending());
        drop(first);
        assert!(dial.client().await.is_ok());
        assert_eq!(folder.read("runs"), "run\n");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn arguments_and_variables_reach_the_plugin_as_they_are() {
        let folder = Folder::new();
        let out = folder.path().join("out").display().to_string();
        let body = format!(
            "printf '%s|' \"$#\" \"$@\" \"$HOSTILE\" \"$KUBERNETES_EXEC_INFO\" > {out}\ncat >> {out}\necho '{}'",
            answer(r#""token":"t""#)
        );
        let script = folder.script("sp ace;$(touch evil)", &body);
        let more = "args: ['$(touch evil)', '; exit 3', \"a\\nb\"], env: [{name: HOSTILE, value: '`id`'}], provideClusterInfo: true";
        let dial = dial("http://127.0.0.1:1", &plugin(&script, more));
        assert!(dial.client().await.is_ok());
        let out = folder.read("out");
        let expected = "3|$(touch evil)|; exit 3|a\nb|`id`|";
        assert_eq!(&out[..expected.len()], expected);
        let info: serde_json::Value = serde_json::from_str(out[expected.len()..].trim_end_matches('|')).unwrap();
        assert_eq!(info["spec"]["cluster"]["server"], "http://127.0.0.1:1");
        assert_eq!((&info["spec"]["interactive"], &info["kind"]), (&false.into(), &"ExecCredential".into()));
        assert!(!folder.path().join("evil").exists());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_failure_shows_what_the_plugin_said() {
        let folder = Folder::new();
        let script = folder.script("plug", "echo 'Token is \u{1b}[31mexpired' >&2; echo 'run plug login' >&2; exit 7");
        let error = error(&dial("http://127.0.0.1:1", &plugin(&script, ""))).await;
        assert_eq!(why(&error), "credential plugin plug failed (7): Token is [31mexpired / run plug login");
        assert!(matches!(error, Error::Login { program, .. } if program.is_empty()));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_misses_the_terminal_is_handed_over() {
        let folder = Folder::new();
        let script = folder.script("plug", "exec 3<>/dev/tty || exit 1; sleep 1000");
        let failing = dial("http://127.0.0.1:1", &plugin(&script, "args: [login]"));
        let Error::Login { program, why } = error(&failing).await else { panic!("no login") };
        assert_eq!(program, [script.as_str(), "login"]);
        assert!(why.contains("/dev/tty"), "{why}");

        let never = dial("http://127.0.0.1:1", &plugin(&script, "interactiveMode: Never"));
        assert!(matches!(error(&never).await, Error::Login { program, .. } if program.is_empty()));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_always_wants_the_terminal_is_never_run_without() {
        let (address, seen) = server();
        let folder = Folder::new();
        let script = counting(&folder, LATER);
        let dial = dial(&address, &plugin(&script, "interactiveMode: Always"));
        assert!(matches!(error(&dial).await, Error::Login { program, .. } if program == [script.as_str()]));
        assert_eq!(folder.read("runs"), "");

        let mut command = dial.interactive().unwrap().unwrap();
        let output = command.output().unwrap();
        assert!(
            command.get_envs().any(|(_, v)| v.is_some_and(|v| v.to_string_lossy().contains(r#""interactive":true"#)))
        );
        dial.accept(&output.stdout).unwrap();
        assert!(head(&dial, &seen).await.contains("bearer t1\r\n"));
        assert!(dial.accept(b"hello").unwrap_err().text().contains("credential plugin counting"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_hangs_is_ended_with_all_it_started() {
        let folder = Folder::new();
        let alive = folder.path().join("pid").display().to_string();
        let script = folder.script("plug", &format!("sleep 1000 & echo $! > {alive}; wait"));
        let context = context("http://127.0.0.1:1", &plugin(&script, ""), &Flags::default());
        let limits = Limits { plugin: Duration::from_millis(500), ..QUICK };
        let error = error(&Dial::within(context, Arc::default(), limits)).await;
        assert_eq!(why(&error), "credential plugin plug did not answer within 0.5 s");
        let pid = folder.read("pid");
        let ended =
            || std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).map_or(true, |stat| stat.contains(") Z "));
        assert!(!pid.is_empty());
        while cfg!(target_os = "linux") && !ended() {
            std::thread::yield_now();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn too_much_output_is_cut_off() {
        let folder = Folder::new();
        let script = folder.script("plug", "exec yes");
        let error = error(&dial("http://127.0.0.1:1", &plugin(&script, ""))).await;
        assert_eq!(why(&error), "credential plugin plug: it printed more than 1 MiB");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn garbage_is_refused_without_being_shown() {
        let folder = Folder::new();
        let script = folder.script("plug", "echo '{\"token\": hunter2'");
        let error = error(&dial("http://127.0.0.1:1", &plugin(&script, ""))).await;
        assert_eq!(why(&error), "credential plugin plug: its answer is not valid JSON (line 1, column 11)");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_old_interface_is_named() {
        let folder = Folder::new();
        let script = folder.script("plug", "echo");
        let user = format!("{{exec: {{apiVersion: client.authentication.k8s.io/v1alpha1, command: '{script}'}}}}");
        let error = error(&dial("http://127.0.0.1:1", &user)).await;
        assert!(matches!(&error, Error::Unsupported(text) if text.contains("v1alpha1")), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_plugin_says_how_to_install_it() {
    let text = |command, more| async move {
        why(&error(&dial("http://127.0.0.1:1", &plugin(command, more))).await).to_owned()
    };
    assert_eq!(
        text("no-such-plugin", r#"installHint: "  brew install\n  plugin ""#).await,
        "credential plugin no-such-plugin is not in PATH: brew install plugin"
    );
    assert!(
        text("/no/such", "")
            .await
            .starts_with("credential plugin /no/such does not exist or is not executable: install it")
    );
}

/// A SOCKS5 proxy that lets one user in, and then answers itself as the server behind it. Tells what it was asked.
fn socks(user: &'static str, password: &'static str) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, seen) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut take = |n: usize| {
                let mut bytes = vec![0; n];
                stream.read_exact(&mut bytes).ok().map(|()| bytes)
            };
            let Some(methods) = take(2).and_then(|head| take(head[1].into())) else { continue };
            if !methods.contains(&2) {
                let _ = asked.send(format!("methods {methods:?}"));
                let _ = stream.write_all(&[5, 0xff]);
                continue;
            }
            let _ = stream.write_all(&[5, 2]);
            let mut take = |n: usize| {
                let mut bytes = vec![0; n];
                stream.read_exact(&mut bytes).map(|()| bytes).unwrap_or_default()
            };
            let mut text = |n: u8| String::from_utf8(take(n.into())).unwrap();
            let length = text(2).as_bytes()[1];
            let name = text(length);
            let length = text(1).as_bytes()[0];
            let given = text(length);
            let _ = asked.send(format!("{name} {given}"));
            let fits = name == user && given == password;
            let _ = stream.write_all(&[1, u8::from(!fits)]);
            if !fits {
                continue;
            }
            let mut head = [0; 5];
            let _ = stream.read_exact(&mut head);
            let rest = if head[3] == 3 { usize::from(head[4]) + 2 } else { 5 };
            let _ = stream.read_exact(&mut vec![0; rest]);
            let _ = stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                request.push(byte[0]);
            }
            let _ = asked.send(String::from_utf8_lossy(&request).to_lowercase());
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
        }
    });
    (port, seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socks_proxy_gets_its_login() {
    let (port, seen) = socks("me", "p@:w");
    let folder = Folder::new();
    let path = folder.write(
        "config",
        format!(
            "clusters: [{{name: c, cluster: {{server: 'http://sea.example.com', proxy-url: 'socks5://me:p%40%3Aw@127.0.0.1:{port}'}}}}]\n\
             contexts: [{{name: x, context: {{cluster: c}}}}]\ncurrent-context: x\n"
        ),
    );
    let loaded = config::load(&Flags::default(), &|name| (name == "KUBECONFIG").then(|| path.clone()));
    let dial = Dial::within(loaded.contexts[0].clone(), Arc::default(), QUICK);
    let head = head(&dial, &seen).await;
    assert_eq!(head, "me p@:w");
    let request = seen.recv().unwrap();
    assert!(request.starts_with("get /version") && request.contains("host: sea.example.com"), "{request}");
    assert!(request.contains("accept-encoding: gzip") && request.contains("user-agent: spyhop/"), "{request}");
}
