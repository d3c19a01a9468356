//! A list that is arriving: the chunks of its body, and what is known of it so far.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::ask::Ask;
use super::rows::Rows;
use super::server::{Reply, Server};
use super::wire::{self, ListMeta, Piece};
use crate::model::{Delta, Identified, Result, Wire};
use crate::source::out::Out;

/// Is called with each row that is sent.
pub type Seen<'a, T> = dyn FnMut(&T) + Send + 'a;

pub struct Arrival {
    pub meta: ListMeta,
    /// The number of objects that have arrived.
    pub items: usize,
    chunks: BoxStream<'static, Result<(Wire, Bytes)>>,
    list: Option<wire::List>,
    wire: Wire,
}

impl Arrival {
    /// The request is sent when the first chunk is polled.
    pub fn new(server: &Arc<Server>, ask: Ask) -> Self {
        let chunks = chunks(server.clone(), ask);
        Self { meta: ListMeta::default(), items: 0, chunks, list: None, wire: Wire::Json }
    }

    /// The next chunk. The future may be dropped while it waits; no bytes are lost.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let Some((wire, bytes)) = self.chunks.next().await.transpose()? else { return Ok(None) };
        self.wire = wire;
        self.list.get_or_insert_with(|| wire::List::new(wire));
        Ok(Some(bytes))
    }

    /// Sends the rows of a chunk.
    pub fn say<T: Identified>(
        &mut self,
        chunk: &Bytes,
        rows: &mut Rows<T>,
        out: &mut Out<Delta<T>>,
        seen: &mut Seen<'_, T>,
    ) -> Result<()> {
        let Self { meta, items, list, wire, .. } = self;
        let Some(list) = list else { return Ok(()) };
        list.feed(chunk, &mut |piece| {
            match piece {
                Piece::Meta(said) => {
                    out.extend(said.remaining.and_then(|n| u64::try_from(n).ok()).map(Delta::Remaining));
                    *meta = said;
                }
                Piece::Columns(definitions) => out.extend(rows.define(definitions)?),
                Piece::Item(bytes) => {
                    *items += 1;
                    let fresh = rows.read(*wire, bytes)?;
                    out.extend(fresh.columns);
                    out.extend(fresh.rows.inspect(&mut *seen).map(Delta::Upsert));
                }
            }
            Ok(())
        })
    }

    /// The version of the list. Fails if the body ended before the list did.
    pub fn version(&self) -> Result<String> {
        self.list.as_ref().ok_or_else(wire::cut)?.finish()?;
        Ok(self.meta.resource_version.clone())
    }

    /// Whether the metadata of the list has arrived.
    pub fn has_told(&self) -> bool {
        !self.meta.resource_version.is_empty()
    }

    /// Whether the metadata has arrived and says that no page follows.
    pub fn is_last(&self) -> bool {
        self.has_told() && self.meta.next.is_empty()
    }
}

fn chunks(server: Arc<Server>, ask: Ask) -> BoxStream<'static, Result<(Wire, Bytes)>> {
    enum At {
        Start(Ask),
        Body(Reply),
    }
    let step = move |at: At| {
        let server = server.clone();
        async move {
            let mut reply = match at {
                At::Start(ask) => server.ask(&ask).await?,
                At::Body(reply) => reply,
            };
            let chunk = server.chunk(&mut reply).await?;
            Ok(chunk.map(|chunk| ((reply.wire(), chunk), At::Body(reply))))
        }
    };
    stream::try_unfold(At::Start(ask), step).boxed()
}
