//! Verbs without a screen: the same table, the same policy, the same gate.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::get;
use super::wait::Leaving;
use super::words::{self, Target};
use crate::app::acts::{must, noun};
use crate::app::policy::Policy;
use crate::app::view::Contexts;
use crate::kinds::verbs;
use crate::model::{self, Error, Health, Id, KindRef, Object, Reply, Request, Result, SourceId, Str, Verb, What};
use crate::runtime::gate::Gate;
use crate::source::Source;

/// Which objects, and how to be asked.
#[derive(Debug, Args)]
pub struct ActArgs {
    /// The kind: pods, deploy, deployments.apps, ...; or KIND/NAME
    pub kind: String,
    /// Names; for images CONTAINER=IMAGE and for labels KEY=VALUE or KEY- after them
    pub words: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// The text that the configuration requires before a destructive act
    #[arg(long, value_name = "TEXT")]
    pub confirm: Option<String>,
    /// Try it on the server without changing anything
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct DeleteArgs {
    #[command(flatten)]
    pub act: ActArgs,
    /// Grace period in seconds
    #[arg(long, value_name = "SECONDS")]
    pub grace: Option<u32>,
    /// What to do with the objects that it owns
    #[arg(long, value_name = "POLICY", value_parser = ["background", "foreground", "orphan"])]
    pub propagation: Option<String>,
    /// Delete at once, without a grace period
    #[arg(long)]
    pub force: bool,
    /// Wait until the objects are gone; false: only until the server accepts
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = true,
          default_missing_value = "true", action = clap::ArgAction::Set)]
    pub wait: bool,
}

#[derive(Debug, Args)]
pub struct ScaleArgs {
    #[command(flatten)]
    pub act: ActArgs,
    #[arg(long, value_name = "N")]
    pub replicas: u32,
}

/// Whether to return only when the effect is there; it is said where not.
const WAIT: &str = "wait";

/// A verb, what it is given, and the words that came with it.
pub struct Order<'a> {
    pub verb: &'static Verb,
    pub args: model::Args,
    pub act: &'a ActArgs,
}

impl DeleteArgs {
    pub fn order(&self) -> Order<'_> {
        let mut args = model::Args::default().with("force", if self.force { "true" } else { "false" });
        if !self.wait {
            args = args.with(WAIT, "false");
        }
        if let Some(secs) = self.grace {
            args = args.with("grace", secs.to_string());
        }
        if let Some(policy) = &self.propagation {
            args = args.with("propagation", policy.as_str());
        }
        Order { verb: &verbs::DELETE, args, act: &self.act }
    }
}

impl ScaleArgs {
    pub fn order(&self) -> Order<'_> {
        let args = model::Args::default().with("replicas", self.replicas.to_string());
        Order { verb: &verbs::SCALE, args, act: &self.act }
    }
}

/// Where it is done, and by whose leave.
pub struct Door {
    pub source: Arc<dyn Source>,
    pub at: SourceId,
    /// `None` for all namespaces.
    pub namespace: Option<String>,
    pub patience: Duration,
    pub context: Str,
    pub policy: Policy,
    pub gate: Gate,
}

impl Door {
    pub fn aim(&self) -> get::Aim<'_> {
        get::Aim {
            source: self.source.as_ref(),
            at: self.at,
            contexts: Contexts::default(),
            namespace: self.namespace.clone(),
            patience: self.patience,
        }
    }
}

/// What was meant by the words that are no names.
pub fn given(verb: &Verb, args: model::Args, changes: &[String]) -> model::Args {
    if [verbs::LABEL.name, verbs::ANNOTATE.name].contains(&verb.name) {
        return verbs::changes(changes);
    }
    let pairs = changes.iter().filter_map(|word| word.split_once('='));
    pairs.fold(args, |args, (name, value)| args.with(name, value))
}

/// Does it to each object, and says what came of it; the error counts the failures.
pub async fn act(order: Order<'_>, door: &Door, out: &mut impl Write) -> Result<()> {
    let Order { verb, args, act } = order;
    let (names, changes) = words::changes(verb, &act.kind, &act.words)?;
    let mut ids = Vec::new();
    for Target { word, names } in words::targets(&act.kind, names.iter())? {
        let kind = get::kind(&word, &door.aim()).await?;
        if !kind.verbs.contains(&verb) {
            return Err(Error::Unsupported(format!("{} does not work on {}", verb.name, kind.name)));
        }
        if names.is_empty() {
            return Err(Error::Invalid(format!("name the {} to {}", kind.name, verb.name)));
        }
        ids.extend(self::ids(kind, &names, door)?);
    }
    let args = given(verb, args, &changes);
    ids.iter().try_for_each(|id| id.check().and_then(|()| door.policy.touch(id, verb.name)))?;
    let mut found = Vec::new();
    for id in &ids {
        found.push(read(id, door).await?);
    }
    carry_out(verb, &args, found, act, door, out).await
}

