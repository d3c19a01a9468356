//! The editor: from a key to a write, and every way back to the text.

use serde_json::{Value, json};
use spyhop::app::{Effect, Level, Message, Outcome, Returned, View};
use spyhop::model::{Error, Reply, Request, What};

use crate::screen::{HERE, Screen, kind};

pub fn deployment() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": "web", "namespace": "shop", "uid": "u-1", "resourceVersion": "100", "generation": 3,
            "managedFields": [{"manager": "kubectl", "time": "2026-01-31T10:00:00Z"}],
        },
        "spec": {"replicas": 2, "template": {"spec": {"containers": [{
            "name": "app", "image": "shop/web:1.9.2",
            "env": [{"name": "DB_PASSWORD", "value": "hunter2-canary"}, {"name": "MODE", "value": "fast"}],
        }]}}},
        "status": {"readyReplicas": 2},
    })
}

fn secret() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u-2", "resourceVersion": "7"},
        "data": {"password": "aHVudGVyMi1jYW5hcnk=", "user": "d2Vi"},
    })
}

fn ok(body: Value) -> Result<Reply, Error> {
    Ok(Reply { body, warnings: Vec::new() })
}

/// The list with one object, and the object in the editor.
fn opened(kind: &str, body: &Value) -> Screen {
    Screen::open(kind).list(std::slice::from_ref(body)).keys("e").reply(ok(body.clone()))
}

pub fn edited() -> Screen {
    opened("deploy", &deployment())
}

/// Types a text in place of another one in the first line that holds it.
fn change(screen: Screen, from: &str, to: &str) -> Screen {
    let text = text(&screen);
    let (row, line) = text.lines().enumerate().find(|(_, line)| line.contains(from)).unwrap();
    let end = line.find(from).unwrap() + from.len();
    let mut screen = screen;
    let Some(View::Editor(editor)) = screen.state.top_mut() else { panic!("no editor") };
    editor.go(row, end);
    let back = "backspace ".repeat(from.chars().count());
    screen.keys(&back).paste(to)
}

fn text(screen: &Screen) -> String {
    let Some(View::Editor(editor)) = screen.state.top() else { panic!("no editor:\n{}", screen.text()) };
    editor.text()
}

fn replicas(count: i64) -> Value {
    let mut body = deployment();
    body["spec"]["replicas"] = count.into();
    body["metadata"]["generation"] = 4.into();
    body
}

pub fn reviewed() -> Screen {
    change(edited(), "replicas: 2", "replicas: 3").keys("ctrl-s").reply(ok(replicas(3))).pass(300)
}

fn sent(screen: &Screen) -> Vec<&Request> {
    let calls = screen.effects.iter().filter_map(|effect| match effect {
        Effect::Call(_, request) => Some(request.as_ref()),
        _ => None,
    });
    calls.collect()
}

fn forgotten(screen: &Screen) -> bool {
    screen.effects.iter().any(|effect| matches!(effect, Effect::Forget(_)))
}

#[test]
fn the_object_is_read_anew_and_shown_without_managed_fields() {
    let asked = Screen::open("deploy").list(&[deployment()]).keys("e");
    assert!(matches!(sent(&asked)[..], [Request { what: What::Get, .. }]), "{:?}", asked.effects);
    let screen = edited();
    assert!(screen.has("kind: Deployment") && screen.has("web › edit") && screen.has("unchanged"), "{}", screen.text());
    assert!(!text(&screen).contains("managedFields") && !text(&screen).contains("hunter2"));
}

#[test]
fn a_change_is_tried_shown_and_written_with_the_version_it_was_read_at() {
    let tried = change(edited(), "replicas: 2", "replicas: 3").keys("ctrl-s");
    let [Request { what: What::Replace(body), dry: true, .. }] = sent(&tried)[..] else {
        panic!("{:?}", tried.effects)
    };
    assert_eq!(body["metadata"]["resourceVersion"], "100");
    let env = &body["spec"]["template"]["spec"]["containers"][0]["env"][0];
    assert_eq!(env["value"], "hunter2-canary");
    let screen = tried.reply(ok(replicas(3)));
    assert!(screen.has("what would be saved") && screen.has("spec.replicas  2 → 3"), "{}", screen.text());
    assert!(screen.has("1 changed · 0 warnings"), "{}", screen.text());
    let written = screen.pass(300).keys("enter");
    assert!(matches!(sent(&written)[..], [Request { what: What::Replace(_), dry: false, .. }]));
    let back = written.reply(ok(replicas(3)));
    assert!(back.has("deployment shop/web is saved") && back.has("› deployments"), "{}", back.text());
    assert!(forgotten(&back) || back.state.drafts.is_empty());
}

