//! The limit: what a client needs that only counts. A page and the whole list side by side, then the watch, all in
//! protobuf and gzip, nothing kept. Runs as a process of its own and says on stdout what happens.

use std::io::{BufRead, Write};

use futures::TryStreamExt;
use http::Request;
use http_body_util::BodyExt;
use kube::client::Body;
use kube::{Client, Config};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const PODS: &str = "/api/v1/pods";

pub fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(count());
}

/// `first`, `all COUNT`, then `change` for the first event after each line on stdin.
async fn count() {
    let mut config = Config::infer().await.unwrap();
    config.default_retry = false;
    config.read_timeout = None;
    let client = Client::try_from(config).unwrap();
    let mut told = false;
    let mut first = || {
        if !std::mem::replace(&mut told, true) {
            say("first");
        }
    };
    let mut page = std::pin::pin!(open(&client, "limit=500"));
    let mut whole = std::pin::pin!(open(&client, "resourceVersion=0"));
    let mut version = None;
    // The page matters only until the whole list is there.
    let (mut of_page, mut of_whole) = (None, None);
    while version.is_none() {
        tokio::select! {
            body = &mut page, if of_page.is_none() => of_page = Some((body, List::default())),
            body = &mut whole, if of_whole.is_none() => of_whole = Some((body, List::default())),
            more = chunk(&mut of_whole), if of_whole.is_some() => match more {
                true => first(),
                false => version = of_whole.take().map(|(_, list)| list),
            },
            true = chunk(&mut of_page), if of_page.is_some() => first(),
        }
    }
    let list = version.unwrap();
    say(&format!("all {}", list.items));
    watch(&client, &list.version).await;
}

type Open = Option<(Body, List)>;

/// Takes in what came next of a body; false at its end.
async fn chunk(open: &mut Open) -> bool {
    let Some((body, list)) = open else { return std::future::pending().await };
    loop {
        let Some(frame) = body.frame().await else { return false };
        let before = list.items;
        frame.unwrap().data_ref().into_iter().for_each(|bytes| list.feed(bytes));
        if list.items > before {
            return true;
        }
    }
}

async fn open(client: &Client, query: &str) -> Body {
    let request = Request::get(format!("{PODS}?{query}")).header("accept", "application/vnd.kubernetes.protobuf");
    let answer = client.send(request.body(Body::empty()).unwrap()).await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.into_body()
}

async fn watch(client: &Client, version: &str) {
    let query = format!("watch=1&allowWatchBookmarks=true&resourceVersion={version}");
    let request =
        Request::get(format!("{PODS}?{query}")).header("accept", "application/vnd.kubernetes.protobuf;stream=watch");
    let answer = client.send(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut events = answer.into_body().into_data_stream();
    let (mut asked, mut pending) = (lines(), false);
    loop {
        tokio::select! {
            line = asked.recv() => match line {
                Some(()) => pending = true,
                None => return,
            },
            event = events.try_next() => match event {
                Ok(Some(_)) if std::mem::take(&mut pending) => say("change"),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return,
            },
        }
    }
}

fn lines() -> UnboundedReceiver<()> {
    let (send, receive) = unbounded_channel();
    std::thread::spawn(move || {
        std::io::stdin().lock().lines().take_while(Result::is_ok).all(|_| send.send(()).is_ok())
    });
    receive
}

fn say(words: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{words}").and_then(|()| out.flush()).unwrap();
}

/// `k8s\0`, then `Unknown { 2 raw }`, whose raw is `PodList { 1 ListMeta { 2 resourceVersion }, 2 items }`.
#[derive(Default)]
struct List {
    left: Vec<u8>,
    /// Within raw.
    inside: bool,
    begun: bool,
    items: usize,
    version: String,
}

impl List {
    fn feed(&mut self, bytes: &[u8]) {
        self.left.extend_from_slice(bytes);
        let left = std::mem::take(&mut self.left);
        let mut rest = left.as_slice();
        while let Some(size) = self.step(rest) {
            rest = &rest[size..];
        }
        self.left = rest.to_vec();
    }

    /// Uses one element at the front if all of it is there, and says how long it was.
    fn step(&mut self, bytes: &[u8]) -> Option<usize> {
        if !self.begun {
            self.begun = bytes.len() >= 4;
            return self.begun.then_some(4);
        }
        let (number, start, end) = field(bytes)?;
        if !self.inside && number == 2 {
            self.inside = true;
            return Some(start);
        }
        let body = bytes.get(start..end)?;
        match number {
            1 if self.inside => self.version = version(body),
            2 => self.items += 1,
            _ => {}
        }
        Some(end)
    }
}

fn version(mut meta: &[u8]) -> String {
    while let Some((number, start, end)) = field(meta) {
        if number == 2 {
            return String::from_utf8_lossy(&meta[start..end]).into_owned();
        }
        meta = &meta[end..];
    }
    String::new()
}

/// Number, start and end of the body of a field that has a length, or is a plain number.
fn field(bytes: &[u8]) -> Option<(u64, usize, usize)> {
    let (tag, start) = varint(bytes, 0)?;
    let (value, after) = varint(bytes, start)?;
    let end = if tag & 7 == 2 { after + value as usize } else { after };
    Some((tag >> 3, after, end))
}

fn varint(bytes: &[u8], mut at: usize) -> Option<(u64, usize)> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        value |= u64::from(byte & 127) << shift;
        shift += 7;
        if byte < 128 {
            return Some((value, at));
        }
    }
}
