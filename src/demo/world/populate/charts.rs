//! Releases of helm, as helm keeps them: one that was rolled back, one that failed, and one that is stuck.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{DAY, HOUR, MINUTE, ago, put};
use crate::demo::store::Store;
use crate::kinds::helm::stored::{KEY, TYPE, object, packed};

/// A release: where it lies, its chart, the version of its app, and what its pods run.
struct Release {
    home: &'static str,
    name: &'static str,
    chart: &'static str,
    app: &'static str,
    image: &'static str,
    port: u16,
    values: &'static str,
    revisions: &'static [Revised],
}

/// A revision of a release.
struct Revised {
    age: i64,
    /// The version of its chart.
    version: &'static str,
    status: &'static str,
    /// What helm says of it.
    said: &'static str,
    replicas: u32,
    tag: &'static str,
}

const fn revised(age: i64, [version, status, said]: [&'static str; 3], replicas: u32, tag: &'static str) -> Revised {
    Revised { age, version, status, said, replicas, tag }
}

/// `not-a-real-secret`.
const PASSWORD: &str = "bm90LWEtcmVhbC1zZWNyZXQ=";

const ALL: &[Release] = &[
    Release {
        home: "monitoring",
        name: "grafana",
        chart: "grafana",
        app: "12.3.0",
        image: "grafana/grafana",
        port: 3000,
        values: r#"{"adminPassword": "not-a-real-secret", "persistence": {"enabled": true, "size": "10Gi"}}"#,
        revisions: &[
            revised(50 * DAY, ["10.1.4", "superseded", "Install complete"], 1, "12.2.0"),
            revised(21 * DAY, ["10.2.0", "deployed", "Upgrade complete"], 2, "12.2.1"),
        ],
    },
    Release {
        home: "platform",
        name: "oauth2-proxy",
        chart: "oauth2-proxy",
        app: "7.13.0",
        image: "quay.io/oauth2-proxy/oauth2-proxy",
        port: 4180,
        values: r#"{"config": {"clientSecret": "not-a-real-secret"}}"#,
        revisions: &[
            revised(40 * DAY, ["8.4.1", "deployed", "Install complete"], 3, "v7.12.0"),
            revised(
                2 * DAY,
                ["8.5.0", "failed", "Upgrade \"oauth2-proxy\" failed: context deadline exceeded"],
                3,
                "v7.13.0",
            ),
        ],
    },
    Release {
        home: "shop",
        name: "search",
        chart: "opensearch",
        app: "3.3.1",
        image: "registry.shop.example/shop/search",
        port: 8080,
        values: r#"{"resources": {"requests": {"memory": "2Gi"}}}"#,
        revisions: &[
            revised(30 * DAY, ["3.2.0", "superseded", "Install complete"], 3, "3.4.0"),
            revised(6 * DAY, ["3.3.0", "superseded", "Upgrade complete"], 4, "3.4.1"),
            revised(5 * DAY, ["3.2.0", "deployed", "Rollback to 1"], 3, "3.4.0"),
        ],
    },
    Release {
        home: "shop-staging",
        name: "search",
        chart: "opensearch",
        app: "3.3.1",
        image: "registry.shop.example/shop/search",
        port: 8080,
        values: "{}",
        revisions: &[
            revised(9 * DAY, ["3.2.0", "deployed", "Install complete"], 1, "3.5.0-rc.1"),
            revised(3 * HOUR, ["3.3.0", "pending-upgrade", "Preparing upgrade"], 1, "3.5.0-rc.2"),
        ],
    },
];

pub fn all(store: &mut Store) {
    for release in ALL {
        let secret = json!({"type": "Opaque", "data": {"password": PASSWORD}});
        put(store, "secrets", release.home, release.name, release.revisions[0].age, secret);
        (1_u32..).zip(release.revisions).for_each(|(number, revision)| release.keep(store, number, revision));
    }
}

impl Release {
    fn keep(&self, store: &mut Store, number: u32, revision: &Revised) {
        let Revised { age, version, status, said, replicas, tag } = *revision;
        let moment = |age: i64| ago(store.now, age).rfc3339();
        let first = self.revisions.first().map_or(age, |first| first.age);
        let mut values = serde_json::from_str::<Value>(self.values).unwrap_or_default();
        (values["replicaCount"], values["image"]) = (replicas.into(), json!({"tag": tag}));
        let body = json!({
            "name": self.name, "namespace": self.home, "version": number,
            "info": {"first_deployed": moment(first), "last_deployed": moment(age), "deleted": "", "status": status,
                "description": said, "notes": format!("{} runs in namespace {}.", self.chart, self.home)},
            "chart": {"metadata": {"apiVersion": "v2", "name": self.chart, "version": version, "appVersion": self.app}},
            "config": values, "manifest": self.manifest(revision), "hooks": [], "apply_method": "ssa",
        });
        let stamp = ago(store.now, age - MINUTE).0 / 1000;
        let labels = json!({"owner": "helm", "name": self.name, "status": status, "version": number.to_string(),
            "modifiedAt": stamp.to_string()});
        let data = json!({KEY: STANDARD.encode(packed(&body))});
        let secret = json!({"metadata": {"labels": labels}, "type": TYPE, "data": data});
        put(store, "secrets", self.home, &object(self.name, number), age, secret);
    }

    fn manifest(&self, revision: &Revised) -> String {
        let Self { name, home, chart, image, port, .. } = self;
        let Revised { replicas, tag, .. } = revision;
        let document = |file: &str, version: &str, kind: &str, rest: &str| {
            format!(
                "---\n# Source: {chart}/templates/{file}.yaml\napiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n  \
                 namespace: {home}\n{rest}"
            )
        };
        let deployment = format!(
            "spec:\n  replicas: {replicas}\n  template:\n    spec:\n      containers:\n        - name: {name}\n          \
             image: {image}:{tag}\n          ports:\n            - name: http\n              containerPort: {port}\n"
        );
        document("secret", "v1", "Secret", &format!("data:\n  password: {PASSWORD}\n"))
            + &document("service", "v1", "Service", &format!("spec:\n  selector:\n    app: {name}\n"))
            + &document("deployment", "apps/v1", "Deployment", &deployment)
    }
}
