use serde_json::json;

use super::*;

fn secret() -> Value {
    json!({"kind": "Secret", "data": {"a": "aGVsbG8=", "b": "d29ybGQ="}, "metadata": {"name": "s"}})
}

fn pod() -> Value {
    json!({"kind": "Pod", "spec": {"containers": [{"name": "app", "env": [
        {"name": "DB_PASSWORD", "value": "hush"},
        {"name": "URL", "value": "pg://me:hush@db/x"},
        {"name": "PLAIN", "value": "1"},
    ]}]}})
}

#[test]
fn what_is_left_alone_is_put_back() {
    let copy = json!({"spec": {"env": [{"name": "TOKEN", "value": "hush"}]}}).to_string();
    let mut annotated = pod();
    annotated["metadata"] = json!({"annotations": {mask::COPY: copy}});
    for body in [secret(), pod(), annotated, json!({"kind": "Secret", "data": {"x": MASK}, "note": "•••1•••"})]
    {
        let (mut covered, masks) = cover(&body);
        assert!(!covered.to_string().contains("hush") && !covered.to_string().contains("aGVs"), "{covered}");
        masks.uncover(&mut covered).unwrap();
        assert_eq!(covered, body);
    }
}

#[test]
fn masks_follow_their_keys() {
    let (mut covered, masks) = cover(&secret());
    let token = covered["data"]["a"].clone();
    covered["data"] = json!({"b2": covered["data"]["b"], "a": "bmV3", "moved": token});
    masks.uncover(&mut covered).unwrap();
    assert_eq!(covered["data"], json!({"b2": "d29ybGQ=", "a": "bmV3", "moved": "aGVsbG8="}));
}

#[test]
fn a_part_of_a_text_is_put_back_into_what_became_of_it() {
    let (mut covered, masks) = cover(&pod());
    let url = covered["spec"]["containers"][0]["env"][1]["value"].as_str().unwrap().to_owned();
    assert!(url.starts_with("pg://•••") && url.ends_with("•••@db/x"), "{url}");
    covered["spec"]["containers"][0]["env"][1]["value"] = url.replace("@db/x", "@db2/y").into();
    masks.uncover(&mut covered).unwrap();
    assert_eq!(covered["spec"]["containers"][0]["env"][1]["value"], "pg://me:hush@db2/y");
}

#[test]
fn a_mask_that_cannot_be_put_back_says_so() {
    let (covered, masks) = cover(&secret());
    let token = covered["data"]["a"].clone();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut changed = covered.clone();
        change(&mut changed);
        masks.uncover(&mut changed).unwrap_err()
    };
    let found = refused(&|value| value["stringData"] = json!({"a": token}));
    assert_eq!(found.path, ["stringData", "a"]);
    assert!(found.text.contains("the mask of data.a works only under data"), "{}", found.text);
    assert!(refused(&|value| value["metadata"]["labels"] = json!({"a": token})).text.contains("only"));
    assert!(refused(&|value| value["data"]["c"] = "•••9•••".into()).text.contains("not from this text"));
    assert!(refused(&|value| value["data"]["c"] = MASK.into()).text.contains("not from this text"));
    assert!(refused(&|value| value["data"] = json!({token.as_str().unwrap(): "x"})).text.contains("key"));
}

#[test]
fn two_versions_differ_where_their_secrets_do() {
    let (old, mut new) = (pod(), pod());
    new["spec"]["containers"][0]["env"][0]["value"] = "other".into();
    new["spec"]["containers"][0]["env"].as_array_mut().unwrap().insert(0, json!({"name": "NEW", "value": "x"}));
    let (shown, changed) = pair(&old, &new);
    let env = |value: &Value, i: usize| value["spec"]["containers"][0]["env"][i]["value"].clone();
    assert!(!format!("{shown}{changed}").contains("hush") && !changed.to_string().contains("other"));
    assert_ne!(env(&shown, 0), env(&changed, 1));
    assert_eq!(env(&shown, 1), env(&changed, 2));
}
