use super::*;
use crate::source::tests::folder::Folder;

const FIRST: &str = r#"
clusters:
- {name: c, cluster: {server: "https://a:1"}}
users:
- {name: u, user: {token: first}}
contexts:
- {name: x, context: {cluster: c, user: u}}
current-context: ""
"#;
const SECOND: &str = r#"
current-context: beta
clusters:
- {name: c, cluster: {server: "https://b:1", tls-server-name: other}}
- {name: d, cluster: {server: "https://d:1", certificate-authority: rel/ca.crt}}
users:
- name: u
  user: {token: second, username: q}
- name: v
  user: {client-certificate: c.crt, client-key: ../c.key, tokenFile: /t, exec: {command: ./plug}}
- name: w
  user: {exec: {command: plug}}
contexts:
- {name: x, context: {cluster: d, user: u, namespace: late}}
- {name: beta, context: {cluster: d, user: v, namespace: nn}}
- {name: gamma, context: {cluster: d, user: w}}
"#;

fn env<'a>(vars: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    move |name| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

fn files(folder: &Folder, flags: &Flags, paths: &[&str]) -> Loaded {
    let paths: Vec<PathBuf> = paths.iter().map(|name| folder.path().join(name)).collect();
    let list = std::env::join_paths(paths).unwrap();
    load_from(flags, &env(&[("KUBECONFIG", list.to_str().unwrap())]), folder.path())
}

fn one(text: &str, flags: &Flags) -> Loaded {
    let folder = Folder::new();
    folder.write("config", text);
    files(&folder, flags, &["config"])
}

