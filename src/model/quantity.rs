//! Kubernetes quantities (k8s.io/apimachinery/pkg/api/resource): `250m`, `64Mi`, `1e3`, `0.5`.

/// The number that a quantity stands for, or `None` if the text is no quantity.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))).unwrap_or(text.len());
    let (mantissa, suffix) = text.split_at(digits);
    let mantissa: f64 = mantissa.parse().ok()?;
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0 * 1024.0,
        "Gi" => 1024f64.powi(3),
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        "Ei" => 1024f64.powi(6),
        exponent => 10f64.powi(exponent.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    Some(mantissa * factor)
}

/// The number of cores of a CPU quantity: `250m` is 0.25.
pub fn cores(text: &str) -> Option<f64> {
    number(text)
}

/// The number of bytes of a memory or storage quantity: `64Mi` is 67,108,864.
pub fn bytes(text: &str) -> Option<u64> {
    number(text).filter(|n| *n >= 0.0).map(|n| n.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_as_the_api_server_reads_them() {
        assert_eq!(cores("250m"), Some(0.25));
        assert_eq!(cores("2"), Some(2.0));
        assert!(cores("1500000n").is_some_and(|n| (n - 0.0015).abs() < 1e-12));
        assert_eq!(bytes("64Mi"), Some(67_108_864));
        assert_eq!(bytes("1e3"), Some(1000));
        assert_eq!(bytes("12E"), Some(12_000_000_000_000_000_000));
        assert_eq!(bytes("-1"), None);
        assert_eq!(bytes("much"), None);
        assert_eq!(bytes(""), None);
    }
}