#[test]
fn enter_counts_once_the_review_was_there_for_a_moment() {
    let shown = || change(edited(), "replicas: 2", "replicas: 3").keys("ctrl-s").reply(ok(replicas(3)));
    let early = shown().pass(299).keys("enter");
    assert!(sent(&early).is_empty() && early.has("press enter again to save"), "{}", early.text());
    assert!(matches!(sent(&early.pass(1).keys("enter"))[..], [Request { dry: false, .. }]));
    // Whoever types meant something else.
    let typing = shown().pass(1_000).keys("x").pass(299).keys("enter");
    assert!(sent(&typing).is_empty() && typing.has("press enter again to save"), "{}", typing.text());
    assert!(matches!(sent(&typing.pass(1).keys("enter"))[..], [Request { dry: false, .. }]));
}

#[test]
fn a_colon_leaves_a_review_for_the_prompt_and_the_text_is_kept() {
    let screen = reviewed().keys(": \"pods\" enter");
    assert!(screen.has("› pods") && sent(&screen).is_empty(), "{}", screen.text());
    assert_eq!(screen.state.drafts.len(), 1);
    let ahead = reviewed().burst(": \"pods\" enter");
    assert!(ahead.has("› pods") && sent(&ahead).is_empty(), "{}", ahead.text());
    let again = screen.keys(": \"deploy\" enter").keys("e");
    assert!(matches!(sent(&again)[..], [Request { what: What::Get, .. }]), "{}", again.text());
    assert!(text(&again.reply(ok(deployment()))).contains("replicas: 3"));
    // In the text itself it is text.
    assert!(text(&edited().keys(":")).contains(':') && edited().keys(":").state.focus.input().is_none());
}

#[test]
fn a_write_whose_editor_was_left_is_told_all_the_same() {
    let written = reviewed().keys("enter");
    let ticket = written
        .effects
        .iter()
        .find_map(|e| if let Effect::Call(ticket, _) = e { Some(*ticket) } else { None })
        .unwrap();
    let away = written.keys(": \"pods\" enter");
    assert!(away.has("› pods"), "{}", away.text());
    let told = away.take(vec![Message::Replied(ticket, ok(replicas(3)))]);
    assert!(told.has("deployment shop/web is saved") && told.state.drafts.is_empty(), "{}", told.text());
}

#[test]
fn unchanged_says_so_and_sends_nothing() {
    for screen in [edited().keys("ctrl-s"), change(edited(), "replicas: 2", "replicas: 0x2").keys("ctrl-s")] {
        assert!(screen.has("unchanged: nothing was sent") && sent(&screen).is_empty(), "{}", screen.text());
    }
}

#[test]
fn what_cannot_be_read_never_leaves() {
    for (from, to, line, words) in [
        ("replicas: 2", "replicas: 2\n  replicas: 3", "✖", "is here twice"),
        ("replicas: 2", "replicas: [2", "line", "line"),
        ("name: web", "name: shop", "✖", "metadata.name must stay web"),
        ("kind: Deployment", "kind: Pod", "✖", "kind must stay Deployment"),
        ("uid: u-1", "uid: u-2", "✖", "metadata.uid must stay u-1"),
        ("•••1•••", "•••1••", "✖", "this mask is not from this text"),
    ] {
        let screen = change(edited(), from, to).keys("ctrl-s");
        assert!(sent(&screen).is_empty(), "{to}");
        assert!(screen.has(words) && screen.has(line), "{to}: {}", screen.text());
        assert!(text(&screen).contains(to.lines().next().unwrap()));
    }
}

