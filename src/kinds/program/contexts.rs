//! The contexts of the kubeconfig, so that switching is choosing a row. No server knows them: the program makes the
//! rows.

use crate::model::{Address, Cell, Column, Door, Enter, Health, Id, Kind, KindRef, Object, Place, SourceId, Str};

pub static KIND: Kind = Kind {
    name: "contexts",
    aliases: &["ctx", "context"],
    address: Address { group: "", version: "", kind: "", plural: "contexts", namespaced: false },
    columns: &[
        Column::new("CLUSTER", 20),
        Column::new("AUTHINFO", 20).rank(2),
        Column::new("NAMESPACE", 12),
        Column::new("SERVER", 30).rank(3).wide(),
    ],
    door: Door::Own,
    enter: Enter::Source,
    ..Kind::program()
};

/// A context as a row: the chosen one is good, and one that cannot be used is bad.
pub fn row(place: &Place) -> Object {
    let health = match (&place.problem, place.is_current) {
        (Some(_), _) => Health::Bad,
        (None, true) => Health::Good,
        (None, false) => Health::Unknown,
    };
    let id = Id::new(SourceId::PROGRAM, KindRef(&KIND), Str::new(), place.name.clone());
    let texts = [&place.cluster, &place.user, &place.namespace, &place.server];
    Object::made(id, health, texts.map(|text| Cell::text(text.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::kube;

    #[test]
    fn a_context_says_whether_it_is_chosen_and_whether_it_can_be_used() {
        let place = Place::new(SourceId(1), "eu", &kube::FAMILY);
        let health = |is_current: bool, problem: Option<&str>| {
            row(&Place { is_current, problem: problem.map(Into::into), ..place.clone() }).health
        };
        assert_eq!(health(false, None), Health::Unknown);
        assert_eq!(health(true, None), Health::Good);
        assert_eq!(health(true, Some("no such user")), Health::Bad);
        assert_eq!(row(&place).cells.len(), KIND.columns.len());
    }
}
