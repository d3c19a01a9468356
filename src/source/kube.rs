//! A Kubernetes API server as a source.

pub mod config;
mod connect;
mod credential;
pub mod dial;
mod exec;
mod file;
mod kubeconfig;
pub mod program;
mod proxy;
mod way;

#[cfg(test)]
#[path = "kube/tests/folder.rs"]
mod folder;