#[test]
fn a_refusal_returns_to_the_text_and_to_the_line() {
    let said =
        "Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0";
    let screen = change(edited(), "replicas: 2", "replicas: -1").keys("ctrl-s").reply(Err(Error::Invalid(said.into())));
    assert!(screen.has("refused, nothing was saved"), "{}", screen.text());
    let line = screen.text().lines().find(|line| line.contains("replicas: -1")).unwrap().to_owned();
    assert!(line.contains('✖') && line.contains("← Invalid value: -1"), "{line}");
    let again = change(screen, "replicas: -1", "replicas: 3").keys("ctrl-s");
    assert_eq!(sent(&again).len(), 1);
    assert!(!again.has("refused"));
}

#[test]
fn esc_goes_back_to_the_text_and_then_leaves_a_draft() {
    let screen = reviewed().keys("esc");
    assert!(text(&screen).contains("replicas: 3"));
    let left = screen.keys("esc");
    assert!(left.has("your text is kept") && left.has("› deployments"), "{}", left.text());
    let again = left.keys("e").reply(ok(deployment()));
    assert!(text(&again).contains("replicas: 3") && again.has("this is your unsaved text"), "{}", again.text());
    let asked = again.keys("ctrl-d");
    assert!(asked.has("discard your changes") && text(&asked).contains("replicas: 3"), "{}", asked.text());
    let fresh = asked.keys("tab enter");
    assert!(text(&fresh).contains("replicas: 2") && forgotten(&fresh), "{:?}", fresh.effects);
    assert!(text(&fresh.keys("ctrl-z ctrl-z")).contains("replicas: 3"));
}

#[test]
fn esc_takes_what_stands_in_the_way_first_and_the_text_is_kept() {
    let wrong = || change(edited(), "replicas: 2", "replicas: [2").keys("ctrl-s");
    let screen = wrong();
    assert!(screen.has("line "), "{}", screen.text());
    let read = screen.keys("esc");
    assert!(text(&read).contains("replicas: [2") && read.state.drafts.len() == 1, "{}", read.text());
    let left = read.keys("esc");
    assert!(left.state.editor().is_none() && left.has("your text is kept") && left.state.drafts.len() == 1);
    // What only had to be known is no reason to stay.
    let again = left.keys("e").reply(ok(deployment()));
    assert!(again.has("this is your unsaved text") && again.keys("esc").state.editor().is_none());
}

#[test]
fn what_an_editor_wrote_before_it_failed_is_in_the_text() {
    let lent = edited().keys("ctrl-o");
    let ticket =
        lent.effects.iter().find_map(|e| if let Effect::Lend { ticket, .. } = e { Some(*ticket) } else { None });
    let back =
        Returned { text: text(&lent).replace("replicas: 2", "replicas: 5"), failed: Some("ed ended with 1".into()) };
    let screen = lent.take(vec![Message::Worked(Outcome::Edited(ticket.unwrap(), Ok(back)))]);
    assert!(text(&screen).contains("replicas: 5") && screen.state.drafts.len() == 1, "{}", screen.text());
    assert!(screen.has("ed ended with 1; what it wrote is here, and nothing was sent"), "{}", screen.text());
    assert!(sent(&screen).is_empty());
}

#[test]
fn drafts_are_written_while_one_types_and_never_hold_a_secret() {
    let screen = change(edited(), "replicas: 2", "replicas: 3");
    let screen = change(screen, "•••1•••", "typed-canary").pass(600);
    let kept: Vec<String> = screen
        .effects
        .iter()
        .filter_map(|effect| if let Effect::Keep(draft) = effect { draft.file().ok() } else { None })
        .collect();
    assert_eq!(kept.len(), 1, "{:?}", screen.effects);
    assert!(kept[0].contains("replicas: 3") && !kept[0].contains("canary"), "{}", kept[0]);
    let secret = change(opened("secrets", &secret()), "user: •••2•••", "user: typed-canary").pass(600);
    assert!(!secret.effects.iter().any(|effect| matches!(effect, Effect::Keep(_))));
    let again = secret.keys("esc e").reply(ok(self::secret()));
    assert!(text(&again).contains("typed-canary"));
}

