//! Reads the answer of a credential plugin: the ExecCredential of client.authentication.k8s.io. No message repeats the
//! answer, because it is a secret.

use serde::Deserialize;

use super::kubeconfig::Secret;
use crate::model::{Error, Result, Time};

pub const GROUP: &str = "client.authentication.k8s.io";
/// How long before its end a credential is renewed, in milliseconds. If its life is short, it is renewed in the last
/// quarter.
const MARGIN: i64 = 60_000;

/// A token, or a certificate with its key (PEM), or both.
#[derive(Clone, Debug)]
pub struct Credential {
    pub token: Option<Secret>,
    pub identity: Option<(Secret, Secret)>,
    /// The moment from which a new credential is requested.
    pub renew: Option<Time>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    api_version: Option<String>,
    kind: Option<String>,
    status: Option<Status>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<Secret>,
    client_certificate_data: Option<Secret>,
    client_key_data: Option<Secret>,
    expiration_timestamp: Option<String>,
}

impl Credential {
    /// Reads an answer to a request in `version`. `now` is the moment at which it arrived.
    pub fn read(output: &[u8], version: &str, now: Time) -> Result<Self> {
        let answer = parse(output)?;
        if answer.kind.as_deref() != Some("ExecCredential") {
            return Err(wrong("is not an ExecCredential"));
        }
        if answer.api_version.as_deref() != Some(version) {
            return Err(wrong(&format!("is not in {version}, which the kubeconfig asks for")));
        }
        let status = answer.status.ok_or_else(|| wrong("has no status"))?;
        let filled = |secret: Option<Secret>| secret.filter(|secret| !secret.0.trim().is_empty());
        let token = filled(status.token).map(|token| Secret(token.0.trim().to_owned()));
        let identity = match (filled(status.client_certificate_data), filled(status.client_key_data)) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err(wrong("has a certificate without a key, or a key without a certificate"));
            }
        };
        if token.is_none() && identity.is_none() {
            return Err(wrong("has neither a token nor a certificate"));
        }
        let renew =
            status.expiration_timestamp.filter(|text| !text.is_empty()).map(|text| renewal(&text, now)).transpose()?;
        Ok(Self { token, identity, renew })
    }

    pub fn is_due(&self, now: Time) -> bool {
        self.renew.is_some_and(|renew| now >= renew)
    }
}

/// The answer may be JSON or YAML, as in client-go.
fn parse(output: &[u8]) -> Result<Answer> {
    if output.trim_ascii().is_empty() {
        return Err(wrong("is empty"));
    }
    if output.trim_ascii().starts_with(b"{") {
        return serde_json::from_slice(output)
            .map_err(|error| wrong(&format!("is not valid JSON (line {}, column {})", error.line(), error.column())));
    }
    serde_yaml::from_slice(output).map_err(|_| wrong("is neither JSON nor YAML of an ExecCredential"))
}

fn wrong(what: &str) -> Error {
    Error::Invalid(format!("its answer {what}"))
}

fn renewal(text: &str, now: Time) -> Result<Time> {
    let end = Time::parse(text).ok_or_else(|| wrong("has an expirationTimestamp that is not an RFC 3339 time"))?;
    let margin = MARGIN.min(end.since(now) / 4);
    Ok(end.plus_millis(-margin))
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "client.authentication.k8s.io/v1";

    fn read(status: &str) -> Result<Credential> {
        let text = format!(r#"{{"apiVersion":"{V1}","kind":"ExecCredential","status":{status}}}"#);
        Credential::read(text.as_bytes(), V1, Time::from_secs(0))
    }

    #[test]
    fn it_is_renewed_a_little_before_it_expires() {
        let renew = |end| read(&format!(r#"{{"token":"t","expirationTimestamp":"{end}"}}"#)).unwrap().renew;
        assert_eq!(renew("1970-01-01T01:00:00Z"), Some(Time::from_secs(3540)));
        assert_eq!(renew("1970-01-01T00:00:40Z"), Some(Time::from_secs(30)));
        assert_eq!(renew("1969-12-31T00:00:00Z"), Some(Time::from_secs(-86_400)));
        assert_eq!(read(r#"{"token":" t\n"}"#).unwrap().token, Some(Secret("t".to_owned())));
    }

    #[test]
    fn a_wrong_answer_is_named_but_not_repeated() {
        for (text, word) in [
            ("", "empty"),
            (r#"{"kind":"ExecCredential","status":{"token":"hunter2""#, "JSON"),
            (r#"{"kind":"ExecCredential","status":"hunter2"}"#, "JSON"),
            (r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}"#, V1),
            ("hunter2", "YAML"),
            (r#"{"kind":"hunter2"}"#, "not an ExecCredential"),
        ] {
            let error = Credential::read(text.as_bytes(), V1, Time::default()).unwrap_err();
            assert!(error.text().contains(word) && !error.text().contains("hunter2"), "{error}");
        }
        assert!(read(r#"{"clientCertificateData":"c"}"#).unwrap_err().text().contains("without a key"));
        assert!(read("{}").unwrap_err().text().contains("neither"));
        assert!(!format!("{:?}", read(r#"{"token":"hunter2"}"#)).contains("hunter2"));
    }

    #[test]
    fn yaml_is_taken_too() {
        let text = format!("apiVersion: {V1}\nkind: ExecCredential\nstatus: {{token: t}}\n");
        assert!(Credential::read(text.as_bytes(), V1, Time::default()).is_ok());
    }
}
