//! A line of the shell: steps, pipelines, words with quotes and variables.

/// When a step runs, by how the one before it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    Always,
    IfWell,
    Else,
}

/// A pipeline and how it is joined to the one before.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    pub joint: Joint,
    pub commands: Vec<String>,
}

pub fn steps(line: &str) -> Vec<Step> {
    let mut out = vec![Step { joint: Joint::Always, commands: vec![String::new()] }];
    let (mut quote, mut chars) = (None, line.chars().peekable());
    while let Some(c) = chars.next() {
        let twice = chars.peek() == Some(&c);
        let joint = match c {
            '\'' | '"' => {
                quote = if quote == Some(c) { None } else { quote.or(Some(c)) };
                None
            }
            ';' | '\n' if quote.is_none() => Some(Joint::Always),
            '&' if quote.is_none() && twice => Some(Joint::IfWell),
            '|' if quote.is_none() && twice => Some(Joint::Else),
            _ => None,
        };
        let Some(last) = out.last_mut() else { break };
        match (joint, c) {
            (Some(joint), _) => {
                if joint != Joint::Always {
                    chars.next();
                }
                out.push(Step { joint, commands: vec![String::new()] });
            }
            (None, '|') if quote.is_none() => last.commands.push(String::new()),
            (None, '#') if quote.is_none() && last.commands.last().is_none_or(|text| text.trim().is_empty()) => break,
            (None, c) => {
                if let Some(text) = last.commands.last_mut() {
                    text.push(c);
                }
            }
        }
    }
    out.retain(|step| step.commands.iter().any(|text| !text.trim().is_empty()));
    out
}

/// Words with their quotes taken off and their variables filled in.
pub fn words(command: &str, variable: impl Fn(&str) -> String) -> Vec<String> {
    let (mut out, mut word, mut begun, mut quote) = (Vec::new(), String::new(), false, None);
    let mut chars = command.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\'' | '"', None) => (quote, begun) = (Some(c), true),
            (c, Some(open)) if c == open => quote = None,
            ('$', None | Some('"')) => {
                let name = name(&mut chars);
                word.push_str(&if name.is_empty() { "$".to_owned() } else { variable(&name) });
                begun = true;
            }
            ('\\', None) => {
                word.extend(chars.next());
                begun = true;
            }
            (c, None) if c.is_whitespace() => {
                if begun {
                    out.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (c, _) => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        out.push(word);
    }
    out
}

fn name(chars: &mut std::iter::Peekable<std::str::Chars>) -> String {
    let mut out = String::new();
    match chars.peek() {
        Some('{') => {
            chars.next();
            out.extend(chars.by_ref().take_while(|c| *c != '}'));
        }
        Some('?' | '$') => out.extend(chars.next()),
        _ => {
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                out.push(c);
            }
        }
    }
    out
}