#[test]
fn masks_of_a_secret_are_put_back_where_their_keys_went() {
    let screen = opened("secrets", &secret());
    assert!(text(&screen).contains("password: •••1•••"), "{}", text(&screen));
    let screen = change(screen, "password: •••1•••", "pass: •••1•••").keys("ctrl-s");
    let [Request { what: What::Replace(body), .. }] = sent(&screen)[..] else { panic!("{}", screen.text()) };
    assert_eq!(body["data"], json!({"pass": "aHVudGVyMi1jYW5hcnk=", "user": "d2Vi"}));
    let mut stored = secret();
    stored["data"] = body["data"].clone();
    let screen = screen.reply(ok(stored));
    assert!(screen.has("data.password") && screen.has("data.pass") && !screen.has("aHVu"), "{}", screen.text());
    assert!(!screen.keys("u").has("aHVu"));
}

#[test]
fn a_webhook_that_takes_no_dry_runs_asks_again_with_the_local_difference() {
    let why = "admission webhook \"deny.example.com\" does not support dry run";
    let tried = change(edited(), "replicas: 2", "replicas: 3").keys("ctrl-s");
    let screen = tried.reply(Err(Error::Invalid(why.into())));
    assert!(screen.has(why) && screen.has("save it anyway?") && screen.has("2 → 3"), "{}", screen.text());
    assert!(matches!(sent(&screen.pass(300).keys("enter"))[..], [Request { what: What::Replace(_), dry: false, .. }]));
}

#[test]
fn a_conflict_says_what_changed_and_can_be_rebased() {
    let mut theirs = deployment();
    theirs["metadata"]["resourceVersion"] = "101".into();
    theirs["metadata"]["labels"] = json!({"team": "sea"});
    theirs["metadata"]["managedFields"] = json!([{"manager": "argocd", "time": "2026-01-31T11:00:00Z"}]);
    let screen = reviewed().keys("enter").reply(Err(Error::Conflict("the object has been modified".into())));
    assert!(matches!(sent(&screen)[..], [.., Request { what: What::Get, .. }]));
    let screen = screen.reply(ok(theirs));
    assert!(screen.has("by argocd") && screen.has("metadata.labels"), "{}", screen.text());
    assert!(text(&screen).contains("replicas: 3"));
    let screen = screen.keys("ctrl-r");
    assert!(text(&screen).contains("replicas: 3") && text(&screen).contains("team: sea"), "{}", text(&screen));
    let screen = screen.keys("ctrl-s");
    let [Request { what: What::Replace(body), dry: true, .. }] = sent(&screen)[..] else { panic!("{}", screen.text()) };
    assert_eq!(body["metadata"]["resourceVersion"], "101");
    assert_eq!(body["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"], "hunter2-canary");
}

#[test]
fn a_change_of_nothing_but_the_status_is_no_conflict() {
    let modified = || Err(Error::Conflict("the object has been modified".into()));
    let mut theirs = deployment();
    theirs["metadata"]["resourceVersion"] = "101".into();
    theirs["status"]["readyReplicas"] = 1.into();
    let would = |count: i64| {
        let mut body = theirs.clone();
        body["spec"]["replicas"] = count.into();
        body
    };
    let again = reviewed().keys("enter").reply(modified()).reply(ok(theirs.clone()));
    let [.., Request { what: What::Replace(body), dry: true, .. }] = sent(&again)[..] else {
        panic!("{}", again.text())
    };
    assert_eq!((&body["metadata"]["resourceVersion"], &body["status"]["readyReplicas"]), (&"101".into(), &1.into()));
    // What was reviewed would come of it still: it is written without another question.
    let written = again.reply(ok(would(3)));
    assert!(matches!(sent(&written)[..], [.., Request { what: What::Replace(_), dry: false, .. }]));
    assert!(written.reply(ok(would(3))).has("is saved"));
    // Something else would: it is looked at again.
    let again = reviewed().keys("enter").reply(modified()).reply(ok(theirs.clone())).reply(ok(would(4)));
    assert!(again.has("spec.replicas  2 → 4") && again.has("not saved yet"), "{}", again.text());
}

