//! Releases of helm, as helm keeps them: one that was rolled back, one that failed, and one that is stuck.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{DAY, HOUR, MINUTE, ago, put};
use crate::demo::store::Store;
use crate::kinds::helm::stored::{KEY, TYPE, object, packed};

/// A release: where it lies, its chart, and the version of its app.
struct Release {
    home: &'static str,
    name: &'static str,
    chart: &'static str,
    app: &'static str,
    values: &'static str,
    /// How old each revision is, the version of its chart, its status and what helm says of it.
    revisions: &'static [(i64, &'static str, &'static str, &'static str)],
}

const ALL: &[Release] = &[
    Release {
        home: "monitoring",
        name: "grafana",
        chart: "grafana",
        app: "12.3.0",
        values: r#"{"adminPassword": "not-a-real-secret", "persistence": {"enabled": true, "size": "10Gi"}}"#,
        revisions: &[
            (50 * DAY, "10.1.4", "superseded", "Install complete"),
            (21 * DAY, "10.2.0", "deployed", "Upgrade complete"),
        ],
    },
    Release {
        home: "platform",
        name: "oauth2-proxy",
        chart: "oauth2-proxy",
        app: "7.13.0",
        values: r#"{"config": {"clientSecret": "not-a-real-secret"}, "replicaCount": 2}"#,
        revisions: &[
            (40 * DAY, "8.4.1", "deployed", "Install complete"),
            (2 * DAY, "8.5.0", "failed", "Upgrade \"oauth2-proxy\" failed: context deadline exceeded"),
        ],
    },
    Release {
        home: "shop",
        name: "search",
        chart: "opensearch",
        app: "3.3.1",
        values: r#"{"replicas": 3, "resources": {"requests": {"memory": "2Gi"}}}"#,
        revisions: &[
            (30 * DAY, "3.2.0", "superseded", "Install complete"),
            (6 * DAY, "3.3.0", "superseded", "Upgrade complete"),
            (5 * DAY, "3.2.0", "deployed", "Rollback to 1"),
        ],
    },
    Release {
        home: "shop-staging",
        name: "search",
        chart: "opensearch",
        app: "3.3.1",
        values: "{}",
        revisions: &[
            (9 * DAY, "3.2.0", "deployed", "Install complete"),
            (3 * HOUR, "3.3.0", "pending-upgrade", "Preparing upgrade"),
        ],
    },
];

pub fn all(store: &mut Store) {
    for release in ALL {
        let all = (1_u32..).zip(release.revisions);
        all.for_each(|(number, (age, version, status, said))| {
            release.keep(store, number, *age, [version, status, said])
        });
    }
}

impl Release {
    fn keep(&self, store: &mut Store, number: u32, age: i64, [version, status, said]: [&str; 3]) {
        let moment = |age: i64| ago(store.now, age).rfc3339();
        let (first, last) = (self.revisions.first().map_or(age, |first| first.0), age);
        let body = json!({
            "name": self.name, "namespace": self.home, "version": number,
            "info": {"first_deployed": moment(first), "last_deployed": moment(last), "deleted": "", "status": status,
                "description": said, "notes": format!("{} runs in namespace {}.", self.chart, self.home)},
            "chart": {"metadata": {"apiVersion": "v2", "name": self.chart, "version": version, "appVersion": self.app}},
            "config": serde_json::from_str::<Value>(self.values).unwrap_or_default(),
            "manifest": self.manifest(), "hooks": [], "apply_method": "ssa",
        });
        let stamp = ago(store.now, age - MINUTE).0 / 1000;
        let labels = json!({"owner": "helm", "name": self.name, "status": status, "version": number.to_string(),
            "modifiedAt": stamp.to_string()});
        let data = json!({KEY: STANDARD.encode(packed(&body))});
        let secret = json!({"metadata": {"labels": labels}, "type": TYPE, "data": data});
        put(store, "secrets", self.home, &object(self.name, number), age, secret);
    }

    fn manifest(&self) -> String {
        let Self { name, home, chart, .. } = self;
        format!(
            "---\n# Source: {chart}/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: {home}\n\
             data:\n  password: bm90LWEtcmVhbC1zZWNyZXQ=\n---\n# Source: {chart}/templates/service.yaml\napiVersion: v1\nkind: Service\n\
             metadata:\n  name: {name}\n  namespace: {home}\n"
        )
    }
}
