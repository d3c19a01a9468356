//! What may go out: a pure judgement that the gate asks before every write and every session.

use crate::model::{Error, Query, Request, Result};

#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Set by `--readonly`; nothing is written, whatever asks for it.
    pub read_only: bool,
}

impl Policy {
    /// Whether a request may be sent.
    pub fn request(&self, request: &Request) -> Result<()> {
        if !request.what.writes() {
            return Ok(());
        }
        if self.read_only {
            return Err(refused(request.what.verb()));
        }
        Err(Error::Unsupported(format!("spyhop cannot {} objects yet; use kubectl", request.what.verb())))
    }

    /// Whether a query may be opened: sessions reach into workloads.
    pub fn query(&self, query: &Query) -> Result<()> {
        match query.is_session() && self.read_only {
            true => Err(refused("open sessions")),
            false => Ok(()),
        }
    }
}

fn refused(deed: &str) -> Error {
    Error::Denied(format!("read-only: cannot {deed}; start with --write to allow it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::model::{Id, Patch, SourceId, Str, Value, What};

    fn request(what: What) -> Request {
        let Some(kind) = kinds::all().next() else { panic!("no kinds") };
        let id = Id { at: SourceId(0), kind, namespace: "shop".into(), name: Str::from("web") };
        Request::new(id, what)
    }

    #[test]
    fn read_only_refuses_every_write_and_no_read() {
        let policy = Policy { read_only: true };
        let body = || Box::new(Value::Null);
        let patch = What::Patch(Box::new(Patch::Merge(Value::Null)));
        let delete = What::Delete { grace: None, propagation: None };
        for what in [What::Create(body()), What::Replace(body()), patch, delete] {
            assert!(matches!(policy.request(&request(what)), Err(Error::Denied(_))));
        }
        assert_eq!(policy.request(&request(What::Get)), Ok(()));
    }
}
