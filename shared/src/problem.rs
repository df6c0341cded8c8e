//! The one shape of a "no": a stable code and the field it is about. Words for people are in `assets/lang`
//! (`problem_<code>`); the HTTP form is `application/problem+json` (RFC 9457).

use serde::{Deserialize, Serialize};

/// Media type of a problem on the wire (RFC 9457 §3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why something was refused. Codes never change their meaning; the wire form is snake_case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is not what the address expects.
    BodyInvalid,
    /// The server has more to do than it can: come back.
    Busy,
    /// No category of that name.
    CategoryUnknown,
    /// The id has not the form of one.
    IdInvalid,
    /// The id belongs to somebody else.
    IdTaken,
    /// Our fault; logged; come back.
    Internal,
    /// The secret of this report is needed, or is not this one.
    KeyMissing,
    /// That is no mail address.
    MailInvalid,
    /// Nothing at this address.
    NotFound,
    /// This report is not shown in public.
    NotPublic,
    /// The bytes do not have the hash they are sent under.
    PhotoHashMismatch,
    /// The report names a photo that has not arrived; send it, then the report again.
    PhotoMissing,
    /// The bytes are no picture that can be read.
    PhotoUnreadable,
    /// The school is closed.
    PlaceClosed,
    /// No such place.
    PlaceUnknown,
    /// No such report.
    ReportUnknown,
    /// The text is longer than what is kept.
    TextTooLong,
    /// More bytes than are taken.
    TooLarge,
    /// More photos than are taken.
    TooManyPhotos,
    /// The photo is not a JPEG.
    UnsupportedPhoto,
}

impl Code {
    /// The HTTP status that carries it.
    pub fn status(self) -> u16 {
        match self {
            Self::BodyInvalid | Self::IdInvalid | Self::PhotoHashMismatch => 400,
            Self::KeyMissing => 401,
            Self::NotPublic => 403,
            Self::NotFound | Self::ReportUnknown => 404,
            Self::IdTaken | Self::PhotoMissing => 409,
            Self::TooLarge => 413,
            Self::UnsupportedPhoto => 415,
            Self::Internal => 500,
            Self::Busy => 503,
            Self::CategoryUnknown
            | Self::MailInvalid
            | Self::PhotoUnreadable
            | Self::PlaceClosed
            | Self::PlaceUnknown
            | Self::TextTooLong
            | Self::TooManyPhotos => 422,
        }
    }

    /// Whether repeating the same words can never help. The others end no parcel.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Busy | Self::Internal | Self::PhotoMissing | Self::PhotoHashMismatch)
    }
}

/// A refusal: what was wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Why.
    pub code: Code,
    /// The field it is about, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    /// A problem about `field`.
    pub fn of(code: Code, field: &str) -> Self {
        Self { code, field: Some(field.to_owned()) }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, field: None }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.code)?;
        self.field.as_ref().map_or(Ok(()), |field| write!(f, " ({field})"))
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_is_stable() {
        let problem = Problem::of(Code::PhotoMissing, "photos");
        assert_eq!(serde_json::to_string(&problem).unwrap(), r#"{"code":"photo_missing","field":"photos"}"#);
        assert_eq!(serde_json::from_str::<Problem>(r#"{"code":"busy"}"#).unwrap(), Code::Busy.into());
    }
}
