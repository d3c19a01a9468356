//! Takes out of a body what nobody should read over a shoulder, before anything else sees it: the values of
//! secrets, passwords in environment variables and in addresses.

use crate::kinds::mask::{self, MASK};
use crate::model::{KindRef, Value};

/// The copy of a whole object that kubectl keeps in an annotation: noise, and for a secret the secret itself.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The body without secrets, and without what only machines read.
pub fn masked(kind: KindRef, body: &Value) -> Value {
    let mut body = body.clone();
    mask(kind, &mut body);
    body
}

/// Takes secrets, and what only machines read, out of a body.
pub fn mask(kind: KindRef, body: &mut Value) {
    if let Some(meta) = body.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.remove("managedFields");
        if let Some(notes) = meta.get_mut("annotations").and_then(Value::as_object_mut) {
            notes.shift_remove(LAST_APPLIED);
        }
    }
    if kind.address.kind == "Secret" || body["kind"] == "Secret" {
        for field in ["data", "stringData"] {
            hide_values(body, field);
        }
    }
    hide(body);
}

/// The values of a secret become how long they are.
fn hide_values(body: &mut Value, field: &str) {
    let Some(value) = body.get_mut(field) else { return };
    let Some(values) = value.as_object_mut() else {
        *value = MASK.into();
        return;
    };
    for value in values.values_mut() {
        *value = match value.as_str() {
            Some(text) if field == "data" => size(decoded(text)),
            Some(text) => size(text.len()),
            None => MASK.to_owned(),
        }
        .into();
    }
}

fn size(bytes: usize) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") }
}

/// How many bytes the base64 text stands for, found without decoding it.
fn decoded(text: &str) -> usize {
    text.bytes().filter(|c| !c.is_ascii_whitespace() && *c != b'=').count() * 3 / 4
}

fn hide(value: &mut Value) {
    match value {
        Value::String(text) => *text = mask::urls(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match key.as_str() {
                    // Parameters of Helm charts and facts about applications of Argo CD are named values as well.
                    "env" | "parameters" | "info" => hide_variables(value),
                    "values" => hide_lines(value),
                    "args" | "command" => mask::command(value),
                    key => mask::field(key, value),
                }
                hide(value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Values of Helm that are kept as a text.
fn hide_lines(values: &mut Value) {
    let Some(text) = values.as_str() else { return };
    let lines: Vec<_> = text.lines().map(mask::line).collect();
    *values = lines.join("\n").into();
}

fn hide_variables(variables: &mut Value) {
    for variable in variables.as_array_mut().into_iter().flatten() {
        let name = variable["name"].as_str().unwrap_or_default();
        let Some(text) = variable["value"].as_str() else { continue };
        let shown = mask::value(name, text).into_owned();
        variable["value"] = shown.into();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::{pods, secrets};

    #[test]
    fn the_values_of_a_secret_become_their_length() {
        let body = json!({
            "metadata": {"annotations": {LAST_APPLIED: "{\"data\":{\"k\":\"Y2FuYXJ5\"}}", "note": "kept"}, "managedFields": [1]},
            "data": {"k": "Y2FuYXJ5", "one": "QQ==", "two": "QUI=", "none": "", "odd": 5}, "stringData": {"plain": "canary"}
        });
        let seen = masked(KindRef(&secrets::KIND), &body);
        let data = json!({"k": "6 bytes", "one": "1 byte", "two": "2 bytes", "none": "0 bytes", "odd": MASK});
        assert_eq!((&seen["data"], &seen["stringData"]), (&data, &json!({"plain": "6 bytes"})));
        assert_eq!(seen["metadata"], json!({"annotations": {"note": "kept"}}));
    }

    #[test]
    fn a_secret_is_known_by_its_body_too() {
        let seen = masked(KindRef(&pods::KIND), &json!({"kind": "Secret", "data": "Y2FuYXJ5"}));
        assert_eq!(seen["data"], MASK);
    }

    #[test]
    fn variables_with_private_names_are_masked_only_in_env_lists() {
        let env = |name: &str| json!([{"name": name, "value": "canary"}]);
        for (name, hidden) in
            [("DB_PASSWORD", true), ("apiKey", true), ("PG_DSN", true), ("CONNECTION", true), ("LEVEL", false)]
        {
            let body = json!({"spec": {"containers": [{"env": env(name), "envFrom": env(name)}]}});
            let seen = masked(KindRef(&pods::KIND), &body);
            let container = &seen["spec"]["containers"][0];
            assert_eq!(container["env"][0]["value"], if hidden { MASK } else { "canary" }, "{name}");
            assert_eq!(container["envFrom"][0]["value"], "canary");
        }
    }

    #[test]
    fn command_lines_lose_their_passwords() {
        let body =
            json!({"spec": {"args": ["--password=canary", "--port=1"], "command": [{"odd": "--password=kept"}]}});
        let seen = masked(KindRef(&pods::KIND), &body);
        assert_eq!(seen["spec"]["args"], json!([format!("--password={MASK}"), "--port=1"]));
        assert_eq!(seen["spec"]["command"], body["spec"]["command"]);
    }

    #[test]
    fn the_environment_and_labels_of_containers_lose_their_secrets() {
        let body = json!({"Config": {"Env": ["DB_PASSWORD=canary", "LEVEL=debug", "URL=pg://u:canary@h"],
            "Cmd": ["run", "--token", "canary"], "Labels": {"api.key": "canary", "team": "shop"}}});
        let seen = masked(KindRef(&crate::kinds::docker::containers::KIND), &body);
        assert!(!seen.to_string().contains("canary"), "{seen}");
        assert_eq!(
            (&seen["Config"]["Env"][1], &seen["Config"]["Labels"]["team"]),
            (&json!("LEVEL=debug"), &json!("shop"))
        );
    }

    #[test]
    fn a_reference_stays_readable() {
        let body = json!({"env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]});
        assert_eq!(masked(KindRef(&pods::KIND), &body), body);
    }

    #[test]
    fn logins_in_addresses_are_masked_everywhere() {
        for (text, seen) in [
            ("postgres://u:p@db:5432/x", "postgres://••••••@db:5432/x"),
            ("redis://:p@ss@cache and amqp://a:b@mq", "redis://••••••@cache and amqp://••••••@mq"),
            ("http://host:80/mail?to=a@b", "http://host:80/mail?to=a@b"),
        ] {
            let body = json!({"data": {"url": text}});
            assert_eq!(masked(KindRef(&pods::KIND), &body)["data"]["url"], seen);
        }
    }
}
