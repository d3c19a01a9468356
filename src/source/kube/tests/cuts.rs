//! A body means the same however it is cut, and nothing in it makes us panic.

use bytes::Bytes;

use super::bodies::*;
use crate::model::{Result, Wire};
use crate::source::kube::wire::{Change, List, Piece, Watch};

fn list(wire: Wire, chunks: &[&[u8]]) -> Result<Vec<String>> {
    let mut seen = Vec::new();
    let mut list = List::new(wire);
    for chunk in chunks {
        list.feed(&Bytes::copy_from_slice(chunk), &mut |piece| {
            seen.push(match piece {
                Piece::Meta(meta) => format!("{meta:?}"),
                Piece::Columns(bytes) | Piece::Item(bytes) => format!("{bytes:?}"),
            });
            Ok(())
        })?;
    }
    list.finish().map(|()| seen)
}

fn watch(wire: Wire, chunks: &[&[u8]]) -> Result<Vec<(Change, Vec<u8>)>> {
    let mut seen = Vec::new();
    let mut watch = Watch::new(wire);
    for chunk in chunks {
        watch.feed(&Bytes::copy_from_slice(chunk), &mut |change, object| {
            seen.push((change, object.to_vec()));
            Ok(())
        })?;
    }
    Ok(seen)
}

fn lists() -> [(Wire, Vec<u8>); 7] {
    [
        (Wire::Proto, proto_list(12, "token", &["a", "b", &"long".repeat(100)])),
        (Wire::Json, json_list(12, "token", &["a", "b", &"long".repeat(100)])),
        (Wire::Proto, proto_list(12, "", &[])),
        (Wire::Json, br#"{"items":null,"metadata":{}}"#.to_vec()),
        (Wire::Proto, LEASES.to_vec()),
        (Wire::Json, LEASES_JSON.to_vec()),
        (Wire::Json, TABLE.to_vec()),
    ]
}

fn watches() -> [(Wire, Vec<u8>); 4] {
    let proto = [proto_event("ADDED", &lease("a", 1)), proto_event("DELETED", &lease("b", 2))].concat();
    let json = [json_event("ADDED", &json_lease("a", 1)), json_event("DELETED", &json_lease("b", 2))].concat();
    [(Wire::Proto, proto), (Wire::Json, json), (Wire::Proto, LEASES_WATCH.to_vec()), (Wire::Json, TABLE_WATCH.to_vec())]
}

#[test]
fn a_list_means_the_same_however_it_is_cut() {
    for (wire, body) in lists() {
        let expected = list(wire, &[&body]).unwrap();
        for at in 0..=body.len() {
            let (head, tail) = body.split_at(at);
            assert_eq!(list(wire, &[head, tail]).unwrap(), expected, "{wire:?} cut at {at}");
        }
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(list(wire, &bytes).unwrap(), expected, "{wire:?} byte by byte");
    }
}

#[test]
fn a_list_that_breaks_off_says_so() {
    for (wire, body) in &lists()[..2] {
        let whole = match wire {
            // Behind raw only fields follow that may be missing.
            Wire::Proto => body.len() - 3,
            Wire::Json => body.len(),
        };
        for at in 0..whole {
            assert!(list(*wire, &[&body[..at]]).is_err(), "{wire:?} cut at {at} passes for whole");
        }
    }
}

#[test]
fn a_watch_means_the_same_however_it_is_cut() {
    for (wire, body) in watches() {
        let expected = watch(wire, &[&body]).unwrap();
        assert!([Change::Put, Change::Deleted].iter().all(|change| expected.iter().any(|(seen, _)| seen == change)));
        for at in 0..=body.len() {
            let (head, tail) = body.split_at(at);
            assert_eq!(watch(wire, &[head, tail]).unwrap(), expected, "{wire:?} cut at {at}");
        }
    }
}

#[test]
fn garbage_never_panics() {
    let mut noise = Noise(7);
    for (wire, body) in lists().into_iter().chain(watches()) {
        for _ in 0..4000 {
            let mut body = body.clone();
            for _ in 0..=noise.below(4) {
                let at = noise.below(body.len());
                body[at] = u8::try_from(noise.below(256)).unwrap();
            }
            let (head, tail) = body.split_at(noise.below(body.len()));
            let _ = list(wire, &[head, tail]);
            let _ = watch(wire, &[head, tail]);
        }
    }
}

#[test]
fn what_is_too_large_or_too_deep_is_refused_by_name() {
    let huge = [b"k8s\0\x12\xff\xff\xff\xff\x7f\x12\xff\xff\xff\x7f".as_slice()];
    assert!(list(Wire::Proto, &huge).unwrap_err().text().contains("the limit is"));
    let frame = [[0x7f, 0xff, 0xff, 0xff].as_slice()];
    assert!(watch(Wire::Proto, &frame).unwrap_err().text().contains("the limit is"));
    let deep = format!("{{\"items\":[{}", "[".repeat(600));
    assert!(list(Wire::Json, &[deep.as_bytes()]).unwrap_err().text().contains("nested deeper"));
}

/// Numbers that look random and are the same each time.
struct Noise(u64);

impl Noise {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}
