use std::borrow::Cow; use unicode_width::UnicodeWidthStr;
pub fn width(t: &str) -> usize { t.width() }
pub fn clean(t: &str) -> Cow<'_, str> { if t.chars().any(char::is_control) { t.chars().filter(|c| !c.is_control()).collect::<String>().into() } else { t.into() } }
pub fn fit(t: &str, w: usize) -> Cow<'_, str> { if width(t) <= w { t.into() } else { let mut s: String = t.chars().take(w.saturating_sub(1)).collect(); s.push('…'); s.into() } }
