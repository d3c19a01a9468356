//! Label selectors: `app=web,tier!=db,track in (a, b),!old,count>3`.

use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    /// Absent counts as another value.
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

impl Requirement {
    pub fn takes(&self, labels: &Value) -> bool {
        let value = labels[&self.key].as_str();
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match &self.test {
            Test::Exists => value.is_some(),
            Test::Absent => value.is_none(),
            Test::In(values) => value.is_some_and(|value| values.iter().any(|known| known == value)),
            Test::NotIn(values) => value.is_none_or(|value| values.iter().all(|known| known != value)),
            Test::Above(least) => number().is_some_and(|number| number > *least),
            Test::Below(most) => number().is_some_and(|number| number < *most),
        }
    }
}

pub fn parse(text: &str) -> Result<Vec<Requirement>, String> {
    let mut all = Vec::new();
    for part in split(text)? {
        all.push(requirement(part.trim())?);
    }
    Ok(all)
}

/// At the commas outside of parentheses.
fn split(text: &str) -> Result<Vec<&str>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let (mut parts, mut start, mut inside) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '(' => inside = true,
            ')' => inside = false,
            ',' if !inside => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if inside {
        return Err(format!("found '', expected: ',' or ')' in '{text}'"));
    }
    parts.push(&text[start..]);
    Ok(parts)
}

fn requirement(text: &str) -> Result<Requirement, String> {
    if let Some(key) = text.strip_prefix('!') {
        return build(key, Test::Absent);
    }
    if let Some((key, values)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        return among(key.trim(), values);
    }
    for (sign, test) in SIGNS {
        if let Some((key, value)) = text.split_once(sign) {
            return build(key, test(value.trim())?);
        }
    }
    build(text, Test::Exists)
}

type Make = fn(&str) -> Result<Test, String>;

const SIGNS: &[(&str, Make)] = &[
    ("!=", |value| Ok(Test::NotIn(vec![value.to_owned()]))),
    ("==", |value| Ok(Test::In(vec![value.to_owned()]))),
    ("=", |value| Ok(Test::In(vec![value.to_owned()]))),
    (">", |value| number(value).map(Test::Above)),
    ("<", |value| number(value).map(Test::Below)),
];

fn number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| {
        format!("values[0]: Invalid value: {text:?}: for 'Gt', 'Lt' operators, the value must be an integer")
    })
}

fn among(head: &str, values: &str) -> Result<Requirement, String> {
    let values = values.split(',').map(|value| value.trim().to_owned()).collect();
    match head.rsplit_once(char::is_whitespace) {
        Some((key, "in")) => build(key, Test::In(values)),
        Some((key, "notin")) => build(key, Test::NotIn(values)),
        Some((_, word)) => Err(format!("found '{word}', expected: in, notin, =, ==, !=, gt, lt")),
        None => Err(format!("found '(', expected: !, identifier, or 'end of string' after '{head}'")),
    }
}

fn build(key: &str, test: Test) -> Result<Requirement, String> {
    let key = key.trim();
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if key.is_empty() || !key.chars().all(fits) {
        return Err(format!("found '{key}', expected: !, identifier, or 'end of string'"));
    }
    Ok(Requirement { key: key.to_owned(), test })
}

/// `matchLabels` and `matchExpressions`.
pub fn of_selector(selector: &Value) -> Vec<Requirement> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let equal = selector["matchLabels"].as_object().into_iter().flatten();
    let equal = equal.map(|(key, value)| Requirement { key: key.clone(), test: Test::In(vec![text(value)]) });
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten().map(|expression| {
        let values = expression["values"].as_array().into_iter().flatten().map(text).collect();
        let test = match expression["operator"].as_str() {
            Some("In") => Test::In(values),
            Some("NotIn") => Test::NotIn(values),
            Some("DoesNotExist") => Test::Absent,
            Some(_) | None => Test::Exists,
        };
        Requirement { key: text(&expression["key"]), test }
    });
    equal.chain(expressions).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn label_selectors_mean_what_they_mean_to_kubectl() {
        let labels = json!({"app": "web", "tier": "front", "example.com/count": "5"});
        for (text, taken) in [
            ("", true),
            ("app=web", true),
            ("app==web,tier=front", true),
            ("app=db", false),
            ("app!=db", true),
            ("none!=db", true),
            ("app in (db, web)", true),
            ("app notin (db,web),tier", false),
            ("none notin (db)", true),
            ("tier", true),
            ("!tier", false),
            ("!none", true),
            ("example.com/count>4", true),
            ("example.com/count<5", false),
        ] {
            let requirements = parse(text).unwrap();
            assert_eq!(requirements.iter().all(|one| one.takes(&labels)), taken, "{text}");
        }
        for wrong in ["app in (web", "a b=c", ",", "=x", "app near (web)", "count>many"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn selectors_of_objects_are_the_same_in_another_spelling() {
        let selector = json!({"matchLabels": {"app": "web"},
            "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["db"]}, {"key": "x", "operator": "DoesNotExist"}]});
        let fits = |labels: Value| of_selector(&selector).iter().all(|one| one.takes(&labels));
        assert!(fits(json!({"app": "web"})));
        assert!(!fits(json!({"app": "web", "tier": "db"})));
        assert!(!fits(json!({"app": "web", "x": ""})));
    }
}
