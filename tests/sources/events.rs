//! Watches that tell too much, too little, or break off.

use std::time::Duration;

use spyhop::app::Phase;

use crate::client::Client;
use crate::mock::{Bookmarks, Door, Fault, Mock, World};

/// Some of everything that happens to pods.
fn churn(world: &mut World) {
    (0..40).for_each(|number| world.restart(number));
    (10..20).for_each(|number| world.replace(number));
    (30..35).for_each(|number| world.delete(number));
    (0..5).for_each(|_| world.add());
}

async fn live(mock: &Mock) -> Client {
    let mut client = Client::new(mock);
    client.agrees_with(mock).await;
    client
}

#[tokio::test(start_paused = true)]
async fn what_happens_is_on_the_screen() {
    let mock = Mock::new(1200);
    let mut client = live(&mock).await;
    mock.change(churn);
    client.agrees_with(&mock).await;
}

#[tokio::test(start_paused = true)]
async fn events_out_of_nowhere_are_taken_as_they_come() {
    let mock = Mock::new(50);
    let mut client = live(&mock).await;
    mock.change(|world| {
        world.add_unannounced();
        world.delete_stranger();
        world.add_unannounced();
    });
    client.agrees_with(&mock).await;
    assert_eq!(client.listed(), 52);
}

#[tokio::test(start_paused = true)]
async fn events_that_come_twice_count_once() {
    let mock = Mock::new(50);
    mock.double_events();
    let mut client = live(&mock).await;
    mock.change(churn);
    client.agrees_with(&mock).await;
}

#[tokio::test(start_paused = true)]
async fn bookmarks_that_come_twice_do_no_harm() {
    let mock = Mock::new(50);
    mock.bookmarks(Bookmarks::Doubled);
    let mut client = live(&mock).await;
    for _ in 0..3 {
        mock.change(churn);
        client.pass(Duration::from_secs(1)).await;
        mock.hang_up();
    }
    client.agrees_with(&mock).await;
}

#[tokio::test(start_paused = true)]
async fn without_bookmarks_a_watch_goes_on_from_its_last_event() {
    let mock = Mock::new(50);
    mock.bookmarks(Bookmarks::Never);
    let mut client = live(&mock).await;
    mock.change(churn);
    client.agrees_with(&mock).await;
    // Longer than a watch may be quiet: it is given up for a new one.
    client.pass(Duration::from_secs(400)).await;
    mock.change(churn);
    client.agrees_with(&mock).await;
    let watches = mock.asked().iter().filter(|(_, target)| target.contains("watch=1")).count();
    assert!(watches >= 3, "{watches} watches");
    let lists = mock.asked().iter().filter(|(_, target)| target.starts_with("/api/v1/pods?limit=")).count();
    assert_eq!(lists, 4, "one of the client, and three to compare with");
}

#[tokio::test(start_paused = true)]
async fn frames_cut_anywhere_are_told_again_by_the_next_watch() {
    // The head of a frame, its middle, its last byte, and the middle of the second.
    for after in [0, 2, 4, 5, 100, 1500, 2900, 3010, 4500] {
        let mock = Mock::new(50);
        mock.arm(Door::Watch, 3, Fault::Cut { after });
        let mut client = live(&mock).await;
        for _ in 0..4 {
            mock.change(churn);
            client.pass(Duration::from_secs(2)).await;
        }
        client.agrees_with(&mock).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_trickles_byte_by_byte_still_arrives() {
    let mock = Mock::new(20);
    mock.arm(Door::Watch, 1, Fault::Paced { piece: 1, pause: Duration::from_millis(1) });
    let mut client = live(&mock).await;
    mock.change(|world| {
        world.restart(3);
        world.replace(4);
    });
    client.agrees_with(&mock).await;
}

#[tokio::test(start_paused = true)]
async fn a_version_that_the_server_forgot_lists_again_and_keeps_no_ghost() {
    let mock = Mock::new(700);
    let mut client = live(&mock).await;
    // Nobody is told: only a list shows it.
    mock.change(|world| {
        (5..30).for_each(|number| world.delete_in_silence(number));
        world.forget();
    });
    client.agrees_with(&mock).await;
    assert_eq!(client.listed(), 675);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_is_asked_for_what_was_missed_and_not_for_all() {
    let mock = Mock::new(1200);
    let mut client = live(&mock).await;
    let lists = |mock: &Mock| mock.asked().iter().filter(|(_, target)| !target.contains("watch=1")).count();
    mock.arm(Door::Watch, 2, Fault::Refuse { code: 500, retry_after: None });
    let before = lists(&mock);
    mock.hang_up();
    mock.change(churn);
    client.until("current again", |client| client.rows() == crate::client::served(&mock)).await;
    assert_eq!(lists(&mock), before);
    client.agrees_with(&mock).await;
}

/// Lists of pods that were asked for so far.
fn lists_of_pods(mock: &Mock) -> usize {
    let list = |target: &str| target.contains("/pods") && !target.contains("watch=1");
    mock.asked().iter().filter(|(_, target)| list(target)).count()
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_is_told_what_happened_meanwhile_and_not_all_again() {
    let mock = Mock::new(1200);
    let mut client = live(&mock).await;
    let lists = lists_of_pods(&mock);
    assert_eq!(mock.watches(), 1);
    client.open("namespaces");
    client.pass(Duration::from_secs(120)).await;
    assert_eq!(mock.watches(), 0, "nobody looks at pods any more");
    mock.change(churn);
    client.open("pods all");
    assert_eq!(client.listed(), 1200, "what was known is there at once");
    assert!(matches!(client.phase(), Phase::Stale(..)), "{:?}", client.phase());
    client.until("current again", |client| client.rows() == crate::client::served(&mock)).await;
    assert_eq!(lists_of_pods(&mock), lists);
    client.agrees_with(&mock).await;
}

#[tokio::test(start_paused = true)]
async fn rows_that_nobody_came_back_to_are_forgotten() {
    let mock = Mock::new(50);
    let mut client = live(&mock).await;
    let lists = lists_of_pods(&mock);
    client.open("namespaces");
    client.pass(Duration::from_secs(700)).await;
    client.open("pods all");
    assert_eq!(client.listed(), 0);
    client.agrees_with(&mock).await;
    assert!(lists_of_pods(&mock) > lists);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_was_forgotten_meanwhile_lists_again() {
    let mock = Mock::new(50);
    let mut client = live(&mock).await;
    client.open("namespaces");
    client.pass(Duration::from_secs(120)).await;
    mock.change(churn);
    mock.arm(Door::Watch, 1, Fault::Refuse { code: 410, retry_after: None });
    client.open("pods all");
    client.agrees_with(&mock).await;
}
