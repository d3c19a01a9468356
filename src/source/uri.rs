//! Words as parts of addresses.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, but names of images keep their slashes and colons.
const FOR_IMAGES: &AsciiSet = &RESERVED.remove(b'/').remove(b':');

/// A word as one segment of a path, or as a part of a query.
pub fn escaped(word: &str) -> PercentEncode<'_> {
    utf8_percent_encode(word, RESERVED)
}

/// A word that may be the name of an image.
pub fn image(word: &str) -> PercentEncode<'_> {
    utf8_percent_encode(word, FOR_IMAGES)
}
