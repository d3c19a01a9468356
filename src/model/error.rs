//! The failures of the program, one variant for each thing that the user can do about them.

use serde::{Deserialize, Serialize};

use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure. Its text is one line for the status line: what failed and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Error {
    /// The server cannot be reached or does not answer. It may come back by itself.
    Offline(String),
    /// A request got no answer, or a broken one. The server may have done it nevertheless.
    Lost(String),
    /// The user has to log in: the program to run in the terminal (argv), if there is one, and the reason.
    Login { program: Vec<String>, why: String },
    /// The server knows the user and refuses (401, 403), or the gate refuses.
    Denied(String),
    /// The object, or the requested version, no longer exists (404, 410).
    Gone(String),
    /// The kind or the namespace does not exist (404 that is about no object). It may be created later.
    Unserved(String),
    /// Somebody else changed the object first (409).
    Conflict(String),
    /// What was sent, typed or received cannot be understood (400, 422, files, flags).
    Invalid(String),
    /// The server has no such function at all (405, 406, 501, missing API).
    Unsupported(String),
}

impl Error {
    /// The same failure, with `place` in front of its text.
    #[must_use]
    pub fn within(self, place: impl fmt::Display) -> Self {
        self.told_as(|text| format!("{place}: {text}"))
    }

    /// The same failure in other words.
    #[must_use]
    pub fn told_as(self, words: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Offline(text) => Self::Offline(words(text)),
            Self::Lost(text) => Self::Lost(words(text)),
            Self::Login { program, why } => Self::Login { program, why: words(why) },
            Self::Denied(text) => Self::Denied(words(text)),
            Self::Gone(text) => Self::Gone(words(text)),
            Self::Unserved(text) => Self::Unserved(words(text)),
            Self::Conflict(text) => Self::Conflict(words(text)),
            Self::Invalid(text) => Self::Invalid(words(text)),
            Self::Unsupported(text) => Self::Unsupported(words(text)),
        }
    }

    /// The text of the failure.
    pub fn text(&self) -> &str {
        match self {
            Self::Login { why, .. } => why,
            Self::Offline(text)
            | Self::Lost(text)
            | Self::Denied(text)
            | Self::Gone(text)
            | Self::Unserved(text)
            | Self::Conflict(text)
            | Self::Invalid(text)
            | Self::Unsupported(text) => text,
        }
    }

    /// One word for the title line.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Offline(_) | Self::Lost(_) => "offline",
            Self::Login { .. } => "login needed",
            Self::Denied(_) => "denied",
            Self::Gone(_) => "gone",
            Self::Unserved(_) => "not served",
            Self::Conflict(_) => "conflict",
            Self::Invalid(_) => "invalid",
            Self::Unsupported(_) => "unsupported",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl std::error::Error for Error {}
