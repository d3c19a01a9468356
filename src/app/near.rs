//! Guesses the word that a user meant who mistyped it.

/// The candidate that was most likely meant; `None` if none is similar.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let most = word.chars().count().div_ceil(4).clamp(1, 3);
    let near = candidates.into_iter().filter(|candidate| !candidate.is_empty() && *candidate != word);
    let near = near.map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate));
    near.filter(|(steps, candidate)| *steps <= most && *steps < candidate.chars().count()).min().map(|(_, found)| found)
}

/// The hint ` (did you mean shop?)`, or an empty text.
pub fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map(|found| format!(" (did you mean {found}?)")).unwrap_or_default()
}

/// The number of letters that have to be inserted, removed, replaced or swapped with the next one.
fn distance(a: &str, b: &str) -> usize {
    /// The longest word that is compared. Longer ones are not typing mistakes.
    const LONGEST: usize = 64;
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            let swapped = if swapped { before[j - 2] + 1 } else { usize::MAX };
            row.push(changed.min(last[j] + 1).min(row[j - 1] + 1).min(swapped));
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_word_is_recognised() {
        let all = ["shop", "platform", "payments", "pods", "kube-system"];
        for (typed, meant) in [
            ("shopp", Some("shop")),
            ("hsop", Some("shop")),
            ("sho", Some("shop")),
            ("plattform", Some("platform")),
            ("paymnts", Some("payments")),
            ("kube-sytem", Some("kube-system")),
            ("POD", Some("pods")),
            ("nothing-like-it", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, all), meant, "{typed}");
        }
        assert_eq!(hint("shopp", all), " (did you mean shop?)");
        assert_eq!(hint("xyz", all), "");
    }
}
