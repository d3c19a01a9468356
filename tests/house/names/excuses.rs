//! Who still names families and kinds of others.

use super::Excuse;

pub const EXCUSES: &[Excuse] = &[
    Excuse {
        file: "src/app/acts/rights.rs",
        words: &["pods"],
        why: "an engine grants no rights, and containers are killed by a right on pods",
    },
    Excuse {
        file: "src/app/apply/kubectl/merge.rs",
        words: &["kube"],
        why: "lists are merged by the rules of the API",
    },
    Excuse {
        file: "src/app/commands.rs",
        words: &["docker"],
        why: "`:docker` leads to an engine, and contexts are those of a kubeconfig",
    },
    Excuse {
        file: "src/app/commands/go.rs",
        words: &["kube"],
        why: "an owner of a computed row is one of the cluster",
    },
    Excuse { file: "src/app/commands/sources.rs", words: &["docker"], why: "`:docker` leads to an engine" },
    Excuse { file: "src/app/describe.rs", words: &["kube"], why: "events are drawn in a way of their own" },
    Excuse {
        file: "src/app/session/container.rs",
        words: &["containers"],
        why: "a shell names the containers of a pod",
    },
    Excuse { file: "src/app/tour.rs", words: &["kube", "mesh"], why: "the tour leads to pods and routes" },
    Excuse { file: "src/app/view/page.rs", words: &["kube"], why: "events stand beside every description" },
    Excuse { file: "src/app/yaml/mask.rs", words: &["helm"], why: "what is private is known where releases are read" },
    Excuse {
        file: "src/cli/routes/print.rs",
        words: &["problems"],
        why: "the word stands in what is printed of routes",
    },
    Excuse { file: "src/config/read.rs", words: &["prometheus"], why: "the key that says where it is" },
    Excuse {
        file: "src/kinds.rs",
        words: &["docker", "helm", "kube", "mesh", "prometheus"],
        why: "the table of families",
    },
    Excuse { file: "src/kinds/docker/pod.rs", words: &["kube"], why: "what kinds share still lies with Kubernetes" },
    Excuse {
        file: "src/kinds/kube/containers.rs",
        words: &["docker"],
        why: "containers of pods and of engines share the lines of their states",
    },
    Excuse { file: "src/kinds/verbs.rs", words: &["jobs"], why: "verbs of several families stand in one table" },
    Excuse { file: "src/kinds/verbs/delete.rs", words: &["kube"], why: "verbs of several families stand in one table" },
    Excuse { file: "src/model/kind.rs", words: &["pods"], why: "the lists of pods that a page wants are links" },
    Excuse { file: "src/source.rs", words: &["docker", "kube", "prometheus"], why: "the table of families" },
];
