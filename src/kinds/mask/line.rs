//! Secrets on command lines and in what programs print: `--password=x`, `--token x`, `PASSWORD=x`, `curl -u me:x`,
//! `mysql -px`, `Authorization: Bearer x`, `{"password":"x"}`.

use super::{MASK, is_secret, urls};

/// What a text holds besides.
const QUOTES: [char; 3] = ['"', '\'', '`'];
/// Words between the name of a header and its secret.
const SCHEMES: [&str; 5] = ["bearer", "basic", "token", "digest", "negotiate"];
/// Names before a colon: fewer than before an equals sign, since prose has colons too.
const HEADERS: [&str; 7] = ["passw", "secret", "token", "apikey", "api-key", "authorization", "credential"];

/// What comes behind a short flag of a program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// The secret, in the same word or the next.
    Secret,
    /// The secret, in the same word only: alone the flag means that it is asked for.
    Joined,
    /// `name:secret`.
    Login,
}

/// Short flags that bear secrets, by the beginning of their program's name.
const SHORT: [(&str, &str, Behind); 8] = [
    ("mysql", "-p", Behind::Joined),
    ("mariadb", "-p", Behind::Joined),
    ("redis-cli", "-a", Behind::Secret),
    ("sshpass", "-p", Behind::Secret),
    ("mongo", "-p", Behind::Secret),
    ("ldap", "-w", Behind::Secret),
    ("curl", "-u", Behind::Login),
    ("curl", "--user", Behind::Login),
];

/// A text in which secrets are masked; blanks stay as they are.
pub fn line(text: &str) -> String {
    let (mut out, mut rest, mut reader) = (String::with_capacity(text.len()), text, Reader::default());
    while !rest.is_empty() {
        let (blank, after) = rest.split_at(rest.len() - rest.trim_start().len());
        let (word, after) = after.split_at(after.find(char::is_whitespace).unwrap_or(after.len()));
        if let Some(shown) = reader.word(word) {
            out.push_str(blank);
            out.push_str(&shown);
        }
        rest = after;
    }
    out
}

/// The words of a command line; one that is itself a line, as behind `sh -c`, is read as such.
pub fn words(words: &[&str]) -> Vec<String> {
    let (mut reader, mut out) = (Reader::default(), Vec::with_capacity(words.len()));
    for &word in words {
        let is_line = word.contains(char::is_whitespace) && reader.next.is_none();
        out.push(if is_line { line(word) } else { reader.whole(word) });
    }
    out
}

/// Goes from word to word.
#[derive(Default)]
struct Reader<'a> {
    /// The program with short flags of its own that was named last.
    program: &'a str,
    /// What the word before says of this one.
    next: Option<Behind>,
    /// The quote within which everything is secret.
    quote: Option<char>,
}

impl<'a> Reader<'a> {
    /// A word of a list: blanks and quotes in it are its own.
    fn whole(&mut self, word: &'a str) -> String {
        match self.next {
            Some(Behind::Secret) if !word.starts_with('-') => {
                self.next = None;
                MASK.to_owned()
            }
            _ => {
                let shown = self.word(word).unwrap_or_default();
                self.quote = None;
                shown
            }
        }
    }

    /// What may be shown of a word; nothing of one in the middle of a secret.
    fn word(&mut self, word: &'a str) -> Option<String> {
        if let Some(quote) = self.quote {
            self.quote = Some(quote).filter(|quote| !word.contains(*quote));
            return None;
        }
        let bare = word.trim_start_matches(['"', '\'', '`', '(']);
        let lead = &word[..word.len() - bare.len()];
        Some(format!("{lead}{}", self.shown(bare)))
    }

    fn shown(&mut self, bare: &'a str) -> String {
        let flag = bare.starts_with('-');
        match self.next.take().filter(|_| !flag) {
            Some(Behind::Login) => return self.login(bare),
            Some(_) if SCHEMES.contains(&bare.to_ascii_lowercase().as_str()) => {
                self.next = Some(Behind::Secret);
                return bare.to_owned();
            }
            Some(_) => return self.hidden(bare),
            None => {}
        }
        if flag && let Some(shown) = self.short(bare) {
            return shown;
        }
        let program = bare.rsplit('/').next().unwrap_or(bare);
        if SHORT.iter().any(|(name, ..)| program.starts_with(name)) {
            self.program = program;
        }
        match bare.split_once('=') {
            Some((name, value)) if is_word(name) && is_secret(name) && !value.is_empty() => {
                format!("{name}={}", self.hidden(value))
            }
            Some((name, value)) if is_word(name) => format!("{name}={}", within(value)),
            None if flag && is_secret(bare) => {
                self.next = Some(Behind::Secret);
                bare.to_owned()
            }
            None if bare.strip_suffix(':').is_some_and(is_header) => {
                self.next = Some(Behind::Secret);
                bare.to_owned()
            }
            _ => within(bare),
        }
    }

    /// A short flag of the program at hand.
    fn short(&mut self, word: &'a str) -> Option<String> {
        let known = SHORT.iter().filter(|(name, ..)| self.program.starts_with(name));
        if known.clone().any(|(_, flag, behind)| *behind == Behind::Login && is_last_of(word, flag)) {
            self.next = Some(Behind::Login);
            return Some(word.to_owned());
        }
        let (flag, behind) =
            known.map(|(_, flag, behind)| (*flag, *behind)).find(|(flag, _)| word.starts_with(flag))?;
        let value = &word[flag.len()..];
        match (value, behind) {
            ("", Behind::Joined) => {}
            ("", behind) => self.next = Some(behind),
            (value, Behind::Login) if !flag.starts_with("--") => return Some(format!("{flag}{}", self.login(value))),
            (value, Behind::Login) => {
                let login = value.strip_prefix('=')?;
                return Some(format!("{flag}={}", self.login(login)));
            }
            (value, Behind::Secret | Behind::Joined) => return Some(format!("{flag}{}", self.hidden(value))),
        }
        Some(word.to_owned())
    }