#[test]
fn a_lost_answer_is_looked_after() {
    let lost = || Err(Error::Offline("connection reset".into()));
    let writing = || reviewed().keys("enter").reply(lost());
    // It never arrived.
    let screen = writing().reply(ok(deployment()));
    assert!(screen.has("lost before the save arrived") && text(&screen).contains("replicas: 3"), "{}", screen.text());
    // It did.
    let mut stored = replicas(3);
    stored["metadata"]["resourceVersion"] = "101".into();
    let screen = writing().reply(ok(stored.clone()));
    assert!(screen.has("is saved") && screen.has("› deployments"), "{}", screen.text());
    // Nobody knows, until it is asked again.
    let screen = writing().reply(lost());
    assert!(screen.has("unknown whether") && text(&screen).contains("replicas: 3"), "{}", screen.text());
    let screen = screen.keys("ctrl-s");
    assert!(matches!(sent(&screen)[..], [Request { what: What::Get, .. }]));
    assert!(screen.reply(ok(stored)).has("is saved"));
}

#[test]
fn what_the_server_adds_and_ignores_is_said() {
    let mut would = replicas(3);
    would["spec"]["paused"] = false.into();
    let typed = change(edited(), "replicas: 2", "replicas: 3");
    let tried = change(typed, "readyReplicas: 2", "readyReplicas: 9").keys("ctrl-s");
    let screen = tried.reply(Ok(Reply { body: would, warnings: vec!["spec.x is deprecated".into()] }));
    for words in
        ["1 changed · 1 by the server · 1 ignored · 1 warning", "spec.x is deprecated", "the server ignores this"]
    {
        assert!(screen.has(words), "{words}: {}", screen.text());
    }
}

#[test]
fn a_search_goes_from_hit_to_hit() {
    let screen = edited().keys("ctrl-f \"name:\" enter");
    let Some(View::Editor(editor)) = screen.state.top() else { panic!() };
    assert!(editor.area.lines()[editor.area.cursor().0].contains("name:"));
    assert!(edited().keys("ctrl-f \"nosuch\" enter").has("'nosuch' is not in this text"));
}

/// A start with the draft of an earlier run.
fn offered() -> Screen {
    let left = change(edited(), "replicas: 2", "replicas: 3").pass(600);
    let mut screen = Screen::open("pods");
    screen.state.drafts.take_over(left.state.drafts.all.clone());
    screen.state.offer_drafts();
    screen.pass(0)
}

/// The draft of the earlier run, opened from the list.
fn gone_on() -> Screen {
    offered().keys("E enter")
}

#[test]
fn drafts_of_an_earlier_run_are_offered_and_no_key_typed_ahead_means_them() {
    let screen = offered();
    assert!(screen.has("1 unsaved edit from an earlier run: E lists them"), "{}", screen.text());
    assert!(screen.state.focus.dialog().is_none());
    let listed = screen.keys("E");
    assert!(listed.has("deployment shop/web in prod-eu"), "{}", listed.text());
    let opened = listed.keys("enter").reply(ok(deployment()));
    assert!(text(&opened).contains("replicas: 3"));
    assert_eq!(opened.state.here().unwrap().id, HERE);
    let ahead = offered().burst(": \"cm_x_/y\" enter").burst("j enter");
    assert!(!forgotten(&ahead) && ahead.state.drafts.len() == 1, "{}", ahead.text());
    assert!(offered().keys("E esc").state.drafts.len() == 1);
}

#[test]
fn drafts_are_offered_after_what_went_wrong_was_read() {
    let drafts = change(edited(), "replicas: 2", "replicas: 3").pass(600).state.drafts.all.clone();
    let mut screen = Screen::open("pods");
    screen.state.tell(Level::Bad, "nothing may be written");
    screen.state.drafts.take_over(drafts);
    let refused = screen.pass(9_000);
    assert!(refused.has("nothing may be written") && !refused.has("unsaved"), "{}", refused.text());
    let told = refused.pass(1_001);
    assert!(told.has("1 unsaved edit from an earlier run"), "{}", told.text());
    assert!(!told.pass(10_001).has("unsaved"), "it was told twice");
}

