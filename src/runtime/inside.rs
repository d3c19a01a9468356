//! The clusters into which the user chose to look, on disk. A context counts only with the server that it had, because
//! another file may use its name for another cluster.

use serde::{Deserialize, Serialize};

use super::kept;
use crate::model::Place;

const FILE: &str = "inside.json";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    context: String,
    server: String,
}

impl Kept {
    fn new(context: &str, server: &str) -> Self {
        Self { context: context.to_owned(), server: server.to_owned() }
    }
}

/// Whether the user chose to look into a cluster. Without a file that can be read, nothing was chosen.
pub fn chosen() -> impl Fn(&Place) -> bool {
    let all: Vec<Kept> = kept::load(FILE);
    move |place| all.contains(&Kept::new(&place.name, &place.server))
}

/// Keeps a choice. If it cannot be kept, the next start does not look inside, or asks for nothing that the user had not
/// allowed once.
pub fn keep(context: &str, server: &str, on: bool) {
    kept::change(FILE, |all| choose(all, Kept::new(context, server), on));
}

fn choose(all: &mut Vec<Kept>, cluster: Kept, on: bool) {
    all.retain(|known| *known != cluster);
    all.extend(on.then_some(cluster));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_holds_for_a_context_with_its_server() {
        let [a, b] = ["https://a", "https://b"].map(|server| Kept::new("prod", server));
        let mut all = Vec::new();
        for cluster in [&a, &b, &a] {
            choose(&mut all, cluster.clone(), true);
        }
        assert_eq!(all, [b.clone(), a.clone()]);
        choose(&mut all, a, false);
        assert_eq!(all, [b]);
    }
}
