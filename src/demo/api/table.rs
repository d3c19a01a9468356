//! Objects in the form that was asked for: whole, as rows of a Table, as metadata only.

use serde_json::{Map, Value, json};

use super::ask::{Include, Shape};
use crate::demo::resources::Resource;
use crate::model::Time;
use crate::model::human;

const META: &str = "meta.k8s.io/v1";

/// One object in its form.
pub fn object(shape: Shape, resource: &Resource, object: &Value, now: Time) -> Value {
    match shape {
        Shape::Whole => object.clone(),
        Shape::Metadata => metadata(object),
        Shape::Table(include) => {
            let meta = json!({"resourceVersion": object["metadata"]["resourceVersion"]});
            table(resource, include, meta, std::iter::once(object), now)
        }
    }
}

pub fn metadata(object: &Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": META, "metadata": object["metadata"]})
}

pub fn table<'a>(
    resource: &Resource,
    include: Include,
    meta: Value,
    objects: impl Iterator<Item = &'a Value>,
    now: Time,
) -> Value {
    let rows: Vec<Value> = objects.map(|object| row(resource, include, object, now)).collect();
    json!({"kind": "Table", "apiVersion": META, "metadata": meta, "columnDefinitions": columns(resource), "rows": rows})
}

fn columns(resource: &Resource) -> Vec<Value> {
    let column = |name: &str, format: &str| json!({"name": name, "type": "string", "format": format, "description": name, "priority": 0});
    let own = resource.columns.iter().map(|(title, _)| column(title, ""));
    [column("Name", "name")].into_iter().chain(own).chain([column("Age", "")]).collect()
}

fn row(resource: &Resource, include: Include, object: &Value, now: Time) -> Value {
    let own = resource.columns.iter().map(|(_, path)| cell(at(object, path)));
    let name = object["metadata"]["name"].clone();
    let cells: Vec<Value> = [name].into_iter().chain(own).chain([age(object, now)]).collect();
    let mut row = Map::from_iter([("cells".to_owned(), Value::Array(cells))]);
    let with = match include {
        Include::Nothing => return Value::Object(row),
        Include::Metadata => metadata(object),
        Include::Object => object.clone(),
    };
    row.insert("object".to_owned(), with);
    Value::Object(row)
}

/// What stands at `status.addresses[0].value`.
fn at<'a>(object: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(object, |value, part| match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
        Some((field, index)) => &value[field][index.parse::<usize>().unwrap_or(usize::MAX)],
        None => &value[part],
    })
}

/// Lists are written as kubectl writes them.
fn cell(value: &Value) -> Value {
    match value {
        Value::Null => json!("<none>"),
        Value::Array(_) => json!(value.to_string()),
        other => other.clone(),
    }
}

fn age(object: &Value, now: Time) -> Value {
    let Some(created) = object["metadata"]["creationTimestamp"].as_str().and_then(Time::parse) else {
        return json!("<unknown>");
    };
    let mut text = String::new();
    human(now.since(created), &mut text);
    json!(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::resources::named;

    #[test]
    fn rows_have_the_columns_of_the_resource_and_the_age() {
        let routes = named("gateways.gateway.networking.k8s.io").unwrap();
        let gateway = json!({"metadata": {"name": "web", "creationTimestamp": "2027-01-15T08:00:00Z"},
            "spec": {"gatewayClassName": "istio"}, "status": {"addresses": [{"value": "10.0.0.9"}]}});
        let now = Time::from_secs(1_800_000_000 + 90);
        let table = table(routes, Include::Metadata, json!({}), [&gateway].into_iter(), now);
        assert_eq!(table["rows"][0]["cells"], json!(["web", "istio", "10.0.0.9", "90s"]));
        assert_eq!(table["rows"][0]["object"]["kind"], "PartialObjectMetadata");
        assert_eq!(table["columnDefinitions"][0]["format"], "name");
    }
}
