//! Weights: the share of each backend, and new weights that keep the sum.

/// The sum of all shares, in hundredths of a percent.
pub const WHOLE: u32 = 10_000;

/// Divides `total` in proportion to `weights`, without loss. The remainder of rounding goes to the largest fractions,
/// and among equal ones to the first. All results are zero if no weight is positive.
pub fn divide(total: i64, weights: &[i64]) -> Vec<i64> {
    let weights: Vec<i128> = weights.iter().map(|weight| i128::from(*weight).max(0)).collect();
    let sum: i128 = weights.iter().sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: &i128| weight * i128::from(total);
    let mut parts: Vec<i128> = weights.iter().map(|weight| exact(weight) / sum).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(exact(&weights[*index]) % sum));
    let left = i128::from(total) - parts.iter().sum::<i128>();
    order.iter().take(usize::try_from(left).unwrap_or(0)).for_each(|index| parts[*index] += 1);
    parts.into_iter().map(|part| i64::try_from(part).unwrap_or(i64::MAX)).collect()
}

/// The share of each weight in the sum, as Istio and the Gateway API read weights.
pub fn shares(weights: &[i64]) -> Vec<u32> {
    divide(i64::from(WHOLE), weights).into_iter().map(|part| u32::try_from(part).unwrap_or(0)).collect()
}

/// New weights in percent: `percent` for the backend at `index`. The rest is divided among the others in proportion to
/// their weights, or equally if they had none. `None` if there are no others, or no such backend.
pub fn give(weights: &[i64], index: usize, percent: u32) -> Option<Vec<i64>> {
    if weights.len() < 2 || index >= weights.len() || percent > 100 {
        return None;
    }
    let mut others: Vec<i64> = weights.to_vec();
    others[index] = 0;
    if others.iter().all(|weight| *weight <= 0) {
        others = (0..weights.len()).map(|other| i64::from(other != index)).collect();
    }
    let mut new = divide(100 - i64::from(percent), &others);
    new[index] = i64::from(percent);
    Some(new)
}

/// New weights: zero for the backend at `index`, and its share divided among the others.
pub fn drain(weights: &[i64], index: usize) -> Option<Vec<i64>> {
    give(weights, index, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_relative_and_lose_nothing() {
        assert_eq!(shares(&[90, 10]), [9000, 1000]);
        assert_eq!(shares(&[1, 1, 1]), [3334, 3333, 3333]);
        assert_eq!(shares(&[8, 1]), [8889, 1111]);
        assert_eq!(shares(&[0, 0]), [0, 0]);
        assert_eq!(shares(&[1_000_000, 1]), [10_000, 0]);
    }

    #[test]
    fn one_gets_a_share_and_the_others_keep_their_proportions() {
        assert_eq!(give(&[90, 10], 1, 25), Some(vec![75, 25]));
        assert_eq!(give(&[60, 30, 10], 2, 40), Some(vec![40, 20, 40]));
        assert_eq!(give(&[100, 0, 0], 0, 50), Some(vec![50, 25, 25]));
        assert_eq!(drain(&[50, 25, 25], 0), Some(vec![0, 50, 50]));
        assert_eq!(give(&[1], 0, 50), None);
        assert_eq!(give(&[1, 1], 0, 101), None);
    }

    #[test]
    fn whatever_the_weights_the_sum_stays() {
        let mut seed = 7_u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        for _ in 0..2000 {
            let count = 2 + usize::try_from(next(5)).unwrap();
            let weights: Vec<i64> = (0..count).map(|_| next(1_000_001) as i64).collect();
            let index = usize::try_from(next(count as u64)).unwrap();
            let percent = next(101) as u32;
            assert_eq!(give(&weights, index, percent).unwrap().iter().sum::<i64>(), 100, "{weights:?}");
            let expected = if weights.iter().all(|weight| *weight == 0) { 0 } else { WHOLE };
            assert_eq!(shares(&weights).iter().sum::<u32>(), expected, "{weights:?}");
        }
    }
}
