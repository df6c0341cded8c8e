//! Where schools are found among many: an index in memory, small, made anew after an import changed something.
//!
//! Promises: the same places in the same order as `shared::places::finding` gives when it asks every place (a test
//! compares), and the nearest as `shared::places::near`. Holds words, codes and positions; what is shown of a place is read from
//! the database. Says nothing of who asked from where.

use super::store;
use super::vocabulary::Vocabulary;
use crate::app::App;
use crate::error::Result;
use futures_util::TryStreamExt;
use shared::geo::Position;
use shared::ids::PlaceId;
use shared::places::{Place, finding};
use shared::text::fold;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Metres in a degree of latitude, rather less: where a search by latitude may stop.
const DEGREE: f64 = 111_000.0;

/// The index, once somebody searched.
#[derive(Default)]
pub struct Kept(Mutex<Option<(String, Arc<Index>)>>);

/// The index of the register as it is now; after an import the first to ask waits for it.
pub async fn current(app: &App) -> Result<Arc<Index>> {
    let version = store::version(app.db.read()).await?;
    let mut kept = app.places.0.lock().await;
    if let Some((known, index)) = kept.as_ref()
        && *known == version
    {
        return Ok(Arc::clone(index));
    }
    // The old one goes first: two at once are never needed.
    *kept = None;
    let mut rows = store::each_open(app.db.read());
    let mut making = Making::default();
    while let Some(place) = rows.try_next().await? {
        making.add(&place);
    }
    let index = tokio::task::spawn_blocking(|| making.finish()).await.map_err(anyhow::Error::from)?;
    let index = Arc::new(index);
    *kept = Some((version, Arc::clone(&index)));
    Ok(index)
}

/// A place found, by its number, and how far it is where that is known.
pub type Found = (u32, Option<f64>);

/// The open places, numbered by name.
pub struct Index {
    ids: Vec<Box<str>>,
    positions: Vec<Option<Position>>,
    words: Vocabulary,
    /// Numbers of the places with a position, from south to north.
    northwards: Vec<u32>,
}

/// An index being made.
#[derive(Default)]
struct Making {
    places: Vec<(String, Box<str>, Option<Position>)>,
    words: super::vocabulary::Making,
}

impl Making {
    fn add(&mut self, place: &Place) {
        self.places.push((fold(&place.name), place.id.as_str().into(), place.position));
        finding::each_word(place, |word, cost| self.words.add(word, cost));
        self.words.end();
    }

    fn finish(self) -> Index {
        let mut order: Vec<u32> = (0..).take(self.places.len()).collect();
        let key = |number: &u32| self.places.get(*number as usize).map(|(name, id, _)| (name, id));
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        let words = self.words.finish(&order);
        let sorted = || order.iter().filter_map(|number| self.places.get(*number as usize));
        let positions: Vec<_> = sorted().map(|(.., position)| *position).collect();
        let ids = sorted().map(|(_, id, _)| id.clone()).collect();
        let mut northwards: Vec<(f64, u32)> =
            (0..).zip(&positions).filter_map(|(number, at)| Some((at.as_ref()?.lat, number))).collect();
        northwards.sort_by(|a, b| a.0.total_cmp(&b.0));
        let northwards = northwards.into_iter().map(|(_, number)| number).collect();
        Index { ids, positions, words, northwards }
    }
}

impl Index {
    /// The code of a place found.
    pub fn id(&self, number: u32) -> Option<PlaceId> {
        PlaceId::parse(self.ids.get(number as usize)?).ok()
    }

    /// The places that fit `query`, best first; those that fit alike by distance from `from` where it is known, else by
    /// name.
    pub fn search(&self, query: &str, from: Option<Position>, most: usize) -> Vec<Found> {
        let asked = finding::asked(query);
        let mut found = self.best(self.words.fitting(&asked, false), from, most);
        if found.len() < finding::FEW.min(most) {
            let mut likely = self.words.fitting(&asked, true);
            likely.retain(|(_, number)| !found.iter().any(|(known, _)| known == number));
            found.extend(self.best(likely, from, most - found.len()));
        }
        found
    }

    /// The nearest places, nearest first.
    pub fn near(&self, from: Position, most: usize) -> Vec<Found> {
        let south = |number: &u32| self.at(*number).is_some_and(|at| at.lat < from.lat);
        let (below, above) = self.northwards.split_at(self.northwards.partition_point(south));
        let (mut below, mut above) = (below.iter().rev().peekable(), above.iter().peekable());
        let mut found: Vec<(f64, u32)> = Vec::with_capacity(most + 1);
        let lat = |number: Option<&&u32>| number.and_then(|number| self.at(**number)).map(|at| at.lat);
        loop {
            let (south, north) = (
                lat(below.peek()).map_or(f64::MAX, |lat| from.lat - lat),
                lat(above.peek()).map_or(f64::MAX, |lat| lat - from.lat),
            );
            let farthest =
                found.last().filter(|_| found.len() == most).map_or(f64::MAX, |(metres, _)| *metres);
            if south.min(north) * DEGREE > farthest {
                break;
            }
            let Some(number) = (if south < north { below.next() } else { above.next() }) else { break };
            let Some(metres) = self.metres(*number, from) else { continue };
            let place = found.partition_point(|known| *known <= (metres, *number));
            if place < most {
                found.insert(place, (metres, *number));
                found.truncate(most);
            }
        }
        found.into_iter().map(|(metres, number)| (number, Some(metres))).collect()
    }

