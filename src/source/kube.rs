//! A Kubernetes API server as a source.

pub mod config;
mod connect;
mod credential;
pub mod dial;
pub mod exec;
mod kubeconfig;
mod proxy;
mod way;

#[cfg(test)]
#[path = "kube/tests/folder.rs"]
mod folder;
