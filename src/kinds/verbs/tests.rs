use serde_json::json;

use super::*;
use crate::kinds::{self, named as kind};
use crate::model::{Id, Patch, Reads, Request, SourceId, Str, Time, What};

const NOW: Time = Time(1_769_860_800_000);

fn object(kind_name: &str, name: &str) -> Object {
    let id = Id::new(SourceId(1), kind(kind_name).unwrap(), "shop", name);
    let (health, link) = (crate::model::Health::Good, None);
    Object { id, uid: "u1".into(), health, cells: Box::default(), labels: Str::new(), owner: Str::new(), link }
}

fn row(verb: &Verb, object: &Object, args: &Args) -> Result<Request> {
    assert!(verb.act.reads == Reads::Nothing, "{verb:?} needs the body");
    verb.act.request(object, &Value::Null, args, NOW)
}

fn body(verb: &Verb, object: &Object, body: &Value, args: &Args) -> Result<Request> {
    assert!(verb.act.reads != Reads::Nothing, "{verb:?} needs no body");
    verb.act.request(object, body, args, NOW)
}

fn patch(request: Result<Request>) -> Value {
    match request.unwrap().what {
        What::Patch(patch) => match *patch {
            Patch::Merge(body) | Patch::Strategic(body) | Patch::Json(body) | Patch::Kubectl(body) => body,
        },
        what => panic!("{what:?} is no patch"),
    }
}

fn args(pairs: &[(&str, &str)]) -> Args {
    pairs.iter().fold(Args::default(), |args, (name, value)| args.with(*name, *value))
}

fn line(verb: &Verb, kind_name: &str, names: &[&str], given: &Args) -> String {
    let lines = (verb.shell_lines)(&kind(kind_name).unwrap(), names, given);
    lines.iter().map(|words| words.join(" ")).collect::<Vec<_>>().join("; ")
}

#[test]
fn deletions_carry_uid_grace_and_propagation() {
    let web = object("pods", "web");
    let given = args(&[("propagation", "Orphan"), ("grace", "5")]);
    let request = row(&DELETE, &web, &given).unwrap();
    assert_eq!(request.uid, "u1");
    let orphan = Some(crate::model::Propagation::Orphan);
    assert_eq!(request.what, What::Delete { grace: Some(5), propagation: orphan });
    let forced = row(&DELETE, &web, &args(&[("grace", "5"), ("force", "true")])).unwrap();
    assert!(matches!(forced.what, What::Delete { grace: Some(0), .. }));
    assert!(row(&DELETE, &web, &args(&[("grace", "soon")])).is_err());
    assert!(matches!(row(&KILL, &web, &Args::default()).unwrap().what, What::Delete { grace: Some(1), .. }));
    assert_eq!(line(&DELETE, "pods", &["a", "b"], &args(&[("grace", "5")])), "delete pods a b --grace-period=5");
}

#[test]
fn a_change_is_for_the_object_that_was_seen() {
    let label = args(&[("changes", "a=b")]);
    let whole = json!({"metadata": {"uid": "u2"}, "spec": {"jobTemplate": {"spec": {}}}});
    let web = object("deployments", "web");
    assert_eq!(row(&LABEL, &web, &label).unwrap().uid, "u1");
    assert_eq!(body(&RESTART, &web, &whole, &Args::default()).unwrap().uid, "u1");
    // Rows that are computed have no uid of their own.
    let computed = Object { uid: crate::model::Uid::None, ..web };
    assert_eq!(body(&RESTART, &computed, &whole, &Args::default()).unwrap().uid, "u2");
    // The job that a cron job starts is another object.
    let nightly = object("cronjobs", "nightly");
    assert_eq!(body(&TRIGGER, &nightly, &whole, &Args::default()).unwrap().uid, "");
}

