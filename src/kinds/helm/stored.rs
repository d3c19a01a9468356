//! How helm keeps a release (helm v3 and v4, `pkg/storage/driver`): JSON, compressed, as base64 under one key. What is
//! read is no more than what is shown; templates and the files of a chart are skipped.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::kinds::lens::or_default;
use crate::kinds::mask::KnownSecrets;
use crate::model::{Cell, Error, Result, Value};

/// The type of the Secrets, and what spyhop calls the version of the bodies that it makes of them.
pub const TYPE: &str = "helm.sh/release.v1";
/// The labels of the Secrets and ConfigMaps.
pub const LABELS: &str = "owner=helm";
/// The key of their data.
pub const KEY: &str = "release";

/// The most bytes of a release. Charts compress tenfold, and an object of Kubernetes has 1 MiB at most. More than this is
/// an attack.
const LARGEST: u64 = 16 << 20;
/// The most bytes of a manifest that are read as objects. What is read of short values takes fifty times their bytes.
const LONGEST: usize = 4 << 20;
/// Brackets that are open at the same time. Text with many that are never closed is shown as text.
const DEEPEST: usize = 1000;
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];

/// `web` and 3 from `sh.helm.release.v1.web.v3`.
pub fn named(object: &str) -> Option<(&str, u32)> {
    let (name, revision) = object.strip_prefix("sh.helm.release.v1.")?.rsplit_once(".v")?;
    Some((name, revision.parse().ok()?)).filter(|(name, _)| !name.is_empty())
}

/// The name of the object that keeps a revision.
pub fn object(name: &str, revision: u32) -> String {
    format!("sh.helm.release.v1.{name}.v{revision}")
}

/// The JSON of a release from the text that is kept.
pub fn unpacked(text: &[u8]) -> Result<Vec<u8>> {
    let text = text.trim_ascii();
    let bytes = STANDARD.decode(text).map_err(|_| unreadable("it is not base64"))?;
    if !bytes.starts_with(GZIP) {
        return Ok(bytes);
    }
    let mut out = Vec::new();
    let mut inflated = GzDecoder::new(bytes.as_slice()).take(LARGEST + 1);
    inflated.read_to_end(&mut out).map_err(|error| unreadable(&format!("it cannot be decompressed: {error}")))?;
    match out.len() as u64 > LARGEST {
        true => Err(unreadable("it is larger than 16 MiB")),
        false => Ok(out),
    }
}

/// The text that helm would keep for a release.
pub fn packed(release: &Value) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    // A vector takes everything.
    let _ = out.write_all(release.to_string().as_bytes());
    STANDARD.encode(out.finish().unwrap_or_default()).into_bytes()
}

/// What is secret in the body of a release, or in that of two: values with telling names, and the Secrets among its
/// objects. Charts write them into notes, arguments and ConfigMaps as well.
pub fn secrets(body: &Value) -> KnownSecrets {
    let all = [body, &body["before"], &body["after"]];
    let hooks = all.iter().flat_map(|body| body["hooks"].as_array().into_iter().flatten());
    let manifests = hooks.chain(all).map(|holder| &holder["manifest"]);
    let known = KnownSecrets::below(all.iter().flat_map(|body| ["values", "computed"].map(|key| &body[key])));
    manifests.fold(known, |known, manifest| match manifest {
        Value::String(text) => known.and_secrets(&parsed(text)),
        objects => known.and_secrets(objects),
    })
}