    /// The best `most`, in order.
    fn best(&self, ranked: Vec<(u32, u32)>, from: Option<Position>, most: usize) -> Vec<Found> {
        let far = |number| from.and_then(|from| self.metres(number, from)).unwrap_or(f64::MAX);
        let mut ranked: Vec<(u32, f64, u32)> =
            ranked.into_iter().map(|(rank, number)| (rank, far(number), number)).collect();
        let order = |a: &(u32, f64, u32), b: &(u32, f64, u32)| {
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2))
        };
        if most > 0 && ranked.len() > most {
            ranked.select_nth_unstable_by(most - 1, order);
        }
        ranked.truncate(most);
        ranked.sort_by(order);
        ranked.into_iter().map(|(_, far, number)| (number, (far < f64::MAX).then_some(far))).collect()
    }

    fn at(&self, number: u32) -> Option<Position> {
        self.positions.get(number as usize).copied().flatten()
    }

    fn metres(&self, number: u32, from: Position) -> Option<f64> {
        self.at(number).map(|at| at.metres_to(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::places::{Kind, near, search, uai_letter};

    /// Schools of made-up names, so many that every sort of match occurs.
    fn places(count: u32) -> Vec<Place> {
        const NAMES: [&str; 12] = [
            "Belleville",
            "Bellevue",
            "Arenc",
            "Arène",
            "St-Charles",
            "Les Platanes",
            "H.B.M.",
            "Chartreux",
            "Jean Jaurès",
            "Jaurès",
            "Ste Anne",
            "Les Pins",
        ];
        let pick = |n: u32, prime: u32| NAMES[(n * prime / 7 % 12) as usize];
        let place = |n: u32| Place {
            id: PlaceId::parse(&format!("{:07}{}", 9_990_000 + n, uai_letter(9_990_000 + n))).unwrap(),
            name: format!(
                "École {} {} {}",
                ["maternelle", "élémentaire"][(n % 2) as usize],
                pick(n, 31),
                pick(n, 57)
            ),
            kind: Kind::Other,
            address: format!("{n} rue {}", pick(n, 13)),
            postcode: format!("{:05}", 13_000 + n % 16),
            city: format!("Ville {}e", n % 16),
            position: (!n.is_multiple_of(9)).then_some(Position {
                lat: 43.0 + f64::from(n * 37 % 101) / 400.0,
                lon: 5.0 + f64::from(n * 53 % 97) / 300.0,
            }),
            approximate: false,
        };
        let mut places: Vec<Place> = (0..count).map(place).collect();
        places.sort_by_key(|place| (fold(&place.name), place.id.to_string()));
        places
    }

    fn index(places: &[Place]) -> Index {
        let mut making = Making::default();
        // In another order than they are to stand in.
        places.iter().rev().for_each(|place| making.add(place));
        making.finish()
    }

    #[test]
    fn the_index_finds_what_the_phone_finds() {
        let places = places(700);
        let index = index(&places);
        for query in [
            "arenc",
            "ecole arenc",
            "hbm",
            "chartreux hbm",
            "HBM 13004",
            "st charles",
            "saint",
            "jaures jean",
            "belle",
            "beleville",
            "bellvue",
            "chartrexu",
            "platane",
            "platanse",
            "9990123",
            "ville 4e",
            "zzz",
            "mat pins",
            "m",
            "",
            "ecole",
            "rue jaures",
            "arnec 13004",
            "de la",
            "ste anne 5eme",
        ] {
            for most in [1, 8, 1000] {
                let phone: Vec<_> =
                    search(&places, query, most).iter().map(|place| place.id.clone()).collect();
                let server: Vec<_> = index
                    .search(query, None, most)
                    .iter()
                    .filter_map(|(number, _)| index.id(*number))
                    .collect();
                assert_eq!(server, phone, "{query} {most}");
            }
        }
    }

    #[test]
    fn the_nearest_are_those_of_the_phone() {
        let places = places(700);
        let index = index(&places);
        for step in 0..200 {
            let from =
                Position { lat: 42.9 + f64::from(step) / 400.0, lon: 4.9 + f64::from(step * 7 % 60) / 100.0 };
            let metres = |found: Vec<f64>| found.iter().map(|metres| metres.round()).collect::<Vec<_>>();
            let phone = near(&places, from, 9).into_iter().map(|(_, metres)| metres).collect();
            let server = index.near(from, 9).into_iter().filter_map(|(_, metres)| metres).collect();
            assert_eq!(metres(server), metres(phone), "{from:?}");
        }
        assert_eq!(
            index.near(Position { lat: 43.0, lon: 5.0 }, 10_000).len(),
            700 - 78,
            "without position: left out"
        );
    }

    #[test]
    fn those_that_fit_alike_come_by_distance() {
        let places = places(700);
        let index = index(&places);
        let from = Position { lat: 43.1, lon: 5.1 };
        let found = index.search("arenc", Some(from), 6);
        assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{found:?}");
        assert_eq!(found.len(), 6);
    }
}