/// The same once the objects are known.
pub async fn carry_out(
    verb: &Verb,
    args: &model::Args,
    found: Vec<(Object, Value)>,
    act: &ActArgs,
    door: &Door,
    out: &mut impl Write,
) -> Result<()> {
    agreed(verb, args, &found, act, door)?;
    done(verb, args, found, act, door, "", out).await
}

/// Asks where that is needed, before anything is done.
pub fn agreed(verb: &Verb, args: &model::Args, found: &[(Object, Value)], act: &ActArgs, door: &Door) -> Result<()> {
    if act.dry_run {
        return Ok(());
    }
    let objects: Vec<Object> = found.iter().map(|(object, _)| object.clone()).collect();
    confirmed(verb, args, &objects, act, door)
}

/// Does what was agreed to. What is said begins with `who`.
pub async fn done(
    verb: &Verb,
    args: &model::Args,
    found: Vec<(Object, Value)>,
    act: &ActArgs,
    door: &Door,
    who: &str,
    out: &mut impl Write,
) -> Result<()> {
    let all = found.len();
    let mut failed = 0;
    let mut leaving = Vec::new();
    for (object, body) in found {
        let told = match one(verb, args, &object, &body, act.dry_run, door).await {
            Ok(reply) if !act.dry_run && Leaving::new(verb, &object, &reply).is_some() => {
                warn(&reply).map(|()| leaving.extend(Leaving::new(verb, &object, &reply)))
            }
            Ok(reply) => write!(out, "{who}").and_then(|()| said(verb, args, &object, &reply, act.dry_run, out)),
            Err(error) => {
                failed += 1;
                writeln!(io::stderr(), "spyhop: {who}{} {}: {error}", verb.name, object.id.name)
            }
        };
        told.map_err(get::unwritten)?;
    }
    for object in leaving {
        failed += usize::from(!left(verb, args, object, door, out).await?);
    }
    match failed {
        0 => Ok(()),
        n => Err(Error::Invalid(format!("{n} of {all} failed"))),
    }
}

fn ids(kind: KindRef, names: &[String], door: &Door) -> Result<Vec<Id>> {
    let namespace: Str = match (kind.address.namespaced, &door.namespace) {
        (false, _) => Str::new(),
        (true, Some(namespace)) => namespace.as_str().into(),
        (true, None) => return Err(Error::Invalid("this needs one namespace: -n NAME instead of -A".to_owned())),
    };
    let id = |name: &String| Id::new(door.at, kind, namespace.clone(), name.as_str());
    Ok(names.iter().map(id).collect())
}

pub async fn call(request: Request, door: &Door) -> Result<Reply> {
    let late = |_| Error::Lost(format!("no answer after {} s", door.patience.as_secs()));
    let reply = door.gate.call(door.source.clone(), request);
    tokio::time::timeout(door.patience, reply).await.map_err(late)?
}

/// The object as it is, and the row that stands for it.
async fn read(id: &Id, door: &Door) -> Result<(Object, Value)> {
    let body = call(Request::new(id.clone(), What::Get), door).await?.body;
    let uid = body.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default().into();
    let (labels, owner, health, link) = (Str::new(), Str::new(), Health::Unknown, None);
    Ok((Object { id: id.clone(), uid, health, cells: Box::default(), labels, owner, link }, body))
}

async fn one(verb: &Verb, args: &model::Args, object: &Object, body: &Value, dry: bool, door: &Door) -> Result<Reply> {
    let request = verb.act.request(object, body, args, crate::runtime::now())?;
    call(Request { dry, ..request }, door).await
}

/// Says that an object is gone, once it is; or, where nobody waits for that, what holds it. False when that cannot be
/// known.
async fn left(
    verb: &Verb,
    args: &model::Args,
    mut leaving: Leaving,
    door: &Door,
    out: &mut impl Write,
) -> Result<bool> {
    let name = format!("{}/{}", leaving.object.id.kind.resource(), leaving.object.id.name);
    let line = match args.text(WAIT) == "false" {
        true => format!("{name} is being deleted: {}", leaving.why()),
        false => match leaving.gone(door).await {
            Ok(()) => format!("{name} {}", (verb.done)(args)),
            Err(error) => {
                writeln!(io::stderr(), "spyhop: {} {}: {error}", verb.name, leaving.object.id.name)
                    .map_err(get::unwritten)?;
                return Ok(false);
            }
        },
    };
    writeln!(out, "{line}").map(|()| true).map_err(get::unwritten)
}