fn unreadable(why: &str) -> Error {
    Error::Invalid(format!("this release cannot be read: {why}"))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Brief {
    #[serde(deserialize_with = "or_default")]
    info: Info,
    #[serde(deserialize_with = "or_default")]
    chart: Chart<Metadata>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    #[serde(deserialize_with = "or_default")]
    description: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chart<M: Default> {
    metadata: Option<M>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    #[serde(deserialize_with = "or_default")]
    name: String,
    #[serde(deserialize_with = "or_default")]
    version: String,
    #[serde(deserialize_with = "or_default")]
    app_version: String,
}

/// The JSON of a release; what is wrong with it is told by its place, not by our types.
fn json<T: DeserializeOwned>(release: &[u8]) -> Result<T> {
    let told = |error: serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        unreadable(&format!("it is not the JSON of a release (line {line}, column {column})"))
    };
    serde_json::from_slice(release).map_err(told)
}

/// The cells that only the body of a release tells.
pub fn cells(release: &[u8]) -> Result<[Cell; 3]> {
    let Brief { info, chart } = json(release)?;
    let Metadata { name, version, app_version } = chart.metadata.unwrap_or_default();
    Ok(super::charts::cells(&name, &version, &app_version, &info.description))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WholeChart {
    metadata: Value,
    values: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Whole {
    name: Value,
    namespace: Value,
    version: Value,
    #[serde(deserialize_with = "or_default")]
    info: serde_json::Map<String, Value>,
    #[serde(deserialize_with = "or_default")]
    chart: WholeChart,
    config: Value,
    #[serde(deserialize_with = "or_default")]
    manifest: String,
    #[serde(deserialize_with = "or_default")]
    hooks: Vec<Value>,
    apply_method: Value,
}

impl Whole {
    /// All values: those of the user over those of the chart.
    fn computed(&self) -> Value {
        // Only helm 4 says how it applied a release.
        let is_of_helm4 = self.apply_method.as_str().is_some_and(|method| !method.is_empty());
        super::computed::computed(&self.chart.values, &self.config, is_of_helm4)
    }
}

/// A release as pages show it: the manifest as the objects that it holds, so that the values of Secrets among them can be
/// masked.
pub fn body(release: &[u8], kind: &str) -> Result<Value> {
    Ok(in_parts(json(release)?, kind))
}

fn in_parts(mut whole: Whole, kind: &str) -> Value {
    let notes = whole.info.shift_remove("notes").unwrap_or_default();
    let hooks = whole.hooks.into_iter().map(hook).collect();
    let parts = [
        ("apiVersion", TYPE.into()),
        ("kind", kind.into()),
        ("metadata", serde_json::json!({"name": whole.name, "namespace": whole.namespace})),
        ("revision", whole.version),
        ("info", Value::Object(whole.info)),
        ("chart", whole.chart.metadata),
        ("applyMethod", whole.apply_method),
        ("values", whole.config),
        ("notes", notes),
        ("manifest", parsed(&whole.manifest)),
        ("hooks", Value::Array(hooks)),
    ];
    let is_empty = |value: &Value| value.is_null() || *value == Value::Array(Vec::new()) || value == "";
    let parts = parts.into_iter().filter(|(_, value)| !is_empty(value));
    Value::Object(parts.map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The same with all values, the chart's own among them, for pages on which two versions are compared: what is secret among
/// those is not to be shown wherever it stands.
pub fn compared(release: &[u8], kind: &str) -> Result<Value> {
    let whole: Whole = json(release)?;
    let computed = whole.computed();
    let mut body = in_parts(whole, kind);
    body["computed"] = computed;
    Ok(body)
}

/// What the texts of a release are made of: `values` of the user, `computed` values, `notes`, `manifest`, and `hooks`
/// with their manifests. Manifests are texts as helm keeps them.
pub fn texts(release: &[u8], kind: &str) -> Result<Value> {
    let whole: Whole = json(release)?;
    Ok(serde_json::json!({
        "apiVersion": TYPE, "kind": kind, "metadata": {"name": whole.name, "namespace": whole.namespace},
        "revision": whole.version,
        "computed": whole.computed(),
        "values": whole.config,
        "notes": whole.info.get("notes").cloned().unwrap_or_default(),
        "manifest": whole.manifest,
        "hooks": whole.hooks,
    }))
}

fn hook(mut hook: Value) -> Value {
    if let Some(manifest) = hook.get_mut("manifest")
        && let Some(text) = manifest.as_str()
    {
        *manifest = parsed(text);
    }
    hook
}

/// The objects in a text of YAML; the text itself where it is none, or where brackets lie deeper than in any manifest:
/// the parser needs a time that grows with the square of their depth.
pub fn parsed(text: &str) -> Value {
    if text.len() > LONGEST {
        // Two such texts are told apart by their sums.
        let (size, sum) = (text.len() >> 20, crc32(text));
        return format!("{size} MiB (checksum {sum:08x}), more than is read here; `helm get manifest` prints it")
            .into();
    }
    if depth(text) > DEEPEST {
        return text.into();
    }
    let all = serde_yaml::Deserializer::from_str(text).map(Value::deserialize);
    let all: Result<Vec<Value>, _> = all.filter(|one| !matches!(one, Ok(Value::Null))).collect();
    all.map_or_else(|_| text.into(), |all| all.into_iter().flat_map(listed).collect())
}

/// The items of a list, as helm reads it, or the object itself. Items of a `SecretList` need not say that they are Secrets.
fn listed(mut object: Value) -> Vec<Value> {
    let kind = object["kind"].as_str().unwrap_or_default();
    let of = kind.strip_suffix("List").filter(|_| object["items"].is_array()).map(str::to_owned);
    let Some((of, Value::Array(items))) = of.map(|of| (of, object["items"].take())) else { return vec![object] };
    let version = object["apiVersion"].take();
    let whole = |mut item: Value| {
        if let (false, Some(fields)) = (of.is_empty(), item.as_object_mut()) {
            fields.entry("apiVersion").or_insert_with(|| version.clone());
            fields.entry("kind").or_insert_with(|| of.clone().into());
        }
        item
    };
    items.into_iter().map(whole).flat_map(listed).collect()
}

fn crc32(text: &str) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(text.as_bytes());
    sum.sum()
}

/// How deep brackets may lie at most, whether or not they are text.
fn depth(text: &str) -> usize {
    let step = |(open, most): (usize, usize), byte: u8| match byte {
        b'[' | b'{' => (open + 1, most.max(open + 1)),
        b']' | b'}' => (open.saturating_sub(1), most),
        _ => (open, most),
    };
    text.bytes().fold((0, 0), step).1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn release() -> Value {
        json!({"name": "web", "namespace": "shop", "version": 3,
            "info": {"status": "deployed", "description": "Rollback to 1", "notes": "Ready.", "deleted": ""},
            "chart": {"metadata": {"name": "web", "version": "0.1.0", "appVersion": "1.0"}, "templates": [{"data": "canary"}]},
            "config": {"password": "hunter2"}, "hooks": null,
            "manifest": "---\n# Source: web\nkind: Secret\ndata: {a: QQ==}\n---\n\n---\nkind: Service\n"})
    }

    #[test]
    fn what_is_packed_can_be_unpacked() {
        let text = packed(&release());
        assert_eq!(serde_json::from_slice::<Value>(&unpacked(&text).unwrap()).unwrap(), release());
        let plain = STANDARD.encode("{\"name\":\"web\"}");
        assert_eq!(unpacked(plain.as_bytes()).unwrap(), b"{\"name\":\"web\"}", "old releases are not compressed");
    }

    #[test]
    fn what_is_broken_is_an_error() {
        let cut = packed(&release());
        let mut bytes = STANDARD.decode(&cut).unwrap();
        bytes.truncate(bytes.len() / 2);
        for text in [b"%%%".to_vec(), STANDARD.encode(bytes).into_bytes()] {
            assert!(matches!(unpacked(&text), Err(Error::Invalid(_))));
        }
        let told = cells(b"7").unwrap_err();
        assert!(told.text().ends_with("not the JSON of a release (line 1, column 1)"), "{told}");
    }

    #[test]
    fn a_manifest_of_brackets_stays_text() {
        let deep = "[".repeat(1 << 20);
        assert_eq!(parsed(&deep), Value::from(deep.as_str()));
        assert_eq!(parsed("a: {b: [c]}\n---\n"), json!([{"a": {"b": ["c"]}}]));
        let large = |end: &str| parsed(&format!("{}{end}", "#\n".repeat(LONGEST)));
        assert!(large("a: 1").is_string() && large("a: 1") != large("a: 2"));
    }

    #[test]
    fn a_list_is_its_items() {
        let list = "apiVersion: v1\nkind: SecretList\nitems:\n- {metadata: {name: a}}\n- {kind: Secret, metadata: {name: b}}\n";
        let items = json!([{"metadata": {"name": "a"}, "apiVersion": "v1", "kind": "Secret"},
            {"kind": "Secret", "metadata": {"name": "b"}, "apiVersion": "v1"}]);
        assert_eq!(parsed(list), items);
        let nested =
            json!({"kind": "List", "items": [{"kind": "List", "items": items}, {"kind": "PriceList", "items": 1}]});
        let all = parsed(&nested.to_string());
        assert_eq!(all.as_array().unwrap().len(), 3);
        assert_eq!(all[2], json!({"kind": "PriceList", "items": 1}), "it only has such a name");
    }

    #[test]
    fn a_bomb_does_not_explode() {
        let mut out = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![0_u8; 1 << 20];
        (0..=LARGEST >> 20).for_each(|_| out.write_all(&zeros).unwrap());
        let text = STANDARD.encode(out.finish().unwrap());
        assert!(text.len() < 1 << 20, "it would fit into a Secret");
        assert!(unpacked(text.as_bytes()).is_err_and(|error| error.text().contains("16 MiB")));
    }

    #[test]
    fn cells_and_body_hold_what_is_shown_and_no_template() {
        let bytes = release().to_string().into_bytes();
        let texts = cells(&bytes).unwrap().map(|cell| cell.to_text(crate::model::Time(0)));
        assert_eq!(texts, ["web-0.1.0", "1.0", "Rollback to 1"]);
        let body = body(&bytes, "Release").unwrap();
        assert_eq!(body["manifest"], json!([{"kind": "Secret", "data": {"a": "QQ=="}}, {"kind": "Service"}]));
        assert_eq!((&body["notes"], &body["revision"], body.get("hooks")), (&json!("Ready."), &json!(3), None));
        assert!(!body.to_string().contains("canary"), "{body}");
        let sparse = cells(b"{\"info\":null,\"chart\":{\"metadata\":null}}").unwrap();
        assert_eq!(sparse, [Cell::None, Cell::None, Cell::None]);
    }

    #[test]
    fn names_of_objects_tell_release_and_revision() {
        assert_eq!(named("sh.helm.release.v1.web.v3"), Some(("web", 3)));
        assert_eq!(named("sh.helm.release.v1.a.v2.b.v10"), Some(("a.v2.b", 10)));
        assert_eq!(named(&object("a.v2", 1)), Some(("a.v2", 1)));
        for other in ["sh.helm.release.v1..v1", "sh.helm.release.v1.web", "sh.helm.release.v1.web.vx", "web.v1"] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
