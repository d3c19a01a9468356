//! The pod that a container belongs to, where a kubelet made it: its labels tell, or else its name.

use super::facts::Labels;
use crate::kinds::kube;
use crate::model::{Error, Link, Object, Result, Scope, Str, Twin};

/// Which container of which pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub namespace: Str,
    pub pod: Str,
    pub container: Str,
    pub uid: Str,
}

/// The pod that a container is a part of.
pub fn twin(row: &Object) -> Result<Twin> {
    let alone = || Error::Unsupported(format!("{} belongs to no pod: the kubelet did not create it", row.id.name));
    let member = Member::of_row(row).ok_or_else(alone)?;
    let scope = Scope::namespace(member.namespace.clone()).named(&member.pod);
    let path = format!("{}/{}", member.namespace, member.pod);
    Ok(Twin { path, uid: member.uid, family: &kube::FAMILY, link: Link::to(&kube::pods::KIND, scope) })
}

impl Member {
    pub fn of_row(row: &Object) -> Option<Self> {
        let label = |key: &str| row.labels.split(',').find_map(|label| label.strip_prefix(key)?.strip_prefix('='));
        Self::new(label, &row.id.name)
    }

    pub fn of(labels: &Labels, name: &str) -> Option<Self> {
        Self::new(|key| labels.get(key).map(String::as_str), name)
    }

    fn new<'a>(label: impl Fn(&str) -> Option<&'a str>, name: &str) -> Option<Self> {
        let [pod, namespace] = ["io.kubernetes.pod.name", "io.kubernetes.pod.namespace"].map(&label);
        let (Some(pod), Some(namespace)) = (pod, namespace) else { return Self::named(name) };
        let [container, uid] = ["io.kubernetes.container.name", "io.kubernetes.pod.uid"].map(label);
        let text = |text: Option<&str>| Str::from(text.unwrap_or_default());
        Some(Self { namespace: namespace.into(), pod: pod.into(), container: text(container), uid: text(uid) })
    }

    /// `k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`, as dockershim and cri-dockerd name them.
    fn named(name: &str) -> Option<Self> {
        let parts: Vec<&str> = name.split('_').collect();
        let ["k8s", container, pod, namespace, uid, _] = parts.as_slice() else { return None };
        let [namespace, pod, container, uid] = [namespace, pod, container, uid].map(|part| Str::from(*part));
        Some(Self { namespace, pod, container, uid })
    }

    /// Whether it is of the pod `shop/web-0`, or is its container `shop/web-0/app`.
    pub fn is(&self, path: &str) -> bool {
        let rest = path.strip_prefix(self.namespace.as_str()).and_then(|rest| rest.strip_prefix('/'));
        match rest.and_then(|rest| rest.strip_prefix(self.pod.as_str())) {
            Some("") => true,
            Some(rest) => rest.strip_prefix('/') == Some(self.container.as_str()),
            None => false,
        }
    }
}
