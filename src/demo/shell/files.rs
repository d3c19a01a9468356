//! What a container sees: its environment and its files.

use std::collections::BTreeMap;

use serde_json::Value;

pub fn environment(pod: &Value, spec: &Value, tty: bool) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = [
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("HOME", "/root"),
        ("KUBERNETES_SERVICE_HOST", "10.96.0.1"),
        ("KUBERNETES_SERVICE_PORT", "443"),
        ("KUBERNETES_PORT", "tcp://10.96.0.1:443"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    out.insert("HOSTNAME".to_owned(), text(&pod["metadata"]["name"]));
    if tty {
        out.insert("TERM".to_owned(), "xterm".to_owned());
    }
    for variable in spec["env"].as_array().into_iter().flatten() {
        let from = &variable["valueFrom"];
        let value = match from["fieldRef"]["fieldPath"].as_str() {
            Some(path) => {
                path.split('.').fold(pod, |value, field| &value[field]).as_str().unwrap_or_default().to_owned()
            }
            None if from.is_object() => "(from a ConfigMap or Secret)".to_owned(),
            None => text(&variable["value"]),
        };
        out.insert(text(&variable["name"]), value);
    }
    out
}

pub fn files(pod: &Value, namespace: &str, container: &str) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (name, ip) = (text(&pod["metadata"]["name"]), text(&pod["status"]["podIP"]));
    let account = "/var/run/secrets/kubernetes.io/serviceaccount";
    let certificate =
        "-----BEGIN CERTIFICATE-----\nZGVtbyBjbHVzdGVyLCBubyByZWFsIGNlcnRpZmljYXRl\n-----END CERTIFICATE-----\n";
    [
        ("/etc/hostname".to_owned(), format!("{name}\n")),
        ("/etc/hosts".to_owned(), format!("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n{ip}\t{name}\n")),
        ("/etc/resolv.conf".to_owned(), format!("search {namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n")),
        ("/etc/os-release".to_owned(), "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME=\"Alpine Linux v3.22\"\n".to_owned()),
        ("/etc/passwd".to_owned(), "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n".to_owned()),
        (format!("/app/{container}"), "\u{7f}ELF\n".to_owned()),
        ("/app/README".to_owned(), format!("{container}: a program of the demo cluster. Nothing here is real; try help.\n")),
        ("/proc/loadavg".to_owned(), "0.42 0.37 0.31 2/311 42\n".to_owned()),
        ("/root/.profile".to_owned(), "export PS1='\\h \\w \\$ '\n".to_owned()),
        ("/tmp/.keep".to_owned(), String::new()),
        (format!("{account}/ca.crt"), certificate.to_owned()),
        (format!("{account}/namespace"), namespace.to_owned()),
        (format!("{account}/token"), "demo-token-of-no-use".to_owned()),
    ]
    .into()
}
