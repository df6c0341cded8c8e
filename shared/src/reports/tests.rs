//! What a report must be.

use super::*;

fn report() -> NewReport {
    NewReport {
        place: PlaceId::parse("0130136C").unwrap(),
        category: None,
        description: String::new(),
        photos: vec![],
        captions: vec![],
        urgency: None,
        spot: String::new(),
        position: None,
        ask_at: None,
        follow: None,
        same_as: None,
        unlike: vec![],
        mail: None,
        observed_at: Instant(0),
        lang: "fr".into(),
    }
}

fn hash(n: usize) -> PhotoHash {
    PhotoHash::parse(&format!("{n:064x}")).unwrap()
}

#[test]
fn one_photo_is_enough_and_even_that_may_lack() {
    assert!(report().checked().is_ok());
}

#[test]
fn limits_are_said_with_their_field() {
    let long = NewReport { description: "é".repeat(MAX_TEXT + 1), ..report() };
    assert_eq!(long.checked(), Err(Problem::of(Code::TextTooLong, "description")));
    let mail = NewReport { mail: Some("moi@".into()), ..report() };
    assert_eq!(mail.checked(), Err(Problem::of(Code::MailInvalid, "mail")));
    let category = NewReport { category: Some("nope".into()), ..report() };
    assert_eq!(category.checked(), Err(Problem::of(Code::CategoryUnknown, "category")));
    let spot = NewReport { spot: "é".repeat(MAX_SPOT + 1), ..report() };
    assert_eq!(spot.checked(), Err(Problem::of(Code::TextTooLong, "spot")));
    let caption =
        NewReport { photos: vec![hash(0)], captions: vec!["é".repeat(MAX_CAPTION + 1)], ..report() };
    assert_eq!(caption.checked(), Err(Problem::of(Code::TextTooLong, "captions")));
    let urgency = NewReport { urgency: Some(5), ..report() };
    assert_eq!(urgency.checked(), Err(Problem::of(Code::UrgencyUnknown, "urgency")));
    let hashes = (0..=MAX_PHOTOS).map(hash).collect();
    assert_eq!(
        NewReport { photos: hashes, ..report() }.checked(),
        Err(Problem::of(Code::TooManyPhotos, "photos"))
    );
}

#[test]
fn blank_means_absent_and_a_photo_counts_once() {
    let blank = NewReport {
        mail: Some("  ".into()),
        category: Some(String::new()),
        photos: vec![hash(1), hash(1)],
        captions: vec![" ".into()],
        ..report()
    };
    let checked = blank.checked().unwrap();
    assert_eq!((checked.mail, checked.category, checked.photos.len()), (None, None, 1));
    assert!(checked.captions.is_empty());
}

#[test]
fn a_caption_stays_with_its_photo() {
    let twice = NewReport {
        photos: vec![hash(1), hash(1), hash(2)],
        captions: vec!["un".into(), "encore".into(), "deux".into()],
        ..report()
    };
    let checked = twice.checked().unwrap();
    assert_eq!(
        (checked.photos, checked.captions),
        (vec![hash(1), hash(2)], vec!["un".into(), "deux".into()])
    );
}

#[test]
fn a_report_written_by_an_older_phone_is_still_read() {
    let old = r#"{"place":"0130136C","description":"x","photos":[],"observed_at":5,"lang":"fr"}"#;
    let read: NewReport = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
}
