use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(pub String);
impl From<KeyEvent> for Key { fn from(e: KeyEvent) -> Self { let c = match e.code { KeyCode::Char(c) if e.modifiers.contains(KeyModifiers::CONTROL) => format!("ctrl-{c}"), KeyCode::Char(c) => c.to_string(), o => format!("{o:?}").to_lowercase() }; Self(c) } }
pub enum Lookup<'a> { Command(&'a str), Waiting, None }
#[derive(Default, Debug, Clone)]
pub struct Keymap;
impl Keymap {
  pub fn lookup(&self, scopes: &[&str], keys: &[Key]) -> Lookup<'_> {
    let k = keys.last().map(|k| k.0.as_str()).unwrap_or("");
    if scopes == ["prompt"] { return match k { "enter" => Lookup::Command("prompt-submit"), "esc" => Lookup::Command("prompt-cancel"), "tab" => Lookup::Command("prompt-accept"), "backspace" => Lookup::Command("prompt-backspace"), _ => Lookup::None }; }
    match k { "j"|"down" => Lookup::Command("down"), "k"|"up" => Lookup::Command("up"), "enter" => Lookup::Command("enter"), "q"|"esc" => Lookup::Command("back"), "ctrl-c" => Lookup::Command("quit"), ":" => Lookup::Command("prompt"), "/" => Lookup::Command("filter"), "d" => Lookup::Command("describe"), "y" => Lookup::Command("yaml"), "?" => Lookup::Command("help"), "G" => Lookup::Command("bottom"), "0" => Lookup::Command("namespace 0"), _ => Lookup::None }
  }
  pub fn keys_for(&self, _s: &[&str], c: &str) -> Vec<String> { match c { "describe" => vec!["d".into()], "enter" => vec!["enter".into()], "help" => vec!["?".into()], _ => vec![] } }
}
