//! What becomes of a parcel, answer by answer.

use super::*;
use crate::ids::mint;
use crate::reports::Outcome;

const NOW: Instant = Instant(1_800_000_000_000);

fn parcel() -> Parcel {
    let content = Content::Support { report: mint(NOW, [1; 10]) };
    Parcel::seal(content, mint(NOW, [2; 10]), Key::from_bytes([3; 16]), NOW)
}

fn receipt(id: ParcelId) -> Receipt {
    Receipt {
        report: id.clone(),
        id,
        number: 1042,
        outcome: Outcome::New,
        people: 1,
        sent_to: vec![],
        at: NOW,
        missing: vec![],
        ask_at: None,
    }
}

#[test]
fn a_receipt_naming_the_id_ends_a_parcel() {
    let settled = settle(parcel(), Answer::Receipt(receipt(parcel().id)), &[], NOW);
    assert!(matches!(settled.state, State::Received { .. }));
    assert!(!settled.is_unsent());
}

#[test]
fn somebody_elses_receipt_and_silence_mean_later() {
    for answer in [
        Answer::Receipt(receipt(mint(NOW, [9; 10]))),
        Answer::Nothing,
        Answer::Problem(Code::Busy.into()),
        Answer::Problem(Code::Internal.into()),
    ] {
        let settled = settle(parcel(), answer, &[], NOW);
        assert_eq!(settled.state, State::Waiting);
        assert_eq!(settled.not_before, NOW.plus(5_000));
        assert!(!settled.is_due(NOW) && settled.is_due(NOW.plus(5_000)));
    }
}

fn hash(n: u8) -> PhotoHash {
    PhotoHash::parse(&format!("{n:064x}")).unwrap()
}

fn missing(photos: &[u8]) -> Receipt {
    Receipt { missing: photos.iter().copied().map(hash).collect(), ..receipt(parcel().id) }
}

fn partly(photos: &[u8]) -> Parcel {
    Parcel { state: State::Partly { receipt: missing(photos) }, ..parcel() }
}

