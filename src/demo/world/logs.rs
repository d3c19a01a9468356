//! What containers write: made up when it is asked for, the same whoever asks, from the pod, the instance and the time.

mod styles;

use serde_json::Value;

use super::body::{list, text, time, uid};
use super::chance::{hash, mix, part};
use super::profile::program;
use crate::model::Time;
use styles::{Line, STYLES, Style};

/// No more is kept, as if the rest had been rotated away.
const KEPT: i64 = 3_600_000;

/// Spans in which requests to a backend had nobody to go to; the last may still go on.
pub type Gaps = [(Time, Option<Time>)];

/// One run of a container.
struct Instance<'a> {
    began: Time,
    ended: Option<Time>,
    /// The last thing it said.
    message: &'a str,
}

pub fn lines(pod: &Value, container: &str, previous: bool, from: Time, to: Time, gaps: &Gaps) -> Vec<(Time, String)> {
    let Some((spec, status)) = find(pod, container) else { return Vec::new() };
    let Some(instance) = instance(status, previous) else { return Vec::new() };
    let style = style(text(spec, "image"));
    let seed = hash(&format!("{}{}{}", uid(pod), text(spec, "name"), instance.began.0));
    let end = instance.ended.unwrap_or(to).min(to);
    let first = from.max(instance.began.plus_millis(-1)).max(end.plus_millis(-KEPT));
    let mut out = Vec::new();
    let ready = instance.began.plus_millis(1_000);
    let period = (1000.0 / (style.rate * (0.6 + 0.8 * part(seed)))).max(200.0) as i64;
    // One earlier: a trace may reach over from there.
    let mut slot = first.max(ready).0.div_euclid(period) - 1;
    while slot * period <= end.0 {
        speak(&mut out, style, pod, spec, mix(seed ^ slot as u64), slot * period, period, gaps);
        slot += 1;
    }
    out.retain(|(at, _)| *at >= ready);
    out.extend(beginning(&instance, style, spec, seed));
    if let Some(ended) = instance.ended {
        let last = |line: &str| (ended.plus_millis(-5), line.to_owned());
        // What it would have said after its end it did not say.
        out.retain(|(at, _)| *at < ended.plus_millis(-5));
        out.extend(instance.message.lines().map(last));
    }
    out.retain(|(at, _)| *at > first && *at <= end);
    out.sort_by_key(|(at, _)| *at);
    out
}

fn find<'a>(pod: &'a Value, container: &str) -> Option<(&'a Value, &'a Value)> {
    for (specs, statuses) in
        [("spec.containers", "status.containerStatuses"), ("spec.initContainers", "status.initContainerStatuses")]
    {
        let called = |body: &&Value| container.is_empty() || text(body, "name") == container;
        if let Some(spec) = list(pod, specs).iter().find(called) {
            let status = list(pod, statuses).iter().find(|status| status["name"] == spec["name"])?;
            return Some((spec, status));
        }
    }
    None
}

/// A container that waits to be started again shows its last run.
fn instance(status: &Value, previous: bool) -> Option<Instance<'_>> {
    let over = |state: &'_ Value| -> Option<(Time, Option<Time>)> {
        Some((time(state, "terminated.startedAt")?, time(state, "terminated.finishedAt")))
    };
    let (state, last) = (&status["state"], &status["lastState"]);
    let chosen = if previous || state["waiting"].is_object() { last } else { state };
    if let Some(began) = time(chosen, "running.startedAt") {
        return Some(Instance { began, ended: None, message: "" });
    }
    let (began, ended) = over(chosen)?;
    Some(Instance { began, ended, message: text(chosen, "terminated.message") })
}

fn style(image: &str) -> &'static Style {
    let called = program(image);
    STYLES.iter().find(|style| style.programs.contains(&called)).unwrap_or(&STYLES[0])
}

/// The first lines of every run.
fn beginning(instance: &Instance, style: &Style, spec: &Value, seed: u64) -> Vec<(Time, String)> {
    let image = text(spec, "image");
    let version = image.rsplit_once(':').map_or("latest", |(_, tag)| tag);
    let name = text(spec, "name");
    let mut said = vec![format!("starting {name} {version}"), "configuration loaded from the environment".to_owned()];
    if instance.message.starts_with("FATAL") {
        said.extend((1..4).map(|attempt| format!("connecting to the database, attempt {attempt} of 3")));
    } else if instance.ended.is_none() || instance.message.is_empty() {
        let port = list(spec, "ports").first().and_then(|port| port["containerPort"].as_i64());
        said.push(port.map_or("ready".to_owned(), |port| format!("listening on 0.0.0.0:{port}")));
    }
    let one = |(index, text): (usize, &String)| {
        let at = instance.began.plus_millis(60 + 230 * index as i64);
        let line = Line { at, bits: mix(seed ^ index as u64), level: "info", name, text, pod: "", gap: false };
        (at, (style.say)(&line))
    };
    said.iter().enumerate().map(one).collect()
}

#[allow(clippy::too_many_arguments)]
fn speak(
    out: &mut Vec<(Time, String)>,
    style: &Style,
    pod: &Value,
    spec: &Value,
    bits: u64,
    begin: i64,
    period: i64,
    gaps: &Gaps,
) {
    // Some are quiet for a moment.
    if bits.is_multiple_of(6) {
        return;
    }
    let at = Time(begin + (mix(bits) % period as u64) as i64);
    let level = match (bits >> 8) % 100 {
        0..=1 => "error",
        2..=7 => "warn",
        8..=19 => "debug",
        _ => "info",
    };
    let gap = gaps.iter().any(|(from, to)| at >= *from && to.is_none_or(|to| at < to));
    let texts = style.texts(level);
    let text = texts[(bits >> 16) as usize % texts.len()];
    let line = Line { at, bits, level, name: text_of(spec), text, pod: text_of(&pod["metadata"]), gap };
    out.push((at, (style.say)(&line)));
    if level == "error" && style.traces {
        let trace = styles::trace(bits);
        out.extend(trace.into_iter().enumerate().map(|(index, line)| (at.plus_millis(index as i64 / 4), line)));
    }
}

fn text_of(body: &Value) -> &str {
    text(body, "name")
}
