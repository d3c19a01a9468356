//! Verbs without a screen: the same table, the same policy, the same gate. Each object is judged by itself, and what
//! comes of it is told.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, IsTerminal, Write};

use futures::future::join_all;
use serde_json::Value;

use super::aim::Aim;
use super::beside::{Shared, together};
use super::kinds;
use super::object::{meant, uid};
use super::order::{ActArgs, Order};
use super::print::{note, written};
use super::wait::Leaving;
use super::words::{self, Target};
use crate::app::acts::{must, noun, shell};
use crate::kinds::verbs;
use crate::model::{Args, Error, Id, KindRef, Object, Reads, Reply, Request, Result, Str, Until, Verb, What};

/// What an order comes to in one place.
pub struct Task {
    pub aim: Aim,
    verb: &'static Verb,
    args: Args,
    /// The objects, each with its body if the verb needs it.
    found: Vec<(Object, Value)>,
    /// The objects that are not there or must not be touched, by name.
    pub refused: Vec<(Str, Error)>,
    /// What is said begins with this.
    who: String,
}

/// Does it to each object, in each place, and says what came of it; the error counts the failures.
pub async fn act(order: &Order, words: &[String], aims: Vec<Aim>, out: &mut impl Write) -> Result<()> {
    let several = aims.len() > 1;
    // Everything is known, allowed and agreed to in each place before anything is done in one.
    let mut tasks = Vec::new();
    for aim in aims {
        let who = if several { format!("{} ", aim.place.name) } else { String::new() };
        tasks.push(task(order, words, aim, who).await?);
    }
    if several && let Some((aim, error)) = tasks.iter().find_map(|task| Some((&task.aim, &task.refused.first()?.1))) {
        return Err(Error::Invalid(format!("{}: {error}; nothing was done", aim.place.name)));
    }
    tasks.iter().try_for_each(|task| task.agreed(&order.act))?;
    let names: Vec<(Str, &str)> =
        tasks.iter().map(|task| (task.aim.place.name.clone(), task.aim.place.family.sources.many)).collect();
    let out = RefCell::new(out);
    let all = tasks.into_iter().map(|task| task.done(order, &out));
    together(&names, join_all(all).await)
}

/// Who is meant, and what for. A word that is wrong ends it; an object that is not there, or that must not be touched, is
/// refused by itself.
async fn task(order: &Order, words: &[String], aim: Aim, who: String) -> Result<Task> {
    let kind = kinds::kind(&words::kind_of(&order.act.kind), &aim).await?;
    let verb = own(kind, order.name)?;
    let (names, changes) = words::changes(verb.changes, &order.act.kind, words)?;
    let mut ids = Vec::new();
    for Target { word, names } in words::targets(&order.act.kind, names.iter())? {
        let kind = kinds::kind(&word, &aim).await?;
        if own(kind, order.name)? != verb {
            return Err(Error::Invalid(format!(
                "to {} {} is another act: name one kind at a time",
                verb.name, kind.name
            )));
        }
        if names.is_empty() {
            return Err(Error::Invalid(format!("name the {} to {}", kind.name, verb.name)));
        }
        ids.extend(self::ids(kind, &names, &aim)?);
    }
    ids.iter().try_for_each(Id::check)?;
    // What is named twice is done once.
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    let args = order.args(verb, &changes)?;
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for id in ids {
        match meant(id.clone(), verb, &aim).await {
            Ok(object) => found.push(object),
            Err(error) => refused.push((id.title(), error)),
        }
    }
    Ok(Task { aim, verb, args, found, refused, who })
}

fn own(kind: KindRef, name: &str) -> Result<&'static Verb> {
    verbs::own(kind, name).ok_or_else(|| Error::Unsupported(format!("{name} does not work on {}", kind.name)))
}

fn ids(kind: KindRef, names: &[String], aim: &Aim) -> Result<Vec<Id>> {
    let namespace: Str = match (kind.address.namespaced, &aim.namespace) {
        (false, _) => Str::new(),
        (true, Some(namespace)) => namespace.as_str().into(),
        (true, None) => return Err(Error::Invalid("this needs one namespace: -n NAME instead of -A".to_owned())),
    };
    let id = |name: &String| Id::new(aim.at, kind, namespace.clone(), name.as_str());
    Ok(names.iter().map(id).collect())
}

