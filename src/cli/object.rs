//! The object that a name on a command line means, as it is now.

use futures::StreamExt;

use super::aim::Aim;
use crate::model::{Delta, Error, Finds, Health, Id, Object, Query, Request, Result, Scope, Str, Value, Verb, What};

/// An object as it is, if it may be touched.
pub async fn meant(id: Id, verb: &Verb, aim: &Aim) -> Result<(Object, Value)> {
    aim.policy.touch(&id, verb.name)?;
    if id.kind.family.finds == Finds::NameOrId {
        return Ok((aim.patiently(row(&id, aim)).await?, Value::Null));
    }
    let Some(stands_for) = id.kind.stands_for() else {
        let body = aim.request(Request::new(id.clone(), What::Get)).await?.body;
        return Ok((object(id, &body), body));
    };
    let row = aim.patiently(row(&id, aim)).await?;
    let unknown = || Error::Unsupported(format!("the server has no kind for what {} comes from", row.id.name));
    let id = stands_for(&row, &aim.found().await?.kinds).ok_or_else(unknown)?;
    aim.policy.touch(&id, verb.name)?;
    let body = aim.request(Request::new(id.clone(), What::Get)).await?.body;
    Ok((Object { id, link: None, cells: Box::default(), uid: uid(&body).into(), ..row }, body))
}

pub fn uid(body: &Value) -> &str {
    body.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default()
}

/// The row that stands for an object that was read.
fn object(id: Id, body: &Value) -> Object {
    let (labels, owner, health, link) = (Str::new(), Str::new(), Health::Unknown, None);
    Object { id, uid: uid(body).into(), health, cells: Box::default(), labels, owner, link }
}

/// The row of an object in its table: it says what state the object is in, and bears its source's own id.
pub async fn row(id: &Id, aim: &Aim) -> Result<Object> {
    let scope = Scope { namespace: Some(id.namespace.clone()).filter(|name| !name.is_empty()), ..Scope::default() };
    let scope = match id.kind.family.finds {
        _ if id.kind.is_made() => scope,
        Finds::Name => scope.named(&id.name),
        Finds::NameOrId => scope.fields(format!("metadata.name={}", id.name)),
    };
    let mut answers = aim.open(Query::List { at: aim.at, kind: id.kind, scope });
    let mut found = None;
    while let Some(delta) = answers.next().await {
        match delta? {
            Delta::Upsert(object) if object.id.name == id.name => found = Some(object),
            Delta::Ready => break,
            _ => {}
        }
    }
    found.ok_or_else(|| Error::Gone(format!("{} \"{}\" not found", id.kind.name, id.name)))
}
