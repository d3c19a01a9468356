//! Numbers that look random and are not: the same seed gives the same cluster.

/// What Kubernetes makes generated names of: no vowels, nothing that reads like another character.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// A step of splitmix64.
pub fn mix(bits: u64) -> u64 {
    let mut bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// FNV-1a, mixed.
pub fn hash(text: &str) -> u64 {
    let step = |bits: u64, byte: u8| (bits ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    mix(text.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

/// As the ends of generated names are spelled.
pub fn letters(bits: u64, length: usize) -> String {
    let mut bits = mix(bits);
    let mut out = String::with_capacity(length);
    for _ in 0..length {
        out.push(char::from(LETTERS[(bits % LETTERS.len() as u64) as usize]));
        bits = mix(bits);
    }
    out
}

/// Between 0 and 1.
pub fn part(bits: u64) -> f64 {
    (mix(bits) >> 11) as f64 / (1u64 << 53) as f64
}

#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    pub fn throw(&mut self) -> u64 {
        self.0 = mix(self.0);
        self.0
    }

    /// From `low` up to, but not including, `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).max(1);
        low + (self.throw() % span as u64) as i64
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.throw() % limit.max(1) as u64) as usize
    }

    pub fn letters(&mut self, length: usize) -> String {
        letters(self.throw(), length)
    }
}
