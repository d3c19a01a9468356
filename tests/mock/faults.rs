//! What goes wrong, and where.

use std::time::Duration;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Page,
    List,
    Watch,
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused with a status, and with how many seconds to wait.
    Refuse { code: u16, retry_after: Option<u64> },
    /// The head of the answer takes so long.
    Late(Duration),
    /// The body comes in pieces of so many bytes.
    Paced { piece: usize, pause: Duration },
    /// The connection is lost after so many bytes of the body.
    Cut { after: usize },
}

/// How a watch tells that nothing happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bookmarks {
    /// After so much quiet.
    #[default]
    Minutely,
    Never,
    /// Two of each, after every event.
    Doubled,
}

#[derive(Default)]
pub struct Faults {
    armed: Vec<(Door, usize, Fault)>,
    pub bookmarks: Bookmarks,
    pub doubled: bool,
    /// How often all watches were ended.
    pub hung_up: u32,
}

impl Faults {
    pub fn arm(&mut self, door: Door, times: usize, fault: Fault) {
        self.armed.push((door, times, fault));
    }

    /// What goes wrong with this answer.
    pub fn take(&mut self, door: Door) -> Vec<Fault> {
        let mut taken = Vec::new();
        for (at, times, fault) in &mut self.armed {
            if *at == door || *at == Door::Any {
                taken.push(*fault);
                *times -= 1;
            }
        }
        self.armed.retain(|(_, times, _)| *times > 0);
        taken
    }
}
