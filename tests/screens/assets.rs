//! The pictures of the README and of the guide: real screens, fixed data. What is in `assets` must be what the program
//! draws now; `SPYHOP_PICTURES=write cargo test --test screens assets` draws them anew.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::{Terminal, widgets::Paragraph};
use serde_json::{Value, json};
use spyhop::app::Looked;
use spyhop::app::yaml::read::documents;
use spyhop::cli::{self, Cli, Headless};
use spyhop::kinds;
use spyhop::mesh::World;
use spyhop::model::{Delta, Error, Place, Query, Reply, Request, Result, Time, Version};
use spyhop::source::Source;
use spyhop::source::kube::routes::{draw, rows::rows};
use spyhop::theme::{Role, Theme};

use crate::screen::{self, HERE, NOW, Screen, kind, pod};
use crate::svg::svg;
use crate::{docker, editor, logs, pictures, sessions};

const SIZE: (u16, u16) = (112, 22);
/// The same rows in each theme.
const SMALL: (u16, u16) = (84, 18);

fn all() -> Vec<(String, Screen)> {
    let (wide, high) = SIZE;
    let pods = shop;
    let mut all: Vec<(String, Screen)> = [
        ("pods", pods()),
        ("help", pods().sized(wide + 16, high + 8).keys("?")),
        ("start", start()),
        ("describe", pictures::described("pods").sized(wide, high)),
        ("logs", logs::deployment().sized(wide, 16)),
        ("shell", sessions::shell(sessions::pods()).sized(wide, 16)),
        ("review", editor::reviewed().sized(wide, 16)),
        ("delete", pods().keys("space j space ctrl-d").sized(wide, 18)),
        ("filter", pods().keys("/ \"status!=Running_restarts>5\"").sized(wide, 12)),
        ("containers", docker::used().sized(wide + 24, 16)),
        ("shift", crate::routes::shifted().sized(wide, 20)),
        ("routes", routes().sized(wide + 24, 20)),
        ("tour", pods().keys(": \"tour_4\" enter")),
    ]
    .map(|(name, screen)| {
        let size = if screen.state.display.size == (80, 24) { SIZE } else { screen.state.display.size };
        (name.to_owned(), screen.sized(size.0, size.1))
    })
    .into();
    for theme in Theme::all().unwrap().into_iter().filter(|theme| theme.name != "terminal") {
        let mut screen = pods().sized(SMALL.0, SMALL.1).keys("j j j j");
        let name = format!("theme-{}", theme.name);
        screen.state.theme = theme;
        all.push((name, screen));
    }
    all
}

/// A shop on a busy day.
fn shop() -> Screen {
    Screen::open("pods").list(&bodies()).found(vec![kind("pods")])
}

fn bodies() -> Vec<Value> {
    let pods = [
        ("cart-5c9f7d8b4-p0d2c", "Running"),
        ("cart-5c9f7d8b4-x2x9p", "Running"),
        ("cart-v2-66d4cc8d7f-jj1kq", "Running"),
        ("checkout-7d9c5b6f44-h8s2v", "Running"),
        ("checkout-7d9c5b6f44-zk7wd", "ContainerCreating"),
        ("mail-0", "ErrImagePull"),
        ("payments-6f8b9c7d55-2xq4m", "Running"),
        ("payments-6f8b9c7d55-9rt6z", "Running"),
        ("report-28811-qq7zr", "Completed"),
        ("search-0", "Running"),
        ("search-1", "Running"),
        ("web-6784556965-gc88v", "Running"),
        ("web-6784556965-lzqw8", "CrashLoopBackOff"),
        ("web-6784556965-t5n3b", "Running"),
    ];
    pods.iter().enumerate().map(|(i, (name, state))| busy(i, pod("shop", name, state))).collect()
}

/// The pod as one of many, on some node, of some age.
fn busy(i: usize, mut pod: Value) -> Value {
    pod["spec"]["nodeName"] = format!("node-{}", i * 7 % 3 + 1).into();
    pod["status"]["podIPs"] = json!([{"ip": format!("10.0.{}.{}", i * 7 % 3, 11 + i * 13 % 90)}]);
    pod["metadata"]["creationTimestamp"] = format!("2026-01-{:02}T{:02}:00:00Z", 12 + i * 5 % 17, i * 11 % 24).into();
    let status = &mut pod["status"]["containerStatuses"][0];
    if status["state"].pointer("/waiting/reason") == Some(&"ContainerCreating".into()) {
        (status["restartCount"], status["lastState"]) = (0.into(), json!({}));
    }
    pod
}

