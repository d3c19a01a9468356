//! What differs between the objects of a revision and the same objects in the cluster. It is computed here, from two bodies:
//! no server is asked to try anything.

use super::changes::named;
use super::declared::reduced;
use super::manifest::{ManifestObject, objects};
use crate::kinds::kube::facts::text;
use crate::model::text::counted;
use crate::model::{Fragment, Value};

const METHOD: &str = "Compared here: what the manifest sets (-), with what the cluster has (+).\n\
                      Other fields do not count. Nothing but reads was sent, one for each object.\n\n";

/// The text of a body with a revision (`before`), its objects as the cluster has them (`after`), and why some could not be
/// read (`unread`). Both lists are in the order of [`objects`]; an object that is missing is null.
pub fn drift(body: &Value) -> Vec<Fragment> {
    let revision = &body["before"];
    let declared = objects(&revision["manifest"], text(&revision["metadata"], "namespace"));
    let mut all = vec![Fragment::Remark(format!("{} and the cluster.\n{METHOD}", capital(&named(revision))))];
    let told = declared.iter().enumerate().filter_map(|(i, one)| {
        let why = body["unread"][i].as_str();
        why.map(|why| unread(one, why)).or_else(|| object(one, &body["after"]["manifest"][i]))
    });
    all.extend(told);
    let equal = declared.len() + 1 - all.len();
    all.push(Fragment::Remark(match (declared.len(), equal) {
        (0, _) => "The manifest of this revision holds no objects that can be read.".to_owned(),
        (count, equal) if count == equal => format!("Nothing differs: {} as the manifest says.", are(equal)),
        (_, 0) => String::new(),
        (_, equal) => format!("{} as the manifest says.", are(equal)),
    }));
    all
}

fn are(count: usize) -> String {
    format!("{} {}", counted(count, "object"), if count == 1 { "is" } else { "are" })
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn unread(one: &ManifestObject<'_>, why: &str) -> Fragment {
    Fragment::Words(format!("{} could not be read: {why}\n\n", one.title))
}

/// What differs of an object; `None` if nothing does.
fn object(one: &ManifestObject<'_>, live: &Value) -> Option<Fragment> {
    if live.is_null() {
        return Some(Fragment::Words(format!("{} is missing in the cluster.\n\n", one.title)));
    }
    let (old, new) = reduced(one.object, live);
    let title = one.title.clone();
    (old != new).then_some(Fragment::Changed { title, old, new, is_private: false })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(live: Value, unread: Value) -> Vec<String> {
        let object = |kind: &str, data: &str| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "web"}, "data": {"a": data}});
        let manifest = json!([object("ConfigMap", "1"), object("Secret", "QQ==")]);
        let revision = json!({"metadata": {"namespace": "shop"}, "revision": 2, "info": {"status": "deployed"},
            "chart": {"name": "web", "version": "0.1.0"}, "manifest": manifest});
        let body = json!({"before": revision, "after": {"manifest": live}, "unread": unread});
        let texts = drift(&body).into_iter().map(|fragment| match fragment {
            Fragment::Changed { title, .. } | Fragment::Remark(title) | Fragment::Words(title) => {
                title.trim().to_owned()
            }
            other => panic!("{other:?}"),
        });
        texts.filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn objects_that_differ_are_missing_or_unread_are_told() {
        let live = |kind: &str, data: &str| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "web", "uid": "1"}, "data": {"a": data, "b": "2"}});
        let all = told(json!([live("ConfigMap", "1"), live("Secret", "QQ==")]), json!([null, null]));
        assert!(all[0].starts_with("Revision 2 (deployed, web-0.1.0) and the cluster."), "{all:?}");
        assert_eq!(all[1..], ["Nothing differs: 2 objects are as the manifest says."]);
        let all = told(json!([live("ConfigMap", "2"), live("Secret", "QQ==")]), json!([null, null]));
        assert_eq!(all[1..], ["ConfigMap web", "1 object is as the manifest says."]);
        let all = told(json!([null, null]), json!([null, "denied: no"]));
        assert_eq!(all[1..], ["ConfigMap web is missing in the cluster.", "Secret web could not be read: denied: no"]);
    }
}
