//! Tabs and panes on real servers: each pane follows its own list, and a tab that was left shows what happened meanwhile.

use crate::servers::{kubeconfig, kubectl, namespace};
use crate::terminal::Terminal;

#[test]
#[ignore = "needs the real servers: tests/run"]
fn each_pane_follows_its_list_and_a_tab_that_was_left_comes_back() {
    namespace("panes");
    let mut terminal = Terminal::start(&kubeconfig(), &["-n", "panes", "-c", "configmaps"]);
    terminal.shows("kube-root-ca.crt", 20);
    terminal.keys(":vsplit secrets panes\r");
    terminal.shows("▶rig › panes › secrets", 10);
    kubectl(&["create", "secret", "generic", "hidden", "-n", "panes", "--from-literal=word=hunter2"]);
    kubectl(&["create", "configmap", "second", "-n", "panes"]);
    terminal.until("what is new in both", 10, |text| text.contains("hidden") && text.contains("second"));
    terminal.keys(":tab new pods real\r");
    terminal.until("the other tab alone", 10, |text| text.contains(" 2 pods") && !text.contains("hidden"));
    kubectl(&["create", "configmap", "third", "-n", "panes"]);
    terminal.keys("W1");
    terminal.until("both panes again", 10, |text| text.contains("hidden") && text.contains("third"));
    // The question is about the pane with the focus, and takes the whole screen.
    terminal.keys("/hidden\r");
    terminal.until("one secret", 10, |text| text.contains("/hidden"));
    terminal.answers("\x04", "delete secret hidden");
    assert!(terminal.text().contains("[ Cancel ]"), "{}", terminal.text());
    terminal.answers("\x1b", "third");
    terminal.keys(":only\r");
    terminal.until("one pane", 10, |text| !text.contains("third"));
    assert_eq!(kubectl(&["get", "secret", "hidden", "-n", "panes", "-o", "name"]).trim(), "secret/hidden");
    assert_eq!(terminal.quit(), 0);
    kubectl(&["delete", "namespace", "panes", "--wait=false"]);
}