    /// `name:secret`; numbers are a user and a group.
    fn login(&mut self, word: &str) -> String {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        match word.split_once(':') {
            Some((name, secret)) if !(secret.is_empty() || is_number(name) && is_number(secret)) => {
                format!("{name}:{}", self.hidden(secret))
            }
            _ => word.to_owned(),
        }
    }

    /// The mask in place of a secret, with what closes around it. A quote that stays open hides what follows.
    fn hidden(&mut self, secret: &str) -> String {
        if let Some(quote) = secret.chars().next().filter(|c| QUOTES.contains(c)) {
            return match secret[1..].split_once(quote) {
                Some((_, after)) => format!("{MASK}{after}"),
                None => {
                    self.quote = Some(quote);
                    MASK.to_owned()
                }
            };
        }
        let inner = secret.trim_end_matches(['"', '\'', '`', ')', ';']);
        format!("{MASK}{}", &secret[inner.len()..])
    }
}

/// Whether several short flags in one word end with this one: `-fsu`.
fn is_last_of(word: &str, flag: &str) -> bool {
    let Some(letter) = flag.strip_prefix('-').filter(|letter| letter.len() == 1) else { return false };
    let flags = word.strip_prefix('-').unwrap_or_default();
    flags.ends_with(letter) && flags.bytes().all(|c| c.is_ascii_alphabetic())
}

fn is_word(name: &str) -> bool {
    name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
}

fn is_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    HEADERS.iter().any(|word| name.contains(word))
}

/// Addresses with logins, and pairs in the middle of a word: `?token=x&a=b`, `{"password":"x"}`.
fn within(text: &str) -> String {
    let text = urls(text);
    let (mut out, mut rest) = (String::with_capacity(text.len()), &*text);
    while let Some(at) = rest.find(['=', ':']) {
        let (name, value) = (rest[..at].trim_end_matches(QUOTES), &rest[at + 1..]);
        let name = name.rsplit(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).next().unwrap_or(name);
        let tells = if rest[at..].starts_with('=') { is_secret(name) } else { is_header(name) };
        out.push_str(&rest[..=at]);
        rest = value;
        if tells && !name.is_empty() {
            let quoted = value.chars().next().filter(|c| QUOTES.contains(c));
            let open = usize::from(quoted.is_some());
            let ends = |c: char| quoted.map_or("&,;}\"'".contains(c), |quote| c == quote);
            let end = value[open..].find(ends).map_or(value.len(), |end| open + end);
            if end > open {
                out.push_str(&value[..open]);
                out.push_str(MASK);
                rest = &value[end..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_lose_their_secrets() {
        let list = [
            "run",
            "--password=x",
            "--token",
            "t",
            "--url=http://u:p@h",
            "TOKEN=t",
            "--api-key",
            "--v=2",
            "-c",
            "a b=c",
        ];
        let shown = words(&list).join(" ");
        assert_eq!(
            shown,
            "run --password=•••••• --token •••••• --url=http://••••••@h TOKEN=•••••• --api-key --v=2 -c a b=c"
        );
        for (list, shown) in [
            (&["sh", "-c", "mysql --password=canary -e 'select 1'"][..], "sh -c mysql --password=•••••• -e 'select 1'"),
            (&["--password", "my canary"], "--password ••••••"),
            (&["mysqladmin", "-uroot", "-pcanary", "ping"], "mysqladmin -uroot -p•••••• ping"),
            (&["CMD-SHELL", "curl -fsu me:canary localhost"], "CMD-SHELL curl -fsu me:•••••• localhost"),
            (&["redis-cli", "-a", "canary", "ping"], "redis-cli -a •••••• ping"),
        ] {
            assert_eq!(words(list).join(" "), shown);
        }
    }

    #[test]
    fn texts_lose_their_secrets_and_nothing_else() {
        for (text, shown) in [
            ("sleep 1000", "sleep 1000"),
            ("\"sh -c 'PGPASSWORD=canary psql'\"", "\"sh -c 'PGPASSWORD=•••••• psql'\""),
            ("app --password='a canary' --port 1", "app --password=•••••• --port 1"),
            ("app --password=\"canary\" x", "app --password=•••••• x"),
            ("app \"--password=canary\"", "app \"--password=••••••\""),
            ("app --token canary;", "app --token ••••••;"),
            ("curl -u me:canary http://h", "curl -u me:•••••• http://h"),
            ("curl --user=me:canary http://h", "curl --user=me:•••••• http://h"),
            ("/usr/bin/curl -ume:canary http://h", "/usr/bin/curl -ume:•••••• http://h"),
            ("docker run -u 1000:1000 x", "docker run -u 1000:1000 x"),
            ("mysql -p shop", "mysql -p shop"),
            ("curl -H 'Authorization: Bearer canary' h", "curl -H 'Authorization: Bearer ••••••' h"),
            ("GET http://h/?token=canary&a=b", "GET http://h/?token=••••••&a=b"),
            ("{\"user\":\"me\",\"password\":\"canary\"}", "{\"user\":\"me\",\"password\":\"••••••\"}"),
            ("addr=h,username=me,password=canary", "addr=h,username=me,password=••••••"),
            ("connection: refused, port: 80", "connection: refused, port: 80"),
            ("two  blanks\tand a tab", "two  blanks\tand a tab"),
            ("", ""),
        ] {
            assert_eq!(line(text), shown);
        }
    }
}
