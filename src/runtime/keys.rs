//! What is typed, read apart from the loop: whoever asks the terminal takes part in a lock, and the loop is woken for
//! many other things.

use std::time::Duration;

use crossterm::event::{self, Event, EventStream};
use futures::StreamExt;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinHandle;

use crate::app::Message;

/// A turn takes in so many keys at most, so that a flood of them is seen at work.
const MOST: usize = 1024;

/// The one reader of the terminal, until it is closed.
pub struct Keys {
    batches: Receiver<Vec<Message>>,
    reader: JoinHandle<()>,
}

impl Keys {
    pub fn open(workers: &Handle) -> Self {
        let (sender, batches) = channel(1);
        let reader = workers.spawn(async move {
            let mut events = EventStream::new();
            while let Some(Ok(event)) = events.next().await {
                let Some(batch) = batch(event) else { return };
                if !batch.is_empty() && sender.send(batch).await.is_err() {
                    return;
                }
            }
        });
        Self { batches, reader }
    }

    /// What was typed since; `None` when the terminal is gone.
    pub async fn next(&mut self) -> Option<Vec<Message>> {
        self.batches.recv().await
    }

    /// Returns once nobody reads any more: two readers lose keys.
    pub async fn close(self) {
        self.reader.abort();
        let _ = self.reader.await;
    }
}

/// The event and all that are ready behind it, read without the stream: it would go to sleep and wake for each. `None`
/// when the terminal is gone.
fn batch(event: Event) -> Option<Vec<Message>> {
    let mut messages: Vec<Message> = message(event).into_iter().collect();
    // Not zero: with no time at all crossterm does not even look.
    while messages.len() < MOST && matches!(event::poll(Duration::from_micros(1)), Ok(true)) {
        messages.extend(message(event::read().ok()?));
    }
    Some(messages)
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Key(key)),
        Event::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(width, height) => Some(Message::Resize(width, height)),
        Event::FocusGained | Event::FocusLost => None,
    }
}
