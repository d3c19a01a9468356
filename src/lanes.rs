//! Runs pure work on several threads. All threads have ended when the call returns, and the result does not depend on
//! the number of threads.

use std::ops::Range;
use std::sync::OnceLock;

/// The most threads that are used. With more threads, memory is the limit and nothing gets faster.
const MOST: usize = 4;

static HERE: OnceLock<u32> = OnceLock::new();

/// Lets this process run as many pieces as another one did. The result is false if it already runs another number.
pub fn repeat(count: u32) -> bool {
    let count = count.clamp(1, MOST as u32);
    *HERE.get_or_init(|| count) == count
}

/// The number of pieces that run at the same time.
pub fn count() -> u32 {
    *HERE.get_or_init(|| std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST) as u32))
}

/// Applies `work` to the numbers of a range and returns the results in the order of the numbers. The range is cut into
/// pieces of `length` numbers. The first piece runs on the calling thread, each other piece on a thread of its own.
/// Panics where `work` does.
pub fn run<T: Send>(range: Range<u32>, length: u32, work: &(impl Fn(Range<u32>) -> Vec<T> + Sync)) -> Vec<T> {
    let piece = |start: u32| start..start.saturating_add(length).min(range.end);
    let mut pieces = range.clone().step_by(length.max(1) as usize).map(piece);
    let Some(first) = pieces.next() else { return Vec::new() };
    std::thread::scope(|scope| {
        let others: Vec<_> = pieces.map(|piece| scope.spawn(|| work(piece))).collect();
        let mut done = work(first);
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_in_order() {
        for (range, length) in [(0..0, 5), (3..4, 5), (0..10, 5), (2..23, 5), (0..7, 1), (0..3, 0)] {
            let done = run(range.clone(), length.max(1), &|piece| piece.map(|n| n * 2).collect());
            assert_eq!(done, range.map(|n| n * 2).collect::<Vec<_>>());
        }
        assert!(count() >= 1 && repeat(count()) && !repeat(count() % MOST as u32 + 1));
    }
}
