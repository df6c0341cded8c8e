//! A report being made: kept on the phone from its first photo on, sealed into a parcel when the person sends it.
//!
//! Owns: what is kept of it, and the one way from draft to parcel. Does not: hold the bytes of photos (they lie beside
//! it, under its id), or say anything to the server.

use super::{NewReport, category};
use crate::calendar::Day;
use crate::followup::Rhythm;
use crate::geo::Position;
use crate::ids::{Key, ParcelId, PhotoHash, PlaceId};
use crate::instant::Instant;
use crate::outbox::{Content, Parcel};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// A photo of a draft. Its bytes lie beside the draft, without metadata: what the file said stands here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftPhoto {
    /// Its name.
    pub hash: PhotoHash,
    /// Words under it; may be empty.
    #[serde(default)]
    pub caption: String,
    /// Where it was taken, if the file said.
    #[serde(default)]
    pub position: Option<Position>,
    /// When it was taken, if the file said.
    #[serde(default)]
    pub taken_at: Option<Instant>,
}

/// What the person has put together so far. New fields need a default: an older app's drafts are read by a newer one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Minted when it was begun; the parcel's and the report's id later.
    pub id: ParcelId,
    /// Minted with it.
    pub key: Key,
    /// When it last changed, by the phone's clock.
    pub changed_at: Instant,
    /// Photos in the person's order.
    #[serde(default)]
    pub photos: Vec<DraftPhoto>,
    /// Where.
    #[serde(default)]
    pub place: Option<PlaceId>,
    /// What.
    #[serde(default)]
    pub category: Option<String>,
    /// In their words.
    #[serde(default)]
    pub description: String,
    /// How urgent they say it is.
    #[serde(default)]
    pub urgency: Option<i16>,
    /// Where in the school.
    #[serde(default)]
    pub spot: String,
    /// Where to write news; none: as remembered by the phone.
    #[serde(default)]
    pub mail: Option<String>,
    /// When to ask them whether it is fixed; none: as is proposed for its urgency.
    #[serde(default)]
    pub follow: Option<Rhythm>,
    /// The report they said it is about.
    #[serde(default)]
    pub same_as: Option<ParcelId>,
    /// Reports they said it differs from.
    #[serde(default)]
    pub unlike: Vec<ParcelId>,
    /// They took the photo's date away.
    #[serde(default)]
    pub without_date: bool,
    /// They took the photo's place away.
    #[serde(default)]
    pub without_position: bool,
}

/// Why a draft cannot leave yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// No school was chosen.
    Place,
    /// Neither photo nor category nor words.
    Empty,
    /// A field says something the server would refuse.
    Field(Problem),
}

impl Draft {
    /// A draft with nothing in it.
    pub fn begin(id: ParcelId, key: Key, at: Instant) -> Self {
        Self {
            id,
            key,
            changed_at: at,
            photos: vec![],
            place: None,
            category: None,
            description: String::new(),
            urgency: None,
            spot: String::new(),
            mail: None,
            follow: None,
            same_as: None,
            unlike: vec![],
            without_date: false,
            without_position: false,
        }
    }

    /// Whether nothing would be lost.
    pub fn is_empty(&self) -> bool {
        self.photos.is_empty()
            && self.category.is_none()
            && self.description.trim().is_empty()
            && self.spot.trim().is_empty()
    }

    /// Where the photos were taken, if one says and the person left it.
    pub fn position(&self) -> Option<Position> {
        if self.without_position { None } else { self.photos.iter().find_map(|photo| photo.position) }
    }

    /// When the first photo was taken, if one says and the person left it.
    pub fn taken_at(&self) -> Option<Instant> {
        if self.without_date { None } else { self.photos.iter().filter_map(|photo| photo.taken_at).min() }
    }

    /// Its urgency: the person's word, else its category's.
    pub fn urgency(&self) -> i16 {
        self.urgency.unwrap_or_else(|| category::urgency(self.category.as_deref()))
    }

    /// When to ask them: by their own word, else by its urgency.
    pub fn follow(&self) -> Rhythm {
        self.follow.unwrap_or_else(|| Rhythm::proposed(self.urgency()))
    }

    /// The parcel this draft becomes at `at`, in the person's language; news go to `mail` where the draft says nothing.
    ///
    /// # Errors
    /// What is missing or wrong; the draft stays as it is.
    pub fn seal(&self, at: Instant, lang: &str, mail: &str) -> Result<Parcel, Gap> {
        let place = self.place.clone().ok_or(Gap::Place)?;
        if self.is_empty() {
            return Err(Gap::Empty);
        }
        let report = NewReport {
            place,
            category: self.category.clone(),
            description: self.description.clone(),
            photos: self.photos.iter().map(|photo| photo.hash.clone()).collect(),
            captions: self.photos.iter().map(|photo| photo.caption.clone()).collect(),
            urgency: self.urgency,
            spot: self.spot.clone(),
            position: self.position(),
            ask_at: None,
            follow: Some(self.follow()),
            same_as: self.same_as.clone(),
            unlike: self.unlike.clone(),
            mail: Some(self.mail.clone().unwrap_or_else(|| mail.to_owned())),
            observed_at: self.taken_at().unwrap_or(at),
            lang: lang.to_owned(),
        };
        let report = report.checked().map_err(Gap::Field)?;
        Ok(Parcel::seal(Content::Report(report), self.id.clone(), self.key.clone(), at))
    }

