//! Servers far away.

use std::time::Duration;

use crate::client::Client;
use crate::mock::Mock;

#[tokio::test(start_paused = true)]
async fn half_a_second_of_latency_costs_time_and_nothing_else() {
    let mock = Mock::new(1200);
    mock.slow(Duration::from_millis(500), 1 << 16, Duration::ZERO);
    let mut client = Client::new(&mock);
    client.agrees_with(&mock).await;
    mock.change(|world| (0..100).for_each(|number| world.replace(number)));
    client.agrees_with(&mock).await;
}

#[tokio::test(start_paused = true)]
async fn a_megabit_a_second_shows_the_first_rows_long_before_the_last() {
    let mock = Mock::new(2400);
    // 1,250 bytes each 10 ms.
    mock.slow(Duration::ZERO, 1250, Duration::from_millis(10));
    let mut client = Client::new(&mock);
    let start = tokio::time::Instant::now();
    client.until("a screen of rows", |client| client.listed() >= 40).await;
    let first = start.elapsed();
    client.until("all rows", |client| client.listed() == 2400).await;
    assert!(first < Duration::from_secs(3), "{first:?}");
    assert!(start.elapsed() > Duration::from_secs(50), "{:?}", start.elapsed());
    mock.change(|world| (0..10).for_each(|number| world.replace(number)));
    client.agrees_with(&mock).await;
}
