//! How programs write: JSON, logfmt, access logs, colours, Java with its traces, klog.

use crate::demo::world::chance::mix;
use crate::model::Time;

/// What one line is about.
pub struct Line<'a> {
    pub at: Time,
    pub bits: u64,
    pub level: &'a str,
    pub name: &'a str,
    pub text: &'a str,
    pub pod: &'a str,
    /// The backend of a tenth of the checkouts has nobody.
    pub gap: bool,
}

pub struct Style {
    pub programs: &'static [&'static str],
    /// Lines a second, more or less.
    pub rate: f64,
    pub say: fn(&Line) -> String,
    pub traces: bool,
    good: &'static [&'static str],
    poor: &'static [&'static str],
    bad: &'static [&'static str],
}

impl Style {
    pub fn texts(&self, level: &str) -> &'static [&'static str] {
        match level {
            "error" => self.bad,
            "warn" => self.poor,
            _ => self.good,
        }
    }
}

const GOOD: &[&str] = &[
    "reconciled",
    "synced 12 objects",
    "heartbeat",
    "cache refreshed",
    "lease renewed",
    "watch resumed",
    "request served",
];
const POOR: &[&str] =
    &["slow response from upstream", "retrying after conflict", "queue is 80 % full", "clock skew of 120 ms"];
const BAD: &[&str] =
    &["upstream closed the connection", "context deadline exceeded", "could not write response: broken pipe"];

const KLOG: Style = Style { programs: &[], rate: 0.4, say: klog, traces: false, good: GOOD, poor: POOR, bad: BAD };

/// The first one is everybody's who has none.
pub static STYLES: &[Style] = &[
    KLOG,
    Style { programs: &["web", "envoy", "proxyv2"], rate: 2.0, say: access, ..KLOG },
    Style {
        programs: &["checkout", "cart", "payment", "session", "wishlist", "returns"],
        rate: 1.4,
        say: json_line,
        good: &[
            "order placed",
            "cart updated",
            "price confirmed",
            "session extended",
            "payment authorised",
            "coupon applied",
        ],
        poor: &["payment provider is slow", "stock is low", "retrying inventory"],
        bad: &["order could not be placed", "inventory answered 409", "payment declined by the provider"],
        ..KLOG
    },
    Style {
        programs: &[
            "inventory",
            "pricing",
            "shipping",
            "tax",
            "currency",
            "prometheus",
            "loki",
            "alertmanager",
            "grafana",
        ],
        rate: 0.9,
        say: logfmt,
        good: &["reserved", "released", "quoted", "rates refreshed", "compacted block", "query served"],
        ..KLOG
    },
    Style {
        programs: &["search", "recommendation", "etl-worker"],
        rate: 0.6,
        say: java,
        traces: true,
        good: &[
            "Indexed 250 documents in 84 ms",
            "Refreshed the model",
            "Query took 12 ms",
            "Segment merged",
            "Batch of 500 rows written",
        ],
        poor: &["Query took 1842 ms, which is more than 1000 ms", "Heap is 81 % full", "Retrying batch"],
        bad: &["Unhandled exception while serving request", "Could not merge segment"],
    },
    Style {
        programs: &["mail", "feed", "notifier", "promo"],
        rate: 0.5,
        say: coloured,
        good: &["sent order confirmation", "sent shipping notice", "feed rebuilt", "newsletter queued"],
        poor: &["mailbox is full, trying again later", "greylisted by mx.example"],
        bad: &["550 no such user", "connection to smtp.example was reset"],
        ..KLOG
    },
    Style {
        programs: &["postgres"],
        rate: 0.2,
        say: postgres,
        good: &[
            "checkpoint complete: wrote 412 buffers (2.5%)",
            "automatic vacuum of table \"shop.public.orders\"",
            "connection authorized: user=checkout database=shop",
        ],
        poor: &[
            "there is already a transaction in progress",
            "duration: 1204.113 ms  statement: SELECT * FROM orders WHERE state = $1",
        ],
        bad: &["deadlock detected", "canceling statement due to statement timeout"],
        ..KLOG
    },
    Style {
        programs: &["redis"],
        rate: 0.2,
        say: redis,
        good: &[
            "100 changes in 300 seconds. Saving...",
            "Background saving terminated with success",
            "DB saved on disk",
            "Replica 10.244.5.17:6379 asks for synchronization",
        ],
        poor: &["Client closed connection before its reply was sent"],
        bad: &["Asynchronous AOF fsync is taking too long (disk is busy?)"],
        ..KLOG
    },
];

fn stamp(at: Time) -> String {
    let text = at.rfc3339();
    format!("{}.{:03}Z", text.trim_end_matches('Z'), at.0.rem_euclid(1000))
}

fn trace_id(bits: u64) -> String {
    format!("{:016x}{:016x}", mix(bits), mix(bits ^ 5))
}

fn json_line(line: &Line) -> String {
    let took = 3 + mix(line.bits) % 240;
    let order = 100_000 + (line.bits >> 24) % 900_000;
    format!(
        "{{\"time\":\"{}\",\"level\":\"{}\",\"service\":\"{}\",\"msg\":\"{}\",\"order\":\"o-{order}\",\"duration_ms\":{took},\"trace_id\":\"{}\"}}",
        stamp(line.at),
        line.level,
        line.name,
        line.text,
        trace_id(line.bits)
    )
}

