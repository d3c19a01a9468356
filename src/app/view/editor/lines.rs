//! Lines as they are drawn: what would not be seen is shown, block scalars are text.

use crate::model::text;

/// A reason that takes more lines would leave none for the text.
const MOST: usize = 6;

/// A character as it is drawn: one that would not be seen, or would move others, is replaced.
pub fn drawn(c: char) -> String {
    let mut bytes = [0; 4];
    let own: &str = c.encode_utf8(&mut bytes);
    let clean = text::clean(own);
    if clean.is_empty() { "\u{fffd}".to_owned() } else { clean.into_owned() }
}

/// For each line whether it lies in a block scalar: by indentation, as far as `end`.
pub fn block_lines(lines: &[String], end: usize) -> Vec<bool> {
    let mut within: Option<usize> = None;
    let step = |line: &String| {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        if within.is_some_and(|depth| bare.is_empty() || indent > depth) {
            return true;
        }
        within = opens_block(bare).then_some(indent);
        false
    };
    lines.iter().take(end).map(step).collect()
}

fn opens_block(bare: &str) -> bool {
    let Some((_, header)) = bare.rsplit_once([' ', ':']) else { return false };
    let mut signs = header.trim_end().chars();
    matches!(signs.next(), Some('|' | '>')) && signs.all(|c| c == '-' || c == '+' || c.is_ascii_digit())
}

/// Words in lines of so many cells, not too many of them.
pub fn wrap(words: &str, width: usize) -> Vec<String> {
    let clean = text::clean(words);
    let mut out: Vec<String> = Vec::new();
    for word in clean.split([' ', '⏎']) {
        match out.last_mut() {
            Some(line) if text::width(line) + 1 + text::width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    if out.len() > MOST {
        out.truncate(MOST);
        out.last_mut().into_iter().for_each(|line| line.push_str(" …"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_blocks_are_text() {
        let lines: Vec<String> = "a: |-\n  x: 1\n\n  y\nb: 2\n- >2\n  z\nc|d: |x".lines().map(str::to_owned).collect();
        assert_eq!(block_lines(&lines, 99), [false, true, true, true, false, false, true, false]);
    }

    #[test]
    fn what_would_not_be_seen_is_drawn() {
        assert_eq!(drawn('\u{1b}'), "\u{fffd}");
        assert_eq!(drawn('\u{202e}'), "\u{fffd}");
        assert_eq!(drawn('é'), "é");
    }

    #[test]
    fn reasons_are_wrapped_and_say_when_they_are_cut() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        let cut = wrap(&"word ".repeat(50), 9);
        assert_eq!(cut.len(), MOST);
        assert!(cut[MOST - 1].ends_with('…'));
    }
}
