//! Against a canned engine on a socket of its own.

mod bollard;
pub mod canned;
mod endpoints;
mod live;
mod odd;
mod remote;

use bytes::Bytes;

use super::frames::{Frames, From};

#[test]
fn frames_are_taken_apart_wherever_they_are_cut() {
    let frame = |kind: u8, text: &str| [&[kind, 0, 0, 0, 0, 0, 0, text.len() as u8], text.as_bytes()].concat();
    let whole = [frame(1, "one\n"), frame(2, "boom\n"), frame(1, ""), frame(1, "two\n")].concat();
    for cut in 0..=whole.len() {
        let mut frames = Frames::new(false);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        for part in [&whole[..cut], &whole[cut..]] {
            for (from, piece, _) in frames.feed(Bytes::copy_from_slice(part)) {
                if from == From::Out { out.extend(piece) } else { err.extend(piece) }
            }
        }
        assert_eq!((out.as_slice(), err.as_slice()), (&b"one\ntwo\n"[..], &b"boom\n"[..]), "cut at {cut}");
    }
}

#[test]
fn a_terminal_is_never_taken_for_frames() {
    let bytes = Bytes::from_static(b"\x01\0\0\0\xff\xff\xff\xffhello");
    assert_eq!(Frames::new(true).feed(bytes.clone()), [(From::Out, bytes, true)]);
}
