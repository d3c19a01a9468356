//! Logs of containers, as the node of the pod would give them.

mod follow;
mod window;

use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use serde_json::Value;

use self::follow::Follow;
use self::window::Window;
use super::Api;
use super::ask::Ask;
use super::place::Place;
use super::pod::{self, Target};
use super::reply::{self, Answer};
use crate::demo::refusal::Refusal;
use crate::model::Time;

pub fn read(api: &Arc<Api>, ask: &Ask, place: &Place, name: &str) -> Answer {
    let window = Window::read(ask, name)?;
    let target = pod::target(api, ask, place, name)?;
    let last = instance(&target, name, ask.is("previous"))?;
    let (lines, now) = api.read(|cluster| {
        let now = cluster.store.now;
        (window.lines(&cluster.world, &target, last, now), now)
    });
    let stamps = ask.is("timestamps");
    let text = window.cut(written(&lines, stamps));
    if !ask.is("follow") || last || !pod::is_running(&target.pod, &target.container) {
        return Ok(reply::bytes(reply::TEXT, text));
    }
    let follow = Follow::new(api, place, target, now, stamps, text);
    Ok(reply::stream(reply::TEXT, stream::unfold(follow, Follow::next)))
}

/// Whether the log is that of the instance before, because that was asked for or because no other has begun.
fn instance(target: &Target, name: &str, previous: bool) -> Result<bool, Refusal> {
    let Target { pod, container } = target;
    let status = pod::status(pod, container);
    let begun = |state: &Value| state["terminated"].is_object();
    if previous {
        return match begun(&status["lastState"]) {
            true => Ok(true),
            false => {
                Err(Refusal::bad(format!("previous terminated container \"{container}\" in pod \"{name}\" not found")))
            }
        };
    }
    if status["state"]["running"].is_object() || begun(&status["state"]) {
        return Ok(false);
    }
    if begun(&status["lastState"]) {
        return Ok(true);
    }
    let why = match status["state"]["waiting"]["reason"].as_str() {
        Some("ErrImagePull") => "image can't be pulled",
        Some("ImagePullBackOff") => "trying and failing to pull image",
        Some(reason) => reason,
        None => "ContainerCreating",
    };
    Err(Refusal::bad(format!("container \"{container}\" in pod \"{name}\" is waiting to start: {why}")))
}

/// As text, with the time of each line where it is wanted.
fn written(lines: &[(Time, String)], stamps: bool) -> Bytes {
    let mut out = String::new();
    for (time, line) in lines {
        if stamps {
            out.push_str(&stamp(*time));
            out.push(' ');
        }
        out.push_str(line);
        out.push('\n');
    }
    out.into()
}

/// RFC 3339 with nine digits of a second, as nodes have it.
fn stamp(time: Time) -> String {
    let whole = time.rfc3339();
    format!("{}.{:03}000000Z", whole.trim_end_matches('Z'), time.0.rem_euclid(1000))
}

/// The lines that a running container says from now on, for who is attached to it.
pub fn live(api: &Arc<Api>, place: &Place, target: Target) -> impl futures::Stream<Item = Bytes> + Send + use<> {
    let now = api.now();
    stream::unfold(Follow::new(api, place, target, now, false, Bytes::new()), Follow::next)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stamps_have_nine_digits() {
        assert_eq!(stamp(Time(1_800_000_000_042)), "2027-01-15T08:00:00.042000000Z");
    }

    #[test]
    fn a_log_that_is_not_there_is_refused_in_the_words_of_a_node() {
        let target = |status: Value| Target {
            pod: Arc::new(json!({"status": {"containerStatuses": [status]}})),
            container: "app".to_owned(),
        };
        let said =
            |status: Value, previous| instance(&target(status), "web", previous).map_err(|refusal| refusal.message);
        let running = json!({"name": "app", "state": {"running": {}}});
        assert_eq!(said(running.clone(), false), Ok(false));
        let missing = r#"previous terminated container "app" in pod "web" not found"#;
        assert_eq!(said(running, true), Err(missing.to_owned()));
        let pulling = json!({"name": "app", "state": {"waiting": {"reason": "ImagePullBackOff"}}});
        let waits = r#"container "app" in pod "web" is waiting to start: trying and failing to pull image"#;
        assert_eq!(said(pulling, false), Err(waits.to_owned()));
        let crashing = json!({"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"exitCode": 1}}});
        assert_eq!(said(crashing, false), Ok(true));
    }
}