fn warn(reply: &Reply) -> io::Result<()> {
    reply.warnings.iter().try_for_each(|warning| writeln!(io::stderr(), "warning: {warning}"))
}

fn said(
    verb: &Verb,
    args: &model::Args,
    object: &Object,
    reply: &Reply,
    dry: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    warn(reply)?;
    let name = reply.body.pointer("/metadata/name").and_then(Value::as_str).filter(|name| *name != object.id.name);
    let made = name.map(|name| format!(": {name}")).unwrap_or_default();
    let dry = if dry { " (dry run)" } else { "" };
    writeln!(out, "{}/{} {}{made}{dry}", object.id.kind.resource(), object.id.name, (verb.done)(args))
}

/// Asks on the terminal, unless the command line has answered already.
fn confirmed(verb: &Verb, args: &model::Args, objects: &[Object], act: &ActArgs, door: &Door) -> Result<()> {
    let must = must(door.policy.confirm(door.at), verb, objects, &door.context);
    let given = match &must {
        Some(must) => act.confirm.as_deref() == Some(must.as_str()),
        None => act.yes,
    };
    if given {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Error::Invalid(match &must {
            Some(must) => format!("{} needs --confirm '{must}' here; --yes is not enough", door.context),
            None => format!("{} needs a confirmation: use --yes", verb.name),
        }));
    }
    let failed = |error: io::Error| Error::Invalid(format!("could not ask: {error}"));
    let (question, wanted) = match &must {
        Some(must) => (format!("type '{must}' to continue: "), vec![must.as_str()]),
        None => ("continue? [y/N] ".to_owned(), vec!["y", "Y", "yes"]),
    };
    let mut ask = io::stderr();
    writeln!(ask, "{} {} in {}:", (verb.ask)(args), noun(objects), door.context).map_err(failed)?;
    for object in objects {
        writeln!(ask, "  {}", crate::app::store::path(&object.id)).map_err(failed)?;
    }
    write!(ask, "{question}").and_then(|()| ask.flush()).map_err(failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    match wanted.contains(&answer.trim()) {
        true => Ok(()),
        false => Err(Error::Invalid("nothing was done".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::{self, BoxFuture, FutureExt};
    use futures::stream::{self, BoxStream, StreamExt};

    use super::*;
    use crate::kinds;
    use crate::model::{Delta, Door as Asked, Input, Query, Version};
    use crate::runtime::audit::Audit;

    /// Counts what it is called for; it serves what is built in.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Source for Counting {
        fn open(&self, _: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
            stream::empty().boxed()
        }

        fn call(&self, _: Request) -> BoxFuture<'static, Result<Reply>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            future::ready(Ok(Reply::default())).boxed()
        }

        fn session(&self, _: Query, _: tokio::sync::mpsc::Receiver<Input>) -> BoxStream<'static, Result<Delta>> {
            stream::empty().boxed()
        }
    }

    #[tokio::test]
    async fn a_name_that_is_none_is_refused_before_anything_is_asked() {
        let source = Arc::new(Counting::default());
        let mut writes = Policy::default();
        writes.guard(SourceId(1), "prod", crate::config::Guard::default());
        let door = |namespace: &str| Door {
            source: source.clone(),
            at: SourceId(1),
            namespace: Some(namespace.to_owned()),
            patience: Duration::from_secs(1),
            context: "prod".into(),
            policy: writes.clone(),
            gate: Gate::new(Audit::new(None), &[]),
        };
        let mut tried = 0;
        for kind in kinds::all().filter(|kind| !matches!(kind.door, Asked::Own)) {
            for verb in kind.verbs {
                for bad in ["", ".", "..", "a//b", "a/", "/", "a%2Fb"] {
                    let word = format!("{}/{}", kind.family.name, kind.name);
                    let words = vec![bad.to_owned(), "x=y".to_owned()];
                    let act = ActArgs { kind: word, words, yes: true, confirm: Some(bad.to_owned()), dry_run: false };
                    let order = Order { verb, args: model::Args::default().with("replicas", "3"), act: &act };
                    let done = super::act(order, &door("shop"), &mut Vec::new()).await;
                    let told = done.map_err(|error| error.text().to_owned());
                    let named = told.as_ref().is_err_and(|text| text.contains("name"));
                    assert!(named, "{} {} '{bad}': {told:?}", verb.name, kind.name);
                    tried += 1;
                }
            }
        }
        assert!(tried > 100, "only {tried} were tried");
        assert_eq!(source.0.load(Ordering::Relaxed), 0);
    }
}
