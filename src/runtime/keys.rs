//! Reads the keys on a task of its own. Reading the terminal takes a lock, and the loop is woken for many other
//! reasons.

use std::time::Duration;

use crossterm::event::{self, Event, EventStream};
use futures::StreamExt;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinHandle;

use crate::app::Message;

/// The most keys that one turn takes in, so that the screen changes during a flood of keys.
const MOST: usize = 1024;

/// The only reader of the terminal, until it is closed.
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

    /// The keys since the last call; `None` if the terminal is gone.
    pub async fn next(&mut self) -> Option<Vec<Message>> {
        self.batches.recv().await
    }

    /// Ends the reader and returns when it has ended. Two readers at once would lose keys.
    pub async fn close(self) {
        self.reader.abort();
        let _ = self.reader.await;
    }
}

/// The event and all events that are ready behind it. They are read without the stream, which would sleep and wake for
/// each event. `None` if the terminal is gone.
fn batch(event: Event) -> Option<Vec<Message>> {
    let mut messages: Vec<Message> = message(event).into_iter().collect();
    // The timeout is not zero, because with zero crossterm does not read at all.
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
