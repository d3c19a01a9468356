//! The registries: which images can be pulled, and what they say when one cannot.

/// The shop's own registry knows releases only.
const OURS: &str = "registry.shop.example/";

/// What the container runtime says of an image that cannot be pulled.
pub fn refused(image: &str) -> Option<String> {
    let (name, tag) = parts(image);
    let fine = if name.starts_with(OURS) { is_release(tag) } else { is_plausible(tag) };
    let full = if name.contains('/') { name.to_owned() } else { format!("docker.io/library/{name}") };
    (!fine).then(|| {
        format!("rpc error: code = NotFound desc = failed to pull and unpack image \"{full}:{tag}\": failed to resolve reference \"{full}:{tag}\": {full}:{tag}: not found")
    })
}

/// Whether it is no image name at all.
pub fn is_malformed(image: &str) -> bool {
    let (name, _) = parts(image);
    image.is_empty()
        || image.contains(char::is_whitespace)
        || name.chars().any(|c| c.is_ascii_uppercase())
        || name.ends_with('/')
}

fn parts(image: &str) -> (&str, &str) {
    let slash = image.rfind('/').unwrap_or(0);
    match image[slash..].find([':', '@']) {
        Some(at) => (&image[..slash + at], &image[slash + at + 1..]),
        None => (image, "latest"),
    }
}

/// `2.14.3`, `2.14.3-rc.1`
fn is_release(tag: &str) -> bool {
    let core = tag.split('-').next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn is_plausible(tag: &str) -> bool {
    const WORDS: &[&str] = &["latest", "stable", "main", "alpine", "slim", "edge", "mainline"];
    WORDS.contains(&tag) || tag.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_with_a_letter_for_a_digit_is_not_found() {
        assert_eq!(refused("registry.shop.example/shop/search:3.4.1"), None);
        assert!(refused("registry.shop.example/shop/search:3.4.l").is_some_and(|text| text.contains("not found")));
        assert_eq!(refused("nginx"), None);
        assert!(refused("nginx:nope").is_some_and(|text| text.contains("docker.io/library/nginx:nope")));
        assert!(is_malformed("Nginx:1") && !is_malformed("localhost:5000/nginx:1"));
    }
}
