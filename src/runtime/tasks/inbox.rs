//! The queue from the tasks to the loop. Messages of a stream that was ended are dropped: those that it sent before,
//! and those that it sends until its task notices the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::app::Message;

/// The identity of one opening of a stream. Each opening of the same query has its own.
#[derive(Clone, Debug, Default)]
pub struct Life(Arc<AtomicBool>);

impl Life {
    pub fn end(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct Arrival {
    /// The stream that the message belongs to, if it belongs to one.
    life: Option<Life>,
    message: Message,
}

impl Arrival {
    fn open(self) -> Option<Message> {
        let is_late = self.life.is_some_and(|life| life.is_over());
        (!is_late).then_some(self.message)
    }
}

/// The error that the loop no longer reads.
#[derive(Debug)]
pub struct Closed;

/// The end of the queue into which tasks put messages for the loop.
#[derive(Clone, Debug)]
pub struct Outbox {
    sender: Sender<Arrival>,
    life: Option<Life>,
}

/// Room for one message.
pub struct Permit<'a> {
    permit: mpsc::Permit<'a, Arrival>,
    life: Option<Life>,
}

impl Permit<'_> {
    pub fn send(self, message: Message) {
        self.permit.send(Arrival { life: self.life, message });
    }
}

impl Outbox {
    /// An outbox whose messages belong to one stream.
    #[must_use]
    pub fn of(&self, life: &Life) -> Self {
        Self { sender: self.sender.clone(), life: Some(life.clone()) }
    }

    fn arrival(&self, message: Message) -> Arrival {
        Arrival { life: self.life.clone(), message }
    }

    pub async fn send(&self, message: Message) -> Result<(), Closed> {
        self.sender.send(self.arrival(message)).await.map_err(|_| Closed)
    }

    pub fn blocking_send(&self, message: Message) -> Result<(), Closed> {
        self.sender.blocking_send(self.arrival(message)).map_err(|_| Closed)
    }

    pub async fn reserve(&self) -> Result<Permit<'_>, Closed> {
        let permit = self.sender.reserve().await.map_err(|_| Closed)?;
        Ok(Permit { permit, life: self.life.clone() })
    }

    /// Room for one message, if there is any now.
    pub fn try_reserve(&self) -> Option<Permit<'_>> {
        let permit = self.sender.try_reserve().ok()?;
        Some(Permit { permit, life: self.life.clone() })
    }
}

/// The end of the queue from which the loop takes messages.
#[derive(Debug)]
pub struct Inbox(Receiver<Arrival>);

impl Inbox {
    pub async fn recv(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.0.recv().await?.open() {
                return Some(message);
            }
        }
    }

    /// The next message, if one is waiting.
    pub fn try_recv(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.0.try_recv().ok()?.open() {
                return Some(message);
            }
        }
    }
}

/// Both ends of a queue with room for `room` messages.
pub fn channel(room: usize) -> (Outbox, Inbox) {
    let (sender, receiver) = mpsc::channel(room);
    (Outbox { sender, life: None }, Inbox(receiver))
}
