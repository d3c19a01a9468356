//! Makes a stream from an async function that sends deltas.

use futures::StreamExt;
use futures::future::{BoxFuture, ready};
use futures::stream::{self, BoxStream};
use tokio::sync::mpsc;

use crate::model::{Delta, Result};

type Batch<T> = Vec<Result<T>>;

/// The sending end of a stream. Deltas are collected and sent together: one handover for each chunk of a body.
pub struct Out<T = Delta> {
    batch: Batch<T>,
    sender: mpsc::Sender<Batch<T>>,
    spoken: bool,
}

impl<T> Out<T> {
    pub fn say(&mut self, delta: T) {
        self.batch.push(Ok(delta));
    }

    pub fn extend(&mut self, deltas: impl IntoIterator<Item = T>) {
        self.batch.extend(deltas.into_iter().map(Ok));
    }

    /// Whether nothing was sent so far.
    pub fn is_silent(&self) -> bool {
        !self.spoken && self.batch.is_empty()
    }

    /// Sends the collected deltas. Waits while the receiver has no room.
    pub async fn flush(&mut self) {
        if !self.batch.is_empty() {
            self.spoken = true;
            // If the receiver is gone, this task is about to be dropped too.
            let _ = self.sender.send(std::mem::take(&mut self.batch)).await;
        }
    }
}

/// The future of an async function that borrows its `Out`.
pub type Work<'a> = BoxFuture<'a, Result<()>>;

/// The stream of the deltas that `work` sends, and of the error with which it ends. `work` does not start before the
/// stream is polled.
pub fn stream<T: Send + 'static>(
    work: impl FnOnce(&mut Out<T>) -> Work<'_> + Send + 'static,
) -> BoxStream<'static, Result<T>> {
    let (sender, receiver) = mpsc::channel(2);
    let work = async move {
        let mut out = Out { batch: Vec::new(), sender, spoken: false };
        let end = work(&mut out).await;
        out.batch.extend(end.err().map(Err));
        out.flush().await;
    };
    let work = stream::once(work).filter_map(|()| ready(None));
    let said = stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|batch| (batch, receiver)) });
    stream::select(said, work).flat_map(stream::iter).boxed()
}
