//! GETs to a Prometheus server, and what its answers mean. Redirects are not followed.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kube::client::Body;
use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use tokio::time::timeout;

use super::READS;
use super::find::Finder;
use crate::model::{Error, Result};
use crate::source::endpoint::direct::{said, shown};
use crate::source::endpoint::{Direct, Endpoint, Inside};
use crate::source::meter::Meter;

/// A query may take as long as Prometheus gives it, which is two minutes; nobody waits so long for a column.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest answer, in bytes: a hundred thousand pods take half of it.
const LARGEST: usize = 32 << 20;
/// The most items of a list: short ones would take many times their bytes in memory.
const MOST: usize = 200_000;

pub struct Client {
    pub meter: Arc<Meter>,
    /// How errors call it.
    name: String,
    way: Way,
}

/// How it is known where the server is.
enum Way {
    /// The configuration says it.
    Told(Endpoint),
    /// It is found in a cluster.
    Found(Finder),
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
    /// A client of the server at an address, which may hold a user and a password.
    pub fn new(url: &str) -> Result<Self> {
        let invalid = |why: &str| Error::Invalid(format!("prometheus = \"{}\": {why}", shown(url)));
        Ok(Self::told(Direct::new(url).map_err(invalid)?))
    }

    fn told(direct: Direct) -> Self {
        let meter = Arc::new(Meter::default());
        let name = direct.name.clone();
        let endpoint = Endpoint::Direct(Box::new(direct));
        meter.reach(endpoint.way());
        Self { meter, name, way: Way::Told(endpoint) }
    }

    /// A client of the server that is found inside of a cluster. `name` is how errors call it.
    pub fn inside(name: String, inside: Inside) -> Self {
        let meter = Arc::new(Meter::default());
        Self { way: Way::Found(Finder::new(inside, meter.clone())), meter, name }
    }

    #[cfg(test)]
    pub fn ready(url: &str, line: kube::Client) -> Self {
        Self::told(Direct::new(url).unwrap().ready(line))
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
        let answer = match &self.way {
            Way::Told(endpoint) => endpoint.send(READS, request).await?,
            Way::Found(finder) => finder.send(request).await?,
        };
        let (head, body) = answer.into_parts();
        if head.status.is_redirection() {
            return Err(self.invalid(format!("redirects to {}, which is not followed", place(&head.headers))));
        }
        let body = Limited::new(body, LARGEST).collect().await;
        let body = body.map_err(|error| self.broken(error.as_ref()))?.to_bytes();
        self.meter.take(body.len());
        if head.status.is_success() { Ok(body.into()) } else { Err(self.refusal(head.status, &body)) }
    }

    /// `what` it does, which it should not.
    fn invalid(&self, what: String) -> Error {
        Error::Invalid(format!("{} {}", self.name, said(&what)))
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
