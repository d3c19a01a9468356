//! GETs to a Prometheus server, and what its answers mean. Redirects are not followed.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kube::client::Body;
use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::kinds::mask;
use crate::model::{Error, Result, text};
use crate::source::meter::Meter;

/// A query may take as long as Prometheus gives it, which is two minutes; nobody waits so long for a column.
const PATIENCE: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);
/// The largest answer, in bytes: a hundred thousand pods take half of it.
const LARGEST: usize = 32 << 20;
/// The most items of a list: short ones would take many times their bytes in memory.
const MOST: usize = 200_000;
/// The longest text of an error, in cells.
const SAID: usize = 300;

pub struct Client {
    pub meter: Arc<Meter>,
    url: Uri,
    /// The address without its password.
    name: String,
    user: Option<(String, String)>,
    line: OnceCell<kube::Client>,
}

/// The envelope of every answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
struct Envelope<T> {
    data: Option<T>,
    #[serde(default)]
    error: String,
}

impl Client {
    /// A client that connects when it is first used. `url` may hold a user and a password.
    pub fn new(url: &str) -> Result<Self> {
        let invalid = |why: &str| Error::Invalid(format!("prometheus = \"{}\": {why}", shown(url)));
        let (user, plain) = parted(url);
        let uri: Uri = plain.trim_end_matches('/').parse().map_err(|_| invalid("is not an address"))?;
        match (uri.scheme_str(), uri.query()) {
            (Some("http" | "https"), None) => {}
            (Some("http" | "https"), Some(_)) => return Err(invalid("leave out what follows the '?'")),
            _ => return Err(invalid("write an address like http://prometheus:9090")),
        }
        Ok(Self {
            meter: Arc::default(),
            url: uri,
            name: shown(url.trim_end_matches('/')),
            user,
            line: OnceCell::new(),
        })
    }

    #[cfg(test)]
    pub fn ready(url: &str, line: kube::Client) -> Self {
        Self { line: OnceCell::new_with(Some(line)), ..Self::new(url).unwrap() }
    }

    /// The `data` of the JSON answer at a path.
    pub async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let body = self.ask(path).await?;
        let unreadable =
            |error: serde_json::Error| self.invalid(format!("answers something else than Prometheus: {error}"));
        let envelope: Envelope<T> = serde_json::from_slice(&body).map_err(unreadable)?;
        envelope.data.ok_or_else(|| self.invalid(format!("answers nothing: {}", envelope.error)))
    }

    /// The body of the answer at a path.
    pub async fn ask(&self, path: &str) -> Result<Vec<u8>> {
        self.meter.ask();
        let asked = timeout(PATIENCE, self.get(path)).await;
        let late = || Error::Offline(format!("no answer from {} for {} s", self.name, PATIENCE.as_secs()));
        asked.unwrap_or_else(|_| Err(late())).inspect_err(|error| self.meter.fail(error))
    }

    async fn get(&self, path: &str) -> Result<Vec<u8>> {
        let request = Request::get(path).header(header::ACCEPT, "application/json").body(Body::empty());
        let request = request.map_err(|error| Error::Invalid(format!("this cannot be asked: {error}")))?;
        let line = self.line.get_or_try_init(|| async { self.connect() }).await?;
        let answer = line.send(request).await.map_err(|error| self.unreachable(&error))?;
        let (head, body) = answer.into_parts();
        if head.status.is_redirection() {
            return Err(self.invalid(format!("redirects to {}, which is not followed", place(&head.headers))));
        }
        let body = Limited::new(body, LARGEST).collect().await;
        let body = body.map_err(|error| self.broken(error.as_ref()))?.to_bytes();
        self.meter.take(body.len());
        if head.status.is_success() { Ok(body.into()) } else { Err(self.refusal(head.status, &body)) }
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

    /// `what` it does, which it should not.
    fn invalid(&self, what: String) -> Error {
        Error::Invalid(format!("{} {}", self.name, said(&what)))
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

    fn broken(&self, error: &(dyn std::error::Error + Send + Sync + 'static)) -> Error {
        match error.is::<LengthLimitError>() {
            true => self.invalid(format!("answers with more than {LARGEST} bytes")),
            false => Error::Offline(format!("the answer of {} was cut off: {error}", self.name)),
        }
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> Error {
        let told = serde_json::from_slice::<Envelope<serde::de::IgnoredAny>>(body).map(|envelope| envelope.error);
        let told = told.ok().filter(|text| !text.is_empty()).unwrap_or_else(|| status.to_string());
        let text = format!("{}: {}", self.name, said(&told));
        match status.as_u16() {
            401 | 403 => Error::Denied(text),
            404 | 405 => Error::Gone(text),
            408 | 429 | 500.. => Error::Offline(text),
            _ => Error::Invalid(text),
        }
    }
}

/// A text of the server as part of an error: on one line, not too long, and without passwords.
fn said(text: &str) -> String {
    let line = text::one_line(&mask::urls(text));
    text::fit(&line, SAID).into_owned()
}

/// Where a redirect leads, without what may be a secret.
fn place(headers: &HeaderMap) -> String {
    let to = headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
    let to = to.split(['?', '#']).next().unwrap_or_default();
    if to.is_empty() { "another address".to_owned() } else { shown(to) }
}

/// A list of not too many items.
pub fn items<'de, D: Deserializer<'de>, T: Deserialize<'de>>(reader: D) -> Result<Vec<T>, D::Error> {
    struct Items<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(item) = list.next_element()? {
                if all.len() == MOST {
                    return Err(A::Error::custom(format_args!("a list has more than {MOST} items")));
                }
                all.push(item);
            }
            Ok(all)
        }
    }
    reader.deserialize_seq(Items(PhantomData))
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
