//! Lists that break off, and lists of everything.

use crate::client::Client;
use crate::mock::{Door, Fault, Mock};

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_anywhere_is_read_in_pages() {
    for after in [0, 3, 40, 2_000, 1_000_000, 6_900_000] {
        let mock = Mock::new(2400);
        mock.arm(Door::List, 1, Fault::Cut { after });
        let mut client = Client::new(&mock);
        client.agrees_with(&mock).await;
        assert_eq!(client.listed(), 2400, "cut after {after} bytes");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_that_break_off_are_asked_for_again() {
    let mock = Mock::new(2400);
    mock.arm(Door::Page, 3, Fault::Cut { after: 700_000 });
    mock.arm(Door::List, 3, Fault::Cut { after: 5_000_000 });
    let mut client = Client::new(&mock);
    client.agrees_with(&mock).await;
}

#[tokio::test(start_paused = true)]
async fn what_happens_while_the_list_arrives_is_neither_lost_nor_doubled() {
    let mock = Mock::new(2400);
    let pause = std::time::Duration::from_millis(2);
    mock.arm(Door::List, 1, Fault::Paced { piece: 20_000, pause });
    let mut client = Client::new(&mock);
    client.until("half of the rows", |client| client.listed() > 1000).await;
    mock.change(|world| {
        (0..2400).step_by(7).for_each(|number| world.replace(number));
        (3..2400).step_by(7).for_each(|number| world.delete(number));
        (0..50).for_each(|_| world.add());
    });
    client.agrees_with(&mock).await;
}

#[tokio::test(start_paused = true)]
async fn a_list_over_a_list_never_blinks() {
    let mock = Mock::new(2400);
    let mut client = Client::new(&mock);
    client.agrees_with(&mock).await;
    mock.arm(Door::List, 1, Fault::Cut { after: 3_000_000 });
    mock.change(|world| {
        world.delete_in_silence(7);
        world.forget();
    });
    let served = crate::client::served(&mock);
    client
        .until("the list anew", |client| {
            assert!(client.listed() >= 2399);
            client.rows() == served
        })
        .await;
    client.agrees_with(&mock).await;
}
