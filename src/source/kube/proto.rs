//! Protobuf as API servers frame it (k8s.io/apimachinery/pkg/runtime/serializer/protobuf): four bytes of magic, then
//! `runtime.Unknown { 1 typeMeta, 2 raw, 3 contentEncoding, 4 contentType }`, whose raw is the message itself.

use prost::Message;

use super::error::{Details, Status};
use super::wire::{Change, Events, ListMeta, MOST, Piece, Pieces, too_large, unreadable};
use crate::kinds::field::{Field, first, last, overrun};
use crate::model::Result;

const MAGIC: &[u8] = b"k8s\0";

/// The result of a look at some bytes.
enum Step {
    Took(usize),
    /// More bytes are needed; this many in all.
    Need(usize),
}

/// The bytes of an element that has not fully arrived.
#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    need: usize,
}

impl Pending {
    /// Runs `step` over the bytes that are left from earlier chunks and over `chunk`. Only elements that cross the
    /// border of a chunk are copied.
    fn feed(&mut self, mut chunk: &[u8], step: &mut dyn FnMut(&[u8]) -> Result<Step>) -> Result<()> {
        while !self.bytes.is_empty() {
            let lack = self.need.saturating_sub(self.bytes.len()).min(chunk.len());
            let (head, rest) = chunk.split_at(lack);
            self.bytes.extend_from_slice(head);
            chunk = rest;
            if self.bytes.len() < self.need {
                return Ok(());
            }
            match step(&self.bytes)? {
                Step::Took(size) => drop(self.bytes.drain(..size)),
                Step::Need(size) => self.need = size,
            }
        }
        while !chunk.is_empty() {
            match step(chunk)? {
                Step::Took(size) => chunk = &chunk[size..],
                Step::Need(size) => {
                    self.need = size;
                    self.bytes.extend_from_slice(chunk);
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
enum ProtoState {
    #[default]
    Magic,
    /// Among the fields of `Unknown`.
    Envelope,
    /// Within raw. This many bytes are still to come.
    Raw(usize),
}

/// `PodList` and all other lists: 1 ListMeta, 2 items.
#[derive(Debug, Default)]
pub struct List {
    pending: Pending,
    place: ProtoState,
    seen: bool,
}

impl List {
    pub fn feed(&mut self, chunk: &[u8], out: &mut Pieces<'_>) -> Result<()> {
        let Self { pending, place, seen } = self;
        pending.feed(chunk, &mut |bytes| match *place {
            ProtoState::Magic => magic(bytes, place),
            ProtoState::Envelope => envelope(bytes, place, seen),
            ProtoState::Raw(left) => element(bytes, left, place, out),
        })
    }

    pub fn is_whole(&self) -> bool {
        self.seen && self.pending.bytes.is_empty() && matches!(self.place, ProtoState::Envelope)
    }
}

fn magic(bytes: &[u8], place: &mut ProtoState) -> Result<Step> {
    if bytes.len() < MAGIC.len() {
        return Ok(Step::Need(MAGIC.len()));
    }
    if !bytes.starts_with(MAGIC) {
        return Err(unreadable("it is not Kubernetes protobuf"));
    }
    *place = ProtoState::Envelope;
    Ok(Step::Took(MAGIC.len()))
}

fn envelope(bytes: &[u8], place: &mut ProtoState, seen: &mut bool) -> Result<Step> {
    let Some(field) = Field::head(bytes)? else { return Ok(Step::Need(bytes.len() + 1)) };
    if !field.is(2) {
        return whole(&field, bytes, |_| plain(&field));
    }
    *seen = true;
    *place = if field.size == 0 { ProtoState::Envelope } else { ProtoState::Raw(field.size) };
    Ok(Step::Took(field.start))
}

/// The field `Unknown.contentEncoding`. No server sets it, and spyhop could not decode it.
fn plain(field: &Field) -> Result<()> {
    if field.is(3) && field.size > 0 { Err(unreadable("its protobuf is encoded once more")) } else { Ok(()) }
}

fn element(bytes: &[u8], left: usize, place: &mut ProtoState, out: &mut Pieces<'_>) -> Result<Step> {
    let Some(field) = Field::head(&bytes[..left.min(bytes.len())])? else {
        return if bytes.len() < left { Ok(Step::Need(bytes.len() + 1)) } else { Err(overrun()) };
    };
    if field.end() > left {
        return Err(overrun());
    }
    let step = whole(&field, bytes, |body| match field.number {
        1 if field.bytes => out(Piece::Meta(list_meta(body)?)),
        2 if field.bytes => out(Piece::Item(body)),
        _ => Ok(()),
    })?;
    if let Step::Took(size) = step {
        *place = if size == left { ProtoState::Envelope } else { ProtoState::Raw(left - size) };
    }
    Ok(step)
}

/// Uses a field as soon as all its bytes are there.
fn whole(field: &Field, bytes: &[u8], mut then: impl FnMut(&[u8]) -> Result<()>) -> Result<Step> {
    if field.size > MOST {
        return Err(too_large(field.size));
    }
    let Some(body) = bytes.get(field.start..field.end()) else { return Ok(Step::Need(field.end())) };
    then(body)?;
    Ok(Step::Took(field.end()))
}

fn list_meta(bytes: &[u8]) -> Result<ListMeta> {
    #[derive(Message)]
    struct Meta {
        #[prost(string, tag = "2")]
        resource_version: String,
        #[prost(string, tag = "3")]
        next: String,
        #[prost(int64, optional, tag = "4")]
        remaining: Option<i64>,
    }
    let meta = Meta::decode(bytes).map_err(unreadable)?;
    Ok(ListMeta { resource_version: meta.resource_version, next: meta.next, remaining: meta.remaining })
}

/// `metadata.resourceVersion`: field 1 of any object, field 6 of `ObjectMeta`.
pub fn version(object: &[u8]) -> String {
    let version = first(object, 1).and_then(|meta| first(meta, 6));
    String::from_utf8_lossy(version.unwrap_or_default()).into_owned()
}

/// `meta.v1.Status { 3 message, 4 reason, 6 code }`.
pub fn status(object: &[u8]) -> Status {
    #[derive(Message)]
    struct Said {
        #[prost(string, tag = "3")]
        message: String,
        #[prost(string, tag = "4")]
        reason: String,
        #[prost(message, optional, tag = "5")]
        details: Option<About>,
        #[prost(int32, tag = "6")]
        code: i32,
    }
    #[derive(Message)]
    struct About {
        #[prost(string, tag = "1")]
        name: String,
        #[prost(string, tag = "3")]
        kind: String,
    }
    let said = Said::decode(object).unwrap_or_default();
    let Said { message, reason, code, details } = said;
    let details = details.map(|about| Details { name: about.name, kind: about.kind });
    Status { code: u16::try_from(code).unwrap_or_default(), message, reason, details }
}

/// The message in a complete envelope.
pub fn unwrap(bytes: &[u8]) -> Result<&[u8]> {
    let envelope = bytes.strip_prefix(MAGIC).ok_or_else(|| unreadable("it is not Kubernetes protobuf"))?;
    last(envelope, 2)
}

/// A sequence of frames. A frame is its length as four big-endian bytes, then a bare `meta.v1.WatchEvent { 1 type, 2
/// RawExtension { 1 raw } }`, whose raw is an envelope.
#[derive(Debug, Default)]
pub struct Watch(Pending);

impl Watch {
    pub fn feed(&mut self, chunk: &[u8], out: &mut Events<'_>) -> Result<()> {
        self.0.feed(chunk, &mut |bytes| frame(bytes, out))
    }
}

fn frame(bytes: &[u8], out: &mut Events<'_>) -> Result<Step> {
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return Ok(Step::Need(4)) };
    let size = u32::from_be_bytes(*length) as usize;
    if size > MOST {
        return Err(too_large(size));
    }
    let Some(body) = rest.get(..size) else { return Ok(Step::Need(4 + size)) };
    let object = unwrap(last(last(body, 2)?, 1)?)?;
    out(Change::named(last(body, 1)?)?, object)?;
    Ok(Step::Took(4 + size))
}
