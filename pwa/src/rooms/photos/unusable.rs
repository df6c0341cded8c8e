//! Why a file gives no photo. Owns the names of the sentences, each of which says what to do; the words are in
//! `assets/lang`.

/// Why a file gives no photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// No byte in it.
    Empty,
    /// The gallery names it, its bytes are elsewhere: in a cloud, on a card taken out.
    Elsewhere,
    /// Its end is missing.
    Incomplete,
    /// A format of Apple's that this browser cannot read.
    Heic,
    /// A film.
    Video,
    /// Text, a document, a picture of a kind no browser knows.
    NotAPhoto,
    /// More pixels than this phone can hold.
    TooLarge,
    /// A picture, but a broken one.
    Unreadable,
    /// The browser cannot name bytes: the page is not served safely.
    Unnameable,
}

impl Unusable {
    /// The key of the sentence for the person.
    pub fn key(self) -> &'static str {
        match self {
            Self::Empty => "photo_empty",
            Self::Elsewhere => "photo_elsewhere",
            Self::Incomplete => "photo_incomplete",
            Self::Heic => "photo_heic",
            Self::Video => "photo_video",
            Self::NotAPhoto => "photo_not_photo",
            Self::TooLarge => "photo_too_many_pixels",
            Self::Unreadable => "problem_photo_unreadable",
            Self::Unnameable => "photo_unnameable",
        }
    }
}
