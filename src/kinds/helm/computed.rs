//! The values with which a chart was rendered: those of the user over those of the chart (helm v3.21 and v4.2,
//! `coalesceValues`). Helm keeps no subcharts in a release, so those of the chart are all that there are.

use serde_json::Map;

use crate::model::Value;

/// The values of the user over the values of the chart, both mappings. A value of the user that is null removes the one
/// of the chart. `is_tidy`: nulls of the chart are left out, as helm does from version 4 on.
pub fn computed(chart: &Value, user: &Value, is_tidy: bool) -> Value {
    let mut out = user.as_object().cloned().unwrap_or_default();
    for (key, value) in chart.as_object().into_iter().flatten() {
        let mut value = value.clone();
        if is_tidy {
            tidy(&mut value);
        }
        match (out.get_mut(key), value) {
            (Some(Value::Null), _) => drop(out.shift_remove(key)),
            (Some(Value::Object(own)), Value::Object(given)) => merge(own, given),
            (Some(_), _) => {}
            (None, Value::Null) if is_tidy => {}
            (None, value) => drop(out.insert(key.clone(), value)),
        }
    }
    Value::Object(out)
}

/// Helm's `coalesceTablesFullKey`. Unlike above, a null of the user stays where the chart has no value or null.
fn merge(own: &mut Map<String, Value>, given: Map<String, Value>) {
    for (key, value) in given {
        match (own.get_mut(&key), value) {
            (Some(Value::Null), Value::Null) => {}
            (Some(Value::Null), _) => drop(own.shift_remove(&key)),
            (Some(Value::Object(own)), Value::Object(given)) => merge(own, given),
            (Some(_), _) => {}
            (None, value) => drop(own.insert(key, value)),
        }
    }
}

/// Removes entries that are null, at whatever depth of mappings.
fn tidy(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.retain(|_, value| !value.is_null());
        fields.values_mut().for_each(tidy);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_the_user_lie_over_those_of_the_chart() {
        let chart = json!({"a": 1, "list": [1, 2], "table": {"x": 1, "y": {"z": 1}, "gone": 1}, "gone": 1, "none": null,
            "deep": {"none": null, "x": 1}, "flat": 1, "tree": {"x": 1}});
        let user = json!({"list": [3], "table": {"y": {"z": 2}, "gone": null, "kept": null}, "gone": null, "own": null,
            "flat": {"x": 1}, "tree": 1});
        let tidied = json!({"list": [3], "table": {"y": {"z": 2}, "kept": null, "x": 1}, "own": null, "flat": {"x": 1},
            "tree": 1, "a": 1, "deep": {"x": 1}});
        assert_eq!(computed(&chart, &user, true), tidied);
        let old = computed(&chart, &user, false);
        assert_eq!((&old["none"], &old["deep"]), (&Value::Null, &json!({"none": null, "x": 1})));
        assert!(old.get("none").is_some() && old.get("gone").is_none());
        assert_eq!(computed(&Value::Null, &Value::Null, true), json!({}));
    }
}