fn with_photos(photos: &[u8]) -> Parcel {
    let photos = photos.iter().copied().map(hash).collect::<Vec<_>>();
    let mut report: NewReport =
        serde_json::from_str(r#"{"place":"0130136C","observed_at":5,"lang":"fr"}"#).unwrap();
    report.photos = photos;
    Parcel { content: Content::Report(report), ..parcel() }
}

#[test]
fn words_without_their_photos_are_partly_there_and_the_photos_leave_at_once() {
    let tried = Parcel { state: State::Sending, attempts: 5, ..parcel() };
    let settled = settle(tried, Answer::Receipt(missing(&[1])), &[], NOW);
    assert_eq!(settled, partly(&[1]));
    assert!(settled.is_unsent() && settled.is_due(NOW) && !settled.is_unheard());
    assert_eq!(settled.receipt(), Some(&missing(&[1])));
}

#[test]
fn photos_are_taken_off_as_they_arrive_and_the_last_receipt_ends_it() {
    let after = arrived(partly(&[1, 2]), &hash(1));
    assert_eq!(after, partly(&[2]));
    let after = arrived(after, &hash(2));
    assert_eq!(after, partly(&[]));
    assert!(after.is_unsent(), "until the server says that it has everything");
    assert!(matches!(settle(after, Answer::Receipt(missing(&[])), &[], NOW).state, State::Received { .. }));
}

#[test]
fn a_photo_that_will_never_arrive_does_not_hold_the_rest() {
    let settled = settle(partly(&[1, 2]), Answer::Receipt(missing(&[1])), &[hash(1)], NOW);
    assert_eq!(settled.state, State::Received { receipt: missing(&[1]) });
    let waits = settle(partly(&[1, 2]), Answer::Receipt(missing(&[1, 2])), &[hash(1)], NOW);
    assert!(waits.is_unsent() && !waits.is_due(NOW));
}

#[test]
fn an_older_server_asks_for_the_photos_before_it_takes_the_words() {
    let answer = || Answer::Problem(Code::PhotoMissing.into());
    assert_eq!(wanted(&with_photos(&[1, 2]), &answer()), [hash(1), hash(2)]);
    assert_eq!(wanted(&with_photos(&[1, 2]), &Answer::Receipt(missing(&[2]))), [hash(2)]);
    assert_eq!(wanted(&with_photos(&[1]), &Answer::Receipt(receipt(mint(NOW, [9; 10])))), []);
    assert_eq!(wanted(&with_photos(&[1]), &Answer::Nothing), []);
    let later = settle(with_photos(&[1]), answer(), &[], NOW);
    assert!(matches!(later.state, State::Waiting) && !later.is_due(NOW));
    let never = settle(with_photos(&[1]), answer(), &[hash(1)], NOW);
    let problem = Problem::of(Code::PhotoUnreadable, "photos");
    assert_eq!(never.state, State::Refused { problem });
}

#[test]
fn an_attempt_that_ended_nothing_waits_and_starts_anew_where_something_moved() {
    for (before, moved, state, attempts) in [
        (Parcel { state: State::Sending, attempts: 2, ..parcel() }, false, State::Waiting, 3),
        (Parcel { attempts: 7, ..partly(&[1]) }, false, partly(&[1]).state, 8),
        (Parcel { attempts: 7, ..partly(&[1]) }, true, partly(&[1]).state, 1),
    ] {
        let after = postpone(before, moved, NOW);
        assert_eq!((after.state, after.attempts), (state, attempts));
        assert_eq!(after.not_before, NOW.plus(back_off(attempts)));
    }
}

#[test]
fn all_words_leave_before_any_photo() {
    let named = |seed, parcel: Parcel| Parcel { id: mint(NOW, [seed; 10]), ..parcel };
    let photos = named(1, partly(&[1]));
    let tried = named(2, Parcel { attempts: 9, ..parcel() });
    let fresh = named(3, Parcel { state: State::Sending, ..parcel() });
    let parcels = [photos.clone(), tried.clone(), fresh.clone()];
    assert_eq!(order(&parcels, NOW, Hurry::Now), [fresh.id, tried.id, photos.id]);
}

#[test]
fn a_final_problem_keeps_the_parcel_with_its_reason() {
    let settled = settle(parcel(), Answer::Problem(Code::PlaceUnknown.into()), &[], NOW);
    assert_eq!(settled.state, State::Refused { problem: Code::PlaceUnknown.into() });
    assert_eq!(settled.content, parcel().content);
}

#[test]
fn the_form_kept_on_phones_is_stable() {
    let kept = serde_json::to_value(parcel()).unwrap();
    let expected = serde_json::json!({
        "id": parcel().id, "key": "03030303030303030303030303030303", "sealed_at": NOW,
        "content": { "support": { "report": mint(NOW, [1; 10]) } },
        "state": "waiting", "attempts": 0, "not_before": NOW,
    });
    assert_eq!(kept, expected);
    let refused = State::Refused { problem: Code::PlaceUnknown.into() };
    let kept = serde_json::to_value(&refused).unwrap();
    assert_eq!(kept, serde_json::json!({ "refused": { "problem": { "code": "place_unknown" } } }));
    let kept = serde_json::to_value(partly(&[]).state).unwrap();
    assert_eq!(kept["partly"]["receipt"]["number"], 1042);
}

#[test]
fn one_that_always_fails_never_stands_before_the_others() {
    let named =
        |seed, attempts, not_before| Parcel { id: mint(NOW, [seed; 10]), attempts, not_before, ..parcel() };
    let failing = named(1, 4, NOW);
    let held = named(2, 1, NOW.plus(10_000));
    let fresh = named(3, 0, NOW);
    let parcels = [failing.clone(), held.clone(), fresh.clone()];
    assert_eq!(order(&parcels, NOW, Hurry::None), [fresh.id.clone(), failing.id.clone()]);
    assert_eq!(order(&parcels, NOW, Hurry::Now), [fresh.id, held.id, failing.id]);
}

#[test]
fn a_parcel_left_in_sending_by_a_crash_leaves_again() {
    let left = Parcel { state: State::Sending, ..parcel() };
    assert_eq!(order(std::slice::from_ref(&left), NOW, Hurry::None), [left.id]);
}

#[test]
fn without_a_network_the_next_try_waits_for_the_one_that_failed() {
    let failed = Parcel { not_before: NOW.plus(5_000), attempts: 1, ..parcel() };
    let parcels = [parcel(), failed];
    assert_eq!(next_try(&parcels, None), Some(NOW));
    assert_eq!(next_try(&parcels, Some(NOW.plus(5_000))), Some(NOW.plus(5_000)));
    assert_eq!(next_try(&[], Some(NOW)), None);
}

#[test]
fn a_portals_page_is_no_answer_whatever_its_status() {
    for (status, content_type, expected) in [
        (200, "application/json", Reading::Yes),
        (200, "Application/JSON; charset=utf-8", Reading::Yes),
        (422, "application/problem+json", Reading::Problem),
        (200, "application/problem+json", Reading::Nothing),
        (422, "application/json", Reading::Nothing),
        (204, "application/json", Reading::Nothing),
        (200, "text/html", Reading::Nothing),
        (511, "text/html", Reading::Nothing),
        (200, "", Reading::Nothing),
    ] {
        assert_eq!(reading(status, content_type), expected, "{status} {content_type}");
    }
}

#[test]
fn waits_grow_to_half_an_hour_and_a_clock_set_back_does_not_hold_a_parcel() {
    assert_eq!([1, 2, 3, 30].map(back_off), [5_000, 10_000, 20_000, LONGEST_WAIT]);
    let mut far = parcel();
    far.not_before = NOW.plus(400 * crate::instant::DAY);
    assert!(far.is_due(NOW));
}

fn wish(n: u8, wish: Wish) -> Parcel {
    let content = Content::FollowUp(FollowUp::of(mint(NOW, [1; 10]), wish));
    Parcel::seal(content, mint(NOW.plus(1), [n; 10]), parcel().key, NOW.plus(1))
}

#[test]
fn a_wish_follows_what_makes_its_owner_part_of_the_report() {
    let (support, wish) = (parcel(), wish(7, Wish::Relance));
    let both = [support.clone(), wish.clone()];
    assert_eq!(order(&both, NOW.plus(2), Hurry::Now), std::slice::from_ref(&support.id));
    assert_eq!(next_try(&both, None), Some(support.not_before));
    let heard = Parcel { state: State::Received { receipt: receipt(support.id.clone()) }, ..support };
    assert_eq!(order(&[heard, wish.clone()], NOW.plus(2), Hurry::Now), [wish.id]);
}

#[test]
fn what_one_tap_said_can_be_taken_back_before_it_leaves() {
    let held = wish(7, Wish::Fixed).held();
    let (now, later) = (held.sealed_at, held.sealed_at.plus(SECOND_THOUGHTS));
    for (hurry, at, leaves) in [
        (Hurry::None, now, false),
        (Hurry::Now, now, false),
        (Hurry::Last, now, true),
        (Hurry::None, later, true),
        (Hurry::Now, later, true),
    ] {
        assert_eq!(order(std::slice::from_ref(&held), at, hurry).len(), usize::from(leaves), "{hurry:?}");
    }
    let set_back = now.plus(-SECOND_THOUGHTS * 1_000);
    assert_eq!(
        order(std::slice::from_ref(&held), set_back, Hurry::Now).len(),
        1,
        "a clock set back holds nothing"
    );
}

#[test]
fn the_kept_form_of_a_wish_is_stable() {
    let kept = serde_json::to_string(&wish(7, Wish::Ask(crate::followup::Rhythm::In(7))).content).unwrap();
    let report = mint(NOW, [1; 10]);
    assert_eq!(kept, format!(r#"{{"follow_up":{{"report":"{report}","wish":{{"ask":{{"in":7}}}}}}}}"#));
}
