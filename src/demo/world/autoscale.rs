//! Autoscalers: load that rises and falls like a tide, and as many replicas as it takes.

use serde_json::{Value, json};

use super::body::{count, number, set_condition, text, the};
use super::chance::{hash, part};
use super::notes::From;
use super::{What, World};
use crate::demo::store::{Key, Store};
use crate::model::Time;

const CONTROLLER: From<'static> = From("horizontal-pod-autoscaler", "");
/// As often as the controller looks.
pub const EVERY: i64 = 15_000;
/// From one high water to the next.
const TIDE: f64 = 420_000.0;

impl World {
    pub(super) fn autoscale(&mut self, store: &mut Store) {
        let all = store.list(the("horizontalpodautoscalers.autoscaling"), None);
        let keys: Vec<Key> = all.map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.measure(store, &key);
        }
        self.later(store.now.plus_millis(EVERY), What::Autoscale);
    }

    /// Measures one target, and scales it when that is due.
    pub(super) fn measure(&mut self, store: &mut Store, key: &Key) {
        let Some(scaler) = store.object(key).cloned() else { return };
        let now = store.now;
        let resource = if text(&scaler, "spec.scaleTargetRef.kind") == "StatefulSet" {
            "statefulsets.apps"
        } else {
            "deployments.apps"
        };
        let target = text(&scaler, "spec.scaleTargetRef.name").to_owned();
        let Some(scaled) = store.find(the(resource), &key.namespace, &target).cloned() else {
            return self.cannot(store, key, &scaler, resource, &target);
        };
        let (least, most) =
            (number(&scaler, "spec.minReplicas").unwrap_or(1), number(&scaler, "spec.maxReplicas").unwrap_or(1));
        let have = number(&scaled, "spec.replicas").unwrap_or(1);
        let goal = number(&scaler["spec"]["metrics"][0], "resource.target.averageUtilization").unwrap_or(80).max(1);
        let load = load(&target, now);
        let running = count(&scaled, "status.readyReplicas").max(1);
        let used = (load / running as f64).round() as i64;
        let asked = (load / goal as f64).ceil() as i64;
        // Within a tenth nothing is changed; zero replicas switch the autoscaler off.
        let near = (load / (have.max(1) * goal) as f64 - 1.0).abs() < 0.1;
        let wanted = if have == 0 {
            0
        } else if near {
            have
        } else {
            asked
        }
        .clamp(if have == 0 { 0 } else { least }, most);
        if wanted != have {
            let why = if wanted > have {
                "cpu resource utilization (percentage of request) above target"
            } else {
                "All metrics below target"
            };
            store.update(the(resource), &key.namespace, &target, |scaled| scaled["spec"]["replicas"] = json!(wanted));
            self.note(store, &scaler, "SuccessfulRescale", &format!("New size: {wanted}; reason: {why}"), CONTROLLER);
        }
        let limited = asked < least || asked > most;
        store.update(the(key.resource), &key.namespace, &key.name, |scaler| {
            let mut status = json!({"currentReplicas": have, "desiredReplicas": wanted, "conditions": scaler["status"]["conditions"],
                "lastScaleTime": scaler["status"]["lastScaleTime"],
                "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": used, "averageValue": format!("{}m", used * 2)}}}]});
            if wanted != have || status["lastScaleTime"].is_null() {
                status["lastScaleTime"] = json!(now.rfc3339());
            }
            set_condition(&mut status, "AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size", now);
            set_condition(&mut status, "ScalingActive", "True", "ValidMetricFound", "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)", now);
            let (value, reason, message) = match limited {
                true => ("True", "TooFewReplicas", "the desired replica count is outside the allowed range"),
                false => ("False", "DesiredWithinRange", "the desired count is within the acceptable range"),
            };
            set_condition(&mut status, "ScalingLimited", value, reason, message, now);
            scaler["status"] = status;
        });
    }

    fn cannot(&mut self, store: &mut Store, key: &Key, scaler: &Value, resource: &str, target: &str) {
        let now = store.now;
        let message = format!(
            "the HPA controller was unable to get the target's current scale: {resource} \"{target}\" not found"
        );
        self.warn(store, scaler, "FailedGetScale", &message, CONTROLLER);
        store.update(the(key.resource), &key.namespace, &key.name, |scaler| {
            set_condition(&mut scaler["status"], "AbleToScale", "False", "FailedGetScale", &message, now);
        });
    }
}

/// What all replicas of a target use together, in percent of one replica's request.
fn load(target: &str, now: Time) -> f64 {
    let phase = part(hash(target)) * std::f64::consts::TAU;
    let tide = (now.0 as f64 / TIDE * std::f64::consts::TAU + phase).sin();
    let ripple = (now.0 as f64 / 61_000.0 + phase).sin();
    300.0 + 110.0 * tide + 12.0 * ripple
}
