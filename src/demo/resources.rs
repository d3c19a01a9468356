//! What the demo cluster serves: a resource is a row here.

/// One resource, as discovery tells it.
#[derive(Debug)]
pub struct Resource {
    /// `pods`, `deployments.apps`: unique.
    pub id: &'static str,
    /// Empty for the core group.
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    pub singular: &'static str,
    pub short: &'static [&'static str],
    pub namespaced: bool,
    /// `log`, `exec`, `scale`, `status`: discovery knows those that are rows of its `PARTS`.
    pub parts: &'static [&'static str],
    /// Columns of its table after the name: title, and the path of its text within the object.
    pub columns: &'static [(&'static str, &'static str)],
}

impl Resource {
    /// `v1`, `apps/v1`.
    pub fn api_version(&self) -> String {
        match self.group {
            "" => self.version.to_owned(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// Whether objects of it have this part.
    pub fn has(&self, part: &str) -> bool {
        self.parts.contains(&part)
    }

    /// Whether it is defined by a CustomResourceDefinition.
    pub fn is_custom(&self) -> bool {
        CUSTOM.contains(&self.group)
    }

    /// The words that mean it together with other resources.
    pub fn categories(&self) -> &'static [&'static str] {
        if IN_ALL.contains(&self.id) { &["all"] } else { &[] }
    }

    /// Figures, which are made when they are asked for and cannot be written.
    pub fn is_measured(&self) -> bool {
        self.group == "metrics.k8s.io"
    }
}

/// The resource of this id: `pods`, `deployments.apps`.
pub fn named(id: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.id == id)
}

/// The resource at this place of the API.
pub fn at(group: &str, version: &str, plural: &str) -> Option<&'static Resource> {
    let fits =
        |resource: &&Resource| resource.group == group && resource.version == version && resource.plural == plural;
    RESOURCES.iter().find(fits)
}

/// What `kubectl get all` prints.
const IN_ALL: &[&str] = &[
    "pods",
    "services",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
    "horizontalpodautoscalers.autoscaling",
];

const PLAIN: Resource = Resource {
    id: "",
    group: "",
    version: "v1",
    kind: "",
    plural: "",
    singular: "",
    short: &[],
    namespaced: true,
    parts: &["status"],
    columns: &[],
};
/// The groups that a CustomResourceDefinition defines.
const CUSTOM: &[&str] = &[
    "gateway.networking.k8s.io",
    "networking.istio.io",
    "argoproj.io",
    "source.toolkit.fluxcd.io",
    "kustomize.toolkit.fluxcd.io",
    "serving.knative.dev",
    "wgpolicyk8s.io",
];

const WORKLOAD: &[&str] = &["scale", "status"];

macro_rules! resource {
    ($id:literal, $group:literal, $version:literal, $kind:literal, $plural:literal, $singular:literal, $short:expr $(, $field:ident: $value:expr)* $(,)?) => {
        Resource {
            id: $id, group: $group, version: $version, kind: $kind, plural: $plural, singular: $singular, short: $short,
            $($field: $value,)* ..PLAIN
        }
    };
}

