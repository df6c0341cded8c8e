//! Which schools are proposed, and in which order. Pure.

use shared::geo::Position;
use shared::ids::PlaceId;
use shared::places::{Place, near, search};

/// Schools proposed by distance.
const NEAREST: usize = 5;
/// Of these, the ones always shown; the others only when they are within [`AROUND`].
const ALWAYS: usize = 3;
/// Metres within which a phone's position may still mean any school. One that is known less well means none.
const AROUND: f64 = 400.0;
/// Metres beyond which no school is proposed: the position is wrong, or its city does not use Vigie.
const FAR: f64 = 20_000.0;
/// Schools found by words.
const FOUND: usize = 8;

/// A school to choose, and how far it is when that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice<'a> {
    /// The school.
    pub place: &'a Place,
    /// Metres from the photo or the phone.
    pub metres: Option<f64>,
}

/// What is known of the person's wishes.
#[derive(Default)]
pub struct Wish<'a> {
    /// Where the photo, else the phone, is.
    pub from: Option<Position>,
    /// Within how many metres; nothing: exactly.
    pub within: f64,
    /// Schools used before, most recent first.
    pub recent: &'a [PlaceId],
    /// The school chosen.
    pub chosen: Option<&'a PlaceId>,
    /// Words typed.
    pub query: &'a str,
}

/// The school home goes by, and one to ask about.
#[derive(Debug, PartialEq)]
pub struct Here<'a> {
    /// The school used last; the nearest where none was used yet.
    pub shown: Option<Choice<'a>>,
    /// The school the person seems to be at, far from the one used last.
    pub rather: Option<Choice<'a>>,
}

/// Where home stands: the school used `last`, unless the phone is known to be `at` another, within so many metres; then
/// the person is asked.
pub fn here<'a>(places: &'a [Place], last: Option<&PlaceId>, at: Option<(Position, f64)>) -> Here<'a> {
    let at = at.filter(|(_, within)| *within <= AROUND);
    let choice = |place: &'a Place| Choice {
        place,
        metres: at.zip(place.position).map(|((from, _), to)| from.metres_to(to)),
    };
    let last = last.and_then(|id| places.iter().find(|place| place.id == *id)).map(choice);
    let reach = AROUND + at.map_or(0.0, |(_, within)| within);
    let nearest = at.and_then(|(from, _)| near(places, from, 1).pop());
    let nearest = nearest.filter(|(_, metres)| *metres <= reach).map(|(place, _)| choice(place));
    match last {
        None => Here { shown: nearest, rather: None },
        Some(last) => {
            let rather = nearest.filter(|_| last.metres.is_some_and(|metres| metres > reach));
            Here { shown: Some(last), rather }
        }
    }
}

