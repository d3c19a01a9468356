//! The way from tasks to the loop. A stream that was ended has no say any more: what it sent before, and what it sends
//! until its task notices, is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::app::Message;

/// One opening of a stream; another one of the same query has a life of its own.
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
    /// The stream that it is a piece of, if it is one.
    life: Option<Life>,
    message: Message,
}

impl Arrival {
    fn open(self) -> Option<Message> {
        let is_late = self.life.is_some_and(|life| life.is_over());
        (!is_late).then_some(self.message)
    }
}

/// Nobody reads any more.
#[derive(Debug)]
pub struct Closed;

/// Where tasks put what they have for the loop.
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
    /// The same for the pieces of one stream.
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

    /// Room, if there is some now.
    pub fn try_reserve(&self) -> Option<Permit<'_>> {
        let permit = self.sender.try_reserve().ok()?;
        Some(Permit { permit, life: self.life.clone() })
    }
}

/// What waits for the loop.
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

    /// What is there already.
    pub fn try_recv(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.0.try_recv().ok()?.open() {
                return Some(message);
            }
        }
    }
}

/// Both ends, with room for so many messages.
pub fn channel(room: usize) -> (Outbox, Inbox) {
    let (sender, receiver) = mpsc::channel(room);
    (Outbox { sender, life: None }, Inbox(receiver))
}
