//! The one shape of a "no": a stable code and the field it is about. Words for people are in `assets/lang`
//! (`problem_<code>`); the HTTP form is `application/problem+json` (RFC 9457).

use serde::{Deserialize, Serialize};

/// Media type of a problem on the wire (RFC 9457 §3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why something was refused. Codes never change their meaning; the wire form is snake_case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is not what the address expects.
    BodyInvalid,
    /// The server has more to do than it can: come back.
    Busy,
    /// No category of that name.
    CategoryUnknown,
    /// Pushes are not sent to that address.
    EndpointRefused,
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
    /// The body does not say that it is JSON.
    MediaType,
    /// The address is there, but not for this method.
    MethodNotAllowed,
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
    /// The address asks what cannot be answered: a parameter that is unknown, or says what it cannot say.
    QueryInvalid,
    /// It cannot be opened again: too long ago, or refused by moderation.
    ReopenTooLate,
    /// No such report.
    ReportUnknown,
    /// The text is longer than what is kept.
    TextTooLong,
    /// More bytes than are taken.
    TooLarge,
    /// More photos than are taken.
    TooManyPhotos,
    /// More requests from one address than are answered in so short a time: come back.
    TooManyRequests,
    /// The photo is not a JPEG.
    UnsupportedPhoto,
    /// The upload is not where the phone believes: ask how far it is, go on from there.
    UploadOffset,
    /// No such upload, or no longer: begin again.
    UploadUnknown,
    /// No such urgency.
    UrgencyUnknown,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 29] = [
        Self::BodyInvalid,
        Self::Busy,
        Self::CategoryUnknown,
        Self::EndpointRefused,
        Self::IdInvalid,
        Self::IdTaken,
        Self::Internal,
        Self::KeyMissing,
        Self::MailInvalid,
        Self::MediaType,
        Self::MethodNotAllowed,
        Self::NotFound,
        Self::NotPublic,
        Self::PhotoHashMismatch,
        Self::PhotoMissing,
        Self::PhotoUnreadable,
        Self::PlaceClosed,
        Self::PlaceUnknown,
        Self::QueryInvalid,
        Self::ReopenTooLate,
        Self::ReportUnknown,
        Self::TextTooLong,
        Self::TooLarge,
        Self::TooManyPhotos,
        Self::TooManyRequests,
        Self::UnsupportedPhoto,
        Self::UploadOffset,
        Self::UploadUnknown,
        Self::UrgencyUnknown,
    ];

    /// Its wire form, also the end of its message's key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BodyInvalid => "body_invalid",
            Self::Busy => "busy",
            Self::CategoryUnknown => "category_unknown",
            Self::EndpointRefused => "endpoint_refused",
            Self::IdInvalid => "id_invalid",
            Self::IdTaken => "id_taken",
            Self::Internal => "internal",
            Self::KeyMissing => "key_missing",
            Self::MailInvalid => "mail_invalid",
            Self::MediaType => "media_type",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotFound => "not_found",
            Self::NotPublic => "not_public",
            Self::PhotoHashMismatch => "photo_hash_mismatch",
            Self::PhotoMissing => "photo_missing",
            Self::PhotoUnreadable => "photo_unreadable",
            Self::PlaceClosed => "place_closed",
            Self::PlaceUnknown => "place_unknown",
            Self::QueryInvalid => "query_invalid",
            Self::ReopenTooLate => "reopen_too_late",
            Self::ReportUnknown => "report_unknown",
            Self::TextTooLong => "text_too_long",
            Self::TooLarge => "too_large",
            Self::TooManyPhotos => "too_many_photos",
            Self::TooManyRequests => "too_many_requests",
            Self::UnsupportedPhoto => "unsupported_photo",
            Self::UploadOffset => "upload_offset",
            Self::UploadUnknown => "upload_unknown",
            Self::UrgencyUnknown => "urgency_unknown",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == word)
    }

    /// The HTTP status that carries it.
    pub fn status(self) -> u16 {
        match self {
            Self::BodyInvalid | Self::IdInvalid | Self::PhotoHashMismatch | Self::QueryInvalid => 400,
            Self::KeyMissing => 401,
            Self::NotPublic => 403,
            Self::NotFound | Self::ReportUnknown | Self::UploadUnknown => 404,
            Self::MethodNotAllowed => 405,
            Self::IdTaken | Self::PhotoMissing | Self::UploadOffset => 409,
            Self::TooLarge => 413,
            Self::MediaType | Self::UnsupportedPhoto => 415,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Busy => 503,
            Self::CategoryUnknown
            | Self::EndpointRefused
            | Self::MailInvalid
            | Self::PhotoUnreadable
            | Self::PlaceClosed
            | Self::PlaceUnknown
            | Self::ReopenTooLate
            | Self::TextTooLong
            | Self::TooManyPhotos
            | Self::UrgencyUnknown => 422,
        }
    }

    /// Whether repeating the same words can never help. The others end no parcel.
    pub fn is_final(self) -> bool {
        !matches!(
            self,
            Self::Busy
                | Self::Internal
                | Self::PhotoMissing
                | Self::PhotoHashMismatch
                | Self::TooManyRequests
                | Self::UploadOffset
                | Self::UploadUnknown
        )
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
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(Code::parse(code.as_str()), Some(code));
        }
        assert_eq!(Code::parse("nonsense"), None);
    }
}
