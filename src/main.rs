//! Arguments, configuration, sources, run.
use std::sync::Arc;

use spyhop::app::keymap::Keymap;
use spyhop::app::{Opening, Place, State};
use spyhop::model::SourceId;
use spyhop::runtime::{self, terminal::Screen};
use spyhop::source::{Source, Sources, kube};
use spyhop::theme::Theme;

fn main() -> std::io::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> std::io::Result<()> {
    let keymap = Keymap::named("k9s").map_err(std::io::Error::other)?;
    let theme = Theme::named(&std::env::var("THEME").unwrap_or("spyhop-dark".into())).map_err(std::io::Error::other)?;
    let screen = Screen::open()?;
    let size = screen.size()?;
    let mut state = State::new(runtime::now(), size, keymap, theme);
    let id = SourceId(0);
    state.places.push(Place { id, name: "rig".into(), cluster: "rig".into(), user: "admin".into(), namespace: "default".into(), server: "".into(), family: "kube", badge: None });
    let source: Arc<dyn Source> = Arc::new(kube::Kube::new(id, kube::dial::Dial::new()));
    let _ = state.open(&Opening { kind: std::env::args().nth(1).unwrap_or("pods".into()), namespace: Some("all".into()), ..Opening::default() });
    runtime::run(state, Sources::new(vec![source]), screen).await
}
