//! Short numbers for long values. They are the same on every machine and in every run.

/// FNV-1a with 64 bits, which keeps different values apart. It is no protection against somebody who looks for values
/// with an equal number.
#[derive(Clone, Copy, Debug)]
pub struct Digest(u64);

const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    pub fn of(bytes: &[u8]) -> Self {
        let mut digest = Self::default();
        bytes.iter().for_each(|byte| digest.0 = (digest.0 ^ u64::from(*byte)).wrapping_mul(PRIME));
        digest
    }

    /// Takes in a number as a whole. The rotation lets its high bits change the low bits of the result.
    pub fn add(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(PRIME);
    }

    pub fn value(self) -> u64 {
        self.0
    }
}