impl Task {
    /// Asks where that is needed, before anything is done.
    fn agreed(&self, act: &ActArgs) -> Result<()> {
        if act.dry_run || self.found.is_empty() {
            return Ok(());
        }
        let objects: Vec<Object> = self.found.iter().map(|(object, _)| object.clone()).collect();
        self.confirmed(&objects, act)
    }

    /// Does what was agreed to.
    async fn done(self, order: &Order, out: &RefCell<&mut impl Write>) -> Result<()> {
        let out = &mut Shared(out);
        let all = self.found.len() + self.refused.len();
        let mut failed = Vec::new();
        for (name, error) in &self.refused {
            failed.push(self.failed(name, error, all));
        }
        // What was agreed to is done, also if it cannot be told.
        let (mut leaving, mut told) = (Vec::new(), Ok(()));
        let dry = order.act.dry_run;
        for (object, body) in &self.found {
            match self.one(object, body, dry).await {
                Ok(reply) => {
                    warn(&reply);
                    match Leaving::new(self.verb, object, &reply).filter(|_| !dry) {
                        Some(left) => leaving.push(left),
                        None => told = told.and(written(self.said(object, &reply, dry, out))),
                    }
                }
                Err(error) => failed.push(self.failed(&object.id.name, &error, all)),
            }
        }
        for leaving in &mut leaving {
            match self.left(leaving, order.waits).await {
                Ok(line) => told = told.and(written(writeln!(out, "{line}"))),
                Err(error) => failed.push(self.failed(&leaving.object.id.name, &error, all)),
            }
        }
        match failed.len() {
            0 => told,
            // It was not told before.
            1 if all == 1 => failed.pop().map_or(Ok(()), Err),
            n => Err(Error::Invalid(format!("{n} of {all} failed"))),
        }
    }

    /// Tells a failure, if there are other objects.
    fn failed(&self, name: &str, error: &Error, all: usize) -> Error {
        if all > 1 {
            note(format_args!("spyhop: {}{} {name}: {error}", self.who, self.verb.name));
        }
        error.clone()
    }

    async fn one(&self, object: &Object, body: &Value, dry: bool) -> Result<Reply> {
        let fresh = match self.verb.act.reads {
            Reads::Again => Some(self.again(object).await?),
            Reads::Nothing | Reads::Once => None,
        };
        let body = fresh.as_ref().unwrap_or(body);
        let request = self.verb.act.request(object, body, &self.args, crate::runtime::now())?;
        self.aim.request(Request { dry, ..request }).await
    }

    /// The body of the same object, as it is now.
    async fn again(&self, object: &Object) -> Result<Value> {
        let body = self.aim.request(Request::new(object.id.clone(), What::Get)).await?.body;
        match uid(&body) == object.uid.to_string() {
            true => Ok(body),
            false => Err(Error::Gone(format!("{} is another object by now", object.id.name))),
        }
    }

    /// The line that an object is gone, once it is; or, where nobody waits for that, what holds it.
    async fn left(&self, leaving: &mut Leaving, waits: bool) -> Result<String> {
        let name = words::called(&leaving.object.id);
        if !waits {
            return Ok(format!("{name} is being deleted: {}", leaving.why()));
        }
        leaving.gone(&self.aim).await?;
        Ok(format!("{name} {}", self.verb.words.done(&self.args)))
    }

    fn said(&self, object: &Object, reply: &Reply, dry: bool, out: &mut impl Write) -> io::Result<()> {
        let name = reply.body.pointer("/metadata/name").and_then(Value::as_str).filter(|name| *name != object.id.name);
        let made = name.map(|name| format!(": {name}")).unwrap_or_default();
        let dry = if dry { " (dry run)" } else { "" };
        let done = match self.verb.until {
            // A controller does it, and nobody waits for that here.
            Until::Empties(_) | Until::Ends { .. } => format!("{} requested", self.verb.name),
            Until::Told | Until::Gone | Until::Ready | Until::Shows(_) => self.verb.words.done(&self.args),
        };
        writeln!(out, "{}{} {done}{made}{dry}", self.who, words::called(&object.id))
    }