    /// The draft a parcel is opened into again, so that its owner can mend it, under a new id. The earlier one may have
    /// arrived without its answer: the new one says that it is about the same, and holds the same key, so that the
    /// server counts one person. Nothing for what is no report.
    pub fn reopen(parcel: &Parcel, id: ParcelId, at: Instant) -> Option<Self> {
        let Content::Report(report) = &parcel.content else { return None };
        let photo = |(n, hash): (usize, &PhotoHash)| DraftPhoto {
            hash: hash.clone(),
            caption: report.captions.get(n).cloned().unwrap_or_default(),
            position: report.position.filter(|_| n == 0),
            taken_at: Some(report.observed_at).filter(|_| n == 0),
        };
        Some(Self {
            photos: report.photos.iter().enumerate().map(photo).collect(),
            place: Some(report.place.clone()),
            category: report.category.clone(),
            description: report.description.clone(),
            urgency: report.urgency,
            spot: report.spot.clone(),
            mail: Some(report.mail.clone().unwrap_or_default()),
            follow: report.follow.or_else(|| report.ask_at.map(|at| Rhythm::On(Day::utc(at)))),
            same_as: report.same_as.clone().or_else(|| Some(parcel.id.clone())),
            unlike: report.unlike.clone(),
            ..Self::begin(id, parcel.key.clone(), at)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::mint;
    use crate::problem::Code;

    const NOW: Instant = Instant(1_800_000_000_000);

    fn draft() -> Draft {
        Draft::begin(mint(NOW, [1; 10]), Key::from_bytes([2; 16]), NOW)
    }

    fn photo(n: u8, taken_at: Option<i64>) -> DraftPhoto {
        DraftPhoto {
            hash: PhotoHash::parse(&format!("{n:064x}")).unwrap(),
            caption: format!("photo {n}"),
            position: Position::new(43.0 + f64::from(n), 5.0),
            taken_at: taken_at.map(Instant),
        }
    }

    fn with_place() -> Draft {
        Draft { place: Some(PlaceId::parse("0130136C").unwrap()), ..draft() }
    }

    fn report(draft: &Draft) -> NewReport {
        match draft.seal(NOW, "fr", "").unwrap().content {
            Content::Report(report) => report,
            _ => panic!("a draft is a report"),
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(draft().seal(NOW, "fr", ""), Err(Gap::Place));
        assert_eq!(with_place().seal(NOW, "fr", ""), Err(Gap::Empty));
        let wrong = Draft { description: "x".into(), mail: Some("moi@".into()), ..with_place() };
        assert_eq!(wrong.seal(NOW, "fr", ""), Err(Gap::Field(Problem::of(Code::MailInvalid, "mail"))));
    }

    #[test]
    fn a_photo_says_when_and_where_unless_the_person_took_that_away() {
        let told = Draft { photos: vec![photo(1, Some(50)), photo(2, Some(40))], ..with_place() };
        let sent = report(&told);
        assert_eq!((sent.observed_at, sent.position), (Instant(40), Position::new(44.0, 5.0)));
        assert_eq!(sent.captions, ["photo 1", "photo 2"]);
        let silent = report(&Draft { without_date: true, without_position: true, ..told });
        assert_eq!((silent.observed_at, silent.position), (NOW, None));
    }

    #[test]
    fn a_parcel_opened_again_keeps_its_words_and_its_owner() {
        let first = Draft { photos: vec![photo(1, Some(50))], spot: "salle 12".into(), ..with_place() };
        let parcel = first.seal(NOW, "fr", "moi@exemple.fr").unwrap();
        let again = Draft::reopen(&parcel, mint(NOW, [9; 10]), NOW).unwrap();
        assert_eq!((&again.key, again.same_as.as_ref()), (&first.key, Some(&first.id)));
        assert_ne!(again.id, first.id);
        let (before, after) = (report(&first), report(&again));
        assert_eq!((after.photos, after.captions, after.spot), (before.photos, before.captions, before.spot));
        assert_eq!((after.observed_at, after.position), (before.observed_at, before.position));
        assert_eq!(again.mail.as_deref(), Some("moi@exemple.fr"));
    }

    #[test]
    fn a_draft_of_an_older_app_is_still_read() {
        let old = format!(r#"{{"id":"{}","key":"{}","changed_at":5}}"#, draft().id, "02".repeat(16));
        let read: Draft = serde_json::from_str(&old).unwrap();
        assert_eq!(read, Draft { changed_at: Instant(5), ..draft() });
    }
}