#[test]
fn a_draft_is_removed_by_its_name_only_and_comes_back() {
    let asked = offered().keys("E right enter");
    assert!(asked.has("remove the unsaved edit of deployment shop/web"), "{}", asked.text());
    let refused = asked.keys("up enter");
    assert!(!forgotten(&refused) && refused.has("type web to confirm"), "{}", refused.text());
    let gone = refused.keys("tab \"web\" up enter");
    assert!(forgotten(&gone) && gone.state.drafts.is_empty(), "{}", gone.text());
    let back = gone.keys(": \"drafts_back\" enter");
    assert!(back.effects.iter().any(|effect| matches!(effect, Effect::Keep(_))), "{:?}", back.effects);
    assert_eq!(back.state.drafts.len(), 1);
    assert!(offered().keys("E right enter esc").state.drafts.len() == 1);
}

#[test]
fn a_draft_is_written_with_the_first_change() {
    let kept = |screen: &Screen| screen.effects.iter().filter(|effect| matches!(effect, Effect::Keep(_))).count();
    let screen = edited().keys("x");
    assert_eq!(kept(&screen), 1, "{:?}", screen.effects);
    // Later ones are not written with every key.
    assert_eq!(kept(&screen.keys("y z")), 0);
}

#[test]
fn the_drafts_of_the_demo_are_its_own() {
    let demo = |mut screen: Screen, made_up: bool| {
        screen.state.places.all.iter_mut().filter(|place| place.id == HERE).for_each(|place| place.made_up = made_up);
        screen
    };
    let typed = change(demo(edited(), true), "replicas: 2", "replicas: 3").pass(600);
    assert!(!typed.effects.iter().any(|effect| matches!(effect, Effect::Keep(_))), "{:?}", typed.effects);
    let left = typed.keys("esc");
    assert_eq!(left.state.drafts.len(), 1);
    let real = left.keys(": \"pods_@staging\" enter").keys("E");
    assert!(real.state.focus.dialog().is_none() && real.has("there are no unsaved edits"), "{}", real.text());
}

#[test]
fn a_draft_of_an_older_version_is_laid_over_the_new_one() {
    let mut fresh = deployment();
    fresh["metadata"]["resourceVersion"] = "109".into();
    fresh["spec"]["paused"] = true.into();
    let screen = gone_on().reply(ok(fresh.clone()));
    assert!(screen.has("changed on the server since you started") && text(&screen).contains("replicas: 3"));
    let screen = screen.keys("ctrl-r ctrl-s");
    let [.., Request { what: What::Replace(body), dry: true, .. }] = sent(&screen)[..] else {
        panic!("{}", screen.text())
    };
    assert_eq!((&body["spec"]["paused"], &body["spec"]["replicas"]), (&true.into(), &3.into()));
    assert_eq!(body["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"], "hunter2-canary");
}

#[test]
fn masks_of_an_old_draft_whose_place_moved_are_not_put_back() {
    let mut fresh = deployment();
    fresh["metadata"]["resourceVersion"] = "109".into();
    fresh["spec"]["template"]["spec"]["containers"][0]["env"][0]["name"] = "OTHER_PASSWORD".into();
    let screen = gone_on().reply(ok(fresh)).keys("ctrl-s");
    assert!(screen.has("this mask is not from this text") && sent(&screen).is_empty(), "{}", screen.text());
}

#[test]
fn what_is_typed_last_is_kept_when_the_program_ends() {
    let screen = change(edited(), "replicas: 2", "replicas: 3").keys("ctrl-q");
    assert!(screen.effects.iter().any(|effect| matches!(effect, Effect::Keep(_))), "{:?}", screen.effects);
}

#[test]
fn hostile_text_is_drawn_as_text() {
    let hostile = "\u{1b}]0;x\u{7}\u{202e}\u{9b}2J\u{200b}\t名\u{301}";
    let screen = change(edited(), "replicas: 2", hostile);
    let check =
        |screen: &Screen| assert!(!screen.text().contains(['\u{1b}', '\u{202e}', '\u{7}', '\u{9b}', '\u{200b}']));
    check(&screen);
    let screen = screen.keys("ctrl-s");
    check(&screen);
    check(&edited().keys("x ctrl-s"));
    let refused =
        change(edited(), "replicas: 2", "replicas: 3").keys("ctrl-s").reply(Err(Error::Invalid(hostile.into())));
    check(&refused);
    let mut would = replicas(3);
    would["spec"][hostile] = hostile.into();
    let review = change(edited(), "replicas: 2", "replicas: 3").keys("ctrl-s");
    let review = review.reply(Ok(Reply { body: would, warnings: vec![hostile.into()] }));
    check(&review);
    check(&review.keys("u"));
}

