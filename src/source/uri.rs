//! Escapes words in URLs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// All characters that are escaped: everything except the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same without slash and colon, which names of images keep.
const FOR_IMAGES: &AsciiSet = &RESERVED.remove(b'/').remove(b':');

/// A word as one segment of a path, or as a value in a query.
pub fn escaped(word: &str) -> PercentEncode<'_> {
    utf8_percent_encode(word, RESERVED)
}

/// A word that may be the name of an image.
pub fn image(word: &str) -> PercentEncode<'_> {
    utf8_percent_encode(word, FOR_IMAGES)
}
