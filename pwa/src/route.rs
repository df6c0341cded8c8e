//! Screens and their addresses: a pure table, both ways. The browser's history is in [`crate::navigate`].

use shared::followup::Wish;
use shared::ids::{Key, ParcelId, PlaceId};

/// Which reports a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this school only.
    pub place: Option<PlaceId>,
    /// Closed ones instead of open ones.
    pub closed: bool,
}

impl Filter {
    /// The part behind `?`, the same on the page and in the API; empty when nothing is asked.
    pub fn query(&self) -> String {
        let place = self.place.as_ref().map(|place| ["place=", place.as_str()].concat());
        let status = self.closed.then(|| "status=closed".to_owned());
        place.into_iter().chain(status).collect::<Vec<_>>().join("&")
    }
}

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The big button.
    Home,
    /// A report to begin, for a school when one was carried over.
    Begin(Option<PlaceId>),
    /// A report being made.
    Compose(ParcelId),
    /// What another app handed over, to begin a report with.
    Shared,
    /// Home, where nothing of what another app handed over arrived.
    ShareLost,
    /// What became of the report just sent.
    Kept(ParcelId),
    /// What this person follows.
    Mine,
    /// The queue.
    Outbox,
    /// Settings, and who we are.
    Me,
    /// Schools.
    Places,
    /// One school.
    Place(PlaceId),
    /// Reports.
    Reports(Filter),
    /// One report; with its key when the person holds it.
    Report(ParcelId, Option<Key>),
    /// Every component in every state; in development builds only.
    #[cfg(debug_assertions)]
    Styleguide,
    /// No such screen.
    Lost,
}

/// The four tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Make a report.
    Snap,
    /// Follow.
    Mine,
    /// Schools.
    Places,
    /// Oneself.
    Me,
}

/// How much of the shell a screen wants around it on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// All of it.
    Whole,
    /// One goes back from it: its own bar instead of the top bar.
    Deep,
    /// One task: neither top bar nor tabs.
    Focus,
    /// Nothing but the screen, everywhere.
    Full,
}

impl Route {
    /// The screen at an address, given as the browser gives it: `search` with its `?`, `hash` with its `#`.
    pub fn parse(path: &str, search: &str, hash: &str) -> Self {
        let words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
        let place = parameter(search, "place").and_then(|id| PlaceId::parse(id).ok());
        match words.as_slice() {
            [] => top(search, place),
            ["suivi"] => Self::Mine,
            ["file"] => Self::Outbox,
            ["moi"] => Self::Me,
            ["ecoles"] => Self::Places,
            ["ecoles", id] => PlaceId::parse(id).map_or(Self::Lost, Self::Place),
            ["demandes"] => {
                Self::Reports(Filter { place, closed: parameter(search, "status") == Some("closed") })
            }
            ["demandes", id] => {
                let key = hash.strip_prefix('#').and_then(|key| Key::parse(key).ok());
                ParcelId::parse(id).map_or(Self::Lost, |id| Self::Report(id, key))
            }
            #[cfg(debug_assertions)]
            ["styleguide"] => Self::Styleguide,
            _ => Self::Lost,
        }
    }

    /// The address of a screen.
    pub fn href(&self) -> String {
        match self {
            Self::Home | Self::Lost => "/".to_owned(),
            Self::Begin(None) => "/?new".to_owned(),
            Self::Begin(Some(place)) => ["/?new&place=", place.as_str()].concat(),
            Self::Compose(id) => ["/?draft=", id.as_str()].concat(),
            Self::Shared => "/?shared".to_owned(),
            Self::ShareLost => "/?shared=lost".to_owned(),
            Self::Kept(id) => ["/?kept=", id.as_str()].concat(),
            #[cfg(debug_assertions)]
            Self::Styleguide => "/styleguide".to_owned(),
            Self::Mine => "/suivi".to_owned(),
            Self::Outbox => "/file".to_owned(),
            Self::Me => "/moi".to_owned(),
            Self::Places => "/ecoles".to_owned(),
            Self::Place(id) => ["/ecoles/", id.as_str()].concat(),
            Self::Reports(filter) => match filter.query() {
                query if query.is_empty() => "/demandes".to_owned(),
                query => ["/demandes?", &query].concat(),
            },
            Self::Report(id, None) => ["/demandes/", id.as_str()].concat(),
            Self::Report(id, Some(key)) => ["/demandes/", id.as_str(), "#", key.reveal()].concat(),
        }
    }

