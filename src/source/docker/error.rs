//! Translates refusals of engines and sockets into `model::Error`.

use std::io;
use std::path::Path;

use http::StatusCode;

use crate::model::{Error, Value};

/// The error for a socket that cannot be opened: what is wrong and what to do.
pub fn unreachable(socket: &Path, error: &io::Error) -> Error {
    let shown = socket.display();
    match error.kind() {
        io::ErrorKind::NotFound => Error::Offline(format!("no engine: {shown} does not exist")),
        io::ErrorKind::PermissionDenied => {
            Error::Denied(format!("permission denied on {shown}: join its group (docker on most hosts)"))
        }
        io::ErrorKind::ConnectionRefused => Error::Offline(format!("no engine is running at {shown}")),
        _ => Error::Offline(format!("{shown}: {error}")),
    }
}

/// The error for a broken connection, with its causes. The reason of a TLS failure is the innermost cause.
pub fn broken(error: &dyn std::error::Error) -> Error {
    let causes = std::iter::successors(error.source(), |error| error.source());
    let text = causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"));
    Error::Lost(format!("the connection to the engine broke: {text}"))
}

/// The error for the refusal of an engine.
pub fn refused(status: StatusCode, body: &[u8]) -> Error {
    let said: Option<Value> = serde_json::from_slice(body).ok();
    let text = said.as_ref().and_then(|said| said["message"].as_str()).map(str::to_owned);
    let text = text.unwrap_or_else(|| match std::str::from_utf8(body).unwrap_or_default().trim() {
        "" => format!("the engine answered {status}"),
        text => text.to_owned(),
    });
    let text = text.replace('\n', " ");
    match status.as_u16() {
        401 | 403 => Error::Denied(text),
        404 => Error::Gone(text),
        409 => Error::Conflict(text),
        501 | 405 => Error::Unsupported(text),
        502..=504 => Error::Lost(text),
        _ => Error::Invalid(text),
    }
}