#[test]
fn scaling_wants_a_number() {
    let web = object("deployments", "web");
    let request = row(&SCALE, &web, &args(&[("replicas", " 3 ")]));
    assert_eq!(request.as_ref().map(|request| request.sub), Ok("scale"));
    assert_eq!(patch(request), json!({"spec": {"replicas": 3}}));
    for wrong in ["", "-1", "three", "3.5", "99999999999"] {
        assert!(row(&SCALE, &web, &args(&[("replicas", wrong)])).is_err(), "{wrong}");
        assert!(wrong.is_empty() || (SCALE.typed)(wrong).is_err(), "{wrong}");
    }
    assert_eq!((SCALE.typed)("3").unwrap(), args(&[("replicas", "3")]));
}

#[test]
fn restarting_touches_the_template_only_and_not_a_paused_one() {
    let web = object("deployments", "web");
    let at = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";
    let sent = patch(body(&RESTART, &web, &json!({"spec": {}}), &Args::default()));
    assert_eq!(sent.pointer(at), Some(&json!("2026-01-31T12:00:00Z")));
    assert!(body(&RESTART, &web, &json!({"spec": {"paused": true}}), &Args::default()).is_err());
}

#[test]
fn images_are_changed_where_they_differ() {
    let spec = json!({"initContainers": [{"name": "i", "image": "i:1"}], "containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]});
    let given = args(&[("i", "i:2"), ("a", "a:1"), ("b", "b:2")]);
    let changed =
        json!({"initContainers": [{"name": "i", "image": "i:2"}], "containers": [{"name": "b", "image": "b:2"}]});
    for (kind, whole, sent) in [
        ("pods", json!({"spec": spec}), json!({"spec": changed})),
        (
            "deployments",
            json!({"spec": {"template": {"spec": spec}}}),
            json!({"spec": {"template": {"spec": changed}}}),
        ),
        (
            "cronjobs",
            json!({"spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}}),
            json!({"spec": {"jobTemplate": {"spec": {"template": {"spec": changed}}}}}),
        ),
    ] {
        let web = object(kind, "web");
        assert_eq!(patch(body(&IMAGE, &web, &whole, &given)), sent);
        assert!(body(&IMAGE, &web, &whole, &args(&[("a", "a:1")])).is_err());
        assert!(body(&IMAGE, &web, &whole, &args(&[("none", "a:2")])).is_err());
        let fields: Vec<Str> = (IMAGE.params)(&web, Some(&whole)).into_iter().map(|param| param.name).collect();
        assert_eq!(fields, ["i", "a", "b"]);
    }
}

#[test]
fn a_triggered_job_is_owned_and_named_within_bounds() {
    let name = "a-very-long-name-for-a-cron-job-with-52-characters-x";
    let whole = json!({"metadata": {"uid": "u1"}, "spec": {"jobTemplate": {"metadata": {"labels": {"a": "b"}}, "spec": {"x": 1}}}});
    let request = body(&TRIGGER, &object("cronjobs", name), &whole, &Args::default()).unwrap();
    let What::Create(job) = request.what else { panic!("no job is made") };
    let made = job["metadata"]["name"].as_str().unwrap();
    assert!(made.len() <= 63 && made.contains("-manual-") && made == request.id.name, "{made}");
    assert_eq!(request.id.kind.name, "jobs");
    assert_eq!(job["metadata"]["ownerReferences"][0]["uid"], "u1");
    assert_eq!(job["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"], "manual");
    assert_eq!((&job["metadata"]["labels"]["a"], &job["spec"]["x"]), (&json!("b"), &json!(1)));
}

#[test]
fn labels_are_set_and_removed() {
    let web = object("services", "web");
    let sent = |text: &str| row(&LABEL, &web, &(LABEL.typed)(text).unwrap());
    assert_eq!(patch(sent("a=1 b- c=")), json!({"metadata": {"labels": {"a": "1", "b": null, "c": ""}}}));
    let note = row(&ANNOTATE, &web, &(ANNOTATE.typed)("n='two words' m=\"it's\"").unwrap());
    assert_eq!(patch(note), json!({"metadata": {"annotations": {"n": "two words", "m": "it's"}}}));
    for wrong in ["", "a", "=1", "-"] {
        assert!(sent(wrong).is_err(), "{wrong}");
    }
    let words = ["n=it's two".to_owned(), "m-".to_owned()];
    let given = row(&LABEL, &web, &(LABEL.typed)(&text::line(&words)).unwrap());
    assert_eq!(patch(given), json!({"metadata": {"labels": {"n": "it's two", "m": null}}}));
    assert_eq!(
        line(&LABEL, "services", &["web"], &(LABEL.typed)("a=1 b-").unwrap()),
        "label services web --overwrite a=1 b-"
    );
}

#[test]
fn nodes_and_cron_jobs_are_switched() {
    let node = object("nodes", "n1");
    assert_eq!(patch(row(&CORDON, &node, &Args::default())), json!({"spec": {"unschedulable": true}}));
    assert_eq!(patch(row(&UNCORDON, &node, &Args::default())), json!({"spec": {"unschedulable": null}}));
    let cron = object("cronjobs", "c");
    assert_eq!(patch(row(&SUSPEND, &cron, &args(&[("state", "suspend")]))), json!({"spec": {"suspend": true}}));
    assert_eq!(patch(row(&SUSPEND, &cron, &args(&[("state", "resume")]))), json!({"spec": {"suspend": false}}));
    assert_eq!(patch(row(&RESUME, &cron, &Args::default())), json!({"spec": {"suspend": false}}));
}

/// What a command line may give is asked for on the screen too.
#[test]
fn every_flag_is_a_parameter() {
    for (family, verb) in all() {
        let kind = kinds::all().find(|kind| kind.verbs.contains(&verb));
        let mut web = object("pods", "web");
        web.id.kind = kind.unwrap_or_else(|| panic!("{verb:?} of {family:?} is of no kind"));
        let params = (verb.params)(&web, None);
        for flag in verb.flags {
            let param = params.iter().find(|param| param.name == flag.name);
            assert!(param.is_some(), "{verb:?} --{}", flag.name);
            assert!(param.is_some_and(|param| (param.form == Form::Toggle) == (flag.form == Form::Toggle)));
            assert!((flag.form == Form::Toggle) == flag.value.is_empty() && !flag.help.is_empty());
        }
    }
}

#[test]
fn every_verb_is_found_by_its_name_and_every_kind_has_known_ones() {
    for verb in ALL {
        assert_eq!(named(verb.name), Some(*verb));
        assert!(!verb.help.is_empty() && !verb.words.doing.is_empty() && !verb.words.done(&Args::default()).is_empty());
        assert!(!verb.words.ask(&Args::default()).is_empty(), "{verb:?}");
    }
    for kind in kinds::all() {
        for verb in kind.verbs {
            assert!(named(verb.name).is_some(), "no family lists {verb:?} of {}: add it to its table (ALL)", kind.name);
            // A name that is pressed or typed leads to the kind's own verb.
            assert_eq!(own(kind, verb.name), Some(*verb), "{} has two verbs named {verb:?}", kind.name);
        }
    }
}

fn container(state: &str) -> Object {
    let kind = kinds::named_in(&kinds::docker::FAMILY, "containers").unwrap();
    let mut object = object("pods", "web");
    object.id = Id { kind, namespace: Str::new(), ..object.id };
    object.cells = Box::from([crate::model::Cell::text(state)]);
    object
}

#[test]
fn engines_are_told_in_their_own_words() {
    let web = container("running");
    let own = |name: &str| own(web.id.kind, name).unwrap();
    for (name, given, sent, words) in [
        ("start", vec![], vec![], "start web"),
        ("stop", vec![("grace", "3")], vec![("t", "3")], "stop --time 3 web"),
        ("restart", vec![], vec![], "restart web"),
        ("pause", vec![], vec![], "pause web"),
        ("unpause", vec![], vec![], "unpause web"),
        ("kill", vec![("signal", "HUP")], vec![("signal", "HUP")], "kill --signal HUP web"),
        (
            "delete",
            vec![("force", "true"), ("volumes", "true")],
            vec![("force", "true"), ("v", "true")],
            "rm --force --volumes web",
        ),
    ] {
        let (verb, given) = (own(name), args(&given));
        let request = row(verb, &web, &given).unwrap();
        let sent = sent.into_iter().map(|(key, value)| (key, Str::from(value))).collect();
        let word = if name == "delete" { "remove" } else { name };
        assert_eq!((request.uid.as_str(), request.what), ("u1", What::Do { name: word, args: sent }));
        assert_eq!((verb.shell_lines)(&web.id.kind, &["web"], &given)[0].join(" "), words);
    }
    assert!(row(own("stop"), &web, &args(&[("grace", "soon")])).is_err());
    assert_eq!((own("kill").typed)("sighup"), Ok(args(&[("signal", "HUP")])));
    assert_eq!(named("rm").map(|verb| verb.name), Some("delete"));
}

#[test]
fn what_is_only_removed_is_named_as_docker_wants_it() {
    for (kind, name, words) in [
        ("images", "rig/web:1", "image rm --force rig/web:1"),
        ("images", "<none>@c1f88fd28c67", "image rm --force c1f88fd28c67"),
        ("volumes", "data", "volume rm --force data"),
        ("networks", "shop", "network rm --force shop"),
    ] {
        let kind = kinds::named_in(&kinds::docker::FAMILY, kind).unwrap();
        let lines = (own(kind, "delete").unwrap().shell_lines)(&kind, &[name], &args(&[("force", "true")]));
        assert_eq!(lines[0].join(" "), words);
    }
}

#[test]
fn rights_are_found_in_rules() {
    use crate::model::{Rule, Rules};
    let rule = |verbs: &[&str], groups: &[&str], resources: &[&str], names: &[&str]| {
        let all = |words: &[&str]| words.iter().map(|word| Str::from(*word)).collect();
        Rule { verbs: all(verbs), groups: all(groups), resources: all(resources), names: all(names) }
    };
    let web = kind("deployments").unwrap();
    for (rule, scale, delete) in [
        (rule(&["*"], &["*"], &["*"], &[]), true, true),
        (rule(&["patch"], &["apps"], &["deployments/scale"], &[]), true, false),
        (rule(&["patch"], &["apps"], &["*/scale"], &[]), true, false),
        (rule(&["delete"], &["apps"], &["deployments"], &["web"]), false, true),
        (rule(&["delete"], &["apps"], &["deployments"], &["other"]), false, false),
        (rule(&["delete"], &[""], &["deployments"], &[]), false, false),
        (rule(&["get"], &["*"], &["*"], &[]), false, false),
    ] {
        let mut rules = Rules { rules: vec![rule], incomplete: false };
        let given = |rules: &Rules, verb: &Verb| rules.give(&verb.right, &web, "web");
        assert_eq!((given(&rules, &SCALE), given(&rules, &DELETE)), (scale, delete), "{rules:?}");
        rules.incomplete = true;
        assert!(given(&rules, &SCALE) && given(&rules, &DELETE));
    }
}

fn application() -> Value {
    json!({
        "metadata": {"resourceVersion": "7"},
        "spec": {"project": "shop", "source": {"repoURL": "https://x/y", "path": "web", "targetRevision": "main"},
            "syncPolicy": {"syncOptions": ["CreateNamespace=true"], "retry": {"limit": 3}}},
        "status": {"operationState": {"phase": "Succeeded"}, "resources": [
            {"group": "apps", "version": "v1", "kind": "Deployment", "namespace": "shop", "name": "web", "status": "OutOfSync"},
            {"version": "v1", "kind": "Service", "namespace": "shop", "name": "web", "status": "Synced"},
            {"version": "v1", "kind": "ConfigMap", "namespace": "shop", "name": "old", "status": "OutOfSync", "requiresPruning": true}]}
    })
}

#[test]
fn a_refresh_is_an_annotation_of_the_version_that_was_read() {
    let web = object("applications", "web");
    for (words, depth) in [("", "normal"), ("hard", "hard"), ("normal", "normal")] {
        let args = (REFRESH.typed)(words).unwrap();
        let wanted =
            json!({"metadata": {"resourceVersion": "7", "annotations": {"argocd.argoproj.io/refresh": depth}}});
        assert_eq!(patch(body(&REFRESH, &web, &application(), &args)), wanted);
    }
    let set = patch(body(&REFRESH_SET, &object("applicationsets", "all"), &application(), &Args::default()));
    assert_eq!(set["metadata"]["annotations"], json!({"argocd.argoproj.io/application-set-refresh": "true"}));
}

#[test]
fn a_sync_takes_everything_from_the_application_and_nothing_from_the_last_sync() {
    let web = object("applications", "web");
    let sent = patch(body(&SYNC, &web, &application(), &Args::default()));
    let wanted = json!({
        "metadata": {"resourceVersion": "7"},
        "operation": {"initiatedBy": {"username": "spyhop"}, "info": [{"name": "via", "value": "spyhop"}], "retry": {"limit": 3},
            "sync": {"revision": "", "prune": false, "dryRun": false, "syncStrategy": {"hook": {}},
                "source": {"repoURL": "https://x/y", "path": "web", "targetRevision": "main"}, "syncOptions": ["CreateNamespace=true"]}},
        "status": {"operationState": null}});
    assert_eq!(sent, wanted);
    let given = args(&[("prune", "true"), ("dry", "true"), ("revision", "v2"), ("only", "deployment/web, old")]);
    let sync = patch(body(&SYNC, &web, &application(), &given))["operation"]["sync"].clone();
    assert_eq!((&sync["prune"], &sync["dryRun"], &sync["revision"]), (&json!(true), &json!(true), &json!("v2")));
    let chosen = json!([
        {"group": "apps", "kind": "Deployment", "namespace": "shop", "name": "web"},
        {"group": "", "kind": "ConfigMap", "namespace": "shop", "name": "old"}]);
    assert_eq!(sync["resources"], chosen);
    let mut several = application();
    several["spec"] = json!({"sources": [{"repoURL": "a"}, {"repoURL": "b"}]});
    let sync = patch(body(&SYNC, &web, &several, &Args::default()))["operation"]["sync"].clone();
    assert_eq!((&sync["sources"], &sync["source"]), (&several["spec"]["sources"], &Value::Null));
    assert!(!sync.as_object().unwrap().contains_key("source"));
}

#[test]
fn a_sync_is_refused_where_it_would_go_wrong() {
    let web = object("applications", "web");
    let with = |path: &[&str], value: Value| {
        let mut body = application();
        *path.iter().fold(&mut body, |body, key| &mut body[*key]) = value;
        body
    };
    let automated = with(&["spec", "syncPolicy", "automated"], json!({}));
    for (whole, given, why) in [
        (with(&["metadata", "deletionTimestamp"], json!("2026-01-01T00:00:00Z")), &[][..], "is being deleted"),
        (with(&["operation"], json!({"sync": {}})), &[], "has an operation already"),
        (with(&["status", "operationState", "phase"], json!("Running")), &[], "(Running)"),
        (automated.clone(), &[("revision", "v2")], "would not last"),
        (with(&["spec", "sources"], json!([{"repoURL": "a"}])), &[("revision", "v2")], "several sources"),
        (application(), &[("only", "Pod/none")], "'Pod/none' is no resource of it"),
        (application(), &[("only", ",")], "',' names no resource"),
    ] {
        let told = body(&SYNC, &web, &whole, &args(given)).map(|_| ()).map_err(|error| error.text().to_owned());
        assert!(told.as_ref().is_err_and(|text| text.contains(why)), "{told:?}");
    }
    for given in [&[("revision", "main")][..], &[("revision", "v2"), ("dry", "true")]] {
        assert!(body(&SYNC, &web, &automated, &args(given)).is_ok());
    }
}

#[test]
fn what_was_typed_behind_a_sync_is_understood_or_refused() {
    for (words, why) in [
        ("dry=yes", "dry is true or false, not 'yes'"),
        ("dry=TRUE prune", "dry is true or false"),
        ("prune=1", "prune is true or false"),
        ("only=", "only= needs a value"),
        ("revision=\"a b", "a quote that is not closed"),
        ("bogus=1", "'bogus' means nothing here"),
    ] {
        let told = (SYNC.typed)(words).map(|_| ()).map_err(|error| error.text().to_owned());
        assert!(told.as_ref().is_err_and(|text| text.contains(why)), "{words}: {told:?}");
    }
    let args = (SYNC.typed)("prune dry=false only=Deployment/web revision=v2").unwrap();
    assert_eq!((args.is_on("prune"), args.is_on("dry")), (true, false));
    assert_eq!((args.text("only"), args.text("revision")), ("Deployment/web", "v2"));
    for words in ["bogus", "HARD", "mode=soft", "hard mode=normal"] {
        assert!((REFRESH.typed)(words).is_err(), "{words}");
    }
    assert_eq!((REFRESH.typed)("mode=hard").unwrap().text("mode"), "hard");
}

#[test]
fn what_is_asked_of_an_application_is_meant_for_no_other_of_its_name() {
    let web = object("applications", "web");
    let mut running = application();
    running["operation"] = json!({"sync": {}});
    let none = Args::default();
    let all = [(&REFRESH, application()), (&SYNC, application()), (&TERMINATE, running)];
    let all = all.into_iter().map(|(verb, whole)| body(verb, &web, &whole, &none));
    for request in all.chain([body(&REFRESH_SET, &object("applicationsets", "web"), &application(), &none)]) {
        assert_eq!(request.unwrap().uid.as_str(), web.uid.to_string());
    }
}

#[test]
fn the_question_about_a_sync_tells_what_it_would_do() {
    let web = object("applications", "web");
    let told = |given: &[(&str, &str)]| (SYNC.preview)(&web, &application(), &args(given)).join("\n");
    assert!(told(&[]).contains("2 of 3 resources are out of sync"), "{}", told(&[]));
    assert!(told(&[]).contains("1 is no longer in the repository and stays; prune would delete it"));
    assert!(told(&[("prune", "true")]).contains("will be deleted"));
    let fields: Vec<(Str, Str)> =
        (SYNC.params)(&web, Some(&application())).into_iter().map(|param| (param.name, param.value)).collect();
    assert_eq!(fields[0], ("prune".into(), "false".into()), "nothing is deleted unless somebody wants it");
}

#[test]
fn only_an_operation_that_runs_can_be_ended() {
    let web = object("applications", "web");
    let mut running = application();
    running["operation"] = json!({"sync": {}});
    let sent = patch(body(&TERMINATE, &web, &running, &Args::default()));
    assert_eq!(sent["status"], json!({"operationState": {"phase": "Terminating"}}));
    assert!(body(&TERMINATE, &web, &application(), &Args::default()).is_err());
}

#[test]
fn what_is_asked_of_flux_is_what_its_controllers_read() {
    let apps = object("kustomizations", "apps");
    let token = json!("2026-01-31T12:00:00.000Z");
    let asked = json!({"reconcile.fluxcd.io/requestedAt": token});
    assert_eq!(patch(row(&RECONCILE, &apps, &Args::default())), json!({"metadata": {"annotations": asked}}));
    assert_eq!(patch(row(&SUSPEND_OBJECT, &apps, &Args::default())), json!({"spec": {"suspend": true}}));
    let resumed = json!({"spec": {"suspend": false}, "metadata": {"annotations": asked}});
    assert_eq!(patch(row(&RESUME_RECONCILED, &apps, &Args::default())), resumed);
    // Force and reset count only with the very value of the request.
    let web = object("helmreleases", "web");
    let both = patch(row(&RECONCILE_RELEASE, &web, &args(&[("force", "true"), ("reset", "true")])));
    let keys = ["requestedAt", "forceAt", "resetAt"].map(|key| format!("reconcile.fluxcd.io/{key}"));
    let annotations = both["metadata"]["annotations"].as_object().unwrap();
    assert!(keys.iter().all(|key| annotations[key] == token) && annotations.len() == keys.len(), "{both}");
    assert_eq!((RECONCILE_RELEASE.typed)("reset").unwrap(), args(&[("reset", "true")]));
    assert!((RECONCILE_RELEASE.typed)("hard").is_err() && (RECONCILE_RELEASE.typed)("force=maybe").is_err());
}

#[test]
fn an_object_of_flux_that_is_suspended_is_not_reconciled() {
    let mut apps = object("kustomizations", "apps");
    let place = apps.id.kind.column("SUSPENDED").unwrap();
    apps.cells = vec![crate::model::Cell::None; apps.id.kind.columns.len()].into();
    apps.cells[place] = crate::model::Cell::Flag(true);
    let refused = row(&RECONCILE, &apps, &Args::default()).unwrap_err();
    assert_eq!(refused.to_string(), "apps is suspended; resume it first");
    assert!(row(&RESUME_RECONCILED, &apps, &Args::default()).is_ok());
}

#[test]
fn chaos_is_paused_by_an_annotation() {
    let one = object("networkchaos", "one");
    let told = |name: &str| patch(row(own(one.id.kind, name).unwrap(), &one, &Args::default()));
    let pause = |value: Value| json!({"metadata": {"annotations": {"experiment.chaos-mesh.org/pause": value}}});
    assert_eq!((told("suspend"), told("resume")), (pause(json!("true")), pause(Value::Null)));
}

#[test]
fn each_system_has_its_own_field_for_what_is_left_alone() {
    let verb = |kind_name: &str, name: &str| own(kind(kind_name).unwrap(), name).unwrap();
    for (kind_name, field, suspended, resumed) in [
        ("jobsets", "suspend", json!(true), json!(false)),
        ("rayclusters", "suspend", json!(true), json!(false)),
        ("alerts", "suspend", json!(true), json!(false)),
        ("clusters", "paused", json!(true), json!(false)),
        ("prometheuses", "paused", json!(true), json!(false)),
        ("clusterqueues", "stopPolicy", json!("Hold"), json!("None")),
        ("kwl", "active", json!(false), json!(true)),
    ] {
        let one = object(kind_name, "one");
        let told = |name: &str| patch(row(verb(kind_name, name), &one, &Args::default()));
        assert_eq!(told("suspend"), json!({"spec": {field: suspended}}), "{kind_name}");
        assert_eq!(told("resume"), json!({"spec": {field: resumed}}), "{kind_name}");
    }
}

#[test]
fn what_argo_cd_is_asked_has_a_line_for_the_shell() {
    let of = "applications.argoproj.io";
    let refresh = line(&REFRESH, "applications", &["a", "b"], &args(&[("mode", "hard")]));
    assert_eq!(refresh, format!("annotate {of} a b --overwrite argocd.argoproj.io/refresh=hard"));
    let set = line(&REFRESH_SET, "applicationsets", &["a"], &Args::default());
    assert_eq!(
        set,
        "annotate applicationsets.argoproj.io a --overwrite argocd.argoproj.io/application-set-refresh=true"
    );
    let patch = r#"{"status":{"operationState":{"phase":"Terminating"}}}"#;
    let terminate = line(&TERMINATE, "applications", &["a"], &Args::default());
    assert_eq!(terminate, format!("patch {of}/a --type=merge -p {patch}"));
}