    /// Whether it is a step of making a report: all that the app's first part draws.
    pub fn snaps(&self) -> bool {
        matches!(
            self,
            Self::Home | Self::Begin(_) | Self::Compose(_) | Self::Shared | Self::ShareLost | Self::Kept(_)
        )
    }

    /// The tab it stands under.
    pub fn tab(&self) -> Tab {
        match self {
            Self::Home | Self::Begin(_) | Self::Compose(_) | Self::Shared | Self::ShareLost => Tab::Snap,
            Self::Kept(_) | Self::Lost => Tab::Snap,
            Self::Mine | Self::Outbox | Self::Report(_, Some(_)) => Tab::Mine,
            Self::Places | Self::Place(_) | Self::Reports(_) | Self::Report(_, None) => Tab::Places,
            #[cfg(debug_assertions)]
            Self::Styleguide => Tab::Me,
            Self::Me => Tab::Me,
        }
    }

    /// What the shell shows around it.
    pub fn frame(&self) -> Frame {
        match self {
            Self::Begin(_) | Self::Compose(_) | Self::Shared => Frame::Focus,
            Self::Kept(_) => Frame::Full,
            Self::Outbox | Self::Place(_) | Self::Reports(_) | Self::Report(..) => Frame::Deep,
            _ => Frame::Whole,
        }
    }
}

/// The screens at the top: what the query says, else home.
fn top(search: &str, place: Option<PlaceId>) -> Route {
    let id = |name: &str| parameter(search, name).and_then(|id| ParcelId::parse(id).ok());
    match (parameter(search, "shared"), parameter(search, "new"), id("draft"), id("kept")) {
        (Some("lost"), ..) => Route::ShareLost,
        (Some(_), ..) => Route::Shared,
        (_, Some(_), ..) => Route::Begin(place),
        (_, _, Some(draft), _) => Route::Compose(draft),
        (.., Some(kept)) => Route::Kept(kept),
        _ => Route::Home,
    }
}

/// What a notification was tapped for, where its browser has no worker for that: `?wish=fixed`.
pub fn wished(search: &str) -> Option<Wish> {
    match parameter(search, "wish")? {
        "fixed" => Some(Wish::Fixed),
        "relance" => Some(Wish::Relance),
        _ => None,
    }
}

/// The value of `name` in a query; empty when it stands alone. Our values need no percent signs.
fn parameter<'a>(search: &'a str, name: &str) -> Option<&'a str> {
    search.trim_start_matches('?').split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(href: &str) -> Route {
        let (rest, hash) = href.split_at(href.find('#').unwrap_or(href.len()));
        let (path, search) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        Route::parse(path, search, hash)
    }

    #[test]
    fn every_screen_is_found_again_under_its_own_address() {
        let id = shared::ids::mint(shared::instant::Instant(1_800_000_000_000), [7; 10]);
        let place = PlaceId::parse("0130136C").unwrap();
        for route in [
            Route::Home,
            Route::Begin(None),
            Route::Begin(Some(place.clone())),
            Route::Compose(id.clone()),
            Route::Shared,
            Route::ShareLost,
            Route::Kept(id.clone()),
            Route::Mine,
            Route::Outbox,
            Route::Me,
            Route::Places,
            Route::Place(place.clone()),
            Route::Reports(Filter::default()),
            Route::Reports(Filter { place: None, closed: true }),
            Route::Reports(Filter { place: Some(place), closed: true }),
            Route::Report(id.clone(), None),
            Route::Report(id, Some(Key::from_bytes([9; 16]))),
        ] {
            assert_eq!(parse(&route.href()), route, "{}", route.href());
        }
    }

    #[test]
    fn an_address_of_nothing_is_lost_and_a_careless_one_is_understood() {
        for href in ["/demandes/12", "/ecoles/..%2f", "/nowhere", "/suivi/more"] {
            assert_eq!(parse(href), Route::Lost, "{href}");
        }
        assert_eq!((wished("?wish=fixed"), wished("?wish=all"), wished("")), (Some(Wish::Fixed), None, None));
        assert_eq!(parse("/suivi/"), Route::Mine);
        assert_eq!(parse("/?utm=x"), Route::Home);
        assert_eq!(parse("/?kept=nonsense"), Route::Home);
        assert_eq!(parse("/?draft=nonsense"), Route::Home);
    }
}