/// The schools to show: those that match the words when there are any; else the nearest, then the ones used before; these
/// first where the position is known too badly. The chosen one is always among them. None is ever chosen here.
pub fn choices<'a>(places: &'a [Place], wish: &Wish<'_>) -> Vec<Choice<'a>> {
    let choice = |place: &'a Place| Choice {
        place,
        metres: wish.from.zip(place.position).map(|(from, to)| from.metres_to(to)),
    };
    if !wish.query.trim().is_empty() {
        let mut found: Vec<_> = search(places, wish.query, FOUND).into_iter().map(choice).collect();
        found.sort_by(|a, b| a.metres.unwrap_or(f64::MAX).total_cmp(&b.metres.unwrap_or(f64::MAX)));
        return found;
    }
    let nearest = wish.from.map(|from| near(places, from, NEAREST)).unwrap_or_default();
    let mut shown: Vec<_> = nearest
        .into_iter()
        .enumerate()
        .filter(|(n, (_, metres))| *metres <= if *n < ALWAYS { FAR } else { AROUND })
        .map(|(_, (place, _))| choice(place))
        .collect();
    let vague = wish.within > AROUND;
    let most_recent = if shown.is_empty() || vague { wish.recent.len() } else { 1 };
    let mut before: Vec<_> = vec![];
    for id in wish.recent.iter().take(most_recent).chain(wish.chosen) {
        if vague {
            shown.retain(|known| known.place.id != *id);
        }
        if !shown.iter().chain(&before).any(|known| known.place.id == *id) {
            before.extend(places.iter().find(|place| place.id == *id).map(choice));
        }
    }
    if vague {
        std::mem::swap(&mut shown, &mut before);
    }
    shown.extend(before);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::places::Kind;

    fn place(n: u32, lat: f64) -> Place {
        Place {
            id: PlaceId::parse(&format!("A{n:02}")).unwrap(),
            name: format!("École {n}"),
            kind: Kind::Elementaire,
            address: String::new(),
            postcode: String::new(),
            city: "Ville".into(),
            position: Position::new(lat, 5.0),
            approximate: false,
        }
    }

    fn ids(choices: &[Choice<'_>]) -> Vec<String> {
        choices.iter().map(|choice| choice.place.id.to_string()).collect()
    }

    #[test]
    fn the_nearest_come_first_then_the_last_one_used_and_the_chosen() {
        let places: Vec<_> = (0..9).map(|n| place(n, 43.0 + f64::from(n) / 100.0)).collect();
        let recent = [places[8].id.clone(), places[7].id.clone()];
        let wish = Wish {
            from: Position::new(43.0, 5.0),
            recent: &recent,
            chosen: Some(&places[6].id),
            ..Wish::default()
        };
        let shown = choices(&places, &wish);
        assert_eq!(ids(&shown), ["A00", "A01", "A02", "A08", "A06"]);
        assert!(shown[1].metres.is_some_and(|metres| (metres - 1112.0).abs() < 2.0));
    }

    #[test]
    fn a_school_of_another_city_is_not_proposed() {
        let wish = Wish { from: Position::new(48.0, 5.0), ..Wish::default() };
        assert_eq!(choices(&[place(1, 43.0)], &wish), []);
    }

    #[test]
    fn where_schools_stand_side_by_side_five_are_shown() {
        let places: Vec<_> = (0..9).map(|n| place(n, 43.0 + f64::from(n) / 2000.0)).collect();
        let wish = Wish { from: Position::new(43.0, 5.0), ..Wish::default() };
        assert_eq!(ids(&choices(&places, &wish)), ["A00", "A01", "A02", "A03", "A04"]);
    }

    #[test]
    fn without_position_the_schools_used_before_are_shown_and_words_find_the_others() {
        let places: Vec<_> = (0..9).map(|n| place(n, 43.0)).collect();
        let recent = [places[8].id.clone(), places[7].id.clone()];
        let wish = Wish { recent: &recent, ..Wish::default() };
        assert_eq!(ids(&choices(&places, &wish)), ["A08", "A07"]);
        let typed = Wish { recent: &recent, query: "ecole 3", ..Wish::default() };
        assert_eq!(ids(&choices(&places, &typed)), ["A03"]);
        assert!(choices(&places, &Wish::default()).is_empty());
    }

    #[test]
    fn a_position_known_badly_puts_the_schools_used_before_first() {
        let places: Vec<_> = (0..5).map(|n| place(n, 43.0 + f64::from(n) / 100.0)).collect();
        let recent = [places[4].id.clone(), places[1].id.clone()];
        let wish =
            Wish { from: Position::new(43.0, 5.0), within: 5_000.0, recent: &recent, ..Wish::default() };
        assert_eq!(ids(&choices(&places, &wish)), ["A04", "A01", "A00", "A02"]);
    }

    #[test]
    fn home_goes_by_the_school_used_last_and_asks_who_is_far_from_it() {
        // A school at kilometre 0, one 60 m on, one at kilometre 5.
        let places = [place(1, 43.0), place(2, 43.00054), place(3, 43.045)];
        let at = |kilometres: f64, within: f64| {
            Position::new(43.0 + kilometres / 111.195, 5.0).map(|position| (position, within))
        };
        let (none, far, near) = (None, Some("A03"), Some("A01"));
        for (what, last, phone, shown, metres, rather) in [
            ("denied, first visit", None, None, none, None, none),
            ("denied", Some(1), None, near, None, none),
            ("then granted", Some(1), at(0.03, 20.0), near, Some(30), none),
            ("at the school beside the one used last", Some(1), at(0.06, 10.0), near, Some(60), none),
            ("then wrong by 5 km, and knows it", Some(1), at(5.0, 5_000.0), near, None, none),
            ("then wrong by 5 km, and sure of it", Some(1), at(5.0, 20.0), near, Some(5_000), far),
            ("at home, far from every school", Some(1), at(2.5, 20.0), near, Some(2_500), none),
            ("first visit, at a school", None, at(4.99, 20.0), far, Some(14), none),
            ("first visit, at home", None, at(2.5, 20.0), none, None, none),
            ("just out of reach, but not beyond doubt", Some(1), at(0.48, 100.0), near, Some(480), none),
        ] {
            let last = last.map(|n: usize| places[n - 1].id.clone());
            let here = here(&places, last.as_ref(), phone);
            let id = |choice: &Option<Choice<'_>>| choice.as_ref().map(|choice| choice.place.id.to_string());
            assert_eq!((id(&here.shown).as_deref(), id(&here.rather).as_deref()), (shown, rather), "{what}");
            let far = here.shown.and_then(|choice| choice.metres).unwrap_or(-1.0);
            let expected = metres.map_or(-1.0, f64::from);
            assert!((far - expected).abs() < 6.0, "{what}: {far}");
        }
    }
}