fn logfmt(line: &Line) -> String {
    let took = (mix(line.bits) % 90_000) as f64 / 1000.0;
    format!(
        "ts={} level={} caller={}.go:{} msg=\"{}\" sku=SKU-{:05} took={took}ms",
        stamp(line.at),
        line.level,
        line.name,
        20 + line.bits % 300,
        line.text,
        (line.bits >> 20) % 99_999
    )
}

fn java(line: &Line) -> String {
    let level = line.level.to_uppercase();
    let text = stamp(line.at).replace('T', " ").replace('Z', "").replace('.', ",");
    format!(
        "{text} {level:<5} [worker-{}] c.e.shop.{}.Service - {}",
        1 + line.bits % 8,
        line.name.replace('-', ""),
        line.text
    )
}

/// A Java stack trace.
pub fn trace(bits: u64) -> Vec<String> {
    const CAUSES: &[&str] = &[
        "java.util.concurrent.TimeoutException: no answer within 1000 ms",
        "java.lang.IllegalStateException: segment 17 is closed",
        "java.net.SocketException: Connection reset",
    ];
    let mut out = vec![CAUSES[(bits >> 5) as usize % CAUSES.len()].to_owned()];
    for frame in [
        "index.Reader.open(Reader.java:214)",
        "index.Searcher.query(Searcher.java:98)",
        "http.Handler.serve(Handler.java:61)",
        "http.Pool.run(Pool.java:140)",
    ] {
        out.push(format!("\tat com.example.shop.{frame}"));
    }
    out.push("Caused by: java.io.IOException: Stream closed".to_owned());
    out.push("\t... 12 more".to_owned());
    out
}

fn coloured(line: &Line) -> String {
    let (colour, level) = match line.level {
        "error" => ("\u{1b}[31m", "ERROR"),
        "warn" => ("\u{1b}[33m", "WARN "),
        "debug" => ("\u{1b}[90m", "DEBUG"),
        _ => ("\u{1b}[32m", "INFO "),
    };
    let reset = "\u{1b}[0m";
    format!(
        "\u{1b}[2m{}{reset} {colour}{level}{reset} \u{1b}[1m{}{reset}: {} \u{1b}[36mid={:06x}{reset}",
        stamp(line.at),
        line.name,
        line.text,
        line.bits >> 40
    )
}

fn postgres(line: &Line) -> String {
    let text = stamp(line.at).replace('T', " ").replace('Z', " UTC");
    let level = match line.level {
        "error" => "ERROR",
        "warn" => "WARNING",
        _ => "LOG",
    };
    format!("{text} [{}] {level}:  {}", 30 + line.bits % 900, line.text)
}

fn redis(line: &Line) -> String {
    let mark = if line.level == "warn" || line.level == "error" { '#' } else { '*' };
    format!("1:M {} {mark} {}", stamp(line.at).replace('T', " ").replace('Z', ""), line.text)
}

fn klog(line: &Line) -> String {
    let letter = match line.level {
        "error" => 'E',
        "warn" => 'W',
        _ => 'I',
    };
    let text = line.at.rfc3339();
    let (day, clock) = (text.get(5..10).unwrap_or_default().replace('-', ""), text.get(11..19).unwrap_or_default());
    format!(
        "{letter}{day} {clock}.{:06}       1 {}.go:{}] \"{}\" object=\"shop/item-{}\"",
        line.at.0.rem_euclid(1000) * 1000,
        line.name.replace('-', "_"),
        50 + line.bits % 400,
        line.text,
        line.bits % 97
    )
}

/// As nginx and envoy write requests; a canary without endpoints answers 503.
fn access(line: &Line) -> String {
    const PATHS: &[&str] = &[
        "/",
        "/cart",
        "/api/catalog/items",
        "/checkout",
        "/api/catalog/items/42",
        "/static/app.js",
        "/search?q=lamp",
        "/healthz",
        "/checkout",
    ];
    let bits = mix(line.bits ^ 99);
    let edge = line.pod.starts_with("shop-gateway");
    let path = PATHS[(bits >> 4) as usize % PATHS.len()];
    let lost = edge && line.gap && path == "/checkout" && (bits >> 12).is_multiple_of(10);
    let method = if path == "/checkout" || path == "/cart" { "POST" } else { "GET" };
    let code = match (lost, line.level) {
        (true, _) | (_, "error") => 503,
        (_, "warn") => 404,
        _ if bits.is_multiple_of(11) => 304,
        _ => 200,
    };
    let (size, took) = (200 + (bits >> 20) % 40_000, 1 + (bits >> 36) % 180);
    let note = match lost {
        true => {
            " UH no_healthy_upstream \"no healthy upstream\" httproute/shop/checkout/rule/0 -> shop/checkout-canary:80"
        }
        false => "",
    };
    let size = if lost { 19 } else { size };
    format!(
        "10.244.{}.{} - - [{}] \"{method} {path} HTTP/1.1\" {code} {size} {took}ms \"{}\"{note}",
        bits % 6,
        2 + (bits >> 8) % 250,
        stamp(line.at),
        trace_id(bits).get(..16).unwrap_or_default()
    )
}
