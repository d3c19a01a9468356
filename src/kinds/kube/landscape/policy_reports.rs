//! Policy reports, whoever writes them: of the working group for policies (kubernetes-sigs/wg-policy-prototypes) and
//! of its successor (openreports/reports-api).

use super::custom;
use super::state::living;
use crate::kinds::kube::facts::{items, text};
use crate::kinds::mask;
use crate::model::{Address, Around, Cell, Description, Door, Health, Kind, Property, Section, Shape, Value};

pub static KINDS: &[&Kind] = &[&REPORT, &CLUSTER_REPORT, &OPEN_REPORT, &OPEN_CLUSTER_REPORT];

const fn group(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "wgpolicyk8s.io", version: "v1alpha2", kind, plural, namespaced: true }
}

const fn open(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "openreports.io", version: "v1alpha1", kind, plural, namespaced: true }
}

static REPORT_COLUMNS: [Property; 8] = [
    Property::value("KIND", 14, ".scope.kind"),
    Property::value("OBJECT", 28, ".scope.name").rank(2),
    Property::value("PASS", 5, ".summary.pass").rank(3).number(),
    Property::value("FAIL", 5, ".summary.fail").rank(0).number(),
    Property::value("WARN", 5, ".summary.warn").rank(5).number(),
    Property::value("ERROR", 5, ".summary.error").rank(6).number(),
    Property::value("SKIP", 5, ".summary.skip").rank(7).number(),
    Property::AGE,
];
static REPORT: Kind = Kind {
    name: "policyreports",
    aliases: &["polr"],
    address: group("PolicyReport", "policyreports"),
    columns: &Property::columns(&REPORT_COLUMNS),
    door: Door::Json(&Shape { needs: &[".summary"], ..Shape::of(&REPORT_COLUMNS, judged) }),
    description: RESULTS,
    ..custom()
};

static CLUSTER_REPORT: Kind = Kind {
    name: "clusterpolicyreports",
    aliases: &["cpolr"],
    address: Address { namespaced: false, ..group("ClusterPolicyReport", "clusterpolicyreports") },
    ..REPORT
};

static OPEN_REPORT_COLUMNS: [Property; 9] = [
    Property::value("KIND", 14, ".scope.kind"),
    Property::value("OBJECT", 28, ".scope.name").rank(2),
    Property::value("SOURCE", 12, ".source").rank(3),
    Property::value("PASS", 5, ".summary.pass").rank(4).number(),
    Property::value("FAIL", 5, ".summary.fail").rank(0).number(),
    Property::value("WARN", 5, ".summary.warn").rank(6).number(),
    Property::value("ERROR", 5, ".summary.error").rank(7).number(),
    Property::value("SKIP", 5, ".summary.skip").rank(8).number(),
    Property::AGE,
];
static OPEN_REPORT: Kind = Kind {
    name: "reports",
    aliases: &["reps"],
    address: open("Report", "reports"),
    columns: &Property::columns(&OPEN_REPORT_COLUMNS),
    door: Door::Json(&Shape { needs: &[".summary"], ..Shape::of(&OPEN_REPORT_COLUMNS, judged) }),
    description: RESULTS,
    ..custom()
};

static OPEN_CLUSTER_REPORT: Kind = Kind {
    name: "clusterreports",
    aliases: &["creps"],
    address: Address { namespaced: false, ..open("ClusterReport", "clusterreports") },
    ..OPEN_REPORT
};

const RESULTS: Description = Description::of(describe);

/// The worst result that the report has.
fn judged(body: &Value) -> Health {
    let some = |result: &str| body["summary"][result].as_i64().is_some_and(|count| count > 0);
    living(body, || match () {
        () if some("fail") || some("error") => Health::Bad,
        () if some("warn") => Health::Warn,
        () if some("pass") => Health::Good,
        () if some("skip") => Health::Done,
        () => Health::Unknown,
    })
}

/// The results, those that are worst first.
fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let mut report = Section::new("Report");
    report.pair("About", named(&body["scope"])).pair("Source", text(body, "source"));
    let mut results: Vec<&Value> = items(body, "results").iter().collect();
    results.sort_by_key(|result| weight(text(result, "result")));
    let row = |result: &Value| {
        let about = items(result, "resources").iter().map(named).collect::<Vec<_>>().join(",");
        let [outcome, severity, policy, rule] =
            ["result", "severity", "policy", "rule"].map(|key| Cell::text(text(result, key)));
        let message = Cell::text(mask::urls(text(result, "message")).as_ref());
        [outcome, severity, policy, rule, Cell::text(about), message]
    };
    let mut section = Section::new("Results");
    section.table(["RESULT", "SEVERITY", "POLICY", "RULE", "OBJECT", "MESSAGE"], results.into_iter().map(row));
    vec![report, section]
}

fn weight(result: &str) -> usize {
    let order = ["error", "fail", "warn", "skip", "pass"];
    order.iter().position(|known| *known == result).unwrap_or(order.len())
}

/// `Pod/shop/web`, or `Node/n1`.
fn named(reference: &Value) -> String {
    let words = ["kind", "namespace", "name"].map(|key| text(reference, key));
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("/")
}
