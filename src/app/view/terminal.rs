//! Where one looks into a session.

use crate::model::{SessionId, SourceId, Str};

#[derive(Debug)]
pub struct Terminal {
    pub session: SessionId,
    pub at: SourceId,
    /// `shell web/app`, for the crumbs.
    pub title: Str,
}