#[test]
fn pictures() {
    let said =
        "Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0";
    let policy = "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: at most 5 replicas";
    let quota = "deployments.apps \"web\" is forbidden: exceeded quota: few, requested: count/deployments.apps=1, used: 1, limited: 1";
    let rbac = "deployments.apps \"web\" is forbidden: User \"rig-viewer\" cannot update resource \"deployments\" in API group \"apps\" in the namespace \"shop\"";
    let tried = |to: &str| change(edited(), "replicas: 2", to).keys("ctrl-s");
    let refused = |error: Error| tried("replicas: -1").reply(Err(error));
    let lost = || Err(Error::Offline("connection reset".into()));
    let mut theirs = replicas(9);
    theirs["metadata"]["resourceVersion"] = "101".into();
    let shots: [(&str, &dyn Fn() -> Screen); 16] = [
        ("editor", &edited),
        ("editor-changed", &|| change(edited(), "replicas: 2", "replicas: 3")),
        ("review", &reviewed),
        ("review-text", &|| reviewed().keys("u")),
        ("refused-syntax", &|| tried("replicas: [2")),
        ("refused-schema", &|| refused(Error::Invalid(said.into()))),
        ("refused-policy", &|| refused(Error::Invalid(policy.into()))),
        ("refused-webhook", &|| {
            refused(Error::Denied("admission webhook \"x.example.com\" denied the request: not on a Friday".into()))
        }),
        ("refused-quota", &|| refused(Error::Denied(quota.into()))),
        ("refused-rbac", &|| refused(Error::Denied(rbac.into()))),
        ("refused-readonly", &|| refused(Error::Denied("read-only: cannot update deployment web".into()))),
        ("refused-dry-run", &|| {
            refused(Error::Invalid("admission webhook \"x.example.com\" does not support dry run".into()))
        }),
        ("refused-conflict", &|| {
            reviewed().keys("enter").reply(Err(Error::Conflict("modified".into()))).reply(ok(theirs.clone()))
        }),
        ("edit-drafts", &|| offered().keys("E")),
        ("editor-draft", &|| gone_on().reply(ok(deployment()))),
        ("refused-lost", &|| reviewed().keys("enter").reply(lost()).reply(lost())),
    ];
    for (name, make) in shots {
        for (width, height) in [(80, 24), (160, 45)] {
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), make().sized(width, height).text());
        }
    }
}

const DOCUMENTS: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n---\n\
                         apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: \"1\"}\n";

/// Documents that were read, tried and compared.
fn applied() -> Screen {
    let mut screen = Screen::open("deploy").list(&[deployment()]).found(vec![kind("deployments"), kind("configmaps")]);
    screen = screen.keys(": \"apply_all.yaml\" enter");
    let ticket = screen.effects.iter().find_map(|effect| match effect {
        Effect::Read { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let texts = vec![("all.yaml".to_owned(), DOCUMENTS.to_owned())];
    let screen = screen.worked(Outcome::Read(ticket.unwrap(), Ok(texts)));
    let screen = screen.reply(ok(deployment())).reply(ok(replicas(3)));
    let map =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "uid": "u"}, "data": {"a": "1"}});
    screen.reply(Err(Error::Gone("not found".into()))).reply(ok(map))
}

#[test]
fn documents_are_tried_shown_and_then_written() {
    let screen = applied();
    assert!(screen.has("2 of 2 can be applied: enter applies them"), "{}", screen.text());
    assert!(screen.has("spec.replicas  2 → 3") && screen.has("configmap shop/c  new"), "{}", screen.text());
    assert!(sent(&screen).iter().all(|request| request.dry || request.what == What::Get));
    let early = screen.keys("enter");
    assert!(early.has("press enter again to apply") && sent(&early).is_empty(), "{}", early.text());
    let screen = early.pass(300).keys("enter");
    assert!(matches!(sent(&screen)[..], [Request { what: What::Apply { force: false, .. }, dry: false, .. }]));
    let said = "Apply failed with 1 conflict: conflict with \"kubectl\" using v1:\n- .data.a";
    let screen = screen.reply(ok(replicas(3))).reply(Err(Error::Conflict(said.into())));
    for words in ["1 of 2 not applied", "deployment shop/web  changed", "conflict with \"kubectl\"", "data.a"] {
        assert!(screen.has(words), "{words}: {}", screen.text());
    }
}