fn problems(loaded: &Loaded) -> String {
    loaded.problems.iter().map(|error| error.text().to_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_first_file_wins_as_in_kubectl() {
    let folder = Folder::new();
    folder.write("one", FIRST);
    folder.write("sub/two", SECOND);
    folder.write("three", "current-context: gamma");
    let loaded = files(&folder, &Flags::default(), &["one", "missing", "sub/two", "one", "three"]);
    let names: Vec<&str> = loaded.contexts.iter().map(|context| context.name.as_str()).collect();
    assert_eq!(names, ["x", "beta", "gamma"]);
    assert_eq!(loaded.current, Some(1));
    assert_eq!(problems(&loaded), "");
    let looks: Vec<&Look> = loaded.looked.iter().map(|looked| &looked.what).collect();
    assert_eq!(looks, [&Look::Found, &Look::Missing, &Look::Found, &Look::Found]);

    let x = &loaded.contexts[0];
    assert_eq!((x.server.as_str(), x.namespace.as_str()), ("https://a:1", "default"));
    assert!(x.way.cluster.tls_server_name.is_none() && x.way.user.username.is_none());
    assert_eq!(x.way.user.token.as_ref().unwrap().0, "first");
}

#[test]
fn relative_paths_start_where_their_file_stands() {
    let folder = Folder::new();
    folder.write("sub/two", SECOND);
    let loaded = files(&folder, &Flags::default(), &["sub/two"]);
    let at = |name: &str| folder.path().join("sub").join(name).to_str().map(str::to_owned);
    let beta = &loaded.contexts[1].way;
    assert_eq!(beta.cluster.certificate_authority, at("rel/ca.crt"));
    assert_eq!(beta.user.client_certificate, at("c.crt"));
    assert_eq!(beta.user.client_key, at("../c.key"));
    assert_eq!(beta.user.token_file.as_deref(), Some("/t"));
    assert_eq!(beta.user.exec.as_ref().unwrap().command, at("./plug"));
    assert_eq!(loaded.contexts[2].way.user.exec.as_ref().unwrap().command.as_deref(), Some("plug"));
}

#[test]
fn a_broken_file_is_named_with_its_line_and_the_others_still_count() {
    let folder = Folder::new();
    folder.write("broken", "contexts:\n- name: x\n  context: {cluster: c\nusers: 3\n");
    folder.write("typed", "users:\n- name: u\n  user: {token: [hunter2]}\n- name: v\n  user: hunter2\n");
    folder.write("kind", "kind: Pod\n");
    folder.write("one", FIRST);
    let loaded =
        files(&folder, &Flags { context: Some("x".into()), ..Flags::default() }, &["broken", "typed", "kind", "one"]);
    assert_eq!(loaded.current, Some(0));
    let text = problems(&loaded);
    let at = |name: &str| folder.path().join(name).display().to_string();
    assert!(text.contains(&format!("{}:4:6: ", at("broken"))), "{text}");
    assert!(text.contains(&format!("{}:3:17: users[0].user.token: ", at("typed"))), "{text}");
    assert!(text.contains(&format!("{}: this is not a kubeconfig", at("kind"))), "{text}");
    assert!(!text.contains("hunter2"));
}

#[test]
fn values_in_the_wrong_place_are_not_repeated() {
    let text = problems(&one("users:\n- {name: u, user: \"hunter2\"}", &Flags::default()));
    assert!(text.contains(":2:19: users[0].user: ") && !text.contains("hunter2"), "{text}");
}

#[test]
fn empty_null_and_foreign_entries_are_no_errors() {
    let text = "apiVersion: v1\nkind: Config\nclusters: null\nusers:\nfoo: [1]\ncontexts:\n- name: x\n- {context: {user: ''}, name: z}\npreferences: {}\n";
    let loaded = one(text, &Flags::default());
    assert_eq!(problems(&loaded), "");
    assert_eq!(loaded.contexts[0].problem.as_deref(), Some("context \"x\" has no cluster"));
    for text in ["", "# nothing\n", "---\n"] {
        assert!(one(text, &Flags::default()).looked[0].what == Look::Found, "{text:?}");
    }
    let wide: Vec<u8> = "\u{feff}current-context: x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let folder = Folder::new();
    folder.write("wide", wide);
    assert!(problems(&files(&folder, &Flags::default(), &["wide"])).contains("context \"x\""));
}

#[test]
fn files_are_read_as_kubectl_reads_them() {
    let own = r#"clusters:
- name: c
  cluster: &base {server: "https://a:1", tls-server-name: t}
- name: d
  cluster:
    <<: *base
    server: https://b:1
users: [{name: u, user: {token: old, token: new}}]
contexts:
- {name: x, context: {cluster: d, user: u}}
current-context: y
current-context: x
"#;
    for text in [own.to_owned(), format!("\u{feff}{own}")] {
        let loaded = one(&text, &Flags::default());
        assert_eq!(problems(&loaded), "");
        let x = &loaded.contexts[loaded.current.unwrap()];
        assert_eq!((x.name.as_str(), x.server.as_str()), ("x", "https://b:1"));
        assert_eq!(x.way.cluster.tls_server_name.as_deref(), Some("t"));
        assert_eq!(x.way.user.token.as_ref().unwrap().0, "new");
    }
}

#[test]
fn a_name_twice_in_one_file_is_a_mistake() {
    let twice = |list: &str| problems(&one(list, &Flags::default()));
    for (list, words) in [
        ("contexts: [{name: x}, {name: y}, {name: x}]", ": the context \"x\" is in it twice"),
        ("clusters: [{name: c}, {name: c}]", ": the cluster \"c\" is in it twice"),
        ("users: [{name: u}, {name: u}]", ": the user \"u\" is in it twice"),
    ] {
        assert!(twice(list).contains(words), "{}", twice(list));
    }
    let folder = Folder::new();
    ["a", "b"]
        .iter()
        .for_each(|name| drop(folder.write(name, format!("contexts: [{{name: x, context: {{user: {name}}}}}]"))));
    let loaded = files(&folder, &Flags::default(), &["a", "b"]);
    assert_eq!((loaded.contexts.len(), loaded.contexts[0].user.as_str()), (1, "a"));
}

#[test]
fn only_the_first_document_is_read() {
    let loaded = one("current-context: a\ncontexts: [{name: a}]\n---\ncontexts: [{name: b}]\n", &Flags::default());
    assert_eq!(loaded.contexts.len(), 1);
}

#[test]
fn an_unknown_context_lists_the_known_ones() {
    let folder = Folder::new();
    folder.write("two", SECOND);
    let loaded = files(&folder, &Flags { context: Some("nope".into()), ..Flags::default() }, &["two"]);
    assert_eq!(loaded.current, None);
    let path = folder.path().join("two");
    assert_eq!(problems(&loaded), format!("context \"nope\" is not in {}; there are: beta, gamma, x", path.display()));
}

#[test]
fn without_any_file_the_place_is_named() {
    let loaded = load_from(&Flags::default(), &env(&[("HOME", "/nowhere")]), Path::new("/nowhere"));
    assert_eq!(loaded.looked[0].path, Path::new("/nowhere/.kube/config"));
    assert!(problems(&loaded).starts_with("no cluster is known: /nowhere/.kube/config has none"), "{loaded:?}");
    let flags = Flags { kubeconfig: Some("/nowhere/k".into()), ..Flags::default() };
    assert_eq!(
        problems(&load_from(&flags, &env(&[]), Path::new("/nowhere"))),
        "--kubeconfig: /nowhere/k does not exist"
    );
}

#[test]
fn flags_lie_over_the_picked_context_only() {
    let flags = Flags {
        cluster: Some("c".into()),
        user: Some("u".into()),
        namespace: Some("mine".into()),
        token: Some("typed".into()),
        insecure_skip_tls_verify: true,
        ..Flags::default()
    };
    let loaded = one(SECOND, &flags);
    let beta = &loaded.contexts[1];
    assert_eq!((beta.cluster.as_str(), beta.user.as_str(), beta.namespace.as_str()), ("c", "u", "mine"));
    assert!(beta.insecure && beta.problem.is_none());
    assert_eq!(beta.way.user.token.as_ref().unwrap().0, "typed");
    assert!(beta.way.user.username.is_none());
    for other in [&loaded.contexts[0], &loaded.contexts[2]] {
        assert!(!other.insecure && other.namespace != "mine");
        assert!(other.way.user.token.as_ref().is_none_or(|token| token.0 == "second"));
    }
}

#[test]
fn flags_that_name_nothing_are_problems() {
    for (flags, expected) in [
        (Flags { cluster: Some("no".into()), ..Flags::default() }, "cluster \"no\" is not in the kubeconfig"),
        (Flags { user: Some("no".into()), ..Flags::default() }, "user \"no\" is not in the kubeconfig"),
    ] {
        assert_eq!(one(SECOND, &flags).contexts[1].problem.as_deref(), Some(expected));
    }
}

#[test]
fn a_server_alone_is_enough() {
    let flags = Flags { server: Some("https://h:1".into()), ..Flags::default() };
    let loaded = load_from(&flags, &env(&[]), Path::new("/nowhere"));
    let context = &loaded.contexts[loaded.current.unwrap()];
    assert_eq!((context.name.as_str(), context.server.as_str(), &context.problem), ("h:1", "https://h:1", &None));
}

#[test]
fn servers_are_read_as_client_go_reads_them() {
    let server = |cluster: &str| {
        let text = format!(
            "clusters: [{{name: c, cluster: {{{cluster}}}}}]\ncontexts: [{{name: x, context: {{cluster: c}}}}]"
        );
        one(&text, &Flags::default()).contexts.remove(0)
    };
    let bare = server("server: 'h:1'");
    assert!(bare.plain_http && bare.way.server == "http://h:1/");
    assert_eq!(server("server: 'h:1', insecure-skip-tls-verify: true").way.server.to_string(), "https://h:1/");
    assert_eq!(server("server: 'https://me:pw@h/k8s/c1'").server, "https://***@h/k8s/c1");
    for (cluster, problem) in [
        ("", "cluster \"c\" has no server"),
        ("server: 'ftp://h'", "cluster \"c\" has a server that is neither http nor https: ftp://h"),
        (
            "server: 'https://h', insecure-skip-tls-verify: true, certificate-authority: x",
            "a certificate authority and",
        ),
    ] {
        let context = server(cluster);
        assert!(context.problem.as_ref().is_some_and(|text| text.starts_with(problem)), "{context:?}");
    }
}

#[test]
fn a_pod_finds_its_own_cluster() {
    let folder = Folder::new();
    folder.write("token", "t");
    folder.write("namespace", "shop\n");
    let vars = [("KUBERNETES_SERVICE_HOST", "fd00::1"), ("KUBERNETES_SERVICE_PORT", "443"), ("HOME", "/nowhere")];
    let loaded = load_from(&Flags::default(), &env(&vars), folder.path());
    let context = &loaded.contexts[loaded.current.unwrap()];
    assert_eq!((context.name.as_str(), context.namespace.as_str()), ("in-cluster", "shop"));
    assert_eq!(context.server, "https://[fd00::1]:443");
    assert!(context.way.user.token_file.as_ref().unwrap().ends_with("token"));
    folder.write("config", FIRST);
    let path = folder.path().join("config");
    let vars = [vars[0], vars[1], ("KUBECONFIG", path.to_str().unwrap())];
    let loaded = load_from(&Flags::default(), &env(&vars), folder.path());
    assert!(loaded.contexts.iter().all(|context| context.name != "in-cluster"));
}

#[test]
fn time_spans_are_read_as_kubectl_reads_them() {
    for (text, millis) in [
        ("0", 0),
        ("30", 30_000),
        ("30s", 30_000),
        ("1m", 60_000),
        ("1m30s", 90_000),
        ("1.5h", 5_400_000),
        ("500ms", 500),
    ] {
        assert_eq!(timeout(text), Ok(Duration::from_millis(millis)), "{text}");
    }
    for text in ["", "abc", "-3", "1d", "3 s", "s", "99999999999999999999h"] {
        assert!(timeout(text).is_err(), "{text}");
    }
}

#[test]
fn no_secret_shows_in_debug_output() {
    let loaded = one(SECOND, &Flags::default());
    assert!(!format!("{loaded:?}").contains("second"));
}
