//! A server at an address that the user wrote, perhaps with a user and a password.

use std::time::Duration;

use http::{Request, Response, Uri};
use kube::client::Body;
use tokio::sync::OnceCell;

use crate::kinds::mask;
use crate::model::{Error, Result, text};

const CONNECT: Duration = Duration::from_secs(5);
/// The longest text of an error, in cells.
const SAID: usize = 300;

pub struct Direct {
    url: Uri,
    /// The address without its password.
    pub name: String,
    user: Option<(String, String)>,
    line: OnceCell<kube::Client>,
}

impl Direct {
    /// An address, or what is wrong with it. It connects when it is first used.
    pub fn new(url: &str) -> Result<Self, &'static str> {
        let (user, plain) = parted(url);
        let uri: Uri = plain.trim_end_matches('/').parse().map_err(|_| "is not an address")?;
        match (uri.scheme_str(), uri.query()) {
            (Some("http" | "https"), None) => {}
            (Some("http" | "https"), Some(_)) => return Err("leave out what follows the '?'"),
            _ => return Err("write an address like http://prometheus:9090"),
        }
        Ok(Self { url: uri, name: shown(url.trim_end_matches('/')), user, line: OnceCell::new() })
    }

    /// With a connection that exists already.
    #[cfg(test)]
    pub fn ready(self, line: kube::Client) -> Self {
        Self { line: OnceCell::new_with(Some(line)), ..self }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Result<Response<Body>> {
        let line = self.line.get_or_try_init(|| async { self.connect() }).await?;
        line.send(request).await.map_err(|error| self.unreachable(&error))
    }

    fn connect(&self) -> Result<kube::Client> {
        let mut config = kube::Config::new(self.url.clone());
        config.default_retry = false;
        config.connect_timeout = Some(CONNECT);
        config.read_timeout = None;
        if let Some((name, password)) = &self.user {
            config.auth_info.username = Some(name.clone());
            config.auth_info.password = Some(password.clone().into());
        }
        kube::Client::try_from(config).map_err(|error| Error::Invalid(format!("{}: {error}", self.name)))
    }

    fn unreachable(&self, error: &kube::Error) -> Error {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            text = inner.to_string();
            cause = inner.source();
        }
        Error::Offline(format!("cannot reach {}: {}", self.name, said(&text)))
    }
}

/// A text of the server as part of an error: on one line, not too long, and without passwords.
pub fn said(text: &str) -> String {
    let line = text::one_line(&mask::urls(text));
    text::fit(&line, SAID).into_owned()
}

/// The user with the password of an address, and the address without them.
fn parted(url: &str) -> (Option<(String, String)>, String) {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let Some(login) = mask::login(rest).map(|end| &rest[..end]) else { return (None, url.to_owned()) };
    let (name, password) = login.split_once(':').unwrap_or((login, ""));
    let plain = format!("{scheme}://{}", &rest[login.len() + 1..]);
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    (Some((decoded(name), decoded(password))), plain)
}

/// The address without user and password.
pub fn shown(url: &str) -> String {
    match parted(url) {
        (None, plain) => mask::urls(&plain).into_owned(),
        (Some(_), plain) => mask::urls(&plain).replacen("://", &format!("://{}@", mask::MASK), 1),
    }
}