#[test]
fn what_is_on_its_way_is_waited_for_with_pauses() {
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: sea}\n---\n\
                apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: sea}\n";
    let screen = Screen::open("deploy").list(&[deployment()]).found(vec![kind("namespaces"), kind("configmaps")]);
    let screen = screen.keys(": \"apply_all.yaml\" enter");
    let ticket = screen.effects.iter().find_map(|effect| match effect {
        Effect::Read { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let screen = screen.worked(Outcome::Read(ticket.unwrap(), Ok(vec![("all.yaml".to_owned(), text.to_owned())])));
    let gone = || Err(Error::Gone("not found".into()));
    let made = || ok(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "sea"}}));
    let screen = screen.reply(gone()).reply(made()).reply(gone()).pass(300).keys("enter").reply(made());
    let mut screen = screen.reply(Err(Error::Unserved("namespaces \"sea\" not found".into())));
    let mut waited = Vec::new();
    for _ in 0..3 {
        screen.effects.clear();
        let pause = screen.state.wake().unwrap().since(screen.state.now);
        screen = screen.pass(pause - 1);
        assert!(sent(&screen).is_empty(), "too early: {:?}", screen.effects);
        screen = screen.pass(1);
        assert!(matches!(sent(&screen)[..], [Request { what: What::Get, .. }]), "{:?}", screen.effects);
        screen = screen.reply(Err(Error::Unserved("namespaces \"sea\" not found".into())));
        waited.push(pause);
    }
    assert_eq!(waited, [50, 100, 200]);
}

#[test]
fn pictures_of_apply() {
    for (width, height) in [(80, 24), (160, 45)] {
        insta::assert_snapshot!(format!("apply-{width}x{height}"), applied().sized(width, height).text());
    }
}

fn quits(screen: &Screen) -> bool {
    screen.effects.iter().any(|effect| matches!(effect, Effect::Quit))
}

/// A secret whose text was changed and left.
fn secret_left() -> Screen {
    change(opened("secrets", &secret()), "user: •••2•••", "user: typed-canary").keys("esc")
}

#[test]
fn texts_that_no_file_has_are_asked_about_before_they_are_lost() {
    for (width, height) in [(80, 24), (160, 45)] {
        let screen = secret_left().keys(": \"q\" enter").sized(width, height);
        insta::assert_snapshot!(format!("quit-with-texts-{width}x{height}"), screen.text());
    }
    let screen = secret_left().keys("ctrl-c");
    assert!(!quits(&screen) && screen.has("1 unsaved edit would be lost"), "{}", screen.text());
    // Enter alone loses nothing.
    let screen = screen.keys("enter");
    assert!(!quits(&screen) && !screen.has("would be lost"));
    assert!(quits(&screen.keys("ctrl-c tab enter")));
}

#[test]
fn a_text_that_the_disk_did_not_take_is_asked_about_until_the_disk_takes_it() {
    let typed = || change(edited(), "replicas: 2", "replicas: 5");
    assert!(quits(&typed().keys("esc ctrl-c")));
    let screen = typed();
    let id = screen.effects.iter().find_map(|effect| match effect {
        Effect::Keep(draft) => Some(draft.id),
        _ => None,
    });
    let id = id.unwrap_or(1);
    let full = || Message::Kept { id, error: Some("no space left on device".into()) };
    let screen = screen.take(vec![full()]);
    assert!(screen.has("your text could not be saved to disk: no space left on device"), "{}", screen.text());
    // It stays so while more is typed.
    let screen = screen.paste("5").keys("esc ctrl-c");
    assert!(
        !quits(&screen) && screen.has("edit of deployment shop/web   the disk did not take it"),
        "{}",
        screen.text()
    );
    let screen = screen.keys("esc").take(vec![Message::Kept { id, error: None }]);
    assert!(quits(&screen.keys("ctrl-c")));
}
