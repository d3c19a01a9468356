//! The contexts of the kubeconfig, so that switching is choosing a row. No server knows them: their source makes
//! the rows, and Enter is the program's own affair.

use crate::model::{Address, Column, Door, Kind};

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
    ..Kind::kube()
};
