//! Handles panics. A panic on the terminal's thread ends the program, and the terminal is given back first. A panic on
//! another thread is recorded and reported, and its work begins again; the screen stays.

use std::any::Any;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt;

use super::files;
use crate::model::{Error, Result};

/// The number of panics so far.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// The size, in bytes, at which a new record is begun.
const LARGEST: u64 = 1 << 20;

/// From now on a panic of this thread calls `give_back`. Panics of other threads are only recorded.
pub fn watch(give_back: impl Fn() + Send + Sync + 'static) {
    let (usual, own) = (std::panic::take_hook(), std::thread::current().id());
    std::panic::set_hook(Box::new(move |panic| {
        COUNT.fetch_add(1, Ordering::Relaxed);
        let _ = record(&line(panic));
        if std::thread::current().id() == own {
            give_back();
            usual(panic);
        }
    }));
}

/// The number of panics so far. Two calls tell whether something broke between them.
pub fn count() -> u64 {
    COUNT.load(Ordering::Relaxed)
}

/// The error that reports a panic.
pub fn broke() -> Error {
    let place = path().map(|path| format!(", see {}", path.display())).unwrap_or_default();
    Error::Invalid(format!("a part of spyhop failed, this is a bug{place}; it will be tried again"))
}

/// Runs work. A panic becomes an error.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_: Box<dyn Any + Send>| broke())
}

fn path() -> Option<PathBuf> {
    files::state_dir().map(|dir| dir.join("panics.log"))
}

fn line(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let text = panic.payload().downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.payload().downcast_ref::<String>().cloned()).unwrap_or_default();
    let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
    format!("{} {} {thread} {place}: {}\n", super::now().rfc3339(), env!("CARGO_PKG_VERSION"), spoken(&text))
}

/// The part of a panic's text that may be recorded. Quoted parts are removed, because they may hold secrets.
fn spoken(text: &str) -> String {
    let end = text.find(['"', '\'', '`', '\n']).unwrap_or(text.len());
    text[..end].chars().take(200).filter(|c| !c.is_control()).collect::<String>().trim_end().to_owned()
}

fn record(line: &str) -> std::io::Result<()> {
    let Some(path) = path() else { return Ok(()) };
    if path.metadata().is_ok_and(|data| data.len() >= LARGEST) {
        std::fs::rename(&path, path.with_extension("log.1"))?;
    }
    files::append_private(&path)?.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_panic_quotes_is_not_written_down() {
        assert_eq!(
            spoken("index out of bounds: the len is 3 but the index is 7"),
            "index out of bounds: the len is 3 but the index is 7"
        );
        assert_eq!(
            spoken("byte index 5 is not a char boundary; it is inside 'é' of `hunter2`"),
            "byte index 5 is not a char boundary; it is inside"
        );
        assert_eq!(spoken("called `Option::unwrap()` on a `None` value"), "called");
        assert_eq!(spoken("Invalid(\"password hunter2\")"), "Invalid(");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_is_an_error_of_what_was_done() {
        assert_eq!(caught(async { 7 }).await, Ok(7));
        let failed: Result<()> = caught(async { panic!("no") }).await;
        assert!(failed.unwrap_err().text().starts_with("a part of spyhop failed"));
    }
}
