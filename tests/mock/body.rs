//! Bodies on their way: lists made while they are sent; in pieces, or cut off.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};

use super::faults::Fault;
use super::pods::{Pod, SIZE};
use super::proto;
use super::world::Census;

/// `Err` is a connection that breaks.
pub type Body = BoxStream<'static, Result<Bytes, ()>>;

pub fn whole(bytes: impl Into<Bytes>) -> Body {
    let bytes = bytes.into();
    stream::once(async move { Ok(bytes) }).boxed()
}

/// Pods of one chunk: as much as a server writes at once.
const CHUNK: usize = 11;
/// Tag and length of a pod in a list.
const ITEM_HEAD: usize = 3;

/// A `PodList` from the pod `first` on, `limit` of them at most.
pub fn list(census: &Census, first: u32, limit: Option<usize>) -> Body {
    let all = census.count(first);
    let count = limit.unwrap_or(usize::MAX).min(all);
    let last = (count < all).then(|| census.pods(first).nth(count - 1)).flatten();
    let next = last.map(|pod| (pod.number + 1).to_string()).unwrap_or_default();
    let remaining = (count < all).then_some((all - count) as u64);
    let mut start = Vec::new();
    proto::bytes(&mut start, 1, &proto::list_meta(census.version, &next, remaining));
    let start = [proto::head("PodList", start.len() + count * (ITEM_HEAD + SIZE)), start].concat();
    let mut pods = census.pods(first).take(count).peekable();
    let items = std::iter::from_fn(move || {
        pods.peek()?;
        Some(Ok(chunk(pods.by_ref().take(CHUNK))))
    });
    let tail = stream::iter([Ok(Bytes::from_static(proto::TAIL))]);
    whole(start).chain(stream::iter(items)).chain(tail).boxed()
}

fn chunk(pods: impl Iterator<Item = Pod>) -> Bytes {
    let mut out = Vec::with_capacity(CHUNK * (ITEM_HEAD + SIZE));
    for pod in pods {
        proto::varint(&mut out, 2 << 3 | 2);
        proto::varint(&mut out, SIZE as u64);
        pod.write(&mut out);
    }
    out.into()
}

/// What becomes of a body on its way.
pub fn spoilt(body: Body, faults: &[Fault]) -> Body {
    faults.iter().fold(body, |body, fault| match *fault {
        Fault::Paced { piece, pause } => paced(body, piece, pause),
        Fault::Cut { after } => cut(body, after),
        Fault::Refuse { .. } | Fault::Late(_) => body,
    })
}

fn paced(body: Body, piece: usize, pause: Duration) -> Body {
    let pieces = move |mut bytes: Bytes| {
        let pieces = std::iter::from_fn(move || match bytes.len() {
            0 => None,
            left => Some(bytes.split_to(piece.min(left))),
        });
        stream::iter(pieces).then(move |piece| async move {
            tokio::time::sleep(pause).await;
            Ok(piece)
        })
    };
    body.flat_map(move |chunk| match chunk {
        Ok(bytes) => pieces(bytes).boxed(),
        Err(()) => stream::iter([Err(())]).boxed(),
    })
    .boxed()
}

fn cut(body: Body, after: usize) -> Body {
    body.scan(Some(after), |left, chunk| {
        let next = match (*left, chunk) {
            (None, _) => None,
            (Some(most), Ok(bytes)) if bytes.len() < most => {
                *left = Some(most - bytes.len());
                Some(vec![Ok(bytes)])
            }
            (Some(most), Ok(bytes)) => {
                *left = None;
                Some(vec![Ok(bytes.slice(..most)), Err(())])
            }
            (Some(_), Err(())) => Some(vec![Err(())]),
        };
        std::future::ready(next)
    })
    .flat_map(stream::iter)
    .boxed()
}