    /// What a question says on the screen as well: which objects, what it changes, and the same as lines for a shell.
    fn told(&self) -> Vec<String> {
        let Self { aim, verb, args, found, .. } = self;
        let ids: Vec<Id> = found.iter().map(|(object, _)| object.id.clone()).collect();
        let names = ids.iter().map(|id| crate::app::store::path(id).to_string());
        let preview = found.first().map(|(object, body)| (verb.preview)(object, body, args)).unwrap_or_default();
        let request = || {
            let [(object, body)] = found.as_slice() else { return None };
            verb.act.request(object, body, args, crate::runtime::now()).ok()
        };
        let lines = shell::lines(verb, &ids, args, request, |_| Some(&aim.place));
        names.chain(preview).chain(lines).collect()
    }

    /// Asks on the terminal, unless the command line has answered already.
    fn confirmed(&self, objects: &[Object], act: &ActArgs) -> Result<()> {
        let Self { aim, verb, args, .. } = self;
        let must = must(aim.policy.confirm(aim.at), verb, objects, &aim.place.name);
        let given = match &must {
            Some(must) => act.confirm.as_deref() == Some(must.as_str()),
            None => act.yes,
        };
        if given {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            return Err(Error::Invalid(match &must {
                Some(must) => format!("{} needs --confirm '{must}' here; --yes is not enough", aim.place.name),
                None => format!("{} needs a confirmation: use --yes", verb.name),
            }));
        }
        let (question, wanted) = match &must {
            Some(must) => (format!("type '{must}' to continue: "), vec![must.as_str()]),
            None => ("continue? [y/N] ".to_owned(), vec!["y", "Y", "yes"]),
        };
        let title = format!("{} {} in {}:", verb.words.ask(args), noun(objects), aim.place.name);
        let told = self.told().into_iter().map(|line| format!("  {line}"));
        let text = std::iter::once(title).chain(told).chain([question]).collect::<Vec<_>>().join("\n");
        match wanted.contains(&aim.answer_to(&text)?.as_str()) {
            true => Ok(()),
            false => Err(Error::Invalid("nothing was done".to_owned())),
        }
    }
}

fn warn(reply: &Reply) {
    reply.warnings.iter().for_each(|warning| note(format_args!("warning: {warning}")));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures::future::{self, BoxFuture, FutureExt};
    use futures::stream::{self, BoxStream, StreamExt};

    use super::*;
    use crate::app::policy::Policy;
    use crate::kinds::{self, kube};
    use crate::model::{Delta, Door, Input, Place, Query, SourceId, Version};
    use crate::runtime::audit::Audit;
    use crate::runtime::gate::Gate;
    use crate::source::Source;

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

    #[tokio::test(flavor = "multi_thread")]
    async fn a_name_that_is_none_is_refused_before_anything_is_asked() {
        let source = Arc::new(Counting::default());
        let mut writes = Policy::default();
        writes.guard(SourceId(1), "prod", crate::config::Guard::default());
        let place = Place { namespace: "shop".into(), ..Place::new(SourceId(1), "prod", &kube::FAMILY) };
        let aim = Aim::new(&place, source.clone(), Duration::from_secs(1));
        let aim = aim.under(writes, Gate::new(Audit::new(None), &[]));
        let mut tried = 0;
        for kind in kinds::all().filter(|kind| !matches!(kind.door, Door::Own)) {
            for verb in kind.verbs {
                for bad in ["", ".", "..", "a//b", "a/", "/", "a%2Fb"] {
                    let word = format!("{}/{}", kind.family.name, kind.name);
                    let words = vec![bad.to_owned(), "x=y".to_owned()];
                    let confirm = Some(bad.to_owned());
                    let act = ActArgs { kind: word, words: words.clone(), yes: true, confirm, dry_run: false };
                    let needed = verb.flags.iter().filter(|flag| flag.required);
                    let given = needed.fold(Args::default(), |args, flag| args.with(flag.name, "3"));
                    let order = Order { name: verb.name, given, waits: true, act };
                    let done = super::act(&order, &words, vec![aim.clone()], &mut Vec::new()).await;
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