/// In the order in which discovery lists them.
#[allow(clippy::needless_update, reason = "a few rows say everything themselves")]
pub static RESOURCES: &[Resource] = &[
    resource!("namespaces", "", "v1", "Namespace", "namespaces", "namespace", &["ns"], namespaced: false),
    resource!("nodes", "", "v1", "Node", "nodes", "node", &["no"], namespaced: false),
    resource!("pods", "", "v1", "Pod", "pods", "pod", &["po"], parts: &["attach", "eviction", "exec", "log", "portforward", "status"]),
    resource!("services", "", "v1", "Service", "services", "service", &["svc"]),
    resource!("configmaps", "", "v1", "ConfigMap", "configmaps", "configmap", &["cm"], parts: &[]),
    resource!("secrets", "", "v1", "Secret", "secrets", "secret", &[], parts: &[]),
    resource!("events", "", "v1", "Event", "events", "event", &["ev"], parts: &[]),
    resource!("serviceaccounts", "", "v1", "ServiceAccount", "serviceaccounts", "serviceaccount", &["sa"], parts: &[]),
    resource!("persistentvolumeclaims", "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim", &["pvc"],
        columns: &[("Status", "status.phase"), ("Volume", "spec.volumeName"), ("Capacity", "status.capacity.storage"), ("StorageClass", "spec.storageClassName")]),
    resource!("persistentvolumes", "", "v1", "PersistentVolume", "persistentvolumes", "persistentvolume", &["pv"], namespaced: false,
        columns: &[("Capacity", "spec.capacity.storage"), ("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"), ("Status", "status.phase"), ("StorageClass", "spec.storageClassName")]),
    resource!("resourcequotas", "", "v1", "ResourceQuota", "resourcequotas", "resourcequota", &["quota"],
        columns: &[("Pods", "status.used.pods"), ("Of", "status.hard.pods")]),
    resource!("limitranges", "", "v1", "LimitRange", "limitranges", "limitrange", &["limits"]),
    resource!("deployments.apps", "apps", "v1", "Deployment", "deployments", "deployment", &["deploy"], parts: WORKLOAD),
    resource!("replicasets.apps", "apps", "v1", "ReplicaSet", "replicasets", "replicaset", &["rs"], parts: WORKLOAD),
    resource!("statefulsets.apps", "apps", "v1", "StatefulSet", "statefulsets", "statefulset", &["sts"], parts: WORKLOAD),
    resource!("daemonsets.apps", "apps", "v1", "DaemonSet", "daemonsets", "daemonset", &["ds"]),
    resource!("jobs.batch", "batch", "v1", "Job", "jobs", "job", &[]),
    resource!("cronjobs.batch", "batch", "v1", "CronJob", "cronjobs", "cronjob", &["cj"]),
    resource!("horizontalpodautoscalers.autoscaling", "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "horizontalpodautoscaler", &["hpa"],
        columns: &[("Reference", "spec.scaleTargetRef.name"), ("MinPods", "spec.minReplicas"), ("MaxPods", "spec.maxReplicas"), ("Replicas", "status.currentReplicas")]),
    resource!("poddisruptionbudgets.policy", "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget", &["pdb"],
        columns: &[("Min Available", "spec.minAvailable"), ("Allowed Disruptions", "status.disruptionsAllowed")]),
    resource!("ingresses.networking.k8s.io", "networking.k8s.io", "v1", "Ingress", "ingresses", "ingress", &["ing"]),
    resource!("ingressclasses.networking.k8s.io", "networking.k8s.io", "v1", "IngressClass", "ingressclasses", "ingressclass", &[], namespaced: false, parts: &[],
        columns: &[("Controller", "spec.controller")]),
    resource!("networkpolicies.networking.k8s.io", "networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "networkpolicy", &["netpol"], parts: &[],
        columns: &[("Pod-Selector", "spec.podSelector.matchLabels.app")]),
    resource!("endpointslices.discovery.k8s.io", "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice", &[], parts: &[]),
    resource!("leases.coordination.k8s.io", "coordination.k8s.io", "v1", "Lease", "leases", "lease", &[], parts: &[]),
    resource!("storageclasses.storage.k8s.io", "storage.k8s.io", "v1", "StorageClass", "storageclasses", "storageclass", &["sc"], namespaced: false, parts: &[],
        columns: &[("Provisioner", "provisioner"), ("ReclaimPolicy", "reclaimPolicy"), ("VolumeBindingMode", "volumeBindingMode")]),
    resource!("roles.rbac.authorization.k8s.io", "rbac.authorization.k8s.io", "v1", "Role", "roles", "role", &[], parts: &[]),
    resource!("rolebindings.rbac.authorization.k8s.io", "rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rolebinding", &[], parts: &[],
        columns: &[("Role", "roleRef.name")]),
    resource!("clusterroles.rbac.authorization.k8s.io", "rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "clusterrole", &[], namespaced: false, parts: &[]),
    resource!("clusterrolebindings.rbac.authorization.k8s.io", "rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", "clusterrolebinding", &[], namespaced: false, parts: &[],
        columns: &[("Role", "roleRef.name")]),
    resource!("customresourcedefinitions.apiextensions.k8s.io", "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", "customresourcedefinition", &["crd"], namespaced: false),
    resource!("gatewayclasses.gateway.networking.k8s.io", "gateway.networking.k8s.io", "v1", "GatewayClass", "gatewayclasses", "gatewayclass", &["gc"], namespaced: false,
        columns: &[("Controller", "spec.controllerName")]),
    resource!("gateways.gateway.networking.k8s.io", "gateway.networking.k8s.io", "v1", "Gateway", "gateways", "gateway", &["gtw"],
        columns: &[("Class", "spec.gatewayClassName"), ("Address", "status.addresses[0].value")]),
    resource!("httproutes.gateway.networking.k8s.io", "gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes", "httproute", &[],
        columns: &[("Hostnames", "spec.hostnames")]),
    resource!("grpcroutes.gateway.networking.k8s.io", "gateway.networking.k8s.io", "v1", "GRPCRoute", "grpcroutes", "grpcroute", &[],
        columns: &[("Hostnames", "spec.hostnames")]),
    resource!("referencegrants.gateway.networking.k8s.io", "gateway.networking.k8s.io", "v1beta1", "ReferenceGrant", "referencegrants", "referencegrant", &["refgrant"], parts: &[]),
    resource!("virtualservices.networking.istio.io", "networking.istio.io", "v1", "VirtualService", "virtualservices", "virtualservice", &["vs"],
        columns: &[("Gateways", "spec.gateways"), ("Hosts", "spec.hosts")]),
    resource!("destinationrules.networking.istio.io", "networking.istio.io", "v1", "DestinationRule", "destinationrules", "destinationrule", &["dr"],
        columns: &[("Host", "spec.host")]),
    resource!("gateways.networking.istio.io", "networking.istio.io", "v1", "Gateway", "gateways", "gateway", &["gw"]),
    resource!("serviceentries.networking.istio.io", "networking.istio.io", "v1", "ServiceEntry", "serviceentries", "serviceentry", &["se"],
        columns: &[("Hosts", "spec.hosts"), ("Location", "spec.location"), ("Resolution", "spec.resolution")]),
    resource!("sidecars.networking.istio.io", "networking.istio.io", "v1", "Sidecar", "sidecars", "sidecar", &[]),
    resource!("applications.argoproj.io", "argoproj.io", "v1alpha1", "Application", "applications", "application", &["app", "apps"], parts: &[],
        columns: &[("Sync Status", "status.sync.status"), ("Health Status", "status.health.status")]),
    resource!("appprojects.argoproj.io", "argoproj.io", "v1alpha1", "AppProject", "appprojects", "appproject", &["appproj", "appprojs"], parts: &[]),
    resource!("applicationsets.argoproj.io", "argoproj.io", "v1alpha1", "ApplicationSet", "applicationsets", "applicationset", &["appset", "appsets"], parts: &[]),
    resource!("gitrepositories.source.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "v1", "GitRepository", "gitrepositories", "gitrepository", &["gitrepo"],
        columns: &[("URL", "spec.url")]),
    resource!("kustomizations.kustomize.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations", "kustomization", &["ks"],
        columns: &[("Path", "spec.path")]),
    resource!("services.serving.knative.dev", "serving.knative.dev", "v1", "Service", "services", "service", &["kservice", "ksvc"],
        columns: &[("URL", "status.url")]),
    resource!(
        "revisions.serving.knative.dev",
        "serving.knative.dev",
        "v1",
        "Revision",
        "revisions",
        "revision",
        &["rev"]
    ),
    resource!("policyreports.wgpolicyk8s.io", "wgpolicyk8s.io", "v1alpha2", "PolicyReport", "policyreports", "policyreport", &["polr"], parts: &[],
        columns: &[("Kind", "scope.kind"), ("Name", "scope.name"), ("Pass", "summary.pass"), ("Fail", "summary.fail")]),
    resource!("pods.metrics.k8s.io", "metrics.k8s.io", "v1beta1", "PodMetrics", "pods", "", &[], parts: &[]),
    resource!("nodes.metrics.k8s.io", "metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", "", &[], namespaced: false, parts: &[]),
];
