//! Servers that say not now.

use std::time::Duration;

use spyhop::app::Phase;
use tokio::time::Instant;

use crate::client::Client;
use crate::mock::{Door, Fault, Mock};

fn refuse(code: u16, retry_after: Option<u64>) -> Fault {
    Fault::Refuse { code, retry_after }
}

/// Moments at which pods were asked for.
fn asked(mock: &Mock) -> Vec<Instant> {
    mock.asked().into_iter().filter(|(_, target)| target.starts_with("/api/v1/pods")).map(|(at, _)| at).collect()
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_left_alone_for_as_long_as_it_asks_and_the_screen_says_so() {
    for code in [429, 503] {
        let mock = Mock::new(30);
        mock.arm(Door::Page, 1, refuse(code, Some(40)));
        let mut client = Client::new(&mock);
        client.until("refused", |client| matches!(client.phase(), Phase::Stale(..))).await;
        let Phase::Stale(_, error) = client.phase() else { unreachable!() };
        assert!(error.text().contains("retry after 40 s"), "{error}");
        client.agrees_with(&mock).await;
        let asked = asked(&mock);
        assert!(asked[1] - asked[0] >= Duration::from_secs(40), "{code}: {:?}", asked[1] - asked[0]);
        assert!(asked[1] - asked[0] <= Duration::from_secs(42), "{code}: {:?}", asked[1] - asked[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_refused_for_a_while_keeps_its_rows_and_resumes() {
    let mock = Mock::new(1200);
    let mut client = Client::new(&mock);
    client.agrees_with(&mock).await;
    mock.arm(Door::Watch, 2, refuse(429, Some(5)));
    mock.hang_up();
    mock.change(|world| world.replace(3));
    client.until("refused", |client| matches!(client.phase(), Phase::Stale(..))).await;
    assert_eq!(client.listed(), 1200);
    client.agrees_with(&mock).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_is_asked_ever_more_rarely() {
    let mock = Mock::new(30);
    mock.arm(Door::Page, 12, refuse(500, None));
    let mut client = Client::new(&mock);
    client.agrees_with(&mock).await;
    let asked = asked(&mock);
    let pauses: Vec<Duration> = asked.windows(2).take(11).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses[0] >= Duration::from_millis(125) && pauses[0] <= Duration::from_millis(300), "{pauses:?}");
    assert!(pauses[10] >= Duration::from_millis(7500) && pauses[10] <= Duration::from_secs(16), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_version_refused_with_410_is_listed_anew() {
    let mock = Mock::new(700);
    let mut client = Client::new(&mock);
    client.agrees_with(&mock).await;
    mock.arm(Door::Watch, 1, refuse(410, None));
    mock.hang_up();
    mock.change(|world| world.delete_in_silence(9));
    client.agrees_with(&mock).await;
    assert_eq!(client.listed(), 699);
}
