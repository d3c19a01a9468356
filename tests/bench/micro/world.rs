//! Made-up pods, and the program without a terminal round them.

use spyhop::app::keymap::Keymap;
use spyhop::app::view::Table;
use spyhop::app::{Message, Opening, Place, SLICE, State, View};
use spyhop::kinds;
use spyhop::model::{Cell, Delta, Health, Id, KindRef, Object, SourceId, Str, Strings, Time, Uid};
use spyhop::theme::Theme;

const HERE: SourceId = SourceId(1);
pub const NOW: Time = Time::from_secs(1_769_860_800);

const APPS: [&str; 8] = ["web", "cart", "mail", "batch", "search", "auth", "gateway", "metrics"];
const STATES: [(&str, Health); 5] = [
    ("CrashLoopBackOff", Health::Bad),
    ("ContainerCreating", Health::Progress),
    ("Completed", Health::Done),
    ("Error", Health::Bad),
    ("ImagePullBackOff", Health::Bad),
];

pub fn pods() -> KindRef {
    kinds::named("pods").unwrap()
}

/// Most run, some do not; names as a replica set makes them; the rest repeats as in a real cluster.
pub fn objects(count: usize) -> Vec<Object> {
    let mut strings = Strings::default();
    let mut random = 0x5eed_u64;
    (0..count).map(|i| object(i, &mut random, &mut strings)).collect()
}

fn next(random: &mut u64) -> u64 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    *random
}

fn object(i: usize, random: &mut u64, strings: &mut Strings) -> Object {
    let noise = next(random);
    let app = APPS[(noise % 8) as usize];
    let (state, health) = match noise >> 8 & 63 {
        sick @ 0..5 => STATES[sick as usize],
        _ => ("Running", Health::Good),
    };
    let name = format!("{app}-{:010x}-{i:05x}", noise >> 24);
    let restarts = if health == Health::Bad { 7 } else { 0 };
    let node = strings.share(&format!("fake-{}", noise >> 16 & 255));
    let mut cells = vec![
        Cell::Ratio(u32::from(health == Health::Good), 1),
        Cell::Text(strings.share(state)),
        Cell::Count(restarts),
        Cell::Since(NOW.plus_millis(-((noise >> 32 & 0xffff) as i64) * 10_000)),
        Cell::text(format!("10.{}.{}.{}", i >> 16 & 255, i >> 8 & 255, i & 255)),
        Cell::Text(node),
    ];
    cells.resize(pods().columns.len(), Cell::None);
    Object {
        id: Id::new(HERE, pods(), strings.share(&format!("shop-{}", noise >> 12 & 31)), name),
        uid: Uid::None,
        health,
        cells: cells.into(),
        labels: strings.share(&format!("app={app},tier={}", if noise & 1 == 0 { "front" } else { "back" })),
        owner: Str::new(),
        link: None,
    }
}

/// The messages of protobuf pods that a real server sent.
pub fn recorded() -> Vec<Vec<u8>> {
    let path = format!("{}/tests/fixtures/pods.pb", env!("CARGO_MANIFEST_DIR"));
    let body = std::fs::read(path).unwrap();
    let raw = fields(&body[4..]).into_iter().find(|(tag, _)| *tag == 2).unwrap().1;
    fields(raw).into_iter().filter(|(tag, _)| *tag == 2).map(|(_, item)| item.to_vec()).collect()
}

/// The length-delimited fields of a protobuf message that has no others.
fn fields(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let (key, length) = (varint(&mut bytes), varint(&mut bytes) as usize);
        out.push((key >> 3, &bytes[..length]));
        bytes = &bytes[length..];
    }
    out
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        value |= u64::from(byte & 127) << shift;
        shift += 7;
        if byte < 128 {
            return value;
        }
    }
}

pub struct World {
    pub state: State,
}

impl World {
    /// A table of so many pods in all namespaces, not yet sorted.
    pub fn new(rows: usize) -> Self {
        let (keymap, theme) = (Keymap::named("k9s").unwrap(), Theme::named("spyhop-dark").unwrap());
        let mut state = State::new(NOW, (160, 45), keymap, theme);
        state.places.all.push(Place {
            cluster: "cluster".into(),
            user: "admin".into(),
            namespace: "shop".into(),
            server: "https://10.0.0.1:6443".into(),
            ..Place::new(HERE, "bench", &kinds::kube::FAMILY)
        });
        state.places.home = Some(HERE);
        state.open(&Opening::parse("pods all")).unwrap();
        let query = state.table().unwrap().query();
        let _ = state.turn(Vec::new());
        let objects = objects(rows).into_iter().map(Delta::Upsert);
        let deltas = [Delta::Reset].into_iter().chain(objects).chain([Delta::Ready]).collect();
        let _ = state.turn(vec![Message::Answer { query, deltas }]);
        Self { state }
    }

    pub fn table(&mut self) -> &mut Table {
        match self.state.top_mut() {
            Some(View::Table(table)) => table,
            _ => panic!("no table"),
        }
    }

    /// Slice by slice, as the loop does it.
    pub fn settle(&mut self) {
        while !self.state.prepare(SLICE).0 {}
    }
}