/// The routes of the shop.
fn routes() -> Screen {
    let path = format!("{}/tests/fixtures/pictures/shop.yaml", env!("CARGO_MANIFEST_DIR"));
    let bodies = documents(&std::fs::read_to_string(path).unwrap()).unwrap();
    let bodies: Vec<Value> = bodies.into_iter().map(|document| document.value).collect();
    let picture = draw(&World::of(&bodies));
    let rows = rows(HERE, kind("routes"), &picture).into_iter().map(Delta::Upsert);
    let deltas = [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect();
    Screen::open("routes all").found(kinds::all().collect()).answer(deltas)
}

/// The server of the shop. It answers lists of pods; no other list has rows.
struct Server;

impl Source for Server {
    fn open(&self, query: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let bodies =
            if matches!(query, Query::List { kind, .. } if kind.name == "pods") { bodies() } else { Vec::new() };
        let rows = bodies.iter().flat_map(|body| screen::rows(kind("pods"), body)).map(Delta::Upsert);
        let deltas: Vec<Delta> = [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect();
        stream::iter(deltas.into_iter().map(Ok)).boxed()
    }

    fn call(&self, _: Request) -> BoxFuture<'static, Result<Reply>> {
        async { Err(Error::Unsupported("nothing is called for a picture".to_owned())) }.boxed()
    }
}

/// A line that was typed into a shell, and what the program prints for it.
fn printed(line: &str) -> Buffer {
    let words = line.replace('\'', "");
    let Some(Headless::Get(args)) = Cli::parse_from(words.split(' ')).command else { panic!("only get prints here") };
    let place = Place { namespace: "shop".into(), ..Place::new(HERE, "prod-eu", &kinds::kube::FAMILY) };
    let aim = cli::Aim::new(&place, Arc::new(Server), Duration::from_secs(1));
    let mut out = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(cli::get(&args, &aim, Time::parse(NOW).unwrap(), &mut out)).unwrap();
    paper(&format!("$ {line}\n{}", String::from_utf8(out).unwrap()))
}

/// A text in the colours of the default theme.
fn paper(text: &str) -> Buffer {
    let theme = Theme::named("spyhop-dark").unwrap();
    let style: Style = theme.style(Role::Text).patch(theme.style(Role::Surface));
    let high = u16::try_from(text.lines().count()).unwrap();
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, high)).unwrap();
    let lines: Vec<Line> = text.lines().map(Line::from).collect();
    terminal.draw(|frame| frame.render_widget(Paragraph::new(lines).style(style), frame.area())).unwrap();
    terminal.backend().buffer().clone()
}

fn start() -> Screen {
    let looked = |what: &str, found, text: &str| Looked { what: what.into(), found, text: text.into() };
    let mut screen = Screen::start().sized(90, 20);
    let refused = "permission denied; you are not in the group docker";
    screen.state.places.looked =
        vec![looked("~/.kube/config", false, "not found"), looked("/var/run/docker.sock", false, refused)];
    screen
}

#[test]
fn pictures_are_what_the_program_draws() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets");
    let write = std::env::var("SPYHOP_PICTURES").is_ok_and(|word| word == "write");
    let mut stale = Vec::new();
    let screens = all().into_iter().map(|(name, screen)| (name, screen.buffer()));
    let get = printed("spyhop get pods --filter 'status!=Running'");
    for (name, buffer) in screens.chain([("get".to_owned(), get)]) {
        let path = dir.join(format!("{name}.svg"));
        let drawn = svg(&buffer);
        if write {
            std::fs::write(&path, &drawn).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != drawn {
            stale.push(name);
        }
    }
    let command = "SPYHOP_PICTURES=write cargo test --test screens assets";
    assert!(stale.is_empty(), "these look different now: {stale:?}; {command} draws them anew");
}
