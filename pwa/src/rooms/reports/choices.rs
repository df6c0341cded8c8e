//! Which schools are proposed, and in which order. Pure.

use shared::geo::Position;
use shared::ids::PlaceId;
use shared::places::{Place, near, search};

/// Schools proposed by distance.
const NEAREST: usize = 5;
/// Of these, the ones always shown; the others only when they are within [`AROUND`].
const ALWAYS: usize = 3;
/// Metres within which a phone's position may still mean any school.
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
    /// Schools used before, most recent first.
    pub recent: &'a [PlaceId],
    /// The school chosen.
    pub chosen: Option<&'a PlaceId>,
    /// Words typed.
    pub query: &'a str,
}

/// The schools to show: those that match the words when there are any; else the nearest, then the ones used before.
/// The chosen one is always among them. None is ever chosen here.
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
    let most_recent = if shown.is_empty() { wish.recent.len() } else { 1 };
    for id in wish.recent.iter().take(most_recent).chain(wish.chosen) {
        if !shown.iter().any(|known| known.place.id == *id) {
            shown.extend(places.iter().find(|place| place.id == *id).map(choice));
        }
    }
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
}
